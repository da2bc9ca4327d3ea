#!/usr/bin/env bash
# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# The guide's page on an emulated account: made, shown, and made again to show that nothing changes.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ "${1:-}" != inside ]; then
  tools/bootstrap.sh demo .venv-demo
  exec .venv-demo/bin/python tools/moto_server.py run -- "$0" inside
fi

bin=$PWD/.venv-demo/bin
credentials=${DEMO_CREDENTIALS:-$HOME/.cloudhsm-iam/demo/credentials.yml}
# A file from an earlier demo is about an emulated account that has gone.
rm -f "$credentials"
(umask 077 && mkdir -p "$(dirname "$credentials")")
reports=${DEMO_REPORTS:-$HOME/.cloudhsm-iam/demo/reports}
export ANSIBLE_LOCALHOST_WARNING=false ANSIBLE_INVENTORY_UNPARSED_WARNING=false
export ANSIBLE_CALLBACK_RESULT_FORMAT=yaml ANSIBLE_DISPLAY_SKIPPED_HOSTS=false
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# Neither a configuration nor collections of the person who looks at the demo count here.
touch "$work/ansible.cfg"
export ANSIBLE_CONFIG=$work/ansible.cfg ANSIBLE_HOME=$work/ansible ANSIBLE_COLLECTIONS_PATH=$work
log=$work/log

wanted='{"bootstrap_cloudhsm_administrators": ["Alice", "Bob"]}'

bootstrap() {
  "$bin/ansible-playbook" cloudhsm.iam.bootstrap -e "$wanted" -e "bootstrap_credentials_path=$credentials" "$@" |
    tee "$log"
}

say() { printf '\n\033[1m== %s\033[0m\n' "$1"; }

say "The plan for an emulated AWS account ($AWS_ENDPOINT_URL): nothing is changed yet"
plan=$work/plan.json
bootstrap --check -e "plan_file=$plan" >/dev/null || { cat "$log"; exit 1; }
"$bin/python" -c 'import json, sys; print(*json.load(open(sys.argv[1]))["plan"]["lines"], sep="\n")' "$plan"
say "The approval: somebody else signs the plan"
approved=(-e "apply_plan_file=$plan")
if command -v ssh-keygen >/dev/null; then
  ssh-keygen -q -t ed25519 -N '' -C approver -f "$work/key"
  ssh-keygen -q -Y sign -n cloudhsm-iam-plan -f "$work/key" "$plan"
  echo "approver $(cat "$work/key.pub")" >"$work/signers"
  chmod go-w "$work/signers"
  approved+=(-e "plan_signers=$work/signers")
  echo "Signed with ssh-keygen: $plan.sig"
else
  echo "ssh-keygen is not installed, so the demo goes on without a signature."
fi
say "Making the page's end state: exactly the approved plan"
bootstrap "${approved[@]}"
say "What the account holds now"
"$bin/python" tools/show_account.py
echo "First passwords: $credentials (readable by you only)"
say "The same again: nothing is left to change"
bootstrap >/dev/null || { cat "$log"; exit 1; }
tail -n 4 "$log"
grep -q 'changed=0 .*failed=0' "$log" || { echo "The second run changed something, which it must not." >&2; exit 1; }
say "Who can do what now: a report to open in a browser"
ANSIBLE_CALLBACK_RESULT_FORMAT=json "$bin/ansible-playbook" cloudhsm.iam.access_report \
  -e "$wanted" -e "access_report_folder=$reports" >"$log" ||
  { cat "$log"; exit 1; }
sed -nE 's/^ *"((Account [0-9]+: users|Findings:|The page is) .*)",?$/\1/p' "$log"
echo "Nothing changed in the second run. The emulated account ends here; README.md tells how to do the same on AWS."

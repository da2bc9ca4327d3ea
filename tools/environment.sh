# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
#
# Sourced by the tools: the folder is the checkout, and nothing of the person who runs them gets in:
# no configuration of Ansible's, no collections installed elsewhere, no AWS credentials.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
. tools/pyenv_root.sh

for name in $(compgen -e); do
  case $name in AWS_* | BOTO_* | ANSIBLE_* | MOLECULE_*) unset "$name" ;; esac
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
touch "$work/ansible.cfg"
export ANSIBLE_CONFIG=$work/ansible.cfg ANSIBLE_HOME=$work/ansible ANSIBLE_COLLECTIONS_PATH=$work
export AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing AWS_EC2_METADATA_DISABLED=true
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
# Until a moto server is there, calls go to a port on this machine that nothing listens on.
export AWS_ENDPOINT_URL=http://127.0.0.1:9 AWS_URL=http://127.0.0.1:9
# What Python compiles is kept, and not in the checkout. Else every process compiles Ansible and boto3 anew.
export NO_COLOR=1 PYTHONPYCACHEPREFIX=$PWD/.venv-pycache
unset PYTHONDONTWRITEBYTECODE

# use_venv FOLDER: its programs first, and real interpreters before the shims of version managers.
use_venv() {
  local folder
  for folder in "$(pyenv_root)"/versions/3.1[1-9]*/bin; do
    [ -d "$folder" ] && PATH=$folder:$PATH
  done
  PATH=$PWD/$1/bin:$PATH
  export PATH
}

# install_on_debian PACKAGE...: where root may. Whoever needs them looks whether they are there then.
install_on_debian() {
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 0
  { apt-get update && apt-get install -y --no-install-recommends "$@"; } >"$work/apt" 2>&1 || cat "$work/apt" >&2
}

site_packages() { python -c 'import sysconfig; print(sysconfig.get_path("purelib"))'; }

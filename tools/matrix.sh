#!/usr/bin/env bash
# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Sanity, unit tests and the bootstrap scenario on each supported pair of Python and ansible-core, or on one:
# tools/matrix.sh [PYTHON SERIES]
set -uo pipefail
cd "$(dirname "$0")/.."

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

units() { "$1/bin/python" -m pytest -q -n 2 --dist worksteal tests/unit; }

# step NAME COMMAND...: a line on how it went, and what it printed where it failed.
step() {
  local start=$SECONDS
  if "${@:2}" >"$logs/step" 2>&1 </dev/null; then
    echo "ok      Python $python, ansible-core $core: $1 ($((SECONDS - start)) s)"
  else
    echo "FAILED  Python $python, ansible-core $core: $1 ($((SECONDS - start)) s)"
    sed "s/^/        /" "$logs/step"
    touch "$logs/failed"
  fi
}

tools/simulator.sh || exit 1
pairs=${*:-$(tools/bootstrap.sh dev .venv >&2 && .venv/bin/python tools/supported.py pairs)}
while read -r python core; do
  venv=.venv-$python-$core
  step setup tools/bootstrap.sh --python "$python" --core "$core" dev "$venv"
  step sanity tools/ansible_test.sh "$venv" sanity
  step unit units "$venv"
  step molecule tools/molecule.sh "$venv" bootstrap
done <<<"$pairs"
[ ! -e "$logs/failed" ]

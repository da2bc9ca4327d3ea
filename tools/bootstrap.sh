#!/usr/bin/env bash
# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Makes a virtual environment with what requirements-<SET>.txt pins, by its hashes, and the checkout in it as the
# installed collection cloudhsm.iam. Does nothing where that is done already.
#
#   tools/bootstrap.sh [--python VERSION] [--core SERIES] SET FOLDER       for instance: tools/bootstrap.sh dev .venv
#
# SERIES is one of ansible-core that pyproject.toml has, or "oldest"; without it the pinned versions count.
set -euo pipefail
cd "$(dirname "$0")/.."
. tools/pyenv_root.sh

wanted="3.13 3.12 3.11"
core=
while [ $# -gt 2 ]; do
  case $1 in
    --python) wanted=$2 ;;
    --core) core=$2 ;;
  esac
  shift 2
done
set_name=$1
venv=$2

# Shims of version managers may stand for a Python that is not there: what counts is that it runs.
runs() { "$1" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$2')" 2>/dev/null; }

find_python() {
  local version candidate root
  root=$(pyenv_root)
  for version in $wanted; do
    for candidate in "$root/versions/$version".*/bin/python "python$version" python3; do
      if runs "$candidate" "$version"; then
        echo "$candidate"
        return
      fi
    done
  done
  echo "No Python out of $wanted was found; install python3." >&2
  return 1
}

link_checkout() {
  local site
  site=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  mkdir -p "$site/ansible_collections/cloudhsm"
  ln -sfn "$PWD" "$site/ansible_collections/cloudhsm/iam"
}

# Of two that set up the same folder, the second waits for the first, and finds it done.
if command -v flock >/dev/null; then
  exec 9>"$venv.lock"
  flock 9
fi

python=$(find_python)
overrides=${core:+$("$python" tools/supported.py overrides "$core")}
stamp="$(cat requirements-uv.txt "requirements-$set_name.txt" | cksum) $("$python" --version) $overrides"
if [ "$(cat "$venv/.stamp" 2>/dev/null)" = "$stamp" ]; then
  link_checkout
  exit 0
fi

echo "Setting up $venv with $("$python" --version)${core:+, ansible-core $core}" >&2
rm -rf "$venv"
if ! "$python" -m venv "$venv" >/dev/null; then
  rm -rf "$venv"
  echo "Python can't make virtual environments here. On Debian: apt-get install python3-venv" >&2
  exit 1
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-uv.txt
# What stands instead of something pinned has no hash of its own; all else of such a series is checked all the same.
hashes=(--require-hashes)
if [ -n "$core" ]; then
  echo "$overrides" >"$venv/overrides.txt"
  hashes=(--verify-hashes --override "$venv/overrides.txt")
fi
"$venv/bin/uv" pip install --quiet --python "$venv/bin/python" -r "requirements-$set_name.txt" "${hashes[@]}"
link_checkout
echo "$stamp" >"$venv/.stamp"

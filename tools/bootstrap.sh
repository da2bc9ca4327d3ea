#!/usr/bin/env bash
# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Makes a virtual environment with what requirements-<SET>.txt pins, and the checkout in it as the installed
# collection cloudhsm.iam. Does nothing where that is done already.
#
#   tools/bootstrap.sh [--python VERSION] SET FOLDER       for instance: tools/bootstrap.sh dev .venv
set -euo pipefail
cd "$(dirname "$0")/.."

wanted="3.13 3.12 3.11"
if [ "${1:-}" = --python ]; then
  wanted=$2
  shift 2
fi
set_name=$1
venv=$2

# Shims of version managers may stand for a Python that is not there: what counts is that it runs.
runs() { "$1" -c "import sys; sys.exit('%d.%d' % sys.version_info[:2] != '$2')" 2>/dev/null; }

find_python() {
  local version candidate
  for version in $wanted; do
    for candidate in "${PYENV_ROOT:-${HOME:-/root}/.pyenv}/versions/$version".*/bin/python "python$version" python3; do
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

python=$(find_python)
stamp="$(cksum <"requirements-$set_name.txt") $("$python" --version)"
if [ "$(cat "$venv/.stamp" 2>/dev/null)" = "$stamp" ]; then
  link_checkout
  exit 0
fi

echo "Setting up $venv with $("$python" --version)" >&2
rm -rf "$venv"
if ! "$python" -m venv "$venv" >/dev/null; then
  rm -rf "$venv"
  echo "Python can't make virtual environments here. On Debian: apt-get install python3-venv" >&2
  exit 1
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check uv
"$venv/bin/uv" pip install --quiet --python "$venv/bin/python" -r "requirements-$set_name.txt"
link_checkout
echo "$stamp" >"$venv/.stamp"

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash

# pyenv_root: where pyenv has its Pythons, also where HOME is another one than when it was installed: its shims are
# in PATH. A shim itself may stand for a Python that is not there.
pyenv_root() {
  local folder folders
  IFS=: read -ra folders <<<"$PATH"
  for folder in "${PYENV_ROOT:+$PYENV_ROOT/shims}" "${folders[@]}"; do
    case $folder in
      */shims)
        if [ -d "${folder%/shims}/versions" ]; then
          echo "${folder%/shims}"
          return
        fi
        ;;
    esac
  done
  echo "${HOME:-/root}/.pyenv"
}

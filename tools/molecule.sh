#!/usr/bin/env bash
# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs molecule scenarios against one moto server: tools/molecule.sh VENV SCENARIO|--all
. "$(dirname "$0")/environment.sh"
use_venv "$1"

export MOTO_FOLDER=$work/moto
MOTO_PORT=$(python -c 'import sys; sys.path.insert(0, "tools"); import moto_server; print(moto_server.free_port())')
export MOTO_PORT MOLECULE_EPHEMERAL_DIRECTORY=
unset MOLECULE_EPHEMERAL_DIRECTORY
# Also where molecule itself is stopped halfway.
trap 'python tools/moto_server.py stop "$MOTO_FOLDER"; rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

if [ "$2" = --all ]; then
  molecule test --all
else
  molecule test --scenario-name "$2"
fi

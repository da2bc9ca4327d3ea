#!/usr/bin/env bash
# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Builds the collection, and reads it as Galaxy would on upload.
. "$(dirname "$0")/environment.sh"
use_venv .venv

ansible-galaxy collection build --force --output-path "$work" >/dev/null
cd "$work"
python -m galaxy_importer.main ./*.tar.gz 2>&1 | tee importer.log
# It ends well even where it logged something.
if grep -E '^(WARNING|ERROR)' importer.log >&2; then
  echo "galaxy-importer found something, see above." >&2
  exit 1
fi
grep -q "Importer processing completed successfully" importer.log

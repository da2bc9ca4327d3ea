#!/usr/bin/env bash
# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Writes what is generated from the argument_specs into the READMEs of the roles, and the table of what policies allow
# into docs; with --check only compares.
. "$(dirname "$0")/environment.sh"
use_venv .venv

cp -r galaxy.yml roles "$work"
for role in roles/*; do
  aar-doc --output-template tools/role_readme.md.j2 "$work/$role" markdown
  if [ "${1:-}" != --check ]; then
    cp "$work/$role/README.md" "$role/README.md"
  elif ! diff -u "$role/README.md" "$work/$role/README.md"; then
    echo "$role/README.md is not current: run make docs" >&2
    exit 1
  fi
done

# The table of what CloudHSM's policies allow.
page=docs/cloudhsm_policies.md
cp "$page" "$work/policies.md"
PYTHONPATH=tools python tools/policy_table.py "$work/policies.md"
if [ "${1:-}" != --check ]; then
  cp "$work/policies.md" "$page"
elif ! diff -u "$page" "$work/policies.md"; then
  echo "$page is not current: run make docs" >&2
  exit 1
fi

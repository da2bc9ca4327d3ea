#!/usr/bin/env bash
# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Writes the documentation that is made from something else; with --check only compares.
. "$(dirname "$0")/environment.sh"
use_venv .venv
check=${1:-}

# settle MADE PATH: make PATH what was made, or with --check complain where it is not.
settle() {
  if [ "$check" != --check ]; then
    cp -rT "$1" "$2"
  elif ! diff -ru "$2" "$1"; then
    echo "$2 is not current: run make docs" >&2
    exit 1
  fi
}

# Out of the catalogue, the levels of access wherever one can be chosen. Comes first: more is made of these files.
PYTHONPATH=tools python tools/levels.py "$work/levels"
while read -r file; do
  settle "$work/levels/$file" "$file"
done < <(cd "$work/levels" && find . -type f)

# Out of the argument_specs, the variables in the roles' READMEs.
cp -r galaxy.yml roles "$work"
for role in roles/*; do
  aar-doc --output-template tools/role_readme.md.j2 "$work/$role" markdown
  settle "$work/$role/README.md" "$role/README.md"
done

# Out of the catalogue, the table of what CloudHSM's policies allow.
cp docs/cloudhsm_policies.md "$work/policies.md"
PYTHONPATH=tools python tools/policy_table.py "$work/policies.md"
settle "$work/policies.md" docs/cloudhsm_policies.md

# Out of the catalogue of guard rails, the tables of what they take from whom.
cp docs/guardrails.md "$work/guardrails.md"
PYTHONPATH=tools python tools/guardrail_table.py "$work/guardrails.md"
settle "$work/guardrails.md" docs/guardrails.md

# Out of docs/permissions.yml, what callers need.
python tools/permissions.py "$work/docs"
settle "$work/docs/permissions.md" docs/permissions.md
settle "$work/docs/permissions" docs/permissions

# Out of the documentation of each part, the list of all.
python tools/contents.py "$work/contents.md"
settle "$work/contents.md" docs/contents.md

# Out of the argument_specs, the roles' variables for plugins, which have to know them without reading YAML.
python tools/role_specs.py "$work/specs.py"
settle "$work/specs.py" plugins/plugin_utils/_role_specs.py

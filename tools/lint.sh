#!/usr/bin/env bash
# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Reads everything: Python, YAML, roles, documentation, changelog, licences, workflows.
. "$(dirname "$0")/environment.sh"
use_venv .venv

step() { echo "-- $*"; "$@"; }

step reuse lint --lines
step ruff check --no-cache .
step ruff format --no-cache --check .
# The link gives the files their full names.
mkdir -p "$work/mypy/ansible_collections/cloudhsm"
ln -s "$PWD" "$work/mypy/ansible_collections/cloudhsm/iam"
check_types() { MYPYPATH=$work/mypy:tools:$1 mypy --cache-dir .mypy_cache --no-error-summary "${@:2}"; }
step check_types . -p ansible_collections.cloudhsm.iam.plugins
step check_types tests tools tests
step ansible-lint
# Else the documentation of amazon.aws is looked for in this repository.
step env GIT_CEILING_DIRECTORIES="$PWD" antsibull-docs lint-collection-docs \
  --plugin-docs --skip-rstcheck --validate-collection-refs self .
step antsibull-changelog lint
step check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
step check-jsonschema --quiet --builtin-schema vendor.dependabot .github/dependabot.yml
step zizmor --offline --quiet .github .pre-commit-config.yaml
step tools/docs.sh --check
step tools/site.sh "$work/site"

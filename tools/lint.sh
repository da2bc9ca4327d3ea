#!/usr/bin/env bash
# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Reads everything: Python, YAML, roles, documentation, changelog.
. "$(dirname "$0")/environment.sh"
use_venv .venv

step() { echo "-- $*"; "$@"; }

step ruff check --no-cache .
step ruff format --no-cache --check .
# The link in site-packages gives the files their full names.
step env MYPYPATH="$(site_packages):tools" mypy --cache-dir "$work/mypy" --no-error-summary \
  -p ansible_collections.cloudhsm.iam.plugins
step env MYPYPATH="$(site_packages):tools:tests/integration" mypy --cache-dir "$work/mypy" --no-error-summary tools tests
step ansible-lint
# Else the documentation of amazon.aws is looked for in this repository.
step env GIT_CEILING_DIRECTORIES="$PWD" antsibull-docs lint-collection-docs \
  --plugin-docs --skip-rstcheck --validate-collection-refs self .
step antsibull-changelog lint

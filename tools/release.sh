#!/usr/bin/env bash
# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Makes the changelog's section of a version out of the fragments, or puts what is new into the section that is there,
# and writes the version where it stands: tools/release.sh VERSION
. "$(dirname "$0")/environment.sh"
use_venv .venv
version=${1:-}

if ! [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]]; then
  echo "Which version? make release version=1.2.3" >&2
  exit 1
fi
if ! grep -q "^  $version:\$" changelogs/changelog.yaml &&
  ! grep -qs '^release_summary:' changelogs/fragments/*.yml; then
  echo "Say first in changelogs/fragments/$version.yml what the version brings, as release_summary." >&2
  exit 1
fi

antsibull-changelog lint
sed -i "s/^version: .*/version: $version/" galaxy.yml
# The AWX pattern fetches project and image of the version that it belongs to.
sed -i "s/^__version: .*/__version: $version/" extensions/patterns/cloudhsm_iam/setup.yml
sed -i "s/^\( *version: \)[0-9]*\.[0-9]*\.[0-9]*$/\1$version/" extensions/patterns/cloudhsm_iam/exec_env/execution-environment.yml
sed -i "s/\(cloudhsm-iam-ee:\)[0-9.]*[0-9]/\1$version/" docs/awx.md
sed -i "s/^VERSION = .*/VERSION = \"$version\"/" plugins/module_utils/_version.py
antsibull-changelog release --reload-plugins --update-existing
antsibull-changelog lint
echo "Look at CHANGELOG.rst, commit, let the checks pass, and push the tag $version."

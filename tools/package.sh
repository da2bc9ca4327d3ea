#!/usr/bin/env bash
# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Builds what a tag stands for, where the tag is a release of the branch main: tools/package.sh TAG FOLDER
. "$(dirname "$0")/environment.sh"
use_venv .venv
tag=${1:?Which tag?}
folder=${2:?Into which folder?}

refuse() {
  echo "Not built: $1" >&2
  exit 1
}
version=$(sed -n 's/^version: //p' galaxy.yml)
[ "$tag" = "$version" ] || refuse "the tag is $tag, and galaxy.yml has version $version."
grep -q "^  $version:\$" changelogs/changelog.yaml || refuse "the changelog has no section $version; make release."
! compgen -G 'changelogs/fragments/*.yml' >/dev/null || refuse "changelogs/fragments holds what is not released."
# Whoever may push a tag may not publish with it what nobody has reviewed.
main=$(git rev-parse --verify --quiet refs/remotes/origin/main) || refuse "there is no branch origin/main to compare with."
git merge-base --is-ancestor "refs/tags/$tag^{commit}" "$main" 2>/dev/null || refuse "the tag $tag is not on main."
[ "$(git rev-parse HEAD)" = "$(git rev-parse "refs/tags/$tag^{commit}")" ] || refuse "the checkout is not the tag $tag."

ansible-galaxy collection build --output-path "$folder"

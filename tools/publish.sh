#!/usr/bin/env bash
# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Publishes what a tag stands for on Ansible Galaxy, with the token in GALAXY_TOKEN:
# tools/publish.sh TAG [--server URL]
. "$(dirname "$0")/environment.sh"
use_venv .venv
tag=${1:?Which tag?}
shift

refuse() {
  echo "Not published: $1" >&2
  exit 1
}
version=$(sed -n 's/^version: //p' galaxy.yml)
[ "$tag" = "$version" ] || refuse "the tag is $tag, and galaxy.yml has version $version."
grep -q "^  $version:\$" changelogs/changelog.yaml || refuse "the changelog has no section $version; make release."
! compgen -G 'changelogs/fragments/*.yml' >/dev/null || refuse "changelogs/fragments holds what is not released."
[ -n "${GALAXY_TOKEN:-}" ] || refuse "GALAXY_TOKEN is empty."

ansible-galaxy collection build --output-path "$work" >/dev/null
# In a file, since every user of a machine can read the arguments of its processes.
(umask 077 && printf 'token: %s\n' "$GALAXY_TOKEN" >"$work/token")
unset GALAXY_TOKEN
ANSIBLE_GALAXY_TOKEN_PATH=$work/token ansible-galaxy collection publish "$@" "$work"/*.tar.gz

#!/usr/bin/env bash
# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Publishes a built collection on Ansible Galaxy, with the token in GALAXY_TOKEN. Runs nothing of what it publishes, and
# needs ansible-galaxy alone: tools/publish.sh TARBALL [--server URL]
set -euo pipefail
tarball=${1:?Which tarball?}
shift

if [ -z "${GALAXY_TOKEN:-}" ]; then
  echo "Not published: GALAXY_TOKEN is empty." >&2
  exit 1
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# In a file, since every user of a machine can read the arguments of its processes.
(umask 077 && printf 'token: %s\n' "$GALAXY_TOKEN" >"$work/token")
unset GALAXY_TOKEN
ANSIBLE_GALAXY_TOKEN_PATH=$work/token ansible-galaxy collection publish "$@" "$tarball"

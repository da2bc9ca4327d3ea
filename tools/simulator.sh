#!/usr/bin/env bash
# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Installs iam-simulate, which decides as IAM does whether policies allow a request, by the hashes of its lock file.
# Installs Node.js on Debian where it is missing and may be installed. Does nothing where all that is done already.
. "$(dirname "$0")/environment.sh"

have_node() { command -v node >/dev/null && command -v npm >/dev/null; }

stamp=$(cat tools/simulator/* | cksum)
have_node && [ "$(cat .simulator/.stamp 2>/dev/null)" = "$stamp" ] && exit 0

have_node || install_on_debian nodejs npm
if ! have_node; then
  echo "The tests of policies need node (18 or newer) and npm. On Debian: apt-get install nodejs npm" >&2
  exit 1
fi
rm -rf .simulator
mkdir .simulator
cp tools/simulator/* .simulator
npm ci --prefix .simulator --silent --no-audit --no-fund
echo "$stamp" >.simulator/.stamp

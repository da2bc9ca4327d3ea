#!/usr/bin/env bash
# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Looks at the access report in headless Chromium. Installs the browser on Debian where it is missing and may be
# installed, and fetches axe-core, which judges whether everybody can use the page.
. "$(dirname "$0")/environment.sh"
use_venv .venv

axe=axe-core-4.14.1.tgz
axe_sha256=e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745

have_browser() { command -v chromium >/dev/null && command -v chromedriver >/dev/null; }

have_browser || install_on_debian chromium chromium-driver
if ! have_browser; then
  echo "The browser tests need chromium and chromedriver. On Debian: apt-get install chromium chromium-driver" >&2
  exit 1
fi

mkdir -p .browser
if [ ! -f ".browser/$axe" ]; then
  if ! command -v npm >/dev/null; then
    echo "The browser tests need npm, to fetch axe-core. On Debian: apt-get install npm" >&2
    exit 1
  fi
  name=${axe%.tgz}
  npm pack --silent --pack-destination .browser "${name%-*}@${name##*-}" >/dev/null
fi
if ! echo "$axe_sha256  .browser/$axe" | sha256sum --check --quiet; then
  rm -f ".browser/$axe"
  echo "$axe is not the one that was looked at; it is removed." >&2
  exit 1
fi
tar -xzf ".browser/$axe" -C .browser package/axe.min.js

python -m pytest -q tests/browser "$@"

#!/usr/bin/env bash
# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Takes the picture of the access report in docs/: runs the demo, and opens its report in headless Chromium.
. "$(dirname "$0")/environment.sh"

if ! command -v chromium >/dev/null; then
  echo "The picture needs chromium; make browser installs it on Debian." >&2
  exit 1
fi

DEMO_CREDENTIALS=$work/demo/credentials.yml DEMO_REPORTS=$work/reports tools/demo.sh
page=$(echo "$work"/reports/access-report-*.html)
chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --user-data-dir="$work/profile" \
  --window-size=1400,720 --screenshot="$work/page.png" "file://$page" 2>"$work/chromium" || { cat "$work/chromium" >&2; exit 1; }
if [ "$(stat -c %s "$work/page.png")" -gt 150000 ]; then
  echo "The picture has more than 150 kB." >&2
  exit 1
fi
mv "$work/page.png" docs/access_report.png

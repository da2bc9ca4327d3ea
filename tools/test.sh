#!/usr/bin/env bash
# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Everything, on two cores: two parts at a time, each with a log that is shown when the part fails.
set -uo pipefail
cd "$(dirname "$0")/.."

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT
trap 'kill 0' INT TERM

part() {
  local start=$SECONDS
  if make --no-print-directory "$1" >"$logs/$1" 2>&1 </dev/null; then
    echo "ok      $1 ($((SECONDS - start)) s)"
  else
    echo "FAILED  $1 ($((SECONDS - start)) s)"
    sed "s/^/        $1: /" "$logs/$1"
    touch "$logs/failed"
  fi
}

# Whoever makes a part's folder does the part, so that neither lane is idle while there is one left.
lane() {
  local name
  for name in "$@"; do
    if mkdir "$logs/taken-$name" 2>/dev/null; then part "$name"; fi
  done
}

make --no-print-directory setup || exit 1
# The longest first, so that both end at about the same time.
parts=(molecule lint unit sanity oldest importer browser)
lane "${parts[@]}" &
lane "${parts[@]}"

# Last, so that the whole run ends with pytest's own line. What the other lane still does goes on beside it.
make --no-print-directory integration || touch "$logs/failed"
wait
[ ! -e "$logs/failed" ]

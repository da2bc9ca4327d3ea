#!/usr/bin/env bash
# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Everything, on two cores: the parts run in two lanes, each with a log that is shown when the part fails.
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

lane() {
  local name
  for name in "$@"; do part "$name"; done
}

make --no-print-directory setup || exit 1
lane sanity lint importer oldest &
lane unit browser molecule
wait

# Last, so that the whole run ends with pytest's own line.
make --no-print-directory integration || touch "$logs/failed"
[ ! -e "$logs/failed" ]

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Builds the module's result, with lines for people. Pure."""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Iterator

from ansible_collections.cloudhsm.iam.plugins.module_utils._history.model import BEGUN, FAILED, OUTCOMES, Entry
from ansible_collections.cloudhsm.iam.plugins.module_utils._history.select import Found

# Words for outcomes whose own names are unclear.
_WORDS = {BEGUN: "begun, never ended", "unchanged": "nothing to change"}
_NOT_DONE = 20


def result(found: Found, location: str) -> dict[str, t.Any]:
    """Return the module's result."""
    return {
        "changed": False,
        "entries": found.entries,
        "skipped_entries": found.skipped,
        "more": found.more,
        "lines": [_plain(line) for line in lines(found, location)],
    }


def lines(found: Found, location: str) -> Iterator[str]:
    """Yield lines for the entries, oldest first, and totals."""
    for entry in found.entries:
        yield from _of_entry(entry)
    counts = Counter(entry["outcome"] for entry in found.entries)
    told = ", ".join(f"{counts[each]} {_WORDS.get(each, each)}" for each in OUTCOMES if counts[each])
    number = len(found.entries)
    yield f"{number} {'run' if number == 1 else 'runs'} in {location}{f': {told}' if told else ''}"
    if found.more:
        yield f"Older runs were left out: these are the newest {number}"
    yield from (f"Skipped: {text}" for text in found.skipped)


def _of_entry(entry: Entry) -> Iterator[str]:
    outcome = _WORDS.get(entry["outcome"], entry["outcome"])
    until = f" to {entry['ended']}" if entry["ended"] and entry["ended"] != entry["begun"] else ""
    yield f"{entry['begun']}{until} account {entry['account_id']}: {entry['kind']} by {entry['by']}: {outcome}"
    approval = entry["approval"]
    if approval.get("made_by"):
        yield f"    plan made at {approval.get('made_at')} by {approval['made_by']}"
    if approval.get("signers"):
        yield f"    signed by {', '.join(map(str, approval['signers']))}"
    yield from (f"    {line}" for line in entry["lines"])
    if entry["outcome"] == FAILED:
        yield f"    Failed: {entry['reason'] or 'no reason is known'}"
    if entry["not_done"]:
        left = entry["not_done"]
        more = f" and {len(left) - _NOT_DONE} more" if len(left) > _NOT_DONE else ""
        yield f"    Not done: {', '.join(left[:_NOT_DONE])}{more}"


def _plain(line: str) -> str:
    """Return the line without control characters, which anyone who can write to the history could put there."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line)

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Temporary rights, which end by themselves: in words, in Markdown and as CSV. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report import tables
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report.text import code, codes, table

Right = Mapping[str, t.Any]
STATES = {
    "running": "running",
    "ended": "ended",
    "endless": "does not end",
    "longer": "ends later than its tag says",
}
_HOLDERS = {"center_user": "Identity Center user", "center_group": "Identity Center group"}


def holder(right: Right) -> str:
    """Return who has the right."""
    if right["holder_kind"] == "unknown":
        return "people who could not be read"
    return f"{_HOLDERS.get(right['holder_kind'], '')} {right['holder']}".strip()


def gives(right: Right) -> str:
    """Return which group or permission set the right gives."""
    return f"{'group' if right['kind'] == 'membership' else 'permission set'} {right['gives']}"


def lines(report: Mapping[str, t.Any], most: int) -> Iterator[str]:
    """Yield a line for each right that has not ended: who has what until when, and why."""
    left = [right for right in report["temporary"] if right["state"] != "ended"]
    for right in left[:most]:
        end = f"until {right['until']}" if right["until"] else f"tagged until {right['tagged_until'] or 'unknown'}"
        note = "" if right["state"] == "running" else f", {STATES[right['state']]}"
        why = f" ({'; '.join(right['reasons'])})" if right["reasons"] else ""
        yield f"Temporary: {holder(right)} has {gives(right)} {end}{note}{why}"
    if len(left) > most:
        yield f"… and {len(left) - most} more temporary rights"


def total(counts: Mapping[str, t.Any]) -> str:
    """Return the number of temporary rights in one line; empty if none exist."""
    if not counts["count"]:
        return ""
    notes = [f"{counts[state]} {words}" for state, words in STATES.items() if counts[state] and state != "running"]
    notes += [f"the next ends at {counts['next_end']}"] if counts["next_end"] else []
    return f"Temporary rights: {counts['count']}" + (f", {', '.join(notes)}" if notes else "")


def markdown(report: Mapping[str, t.Any]) -> list[str]:
    """Return the section; empty if no temporary rights exist."""
    rights = report["temporary"]
    if not rights:
        return []
    rows = [
        [code(holder(one)), code(gives(one)), one["until"] or "", STATES[one["state"]], codes(one["reasons"])]
        for one in rights
    ]
    return ["## Temporary rights", "", *table(["who", "has", "until", "state", "reason"], rows)]


HEADS = ("account", "kind", "holder_kind", "holder", "gives", "until", "tagged_until", "state", "administrator")


def csv(report: Mapping[str, t.Any]) -> str:
    """Return a line for each right."""
    account = report["account"]["account_id"]
    rows = (
        [account, *(one[name] for name in HEADS[1:]), "; ".join(one["reasons"]), " ".join(one["policies"])]
        for one in report["temporary"]
    )
    return tables.csv_text([*HEADS, "reasons", "policies"], rows)

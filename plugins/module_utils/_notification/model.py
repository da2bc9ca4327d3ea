# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What a run has to tell, and which events that is. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import has_ended
from ansible_collections.cloudhsm.iam.plugins.module_utils._notification.input import (
    CHANGED,
    DRIFT,
    EXPIRING,
    FAILED,
    PENDING,
    PLANNED,
)

Result = Mapping[str, t.Any]
# Who has a right, and what right it is, by the fields of results.
_WHO = ("principal", "user", "group")
_WHAT = ("permission_set", "group", "right")
_TIME = "%Y-%m-%dT%H:%M:%SZ"
# The outcome of a run is the first of these that it is.
_OUTCOMES = (FAILED, DRIFT, CHANGED, PLANNED)
UNCHANGED = "unchanged"


class Right(t.NamedTuple):
    """A right that ends by itself, or that has ended."""

    who: str
    what: str
    until: str
    reason: str
    ended: bool


@dataclass(frozen=True)
class Told:
    """What a run has come to. Only these fields get into a notification."""

    kind: str
    account_id: str
    account_name: str
    check_mode: bool
    changed: bool = False
    failed: bool = False
    # Why it failed, as Ansible shows it.
    reason: str = ""
    # Whether it only compares, and found differences.
    drift: bool = False
    lines: Sequence[str] = ()
    pending: Sequence[str] = ()
    rights: Sequence[Right] = ()
    # How the plan was approved, as the history keeps it.
    approval: Mapping[str, t.Any] | None = None
    at: str = ""

    @property
    def events(self) -> list[str]:
        """What has happened, in the words of notify_on."""
        found = {
            FAILED: self.failed,
            DRIFT: self.drift,
            CHANGED: self.changed and not self.check_mode,
            PLANNED: self.changed and self.check_mode and not self.failed and not self.drift,
            PENDING: bool(self.pending),
            EXPIRING: bool(self.rights),
        }
        return [name for name, holds in found.items() if holds]

    @property
    def outcome(self) -> str:
        """The one word for the run."""
        return next((name for name in _OUTCOMES if name in self.events), UNCHANGED)


def now() -> str:
    """The time by this machine's clock."""
    return datetime.now(UTC).strftime(_TIME)


def rights_of(results: Iterable[Result], at: str, days: int) -> list[Right]:
    """The temporary rights in results of modules that end within so many days of a time, or have ended."""
    last = (datetime.strptime(at, _TIME).replace(tzinfo=UTC) + timedelta(days=days)).strftime(_TIME)
    found = {
        right: None
        for result in results
        for key, over in (("temporary", False), ("ended", True))
        for entry in _entries(result.get(key))
        if (right := _right(entry, at, over)) and (right.ended or right.until <= last)
    }
    return sorted(found, key=lambda right: (right.until, right.who, right.what))


def pending_of(results: Iterable[Result]) -> list[str]:
    """The names of the users that wait in the group of pending users."""
    entries = (entry for result in results for entry in _entries(result.get("pending")))
    return list(dict.fromkeys(str(entry["name"]) for entry in entries if entry.get("name")))


def _entries(value: object) -> Iterator[Result]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        yield from (entry for entry in value if isinstance(entry, Mapping))


def _right(entry: Result, at: str, over: bool) -> Right | None:
    if "holder" in entry:
        entry = _of_report(entry)
    until = entry.get("until")
    who = next((name for name in _WHO if entry.get(name)), None)
    what = next((name for name in _WHAT if entry.get(name) and name != who), None)
    if not isinstance(until, str) or not who or not what:
        return None
    named = str(entry[who]) if who == "principal" else f"{who} {entry[who]}"
    right = f"{what.replace('_', ' ')} {entry[what]}" if what != "right" else str(entry[what])
    return Right(named, right, until, str(entry.get("reason") or ""), over or has_ended(until, at))


def _of_report(entry: Result) -> Result:
    """An entry of the access report, with the fields of the other results."""
    kind = str(entry.get("holder_kind") or "").removeprefix("center_")
    what = "group" if entry.get("kind") == "membership" else "permission_set"
    who = f"{kind} {entry['holder']}" if kind in ("user", "group") else str(entry["holder"])
    return {"principal": who, what: entry.get("gives"), "until": entry.get("until"), "reason": _reasons(entry)}


def _reasons(entry: Result) -> str:
    return "; ".join(map(str, entry.get("reasons") or ()))

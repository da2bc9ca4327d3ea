# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""An entry of the history: the plan and outcome of one run, as JSON. Pure.

An entry is written as begun before the run's first write, and again when the run has ended. After a killed run, it
stays begun. Its name begins with the time, so names sort by time, and ends with random digits, so that names differ.
Nothing in it is secret: it has the lines that the run shows, and the names of objects.
"""

from __future__ import annotations

import json
import re
import time
import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FORMAT = 1
BEGUN, APPLIED, FAILED, UNCHANGED = "begun", "applied", "failed", "unchanged"
OUTCOMES = (BEGUN, APPLIED, FAILED, UNCHANGED)
# Larger than the entry of a run with 10,000 users, each with a line of its own.
LARGEST = 8 * 1024 * 1024
_LONGEST_REASON = 20_000
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_STAMP = "%Y%m%dT%H%M%S"
_IS_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
NAME = re.compile(
    r"(?P<stamp>\d{8}T\d{6})\.\d{6}Z-(?P<account_id>\d{12})-(?P<kind>[A-Za-z0-9_-]{1,60})"
    r"-(?P<digest>[0-9a-f]{16})-[0-9a-f]{8}\.json",
    re.ASCII,
)
Entry = dict[str, t.Any]


class DamagedError(Exception):
    """The content is not an entry. The message is the end of a sentence."""


@dataclass(frozen=True)
class Begun:
    """What a run knows before its first write."""

    kind: str
    account_id: str
    partition: str
    by: str
    digest: str
    lines: Sequence[str]
    # Each object that changes: its kind and name, what happens to it and, if it is renamed, its previous name.
    objects: Sequence[Mapping[str, str]]
    versions: Mapping[str, t.Any]
    # How the plan was approved: see ChangeControl.approval.
    approval: Mapping[str, t.Any]


def begun_entry(run: Begun, at: float) -> Entry:
    """Return the entry of a run that begins at that time."""
    return {
        "format": FORMAT,
        "kind": run.kind,
        "account_id": run.account_id,
        "partition": run.partition,
        "by": run.by,
        "begun": _time(at),
        "ended": None,
        "outcome": BEGUN,
        "digest": run.digest,
        "approval": dict(run.approval),
        "lines": list(run.lines),
        "objects": [dict(each) for each in run.objects],
        "reason": None,
        "not_done": [],
        "versions": dict(run.versions),
    }


def ended_entry(entry: Entry, outcome: str, at: float, reason: str = "", not_done: Sequence[str] = ()) -> Entry:
    """Return the entry of a run that has ended at that time."""
    told = reason if len(reason) <= _LONGEST_REASON else f"{reason[:_LONGEST_REASON]}…"
    return {**entry, "outcome": outcome, "ended": _time(at), "reason": told or None, "not_done": list(not_done)}


def name_of(entry: Entry, at: float, nonce: str) -> str:
    """Return the name of an entry begun at that time. nonce is 8 random hexadecimal digits."""
    micros = int(at * 1_000_000)
    stamp = time.strftime(_STAMP, time.gmtime(micros // 1_000_000))
    kind = re.sub(r"[^A-Za-z0-9_]+", "-", entry["kind"])[:60]
    return f"{stamp}.{micros % 1_000_000:06d}Z-{entry['account_id']}-{kind}-{entry['digest'][:16]}-{nonce}.json"


def stamp_of(seconds: float) -> str:
    """Return how the names of entries begun in that second start."""
    return time.strftime(_STAMP, time.gmtime(seconds))


def as_bytes(entry: Entry) -> bytes:
    """Return the bytes to write. ASCII only, so that no character in a name can be mistaken for another."""
    return f"{json.dumps(entry, indent=1, ensure_ascii=True)}\n".encode()


def read(name: str, content: bytes) -> Entry:
    """Return the entry in a file or object. Raises DamagedError."""
    named = NAME.fullmatch(name)
    if not named:
        raise DamagedError("is not an entry of the history")
    try:
        entry = json.loads(content)
        # A lone surrogate, which JSON can escape, can't be shown or passed on.
        json.dumps(entry, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as exc:
        raise DamagedError("is damaged: it is not JSON") from exc
    if not isinstance(entry, dict):
        raise DamagedError("is damaged: it is not an entry of the history")
    if entry.get("format") != FORMAT:
        raise DamagedError(f"has the format {entry.get('format')!r}, and this version reads {FORMAT}")
    if not _has_shape(entry):
        raise DamagedError("is damaged: it is not an entry of the history")
    if entry["account_id"] != named["account_id"] or not entry["digest"].startswith(named["digest"]):
        raise DamagedError("is not what its name says: it is about another account or another plan")
    return entry


def _has_shape(entry: Entry) -> bool:
    """Whether the entry has every part that is read later, each of the right type."""
    texts = ("kind", "account_id", "partition", "by", "begun", "outcome", "digest")
    if not all(isinstance(entry.get(key), str) for key in texts) or entry["outcome"] not in OUTCOMES:
        return False
    ended = entry.get("ended")
    if not _IS_TIME.fullmatch(entry["begun"]) or not (ended is None or _is_time(ended)):
        return False
    if not all(isinstance(entry.get(key), dict) for key in ("approval", "versions")):
        return False
    if not isinstance(entry["approval"].get("signers", []), list):
        return False
    reason, objects = entry.get("reason"), entry.get("objects")
    return (
        (reason is None or isinstance(reason, str))
        and all(_are_texts(entry.get(key)) for key in ("lines", "not_done"))
        and isinstance(objects, list)
        and all(isinstance(each, dict) and isinstance(each.get("object"), str) for each in objects)
    )


def _is_time(value: object) -> bool:
    return isinstance(value, str) and bool(_IS_TIME.fullmatch(value))


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def _time(seconds: float) -> str:
    return time.strftime(_TIME, time.gmtime(seconds))

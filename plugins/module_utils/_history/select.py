# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Selects entries of the history, by name and by content. Pure."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase

from ansible_collections.cloudhsm.iam.plugins.module_utils._history.input import Filters
from ansible_collections.cloudhsm.iam.plugins.module_utils._history.model import (
    NAME,
    DamagedError,
    Entry,
    read,
    stamp_of,
)

# Entries that are read at a time.
BATCH = 32
# How many skipped entries a result lists.
_TOLD = 100


class Found(t.NamedTuple):
    """The entries, oldest first, skipped names with reasons, and whether older entries were left out."""

    entries: list[Entry]
    skipped: list[str]
    more: bool


def in_range(names: Iterable[str], filters: Filters) -> tuple[list[str], list[str]]:
    """Return names of entries that may match, newest first, and names that are not those of entries."""
    since = stamp_of(filters.since) if filters.since is not None else ""
    until = stamp_of(filters.until) if filters.until is not None else "9"
    wanted, foreign = [], []
    for name in names:
        found = NAME.fullmatch(name)
        if not found:
            foreign.append(name)
        elif since <= found["stamp"] <= until and found["account_id"] in (filters.account_ids or {found["account_id"]}):
            wanted.append(name)
    return sorted(wanted, reverse=True), sorted(foreign)


def select(names: Iterable[str], filters: Filters, contents: Callable[[list[str]], Iterable[bytes | str]]) -> Found:
    """Return the newest entries that match. contents returns each entry's bytes, or text why it can't be read."""
    wanted, foreign = in_range(names, filters)
    skipped = [f"{_shown(name)} is not an entry of the history" for name in foreign]
    entries: list[Entry] = []
    for place in range(0, len(wanted), BATCH):
        batch = wanted[place : place + BATCH]
        for name, content in zip(batch, contents(batch), strict=True):
            entry = _read(name, content)
            if isinstance(entry, str):
                skipped.append(f"{name} {entry}")
            elif _matches(entry, filters):
                entries.append({**entry, "name": name})
        if len(entries) > filters.most:
            break
    more = len(entries) > filters.most
    return Found(entries[: filters.most][::-1], list(_shortened(skipped)), more)


def _read(name: str, content: bytes | str) -> Entry | str:
    if isinstance(content, str):
        return content
    try:
        return read(name, content)
    except DamagedError as exc:
        return str(exc)


def _matches(entry: Entry, filters: Filters) -> bool:
    return (not filters.caller or _is_by(entry["by"], filters.caller)) and (
        not filters.object_name or any(_is_object(each, filters.object_name) for each in entry["objects"])
    )


def _is_by(arn: str, pattern: str) -> bool:
    """Whether the pattern fits the ARN or any part of its path, such as the name of a user, role or session."""
    resource = arn.split(":", 5)[-1]
    return any(_fits(text, pattern) for text in (arn, resource, *resource.split("/")))


def _is_object(each: dict[str, t.Any], pattern: str) -> bool:
    """Whether the pattern fits the object's name, its previous name, or its kind and name, such as user eve."""
    key, old = each["object"], each.get("old_name")
    names = [key, key.rpartition(" ")[2], *([old] if isinstance(old, str) else [])]
    return any(_fits(name, pattern) for name in names)


def _fits(text: str, pattern: str) -> bool:
    # Only * and ? are wildcards. Brackets, which fnmatch would treat as a choice, stand for themselves.
    return fnmatchcase(text.casefold(), re.sub(r"\[", "[[]", pattern.casefold()))


def _shortened(texts: list[str]) -> Iterator[str]:
    yield from texts[:_TOLD]
    if len(texts) > _TOLD:
        yield f"and {len(texts) - _TOLD} more"


def _shown(name: str) -> str:
    """Return a foreign name on one line, escaped if it has control characters."""
    return name if name.isprintable() else ascii(name)

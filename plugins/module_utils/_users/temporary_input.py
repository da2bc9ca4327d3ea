# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads a user's option temporary_groups. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import kind, text_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.item import Fields
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import read_until, reason_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import TemporaryGroup

_KEYS = ("group", "until", "reason")


def read_temporary_groups(
    listed: Sequence[t.Any], user: Mapping[str, t.Any]
) -> tuple[tuple[TemporaryGroup, ...], list[str]]:
    """Return the memberships and all problems. user is the whole item: its other lists must not repeat a group."""
    read: list[TemporaryGroup] = []
    problems: list[str] = []
    for index, item in enumerate(listed):
        membership, wrong = _read(item)
        problems += [f"temporary_groups[{index}]{colon}{text}" for colon, text in wrong]
        if not wrong:
            read.append(membership)
    return tuple(read), [*problems, *_listed_twice(read, user)]


def _read(item: object) -> tuple[TemporaryGroup, list[tuple[str, str]]]:
    """Return one membership, and its problems, each with the punctuation that comes before it in the message."""
    nothing = TemporaryGroup("", "")
    if not isinstance(item, Mapping):
        return nothing, [(": ", f"must be a dictionary with {', '.join(_KEYS)}, not {kind(item)}")]
    fields = Fields(item)
    fields.only(_KEYS, "a temporary membership")
    for key in _KEYS:
        if item.get(key) in (None, ""):
            fields.problem(key, "is missing")
        elif wrong := _problem(key, item[key]):
            fields.problem(key, wrong)
    if fields.problems:
        return nothing, [(".", problem) for problem in fields.problems]
    return TemporaryGroup(item["group"], read_until(item["until"])[0], " ".join(item["reason"].split())), []


def _group_problem(group: object) -> str | None:
    return limits.name_problem(group, limits.GROUP_NAME_LENGTH) if isinstance(group, str) else text_problem(group)


def _problem(key: str, value: t.Any) -> str | None:
    if key == "group":
        return _group_problem(value)
    return read_until(value)[1] if key == "until" else reason_problem(value)


def _listed_twice(read: Sequence[TemporaryGroup], user: Mapping[str, t.Any]) -> Iterator[str]:
    """Yield a problem for each group that is listed twice, here or in another list. IAM ignores case in names."""
    names = [membership.group.lower() for membership in read]
    for place, membership in enumerate(read):
        if membership.group.lower() in names[:place]:
            yield f"temporary_groups: names {membership.group!r} more than once"
    for field in ("groups", "leave_groups"):
        others = user.get(field)
        if not isinstance(others, Sequence) or isinstance(others, str):
            continue
        for other in others:
            if isinstance(other, str) and other.lower() in names:
                yield f"temporary_groups: {other!r} is listed in {field} too; list it once"

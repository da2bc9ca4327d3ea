# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Parses the options of identity_center_users and reports every mistake that shows without AWS."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import kind, text_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.item import label
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.input import number_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.suspended import prefix_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users.model import STATES, UserWish

# Characters of a user name (Identity Store API reference, CreateUser).
NAME_LENGTH = 128
_KEYS = ("name", "state")


def parse(params: Mapping[str, t.Any]) -> tuple[list[UserWish], list[str]]:
    """Return the users, and one sentence for each problem, beginning with item and field."""
    wishes: list[UserWish] = []
    problems: list[str] = []
    first: dict[str, str] = {}
    given = params.get("users") or []
    for index, item in enumerate(given if isinstance(given, Sequence) and not isinstance(given, str) else ()):
        if not isinstance(item, Mapping):
            problems.append(f"users[{index}]: must be a dictionary, not {kind(item)}")
            continue
        place = label("users", index, item.get("name"))
        wrong = list(_item_problems(item))
        name = item.get("name")
        if not wrong and isinstance(name, str):
            known = first.setdefault(name.lower(), place)
            wrong += [f"name: is also {known}"] if known != place else []
            wishes.append(UserWish(name, item.get("state") or "suspended"))
        problems += [f"{place}: {problem}" for problem in wrong]
    if problem := prefix_problem(params.get("notes_prefix")):
        problems.append(f"notes_prefix: {problem}")
    return wishes, [*problems, *number_problems(params)]


def _item_problems(item: Mapping[str, t.Any]) -> Iterator[str]:
    yield from (f"{key}: is no field of a user" for key in map(str, item) if key not in _KEYS)
    name = item.get("name")
    problem = text_problem(name) or (None if name else "is empty") if name is not None else "is missing"
    if problem is None and (len(str(name)) > NAME_LENGTH or not str(name).isprintable()):
        problem = f"must be up to {NAME_LENGTH} characters that can be seen"
    if problem:
        yield f"name: {problem}"
    if item.get("state") not in (None, *STATES):
        yield f"state: must be one of {', '.join(STATES)}, not {str(item['state'])[:80]!r}"

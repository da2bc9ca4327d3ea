# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Gives each listed group and user one spelling, because plans compare names. Pure.

GetUserId and GetGroupId decide which spellings mean the same user or group: those with the same ID. For groups that do
not exist yet, case is ignored, as for userName and a group's displayName in SCIM (RFC 7643, section 8.7.1, "caseExact":
false), which the identity store follows (IAM Identity Center SCIM Implementation Developer Guide, "What is the IAM
Identity Center SCIM implementation?").
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import (
    GROUP,
    USER,
    AssignmentWish,
    GroupWish,
    Wanted,
)

# IDs by name, by kind.
Ids = Mapping[str, Mapping[str, str]]
_Spellings = Mapping[str, str]


def one_spelling(wanted: Wanted, ids: Ids) -> tuple[Wanted, Ids]:
    """Return both with one spelling of each group and user: for a group in the list of groups, the one there."""
    listed = [wish.name for wish in wanted.groups]
    groups = _spellings([*listed, *sorted(wanted.group_names)], ids[GROUP])
    users = _spellings(sorted(wanted.user_names), ids[USER])
    kept = {
        kind: {name: known for name, known in ids[kind].items() if spellings[name] == name}
        for kind, spellings in ((GROUP, groups), (USER, users))
    }
    return (
        replace(
            wanted,
            groups=tuple(_group(wish, users) for wish in wanted.groups),
            assignments=tuple(_assignment(wish, groups, users) for wish in wanted.assignments),
        ),
        kept,
    )


def _spellings(names: Iterable[str], ids: Mapping[str, str]) -> dict[str, str]:
    """Return the spelling to use for each name: the first one with the same ID, or else the same but for case."""
    first: dict[tuple[bool, str], str] = {}
    return {name: first.setdefault((name in ids, ids.get(name, name.lower())), name) for name in names}


def _group(wish: GroupWish, users: _Spellings) -> GroupWish:
    return wish if wish.members is None else replace(wish, members=_spelled(wish.members, users))


def _assignment(wish: AssignmentWish, groups: _Spellings, users: _Spellings) -> AssignmentWish:
    return replace(wish, groups=_spelled(wish.groups, groups), users=_spelled(wish.users, users))


def _spelled(names: Iterable[str], spellings: _Spellings) -> frozenset[str]:
    return frozenset(spellings[name] for name in names)

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Which customer managed policies and roles are ours, and which of somebody else's may be used all the same.

IAM's names are unique in an account, whatever the path. Whoever may create policies below one path only can therefore
create one with the name that we use, before we do. It must not be attached to administrators because of its name.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import BOOTSTRAP, BOOTSTRAP_GROUPS, MANAGED, OWNED

Described = Mapping[str, t.Any]

MARK = {MANAGED: OWNED}
# Tags that bootstrap gives to what it makes, whatever their values: the second one lists groups.
BOOTSTRAP_MARKS = (BOOTSTRAP, BOOTSTRAP_GROUPS)
MARKS = (MANAGED, *BOOTSTRAP_MARKS)


@dataclass(frozen=True)
class Expected:
    """A policy as it is looked for: where, by which tags, and how whoever gives the options calls them."""

    name: str
    name_option: str
    adopt_option: str
    path: str | None = None
    # Empty where the policy's path can't be chosen.
    path_option: str = ""
    creation_tags: Mapping[str, str] = field(default_factory=dict)
    # Whether the user said that a policy of this name is to be used wherever it is and whoever made it.
    adopt: bool = False


def new_tags(creation_tags: Mapping[str, str], tags: Mapping[str, str]) -> dict[str, str]:
    """The tags of something new: without our mark the next run would not know it for ours."""
    return {**MARK, **creation_tags, **tags}


def is_mark(key: str, creation_tags: Mapping[str, str]) -> bool:
    """Whether a tag tells who made something, so that it is not purged."""
    return key in MARKS or key in creation_tags


def is_ours(tags: Mapping[str, str], creation_tags: Mapping[str, str]) -> bool:
    """Whether something with these tags was made by this collection, or with these creation tags."""
    marked = tags.get(MANAGED) == OWNED or any(key in tags for key in BOOTSTRAP_MARKS)
    return marked or (bool(creation_tags) and all(tags.get(key) == value for key, value in creation_tags.items()))


def may_be_used(expected: Expected, found: Described) -> bool:
    """Whether a policy that was found by its name is the expected one."""
    return expected.adopt or not _reasons(expected, found)


def adoption_problem(expected: Expected, found: Described) -> str | None:
    """Why a policy that was found by its name is not used; None where it is, or where there is none."""
    if not found or may_be_used(expected, found):
        return None
    ways = ["choose another name", *_by_path(expected, found)]
    return (
        f"{expected.name_option}: the policy {found['arn']} exists, but {' and '.join(_reasons(expected, found))}. "
        f"Anyone who can change it decides what it allows: {', '.join(ways)}, or, if you trust it (you created it by "
        f"hand, for example), set {expected.adopt_option}: true"
    )


def kept_notice(expected: Expected, found: Described) -> str | None:
    """Why a policy that was found by its name is not deleted; None where it may be, or where there is none."""
    if not found or may_be_used(expected, found):
        return None
    ways = [way.removeprefix("set ") for way in _by_path(expected, found)]
    return (
        f"The policy {found['arn']} stays, because {' and '.join(_reasons(expected, found))}; "
        f"with {' or '.join([*ways, f'{expected.adopt_option}: true'])} it is deleted as well"
    )


def _by_path(expected: Expected, found: Described) -> list[str]:
    """The way out where nothing but the path is another one."""
    if not expected.path_option or found["path"] == _path(expected):
        return []
    ours = is_ours(found["tags"], expected.creation_tags)
    return [f"set {expected.path_option}: {found['path']}"] if ours else []


def _path(expected: Expected) -> str:
    return expected.path or "/"


def _reasons(expected: Expected, found: Described) -> list[str]:
    reasons = []
    if found["path"] != _path(expected):
        reasons.append(f"its path is {found['path']}, not {_path(expected)}")
    if not is_ours(found["tags"], expected.creation_tags):
        reasons.append(f"it has no tag {MANAGED}, which this collection gives to what it creates")
    return reasons


def named(name: str, described: Iterable[Described]) -> Described:
    """The one with this name, which IAM tells apart without regard to case; else an empty dictionary."""
    return next((one for one in described if one["name"].casefold() == name.casefold()), {})

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Decides which customer managed policies and roles are ours, and which others may still be used.

Names are unique in an account, whatever the path. So anyone who can create policies below just one path can create one
with the name that we use before we do. Such a policy must not be attached to administrators because of its name.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import BOOTSTRAP, BOOTSTRAP_GROUPS, MANAGED, OWNED

Described = Mapping[str, t.Any]

MARK = {MANAGED: OWNED}
# Tags that bootstrap sets on what it creates, with any value: the second one lists groups.
BOOTSTRAP_MARKS = (BOOTSTRAP, BOOTSTRAP_GROUPS)
MARKS = (MANAGED, *BOOTSTRAP_MARKS)


@dataclass(frozen=True)
class Expected:
    """The policy to look for: where, with which tags, and the user's names for the options."""

    name: str
    name_option: str
    adopt_option: str
    path: str | None = None
    # Empty if the policy's path can't be chosen.
    path_option: str = ""
    creation_tags: Mapping[str, str] = field(default_factory=dict)
    # Whether the user allows any policy of this name, wherever it is and whoever created it.
    adopt: bool = False


def new_tags(creation_tags: Mapping[str, str], tags: Mapping[str, str]) -> dict[str, str]:
    """The tags of a new object. They include our mark, by which later runs recognize it."""
    return {**MARK, **creation_tags, **tags}


def planned_tags(
    before: Described, tags: Mapping[str, str], creation_tags: Mapping[str, str], purge: bool
) -> tuple[dict[str, str], dict[str, str]]:
    """The tags to set on an object, and the tags that it has then. before is empty for a new object.

    Tags that say who created an object are never purged.
    """
    if not before:
        new = new_tags(creation_tags, tags)
        return new, new
    kept = {key: value for key, value in before["tags"].items() if not purge or is_mark(key, creation_tags)}
    after = {**kept, **tags}
    return after if purge else dict(tags), after


def is_mark(key: str, creation_tags: Mapping[str, str]) -> bool:
    """Whether a tag says who created an object. Such tags are never purged."""
    return key in MARKS or key in creation_tags


def is_ours(tags: Mapping[str, str], creation_tags: Mapping[str, str]) -> bool:
    """Whether an object with these tags was created by this collection, or has these creation tags."""
    marked = tags.get(MANAGED) == OWNED or any(key in tags for key in BOOTSTRAP_MARKS)
    return marked or (bool(creation_tags) and all(tags.get(key) == value for key, value in creation_tags.items()))


def may_be_used(expected: Expected, found: Described) -> bool:
    """Whether the policy found under this name is the expected one."""
    return expected.adopt or not _reasons(expected, found)


def adoption_problem(expected: Expected, found: Described) -> str | None:
    """Why the policy found under this name can't be used; None if it can or does not exist."""
    if not found or may_be_used(expected, found):
        return None
    ways = ["choose another name", *_by_path(expected, found)]
    return (
        f"{expected.name_option}: the policy {found['arn']} exists, but {' and '.join(_reasons(expected, found))}. "
        f"Anyone who can change it decides what it allows: {', '.join(ways)}, or, if you trust it (you created it by "
        f"hand, for example), set {expected.adopt_option}: true"
    )


def kept_notice(expected: Expected, found: Described) -> str | None:
    """Why the policy found under this name is not deleted; None if it can be or does not exist."""
    if not found or may_be_used(expected, found):
        return None
    ways = [way.removeprefix("set ") for way in _by_path(expected, found)]
    return (
        f"The policy {found['arn']} stays, because {' and '.join(_reasons(expected, found))}; "
        f"with {' or '.join([*ways, f'{expected.adopt_option}: true'])} it is deleted as well"
    )


def _by_path(expected: Expected, found: Described) -> list[str]:
    """The way out if the policy is ours but its path is different."""
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
    """The object with this name, ignoring case as IAM does; an empty dictionary if there is none."""
    return next((one for one in described if one["name"].casefold() == name.casefold()), {})

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Filters for the users to export: by name, path, group and tags."""

from __future__ import annotations

import fnmatch
import typing as t
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import nearest, read_list, text_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import MANAGED
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.names import same_names
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tags import key_problems, tag_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import ActualUser

SPEC: dict[str, t.Any] = {
    "names": {"type": "list", "elements": "str", "default": []},
    "paths": {"type": "list", "elements": "str", "default": []},
    "groups": {"type": "list", "elements": "str", "default": []},
    "tags": {"type": "dict", "default": {}},
    "managed_by_tag": {"type": "str", "default": MANAGED},
    "live_limit": {"type": "int", "default": 100},
    "wait_timeout": {"type": "int", "default": 60},
    "identity_center": {"type": "bool", "default": False},
    "identity_center_names": {"type": "dict", "default": {}},
    "variables_prefix": {"type": "str", "default": ""},
}
ANY = "*"
LISTS = ("names", "paths", "groups")
LOWEST = {"live_limit": 0, "wait_timeout": 1}


@dataclass(frozen=True)
class Filters:
    """A user is exported who matches every filter that is given."""

    # Patterns with * and ?, as in a shell.
    names: tuple[str, ...] = ()
    # Each includes all paths below it.
    paths: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    # The user must have all of them; * matches any value.
    tags: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.names or self.paths or self.groups or self.tags)

    def fit(self, user: ActualUser) -> bool:
        """Whether the user is exported."""
        groups = {group.lower() for group in user.groups}
        return (
            (not self.names or any(fnmatch.fnmatchcase(user.name.lower(), name.lower()) for name in self.names))
            and (not self.paths or any(user.path.startswith(path) for path in self.paths))
            and (not self.groups or any(group.lower() in groups for group in self.groups))
            and all(key in user.tags and value in (ANY, user.tags[key]) for key, value in self.tags.items())
        )


def read_filters(params: Mapping[str, t.Any]) -> tuple[Filters, list[str]]:
    """The filters, and all problems with the options."""
    prefix = str(params.get("variables_prefix") or "")
    read: dict[str, tuple[str, ...]] = {}
    problems: list[str] = []
    for name in LISTS:
        texts, wrong = read_list(params.get(name))
        read[name] = tuple(texts)
        problems += [f"{called(name, prefix)}: {problem}" for problem in wrong]
    problems += [
        f"{called('paths', prefix)}: {path[:80]!r}: {problem}"
        for path in read["paths"]
        if (problem := limits.path_problem(path))
    ]
    problems += tag_problems(_without_any(params.get("tags")), called("tags", prefix))
    problems += [
        f"{called('managed_by_tag', prefix)}: {problem}" for problem in key_problems(params.get("managed_by_tag"))
    ]
    problems += [
        f"{called(name, prefix)}: must be at least {lowest}, not {params[name]}"
        for name, lowest in LOWEST.items()
        if params[name] < lowest
    ]
    problems += list(_name_problems(params.get("identity_center_names") or {}, called("identity_center_names", prefix)))
    tags = {} if problems else {str(key): str(value) for key, value in (params.get("tags") or {}).items()}
    return Filters(read["names"], read["paths"], read["groups"], tags), problems


def _name_problems(names: Mapping[t.Any, t.Any], option: str) -> Iterator[str]:
    for name, known in names.items():
        problem = text_problem(name) or text_problem(known) or (None if known else "is empty")
        if problem:
            yield f"{option}.{str(name)[:80]}: {problem}"
    yield from (f"{option}: {' and '.join(each)} are the same user" for each in same_names(map(str, names)))


def _without_any(tags: t.Any) -> t.Any:
    """The tags with * replaced by an empty value, because no tag's value can be *."""
    return {key: "" if value == ANY else value for key, value in tags.items()} if isinstance(tags, Mapping) else tags


def unknown_problems(
    filters: Filters, users: Mapping[str, t.Any], groups: Mapping[str, t.Any], prefix: str
) -> list[str]:
    """Filters for names that the account does not have. A typo must not look like a user who has left."""
    named = [name for name in filters.names if not set(name) & set("*?[")]
    return [
        *_unknown("names", "user", named, users, prefix),
        *_unknown("groups", "group", filters.groups, groups, prefix),
    ]


def _unknown(option: str, what: str, names: t.Iterable[str], known: Mapping[str, t.Any], prefix: str) -> Iterator[str]:
    there = {name.lower() for name in known}
    for name in names:
        if name.lower() not in there:
            close = nearest(name, known)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            yield f"{called(option, prefix)}: the account has no {what} {name[:80]!r}{hint}"

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Members who would leave a group because its list is exclusive or it is deleted, and those who must stay."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import PROTECTED, SUSPENDED

Described = Mapping[str, t.Any]


def leaving(options: Mapping[str, t.Any], group: Described) -> list[str]:
    """The members that the group loses."""
    members = group.get("members", [])
    if options["state"] == "absent":
        return list(members)
    if not options["exclusive"]:
        return []
    # IAM ignores the case of names (CreateUser).
    staying = {name.casefold() for name in options["members"] or ()}
    return [name for name in members if name.casefold() not in staying]


def leaving_problems(
    options: Mapping[str, t.Any], going: Iterable[str], users: Iterable[Described], caller: str | None
) -> list[str]:
    """Why these members can't leave. users are those who leave and those who stay, with their tags."""
    tags: dict[str, Mapping[str, str]] = {user["name"]: user["tags"] for user in users}
    name, going = options["name"], list(going)
    problems = []
    protected = [user for user in going if PROTECTED in tags.get(user, {})]
    if protected:
        problems.append(
            f"The group {name} keeps {', '.join(protected)}, marked as protected (tag {PROTECTED});"
            " take the mark away first, with protected: false"
        )
    if options["state"] == "absent":
        return problems
    if caller in going:
        problems.append(f"The group {name} keeps the caller, {caller}; run this with another user's credentials")
    staying = list(options["members"] or ())
    if staying and all(SUSPENDED in tags.get(user, {}) for user in staying):
        problems.append(
            f"The group {name} would have no member who can act for it: {', '.join(staying)} suspended;"
            f" keep one of {', '.join(going)}"
        )
    return problems

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""A plan as a list of objects, each with what happens to it. Pure.

    parts and their results -> items -> lines for people (item_lines), or a plan file (_change_control)

The results of a run have the same form as those of check mode, so a summary shows what was done in the same way.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import SUSPENDED
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.parts import (
    GROUP,
    GUARDED_MODULE,
    SERVICE_LINKED_ROLE,
    USERS,
    Part,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.denial import SUSPENDED_POLICY

State = Mapping[str, t.Any]
Result = Mapping[str, t.Any]
USER, GROUP_KIND, POLICY, ROLE = "user", "group", "policy", "service-linked role"
CONTROL_POLICY = "service control policy"
SET, STORE_GROUP, ASSIGNMENT = "permission set", "identity store group", "assignment"
STORE_USER = "identity store user"
ORGANIZATION, ROOT_USER = "organization", "root user"
KINDS = (
    USER,
    GROUP_KIND,
    POLICY,
    ROLE,
    CONTROL_POLICY,
    SET,
    STORE_GROUP,
    ASSIGNMENT,
    STORE_USER,
    ORGANIZATION,
    ROOT_USER,
)
_KINDS = {"iam_group": GROUP_KIND, "iam_managed_policy": POLICY}
# Actions on an object that stays. A tried object exists only during the run.
CHANGES = ("changed", "renamed", "moved", "restored", "admitted", "suspended", "tried")


@dataclass(frozen=True)
class Item:
    """One object of the account, and what happens to it. An object that does not exist has no state."""

    kind: str
    name: str
    # One of CHANGES, or created, deleted, unchanged.
    action: str
    before: State | None = None
    after: State | None = None
    # The calls in order, if the part's module returns them for each object.
    calls: Sequence[Mapping[str, t.Any]] = ()
    # Where the first password or new access key is stored; empty if none is stored.
    password_in: str = ""
    # Where the halves of a break-glass user's password are stored; empty for others.
    halves_in: Sequence[str] = ()
    # Service and suffix of a service-linked role, whose name is known only once it exists.
    service: str = ""
    # Previous name of a renamed user; empty for others.
    old_name: str = ""

    @property
    def key(self) -> str:
        """Identifier of the object that stays the same before, during and after a run."""
        return f"{self.kind} {self.service or self.name}"

    @property
    def sign(self) -> str:
        """First character of the object's line."""
        return {"created": "+", "deleted": "-", "unchanged": "="}.get(self.action, "~")


@dataclass(frozen=True)
class Left:
    """How many named objects the plan leaves alone, and why."""

    pending: int = 0
    suspended: int = 0
    kept: int = 0


@dataclass(frozen=True)
class Plan:
    """All objects of a plan, in the order in which they are changed."""

    items: Sequence[Item]
    left: Left = field(default_factory=Left)

    @property
    def changing(self) -> list[Item]:
        """The objects that change."""
        return [item for item in self.items if item.action != "unchanged"]


def plan_of(parts: Iterable[Part], results: Mapping[str, Result], kept: int = 0) -> Plan:
    """Return the plan from the results of its parts. A policy that two groups share counts once."""
    items: dict[tuple[str, str], Item] = {}
    left = Left(kept=kept)
    for part in parts:
        result = results[part.key]
        for item in _of_part(part, result):
            known = items.get((item.kind, item.name))
            if known is None or known.action == "unchanged":
                items[item.kind, item.name] = item
        if part.module == USERS:
            suspended = sum(user.get("state") == "suspended" for user in _unchanged_users(result))
            left = Left(len(result.get("pending") or ()), suspended, kept)
    return Plan(list(items.values()), left)


def _of_part(part: Part, result: Result) -> Iterator[Item]:
    if part.module == USERS:
        yield from _of_users(result, part.options.get("onboarding_group"))
    elif part.module == GROUP:
        yield from _of_group(part, result)
    elif part.module == SERVICE_LINKED_ROLE:
        yield _of_role(part, result)
    elif "objects" in result:
        yield from (Item(**each) for each in result["objects"])
    elif part.module == GUARDED_MODULE:
        name = part.options["options"]["name"]
        yield Item(POLICY, name, "deleted" if result.get("changed") else "unchanged", before={"name": name})


def _unchanged_users(result: Result) -> list[Mapping[str, t.Any]]:
    return [user for user in result["users"] if user["action"] == "unchanged"]


def _of_users(result: Result, onboarding_group: str | None) -> Iterator[Item]:
    diff = result.get("diff") or {}
    before, after = diff.get("before") or {}, diff.get("after") or {}
    calls: dict[str, list[Mapping[str, t.Any]]] = {}
    for change in result["changes"]:
        call = {key: value for key, value in change.items() if key != "user"}
        calls.setdefault(change["user"], []).append(call)
    stored = result.get("credentials") or {}
    for user in result["users"]:
        name = user["name"]
        old = user.get("renamed_from") or name
        had, has = before.get(old), after.get(name)
        yield Item(
            USER,
            name,
            user_action(user, had, has, onboarding_group),
            had,
            has,
            calls.get(name, []) if old == name else [*calls.get(old, []), *calls.get(name, [])],
            str(stored.get("location") or "") if name in (stored.get("users") or ()) else "",
            old_name=user.get("renamed_from") or "",
        )


def user_action(user: Mapping[str, t.Any], before: State | None, after: State | None, onboarding: str | None) -> str:
    """Return what happens to a user, in more detail than the action of iam_users."""
    if user["action"] != "updated":
        return str(user["action"])
    if user.get("state") == "suspended":
        return "suspended"
    had, has = before or {}, after or {}
    if _is_marked(had) and not _is_marked(has):
        return "restored"
    if onboarding and onboarding in had.get("groups", ()) and onboarding not in has.get("groups", ()):
        return "admitted"
    if user.get("renamed_from"):
        return "renamed"
    return "moved" if had.get("path") != has.get("path") else "changed"


def _is_marked(state: State) -> bool:
    return SUSPENDED in state.get("tags", {}) or SUSPENDED_POLICY in state.get("inline_policies", ())


def _of_group(part: Part, result: Result) -> Iterator[Item]:
    """Yield the group, its own policy, and the policy that requires MFA, as far as it has them."""
    steps = list(_of_steps(result.get("diff") or ()))
    yield from steps
    there = {(item.kind, item.name.casefold()) for item in steps}
    names = [(GROUP_KIND, part.options["name"])]
    if part.options.get("state") != "absent":
        names += [(POLICY, result["policy_name"])] if result.get("policy_name") else []
        mfa = part.options.get("require_mfa_policy_name")
        names += [(POLICY, mfa)] if part.options.get("require_mfa") and mfa else []
    yield from (Item(kind, name, "unchanged") for kind, name in names if (kind, name.casefold()) not in there)


def _of_steps(diff: Iterable[Mapping[str, t.Any]]) -> Iterator[Item]:
    for step in diff:
        kind, _space, name = step["before_header"].partition(" ")
        before, after = step["before"] or None, step["after"] or None
        moved = before and after and before.get("path") != after.get("path")
        action = "created" if not before else "deleted" if not after else "moved" if moved else "changed"
        yield Item(_KINDS[kind], name, action, before, after)


def _of_role(part: Part, result: Result) -> Item:
    diff = result.get("diff") or {}
    before, after = diff.get("before") or None, diff.get("after") or None
    known = after or before or result.get("service_linked_role") or {}
    # A role that does not exist yet has no name. Its service's name stands for it.
    name = str((before or result.get("service_linked_role") or {}).get("name") or part.options["service_name"])
    suffix = part.options.get("custom_suffix")
    service = "_".join(filter(None, (part.options["service_name"], suffix)))
    if not result.get("changed"):
        return Item(ROLE, name, "unchanged", known or None, known or None, service=service)
    action = "created" if not before else "deleted" if not after else "changed"
    return Item(ROLE, name, action, before, after, service=service)

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The objects of a plan with their states before and after, for plan files and for messages. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import has_ended
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.copies import told
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import (
    GROUP,
    USER,
    Assignment,
    Change,
    PermissionSet,
    Plan,
    Snapshot,
    Wanted,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.targets import assignments_of

State = dict[str, t.Any]
# Kinds of objects in messages.
SET, STORE_GROUP, ASSIGNMENT = "permission set", "identity store group", "assignment"
# Permission set, and kind and name of the principal, for any account.
_Held = tuple[str, str, str]


def describe_objects(wanted: Wanted, snapshot: Snapshot, plan: Plan) -> list[dict[str, t.Any]]:
    """Return the objects of the plan in the order of their changes. Includes unchanged ones."""
    sets = list(_sets(plan, snapshot))
    return [
        *_groups(wanted, snapshot, plan),
        *(one for one in sets if one["action"] != "deleted"),
        *_assignments(wanted, snapshot, plan),
        *(one for one in sets if one["action"] == "deleted"),
    ]


def _sets(plan: Plan, snapshot: Snapshot) -> Iterator[dict[str, t.Any]]:
    for one in plan.sets:
        calls = [change for change in plan.changes if change.permission_set == one.name and not change.account]
        before, after = (_set_state(state, snapshot) if state else None for state in (one.before, one.after))
        yield _object(SET, one.name, before, after, calls)


def _set_state(one: PermissionSet, snapshot: Snapshot) -> State:
    return {
        **({"copy_of": one.copy_of, **_end(one, snapshot)} if one.copy_of else {}),
        "description": one.description,
        "session_duration": one.session_duration,
        "relay_state": one.relay_state,
        "document": dict(one.inline_policy) or None,
        "managed_policies": sorted(one.managed_policies),
        "customer_managed_policies": sorted(one.customer_managed_policies),
        "boundary": one.boundary,
        "tags": dict(one.tags),
    }


def _groups(wanted: Wanted, snapshot: Snapshot, plan: Plan) -> Iterator[dict[str, t.Any]]:
    for wish in wanted.groups:
        known = snapshot.groups.get(wish.name)
        calls = [change for change in plan.changes if change.group == wish.name and not change.account]
        members = {snapshot.user_name(member) for member in (known.members if known else None) or ()}
        left = {change.user for change in calls if change.operation == "delete_group_membership"}
        joined = {change.user for change in calls if change.operation == "create_group_membership"}
        before = {"members": sorted(members)} if known else None
        yield _object(STORE_GROUP, wish.name, before, {"members": sorted((members | joined) - left)}, calls)


def _assignments(wanted: Wanted, snapshot: Snapshot, plan: Plan) -> Iterator[dict[str, t.Any]]:
    """Yield one object for each permission set and principal; its state is the accounts."""
    calls: dict[_Held, list[Change]] = {}
    for change in plan.changes:
        if change.account:
            kind, principal = (GROUP, change.group) if change.group else (USER, change.user)
            calls.setdefault((change.permission_set, kind, principal), []).append(change)
    present, absent = assignments_of(wanted, snapshot)
    had = _accounts(snapshot.assignments)
    copies = {one.name: (one.before, one.after) for one in plan.sets}
    for held in sorted({*calls, *_accounts(present), *(_accounts(absent).keys() & had.keys())}):
        permission_set, kind, principal = held
        before = had.get(held, set())
        gone, new = (
            {change.account for change in calls.get(held, []) if change.operation.startswith(verb)}
            for verb in ("delete", "create")
        )
        name = f"{permission_set} for {kind.lower()} {principal}"
        was, becomes = (
            _end(one, snapshot) if one and one.copy_of else {} for one in copies.get(permission_set, (None, None))
        )
        after = _held_in((before | new) - gone, becomes)
        yield _object(ASSIGNMENT, name, _held_in(before, was), after, calls.get(held, []))


def _end(one: PermissionSet, snapshot: Snapshot) -> State:
    return told(one, has_ended(one.until, snapshot.caller.now))


def _held_in(accounts: Iterable[str], end: State) -> State | None:
    listed = sorted(accounts)
    return {"accounts": listed, **end} if listed else None


def _accounts(assignments: Iterable[Assignment]) -> dict[_Held, set[str]]:
    found: dict[_Held, set[str]] = {}
    for one in assignments:
        found.setdefault((one.permission_set, one.kind, one.principal), set()).add(one.account)
    return found


def _object(
    kind: str, name: str, before: State | None, after: State | None, calls: Iterable[Change]
) -> dict[str, t.Any]:
    described = [change.describe() for change in calls]
    action = "changed" if described else "unchanged"
    if described and (before is None or after is None):
        action = "created" if before is None else "deleted"
    return {"kind": kind, "name": name, "action": action, "before": before, "after": after, "calls": described}

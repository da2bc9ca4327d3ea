# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Refusals of plans that are risky or that AWS would not allow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.item import label
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import MANAGED
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.copies import Ends
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import (
    GROUP,
    Assignment,
    Change,
    Options,
    PermissionSet,
    Plan,
    SetPlan,
    Snapshot,
    Wanted,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import is_ours

# How many names a message lists.
_TOLD = 5
_TAKES = ("delete_account_assignment", "delete_group_membership", "delete_permission_set")


@dataclass(frozen=True)
class After:
    """The state after a plan is carried out."""

    sets: tuple[SetPlan, ...]
    assignments: frozenset[Assignment]
    joining: tuple[Change, ...] = ()
    leaving: tuple[Change, ...] = ()
    # Assignments listed as present, and what is known about copies.
    present: frozenset[Assignment] = frozenset()
    ends: Ends = field(default_factory=lambda: Ends({}, {}, {}))

    def permission_set(self, name: str, snapshot: Snapshot) -> PermissionSet | None:
        """Return a permission set in this state."""
        return next((plan.after for plan in self.sets if plan.name == name), snapshot.sets.get(name))

    def members(self, group: str, snapshot: Snapshot) -> set[str]:
        """Return the names of a group's members. If they were not read, only users who join count."""
        known = snapshot.groups.get(group)
        now = {snapshot.user_name(member) for member in (known.members if known else None) or ()}
        joined = {change.user for change in self.joining if change.group == group}
        return (now | joined) - {change.user for change in self.leaving if change.group == group}


def refusals(wanted: Wanted, snapshot: Snapshot, options: Options, plan: Plan, after: After) -> Iterator[str]:
    """Yield a sentence for each reason to refuse the plan."""
    yield from _other_spellings(plan, snapshot, options)
    yield from _foreign_sets(plan, options)
    yield from _empty_lists(wanted, plan, options, after.ends)
    yield from _management_account(plan, snapshot, options)
    yield from _external_store(plan, snapshot, options)
    yield from _assigned_elsewhere(wanted, after, options)
    yield from _no_administrator(plan, snapshot, after, options)
    yield from _too_many_deletions(plan, options)


def _other_spellings(plan: Plan, snapshot: Snapshot, options: Options) -> Iterator[str]:
    there = {name.lower(): name for name in snapshot.sets}
    for one in plan.sets:
        known = there.get(one.name.lower(), one.name)
        if known != one.name and one.name not in snapshot.sets:
            yield f"{options.called('permission_sets')}: {one.name} differs only by case from {known}, which exists"


def _empty_lists(wanted: Wanted, plan: Plan, options: Options, ends: Ends) -> Iterator[str]:
    """Refuse an empty list with purge: it may come from a failed export."""
    if options.purge_allow_empty:
        return
    meant = f"if that is meant, set {options.called('purge_allow_empty')} to true"
    for index, wish in enumerate(wanted.groups):
        left = [change for change in plan.changes if change.operation == _TAKES[1] and change.group == wish.name]
        if wish.members == frozenset() and left:
            group = label(options.called("groups"), index, wish.name)
            purge = options.called("purge_members")
            yield f"{group}: members: is empty, and {purge} would remove all {len(left)}; {meant}"
    named = {wish.name for wish in wanted.sets if not wish.present}
    named |= {wish.permission_set for wish in wanted.assignments}
    taken = {change.permission_set for change in plan.changes if change.operation == _TAKES[0]}
    # Ended assignments are removed without purge.
    sets = {ends.base(name) for name in taken - ends.ended.keys()} - named
    if sets and not any(wish.present for wish in wanted.assignments):
        purge = options.called("purge_assignments")
        yield (
            f"{options.called('assignments')}: is empty, and {purge} would take off all assignments of "
            f"{some(sorted(sets))}; {meant}"
        )


def _foreign_sets(plan: Plan, options: Options) -> Iterator[str]:
    """Refuse existing sets that are not owned: they may allow more than their names suggest."""
    for one in plan.sets:
        if one.before and one.after and not options.adopt_permission_sets and not is_ours(one.before.tags, {}):
            sets = options.called("permission_sets")
            yield (
                f"{sets}: {one.name} exists, but has no tag {MANAGED}, which this collection gives to what it "
                f"creates. Choose another name, or, if it is yours, set {options.called('adopt_permission_sets')}: true"
            )


def _management_account(plan: Plan, snapshot: Snapshot, options: Options) -> Iterator[str]:
    """Refuse what a delegated administrator can't do in the management account (User Guide, "Delegated admin")."""
    management = snapshot.organization.management_account
    if snapshot.caller.account_id == management:
        return
    only = "which only the management account itself may do"
    requests = [change for change in plan.changes if change.account == management]
    if requests:
        sets = ", ".join(sorted({change.permission_set for change in requests}))
        yield (
            f"{options.called('assignments')}: {sets} would be assigned or taken in the management account "
            f"{management}, {only}; leave it out with exclude_accounts"
        )
    for one in plan.sets:
        if one.before and one.changes and management in one.before.provisioned:
            sets = options.called("permission_sets")
            yield f"{sets}: {one.name} is assigned in the management account {management}; change it there, {only}"


def _external_store(plan: Plan, snapshot: Snapshot, options: Options) -> Iterator[str]:
    groups = sorted({change.group for change in plan.changes if change.group and not change.account})
    if groups and snapshot.issuers:
        yield (
            f"{options.called('groups')}: the identity store gets its users and groups from "
            f"{', '.join(sorted(snapshot.issuers))}, which would undo or duplicate what is changed here; change "
            f"{', '.join(groups)} there"
        )


def _assigned_elsewhere(wanted: Wanted, after: After, options: Options) -> Iterator[str]:
    for wish in wanted.sets:
        left = [one for one in after.assignments if after.ends.base(one.permission_set) == wish.name]
        if not wish.present and left:
            accounts = sorted({one.account for one in left})
            yield (
                f"{options.called('permission_sets')}: {wish.name} can't be deleted while it is assigned: in "
                f"{some(accounts)} to "
                f"{some(sorted({one.principal for one in left}))}; take these assignments off, or set "
                f"{options.called('purge_assignments')}: true"
            )


def _no_administrator(plan: Plan, snapshot: Snapshot, after: After, options: Options) -> Iterator[str]:
    """Refuse a plan that takes away the last AdministratorAccess."""
    loses = {change.operation for change in plan.changes if change.operation in _TAKES}
    loses |= {"limit" for one in plan.sets if one.is_limited}
    before = After((), snapshot.assignments)
    if not loses or not _has_administrator(before, snapshot) or _has_administrator(after, snapshot):
        return
    option = "groups" if loses == {_TAKES[1]} else "assignments"
    sets = sorted(name for name, one in snapshot.sets.items() if one.is_administrator)
    yield (
        f"{options.called(option)}: nobody would be left with AdministratorAccess through {some(sets)}. Assign one "
        "that gives it to another user or group first, and name that permission set too"
    )


def _has_administrator(state: After, snapshot: Snapshot) -> bool:
    for one in state.assignments:
        permission_set = state.permission_set(one.permission_set, snapshot)
        if permission_set is None or not permission_set.is_administrator:
            continue
        if state.members(one.principal, snapshot) if one.kind == GROUP else not snapshot.has_gone(one.principal):
            return True
    return False


def _too_many_deletions(plan: Plan, options: Options) -> Iterator[str]:
    counts: Mapping[str, int] = {
        what: sum(1 for change in plan.changes if change.operation == operation)
        for what, operation in zip(("assignments", "memberships", "permission sets"), _TAKES, strict=True)
    }
    total = sum(counts.values())
    if total > options.max_deletions:
        told = ", ".join(f"{number} {what}" for what, number in counts.items() if number)
        most = options.called("max_deletions")
        yield f"{most}: {total} objects would be deleted ({told}), at most {options.max_deletions} are allowed"


def some(names: Iterable[str]) -> str:
    """Return the first names, and how many more follow."""
    listed = list(names)
    more = len(listed) - _TOLD
    return ", ".join(listed[:_TOLD]) + (f" and {more} more" if more > 0 else "")

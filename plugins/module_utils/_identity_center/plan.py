# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Makes the plan: changes from the snapshot to the listed state, and reasons to refuse them."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center import refusals
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.copies import (
    plan_copies,
    read_ends,
    taken_with_ends,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.end_refusals import end_refusals
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import (
    DEFAULT_SESSION,
    GROUP,
    Assignment,
    Change,
    Options,
    PermissionSet,
    Plan,
    SetPlan,
    SetWish,
    Snapshot,
    Wanted,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.targets import (
    assignments_of,
    target_problems,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import same_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import is_mark, new_tags

# The stages of a run, in order. Stages that take access away come after those that give it, so that nobody is locked
# out in between. Removing AdministratorAccess from a permission set takes access away too. New assignments of such a
# set come after that.
GROUPS, SETS, PROVISION, ASSIGN, LIMIT, PROVISION_LIMITED, ASSIGN_LIMITED, UNASSIGN, LEAVE, DELETE = (
    "groups",
    "sets",
    "provision",
    "assign",
    "limit",
    "provision_limited",
    "assign_limited",
    "unassign",
    "leave",
    "delete",
)
TAKING = frozenset({LIMIT, UNASSIGN, LEAVE, DELETE})
# Calls that do not affect the roles in the accounts, so the set need not be provisioned again.
_OF_THE_SET_ALONE = frozenset({"tag_resource", "untag_resource"})


def make_plan(wanted: Wanted, snapshot: Snapshot, options: Options) -> Plan:
    """Return the changes, stage by stage, and the reasons to refuse them."""
    sets = tuple(plan_set(wish, snapshot, options) for wish in wanted.sets)
    ends = read_ends(wanted, snapshot)
    present, absent = assignments_of(wanted, snapshot)
    existing = snapshot.assignments
    taken = (absent & existing) | taken_with_ends(present, absent, existing, ends)
    if options.purge_assignments:
        taken |= {one for one in existing if ends.base(one.permission_set) in wanted.set_names} - present
    joining, leaving = plan_members(wanted, snapshot, options)
    left = frozenset(existing - taken)
    sets += tuple(_set_plan(*each) for each in plan_copies(sets, left | present, snapshot, ends))
    names = {plan.name for plan in sets if plan.is_limited}
    # The copies of a permission set change in the same stage as the set.
    limited = [plan for plan in sets if plan.after and ends.base(plan.name) in names]
    others = [plan for plan in sets if plan.after and plan not in limited]
    new = {one: ends.base(one.permission_set) in names for one in present - existing}
    stages = {
        GROUPS: (*plan_groups(wanted, snapshot), *joining),
        SETS: tuple(change for plan in others for change in plan.changes),
        PROVISION: tuple(_provisioning(others)),
        ASSIGN: tuple(_requests("create_account_assignment", (one for one, later in new.items() if not later))),
        LIMIT: tuple(change for plan in limited for change in plan.changes),
        PROVISION_LIMITED: tuple(_provisioning(limited)),
        ASSIGN_LIMITED: tuple(_requests("create_account_assignment", (one for one, later in new.items() if later))),
        UNASSIGN: tuple(_requests("delete_account_assignment", taken)),
        LEAVE: tuple(leaving),
        DELETE: tuple(change for plan in sets if plan.before and not plan.after for change in plan.changes),
    }
    plan = Plan(sets, stages, assignments=left | present)
    after = refusals.After(sets, left | present, tuple(joining), tuple(leaving), present, ends)
    problems = [
        *target_problems(wanted, snapshot, options),
        *end_refusals(wanted, snapshot, options, after),
        *refusals.refusals(wanted, snapshot, options, plan, after),
    ]
    return replace(plan, problems=tuple(dict.fromkeys(problems)))


def plan_set(wish: SetWish, snapshot: Snapshot, options: Options) -> SetPlan:
    """Return the plan for one permission set."""
    before = snapshot.sets.get(wish.name)
    return _set_plan(wish.name, before, wanted_set(wish, before, options) if wish.present else None)


def _set_plan(name: str, before: PermissionSet | None, after: PermissionSet | None) -> SetPlan:
    if after is None:
        return SetPlan(name, before, None, (Change("delete_permission_set", name),) if before else ())
    if before is None:
        changes = (_creation(after), *_differences(PermissionSet(name, ""), replace(after, tags={})))
        return SetPlan(name, None, after, changes)
    return SetPlan(name, before, after, (*_update(before, after), *_differences(before, after)))


def wanted_set(wish: SetWish, before: PermissionSet | None, options: Options) -> PermissionSet:
    """Return the permission set after the run."""
    is_now = before or PermissionSet(wish.name, "")
    inline = is_now.inline_policy
    if wish.inline_policy is not None and not same_policy(inline, wish.inline_policy):
        inline = wish.inline_policy
    return replace(
        is_now,
        description=is_now.description if wish.description is None else wish.description,
        session_duration=wish.session_duration or is_now.session_duration,
        relay_state=is_now.relay_state if wish.relay_state is None else wish.relay_state,
        inline_policy=inline,
        managed_policies=_policies(is_now.managed_policies, wish.managed_policies, options) - wish.without,
        customer_managed_policies=_policies(is_now.customer_managed_policies, wish.customer_managed_policies, options),
        boundary=is_now.boundary if wish.boundary is None else wish.boundary,
        tags=_tags(before, wish.tags, options),
    )


def _policies(has: frozenset[str], wanted: frozenset[str] | None, options: Options) -> frozenset[str]:
    if wanted is None:
        return has
    return wanted if options.purge_policies else has | wanted


def _tags(before: PermissionSet | None, wanted: Mapping[str, str] | None, options: Options) -> Mapping[str, str]:
    if before is None:
        return new_tags({}, wanted or {})
    if wanted is None:
        return before.tags
    kept = {key: value for key, value in before.tags.items() if is_mark(key, {}) or not options.purge_tags}
    return {**kept, **wanted}


def _creation(after: PermissionSet) -> Change:
    params = {**_described(after), "Tags": _tag_list(after.tags)}
    return Change("create_permission_set", after.name, params=params)


def _update(before: PermissionSet, after: PermissionSet) -> Iterator[Change]:
    # AWS clears what a call leaves out, so a call has all values that are not empty.
    if _described(before) != _described(after):
        yield Change("update_permission_set", after.name, params=_described(after))


def _described(one: PermissionSet) -> dict[str, t.Any]:
    described = {"Description": one.description, "RelayState": one.relay_state}
    texts = {key: value for key, value in described.items() if value}
    return {**texts, "SessionDuration": duration(one.session_duration)}


def duration(seconds: int) -> str:
    """Return seconds as an ISO 8601 duration, in the form that AWS uses: PT1H30M."""
    hours, rest = divmod(seconds or DEFAULT_SESSION, 3600)
    minutes, left = divmod(rest, 60)
    return "PT" + "".join(f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (left, "S")) if number)


def _differences(before: PermissionSet, after: PermissionSet) -> Iterator[Change]:
    """Yield the calls between two states. A boundary is set before policies change, and deleted after that."""
    name = after.name
    if after.boundary and after.boundary != before.boundary:
        boundary = _reference(after.boundary)
        yield Change("put_permissions_boundary_to_permission_set", name, params={"PermissionsBoundary": boundary})
    for arn in sorted(before.managed_policies - after.managed_policies):
        yield Change("detach_managed_policy_from_permission_set", name, params={"ManagedPolicyArn": arn})
    for own in sorted(before.customer_managed_policies - after.customer_managed_policies):
        yield Change("detach_customer_managed_policy_reference_from_permission_set", name, params=_reference(own))
    for arn in sorted(after.managed_policies - before.managed_policies):
        yield Change("attach_managed_policy_to_permission_set", name, params={"ManagedPolicyArn": arn})
    for own in sorted(after.customer_managed_policies - before.customer_managed_policies):
        yield Change("attach_customer_managed_policy_reference_to_permission_set", name, params=_reference(own))
    if after.inline_policy != before.inline_policy:
        if after.inline_policy:
            policy = json.dumps(after.inline_policy, separators=(",", ":"))
            yield Change("put_inline_policy_to_permission_set", name, params={"InlinePolicy": policy})
        else:
            yield Change("delete_inline_policy_from_permission_set", name)
    if before.boundary and not after.boundary:
        yield Change("delete_permissions_boundary_from_permission_set", name)
    yield from _tag_changes(name, before.tags, after.tags)


def _tag_changes(name: str, before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Change]:
    new = {key: value for key, value in after.items() if before.get(key) != value}
    if new:
        yield Change("tag_resource", name, params={"Tags": _tag_list(new)})
    if gone := sorted(before.keys() - after.keys()):
        yield Change("untag_resource", name, params={"TagKeys": gone})


def _reference(policy: str) -> dict[str, t.Any]:
    """Return a policy as a call parameter: its ARN, or its path and name in each account."""
    if policy.startswith("arn:"):
        return {"ManagedPolicyArn": policy}
    path, _slash, name = policy.rpartition("/")
    return {"CustomerManagedPolicyReference": {"Name": name, "Path": f"{path}/"}}


def _tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def _provisioning(sets: Iterable[SetPlan]) -> Iterator[Change]:
    """Yield calls for sets in use that changed, or that an earlier run changed without provisioning them."""
    for plan in sets:
        if plan.before is None or plan.after is None or not plan.before.provisioned:
            continue
        changed = any(change.operation not in _OF_THE_SET_ALONE for change in plan.changes)
        if changed or plan.before.outdated:
            yield Change("provision_permission_set", plan.name)


def _requests(operation: str, assignments: Iterable[Assignment]) -> Iterator[Change]:
    for one in sorted(assignments):
        group, user = (one.principal, "") if one.kind == GROUP else ("", one.principal)
        yield Change(operation, one.permission_set, one.account, group, user)


def plan_groups(wanted: Wanted, snapshot: Snapshot) -> Iterator[Change]:
    """Yield the calls that create groups."""
    for wish in wanted.groups:
        if wish.name not in snapshot.groups:
            params = {"Description": wish.description} if wish.description else {}
            yield Change("create_group", group=wish.name, params=params)


def plan_members(wanted: Wanted, snapshot: Snapshot, options: Options) -> tuple[list[Change], list[Change]]:
    """Return the calls for users who join groups, and those for users who leave."""
    joining: list[Change] = []
    leaving: list[Change] = []
    for wish in wanted.groups:
        if wish.members is None:
            continue
        group = snapshot.groups.get(wish.name)
        members = {snapshot.user_name(known) for known in (group.members if group else None) or ()}
        new = sorted(wish.members - members - snapshot.suspended)
        joining += [Change("create_group_membership", group=wish.name, user=user) for user in new]
        if options.purge_members:
            left = sorted(members - wish.members)
            leaving += [Change("delete_group_membership", group=wish.name, user=user) for user in left]
    return joining, leaving

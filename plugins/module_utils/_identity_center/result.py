# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Builds results and diffs from plans and outcomes, so that check mode reports like a real run."""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Iterable, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import has_ended
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.copies import told
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import (
    Assignment,
    Change,
    Outcome,
    PermissionSet,
    Plan,
    Snapshot,
    Wanted,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.objects import describe_objects
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.targets import assignments_of

# How summary lines name each kind of change.
_SAID = {
    "create_account_assignment": "assignments made",
    "delete_account_assignment": "assignments taken off",
    "create_group": "groups created",
    "create_group_membership": "members added",
    "delete_group_membership": "members removed",
}


def describe_set(one: PermissionSet) -> dict[str, t.Any]:
    """Return a permission set as results show it. A new one has no ARN in check mode."""
    return {
        "name": one.name,
        "arn": one.arn,
        "description": one.description,
        "session_duration": one.session_duration,
        "relay_state": one.relay_state,
        "inline_policy": dict(one.inline_policy),
        "managed_policies": sorted(one.managed_policies),
        "customer_managed_policies": sorted(one.customer_managed_policies),
        "boundary": one.boundary,
        "tags": dict(sorted(one.tags.items())),
        **describe_end(one),
    }


def describe_assignment(one: Assignment) -> dict[str, str]:
    """Return an assignment as results show it."""
    return {"permission_set": one.permission_set, "account": one.account, one.kind.lower(): one.principal}


def describe_end(one: PermissionSet) -> dict[str, str]:
    """Return what a set copies, when the copy ends and why it exists; nothing for other permission sets."""
    return {"copy_of": one.copy_of, **told(one, over=False)} if one.copy_of else {}


def describe(
    wanted: Wanted, snapshot: Snapshot, plan: Plan, outcomes: Sequence[Outcome], check_mode: bool
) -> dict[str, t.Any]:
    """Return the result of a run. In check mode, outcomes are the expected ones."""
    done = [outcome.change for outcome in outcomes if not outcome.error]
    failed = [outcome for outcome in outcomes if outcome.error]
    sets = _described_sets(plan, {outcome.change.permission_set for outcome in failed if not outcome.change.account})
    result: dict[str, t.Any] = {
        "changed": bool(done),
        "check_mode": check_mode,
        "account": {
            "account_id": snapshot.caller.account_id,
            "partition": snapshot.caller.partition,
            "caller_arn": snapshot.caller.arn,
        },
        "instance_arn": snapshot.instance_arn,
        "permission_sets": sets,
        "counts": _counts(wanted, snapshot, done, sets, failed),
        "changes": [change.describe() for change in done],
        "failed_changes": [{**outcome.change.describe(), "msg": outcome.error} for outcome in failed if outcome.begun],
        "not_done": [outcome.change.describe() for outcome in failed if not outcome.begun],
        "temporary": _with_end(plan.assignments, plan, snapshot, over=False),
        "ended": _with_end(snapshot.assignments - plan.assignments, plan, snapshot, over=True),
        "suspended": sorted(snapshot.suspended),
        "missing": sorted(_missing(wanted, snapshot)),
        "objects": describe_objects(wanted, snapshot, plan),
        "lines": list(_lines(done, sets, failed, check_mode)),
    }
    if failed:
        result["msg"] = failure_message(failed)
    return result


def _with_end(assignments: Iterable[Assignment], plan: Plan, snapshot: Snapshot, over: bool) -> list[dict[str, t.Any]]:
    """Return principals and accounts of copies that have ended, or with over=False of those that have not."""
    copies = {one.name: copy for one in plan.sets if (copy := one.after or one.before) and copy.copy_of}
    found: dict[tuple[str, str, str], list[str]] = {}
    for one in sorted(assignments):
        copy = copies.get(one.permission_set)
        if copy and has_ended(copy.until, snapshot.caller.now) == over:
            found.setdefault((one.permission_set, one.kind, one.principal), []).append(one.account)
    return [
        {
            "permission_set": copies[name].copy_of,
            "copy_name": name,
            kind.lower(): principal,
            "accounts": accounts,
            **told(copies[name], over=False),
        }
        for (name, kind, principal), accounts in found.items()
    ]


def _described_sets(plan: Plan, failed: set[str]) -> list[dict[str, t.Any]]:
    """Return the permission sets of the plan. failed_changes and not_done have the details of a failed one."""
    described = []
    for one in plan.sets:
        shown = one.after or one.before
        state = {"name": one.name, "action": "failed" if one.name in failed else one.action}
        described.append({**(describe_set(shown) if shown and one.name not in failed else {}), **state})
    return described


def _counts(
    wanted: Wanted,
    snapshot: Snapshot,
    done: Iterable[Change],
    sets: Iterable[dict[str, t.Any]],
    failed: Sequence[Outcome],
) -> dict[str, int]:
    present, _absent = assignments_of(wanted, snapshot)
    made = Counter(change.operation for change in done)
    return {
        "permission_sets_created": sum(1 for one in sets if one["action"] == "created"),
        "permission_sets_updated": sum(1 for one in sets if one["action"] == "updated"),
        "permission_sets_deleted": sum(1 for one in sets if one["action"] == "deleted"),
        "assignments": len(present),
        "assignments_created": made["create_account_assignment"],
        "assignments_deleted": made["delete_account_assignment"],
        "members_added": made["create_group_membership"],
        "members_removed": made["delete_group_membership"],
        "failed": sum(1 for outcome in failed if outcome.begun),
    }


def _missing(wanted: Wanted, snapshot: Snapshot) -> set[str]:
    """Return names listed as absent that do not exist, so that a typo does not look like a deletion."""
    names = {wish.name for wish in wanted.sets if not wish.present and wish.name not in snapshot.sets}
    for wish in wanted.assignments:
        if not wish.present:
            names |= {wish.permission_set} - snapshot.sets.keys()
            names |= wish.groups - snapshot.groups.keys() | wish.users - snapshot.users.keys()
    return names


def _lines(
    done: Iterable[Change], sets: Sequence[dict[str, t.Any]], failed: Sequence[Outcome], check_mode: bool
) -> Iterable[str]:
    """Yield the summary lines of a run."""
    parts = [f"permission set {one['name']} {one['action']}" for one in sets if one["action"] != "unchanged"]
    made = Counter(change.operation for change in done)
    parts += [f"{what}: {made[operation]}" for operation, what in _SAID.items() if made[operation]]
    provisioned = [change.permission_set for change in done if change.operation == "provision_permission_set"]
    parts += [f"{name} provisioned again" for name in provisioned]
    start = "Would change in IAM Identity Center: " if check_mode else "Changed in IAM Identity Center: "
    yield f"{start}{', '.join(parts)}" if parts else "Nothing to change in IAM Identity Center"
    yield from (f"Failed: {outcome.error}" for outcome in failed if outcome.begun)


def describe_diff(plan: Plan) -> dict[str, t.Any]:
    """Return what changes, before and after, for --diff."""
    before: dict[str, t.Any] = {}
    after: dict[str, t.Any] = {}
    for one in plan.sets:
        if one.changes and one.before:
            before[one.name] = describe_set(one.before)
        if one.changes and one.after:
            after[one.name] = describe_set(one.after)
    for change in plan.changes:
        side = before if change.operation.startswith("delete_") else after
        if change.account:
            side.setdefault("assignments", []).append(_without_operation(change))
        elif change.user:
            side.setdefault("members", []).append(_without_operation(change))
        elif change.operation == "create_group":
            side.setdefault("groups", []).append(change.group)
    return {"before": before, "after": after}


def _without_operation(change: Change) -> dict[str, t.Any]:
    return {key: value for key, value in change.describe().items() if key != "operation"}


def failure_message(failed: Sequence[Outcome]) -> str:
    """Return one message for all failures, with each reason once."""
    begun = list(dict.fromkeys(str(outcome.error) for outcome in failed if outcome.begun))
    left = sum(1 for outcome in failed if not outcome.begun)
    count = sum(1 for outcome in failed if outcome.begun)
    told = f"{count} change{'s' if count != 1 else ''} failed"
    rest = f", {left} not begun" if left else ""
    return f"{told}{rest}; the others are done. Run again to go on. " + " | ".join(begun)

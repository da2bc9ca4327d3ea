# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Builds the module's result, with lines for people."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import Outcome
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.result import failure_message
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users.apply import unfinished
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users.model import (
    ABSENT,
    RESTORED,
    Plan,
    Snapshot,
    UserPlan,
)

KIND = "identity store user"


def describe(plan: Plan, snapshot: Snapshot, outcomes: Sequence[Outcome], check_mode: bool) -> dict[str, t.Any]:
    """Return the result of a run. In check mode, outcomes are the expected ones."""
    failed = [outcome for outcome in outcomes if outcome.error]
    stuck = unfinished(outcomes)
    caller = snapshot.caller
    result: dict[str, t.Any] = {
        "changed": any(not outcome.error for outcome in outcomes),
        "check_mode": check_mode,
        "account": {
            "account_id": caller.account_id,
            "partition": caller.partition,
            "caller_arn": caller.arn,
        },
        "instance_arn": snapshot.instance_arn,
        "identity_store_id": snapshot.store_id,
        "issuers": sorted(snapshot.issuers),
        "users": [_user(user, stuck) for user in plan.users],
        "missing": [user.name for user in plan.users if user.person is None],
        "changes": [outcome.change.describe() for outcome in outcomes if not outcome.error],
        "failed_changes": [{**one.change.describe(), "msg": one.error} for one in failed if one.begun],
        "not_done": [one.change.describe() for one in failed if not one.begun],
        "objects": [_object(user) for user in plan.users if user.person],
        "lines": list(lines(plan, snapshot)),
    }
    if failed:
        result["msg"] = failure_message(failed)
    return result


def _user(user: UserPlan, stuck: set[str]) -> dict[str, t.Any]:
    told: dict[str, t.Any] = {"name": user.name, "action": user.action}
    if user.person is None:
        return told
    shown = user.after or {}
    return {
        **told,
        "action": "failed" if user.name in stuck else user.action,
        "id": user.person.id,
        "groups": shown.get("groups", []),
        "assignments": shown.get("assignments", []),
        "suspended": bool(shown.get("suspended")),
        "gone": list(user.gone),
    }


def _object(user: UserPlan) -> dict[str, t.Any]:
    calls = [change.describe() for changes in user.changes.values() for change in changes]
    return {
        "kind": KIND,
        "name": user.name,
        "action": user.action,
        "before": user.before,
        "after": user.after,
        "calls": calls,
    }


def lines(plan: Plan, snapshot: Snapshot) -> Iterator[str]:
    """Yield what the run can't do, and what people have to do elsewhere."""
    for user in plan.users:
        if user.gone:
            yield f"{user.name} does not get back what is not there any more: {', '.join(user.gone)}"
        if user.person and user.state == RESTORED and user.person.stored.note is None:
            yield f"{user.name} is not suspended in the identity store"
    there = [user for user in plan.users if user.person and user.state != RESTORED]
    if snapshot.issuers and there:
        provider = ", ".join(sorted(snapshot.issuers))
        deleted = [user.name for user in there if user.state == ABSENT]
        what = "Delete" if deleted else "Disable"
        yield (
            f"{provider} fills the identity store, so this run takes away direct assignments only. {what} "
            f"{', '.join(user.name for user in there)} there"
        )


def describe_diff(plan: Plan) -> dict[str, t.Any]:
    """Return the users that change, before and after, for --diff."""
    changing = [user for user in plan.users if user.action != "unchanged"]
    return {
        "before": {user.name: user.before for user in changing if user.before},
        "after": {user.name: user.after for user in changing if user.after},
    }

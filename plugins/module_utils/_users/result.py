# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Makes results and diffs from plans and outcomes, the same for check mode and real runs."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import sign_in_url
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Account, ActualUser, Outcome, UserPlan


def describe_account(account: Account) -> dict[str, t.Any]:
    """Return the account as results show it."""
    caller = account.caller
    return {
        "account_id": caller.account_id,
        "account_alias": account.alias,
        "partition": caller.partition,
        "sign_in_url": sign_in_url(caller.partition, account.alias or caller.account_id),
    }


def describe_plan(plan: UserPlan) -> dict[str, t.Any]:
    """Return one user as results show it: its state after the run, and what the run did to it."""
    shown = plan.after or plan.before
    state = "absent" if plan.after is None else "suspended" if plan.after.suspended else "present"
    described: dict[str, t.Any] = {"name": plan.name, "state": state, "action": plan.action}
    if plan.renamed_from:
        described["renamed_from"] = plan.renamed_from
    if shown:
        described.update(arn=shown.arn, **_describe_state(shown))
    return described


def _describe_state(user: ActualUser) -> dict[str, t.Any]:
    state: dict[str, t.Any] = {
        "path": user.path,
        "tags": dict(sorted(user.tags.items())),
        "groups": sorted(user.groups),
        "managed_policies": sorted(user.plain_policies),
        "inline_policies": sorted(user.inline_policies),
        "boundary": user.boundary,
    }
    if user.temporary_groups:
        state["temporary_groups"] = [membership.describe() for membership in user.temporary_groups]
    # None means not read, which is not the same as no console access.
    if user.console_access is not None:
        state["console_access"] = user.console_access
    return state


def describe_outcomes(plans: Sequence[UserPlan], outcomes: Sequence[Outcome], account: Account) -> dict[str, t.Any]:
    """Return the result of a run. In check mode, outcomes are those that a real run would have."""
    failed = {outcome.plan.name: outcome for outcome in outcomes if outcome.error}
    final = {outcome.plan.name: outcome.plan for outcome in outcomes}
    # The state of a failed user is uncertain. failed_users shows how far it got.
    users = [
        {"name": plan.name, "action": "failed"} if plan.name in failed else describe_plan(final.get(plan.name, plan))
        for plan in plans
    ]
    counts = dict.fromkeys(("created", "updated", "deleted", "unchanged", "failed"), 0)
    for user in users:
        counts[user["action"]] += 1
    return {
        "changed": any(outcome.done for outcome in outcomes),
        "account": describe_account(account),
        "users": users,
        "suspended": [user["name"] for user in users if user.get("state") == "suspended"],
        "counts": counts,
        "changes": [change.describe() for outcome in outcomes for change in outcome.done],
        "failed_users": [
            {
                "name": name,
                "msg": outcome.error,
                "not_done": [change.describe() for change in outcome.not_done],
            }
            for name, outcome in failed.items()
        ],
    }


def describe_temporary(plans: Iterable[UserPlan]) -> dict[str, t.Any]:
    """Return the temporary memberships after the run, and those that it removed because they had ended."""
    plans = list(plans)
    there = [(plan.name, one) for plan in plans if plan.after for one in plan.after.temporary_groups]
    gone = [
        (plan.name, one)
        for plan in plans
        if plan.before and plan.changes
        for one in plan.before.temporary_groups
        if one.ended and one not in (plan.after.temporary_groups if plan.after else ())
    ]
    return {
        "temporary": [{"user": name, **one.describe()} for name, one in there],
        "ended": [{"user": name, **one.describe()} for name, one in gone],
    }


def final_plans(plans: Sequence[UserPlan], outcomes: Sequence[Outcome]) -> list[UserPlan]:
    """Return the plans as they were in the end, without those of failed users."""
    ended = {outcome.plan.name: outcome for outcome in outcomes}
    failed = {name for name, outcome in ended.items() if outcome.error}
    return [ended[plan.name].plan if plan.name in ended else plan for plan in plans if plan.name not in failed]


def describe_diff(plans: Iterable[UserPlan]) -> dict[str, t.Any]:
    """Return the users that change, before and after, for --diff. Deletions show what is deleted with the user."""
    before: dict[str, t.Any] = {}
    after: dict[str, t.Any] = {}
    for plan in plans:
        if not plan.changes:
            continue
        if plan.before:
            before[plan.before.name] = describe_known(plan.before)
        if plan.after:
            after[plan.name] = describe_known(plan.after)
    return {"before": before, "after": after}


def describe_known(user: ActualUser) -> dict[str, t.Any]:
    """Return a user's state, with the credentials that were read."""
    return {**_describe_state(user), **_describe_credentials(user)}


def _describe_credentials(user: ActualUser) -> dict[str, t.Any]:
    if user.credentials is None:
        return {}
    return {key: list(value) for key, value in vars(user.credentials).items() if value}


def group_policies(plans: Iterable[UserPlan], account: Account) -> dict[str, list[str]]:
    """Return the managed policies of the existing groups that users are in before or after their plans."""
    groups = {group for plan in plans for user in (plan.before, plan.after) if user for group in user.groups}
    return {group: sorted(account.group_policies.get(group, ())) for group in sorted(groups & account.groups)}


def failure_message(outcomes: Iterable[Outcome]) -> str:
    """Return one message for all failed users: each reason once, with its users."""
    reasons: dict[str, list[str]] = {}
    for outcome in outcomes:
        if outcome.error:
            # Errors that differ only in the user's name are the same reason. No error contains a null character.
            reasons.setdefault(outcome.error.replace(outcome.plan.name, "\0"), []).append(outcome.plan.name)
    count = sum(len(names) for names in reasons.values())
    parts = [
        f"{', '.join(names)}: {reason.replace(chr(0), names[0] if len(names) == 1 else '…')}"
        for reason, names in reasons.items()
    ]
    return (
        f"{count} user{'s' if count != 1 else ''} not finished, the others are done; run again to go on. "
        + " | ".join(parts)
    )

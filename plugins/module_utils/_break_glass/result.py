# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The result of iam_break_glass, with the lines that people read."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._break_glass.model import HALVES, SealPlan, Wanted
from ansible_collections.cloudhsm.iam.plugins.module_utils._page import item_lines
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.items import USER, Item, Plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._users import result as users
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Account, Outcome

_ACTIONS = {"updated": "changed"}


def describe(
    wanted: Wanted,
    plans: Sequence[SealPlan],
    outcomes: Sequence[Outcome],
    account: Account,
    *,
    places: Sequence[str],
    check_mode: bool,
) -> dict[str, t.Any]:
    """Return the result. In check mode, outcomes are those that a run would have. places are where the stores are."""
    result = users.describe_outcomes([plan.plan for plan in plans], outcomes, account)
    without = [plan.plan.name for plan in plans if not plan.has_mfa]
    result |= {
        "check_mode": check_mode,
        "sealed": [
            {"name": plan.plan.name, "reason": plan.reason}
            for plan in plans
            if plan.seals and not any(outcome.error for outcome in outcomes if outcome.plan.name == plan.plan.name)
        ],
        "halves": [
            {"half": half, "store": store.kind, "location": place}
            for half, store, place in zip(HALVES, wanted.stores, places, strict=True)
        ],
        "without_mfa": without,
        "lines": [*_lines(plans, places, check_mode), *map(_no_mfa, without)],
    }
    if result["failed_users"]:
        result["msg"] = users.failure_message(outcomes)
    return result


def _lines(plans: Sequence[SealPlan], places: Sequence[str], check_mode: bool) -> list[str]:
    diff = users.describe_diff(plan.plan for plan in plans)
    items = [
        Item(
            USER,
            plan.plan.name,
            _ACTIONS.get(plan.plan.action, plan.plan.action),
            diff["before"].get(plan.plan.name),
            diff["after"].get(plan.plan.name),
            [change.describe() for change in plan.plan.changes],
            halves_in=places if plan.seals else (),
        )
        for plan in plans
    ]
    return item_lines.lines(Plan(items), check_mode)


def _no_mfa(name: str) -> str:
    return f"{name} has no MFA device: register a hardware key for it, and keep the key apart from both halves"


def expiry_lines(max_age: int) -> list[str]:
    """Return a line if the account's passwords expire, because those of break-glass users expire too. max_age: days."""
    if not max_age:
        return []
    return [f"Passwords of this account expire after {max_age} days: seal new ones before that, or nobody may get in"]

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The result of iam_user_credentials."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import ROTATION
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.items import USER
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.model import (
    NEW,
    Options,
    Plan,
    Situation,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import ActualUser, Change
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.passwords import SETS_PASSWORD
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.result import describe_account, describe_known

HANDED_OVER = SETS_PASSWORD | {"create_access_key"}


def describe(
    situation: Situation, plan: Plan, options: Options, done: Sequence[Change], where: str
) -> dict[str, t.Any]:
    """Return the result. In check mode, done are the calls that a run would make."""
    stored = [change for change in done if change.operation in HANDED_OVER]
    created = [str(change.params["AccessKeyId"]) for change in stored if "AccessKeyId" in change.params]
    result: dict[str, t.Any] = {
        "changed": bool(done) or plan.settles,
        "account": {**describe_account(situation.account), "caller_arn": situation.account.caller.arn},
        "user": options.user,
        "job": options.job,
        "stage": plan.stage,
        "next": list(plan.told),
        "changes": [change.describe() for change in done],
        "created_access_key_id": created[0] if created else None,
    }
    if stored:
        result["credentials"] = {"store": options.store, "location": where, "users": [options.user]}
    result["objects"] = [_object(situation, plan, done, where if stored else "")]
    return result


def _object(situation: Situation, plan: Plan, done: Sequence[Change], where: str) -> dict[str, t.Any]:
    """Return the user as an object of a plan. It does not depend on the time, so plans can be compared."""
    before, after = _states(situation, plan, done)
    calls = [change.describe() for change in done]
    noted: dict[str, str] = {}
    for call in calls:
        if "tags" in call:
            call["tags"] = {key: _at_any_time(key, value) for key, value in call["tags"].items()}
            noted |= call["tags"]
    return {
        "kind": USER,
        "name": situation.user.name,
        "action": "changed" if done or plan.settles else "unchanged",
        "before": before,
        "after": {**after, "tags": {key: noted.get(key, value) for key, value in after["tags"].items()}},
        "calls": [{name: value for name, value in call.items() if name != "user"} for call in calls],
        "password_in": where,
    }


def _at_any_time(key: str, value: str) -> str:
    """Return a tag's value with "now" in place of the time that the run writes into it."""
    words = value.split()
    return " ".join([*words[:2], "now"]) if key == ROTATION and words[2:] else value


def diff_of(situation: Situation, plan: Plan, done: Sequence[Change]) -> dict[str, t.Any]:
    """Return the user before and after. A new password shows as one that must be changed."""
    if not plan.changes:
        return {"before": {}, "after": {}}
    before, after = _states(situation, plan, done)
    if plan.has(*SETS_PASSWORD):
        before["password_reset_required"] = bool(situation.user.password_reset_required)
        after["password_reset_required"] = True
    return {"before": {situation.user.name: before}, "after": {situation.user.name: after}}


def _states(situation: Situation, plan: Plan, done: Sequence[Change]) -> tuple[dict[str, t.Any], dict[str, t.Any]]:
    return describe_known(situation.user), describe_known(_after(situation, plan, done))


def _after(situation: Situation, plan: Plan, done: Sequence[Change]) -> ActualUser:
    """Return the user with the tags that were set and the key that was created. A plan does not know its ID."""
    tags = dict(situation.user.tags)
    created: list[str] = []
    for change in done:
        tags |= {tag["Key"]: tag["Value"] for tag in change.params.get("Tags", ())}
        tags = {key: value for key, value in tags.items() if key not in change.params.get("TagKeys", ())}
        if change.operation == "create_access_key":
            created.append(str(change.params.get("AccessKeyId", NEW)))
    have = plan.after.credentials
    if have and created:
        have = replace(
            have,
            access_keys=(*have.access_keys, *created),
            active_access_keys=(*have.active_access_keys, *created),
        )
    return replace(plan.after, tags=tags, credentials=have)

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people and playbooks see of a run."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import SUSPENDED
from ansible_collections.cloudhsm.iam.plugins.module_utils._users import result as report
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import (
    ActualUser,
    Credentials,
    DesiredUser,
    Options,
    Outcome,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.plan import plan_users
from helpers.accounts.simulated_iam import CALLER, EMPTY

ANN = ActualUser(
    "ann",
    "arn:aws:iam::123456789012:user/ann",
    tags={"b": "2", "a": "1"},
    groups=frozenset({"Readers"}),
    console_access=True,
    credentials=Credentials(access_keys=("AKIA1",)),
)
ACCOUNT = replace(EMPTY, users={"ann": ANN})


def test_the_account_is_shown_with_where_its_users_sign_in() -> None:
    assert report.describe_account(replace(ACCOUNT, alias="example"))["sign_in_url"] == (
        "https://example.signin.aws.amazon.com/console"
    )
    china = replace(CALLER, arn="arn:aws-cn:iam::123456789012:root")
    assert report.describe_account(replace(ACCOUNT, caller=china)) == {
        "account_id": "123456789012",
        "account_alias": None,
        "partition": "aws-cn",
        "sign_in_url": "https://123456789012.signin.amazonaws.cn/console",
    }


def test_check_mode_and_a_run_that_did_everything_give_the_same() -> None:
    plans = plan_users([DesiredUser("ann"), DesiredUser("bob"), DesiredUser("eve", present=False)], ACCOUNT, Options())
    predicted = [Outcome(plan, plan.changes) for plan in plans if plan.changes]
    result = report.describe_outcomes(plans, predicted, ACCOUNT)
    assert result["changed"]
    assert result["counts"] == {"created": 1, "updated": 0, "deleted": 0, "unchanged": 2, "failed": 0}
    assert [(user["name"], user["state"], user["action"]) for user in result["users"]] == [
        ("ann", "present", "unchanged"),
        ("bob", "present", "created"),
        ("eve", "absent", "unchanged"),
    ]
    assert result["users"][0]["tags"] == {"a": "1", "b": "2"}
    assert result["users"][0]["groups"] == ["Readers"]


def test_suspended_users_are_told_as_such() -> None:
    denied = frozenset({"arn:aws:iam::aws:policy/AWSDenyAll"})
    eve = replace(ANN, name="eve", tags={SUSPENDED: "true"}, managed_policies=denied)
    account = replace(ACCOUNT, users={"ann": ANN, "eve": eve})
    plans = plan_users([DesiredUser("ann", suspended=True), DesiredUser("eve"), DesiredUser("bob")], account, Options())
    result = report.describe_outcomes(plans, [Outcome(p, p.changes) for p in plans if p.changes], account)
    assert [(user["state"], user["action"]) for user in result["users"]] == [
        ("suspended", "updated"),
        ("suspended", "unchanged"),
        ("present", "created"),
    ]
    assert result["suspended"] == ["ann", "eve"]


def test_console_access_that_was_not_read_is_not_told() -> None:
    account = replace(ACCOUNT, users={"ann": replace(ANN, console_access=None)})
    plans = plan_users([DesiredUser("ann")], account, Options())
    assert "console_access" not in report.describe_plan(plans[0])


def test_a_failed_user_is_told_with_what_was_done_and_what_was_not() -> None:
    (plan,) = plan_users([DesiredUser("bob", groups=frozenset({"Readers", "Auditors"}))], ACCOUNT, Options())
    outcome = Outcome(plan, plan.changes[:2], "Could not add user to group bob (Readers): no")
    result = report.describe_outcomes([plan], [outcome], ACCOUNT)
    assert result["changed"]
    assert [change["operation"] for change in result["changes"]] == ["create_user", "add_user_to_group"]
    assert result["failed_users"] == [
        {
            "name": "bob",
            "msg": "Could not add user to group bob (Readers): no",
            "not_done": [{"user": "bob", "operation": "add_user_to_group", "group": "Readers"}],
        }
    ]
    assert result["users"] == [{"name": "bob", "action": "failed"}]


def test_the_message_tells_each_reason_once() -> None:
    plans = plan_users([DesiredUser(name) for name in ("bob", "eve", "zoe")], ACCOUNT, Options())
    outcomes = [
        Outcome(plans[0], error="Could not create user bob: denied"),
        Outcome(plans[1], error="Could not create user eve: denied"),
        Outcome(plans[2], error="Could not create user zoe: throttled"),
    ]
    assert report.failure_message(outcomes) == (
        "3 users not finished, the others are done; run again to go on. "
        "bob, eve: Could not create user …: denied | zoe: Could not create user zoe: throttled"
    )


def test_the_diff_shows_users_that_change_and_all_that_goes_with_a_deleted_one() -> None:
    desired = [DesiredUser("ann", present=False), DesiredUser("bob", path="/hsm/"), DesiredUser("eve", present=False)]
    diff = report.describe_diff(plan_users(desired, ACCOUNT, Options()))
    assert diff["before"] == {
        "ann": {
            "path": "/",
            "tags": {"a": "1", "b": "2"},
            "groups": ["Readers"],
            "managed_policies": [],
            "inline_policies": [],
            "boundary": None,
            "console_access": True,
            "access_keys": ["AKIA1"],
        }
    }
    assert list(diff["after"]) == ["bob"]
    assert diff["after"]["bob"]["path"] == "/hsm/"

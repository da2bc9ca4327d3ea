# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The actions of the roles user_provisioning and user_offboarding, on an account in this process."""

from __future__ import annotations

import typing as t
from contextlib import suppress

import boto3.session
import pytest
from helpers.accounts.everything import ACCOUNT
from helpers.modules.in_process import Result, actions, run_action
from helpers.moto.in_process import Account, account

ALICE: dict[str, t.Any] = {
    "name": "alice",
    "groups": ["Readers"],
    "console_access": True,
    "password": "Given-1-password",
}


@pytest.fixture
def aws() -> t.Iterator[Account]:
    """An account with a group and with one member of it."""
    with account() as made, actions():
        iam: t.Any = boto3.session.Session().client("iam")
        iam.create_group(GroupName="Readers")
        iam.create_user(UserName="bob")
        iam.add_user_to_group(UserName="bob", GroupName="Readers")
        made.calls.clear()
        yield made


def provision(*users: dict[str, t.Any], check_mode: bool = False, **variables: t.Any) -> Result:
    told = {"user_provisioning_users": list(users), **variables}
    return run_action("iam_user_provisioning", {}, told, check_mode=check_mode)


def offboard(users: t.Any, check_mode: bool = False, **variables: t.Any) -> Result:
    options = {"mode": variables.pop("mode")} if "mode" in variables else {}
    return run_action(
        "iam_user_offboarding", options, {"user_offboarding_users": users, **variables}, check_mode=check_mode
    )


def test_users_are_provisioned_once(aws: Account) -> None:
    planned = provision(ALICE, check_mode=True)
    assert aws.writes == []
    made = provision(ALICE)
    assert made["facts"] == planned["facts"]
    assert made["facts"]["user_provisioning_result"]["created"] == ["alice"]
    assert made["account"]["account_id"] == ACCOUNT
    aws.calls.clear()
    again = provision(ALICE)
    assert (again["changed"], aws.writes) == (False, [])
    assert again["facts"]["user_provisioning_result"]["unchanged"] == ["alice"]


def test_a_user_is_renamed_and_keeps_everything_and_leaves_one_group(aws: Account) -> None:
    iam: t.Any = boto3.session.Session().client("iam")
    for group in ("Readers", "Old", "Auditors"):
        with suppress(iam.exceptions.EntityAlreadyExistsException):
            iam.create_group(GroupName=group)
        iam.add_user_to_group(UserName="bob", GroupName=group)
    key = iam.create_access_key(UserName="bob")["AccessKey"]["AccessKeyId"]
    aws.calls.clear()
    rob = {
        "name": "rob",
        "previous_name": "bob",
        "leave_groups": ["Old"],
        "console_access": True,
        "password": "Aa1!Bb2!",
    }
    planned = provision(rob, check_mode=True)
    assert aws.writes == []
    assert planned["lines"][1] == (
        "~ user rob: renamed from bob; groups -Old; policies +IAMUserChangePassword; "
        "console access: on, with the given password"
    )
    made = provision(rob)
    assert (made["changed"], made["lines"][1]) == (True, planned["lines"][1])
    assert {group["GroupName"] for group in iam.list_groups_for_user(UserName="rob")["Groups"]} == {
        "Readers",
        "Auditors",
    }
    assert [each["AccessKeyId"] for each in iam.list_access_keys(UserName="rob")["AccessKeyMetadata"]] == [key]
    assert iam.get_login_profile(UserName="rob")["LoginProfile"]["UserName"] == "rob"
    aws.calls.clear()
    assert (provision(rob)["changed"], aws.writes) == (False, [])


def test_two_phases_make_their_group_first(aws: Account) -> None:
    made = provision(ALICE, user_provisioning_onboarding="two_phase")
    assert [user["name"] for user in made["facts"]["user_provisioning_result"]["pending"]] == ["alice"]
    assert aws.writes.index("CreateGroup") < aws.writes.index("CreateUser")


def test_mistakes_in_users_and_options_are_told_at_once(aws: Account) -> None:
    told = provision({"name": "a b"}, {"name": "eve", "groups": ["None"]}, user_provisioning_workers=99)
    assert [problem.partition(": ")[0] for problem in told["problems"]] == [
        "user_provisioning_users[0] (a b)",
        "user_provisioning_workers",
    ]
    assert aws.writes == []


def test_groups_of_earlier_roles_exist_in_check_mode_alone(aws: Account) -> None:
    user = {"name": "eve", "groups": ["HSM"]}
    earlier: dict[str, t.Any] = {
        "__cloudhsm_group_results": {"HSM": {"name": "HSM", "state": "present", "require_mfa": False}}
    }
    assert provision(user, check_mode=True, **earlier)["changed"]
    assert "the account has no group 'HSM'" in provision(user, **earlier)["msg"]
    assert aws.writes == []


def test_who_leaves_is_shown_with_what_goes_and_deleted(aws: Account) -> None:
    planned = offboard("bob", check_mode=True)
    assert aws.writes == []
    assert planned["lines"][1:3] == [
        "- user bob: groups Readers",
        "Plan: 0 to create, 0 to change, 1 to delete, 0 unchanged",
    ]
    gone = offboard(["bob"], user_provisioning_users=[{"name": "bob"}])
    assert gone["facts"]["user_offboarding_result"]["deleted"] == ["bob"]
    assert any("Still listed" in line and "bob (user_provisioning_users)" in line for line in gone["lines"])
    assert "DeleteUser" in aws.writes


def test_the_tasks_mode_wins_over_the_variable(aws: Account) -> None:
    told = offboard(["bob"], mode="suspend", user_offboarding_mode="delete")
    assert told["facts"]["user_offboarding_result"]["suspended"] == ["bob"]
    assert "DeleteUser" not in aws.writes


def test_who_is_missing_stops_the_run_unless_told_otherwise(aws: Account) -> None:
    told = offboard(["bob", "bobb"])
    assert (told["failed"], aws.writes) == (True, [])
    assert "bobb (did you mean bob?)" in told["msg"]
    assert offboard(["bob", "bobb"], user_offboarding_missing="ignore")["changed"]


@pytest.mark.parametrize("users", ["", [], None])
def test_nobody_to_offboard_is_a_mistake(aws: Account, users: t.Any) -> None:
    told = offboard(users)
    assert told["problems"] == ["user_offboarding_users: no user is named"]
    assert aws.calls == []

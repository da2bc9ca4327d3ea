# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A list of groups is one plan: made once, and with nothing made where anything is wrong."""

from __future__ import annotations

import json
import typing as t

import boto3.session
import pytest
from helpers.accounts.everything import ACCOUNT, ANYTHING
from helpers.modules.in_process import Result, actions, run_action
from helpers.moto.in_process import Account, account

GROUPS: list[dict[str, t.Any]] = [
    {"name": "Admins", "aws_managed_policies": ["AdministratorAccess"], "require_mfa": True},
    {
        "name": "Readers",
        "path": "/hsm/",
        "access": "read_only",
        "policy_profile": "hardened",
        "regions": ["us-east-1"],
        "tags": {"team": "0123"},
        "require_mfa": True,
    },
    {"name": "Others", "access": "read_only", "policy_name": "Shared"},
    {"name": "More", "access": "read_only", "policy_name": "Shared"},
    {"name": "Pending", "self_service": True},
    {"name": "Empty"},
]


@pytest.fixture
def aws() -> t.Iterator[Account]:
    with account() as made, actions():
        yield made


def provision(*groups: t.Any, check_mode: bool = False) -> Result:
    return run_action("iam_group_provisioning", {}, {"group_provisioning_groups": list(groups)}, check_mode=check_mode)


def test_groups_are_made_once(aws: Account) -> None:
    planned = provision(*GROUPS, check_mode=True)
    assert aws.writes == []
    made = provision(*GROUPS)
    assert made["facts"] == planned["facts"]
    assert [group["created"] for group in made["facts"]["group_provisioning_result"]["groups"]] == [True] * 6
    # Policies that groups share are made once.
    assert aws.writes.count("CreatePolicy") == 4
    aws.calls.clear()
    again = provision(*GROUPS)
    assert (again["changed"], aws.writes) == (False, [])


def test_all_mistakes_are_told_before_the_first_write(aws: Account) -> None:
    told = provision(
        GROUPS[0],
        {"name": "a b", "access": "read_only"},
        {"access": "admin"},
        {"name": "admins"},
        {"name": "X", "acess": "admin"},
        {"name": 7},
        {"name": "Y", "regions": ["us-east-1"], "tags": []},
        {"name": "Z", "access": "admin", "self_service": True},
        {"name": "V", "policy_name": "V", "require_mfa": "perhaps"},
        {"name": "U", "access": "everything"},
        "text",
        {"name": "W", "aws_managed_policies": ["NoSuchPolicy"]},
    )
    assert aws.writes == []
    for problem in (
        "[1] (a b): name: 'a b' can't be a name",
        "[2]: name: is missing",
        "[3] (admins): name: is also group_provisioning_groups[0] (admins)",
        "[4] (X): acess: is not an option of a group; did you mean access?",
        "[5]: name: must be text, not a number",
        "[6] (Y): regions: is about a policy of CloudHSM, so it needs access",
        "[6] (Y): tags: must be a dictionary, not a list",
        "[7] (Z): self_service: can't be combined with access",
        "[8] (V): policy_name: is about the group's own policy",
        "[8] (V): require_mfa: must be true or false",
        "[9] (U): access: is 'everything', and has to be one of",
        "[10]: must be a dictionary with at least a name, not a string",
        "[11] (W): aws_managed_policies: AWS has no managed policy NoSuchPolicy",
    ):
        assert any(each.startswith(f"group_provisioning_groups{problem}") for each in told["problems"]), problem


def test_a_policy_of_others_is_adopted_only_where_that_was_said(aws: Account) -> None:
    iam: t.Any = boto3.session.Session().client("iam")
    iam.create_policy(PolicyName="Readers", PolicyDocument=json.dumps(ANYTHING))
    aws.calls.clear()
    told = provision(GROUPS[1])
    assert aws.writes == []
    assert f"policy_name: the policy arn:aws:iam::{ACCOUNT}:policy/Readers exists" in told["msg"]
    assert "adopt_policy: true" in told["msg"]
    assert provision({**GROUPS[1], "adopt_policy": True})["changed"]


def test_members_and_policies_that_are_not_listed_stay(aws: Account) -> None:
    iam: t.Any = boto3.session.Session().client("iam")
    iam.create_group(GroupName="Empty")
    iam.create_user(UserName="alice")
    iam.add_user_to_group(UserName="alice", GroupName="Empty")
    iam.attach_group_policy(GroupName="Empty", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    aws.calls.clear()
    told = provision({"name": "Empty"})
    assert aws.writes == []
    assert told["lines"][-1] == "The group Empty also has arn:aws:iam::aws:policy/ReadOnlyAccess, which is left alone."
    assert provision({"name": "Empty", "purge_policies": True})["changed"]
    assert [user["UserName"] for user in iam.get_group(GroupName="Empty")["Users"]] == ["alice"]

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the accounts below the targets are read, and what is said of those that can't be."""

from __future__ import annotations

import json
import typing as t
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import boto3.session
import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Details, User
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization import Account
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails import accounts
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.accounts import (
    Door,
    read_details,
    read_impacts,
    shut_accounts,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.document import policy_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.impact import Impact
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.model import Rails
from botocore.exceptions import ClientError
from helpers.moto.in_process import account

OWN, OTHER = "111111111111", "222222222222"
CALLER = Caller(OWN, f"arn:aws-us-gov:iam::{OWN}:user/ann", "AIDAEXAMPLE")
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
SHOP = Account(OTHER, f"arn:aws:organizations::{OWN}:account/o-1/{OTHER}", "shop", "s@example.com", "ACTIVE", "ou", "/")


class Sts:
    """Gives credentials, and notes for which role."""

    def __init__(self) -> None:
        self.asked: list[t.Any] = []

    def assume_role(self, **params: t.Any) -> t.Any:
        self.asked.append(params)
        return {"Credentials": {"AccessKeyId": "k", "SecretAccessKey": "s", "SessionToken": "t"}}


class Task:
    """As much of a task as a door needs."""

    def __init__(self, iam: t.Any = "iam of the other account") -> None:
        self.sts = Sts()
        self.iam = iam

    def iam_client(self) -> t.Any:
        return "own iam"

    def sts_client(self) -> Sts:
        return self.sts

    def session_client(self, service: str, credentials: t.Any) -> t.Any:
        assert (service, credentials["SessionToken"]) == ("iam", "t")
        return self.iam


def door(task: Task, role: str = "Reader") -> Door:
    return Door(t.cast("t.Any", task), CALLER, role, "cloudhsm_guardrails_impact_role_name")


@pytest.mark.parametrize("role", ["Reader", "/Reader"])
def test_a_door_leads_into_the_own_account_and_by_the_role_into_others(role: str) -> None:
    task = Task()
    own: t.Any = door(task, role).iam(OWN)
    assert own == "own iam"
    assert task.sts.asked == []
    other: t.Any = door(task, role).iam(OTHER)
    assert other == "iam of the other account"
    (asked,) = task.sts.asked
    assert asked["RoleArn"] == f"arn:aws-us-gov:iam::{OTHER}:role/Reader"
    assert asked["DurationSeconds"] == 900


def test_what_can_not_be_read_is_not_known() -> None:
    document = policy_of(Rails(frozenset({"keep_logs"})), "aws")

    def unknown(opened: Door) -> str:
        with ThreadPoolExecutor(1) as pool:
            (impact,) = read_impacts(opened, pool, [SHOP], document, "aws")
        assert not impact.losses
        return impact.unknown

    assert unknown(door(Task(), "")) == "cloudhsm_guardrails_impact_role_name is not set"

    class Denied:
        def get_paginator(self, _name: str) -> t.Any:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetAccountAuthorizationDetails")

    assert unknown(door(Task(Denied()))).startswith("Could not read the account: the caller may not do this")


@pytest.mark.parametrize(("now", "lose"), [("2026-11-24T11:59:59Z", 1), ("2026-11-24T12:00:00Z", 0)])
def test_the_time_of_the_run_decides_which_rights_have_ended(
    monkeypatch: pytest.MonkeyPatch, now: str, lose: int
) -> None:
    until = {"DateLessThan": {"aws:CurrentTime": "2026-11-24T12:00:00Z"}}
    own = {"Statement": {"Effect": "Allow", "Action": "logs:*", "Resource": "*", "Condition": until}}
    ann = User("ann", f"arn:aws:iam::{OTHER}:user/ann", "/", inline={"own": own})
    monkeypatch.setattr(accounts, "read_details", lambda _iam: Details(users={"ann": ann}))
    opened = Door(t.cast("t.Any", Task()), replace(CALLER, now=now), "Reader", "")
    with ThreadPoolExecutor(1) as pool:
        (impact,) = read_impacts(opened, pool, [SHOP], policy_of(Rails(frozenset({"keep_logs"})), "aws"), "aws")
    assert (impact.checked, len(impact.losses)) == (1, lose)


def test_all_that_rights_hang_on_is_read() -> None:
    nothing = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]})
    with account():
        iam: t.Any = boto3.session.Session().client("iam")
        boundary = iam.create_policy(PolicyName="Nothing", PolicyDocument=nothing)["Policy"]["Arn"]
        for name, more in (("alice", {}), ("bob", {"PermissionsBoundary": boundary})):
            iam.create_user(UserName=name, **more)
            iam.attach_user_policy(UserName=name, PolicyArn=ADMIN)
        iam.create_group(GroupName="Readers")
        iam.create_role(RoleName="Deploy", AssumeRolePolicyDocument=nothing)
        details = read_details(iam)
    assert set(details.users) == {"alice", "bob"}
    assert details.users["bob"].boundary == boundary
    assert (set(details.groups), set(details.roles)) == ({"Readers"}, {"Deploy"})
    document: t.Any = details.policies[ADMIN].document
    assert document["Statement"][0]["Action"] == "*"
    assert details.policies[boundary].document


def test_accounts_that_were_known_and_are_shut_are_told() -> None:
    class Shut:
        def get_account_summary(self) -> t.NoReturn:
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetAccountSummary")

    impacts = [Impact(OTHER, "shop"), Impact("3" * 12, "never read", unknown="why")]
    with ThreadPoolExecutor(1) as pool:
        (told,) = shut_accounts(door(Task(Shut())), pool, impacts)
        assert told.startswith(f"shop ({OTHER}) could be read before, and can't be now: Could not read the account: ")
        (unset,) = shut_accounts(door(Task(), ""), pool, impacts)
        assert unset.endswith("cloudhsm_guardrails_impact_role_name is not set")

        class Open:
            def get_account_summary(self) -> None:
                """Answers."""

        assert shut_accounts(door(Task(Open())), pool, impacts) == []

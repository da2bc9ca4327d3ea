# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs of the page's actions that have something to plan: the account before, the variables, and what others change."""

from __future__ import annotations

import functools
import json
import random
import typing as t
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import boto3.session
from helpers.accounts.everything import ACCOUNT

Variables = dict[str, t.Any]
Options = dict[str, t.Any]
# A secret that nothing but the request may hold.
CANARY = "Canary-7-wuRrlzZ!"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
ANYTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})


def client() -> t.Any:
    return boto3.session.Session().client("iam")


@dataclass(frozen=True)
class Run:
    """An action with its options and variables."""

    action: str
    kind: str
    variables: Variables
    options: Options = field(default_factory=dict)
    # Objects of the account that somebody else could change meanwhile, by kind; the plan depends on all of them.
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    policies: tuple[str, ...] = ()
    # Those that the plan creates.
    new_users: tuple[str, ...] = ()
    # What was run before.
    before: Run | None = None


def prepare() -> None:
    """The account before: groups with policies, users with all that people have."""
    iam = client()
    for group in ("Readers", "HSM"):
        iam.create_group(GroupName=group)
        iam.attach_group_policy(GroupName=group, PolicyArn=READ_ONLY)
    for name in ("bob", "carol", "dave", "erin"):
        iam.create_user(UserName=name, Tags=[{"Key": "team", "Value": name}])
        iam.add_user_to_group(UserName=name, GroupName="Readers")
    iam.create_login_profile(UserName="carol", Password="Given-1-password")
    iam.create_login_profile(UserName="dave", Password="Given-1-password")
    iam.create_access_key(UserName="dave")
    iam.put_user_policy(UserName="dave", PolicyName="own", PolicyDocument=ANYTHING)
    iam.attach_user_policy(UserName="dave", PolicyArn=READ_ONLY)
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="dave")["VirtualMFADevice"]["SerialNumber"]
    codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "654321"}
    iam.enable_mfa_device(UserName="dave", SerialNumber=device, **codes)


def provisioning() -> Run:
    users = [
        {"name": "alice", "groups": ["Readers"], "console_access": True, "password": CANARY, "tags": {"a": "b"}},
        {"name": "bob", "path": "/hsm/", "groups": ["Readers", "HSM"], "managed_policies": [READ_ONLY]},
        {"name": "carol", "groups": ["Readers"], "console_access": True, "password": CANARY},
        {"name": "dave", "state": "absent"},
    ]
    variables = {"user_provisioning_users": users, "user_provisioning_workers": 1}
    there = ("bob", "carol", "dave")
    return Run("iam_user_provisioning", "provision_users", variables, {}, there, ("Readers",), (), ("alice",))


def purging() -> Run:
    """Everything that is not listed goes."""
    users = [{"name": "carol", "groups": ["HSM"], "tags": {"x": "y"}, "managed_policies": []}, {"name": "erin"}]
    switches = {f"user_provisioning_purge_{what}": True for what in ("groups", "tags", "policies")}
    variables = {"user_provisioning_users": users, **switches, "user_provisioning_workers": 1}
    return Run("iam_user_provisioning", "provision_users", variables, {}, ("carol", "erin"), ("HSM",))


def offboarding() -> Run:
    variables = {"user_offboarding_users": ["bob", "dave"]}
    return Run("iam_user_offboarding", "offboard_users", variables, {"mode": "delete"}, ("bob", "dave"))


def suspension() -> Run:
    variables = {"user_offboarding_users": ["carol", "dave"]}
    return Run("iam_user_offboarding", "suspend_users", variables, {"mode": "suspend"}, ("carol", "dave"))


def bootstrap(folder: Path) -> Run:
    variables = {
        "bootstrap_cloudhsm_administrators": ["alice"],
        "bootstrap_users": [{"name": "erin", "groups": ["Readers"]}],
        "bootstrap_credentials_path": str(folder / "store" / "first.yml"),
        "bootstrap_administrator_password": CANARY,
        "user_provisioning_onboarding": "two_phase",
        "user_provisioning_workers": 1,
    }
    return Run(
        "iam_administration",
        "bootstrap",
        variables,
        {},
        ("erin",),
        ("Readers",),
        ("CloudHSMAdministrators",),
        ("alice", "Administrator"),
    )


def teardown(folder: Path) -> Run:
    """What bootstrap has made before goes again."""
    made = bootstrap(folder)
    variables = {**made.variables, "bootstrap_teardown_confirm": ACCOUNT}
    return Run(made.action, "teardown", variables, {"state": "absent"}, before=made)


def group() -> Run:
    variables = {"admin_group_name": "HSM", "admin_group_members": ["carol"], "admin_group_require_mfa": True}
    return Run("iam_admin_group", "admin_group HSM", variables, {}, (), ("HSM",), ("CloudHSMIamRequireMFA",))


def runs(folder: Path) -> list[Run]:
    return [provisioning(), purging(), offboarding(), suspension(), bootstrap(folder), group(), teardown(folder)]


class Mutation(t.NamedTuple):
    """What somebody else does, and the object that the run has to name."""

    title: str
    do: Callable[[], object]


def mutation(run: Run, choice: random.Random, number: int) -> Mutation:
    """One that changes something each time, also after all others with smaller numbers."""
    changes = [*(("user", name, do) for name in run.users for do in USER_CHANGES)]
    changes += [("group", name, do) for name in run.groups for do in GROUP_CHANGES]
    if number == 0:
        # Only once can somebody else be quicker.
        changes += [("user", name, _new_user) for name in run.new_users] * 3
    kind, name, do = choice.choice(changes)
    return Mutation(f"{kind} {name}", functools.partial(do, client(), name, number))


def _new_user(iam: t.Any, user: str, _number: int) -> None:
    iam.create_user(UserName=user)


def _tag(iam: t.Any, user: str, number: int) -> None:
    iam.tag_user(UserName=user, Tags=[{"Key": f"k{number}", "Value": "v"}])


def _move(iam: t.Any, user: str, number: int) -> None:
    iam.update_user(UserName=user, NewPath=f"/p{number}/")


def _join(iam: t.Any, user: str, number: int) -> None:
    iam.create_group(GroupName=f"G{number}")
    iam.add_user_to_group(UserName=user, GroupName=f"G{number}")


def _attach(iam: t.Any, user: str, number: int) -> None:
    iam.attach_user_policy(UserName=user, PolicyArn=_policy(iam, number))


def _put(iam: t.Any, user: str, number: int) -> None:
    iam.put_user_policy(UserName=user, PolicyName=f"i{number}", PolicyDocument=ANYTHING)


def _attach_to_group(iam: t.Any, group: str, number: int) -> None:
    iam.attach_group_policy(GroupName=group, PolicyArn=_policy(iam, number))


def _policy(iam: t.Any, number: int) -> t.Any:
    return iam.create_policy(PolicyName=f"P{number}", PolicyDocument=ANYTHING)["Policy"]["Arn"]


USER_CHANGES: tuple[Callable[[t.Any, str, int], None], ...] = (_tag, _move, _join, _attach, _put)
GROUP_CHANGES: tuple[Callable[[t.Any, str, int], None], ...] = (_attach_to_group,)

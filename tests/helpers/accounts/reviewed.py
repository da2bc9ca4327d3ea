# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs of the page's actions that have something to plan: the account before, the variables, and what others change."""

from __future__ import annotations

import copy
import datetime
import functools
import json
import random
import typing as t
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import boto3.session
import moto_root_access
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import ROTATION
from helpers.accounts.everything import ACCOUNT
from moto.iam.models import iam_backends

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
    # What is there besides; it may have to say a variable's value.
    make: Callable[[Variables], None] = lambda _variables: None
    # What is there in the end, if it is not in the account's IAM.
    held: Callable[[], t.Any] | None = None
    # What others do besides: the object that the run has to name, and how it is changed for this number.
    others: Callable[[], list[tuple[str, Callable[[int], object]]]] = list
    # Whether every run has something to do, so that a plan which was applied is refused.
    always: bool = False
    # Whether there is a rest, which a run without a plan goes on with.
    leaves: bool = False


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


def organizations() -> t.Any:
    return boto3.session.Session().client("organizations")


def member(name: str, unit: str) -> str:
    """A new account of the organization in a new unit; its ID."""
    made = organizations()
    root = made.list_roots()["Roots"][0]["Id"]
    parent = made.create_organizational_unit(ParentId=root, Name=unit)["OrganizationalUnit"]["Id"]
    account = made.create_account(Email=f"{name}@example.com", AccountName=name)["CreateAccountStatus"]["AccountId"]
    made.move_account(AccountId=account, SourceParentId=root, DestinationParentId=parent)
    return str(account)


def guarding() -> Run:
    """Guard rails that hold already change, which a unit tries first."""
    prefix = "cloudhsm_guardrails_"
    options = {"variables_prefix": prefix}
    rails = {f"{prefix}targets": ["/Live", "/Sandbox"], f"{prefix}enable_policy_type": True}
    before = Run("cloudhsm_guardrails", "cloudhsm_guardrails", {**rails, f"{prefix}canary_wait": 0}, options)
    wanted = {f"{prefix}regions": ["eu-central-1"], f"{prefix}canary_ou": "/Sandbox", f"{prefix}tags": {"a": "b"}}

    def make(_variables: Variables) -> None:
        organizations().create_organization(FeatureSet="ALL")
        member("shop", "Live")
        member("box", "Sandbox")

    return replace(
        before, variables={**before.variables, **wanted}, before=before, make=make, held=control_policies, others=rivals
    )


def control_policies() -> dict[str, t.Any]:
    """Documents, tags and the names of the targets of service control policies, by name."""
    client, found = organizations(), {}
    for one in client.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]:
        targets = client.list_targets_for_policy(PolicyId=one["Id"])["Targets"]
        content = client.describe_policy(PolicyId=one["Id"])["Policy"]["Content"]
        tags = client.list_tags_for_resource(ResourceId=one["Id"])["Tags"]
        found[one["Name"]] = (content, str(tags), sorted(target["Name"] for target in targets))
    return found


def rivals() -> list[tuple[str, Callable[[int], object]]]:
    """What others do to guard rails."""
    client = organizations()
    policies = client.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
    (ours,) = (one["Id"] for one in policies if one["Name"] == "CloudHSMGuardRails")

    def attach(number: int) -> None:
        client.attach_policy(PolicyId=ours, TargetId=member(f"new{number}", f"New{number}"))

    def tag(number: int) -> None:
        client.tag_resource(ResourceId=ours, Tags=[{"Key": f"k{number}", "Value": "v"}])

    def write(number: int) -> None:
        statement = {"Effect": "Deny", "Action": f"s3:Get{number}", "Resource": "*"}
        client.update_policy(PolicyId=ours, Content=json.dumps({"Version": "2012-10-17", "Statement": [statement]}))

    return [("service control policy CloudHSMGuardRails", act) for act in (attach, tag, write)]


def locking() -> Run:
    """Root credentials of three accounts, two of which fit into one run."""
    prefix = "root_access_"
    variables = {f"{prefix}state": "locked", f"{prefix}all_accounts": True, f"{prefix}max_removals": 7}

    def make(variables: Variables) -> None:
        moto_root_access.complete()
        made = organizations().create_organization(FeatureSet="ALL")["Organization"]
        variables[f"{prefix}organization_id"] = made["Id"]
        organizations().enable_aws_service_access(ServicePrincipal=moto_root_access.PRINCIPAL)
        client().enable_organizations_root_credentials_management()
        # AWS numbers accounts as it likes.
        for number, account in enumerate(sorted(member(name, name) for name in ("shop", "logs", "box"))):
            keys = [f"AKIAROOTEXAMPLE00{number}{key}" for key in range(2)]
            device = f"arn:aws:iam::111122223333:mfa/device{number}"
            moto_root_access.root_user(account).update(access_keys=keys, mfa_devices=[device], password=number != 1)

    return Run(
        "root_access",
        "lock_root_users",
        variables,
        {"variables_prefix": prefix},
        make=make,
        leaves=True,
        held=lambda: [one for _account, one in root_users()],
        others=quicker,
    )


def root_users() -> list[tuple[str, dict[str, t.Any]]]:
    """The accounts that have root users, by ID, and what those have."""
    accounts = sorted(one["Id"] for one in organizations().list_accounts()["Accounts"] if one["Id"] != ACCOUNT)
    return [(account, copy.deepcopy(moto_root_access.root_user(account))) for account in accounts]


def quicker() -> list[tuple[str, Callable[[int], object]]]:
    """What the root users of the plan do, also those that it leaves for later."""

    def create_key(account: str, number: int) -> None:
        moto_root_access.root_user(account)["access_keys"].append(f"AKIANEWEXAMPLE{number:04}")

    return [(f"root user {account}", functools.partial(create_key, account)) for account, _has in root_users()]


def reset(folder: Path) -> Run:
    """A new first password, for somebody who may change it."""
    path = str(folder / "store" / "reset.yml")
    options = {"job": "reset_password", "user": "carol", "store": "file", "store_path": path}
    allowed = {"UserName": "carol", "PolicyArn": "arn:aws:iam::aws:policy/IAMUserChangePassword"}

    def make(_variables: Variables) -> None:
        client().attach_user_policy(**allowed)

    return Run("iam_user_credentials", "reset_password", {}, options, ("carol",), make=make, always=True)


def lost_device() -> Run:
    options = {"job": "replace_mfa_device", "user": "dave", "mfa_device": "dave"}
    return Run("iam_user_credentials", "replace_mfa_device", {}, options, ("dave",))


def rotation() -> Run:
    """The new key of a rotation is in use, and the old one is due."""

    def make(_variables: Variables) -> None:
        iam = client()
        new = iam.create_access_key(UserName="dave")["AccessKey"]["AccessKeyId"]
        keys = iam_backends[ACCOUNT]["aws"].get_user("dave").access_keys
        (old,) = (key.access_key_id for key in keys if key.access_key_id != new)
        iam.tag_user(UserName="dave", Tags=[{"Key": ROTATION, "Value": f"{new} {old}"}])
        soon = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=9)).strftime("%Y-%m-%dT%H:%M:%SZ")
        for key in keys:
            if key.access_key_id == new:
                key.last_used = SimpleNamespace(timestamp=soon, service="s3", region="us-east-1")

    options = {"job": "rotate_access_key", "user": "dave"}
    return Run("iam_user_credentials", "rotate_access_key", {}, options, ("dave",), make=make)


# Runs that a plan can be made of, by names for tests.
RUNS = (
    "provisioning",
    "purging",
    "offboarding",
    "suspension",
    "bootstrap",
    "group",
    "reset",
    "lost device",
    "rotation",
    "guarding",
    "locking",
    "teardown",
)


def run_called(name: str, folder: Path) -> Run:
    """One of RUNS."""
    return dict(zip(RUNS, _runs(folder), strict=True))[name]


def _runs(folder: Path) -> list[Run]:
    return [
        provisioning(),
        purging(),
        offboarding(),
        suspension(),
        bootstrap(folder),
        group(),
        reset(folder),
        lost_device(),
        rotation(),
        guarding(),
        locking(),
        teardown(folder),
    ]


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
    own = run.others()
    if own:
        title, act = choice.choice(own)
        return Mutation(title, functools.partial(act, number))
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

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check mode says what a run does: on random accounts and wishes, some of them on a real server.

The others are in this process: the same emulated AWS, without HTTP.
"""

from __future__ import annotations

import json
import typing as t
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

import boto3.session
import moto_server
import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.denial import policy_length
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import (
    Account,
    ActualUser,
    DesiredUser,
    Options,
    TemporaryPolicy,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.run import run
from ansible_collections.cloudhsm.iam.plugins.modules import iam_users
from helpers.accounts.everything import ACCOUNT, ANYTHING, key_and_certificate
from helpers.accounts.simulated_iam import BOUNDARIES, GROUPS, ONBOARDING, POLICIES, accounts, options, wishes
from helpers.moto import in_process, open_moto
from helpers.moto.clients import iam_client, sts_client
from helpers.moto.fault_proxy import FaultProxy
from hypothesis import HealthCheck, Phase, given, seed, settings
from moto_server import MotoServer

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sts import STSClient

# 500 examples in all, in parts that can run side by side.
PARTS = 4
EXAMPLES = 110
ON_A_SERVER = 60
KEY, CERTIFICATE = key_and_certificate()
# Calls that name no user.
OF_NO_USER = {
    "delete_virtual_mfa_device",
    "create_policy",
    "create_policy_version",
    "delete_policy_version",
    "delete_policy",
    "tag_policy",
    "untag_policy",
}
# The options of a user that have another name than the fields.
NAMES = {"leaves": "leave_groups", "temporary": "temporary_groups"}


class World(t.Protocol):
    """An account in which calls are noted."""

    iam: IAMClient
    sts: STSClient

    def begin(self) -> None:
        """Empty the account."""

    def forget(self) -> None:
        """Forget the calls."""

    def writes(self) -> list[tuple[str, Mapping[str, str]]]:
        """The calls that were made to change something, with their parameters."""


class OnServer:
    """A server behind a proxy that notes calls."""

    def __init__(self, moto: str, proxy: FaultProxy) -> None:
        self._moto = moto
        self._proxy = proxy
        self.iam = iam_client(proxy.url)
        self.sts = sts_client(proxy.url)

    def begin(self) -> None:
        moto_server.reset(self._moto)
        self._proxy.clear()

    def forget(self) -> None:
        self._proxy.calls.clear()

    def writes(self) -> list[tuple[str, Mapping[str, str]]]:
        return [(call.action, call.params) for call in self._proxy.writes]


class InProcess:
    """An account in this process, which is empty."""

    def __init__(self, aws: in_process.Account) -> None:
        self._aws = aws
        session: t.Any = boto3.session.Session()
        self.iam: IAMClient = session.client("iam")
        self.sts: STSClient = session.client("sts")

    def begin(self) -> None:
        assert self._aws.calls == []

    def forget(self) -> None:
        self._aws.made.clear()

    def writes(self) -> list[tuple[str, Mapping[str, str]]]:
        return self._aws.made


class Example:
    """An account, and the module without the process around it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.iam = world.iam

    def make(self, account: Account) -> None:
        """Make the account on the server."""
        self.world.begin()
        for group in (*GROUPS, ONBOARDING):
            self.iam.create_group(GroupName=group)
        for arn in (*POLICIES, *BOUNDARIES):
            self.iam.create_policy(PolicyName=arn.rsplit("/", 1)[1], PolicyDocument=json.dumps(ANYTHING))
        for group, documents in account.group_documents.items():
            for number, document in enumerate(documents):
                made = self.iam.create_policy(PolicyName=f"{group}-{number}", PolicyDocument=json.dumps(document))
                self.iam.attach_group_policy(GroupName=group, PolicyArn=made["Policy"]["Arn"])
        for policy in account.temporary_policies.values():
            self._make_temporary(policy)
        if account.password_rules.changeable:
            self.iam.update_account_password_policy(AllowUsersToChangePassword=True)
        for user in account.users.values():
            self._make_user(user)
        self.world.forget()

    def _make_temporary(self, policy: TemporaryPolicy) -> None:
        path, _slash, name = policy.arn.partition(":policy")[2].rpartition("/")
        tags: t.Any = [{"Key": key, "Value": value} for key, value in policy.tags.items()]
        text = json.dumps(policy.document)
        self.iam.create_policy(Path=f"{path}/", PolicyName=name, PolicyDocument=text, Tags=tags)
        if policy.other_versions:
            self.iam.create_policy_version(PolicyArn=policy.arn, PolicyDocument=text, SetAsDefault=True)

    def _make_user(self, user: ActualUser) -> None:
        boundary = {"PermissionsBoundary": user.boundary} if user.boundary else {}
        tags: t.Any = [{"Key": key, "Value": value} for key, value in user.tags.items()]
        self.iam.create_user(UserName=user.name, Path=user.path, Tags=tags, **boundary)
        for group in user.groups:
            self.iam.add_user_to_group(UserName=user.name, GroupName=group)
        for arn in user.managed_policies:
            self.iam.attach_user_policy(UserName=user.name, PolicyArn=arn)
        for policy in user.inline_policies:
            # Those of who is prepared against a lock-out are as long as IAM allows.
            document = filled(user.inline_length) if user.inline_length > 1000 else json.dumps(ANYTHING)
            self.iam.put_user_policy(UserName=user.name, PolicyName=policy, PolicyDocument=document)
        if user.console_access:
            reset = bool(user.password_reset_required)
            self.iam.create_login_profile(UserName=user.name, Password="Was-there-1", PasswordResetRequired=reset)
        self._make_credentials(user)

    def _make_credentials(self, user: ActualUser) -> None:
        have = user.credentials
        assert have
        for _key in have.access_keys:
            self.iam.create_access_key(UserName=user.name)
        for device in have.mfa_devices:
            serial = device
            if ":mfa/" in device:
                made = self.iam.create_virtual_mfa_device(VirtualMFADeviceName=device.rpartition("/")[2])
                serial = made["VirtualMFADevice"]["SerialNumber"]
            codes = {"AuthenticationCode1": "123456", "AuthenticationCode2": "234567"}
            self.iam.enable_mfa_device(UserName=user.name, SerialNumber=serial, **codes)
        for _key in have.ssh_public_keys:
            self.iam.upload_ssh_public_key(UserName=user.name, SSHPublicKeyBody=KEY)
        for _certificate in have.signing_certificates:
            self.iam.upload_signing_certificate(UserName=user.name, CertificateBody=CERTIFICATE)
        for _credential in have.service_specific_credentials:
            self.iam.create_service_specific_credential(UserName=user.name, ServiceName="codecommit.amazonaws.com")

    def run(self, desired: list[DesiredUser], switches: Options, check: bool) -> dict[str, t.Any]:
        """What the module answers; a refusal is its problems."""
        params = {name: value.get("default") for name, value in iam_users.ARGUMENT_SPEC.items()}
        params |= {name: value for name, value in vars(switches).items() if name in params}
        params["restore_suspended"] = switches.restore_suspended or sorted(switches.restore_users)
        params["restore_credentials"] = sorted(switches.restore_credentials)
        # Nothing comes before the run.
        params["pending_policies"] = None
        params |= {"users": [as_item(user) for user in desired], "protected_groups": ["Administrators"]}
        task: t.Any = SimpleNamespace(
            tell=lambda _line: None,
            params=params,
            check_mode=check,
            diff=True,
            warn=print,
            iam_client=lambda _workers: self.iam,
            sts_client=lambda: self.world.sts,
        )
        try:
            return run(task)
        except FailedError as failed:
            return {"changes": [], **failed.result}


def as_item(user: DesiredUser) -> dict[str, t.Any]:
    """The user as it would be written in a playbook."""
    item = {NAMES.get(key, key): value for key, value in vars(user).items() if value is not None}
    del item["present"], item["suspended"]
    if user.temporary is not None:
        item["temporary_groups"] = [wish.describe() for wish in user.temporary]
    for key in ("groups", "managed_policies", "leave_groups"):
        if key in item:
            item[key] = sorted(item[key])
    # Without a password for everybody who may need one, most runs would be refused for just that.
    password = {"password": "Given-1-password"} if user.console_access and user.present else {}
    state = "suspended" if user.suspended else "present" if user.present else "absent"
    return {**item, **password, "state": state}


def check(world: World, account: Account, desired: list[DesiredUser], switches: Options) -> bool:
    """The calls of a run are those that check mode listed. Whether it was refused."""
    # Memberships end at a time, and moto's clock is that of this machine.
    with mock.patch.object(caller, "time_of_answer", return_value=account.caller.now):
        return _check(world, account, desired, switches)


def _check(world: World, account: Account, desired: list[DesiredUser], switches: Options) -> bool:
    example = Example(world)
    example.make(account)
    predicted = example.run(desired, replace(switches, max_deletions=2), check=True)
    assert world.writes() == []
    made = example.run(desired, replace(switches, max_deletions=2), check=False)
    assert made.get("problems") == predicted.get("problems")
    assert made["changes"] == predicted["changes"]
    assert not made.get("failed_users"), made["failed_users"]
    assert Counter((params.get("UserName"), action.lower()) for action, params in world.writes()) == Counter(
        (None if change["operation"] in OF_NO_USER else change["user"], squeezed(change["operation"]))
        for change in predicted["changes"]
    )
    assert made.get("users") == predicted.get("users")
    if "problems" not in made:
        again = example.run(desired, replace(switches, max_deletions=2), check=True)
        assert again["changes"] == []
    return "problems" in made


def most_are_not_refused(refused: list[bool]) -> None:
    """What is refused makes no calls, so that a test of nothing else would say nothing."""
    assert sum(refused) < len(refused) * 0.7, (sum(refused), len(refused))


def examples(number: int) -> settings:
    """So many, and no look for smaller ones: to make the account anew for each takes longer than to find one."""
    return settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate, Phase.target],
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def server() -> Iterator[World]:
    with MotoServer(program=Path(open_moto.__file__)) as moto, FaultProxy(moto.url) as proxy:
        yield OnServer(moto.url, proxy)


def test_the_calls_of_a_run_on_a_server_are_those_that_check_mode_listed(server: World) -> None:
    refused: list[bool] = []

    @examples(ON_A_SERVER)
    @given(account=accounts(prepared=True), desired=wishes(), switches=options)
    def compared(account: Account, desired: list[DesiredUser], switches: Options) -> None:
        refused.append(check(server, account, desired, switches))

    compared()
    most_are_not_refused(refused)


@pytest.mark.parametrize("part", range(PARTS))
def test_the_calls_of_a_run_are_those_that_check_mode_listed(part: int) -> None:
    refused: list[bool] = []

    @seed(part)
    @examples(EXAMPLES)
    @given(account=accounts(prepared=True), desired=wishes(), switches=options)
    def compared(account: Account, desired: list[DesiredUser], switches: Options) -> None:
        with in_process.account() as aws:
            refused.append(check(InProcess(aws), account, desired, switches))

    compared()
    most_are_not_refused(refused)


def filled(length: int) -> str:
    """A policy of this length."""
    statement = {**t.cast("list[dict[str, str]]", ANYTHING["Statement"])[0], "Sid": ""}
    document = {**ANYTHING, "Statement": [statement]}
    statement["Sid"] = "x" * (length - policy_length(document))
    return json.dumps(document)


def squeezed(operation: str) -> str:
    return operation.replace("_", "")


def test_the_account_is_the_one_that_the_examples_are_about(server: World) -> None:
    assert server.sts.get_caller_identity()["Account"] == ACCOUNT

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A user with a password, a user for a machine with an access key, and where their new credentials are handed over."""

from __future__ import annotations

import datetime
import json
import typing as t
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import boto3.session
import yaml
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.self_service import require_mfa_policy
from botocore.exceptions import ReadTimeoutError
from helpers.modules.in_process import Result, actions, run_action
from helpers.moto.in_process import Account, account
from moto.iam.models import iam_backends

ACCOUNT = "123456789012"
CHANGE_PASSWORD = "arn:aws:iam::aws:policy/IAMUserChangePassword"


def client(service: str = "iam") -> t.Any:
    """A client for the account."""
    session: t.Any = boto3.session.Session()
    return session.client(service)


@contextmanager
def people() -> Iterator[Account]:
    """An account with eve, who has a password and may change it, and a user for a machine with an access key."""
    with account() as made, actions():
        iam = client()
        iam.create_user(UserName="eve")
        iam.create_login_profile(UserName="eve", Password="Chosen-by-the-user-1")
        iam.attach_user_policy(UserName="eve", PolicyArn=CHANGE_PASSWORD)
        iam.create_user(UserName="svc-backup")
        iam.create_access_key(UserName="svc-backup")
        made.calls.clear()
        yield made


def run(job: str, user: str, check_mode: bool = False, **options: t.Any) -> Result:
    """The result of a job for a user."""
    return run_action("iam_user_credentials", {"job": job, "user": user, **options}, {}, check_mode=check_mode)


class Passwords:
    """A store of first passwords: what it has of eve, and the options that name it."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.path = folder / "private" / "credentials.yml"
        self.options: dict[str, t.Any] = {"store": kind}
        if kind == "file":
            self.options["store_path"] = str(self.path)
        self.kind = kind

    def entry(self) -> tuple[str, str] | None:
        """The password and its state."""
        name = f"/cloudhsm-iam/first-passwords/{ACCOUNT}/eve"
        if self.kind == "file":
            if not self.path.exists():
                return None
            entry = yaml.safe_load(self.path.read_text())[ACCOUNT].get("eve")
            return entry and (entry["password"], entry["state"])
        if self.kind == "secretsmanager":
            manager = client("secretsmanager")
            if not manager.list_secrets()["SecretList"]:
                return None
            tags = manager.describe_secret(SecretId=name)["Tags"]
            password = manager.get_secret_value(SecretId=name)["SecretString"]
        else:
            ssm = client("ssm")
            if not ssm.describe_parameters()["Parameters"]:
                return None
            tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
            password = ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"]
        return password, {tag["Key"]: tag["Value"] for tag in tags}["cloudhsm.iam/first-password"]


def password_of(name: str) -> str:
    return str(iam_backends[ACCOUNT]["aws"].get_user(name).password)


def in_group_with_mfa(user: str = "eve") -> None:
    iam = client()
    iam.create_group(GroupName="Guarded")
    policy = iam.create_policy(PolicyName="MFA", PolicyDocument=json.dumps(require_mfa_policy("aws")))["Policy"]
    iam.attach_group_policy(GroupName="Guarded", PolicyArn=policy["Arn"])
    iam.add_user_to_group(UserName=user, GroupName="Guarded")


def device(user: str, name: str, days: int = 30) -> str:
    iam = client()
    serial = str(iam.create_virtual_mfa_device(VirtualMFADeviceName=name)["VirtualMFADevice"]["SerialNumber"])
    enable(user, serial, days)
    return serial


def enable(user: str, serial: str, days: int = 30) -> None:
    client().enable_mfa_device(
        UserName=user, SerialNumber=serial, AuthenticationCode1="123456", AuthenticationCode2="654321"
    )
    device = iam_backends[ACCOUNT]["aws"].get_user(user).mfa_devices[serial]
    device.enable_date = datetime.datetime.now() - datetime.timedelta(days=days)


def devices_of(name: str) -> list[str]:
    return [device["SerialNumber"] for device in client().list_mfa_devices(UserName=name)["MFADevices"]]


def virtual_devices() -> list[str]:
    return [device["SerialNumber"] for device in client().list_virtual_mfa_devices()["VirtualMFADevices"]]


def tags_of(name: str) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in client().list_user_tags(UserName=name)["Tags"]}


class Keys:
    """A store of access keys: what it has of svc-backup, and the options that name it."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.path = folder / "private" / "access-keys.yml"
        self.kind = kind
        self.options: dict[str, t.Any] = {"store": kind}
        if kind == "file":
            self.options["store_path"] = str(self.path)

    def entry(self) -> tuple[str, str, str] | None:
        """The key, its secret, and the first word of the state."""
        name = f"/cloudhsm-iam/access-keys/{ACCOUNT}/svc-backup"
        if self.kind == "file":
            if not self.path.exists():
                return None
            entry = yaml.safe_load(self.path.read_text()).get(ACCOUNT, {}).get("svc-backup")
            return entry and (entry["access_key_id"], entry["secret_access_key"], entry["state"].split()[0])
        if self.kind == "secretsmanager":
            manager = client("secretsmanager")
            if not manager.list_secrets()["SecretList"]:
                return None
            tags = manager.describe_secret(SecretId=name)["Tags"]
            value = json.loads(manager.get_secret_value(SecretId=name)["SecretString"])
        else:
            ssm = client("ssm")
            if not ssm.describe_parameters()["Parameters"]:
                return None
            tags = ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)["TagList"]
            value = json.loads(ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"])
        state = {tag["Key"]: tag["Value"] for tag in tags}["cloudhsm.iam/access-key"]
        return value["access_key_id"], value["secret_access_key"], state.split()[0]

    def rotate(self, check_mode: bool = False, **options: t.Any) -> Result:
        return run("rotate_access_key", "svc-backup", check_mode=check_mode, **self.options, **options)


@contextmanager
def answer_lost(action: str) -> Iterator[None]:
    """The call has its effect, and nobody hears of it."""
    answer = Account.answer

    def lose(self: Account, asked: str, request: t.Any) -> t.Any:
        made = answer(self, asked, request)
        if asked == action:
            raise ReadTimeoutError(endpoint_url="https://iam.amazonaws.com")
        return made

    with mock.patch.object(Account, "answer", lose):
        yield

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who has to change the first password may do so, on a server that enforces policies."""

from __future__ import annotations

import shlex
import typing as t
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from helpers.documents.case_files import case_bytes
from helpers.moto.clients import iam_client
from helpers.moto.enforcing_moto import enforce
from helpers.processes.control_node import ControlNode
from helpers.processes.module_runs import run_iam_users
from moto_server import require_loopback

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

CHANGE_PASSWORD = "arn:aws:iam::aws:policy/IAMUserChangePassword"


@pytest.fixture
def iam(enforcing: str) -> IAMClient:
    return iam_client(enforcing)


def may_change_password(url: str, iam: IAMClient, name: str) -> bool:
    """Whether the user may, as at the first sign-in, where the user has no other rights than its own."""
    key = iam.create_access_key(UserName=name)["AccessKey"]
    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")
    own = session.client("iam", endpoint_url=require_loopback(url))
    enforce(url, True)
    try:
        own.change_password(OldPassword="the-first-one-1", NewPassword="Chosen-by-the-user-1")
    except ClientError as exc:
        if exc.response["Error"]["Code"] != "AccessDenied":
            raise
        return False
    finally:
        enforce(url, False)
    return True


def test_everybody_that_bootstrap_makes_can_change_the_first_password(
    enforcing: str, iam: IAMClient, tmp_path: Path
) -> None:
    command = case_bytes("first-sign-in", "run.sh").decode().splitlines()[0]
    _program, *args = shlex.split(command, comments=True)
    made = ControlNode(tmp_path, enforcing).playbook(*args)
    assert made.status == 0, made.output
    for name in ("alice", "Administrator"):
        assert may_change_password(enforcing, iam, name), name
        (policy,) = iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]
        assert policy["PolicyArn"] == CHANGE_PASSWORD


@pytest.mark.parametrize(("allowed", "everybody"), [(True, False), (False, True), (False, False)])
def test_the_right_is_given_where_the_account_does_not_give_it(
    enforcing: str, iam: IAMClient, allowed: bool, everybody: bool
) -> None:
    name = f"ann-{allowed}-{everybody}"
    wish = {"name": name, "groups": ["Somebody"], "console_access": True, "password": "Given-1-password"}
    if not allowed and not everybody:
        iam.create_group(GroupName="Somebody")
    else:
        wish.pop("groups")
    iam.update_account_password_policy(AllowUsersToChangePassword=everybody)
    try:
        made = run_iam_users(enforcing, [wish], allow_password_change=allowed)
    finally:
        iam.delete_account_password_policy()
    assert made["failed_users"] == []
    attached = [policy["PolicyArn"] for policy in iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]]
    assert attached == ([CHANGE_PASSWORD] if allowed else [])
    # moto knows nothing of the password policy's own permission.
    assert may_change_password(enforcing, iam, name) == allowed

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An existing account brought into code, by the commands of docs/existing_account.md."""

from __future__ import annotations

import json
import stat
import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import Wish, build_policy
from helpers.accounts import everything
from helpers.accounts.everything import ACCOUNT
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import ControlNode, Run

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

FILE = f"exports/account-{ACCOUNT}.yml"
OTHERS = f"exports/account-{ACCOUNT}-not-exported.yml"


def run(node: ControlNode, playbook: str, *args: str, **variables: t.Any) -> Run:
    return node.playbook(f"cloudhsm.iam.{playbook}", *args, "-e", json.dumps(variables))


def export(node: ControlNode, *args: str, **variables: t.Any) -> Run:
    return run(node, "export_account", *args, account_export_folder="exports", **variables)


def with_file(node: ControlNode, playbook: str, *args: str, **variables: t.Any) -> Run:
    return run(node, playbook, "-e", f"@{FILE}", *args, **variables)


@pytest.fixture
def lived_in(aws: FaultProxy, iam: IAMClient) -> None:
    """An account with all sorts of users, a group of ours, and texts that look like templates and like no text."""
    everything.prepare(iam)
    document, _problems = build_policy(Wish("read_only", "hardened", regions=["us-east-1"]))
    iam.create_policy(PolicyName="Auditors", PolicyDocument=json.dumps(document))
    iam.create_group(GroupName="Auditors", Path="/hsm/")
    iam.attach_group_policy(GroupName="Auditors", PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/Auditors")
    iam.create_user(UserName="yes", Path="/{{x}}/", Tags=[{"Key": "0123", "Value": "null"}])
    iam.create_service_linked_role(AWSServiceName="cloudhsm.amazonaws.com", Description="{{ undefined_in_any_play }}")
    iam.update_account_password_policy(MinimumPasswordLength=14)
    aws.clear()


@pytest.mark.usefixtures("lived_in")
def test_an_account_is_exported_reviewed_and_adopted(node: ControlNode, aws: FaultProxy, iam: IAMClient) -> None:
    planned = export(node, "--check", "--diff")
    assert planned.status == 0, planned.output
    assert "+user_provisioning_users:" in planned.output
    assert not (node.folder / "exports").exists()
    done = export(node)
    assert done.status == 0, done.output
    assert "7 of 7 users and 4 of 4 groups exported" in done.output
    assert stat.S_IMODE((node.folder / FILE).stat().st_mode) == 0o600
    assert "read_only" in (node.folder / FILE).read_text()
    assert "access keys" in (node.folder / OTHERS).read_text()

    assert aws.writes == []
    for playbook in ("provision_groups", "provision_users", "service_linked_role"):
        again = with_file(node, playbook)
        assert again.status == 0, again.output
        assert again.changed_tasks == [], again.output
    assert aws.writes == []

    before = everything.describe(iam)
    adopted = with_file(node, "provision_users", user_provisioning_adopt=True)
    assert adopted.status == 0, adopted.output
    assert {call.action for call in aws.calls if call.is_write} == {"TagUser"}
    after = everything.describe(iam)
    assert all(user["tags"].pop("cloudhsm.iam/managed") == "true" for user in after["users"].values())
    for user in before["users"].values():
        user["tags"].pop("cloudhsm.iam/managed", None)
    assert after == before

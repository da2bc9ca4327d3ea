# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way in by two phases, played to its end: by whoever runs the playbook, and by the new user."""

from __future__ import annotations

import typing as t
from pathlib import Path

import boto3
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import ControlNode, Run
from moto_server import require_loopback

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

USERS = [
    {"name": "alice", "path": "/hsm/", "groups": ["CloudHSMAdministrators"], "console_access": True},
    {"name": "robot", "groups": ["CloudHSMAdministrators"]},
]
CODES = {"AuthenticationCode1": "123456", "AuthenticationCode2": "234567"}


def write_playbook(node: ControlNode) -> Path:
    """A group that requires MFA, and its members."""
    return node.write_playbook(
        [
            {
                "name": "The group",
                "ansible.builtin.include_role": {"name": "cloudhsm.iam.cloudhsm_group"},
                "vars": {"cloudhsm_group_require_mfa": True},
            },
            {
                "name": "Its members",
                "ansible.builtin.include_role": {"name": "cloudhsm.iam.user_provisioning"},
                "vars": {"user_provisioning_users": USERS, "user_provisioning_credentials_store": "file"},
            },
        ]
    )


def sign_in(aws: FaultProxy, iam: IAMClient, name: str) -> IAMClient:
    """What the user does in the console is done here with a key of the user's own."""
    key = iam.create_access_key(UserName=name)["AccessKey"]
    session = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")
    return session.client("iam", endpoint_url=require_loopback(aws.url))


def groups_of(iam: IAMClient, name: str) -> list[str]:
    return [group["GroupName"] for group in iam.list_groups_for_user(UserName=name)["Groups"]]


def test_a_new_user_gets_in_by_two_phases(node: ControlNode, aws: FaultProxy, iam: IAMClient) -> None:
    play = write_playbook(node)

    def run(*args: str) -> Run:
        aws.calls.clear()
        return node.playbook(play, *args)

    # The group is not there yet in check mode, and nothing but the play tells that it will require MFA.
    locked_out = run("--check")
    assert locked_out.status != 0
    assert "users[0] (alice): password_reset_required: CloudHSMAdministrators lets nobody" in locked_out.failure
    assert "two_phase" in locked_out.failure
    assert aws.writes == []

    two_phases = ("-e", "user_provisioning_onboarding=two_phase")
    predicted = run(*two_phases, "--check", "--diff")
    assert "would be pending: alice (has not changed the password, has no MFA device)" in predicted.output
    assert aws.writes == []
    first = run(*two_phases)
    assert first.status == 0, first.output
    assert first.changed_tasks == predicted.changed_tasks
    assert "still pending: alice (has not changed the password, has no MFA device)" in first.output
    assert groups_of(iam, "alice") == ["CloudHSMIamOnboarding"]
    assert groups_of(iam, "robot") == ["CloudHSMAdministrators"]
    (policy,) = iam.list_attached_group_policies(GroupName="CloudHSMIamOnboarding")["AttachedPolicies"]
    assert policy["PolicyName"] == "CloudHSMIamSelfService"

    alice = sign_in(aws, iam, "alice")
    alice.change_password(OldPassword="the-first-one-1", NewPassword="Chosen-by-alice-1")
    second = run(*two_phases)
    assert "still pending: alice (has no MFA device)" in second.output
    assert second.changed_tasks == []
    assert aws.writes == []

    device = alice.create_virtual_mfa_device(VirtualMFADeviceName="alice")["VirtualMFADevice"]["SerialNumber"]
    alice.enable_mfa_device(UserName="alice", SerialNumber=device, **CODES)
    third = run(*two_phases)
    assert "~ user alice (admitted): " in third.output
    assert "still pending" not in third.output
    assert [(call.action, call.params["GroupName"]) for call in aws.writes] == [
        ("RemoveUserFromGroup", "CloudHSMIamOnboarding"),
        ("AddUserToGroup", "CloudHSMAdministrators"),
    ]
    assert groups_of(iam, "alice") == ["CloudHSMAdministrators"]
    # Which is hours old, and would keep her waiting.
    assert not [call.action for call in aws.calls if "CredentialReport" in call.action]

    assert run(*two_phases).changed_tasks == []
    assert aws.writes == []

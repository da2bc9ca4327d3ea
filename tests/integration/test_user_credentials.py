# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks reset_password, replace_mfa_device and rotate_access_key, as a command line starts them."""

from __future__ import annotations

import json
import typing as t

import yaml
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import ControlNode

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

ACCOUNT = "123456789012"


def test_one_command_does_each_job(node: ControlNode, aws: FaultProxy, iam: IAMClient) -> None:
    iam.create_user(UserName="eve")
    iam.create_login_profile(UserName="eve", Password="Chosen-by-the-user-1")
    iam.attach_user_policy(UserName="eve", PolicyArn="arn:aws:iam::aws:policy/IAMUserChangePassword")
    serial = iam.create_virtual_mfa_device(VirtualMFADeviceName="phone")["VirtualMFADevice"]["SerialNumber"]
    iam.enable_mfa_device(
        UserName="eve", SerialNumber=serial, AuthenticationCode1="123456", AuthenticationCode2="654321"
    )
    iam.create_user(UserName="svc-backup")
    old = iam.create_access_key(UserName="svc-backup")["AccessKey"]["AccessKeyId"]
    store = ("-e", "user_credentials_store=file", "-e", f"account_guard_account_ids={ACCOUNT}")

    reset = node.playbook("cloudhsm.iam.reset_password", "--diff", "-vvv", "-e", "user=eve", *store)
    assert reset.status == 0, reset.output
    path = node.home / ".cloudhsm-iam" / "credentials.yml"
    entry = yaml.safe_load(path.read_text())[ACCOUNT]["eve"]
    assert entry["state"] == "set"
    assert entry["password"] not in reset.output
    assert f"~ user eve: new first password to {path}" in reset.output

    slip = node.playbook("cloudhsm.iam.replace_mfa_device", "-e", "user=eve", "-e", "mfa_devise=phone")
    assert "mfa_devise: is not a variable of this playbook; did you mean mfa_device?" in slip.failure
    # Only just registered, it has to be named.
    refused = node.playbook("cloudhsm.iam.replace_mfa_device", "-e", "user=eve")
    assert "mfa_device: eve has registered its only device" in refused.output
    lost = node.playbook("cloudhsm.iam.replace_mfa_device", "-e", "user=eve", "-e", "mfa_device=phone")
    assert lost.status == 0, lost.output
    assert f"~ user eve: MFA devices -{serial}" in lost.output
    assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []

    young = node.playbook("cloudhsm.iam.rotate_access_key", "-e", "user=svc-backup", "-e", "min_age_days=90", *store)
    assert "is less than 90 days old: nothing to do before" in young.output
    given = json.dumps({"user": "svc-backup", "user_credentials_delete_after_days": 7})
    rotated = node.playbook("cloudhsm.iam.rotate_access_key", "--diff", "-vvv", "-e", given, *store)
    assert rotated.status == 0, rotated.output
    kept = yaml.safe_load((node.home / ".cloudhsm-iam" / "access-keys.yml").read_text())[ACCOUNT]["svc-backup"]
    assert kept["state"] == "set"
    assert kept["secret_access_key"] not in rotated.output
    assert f"Next: put the new key where {old} is used, and run this again" in rotated.output
    keys = iam.list_access_keys(UserName="svc-backup")["AccessKeyMetadata"]
    assert sorted(key["AccessKeyId"] for key in keys) == sorted([old, kept["access_key_id"]])

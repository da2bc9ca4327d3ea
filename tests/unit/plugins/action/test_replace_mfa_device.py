# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A lost MFA device is taken from its user, on an account in this process."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.self_service import self_service_policy
from helpers.accounts.credentials import (
    client,
    device,
    devices_of,
    enable,
    in_group_with_mfa,
    people,
    run,
    tags_of,
    virtual_devices,
)
from helpers.moto.in_process import Account
from helpers.moto.kills import KilledError, killed_at

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


@pytest.fixture
def aws() -> t.Iterator[Account]:
    with people() as made:
        yield made


def test_the_only_device_is_taken_and_deleted(aws: Account) -> None:
    serial = device("eve", "phone")
    aws.calls.clear()
    planned = run("replace_mfa_device", "eve", check_mode=True)
    assert (planned["changed"], aws.writes) == (True, [])
    made = run("replace_mfa_device", "eve")
    assert made["lines"][0] == planned["lines"][0] == f"~ user eve: MFA devices -{serial}"
    assert made["changes"] == planned["changes"]
    assert aws.writes == ["TagUser", "DeactivateMFADevice", "DeleteVirtualMFADevice", "UntagUser"]
    assert (devices_of("eve"), virtual_devices(), tags_of("eve")) == ([], [], {})
    assert "can't register a device: no policy allows it" in made["warnings"][0]
    assert "Until then the password alone opens the console for eve" in made["lines"][2]
    again = run("replace_mfa_device", "eve")
    assert (again["changed"], again["lines"][-1]) == (False, "eve has no MFA device")


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("named", [False, True])
def test_a_device_is_taken_whole_after_a_kill(aws: Account, after: bool, named: bool) -> None:
    assert aws
    other = "arn:aws:iam::123456789012:u2f/user/eve/key-ABC"
    for number in range(1, 10):
        serial = device("eve", f"phone-{number}")
        if named and other not in devices_of("eve"):
            enable("eve", other)
        given: dict[str, t.Any] = {"mfa_device": serial} if named else {}
        try:
            with killed_at(number, after=after):
                run("replace_mfa_device", "eve", **given)
        except KilledError:
            # As by a run that ended with its last call.
            finished = serial not in devices_of("eve") and not tags_of("eve")
            run("replace_mfa_device", "eve", **given) if not (named and finished) else None
        assert (devices_of("eve"), virtual_devices(), tags_of("eve")) == ([other] if named else [], [], {})
        if number > 4:
            break
    assert number == 5


def test_one_of_several_devices_has_to_be_named(aws: Account) -> None:
    phone, hardware = device("eve", "phone"), "GAHT12345678"
    enable("eve", hardware)
    aws.calls.clear()
    refused = run("replace_mfa_device", "eve")["msg"]
    assert "mfa_device: eve has 2 devices; name the lost one by its serial number: " in refused
    assert phone in refused
    assert hardware in refused
    assert "eve has no device 'tablet'; it has " in run("replace_mfa_device", "eve", mfa_device="tablet")["msg"]
    assert aws.writes == []
    # Hardware is only taken from the user: in IAM there is nothing to delete.
    made = run("replace_mfa_device", "eve", mfa_device=hardware)
    assert aws.writes == ["DeactivateMFADevice"]
    assert (devices_of("eve"), made["warnings"]) == ([phone], [made["warnings"][0]])
    # A virtual one goes by its name too.
    assert run("replace_mfa_device", "eve", mfa_device="phone")["changed"]
    assert virtual_devices() == []


def test_a_device_that_is_only_just_registered_has_to_be_named(aws: Account) -> None:
    assert aws
    serial = device("eve", "phone", days=0)
    assert f"has registered its only device {serial} within the last day" in run("replace_mfa_device", "eve")["msg"]
    assert run("replace_mfa_device", "eve", mfa_device=serial)["changed"]


def test_who_needs_mfa_is_told_how_to_go_on(aws: Account) -> None:
    assert aws
    in_group_with_mfa()
    device("eve", "phone")
    made = run("replace_mfa_device", "eve", protected_groups=["Guarded"])
    assert made["next"][0] == "eve now registers a new device in the console, under Security credentials"
    assert made["warnings"] == ["no member of Guarded has an MFA device until eve registers one"]


def test_the_last_administrator_with_mfa_keeps_it_without_a_way_back(aws: Account) -> None:
    assert aws
    iam = client()
    iam.create_group(GroupName="Administrators")
    deny = {
        "Version": "2012-10-17",
        "Statement": {
            "Effect": "Deny",
            "Action": "*",
            "Resource": "*",
            "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
        },
    }
    iam.put_group_policy(GroupName="Administrators", PolicyName="MFA", PolicyDocument=json.dumps(deny))
    iam.attach_group_policy(GroupName="Administrators", PolicyArn=ADMINISTRATOR)
    iam.add_user_to_group(UserName="eve", GroupName="Administrators")
    device("eve", "phone")
    refused = run("replace_mfa_device", "eve")["msg"]
    assert "eve is the last member of the protected group Administrators with an MFA device, and no policy" in refused
    iam.create_user(UserName="ann")
    iam.create_login_profile(UserName="ann", Password="Chosen-by-the-user-1")
    iam.add_user_to_group(UserName="ann", GroupName="Administrators")
    device("ann", "other")
    made = run("replace_mfa_device", "eve")
    assert made["changed"]
    assert "an administrator has to register one" in made["warnings"][0]


def test_self_service_lets_the_user_register_another_one(aws: Account) -> None:
    assert aws
    iam = client()
    document = json.dumps(self_service_policy("aws"))
    iam.put_user_policy(UserName="eve", PolicyName="SelfService", PolicyDocument=document)
    device("eve", "phone")
    made = run("replace_mfa_device", "eve")
    assert "warnings" not in made
    assert "Security credentials" in made["next"][0]

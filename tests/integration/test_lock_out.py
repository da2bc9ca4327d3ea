# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whoever is to go or to be locked out does so, whatever it has prepared; and the last administrator does not."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Callable

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._users import engine
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.apply import apply_plans
from helpers.accounts.everything import ANYTHING, describe
from helpers.documents.case_files import case_bytes
from helpers.moto.answers import error
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.module_runs import run_iam_users

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

CODES = {"AuthenticationCode1": "123456", "AuthenticationCode2": "234567"}
PASSWORD = {"console_access": True, "password": "Given-1-password"}


def fill_tags(iam: IAMClient, name: str, count: int) -> None:
    tags: t.Any = [{"Key": f"k{number}", "Value": ""} for number in range(count)]
    iam.tag_user(UserName=name, Tags=tags)


def fill_policies(iam: IAMClient, name: str) -> None:
    for policy in iam.list_policies(Scope="AWS", MaxItems=10)["Policies"]:
        iam.attach_user_policy(UserName=name, PolicyArn=policy["Arn"])


def fill_inline(iam: IAMClient, name: str) -> None:
    document = json.dumps({**ANYTHING, "Statement": [{**ANYTHING["Statement"][0], "Sid": "x" * 1950}]})  # type: ignore[dict-item]
    iam.put_user_policy(UserName=name, PolicyName="own", PolicyDocument=document)


def is_locked_out(iam: IAMClient, name: str) -> bool:
    user = describe(iam)["users"][name]
    keys = [key["Status"] for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]]
    denied = "AWSDenyAll" in user["policies"] or "CloudHSMIamSuspended" in inline_of(iam, name)
    return denied and not user["console"] and "Active" not in keys


def inline_of(iam: IAMClient, name: str) -> list[str]:
    return iam.list_user_policies(UserName=name)["PolicyNames"]


@pytest.mark.parametrize(
    "prepare",
    [
        (lambda iam, name: fill_tags(iam, name, 49),),
        (lambda iam, name: fill_tags(iam, name, 50),),
        (fill_policies,),
        (fill_policies, fill_inline),
        (fill_policies, fill_inline, lambda iam, name: fill_tags(iam, name, 50)),
    ],
)
def test_all_of_the_list_are_locked_out(
    aws: FaultProxy, iam: IAMClient, prepare: tuple[Callable[[IAMClient, str], None], ...]
) -> None:
    assert b"both locked out" in case_bytes("suspension-and-50-tags", "expected.txt")
    for name in ("mallory", "eve"):
        iam.create_user(UserName=name)
        iam.create_login_profile(UserName=name, Password="Was-there-1")
        iam.create_access_key(UserName=name)
    for fill in prepare:
        fill(iam, "mallory")
    wishes = [{"name": name, "state": "suspended"} for name in ("mallory", "eve")]
    predicted = run_iam_users(aws.url, wishes, check=True)
    assert aws.writes == []
    made = run_iam_users(aws.url, wishes)
    assert (made["changes"], made["failed_users"]) == (predicted["changes"], [])
    assert is_locked_out(iam, "mallory")
    assert is_locked_out(iam, "eve")
    assert {"mallory", "eve"} == {user["name"] for user in made["users"] if user["state"] == "suspended"}
    assert made["suspended"] == predicted["suspended"]
    assert run_iam_users(aws.url, wishes, check=True)["changes"] == []


def test_a_user_that_fills_up_under_the_run_is_locked_out_by_the_second_look(
    aws: FaultProxy, iam: IAMClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    iam.create_user(UserName="mallory")
    apply = apply_plans

    def first_fill(*args: t.Any, **options: t.Any) -> t.Any:
        fill_policies(iam, "mallory") if not inline_of(iam, "mallory") and not aws.writes else None
        return apply(*args, **options)

    monkeypatch.setattr(engine, "apply_plans", first_fill)
    made = run_iam_users(aws.url, [{"name": "mallory", "state": "suspended"}])
    assert made["failed_users"] == []
    assert inline_of(iam, "mallory") == ["CloudHSMIamSuspended"]


def test_a_device_with_a_comma_in_its_name_goes_with_its_user(aws: FaultProxy, iam: IAMClient) -> None:
    """ "mfa-device-with-comma": whether strict.py's rule for tags is the proxy's, test_aws_limits asks."""
    iam.create_user(UserName="eve")
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="eve,phone")["VirtualMFADevice"]["SerialNumber"]
    iam.enable_mfa_device(UserName="eve", SerialNumber=device, **CODES)
    made = run_iam_users(aws.url, [{"name": "eve", "state": "absent"}])
    assert made["failed_users"] == []
    assert [call.params["Tags.member.1.Value"] for call in aws.writes if call.action == "TagUser"] == [
        "arn:aws:iam::123456789012:mfa/eve=2Cphone"
    ]
    assert describe(iam)["users"] == {}
    assert iam.list_virtual_mfa_devices()["VirtualMFADevices"] == []


def test_forged_notes_switch_no_key_on(aws: FaultProxy, iam: IAMClient) -> None:
    iam.create_user(UserName="eve")
    off, on = (iam.create_access_key(UserName="eve")["AccessKey"]["AccessKeyId"] for _number in range(2))
    iam.update_access_key(UserName="eve", AccessKeyId=off, Status="Inactive")
    run_iam_users(aws.url, [{"name": "eve", "state": "suspended"}])
    forged: t.Any = [{"Key": "cloudhsm.iam/suspended-had-1", "Value": f"{on} {off}"}]
    iam.tag_user(UserName="eve", Tags=forged)
    back = run_iam_users(aws.url, [{"name": "eve"}], restore_suspended=["eve"], restore_credentials=[on])
    statuses = {key["AccessKeyId"]: key["Status"] for key in iam.list_access_keys(UserName="eve")["AccessKeyMetadata"]}
    assert statuses == {on: "Active", off: "Inactive"}
    assert [off in warning for warning in back["warnings"]] == [True]
    assert iam.list_user_tags(UserName="eve")["Tags"] == []


def make_administrators(iam: IAMClient, *names: str) -> None:
    iam.create_group(GroupName="Administrators")
    for name in names:
        iam.create_user(UserName=name)
        iam.create_login_profile(UserName=name, Password="Was-there-1")
        iam.add_user_to_group(UserName=name, GroupName="Administrators")


def members(iam: IAMClient) -> set[str]:
    return {user["UserName"] for user in iam.get_group(GroupName="Administrators")["Users"]}


def test_the_last_administrator_goes_only_when_the_next_is_there(aws: FaultProxy, iam: IAMClient) -> None:
    make_administrators(iam, "ann")
    new: dict[str, t.Any] = {"name": "new", "groups": ["Administrators"], **PASSWORD}
    wishes: list[dict[str, t.Any]] = [{"name": "ann", "state": "absent"}, new]
    for action, code in (("CreateUser", "LimitExceeded"), ("AddUserToGroup", "AccessDenied")):
        aws.says[action] = error(409, code, "Not now.")
        made = run_iam_users(aws.url, wishes)
        assert [user["name"] for user in made["failed_users"]] == ["ann", "new"]
        assert "because new can't act for it now" in made["failed_users"][0]["msg"]
        assert iam.get_login_profile(UserName="ann")
        assert members(iam) == {"ann"}
        del aws.says[action]
    aws.clear()
    made = run_iam_users(aws.url, wishes)
    assert made["failed_users"] == []
    assert members(iam) == {"new"}
    actions = [call.action for call in aws.writes]
    assert actions.index("AddUserToGroup") < actions.index("DeleteLoginProfile")


@pytest.mark.parametrize("how", [{"state": "absent"}, {"state": "suspended"}, {"groups": []}])
def test_two_runs_at_once_do_not_take_both_administrators(
    aws: FaultProxy, iam: IAMClient, monkeypatch: pytest.MonkeyPatch, how: dict[str, t.Any]
) -> None:
    make_administrators(iam, "ann", "bob")
    carry_out = engine.carry_out

    def after_another_run(*args: t.Any, **options: t.Any) -> t.Any:
        monkeypatch.setattr(engine, "carry_out", carry_out)
        other = run_iam_users(aws.url, [{"name": "bob", **how}], purge_groups=True)
        assert other["failed_users"] == []
        return carry_out(*args, **options)

    monkeypatch.setattr(engine, "carry_out", after_another_run)
    made = run_iam_users(aws.url, [{"name": "ann", **how}], purge_groups=True)
    assert [user["name"] for user in made["failed_users"]] == ["ann"]
    assert "bob can't act for it now" in made["failed_users"][0]["msg"]
    assert "ann" in members(iam)
    assert iam.get_login_profile(UserName="ann")


@pytest.mark.parametrize("how", [{"state": "absent"}, {"state": "suspended"}, {"groups": []}])
def test_whoever_was_taken_at_the_same_moment_as_the_others_is_put_back(
    aws: FaultProxy, iam: IAMClient, monkeypatch: pytest.MonkeyPatch, how: dict[str, t.Any]
) -> None:
    make_administrators(iam, "ann", "bob")
    key = iam.create_access_key(UserName="ann")["AccessKey"]["AccessKeyId"]
    held = engine._held

    def then_another_run(*args: t.Any) -> t.Any:
        reasons = held(*args)
        monkeypatch.setattr(engine, "_held", held)
        other = run_iam_users(aws.url, [{"name": "bob", **how}], purge_groups=True)
        assert other["failed_users"] == []
        return reasons

    monkeypatch.setattr(engine, "_held", then_another_run)
    before = describe(iam)["users"]["ann"]
    made = run_iam_users(aws.url, [{"name": "ann", **how}], purge_groups=True)
    assert [user["name"] for user in made["failed_users"]] == ["ann"]
    assert made["failed_users"][0]["msg"].startswith("put back: no member of the protected group Administrators")
    assert describe(iam)["users"]["ann"] == before
    assert iam.get_login_profile(UserName="ann")
    assert [each["Status"] for each in iam.list_access_keys(UserName="ann")["AccessKeyMetadata"]] == ["Active"], key


def test_protected_groups_in_another_case_or_misspelt(aws: FaultProxy, iam: IAMClient) -> None:
    make_administrators(iam, "ann")
    gone = [{"name": "ann", "state": "absent"}]
    (problem,) = run_iam_users(aws.url, gone, protected_groups=["ADMINISTRATORS"])["problems"]
    assert "leaves the protected group Administrators without members" in problem
    (problem,) = run_iam_users(aws.url, gone, protected_groups=["Administators"])["problems"]
    assert problem == ("protected_groups: the account has no group 'Administators'; did you mean 'Administrators'?")
    assert aws.writes == []

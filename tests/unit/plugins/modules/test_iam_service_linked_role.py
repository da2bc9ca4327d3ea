# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module iam_service_linked_role: its options, its results as documented, and how it fails."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

import pytest
import yaml
from ansible_collections.cloudhsm.iam.plugins.modules import iam_service_linked_role as module

if t.TYPE_CHECKING:
    from helpers.modules.scripted import Answer, AwsRole, RunModule, Stubbed

CLOUDHSM = "cloudhsm.amazonaws.com"
SCALING = "autoscaling.amazonaws.com"
NAME = "AWSServiceRoleForCloudHSM"
TASK = f"task/aws-service-role/{CLOUDHSM}/{NAME}/ec720f7a-c0ba-4838-be33-f72e1873dd"
SHOWN = {
    "name": NAME,
    "arn": f"arn:aws:iam::123456789012:role/aws-service-role/{CLOUDHSM}/{NAME}",
    "path": f"/aws-service-role/{CLOUDHSM}/",
    "role_id": "AROACKCEVSQ6C2EXAMPLE",
    "description": "Created by cloudhsm.iam",
    "service_name": CLOUDHSM,
    "create_date": "2026-11-24T10:00:00+00:00",
}
Documented = Callable[..., set[str]]


def script_deletion(iam: Stubbed, role: Answer, **status: t.Any) -> None:
    iam.lists_roles(role)
    iam.answers("delete_service_linked_role", {"DeletionTaskId": TASK}, RoleName=role["RoleName"])
    if status:
        iam.answers("get_service_linked_role_deletion_status", status, DeletionTaskId=TASK)


def test_the_options_are_as_documented() -> None:
    options = yaml.safe_load(module.DOCUMENTATION)["options"]
    kept = ("type", "required", "choices", "default")
    documented = {name: {key: option[key] for key in kept if key in option} for name, option in options.items()}
    assert documented == module.ARGUMENT_SPEC


def test_a_missing_role_is_made(iam: Stubbed, aws_role: AwsRole, run_module: RunModule) -> None:
    iam.lists_roles()
    params = {"AWSServiceName": CLOUDHSM, "Description": "Created by cloudhsm.iam"}
    iam.answers("create_service_linked_role", {"Role": aws_role()}, **params)
    iam.lists_roles(aws_role())
    result = run_module(module.main, service_name=CLOUDHSM)
    lines = [f"Created the service-linked role {NAME}"]
    assert result == {"changed": True, "service_linked_role": SHOWN, "lines": lines}


def test_a_role_that_is_there_is_left_alone(iam: Stubbed, aws_role: AwsRole, run_module: RunModule) -> None:
    iam.lists_roles(aws_role())
    result = run_module(module.main, service_name=CLOUDHSM, diff=True)
    diff = {"before": SHOWN, "after": SHOWN}
    lines = [f"Nothing to change: the service-linked role {NAME} exists"]
    assert result == {"changed": False, "service_linked_role": SHOWN, "diff": diff, "lines": lines}


@pytest.mark.parametrize("check", [True, False])
def test_the_difference_in_description_is_shown(
    iam: Stubbed, aws_role: AwsRole, run_module: RunModule, check: bool
) -> None:
    iam.lists_roles(aws_role())
    if not check:
        iam.answers("update_role", {}, RoleName=NAME, Description="Ours")
    result = run_module(module.main, check=check, diff=True, service_name=CLOUDHSM, description="Ours")
    after = {**SHOWN, "description": "Ours"}
    lines = [f"{'Would change' if check else 'Changed'} the description of the service-linked role {NAME}"]
    diff = {"before": SHOWN, "after": after}
    assert result == {"changed": True, "service_linked_role": after, "diff": diff, "lines": lines}


def test_checking_shows_what_is_known_of_a_role_to_be_made(iam: Stubbed, run_module: RunModule) -> None:
    iam.lists_roles(service=SCALING)
    result = run_module(module.main, check=True, diff=True, service_name=SCALING, custom_suffix="x")
    after = {
        "path": f"/aws-service-role/{SCALING}/",
        "description": "Created by cloudhsm.iam",
        "service_name": SCALING,
        "custom_suffix": "x",
    }
    lines = [f"Would create the service-linked role of {SCALING} with the suffix x"]
    diff = {"before": {}, "after": after}
    assert result == {"changed": True, "service_linked_role": after, "diff": diff, "lines": lines}


def test_a_deleted_role_is_none(iam: Stubbed, aws_role: AwsRole, run_module: RunModule) -> None:
    script_deletion(iam, aws_role(), Status="SUCCEEDED")
    result = run_module(module.main, diff=True, service_name=CLOUDHSM, state="absent")
    assert result == {
        "changed": True,
        "service_linked_role": None,
        "lines": [f"Deleted the service-linked role {NAME}"],
        "deletion": {"task_id": TASK, "status": "SUCCEEDED", "reason": "", "role_usage": []},
        "diff": {"before": SHOWN, "after": {}},
    }


def test_without_waiting_nothing_is_read_about_the_deletion(
    iam: Stubbed, aws_role: AwsRole, run_module: RunModule
) -> None:
    script_deletion(iam, aws_role())
    result = run_module(module.main, service_name=CLOUDHSM, state="absent", wait=False)
    assert (result["changed"], result["deletion"]["status"]) == (True, "SUBMITTED")
    assert result["lines"] == [f"Asked AWS to delete the service-linked role {NAME}"]


def test_checking_deletes_nothing(iam: Stubbed, aws_role: AwsRole, run_module: RunModule) -> None:
    iam.lists_roles(aws_role())
    result = run_module(module.main, check=True, service_name=CLOUDHSM, state="absent")
    lines = [f"Would delete the service-linked role {NAME}"]
    assert result == {"changed": True, "service_linked_role": None, "lines": lines}


def test_an_absent_role_is_not_deleted_again(iam: Stubbed, run_module: RunModule) -> None:
    iam.lists_roles()
    result = run_module(module.main, service_name=CLOUDHSM, state="absent")
    lines = [f"Nothing to change: the service-linked role of {CLOUDHSM} does not exist"]
    assert result == {"changed": False, "service_linked_role": None, "lines": lines}


@pytest.mark.parametrize(("suffix", "which"), [(None, ""), ("y", " with the suffix y")])
def test_roles_that_stay_for_their_suffix_are_warned_about(
    iam: Stubbed, aws_role: AwsRole, run_module: RunModule, suffix: str | None, which: str
) -> None:
    name = "AWSServiceRoleForAutoScaling_x"
    iam.lists_roles(aws_role(name, SCALING), service=SCALING)
    result = run_module(module.main, service_name=SCALING, custom_suffix=suffix, state="absent")
    assert not result["changed"]
    assert len(result["warnings"]) == 1
    told = f"There is no service-linked role of {SCALING}{which}; others of that service stay: {name}"
    assert told in str(result["warnings"][0])


def test_a_failed_deletion_is_in_the_result(
    iam: Stubbed, aws_role: AwsRole, run_module: RunModule, documented: Documented
) -> None:
    cluster = "arn:aws:cloudhsm:us-east-1:123456789012:cluster/cluster-igklspoyj5v"
    usage = [{"Region": "us-east-1", "Resources": [cluster]}]
    script_deletion(iam, aws_role(), Status="FAILED", Reason={"Reason": "In use.", "RoleUsageList": usage})
    result = run_module(module.main, service_name=CLOUDHSM, state="absent")
    assert (result["failed"], result["changed"]) == (True, False)
    assert result["msg"] == f"AWS did not delete {NAME}: In use. Still used in us-east-1: {cluster}."
    assert result["deletion"]["role_usage"] == [{"region": "us-east-1", "resources": [cluster]}]
    assert set(result["deletion"]) == documented(module.RETURN, "deletion")
    assert set(result["deletion"]["role_usage"][0]) == documented(module.RETURN, "deletion", "role_usage")


def test_results_have_the_documented_keys(
    iam: Stubbed, aws_role: AwsRole, run_module: RunModule, documented: Documented
) -> None:
    iam.lists_roles(aws_role("AWSServiceRoleForAutoScaling_x", SCALING), service=SCALING)
    result = run_module(module.main, service_name=SCALING, custom_suffix="x")
    assert set(result["service_linked_role"]) == documented(module.RETURN, "service_linked_role")
    # The other two are only there when something was deleted, and when options were wrong.
    assert set(result) - {"changed"} == documented(module.RETURN) - {"deletion", "problems"}


def test_all_wrong_options_are_told_at_once_and_nothing_is_called(run_module: RunModule) -> None:
    wrong = {"service_name": "CloudHSM", "custom_suffix": "a b", "description": "€", "wait_timeout": 0}
    result = run_module(module.main, **t.cast(t.Any, wrong))
    assert [problem.partition(":")[0] for problem in result["problems"]] == list(wrong)
    assert result["msg"] == f"Nothing was changed. {'; '.join(result['problems'])}"
    assert result["failed"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({}, "missing required arguments: service_name"),
        ({"service_name": CLOUDHSM, "state": "gone"}, "value of state must be one of: present, absent, got: gone"),
        ({"service_name": CLOUDHSM, "wait_timeout": "soon"}, "wait_timeout"),
    ],
)
def test_options_of_the_wrong_kind_are_told(run_module: RunModule, options: Answer, told: str) -> None:
    assert told in run_module(module.main, **options)["msg"]


def test_a_refusal_is_told_in_a_sentence(iam: Stubbed, run_module: RunModule) -> None:
    who = "arn:aws:sts::123456789012:assumed-role/ops/alice"
    message = f"User: {who} is not authorized to perform: iam:ListRoles"
    iam.refuses("list_roles", "AccessDenied", message, PathPrefix=f"/aws-service-role/{CLOUDHSM}/")
    result = run_module(module.main, service_name=CLOUDHSM)
    start = (
        f"Could not look up the service-linked role of {CLOUDHSM}: {who} may not call iam:ListRoles; add that action"
    )
    assert result["msg"].startswith(start)
    assert (result["failed"], result["changed"], "deletion" in result) == (True, False, False)
    assert "Traceback" not in str(result)

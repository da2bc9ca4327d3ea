# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module iam_service_linked_role_info: its results as documented, and how it fails."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

import pytest
from ansible_collections.cloudhsm.iam.plugins.modules import iam_service_linked_role_info as module

if t.TYPE_CHECKING:
    from helpers.modules.scripted import AwsRole, RunModule, Stubbed

CLOUDHSM = "cloudhsm.amazonaws.com"
SCALING = "autoscaling.amazonaws.com"


@pytest.mark.parametrize("check", [True, False])
def test_the_roles_of_a_service_are_listed_as_documented(
    iam: Stubbed, aws_role: AwsRole, run_module: RunModule, documented: Callable[..., set[str]], check: bool
) -> None:
    names = ["AWSServiceRoleForAutoScaling", "AWSServiceRoleForAutoScaling_x"]
    iam.lists_roles(*(aws_role(name, SCALING) for name in names), service=SCALING)
    result = run_module(module.main, check=check, service_name=SCALING)
    plain, suffixed = result["service_linked_roles"]
    assert [plain["name"], suffixed["name"], suffixed["custom_suffix"]] == [*names, "x"]
    assert set(suffixed) == documented(module.RETURN, "service_linked_roles")
    assert set(plain) == set(suffixed) - {"custom_suffix"}
    assert set(result) - {"changed"} == documented(module.RETURN) - {"problems"}
    assert result["changed"] is False


def test_the_roles_of_all_services_are_listed(iam: Stubbed, aws_role: AwsRole, run_module: RunModule) -> None:
    roles = [aws_role(), aws_role("AWSServiceRoleForAutoScaling", SCALING)]
    iam.answers("list_roles", {"Roles": roles}, PathPrefix="/aws-service-role/")
    found = run_module(module.main)["service_linked_roles"]
    assert [role["service_name"] for role in found] == [CLOUDHSM, SCALING]


def test_no_roles_are_an_empty_list(iam: Stubbed, run_module: RunModule) -> None:
    iam.lists_roles()
    assert run_module(module.main, service_name=CLOUDHSM) == {"changed": False, "service_linked_roles": []}


@pytest.mark.parametrize("name", ["CloudHSM", ""])
def test_what_is_no_service_is_told_and_nothing_is_called(run_module: RunModule, name: str) -> None:
    problem = f"service_name: {name!r} is not the name of a service, as in cloudhsm.amazonaws.com"
    result = run_module(module.main, service_name=name)
    assert (result["failed"], result["msg"], result["problems"]) == (True, problem, [problem])


@pytest.mark.parametrize(
    ("code", "meaning"),
    [("Throttling", "AWS is throttling these calls"), ("AccessDenied", "the caller may not do this")],
)
def test_an_error_is_told_in_a_sentence(iam: Stubbed, run_module: RunModule, code: str, meaning: str) -> None:
    iam.refuses("list_roles", code, "Told by AWS.", PathPrefix="/aws-service-role/")
    result = run_module(module.main)
    assert result["msg"].startswith(f"Could not list the service-linked roles: {meaning}")
    assert result["failed"]
    assert "Traceback" not in str(result)

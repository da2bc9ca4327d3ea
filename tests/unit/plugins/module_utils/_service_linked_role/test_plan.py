# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked for is checked, roles are found by path and suffix, and the difference becomes one action."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._service_linked_role.plan import (
    DEFAULT_DESCRIPTION,
    DesiredRole,
    Plan,
    Role,
    input_problems,
    list_roles,
    pick_role,
    plan_role,
    service_name_problems,
    suffix_of,
)

if t.TYPE_CHECKING:
    from helpers.modules.scripted import AwsRole, Stubbed

CLOUDHSM = "cloudhsm.amazonaws.com"
SCALING = "autoscaling.amazonaws.com"
PLAIN = Role(SCALING, "d", None, "AWSServiceRoleForAutoScaling")
PAYMENTS = Role(SCALING, "d", "payments", "AWSServiceRoleForAutoScaling_payments")
SUFFIXED_A = Role(SCALING, "d", "a", "AWSServiceRoleForAutoScaling_a")


@pytest.mark.parametrize(
    "name",
    [
        CLOUDHSM,
        "ec2.amazonaws.com.cn",
        "dynamodb.application-autoscaling.amazonaws.com",
        "a" * 114 + ".amazonaws.com",
    ],
)
def test_names_of_services_are_accepted(name: str) -> None:
    assert service_name_problems(name) == []


@pytest.mark.parametrize(
    "name",
    [
        "",
        "CloudHSM",
        "amazonaws.com",
        ".amazonaws.com",
        "cloudhsm.example.com",
        "cloudhsm.amazonaws.com.",
        "cloudhsm.amazonaws.com\n",
        "cloudhsm.amazonaws.com/x",
        "cloudhsm..amazonaws.com",
        "clöudhsm.amazonaws.com",
        "cloud hsm.amazonaws.com",
        "a" * 115 + ".amazonaws.com",
    ],
)
def test_what_is_no_name_of_a_service_is_one_problem(name: str) -> None:
    assert service_name_problems(name) == [
        f"service_name: {name!r} is not the name of a service, as in cloudhsm.amazonaws.com"
    ]


@pytest.mark.parametrize("suffix", ["payments", "_", "a_b+=c,d.e@f-g", "a" * 64])
def test_suffixes_are_accepted(suffix: str) -> None:
    assert input_problems(DesiredRole(SCALING, custom_suffix=suffix)) == []


@pytest.mark.parametrize("suffix", ["", " ", "a b", "ä", "a/b", "a\n", "a" * 65])
def test_what_is_no_suffix_is_a_problem(suffix: str) -> None:
    assert input_problems(DesiredRole(SCALING, custom_suffix=suffix)) == [
        f"custom_suffix: {suffix!r} must be 1 to 64 of A-Z a-z 0-9 _+=,.@-"
    ]


@pytest.mark.parametrize("ending", ["", ".cn"])
def test_application_auto_scaling_takes_no_suffix(ending: str) -> None:
    service = f"dynamodb.application-autoscaling.amazonaws.com{ending}"
    assert input_problems(DesiredRole(service, custom_suffix="a")) == [
        f"custom_suffix: the role of {service} takes none"
    ]
    assert input_problems(DesiredRole(service)) == []


@pytest.mark.parametrize("description", ["", "two\nlines\r\n\tin Latin-1: äöüß ¡ÿ", "a" * 1000])
def test_descriptions_are_accepted(description: str) -> None:
    assert input_problems(DesiredRole(CLOUDHSM, description=description)) == []


@pytest.mark.parametrize(
    ("description", "told"),
    [("a\0b", "'\\x00'"), ("a\xa0b", "'\\xa0'"), ("€5 \u2013 €6", "'\\u2013', '\\u20ac'"), ("🔑", "'\\U0001f511'")],
)
def test_characters_that_iam_does_not_allow_are_named(description: str, told: str) -> None:
    assert input_problems(DesiredRole(CLOUDHSM, description=description)) == [
        f"description: IAM allows no {told} in it, only printable Latin-1 characters"
    ]


def test_a_description_too_long_tells_how_long_it_is() -> None:
    assert input_problems(DesiredRole(CLOUDHSM, description="a" * 1001)) == [
        "description: has 1001 characters, IAM allows 1000"
    ]


@pytest.mark.parametrize("timeout", [0, -1])
def test_waiting_takes_at_least_a_second(timeout: int) -> None:
    assert input_problems(DesiredRole(CLOUDHSM), timeout) == [f"wait_timeout: must be at least 1 second, not {timeout}"]


def test_all_problems_are_told_at_once() -> None:
    desired = DesiredRole("CloudHSM", custom_suffix="a b", description="€" * 1001)
    told = [problem.partition(":")[0] for problem in input_problems(desired, 0)]
    assert told == ["service_name", "custom_suffix", "description", "description", "wait_timeout"]


@pytest.mark.parametrize(
    ("service", "name", "suffix"),
    [
        (CLOUDHSM, "AWSServiceRoleForCloudHSM", None),
        (CLOUDHSM, "AWSServiceRoleForCloudhsm", None),
        (SCALING, "AWSServiceRoleForAutoScaling_payments", "payments"),
        (SCALING, "AWSServiceRoleForAutoScaling_pay_ments", "pay_ments"),
        (SCALING, "AWSServiceRoleForAutoScaling__x", "_x"),
        ("lex.amazonaws.com", "NoCommonStart_x", "x"),
        ("ssm.amazonaws.com", "AWSServiceRoleForAmazonSSM_AccountDiscovery", None),
        ("ssm.amazonaws.com", "AWSServiceRoleForAmazonSSM_Other", "Other"),
        (
            "dynamodb.application-autoscaling.amazonaws.com",
            "AWSServiceRoleForApplicationAutoScaling_DynamoDBTable",
            None,
        ),
        (
            "ecs.application-autoscaling.amazonaws.com.cn",
            "AWSServiceRoleForApplicationAutoScaling_ECSService",
            None,
        ),
    ],
)
def test_the_suffix_follows_the_first_underscore_that_is_not_the_names_own(
    service: str, name: str, suffix: str | None
) -> None:
    assert suffix_of(service, name) == suffix


@pytest.mark.parametrize("name", ["AWSServiceRoleForCloudHSM", "AWSServiceRoleForCloudhsm", "Whatever"])
def test_roles_are_found_by_path_whatever_their_name(iam: Stubbed, aws_role: AwsRole, name: str) -> None:
    iam.lists_roles(aws_role(name))
    (role,) = list_roles(iam.client, CLOUDHSM)
    assert role.describe() == {
        "name": name,
        "arn": f"arn:aws:iam::123456789012:role/aws-service-role/cloudhsm.amazonaws.com/{name}",
        "path": "/aws-service-role/cloudhsm.amazonaws.com/",
        "role_id": "AROACKCEVSQ6C2EXAMPLE",
        "description": "Created by cloudhsm.iam",
        "service_name": CLOUDHSM,
        "create_date": "2026-11-24T10:00:00+00:00",
    }


def test_all_pages_of_roles_are_read(iam: Stubbed, aws_role: AwsRole) -> None:
    path = f"/aws-service-role/{SCALING}/"
    names = [f"AWSServiceRoleForAutoScaling_{suffix}" for suffix in "abc"]
    for number, name in enumerate(names):
        asked = {"Marker": f"m{number}"} if number else {}
        paging = {"IsTruncated": True, "Marker": f"m{number + 1}"} if number < 2 else {"IsTruncated": False}
        iam.answers("list_roles", {"Roles": [aws_role(name, SCALING)], **paging}, PathPrefix=path, **asked)
    assert [role.custom_suffix for role in list_roles(iam.client, SCALING)] == ["a", "b", "c"]


def test_roles_of_services_with_similar_names_are_not_taken(iam: Stubbed, aws_role: AwsRole) -> None:
    others = ["cloudhsm.amazonaws.com/sub", "cloudhsm.amazonaws.com.cn", "oldcloudhsm.amazonaws.com"]
    iam.lists_roles(*(aws_role("Other", other) for other in others), aws_role())
    assert [role.name for role in list_roles(iam.client, CLOUDHSM)] == ["AWSServiceRoleForCloudHSM"]


def test_without_a_service_the_roles_of_all_are_listed(iam: Stubbed, aws_role: AwsRole) -> None:
    roles = [aws_role(), aws_role("AWSServiceRoleForAutoScaling_a", SCALING)]
    iam.answers("list_roles", {"Roles": roles}, PathPrefix="/aws-service-role/")
    found = list_roles(iam.client)
    assert [(role.service_name, role.custom_suffix) for role in found] == [(CLOUDHSM, None), (SCALING, "a")]


def test_a_role_without_description_has_an_empty_one(iam: Stubbed, aws_role: AwsRole) -> None:
    iam.lists_roles(aws_role(description=None))
    assert list_roles(iam.client, CLOUDHSM)[0].describe()["description"] == ""


@pytest.mark.parametrize(
    ("suffix", "picked"),
    [(None, PLAIN), ("payments", PAYMENTS), ("PayMents", PAYMENTS), ("pay", None), ("none", None)],
)
def test_the_role_with_the_suffix_is_picked(suffix: str | None, picked: Role | None) -> None:
    assert pick_role(DesiredRole(SCALING, custom_suffix=suffix), [PAYMENTS, PLAIN]) == picked


@pytest.mark.parametrize(("description", "planned"), [(None, DEFAULT_DESCRIPTION), ("", ""), ("Ours", "Ours")])
def test_a_missing_role_is_made(description: str | None, planned: str) -> None:
    desired = DesiredRole(SCALING, custom_suffix="x", description=description)
    assert plan_role(desired, []) == Plan("create", None, Role(SCALING, planned, "x"))


def test_a_planned_role_shows_only_what_is_known() -> None:
    assert Role(CLOUDHSM, "Ours").describe() == {
        "path": "/aws-service-role/cloudhsm.amazonaws.com/",
        "description": "Ours",
        "service_name": CLOUDHSM,
    }


@pytest.mark.parametrize("description", [None, "d"])
def test_a_role_that_is_right_is_left_alone(description: str | None) -> None:
    assert plan_role(DesiredRole(SCALING, description=description), [PLAIN]) == Plan("nothing", PLAIN, PLAIN)


@pytest.mark.parametrize("description", ["", "D", "Ours"])
def test_another_description_is_set(description: str) -> None:
    plan = plan_role(DesiredRole(SCALING, description=description), [PAYMENTS, PLAIN])
    after = Role(SCALING, description, None, "AWSServiceRoleForAutoScaling")
    assert plan == Plan("describe", PLAIN, after)


def test_a_role_to_be_absent_is_deleted_without_its_siblings() -> None:
    desired = DesiredRole(SCALING, present=False, custom_suffix="payments", description="not looked at")
    assert plan_role(desired, [PLAIN, PAYMENTS]) == Plan("delete", PAYMENTS, None)


@pytest.mark.parametrize(("present", "action"), [(True, "create"), (False, "nothing")])
def test_the_names_of_the_other_roles_of_the_service_are_kept(present: bool, action: str) -> None:
    plan = plan_role(DesiredRole(SCALING, present), [PAYMENTS, SUFFIXED_A])
    assert (plan.action, plan.before) == (action, None)
    assert plan.others == ("AWSServiceRoleForAutoScaling_a", "AWSServiceRoleForAutoScaling_payments")


@pytest.mark.parametrize(
    ("suffix", "told"),
    [(None, f"the service-linked role of {SCALING}"), ("x", f"the service-linked role of {SCALING} with the suffix x")],
)
def test_what_is_asked_for_has_a_name_for_sentences(suffix: str | None, told: str) -> None:
    assert str(DesiredRole(SCALING, custom_suffix=suffix)) == told

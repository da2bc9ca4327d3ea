# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Named users, groups and policies are described if they exist, and left out if they do not."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.details import (
    describe_groups,
    describe_policies,
    describe_users,
    missing_aws_policies,
)
from botocore.exceptions import ClientError

if t.TYPE_CHECKING:
    from helpers.modules.scripted import Answer, Stubbed

ARN = "arn:aws:iam::123456789012"
WHEN = "2026-11-24T10:00:00Z"
DOCUMENT = {"Version": "2012-10-17", "Statement": []}


def user(name: str) -> Answer:
    return {
        "UserName": name,
        "Path": "/",
        "UserId": f"AIDA{name:X<16}",
        "Arn": f"{ARN}:user/{name}",
        "CreateDate": WHEN,
    }


def group(name: str) -> Answer:
    arn = f"{ARN}:group/team/{name}"
    return {"GroupName": name, "Path": "/team/", "GroupId": f"AGPA{name:X<16}", "Arn": arn, "CreateDate": WHEN}


def policy(name: str, **more: t.Any) -> Answer:
    arn = f"{ARN}:policy/team/{name}"
    return {"PolicyName": name, "Path": "/team/", "Arn": arn, "DefaultVersionId": "v3", "AttachmentCount": 2, **more}


def script_group(iam: Stubbed, name: str, members: list[str], attached: list[str], inline: list[str]) -> None:
    iam.answers("get_group", {"Group": group(name), "Users": [user(member) for member in members]}, GroupName=name)
    policies = [{"PolicyName": arn.rsplit("/", 1)[1], "PolicyArn": arn} for arn in attached]
    iam.answers("list_attached_group_policies", {"AttachedPolicies": policies}, GroupName=name)
    iam.answers("list_group_policies", {"PolicyNames": inline}, GroupName=name)


def script_policies(iam: Stubbed, *names: str, marker: str | None = None, more: str | None = None) -> None:
    paging = {"IsTruncated": True, "Marker": more} if more else {"IsTruncated": False}
    asked = {"Marker": marker} if marker else {}
    found = [policy(name) for name in names]
    iam.answers("list_policies", {"Policies": found, **paging}, Scope="Local", MaxItems=1000, **asked)


def script_policy(iam: Stubbed, name: str, **more: t.Any) -> None:
    arn = policy(name)["Arn"]
    iam.answers("get_policy", {"Policy": policy(name, **more)}, PolicyArn=arn)
    version = {"Document": '{"Version": "2012-10-17", "Statement": []}', "VersionId": "v3"}
    iam.answers("get_policy_version", {"PolicyVersion": version}, PolicyArn=arn, VersionId="v3")


def test_users_come_in_the_order_asked_for_without_those_that_are_not_there(iam: Stubbed) -> None:
    iam.answers("get_user", {"User": user("zoe")}, UserName="zoe")
    iam.refuses("get_user", "NoSuchEntity", "There is none.", UserName="nobody")
    tagged = {**user("alice"), "Tags": [{"Key": "team", "Value": "a"}]}
    iam.answers("get_user", {"User": tagged}, UserName="alice")
    assert describe_users(iam.client, ["zoe", "nobody", "alice"]) == [
        {"name": "zoe", "arn": f"{ARN}:user/zoe", "path": "/", "tags": {}},
        {"name": "alice", "arn": f"{ARN}:user/alice", "path": "/", "tags": {"team": "a"}},
    ]


@pytest.mark.parametrize("describe", [describe_users, describe_groups, describe_policies])
def test_no_names_make_no_call(iam: Stubbed, describe: t.Callable[..., list[Answer]]) -> None:
    assert describe(iam.client, []) == []


@pytest.mark.parametrize(
    ("describe", "operation", "params"),
    [
        (describe_users, "get_user", {"UserName": "x"}),
        (describe_groups, "get_group", {"GroupName": "x"}),
        (describe_policies, "list_policies", {"Scope": "Local", "MaxItems": 1000}),
    ],
)
def test_a_refusal_is_not_taken_for_absence(
    iam: Stubbed, describe: t.Callable[..., list[Answer]], operation: str, params: dict[str, t.Any]
) -> None:
    iam.refuses(operation, "AccessDenied", "No.", **params)
    with pytest.raises(ClientError, match="AccessDenied"):
        describe(iam.client, ["x"])


def test_a_group_has_members_and_policies_in_order(iam: Stubbed) -> None:
    arns = ["arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/AdministratorAccess"]
    script_group(iam, "Admins", ["zoe", "alice"], arns, ["b", "a"])
    assert describe_groups(iam.client, ["Admins"]) == [
        {
            "name": "Admins",
            "arn": f"{ARN}:group/team/Admins",
            "path": "/team/",
            "members": ["alice", "zoe"],
            "managed_policies": [
                "arn:aws:iam::aws:policy/AdministratorAccess",
                "arn:aws:iam::aws:policy/ReadOnlyAccess",
            ],
            "inline_policies": ["a", "b"],
        }
    ]


def test_all_pages_of_a_group_are_read(iam: Stubbed) -> None:
    first = {"Group": group("Admins"), "Users": [user("zoe")], "IsTruncated": True, "Marker": "m"}
    iam.answers("get_group", first, GroupName="Admins")
    iam.answers("get_group", {"Group": group("Admins"), "Users": [user("alice")]}, GroupName="Admins", Marker="m")
    iam.answers("list_attached_group_policies", {"AttachedPolicies": []}, GroupName="Admins")
    iam.answers("list_group_policies", {"PolicyNames": ["b"], "IsTruncated": True, "Marker": "n"}, GroupName="Admins")
    iam.answers("list_group_policies", {"PolicyNames": ["a"]}, GroupName="Admins", Marker="n")
    (described,) = describe_groups(iam.client, ["Admins"])
    assert (described["members"], described["inline_policies"]) == (["alice", "zoe"], ["a", "b"])


def test_a_group_that_goes_while_it_is_read_is_left_out(iam: Stubbed) -> None:
    iam.answers("get_group", {"Group": group("Gone"), "Users": []}, GroupName="Gone")
    iam.refuses("list_attached_group_policies", "NoSuchEntity", GroupName="Gone")
    script_group(iam, "Admins", [], [], [])
    assert [described["name"] for described in describe_groups(iam.client, ["Gone", "Admins"])] == ["Admins"]


def test_policies_are_found_by_name_on_any_page_whatever_their_path(iam: Stubbed) -> None:
    script_policies(iam, "B", "Other", more="m")
    script_policies(iam, "A", marker="m")
    script_policy(iam, "A", Tags=[{"Key": "k", "Value": "v"}], PermissionsBoundaryUsageCount=4)
    script_policy(iam, "B")
    common = {"path": "/team/", "attachments": 2, "document": DOCUMENT}
    assert describe_policies(iam.client, ["B", "A", "Missing"]) == [
        {"name": "A", "arn": f"{ARN}:policy/team/A", "tags": {"k": "v"}, "boundary_of": 4, **common},
        {"name": "B", "arn": f"{ARN}:policy/team/B", "tags": {}, "boundary_of": 0, **common},
    ]


def test_a_policy_is_found_whatever_the_case_of_its_name(iam: Stubbed) -> None:
    script_policies(iam, "Admins", "Other")
    script_policy(iam, "Admins")
    assert [described["name"] for described in describe_policies(iam.client, ["ADMINS"])] == ["Admins"]


def test_a_policy_that_goes_while_it_is_read_is_left_out(iam: Stubbed) -> None:
    script_policies(iam, "Gone")
    iam.refuses("get_policy", "NoSuchEntity", PolicyArn=policy("Gone")["Arn"])
    assert describe_policies(iam.client, ["Gone"]) == []


def test_aws_managed_policies_are_missing_only_when_iam_says_so(iam: Stubbed) -> None:
    names = ["Attached", "There", "job-function/Gone", "Denied", "odd name"]
    arns = [f"arn:aws-cn:iam::aws:policy/{name}" for name in names]
    iam.answers("get_policy", {"Policy": {}}, PolicyArn=arns[1])
    iam.refuses("get_policy", "NoSuchEntity", PolicyArn=arns[2])
    iam.refuses("get_policy", "AccessDenied", PolicyArn=arns[3])
    iam.refuses("get_policy", "InvalidInput", PolicyArn=arns[4])
    assert missing_aws_policies(iam.client, "aws-cn", names, {arns[0]}) == ["job-function/Gone", "odd name"]

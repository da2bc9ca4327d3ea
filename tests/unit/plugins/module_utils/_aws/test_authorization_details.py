# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bulk read: every kind that was asked for, from every page, or nothing."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import (
    KINDS,
    Group,
    IncompleteReadError,
    Policy,
    Role,
    read_authorization_details,
)

if t.TYPE_CHECKING:
    from helpers.modules.scripted import Answer, Stubbed

OPERATION = "get_account_authorization_details"
IAM = "arn:aws:iam::123456789012"
ATTACHED = {"AttachedManagedPolicies": [{"PolicyName": "p", "PolicyArn": f"{IAM}:policy/p"}]}
INLINE = [{"PolicyName": "own", "PolicyDocument": '{"Statement": []}'}]
GROUP: Answer = {"GroupName": "g", "Arn": f"{IAM}:group/g", "Path": "/", "GroupPolicyList": INLINE, **ATTACHED}
ROLE: Answer = {
    "RoleName": "r",
    "Arn": f"{IAM}:role/ci/r",
    "Path": "/ci/",
    "AssumeRolePolicyDocument": '{"Statement": "whom it trusts"}',
    "RolePolicyList": INLINE,
    "PermissionsBoundary": {"PermissionsBoundaryArn": f"{IAM}:policy/most"},
    **ATTACHED,
}
POLICY: Answer = {
    "Arn": f"{IAM}:policy/p",
    "PermissionsBoundaryUsageCount": 1,
    "PolicyVersionList": [
        {"VersionId": "v1", "IsDefaultVersion": False, "Document": '{"Statement": "old"}'},
        {"VersionId": "v2", "IsDefaultVersion": True, "Document": '{"Statement": "new"}'},
    ],
}


def test_each_kind_comes_with_what_hangs_on_it(iam: Stubbed) -> None:
    kinds = ["Group", "LocalManagedPolicy", "Role"]
    asked: Answer = {"Filter": kinds, "MaxItems": 1000}
    first = {"GroupDetailList": [GROUP], "Policies": [], "RoleDetailList": [], "IsTruncated": True, "Marker": "m"}
    last = {"GroupDetailList": [], "Policies": [POLICY], "RoleDetailList": [ROLE], "IsTruncated": False}
    iam.answers(OPERATION, first, **asked)
    iam.answers(OPERATION, last, **asked, Marker="m")
    found = read_authorization_details(iam.client, kinds)
    held = frozenset({f"{IAM}:policy/p"})
    inline: dict[str, t.Any] = {"own": {"Statement": []}}
    assert found.groups == {"g": Group("g", f"{IAM}:group/g", "/", held, inline)}
    assert found.policies == {
        POLICY["Arn"]: Policy(
            POLICY["Arn"], {"Statement": "new"}, ({"Statement": "old"},), bounds=True, other_version_ids=("v1",)
        )
    }
    trust, boundary = {"Statement": "whom it trusts"}, f"{IAM}:policy/most"
    assert found.roles == {"r": Role("r", f"{IAM}:role/ci/r", "/ci/", trust, held, inline, boundary)}
    assert found.users == {}


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_without_a_list_that_was_asked_for_is_an_error(iam: Stubbed, kind: str) -> None:
    iam.answers(OPERATION, {"IsTruncated": False}, Filter=[kind], MaxItems=1000)
    with pytest.raises(IncompleteReadError, match=KINDS[kind][0]):
        read_authorization_details(iam.client, [kind])


def test_a_read_that_ends_before_its_last_page_is_an_error(iam: Stubbed) -> None:
    iam.answers(OPERATION, {"GroupDetailList": [GROUP], "IsTruncated": True}, Filter=["Group"], MaxItems=1000)
    with pytest.raises(IncompleteReadError, match="before its last page"):
        read_authorization_details(iam.client, ["Group"])

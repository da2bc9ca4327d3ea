# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The account of AWS's own example of GetAccountAuthorizationDetails, and what an older IAM let in."""

from __future__ import annotations

import copy
import dataclasses
import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import (
    Details,
    read_authorization_details,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import MANAGED
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.export import make_export
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.model import Export, Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Account
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.snapshot import actual_user
from helpers.accounts.everything import ANYTHING
from helpers.accounts.simulated_iam import CALLER
from helpers.modules.scripted import Stubbed

ADMINISTRATOR = {"PolicyName": "AdministratorAccess", "PolicyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}
OWN = {
    "PolicyName": "create-update-delete-set-managed-policies",
    "PolicyArn": "arn:aws:iam::123456789012:policy/create-update-delete-set-managed-policies",
}
WHEN = "2013-10-14T18:32:24Z"
KINDS = ("User", "Group", "LocalManagedPolicy", "Role")


def user(name: str, *groups: str, **more: t.Any) -> dict[str, t.Any]:
    return {
        "UserName": name,
        "GroupList": list(groups),
        "CreateDate": WHEN,
        "UserId": "AIDA1111111111EXAMPLE",
        "UserPolicyList": [],
        "Path": "/",
        "AttachedManagedPolicies": [],
        "Arn": f"arn:aws:iam::123456789012:user/{name}",
        **more,
    }


def group(name: str, *policies: dict[str, str]) -> dict[str, t.Any]:
    return {
        "GroupId": "AGPA1111111111EXAMPLE",
        "AttachedManagedPolicies": list(policies),
        "GroupName": name,
        "Path": "/",
        "Arn": f"arn:aws:iam::123456789012:group/{name}",
        "CreateDate": WHEN,
        "GroupPolicyList": [],
    }


# AWS CLI Command Reference, "get-account-authorization-details", with a boundary as the API reference has it.
BOB = user(
    "Bob",
    "Admin",
    UserPolicyList=[{"PolicyName": "DenyBillingAndIAMPolicy", "PolicyDocument": "%7B%7D"}],
    PermissionsBoundary={
        "PermissionsBoundaryType": "Policy",
        "PermissionsBoundaryArn": "arn:aws:iam::aws:policy/PowerUserAccess",
    },
)
DUMP: dict[str, t.Any] = {
    "IsTruncated": False,
    "UserDetailList": [
        user("Alice", "Admin", Tags=[{"Key": "Department", "Value": "0042"}]),
        BOB,
        user("Casey", "Dev", "Finance", AttachedManagedPolicies=[OWN]),
    ],
    "GroupDetailList": [group("Admin", ADMINISTRATOR), group("Dev", OWN), group("Finance")],
    "Policies": [],
    "RoleDetailList": [],
}


def exported(details: Details, **more: t.Any) -> Export:
    users = {name: dataclasses.replace(actual_user(each), console_access=False) for name, each in details.users.items()}
    account = Account(CALLER, {**users, **more}, frozenset(details.groups))
    selected = tuple(sorted(account.users))
    return make_export(Snapshot(account, details.groups, details.policies, details.roles, selected), MANAGED)


def test_the_example_of_aws_becomes_variables(iam: Stubbed) -> None:
    iam.stubber.add_response("get_account_authorization_details", copy.deepcopy(DUMP))
    export = exported(read_authorization_details(iam.client, KINDS))
    nobody = {"path": "/", "console_access": False}
    assert export.variables == {
        "group_provisioning_groups": [
            {"name": "Admin", "aws_managed_policies": ["AdministratorAccess"]},
            {"name": "Dev"},
            {"name": "Finance"},
        ],
        "user_provisioning_users": [
            {"name": "Alice", "tags": {"Department": "0042"}, "groups": ["Admin"], **nobody},
            {"name": "Bob", "groups": ["Admin"], "boundary": "arn:aws:iam::aws:policy/PowerUserAccess", **nobody},
            {"name": "Casey", "groups": ["Dev", "Finance"], "managed_policies": [OWN["PolicyArn"]], **nobody},
        ],
        "user_provisioning_protected_groups": ["Admin"],
    }
    assert [(each.kind, each.name, each.of) for each in export.not_exported] == [
        ("customer managed policy", OWN["PolicyArn"], "group Dev"),
        ("inline policy", "DenyBillingAndIAMPolicy", "user Bob"),
        ("policy of this account", OWN["PolicyArn"], ""),
    ]
    assert all(each.what_to_do for each in export.not_exported)


def test_what_can_not_be_listed_is_left_out_and_named(iam: Stubbed) -> None:
    tags = [{"Key": key, "Value": value} for key, value in (("note", "a\nb"), ("team", "a"), ("aws:x", "b"))]
    document = {"PolicyName": "own", "PolicyDocument": str(ANYTHING)}
    odd = {
        **DUMP,
        "UserDetailList": [
            user("Alice", Tags=tags),
            user("no one", UserPolicyList=[document]),
            user("Eve", Path="/a b/"),
        ],
        "GroupDetailList": [],
    }
    iam.stubber.add_response("get_account_authorization_details", odd)
    export = exported(read_authorization_details(iam.client, KINDS))
    nobody = {"path": "/", "console_access": False}
    assert export.variables["user_provisioning_users"] == [
        {"name": "Alice", "tags": {"team": "a"}, **nobody},
        {"name": "Eve", "console_access": False},
    ]
    assert [(each.kind, each.name, each.of) for each in export.not_exported] == [
        ("tag", "aws:x", "user Alice"),
        ("tag", "note", "user Alice"),
        ("path", "path", "user Eve"),
        ("user", "no one", ""),
        ("inline policy", "own", "user no one"),
    ]

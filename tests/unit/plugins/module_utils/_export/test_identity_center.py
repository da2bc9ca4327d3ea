# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an account's groups come to in IAM Identity Center."""

from __future__ import annotations

import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._export.identity_center import access_variables
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.input import SPEC, read_filters
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.model import Export, NotExported
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.input import parse

ACCOUNT = "123456789012"
LONG = "Operators-of-all-hardware-security-modules"
GROUPS: list[dict[str, t.Any]] = [
    {"name": "Administrators", "aws_managed_policies": ["AdministratorAccess", "Billing"], "require_mfa": True},
    {"name": "HSM", "access": "admin", "policy_profile": "hardened", "regions": ["eu-central-1"]},
    {"name": LONG, "aws_managed_policies": ["ReadOnlyAccess"]},
    {"name": LONG[:-1], "access": "read_only"},
    {"name": "Empty"},
    {"name": "Pending", "self_service": True},
    {"name": "Own"},
]
USERS: list[dict[str, t.Any]] = [
    {"name": "alice", "groups": ["Administrators", "HSM"]},
    {"name": "bob", "groups": ["HSM"], "managed_policies": [f"arn:aws:iam::{ACCOUNT}:policy/x"], "boundary": "arn:b"},
    {"name": "carol"},
    {"name": "mallory", "groups": ["HSM"], "state": "suspended"},
]
LEFT = (
    NotExported("customer managed policy", f"arn:aws:iam::{ACCOUNT}:policy/hsm/Extra", "", "group Own"),
    NotExported("inline policy", "own", "", "group HSM"),
)


def test_each_group_gets_the_same_levels_and_members() -> None:
    export = Export({"group_provisioning_groups": GROUPS, "user_provisioning_users": USERS}, LEFT)
    variables, told = access_variables(export, ACCOUNT, {"alice": "alice@example.com"})
    assert variables["identity_center_access_permission_sets"] == [
        {"name": "Administrators", "access": "administrator", "managed_policies": ["Billing"]},
        {"name": "HSM", "access": "admin", "policy_options": {"profile": "hardened", "regions": ["eu-central-1"]}},
        {"name": LONG[:32], "managed_policies": ["ReadOnlyAccess"]},
        {"name": f"{LONG[:30]}-2", "access": "read_only"},
        {"name": "Own", "customer_managed_policies": ["/hsm/Extra"]},
    ]
    groups = {group["name"]: group["members"] for group in variables["identity_center_access_groups"]}
    assert "Pending" not in groups
    assert groups["HSM"] == ["alice@example.com", "bob"]
    assert groups["Empty"] == []
    assert variables["identity_center_access_assignments"][1] == {
        "permission_set": "HSM",
        "groups": ["HSM"],
        "accounts": [ACCOUNT],
    }
    # What is written is what the role takes.
    options = {name.removeprefix("identity_center_access_"): value for name, value in variables.items()}
    assert parse(options, "aws")[1] == []
    for words in (
        "Administrators requires MFA",
        "HSM has the inline policy own",
        "shortened",
        "Empty: it has no policies",
        "bob has policies without a group (x)",
        "bob has a permissions boundary",
        "carol is in no group",
    ):
        assert any(words in line for line in told), words
    assert not any("mallory" in line for line in told)


# IAM doesn't distinguish user names by case: CreateUser in the IAM API Reference.
def test_the_name_of_a_user_in_another_case_counts() -> None:
    export = Export({"group_provisioning_groups": GROUPS, "user_provisioning_users": USERS}, LEFT)
    variables, _told = access_variables(export, ACCOUNT, {"ALICE": "alice@example.com"})
    assert variables["identity_center_access_groups"][0]["members"] == ["alice@example.com"]


def test_two_spellings_of_one_user_are_refused() -> None:
    options = {name: option["default"] for name, option in SPEC.items()}
    names = {"Alice": "alice@example.com", "bob": "bob@example.com", "alice": "a@example.com"}
    _filters, problems = read_filters({**options, "identity_center_names": names})
    assert problems == ["identity_center_names: Alice and alice are the same user"]

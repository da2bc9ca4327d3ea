# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shows groups, users and service-linked roles of the account at AWS_ENDPOINT_URL."""

from __future__ import annotations

import os
import typing as t

import boto3
from moto_server import require_loopback

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


def group_lines(iam: IAMClient) -> list[str]:
    """One line per group: its policies and members."""
    lines = []
    for group in sorted(iam.list_groups()["Groups"], key=lambda group: group["GroupName"]):
        name = group["GroupName"]
        policies = [p["PolicyName"] for p in iam.list_attached_group_policies(GroupName=name)["AttachedPolicies"]]
        # Members were added concurrently, so the emulator's order varies.
        members = sorted(user["UserName"] for user in iam.get_group(GroupName=name)["Users"])
        lines.append(f"  {name:24} policies: {', '.join(policies):24} members: {', '.join(members)}")
    return lines


def user_lines(iam: IAMClient) -> list[str]:
    """One line per user: groups and console access."""
    lines = []
    for name in sorted(user["UserName"] for user in iam.list_users()["Users"]):
        groups = [group["GroupName"] for group in iam.list_groups_for_user(UserName=name)["Groups"]]
        try:
            iam.get_login_profile(UserName=name)
            console = "console access"
        except iam.exceptions.NoSuchEntityException:
            console = "no console access"
        lines.append(f"  {name:24} {console:24}   groups: {', '.join(groups)}")
    return lines


def role_lines(iam: IAMClient) -> list[str]:
    """One line per service-linked role."""
    roles = iam.list_roles(PathPrefix="/aws-service-role/")["Roles"]
    return [f"  {role['RoleName']:24} {role['Path']}" for role in roles]


def main() -> None:
    iam = boto3.client("iam", endpoint_url=require_loopback(os.environ["AWS_ENDPOINT_URL"]))
    sections = {"Groups": group_lines, "Users": user_lines, "Service-linked roles": role_lines}
    for title, lines in sections.items():
        print("\n".join([title, *(lines(iam) or ["  none"])]))


if __name__ == "__main__":
    main()

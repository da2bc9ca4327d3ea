# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads named users, groups and customer managed policies, in the form that iam_account_info returns."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Collection, Iterable

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import (
    USERS_AND_GROUPS,
    read_authorization_details,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import is_access_denied

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

Described = dict[str, t.Any]


def describe_users(iam: IAMClient, names: Iterable[str]) -> list[Described]:
    """Those of the named users that exist. Raises botocore's errors."""
    return existing(iam, names, _describe_user)


def _describe_user(iam: IAMClient, name: str) -> Described:
    user = iam.get_user(UserName=name)["User"]
    tags = {tag["Key"]: tag["Value"] for tag in user.get("Tags", [])}
    return {"name": user["UserName"], "arn": user["Arn"], "path": user["Path"], "tags": tags}


def describe_groups(iam: IAMClient, names: Iterable[str]) -> list[Described]:
    """Those of the named groups that exist, with members and policies. Raises botocore's errors."""
    return existing(iam, names, _describe_group)


def _describe_group(iam: IAMClient, name: str) -> Described:
    pages = list(iam.get_paginator("get_group").paginate(GroupName=name))
    attached = iam.get_paginator("list_attached_group_policies").paginate(GroupName=name)
    inline = iam.get_paginator("list_group_policies").paginate(GroupName=name)
    group = pages[0]["Group"]
    return {
        "name": group["GroupName"],
        "arn": group["Arn"],
        "path": group["Path"],
        "members": sorted(user["UserName"] for page in pages for user in page["Users"]),
        "managed_policies": sorted(p["PolicyArn"] for page in attached for p in page["AttachedPolicies"]),
        "inline_policies": sorted(policy for page in inline for policy in page["PolicyNames"]),
    }


def groups_in_bulk(iam: IAMClient, names: Iterable[str]) -> list[Described]:
    """The same as describe_groups, from one bulk read. Raises IncompleteReadError and botocore's errors."""
    # Group names are case-insensitive in IAM.
    wanted = {name.casefold() for name in names}
    if not wanted:
        return []
    details = read_authorization_details(iam, USERS_AND_GROUPS)
    return [
        {
            "name": group.name,
            "arn": group.arn,
            "path": group.path,
            "members": sorted(user.name for user in details.users.values() if group.name in user.groups),
            "managed_policies": sorted(group.managed_policies),
            "inline_policies": sorted(group.inline),
        }
        for group in details.groups.values()
        if group.name.casefold() in wanted
    ]


def describe_policies(iam: IAMClient, names: Iterable[str]) -> list[Described]:
    """Those of the named customer managed policies that exist; AWS managed policies are ignored.

    Raises botocore's errors.
    """
    # Policy names are case-insensitive in IAM.
    wanted = {name.lower() for name in names}
    if not wanted:
        return []
    # The name alone does not give the ARN, which includes the path.
    pages = iam.get_paginator("list_policies").paginate(Scope="Local", PaginationConfig={"PageSize": 1000})
    found = {p["PolicyName"]: p["Arn"] for page in pages for p in page["Policies"] if p["PolicyName"].lower() in wanted}
    return existing(iam, (found[name] for name in sorted(found)), _describe_policy)


def _describe_policy(iam: IAMClient, arn: str) -> Described:
    policy = iam.get_policy(PolicyArn=arn)["Policy"]
    version = iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
    return {
        "name": policy["PolicyName"],
        "arn": policy["Arn"],
        "path": policy["Path"],
        "tags": {tag["Key"]: tag["Value"] for tag in policy.get("Tags", [])},
        "attachments": policy["AttachmentCount"],
        "boundary_of": policy.get("PermissionsBoundaryUsageCount", 0),
        "document": version["Document"],
    }


def missing_aws_policies(iam: IAMClient, partition: str, names: Iterable[str], attached: Collection[str]) -> list[str]:
    """The names that no AWS managed policy has. ARNs in attached exist and are not looked up.

    Raises botocore's errors.
    """
    arns = {name: f"arn:{partition}:iam::aws:policy/{name}" for name in names}
    return [name for name, arn in arns.items() if arn not in attached and not has_policy(iam, arn)]


def has_policy(iam: IAMClient, arn: str) -> bool:
    """Whether a managed policy with this ARN exists; True if the caller isn't allowed to look.

    Raises botocore's errors.
    """
    try:
        iam.get_policy(PolicyArn=arn)
    except (iam.exceptions.NoSuchEntityException, iam.exceptions.InvalidInputException):
        return False
    except iam.exceptions.ClientError as exc:
        if not is_access_denied(exc):
            raise
    return True


def existing(iam: IAMClient, names: Iterable[str], describe: Callable[[IAMClient, str], Described]) -> list[Described]:
    """Describe each name, and skip those that don't exist or disappear during the read."""
    described = []
    for name in names:
        try:
            described.append(describe(iam, name))
        except iam.exceptions.NoSuchEntityException:
            continue
    return described

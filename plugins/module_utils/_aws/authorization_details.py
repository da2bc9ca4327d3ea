# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads users, groups, customer managed policies and roles in bulk, each with its policies."""

from __future__ import annotations

import datetime
import typing as t
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import AWS_ERRORS

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

# A policy document as botocore decodes it; anything that is not JSON stays text.
Document = t.Any
Raw = Mapping[str, t.Any]

# Reads of the same kinds in the same order share one call to AWS while a plan is made.
USERS_AND_GROUPS = ("User", "Group")
# The page size limit of GetAccountAuthorizationDetails (IAM API reference).
PAGE_SIZE = 1000


class IncompleteReadError(Exception):
    """The read was cut short, so an object that is missing may still exist."""


READ_ERRORS: tuple[type[Exception], ...] = (*AWS_ERRORS, IncompleteReadError)


@dataclass(frozen=True)
class User:
    """A user. The bulk read sometimes omits the boundary, so None does not prove that the user has none."""

    name: str
    arn: str
    path: str
    created: datetime.datetime | None = None
    groups: frozenset[str] = frozenset()
    # ARNs of the attached policies.
    managed_policies: frozenset[str] = frozenset()
    # Documents by policy name.
    inline: Mapping[str, Document] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    boundary: str | None = None


@dataclass(frozen=True)
class Group:
    """A group and its policies."""

    name: str
    arn: str
    path: str
    managed_policies: frozenset[str] = frozenset()
    inline: Mapping[str, Document] = field(default_factory=dict)


@dataclass(frozen=True)
class Policy:
    """A managed policy. The document is None if it could not be read."""

    arn: str
    document: Document | None = None
    # Versions other than the default.
    other_versions: tuple[Document, ...] = ()
    # Whether any user or role has it as permissions boundary.
    bounds: bool = False
    # The ID of the default version, and those of the others.
    version: str = ""
    other_version_ids: tuple[str, ...] = ()
    # How many users, groups and roles have it.
    attachments: int = 0

    @property
    def name(self) -> str:
        """The policy's name, from the end of its ARN: one emulator omits the name in bulk reads."""
        return self.arn.rpartition("/")[2]


@dataclass(frozen=True)
class Role:
    """A role, its trust policy and its permissions policies."""

    name: str
    arn: str
    path: str
    trust: Document | None = None
    managed_policies: frozenset[str] = frozenset()
    inline: Mapping[str, Document] = field(default_factory=dict)
    boundary: str | None = None


@dataclass
class Details:
    """All objects of the kinds that were read: users, groups and roles by name, policies by ARN."""

    users: dict[str, User] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)


def read_authorization_details(iam: IAMClient, kinds: Collection[str]) -> Details:
    """Read all objects of these kinds, which are keys of KINDS.

    Raises IncompleteReadError if the read was cut short, and botocore's errors.
    """
    details = Details()
    complete = False
    pages: Iterable[Raw] = iam.get_paginator("get_account_authorization_details").paginate(
        Filter=t.cast("t.Any", list(kinds)), PaginationConfig={"PageSize": PAGE_SIZE}
    )
    for page in pages:
        for kind in kinds:
            _add(details, kind, page)
        complete = not page.get("IsTruncated", False)
    # The paginator also stops silently at a truncated page that has no marker.
    if not complete:
        raise IncompleteReadError("GetAccountAuthorizationDetails ended before its last page")
    return details


def _add(details: Details, kind: str, page: Raw) -> None:
    listed, into, make = KINDS[kind]
    if listed not in page:
        raise IncompleteReadError(f"GetAccountAuthorizationDetails gave a page without its {listed}")
    known: dict[str, t.Any] = getattr(details, into)
    for detail in page[listed]:
        key, found = make(detail)
        known[key] = found


def _user(detail: Raw) -> tuple[str, User]:
    name = detail["UserName"]
    return name, User(
        name=name,
        arn=detail["Arn"],
        path=detail["Path"],
        created=detail.get("CreateDate"),
        groups=frozenset(detail.get("GroupList", [])),
        managed_policies=_attached(detail),
        inline=_inline(detail.get("UserPolicyList", [])),
        tags={tag["Key"]: tag["Value"] for tag in detail.get("Tags", [])},
        boundary=_boundary(detail),
    )


def _group(detail: Raw) -> tuple[str, Group]:
    name = detail["GroupName"]
    return name, Group(
        name, detail["Arn"], detail["Path"], _attached(detail), _inline(detail.get("GroupPolicyList", []))
    )


def _policy(detail: Raw) -> tuple[str, Policy]:
    versions = detail.get("PolicyVersionList", [])
    default = [version.get("Document") for version in versions if version.get("IsDefaultVersion")]
    others = [version.get("Document") for version in versions if not version.get("IsDefaultVersion")]
    ids = [version.get("VersionId", "") for version in versions if not version.get("IsDefaultVersion")]
    return detail["Arn"], Policy(
        arn=detail["Arn"],
        document=default[0] if default else None,
        other_versions=tuple(filter(None, others)),
        bounds=bool(detail.get("PermissionsBoundaryUsageCount")),
        version=detail.get("DefaultVersionId", ""),
        other_version_ids=tuple(ids),
        attachments=detail.get("AttachmentCount", 0),
    )


def _role(detail: Raw) -> tuple[str, Role]:
    name = detail["RoleName"]
    return name, Role(
        name=name,
        arn=detail["Arn"],
        path=detail["Path"],
        trust=detail.get("AssumeRolePolicyDocument"),
        managed_policies=_attached(detail),
        inline=_inline(detail.get("RolePolicyList", [])),
        boundary=_boundary(detail),
    )


# By AWS's name for the kind: the list in each page, the field of Details, and the function that returns key and object.
KINDS: Mapping[str, tuple[str, str, Callable[[Raw], tuple[str, t.Any]]]] = {
    "User": ("UserDetailList", "users", _user),
    "Group": ("GroupDetailList", "groups", _group),
    "LocalManagedPolicy": ("Policies", "policies", _policy),
    "Role": ("RoleDetailList", "roles", _role),
}


def _attached(detail: Raw) -> frozenset[str]:
    return frozenset(policy["PolicyArn"] for policy in detail.get("AttachedManagedPolicies", []))


def _inline(policies: Iterable[Raw]) -> dict[str, Document]:
    return {policy["PolicyName"]: policy.get("PolicyDocument") for policy in policies}


def _boundary(detail: Raw) -> str | None:
    arn: str | None = detail.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
    return arn

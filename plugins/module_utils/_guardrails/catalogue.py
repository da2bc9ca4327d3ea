# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What service control policies can guarantee for CloudHSM: data, with its date and its sources."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._policies import catalogue

# When the actions, their resources and condition keys were compared with the Service Authorization Reference.
DATE = "2026-11-27"
# Page "Quotas and service limits for AWS Organizations". On 15 May 2026 AWS doubled both figures for service control
# policies, in all partitions: from 5,120 characters to 10,240, and from 5 policies on a root, unit or account to 10.
QUOTAS = "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html"
DOCUMENT_LIMIT = 10_240
POLICIES_PER_TARGET = 10
# Fixed by the API reference, CreatePolicy.
NAME_LENGTH = 128
DESCRIPTION_LENGTH = 512

POLICY_TYPE: t.Final = "SERVICE_CONTROL_POLICY"
# AWS's policy that allows everything. Without it, or another policy that allows actions, an account can do nothing.
FULL_ACCESS = "FullAWSAccess"

PRINCIPAL = "aws:PrincipalArn"
# "AWS global condition context keys" in the IAM User Guide: only requests with temporary credentials have this key. It
# is true for a role only if an IAM user gave an MFA code to AssumeRole. It is never true for sessions through SAML,
# OIDC or IAM Identity Center, or of a role that another role assumed, even if the person signed in with MFA.
MFA = "aws:MultiFactorAuthPresent"
REGION = "aws:RequestedRegion"

EVERYTHING = "*"
BACKUPS = "arn:{partition}:cloudhsm:*:*:backup/*"
LOG_GROUPS = "arn:{partition}:logs:*:*:log-group:/aws/cloudhsm/*"
ROLE = f"arn:{{partition}}:iam::*:role/aws-service-role/{catalogue.SERVICE}/*"


@dataclass(frozen=True)
class Rail:
    """One guarantee: the option that asks for it, and what it denies."""

    option: str
    # The statement's Sid. Rails with the same resource and condition share a statement, with the Sid of the first one.
    sid: str
    actions: tuple[str, ...]
    # What it guarantees, in words.
    title: str
    resource: str = EVERYTHING
    condition: Mapping[str, Mapping[str, t.Any]] = field(default_factory=dict)


# RAM checks each principal and each resource of a call separately, and only resources have this key ("Example IAM
# policies for AWS RAM", example 2, in the RAM User Guide). So no backup can be added to a share, but principals can
# still be added to a share that already has a backup.
_OF_BACKUPS = {"StringEquals": {catalogue.RAM_TYPE_KEY: catalogue.RAM_BACKUP}}

RAILS = (
    Rail(
        "keep_clusters_and_backups",
        "CloudHSMStays",
        ("cloudhsm:DeleteBackup", "cloudhsm:DeleteCluster"),
        "clusters and backups stay",
    ),
    # A backup is also deleted at the end of its retention period, which these two calls set.
    Rail(
        "keep_backup_retention",
        "CloudHSMStays",
        ("cloudhsm:ModifyBackupAttributes", "cloudhsm:ModifyCluster"),
        "the retention of backups stays",
    ),
    # No condition key has the region that a backup is copied to: aws:RequestedRegion is the region of the call.
    Rail("deny_backup_copy", "CloudHSMStays", (catalogue.COPY_BACKUP,), "backups stay in their region"),
    Rail("deny_backup_sharing", "CloudHSMStays", ("cloudhsm:PutResourcePolicy",), "backups are not shared by policy"),
    Rail(
        "deny_backup_sharing",
        "BackupsAreNotShared",
        catalogue.RAM_OPENING,
        "backups are not shared by RAM",
        condition=_OF_BACKUPS,
    ),
    # Service control policies do not apply to an account that has left.
    Rail("keep_membership", "CloudHSMStays", ("organizations:LeaveOrganization",), "accounts stay in the organization"),
    Rail(
        "keep_service_linked_role",
        "ServiceLinkedRoleStays",
        ("iam:DeleteServiceLinkedRole",),
        "CloudHSM's service-linked role stays",
        resource=ROLE,
    ),
    # If someone sets another key, new events can be read only as long as that key exists.
    Rail(
        "keep_logs",
        "LogsStay",
        ("logs:AssociateKmsKey", "logs:DeleteLogGroup", "logs:DeleteLogStream", "logs:PutRetentionPolicy"),
        "CloudHSM's log groups stay",
        resource=LOG_GROUPS,
    ),
)
# The option gives its regions.
REGIONS = Rail("regions", "RegionsOnly", ("cloudhsm:*",), "CloudHSM in the named regions alone")
# Anyone who can create a role with an exempt name, or change its trust policy, would be exempt too.
BREAK_GLASS = Rail(
    "protect_break_glass_roles",
    "BreakGlassStays",
    (
        "iam:AttachRolePolicy",
        "iam:CreateRole",
        "iam:DeleteRole",
        "iam:DeleteRolePermissionsBoundary",
        "iam:DeleteRolePolicy",
        "iam:DetachRolePolicy",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
        "iam:UpdateAssumeRolePolicy",
    ),
    "nobody else makes or changes a break-glass role",
)
SWITCHES = tuple(dict.fromkeys(rail.option for rail in RAILS))

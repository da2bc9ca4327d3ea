# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What IAM knows about CloudHSM, and who may do it: data, with its date and its sources."""

from __future__ import annotations

from dataclasses import dataclass

# When the actions, their access levels, resource types and condition keys were compared with the reference.
DATE = "2026-10-27"
SOURCE = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_cloudhsm.html"
# The three customer managed policies, edition of April 2023.
GUIDE_SOURCE = "https://docs.aws.amazon.com/cloudhsm/latest/userguide/identity-access-management.html"

# Each level may do what the one before it may.
CLIENT = "client"
READ_ONLY = "read_only"
POWER_USER = "power_user"
ADMIN = "admin"
LEVELS = (CLIENT, READ_ONLY, POWER_USER, ADMIN)

BACKUP = "backup"
CLUSTER = "cluster"

REQUEST_TAG = "aws:RequestTag/${TagKey}"
TAG_KEYS = "aws:TagKeys"
RESOURCE_TAG = "aws:ResourceTag/${TagKey}"

SERVICE = "cloudhsm.amazonaws.com"
SERVICE_LINKED_ROLE = "AWSServiceRoleForCloudHSM"
CREATE_SERVICE_LINKED_ROLE = "iam:CreateServiceLinkedRole"

# What CreateCluster and CreateHsm both call in EC2.
_EC2_OF_NEW = (
    "ec2:AuthorizeSecurityGroupEgress",
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:CreateSecurityGroup",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:RevokeSecurityGroupEgress",
)


@dataclass(frozen=True)
class Action:
    """An action of CloudHSM's as the reference has it, and the lowest level that may do it."""

    name: str
    access: str
    # The lowest level whose policy has it: the guide's policy, and the hardened one.
    guide: str
    hardened: str
    # Types of the resources that a policy can limit it to. Things with a type have RESOURCE_TAG.
    resources: tuple[str, ...] = ()
    # Condition keys of the request itself.
    keys: tuple[str, ...] = ()
    # What it calls in EC2 in the caller's name: the union of the reference's editions.
    ec2: tuple[str, ...] = ()
    # What it calls in CloudHSM in the caller's name.
    calls: tuple[str, ...] = ()
    # The option without which a hardened policy denies it.
    option: str | None = None


ACTIONS = (
    Action(
        "cloudhsm:CopyBackupToRegion",
        "Write",
        guide=POWER_USER,
        hardened=POWER_USER,
        resources=(BACKUP,),
        keys=(REQUEST_TAG, TAG_KEYS),
        calls=("cloudhsm:TagResource", "cloudhsm:UntagResource"),
        option="allow_backup_copy",
    ),
    Action(
        "cloudhsm:CreateCluster",
        "Write",
        guide=POWER_USER,
        hardened=POWER_USER,
        # The backup that it is made from. The new cluster is no resource of the call.
        resources=(BACKUP,),
        keys=(REQUEST_TAG, TAG_KEYS),
        ec2=_EC2_OF_NEW,
        calls=("cloudhsm:TagResource",),
    ),
    Action(
        "cloudhsm:CreateHsm",
        "Write",
        guide=POWER_USER,
        hardened=POWER_USER,
        resources=(CLUSTER,),
        ec2=(
            *_EC2_OF_NEW,
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
        ),
    ),
    Action("cloudhsm:DeleteBackup", "Write", guide=ADMIN, hardened=ADMIN, resources=(BACKUP,)),
    Action(
        "cloudhsm:DeleteCluster",
        "Write",
        guide=ADMIN,
        hardened=ADMIN,
        resources=(CLUSTER,),
        ec2=("ec2:DeleteNetworkInterface", "ec2:DeleteSecurityGroup"),
    ),
    # The reference has no resource for it, although the call names the cluster.
    Action("cloudhsm:DeleteHsm", "Write", guide=ADMIN, hardened=ADMIN, ec2=("ec2:DeleteNetworkInterface",)),
    Action(
        "cloudhsm:DeleteResourcePolicy",
        "Permissions management",
        guide=ADMIN,
        hardened=ADMIN,
        resources=(BACKUP,),
        option="allow_backup_sharing",
    ),
    Action("cloudhsm:DescribeBackups", "Read", guide=READ_ONLY, hardened=READ_ONLY),
    # What `configure --cluster-id` calls to find the HSMs (CloudHSM User Guide, "Bootstrap the Client SDK").
    Action("cloudhsm:DescribeClusters", "Read", guide=CLIENT, hardened=CLIENT),
    Action("cloudhsm:GetResourcePolicy", "Read", guide=ADMIN, hardened=READ_ONLY, resources=(BACKUP,)),
    Action("cloudhsm:InitializeCluster", "Write", guide=POWER_USER, hardened=POWER_USER, resources=(CLUSTER,)),
    Action("cloudhsm:ListTags", "Read", guide=READ_ONLY, hardened=READ_ONLY, resources=(BACKUP, CLUSTER)),
    Action("cloudhsm:ModifyBackupAttributes", "Write", guide=ADMIN, hardened=POWER_USER, resources=(BACKUP,)),
    Action(
        "cloudhsm:ModifyCluster",
        "Write",
        guide=ADMIN,
        hardened=POWER_USER,
        resources=(CLUSTER,),
        ec2=("ec2:DescribeSubnets",),
    ),
    Action(
        "cloudhsm:PutResourcePolicy",
        "Permissions management",
        guide=ADMIN,
        hardened=ADMIN,
        resources=(BACKUP,),
        option="allow_backup_sharing",
    ),
    Action("cloudhsm:RestoreBackup", "Write", guide=POWER_USER, hardened=POWER_USER, resources=(BACKUP,)),
    Action(
        "cloudhsm:TagResource",
        "Tagging",
        guide=POWER_USER,
        hardened=POWER_USER,
        resources=(BACKUP, CLUSTER),
        keys=(REQUEST_TAG, TAG_KEYS),
    ),
    Action(
        "cloudhsm:UntagResource",
        "Tagging",
        guide=POWER_USER,
        hardened=POWER_USER,
        resources=(BACKUP, CLUSTER),
        keys=(TAG_KEYS,),
    ),
)
CREATE_CLUSTER = "cloudhsm:CreateCluster"
COPY_BACKUP = "cloudhsm:CopyBackupToRegion"

# What the guide lets power users and administrators do in EC2. It is more than the actions above call. Hardened, what
# only actions call that are not granted is left out; what no action calls stays, for the reference may lack it.
GUIDE_EC2 = (
    "ec2:AuthorizeSecurityGroupEgress",
    "ec2:AuthorizeSecurityGroupIngress",
    "ec2:CreateNetworkInterface",
    "ec2:CreateSecurityGroup",
    "ec2:CreateTags",
    "ec2:DeleteNetworkInterface",
    "ec2:DeleteSecurityGroup",
    "ec2:DescribeNetworkInterfaceAttribute",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "ec2:DetachNetworkInterface",
    "ec2:RevokeSecurityGroupEgress",
)
# The one of them that reaches every kind of thing in EC2, and the kinds that CloudHSM makes.
EC2_TAGGING = "ec2:CreateTags"
EC2_MADE = ("network-interface", "security-group")

# AWS recommends sharing backups through AWS Resource Access Manager (CloudHSM User Guide, "Working with shared
# backups"), which writes the backup's resource policy itself.
BACKUP_SHARING = "allow_backup_sharing"
# Those that name what is shared, and so can be held to backups.
RAM_SHARING = ("ram:AssociateResourceShare", "ram:CreateResourceShare", "ram:DisassociateResourceShare")
# Those of them that open a backup to somebody.
RAM_OPENING = RAM_SHARING[:2]
# What shows shares and their state, and what makes a share of a resource policy visible to those it is for.
RAM_OTHERS = (
    "ram:GetResourceShareAssociations",
    "ram:GetResourceShares",
    "ram:ListPrincipals",
    "ram:ListResources",
    "ram:PromoteResourceShareCreatedFromPolicy",
)
RAM_TYPE_KEY = "ram:RequestedResourceType"
RAM_BACKUP = "cloudhsm:Backup"


def allowed(level: str, lowest: str) -> bool:
    """Whether a level may do what this one, and those above it, may do."""
    return LEVELS.index(level) >= LEVELS.index(lowest)

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""CloudHSM's IAM actions and the access level that each needs: data, with its date and sources."""

from __future__ import annotations

from dataclasses import dataclass

# When actions, access levels, resource types and condition keys were last compared with the reference.
DATE = "2026-10-27"
SOURCE = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_cloudhsm.html"
# The guide's three customer managed policies, edition of April 2023.
GUIDE_SOURCE = "https://docs.aws.amazon.com/cloudhsm/latest/userguide/identity-access-management.html"

# Each level includes the ones before it.
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

# EC2 actions that both CreateCluster and CreateHsm call.
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
    """A CloudHSM action as in the reference, and the lowest levels that may call it."""

    name: str
    access: str
    # The lowest level that has the action, in the guide's policies and in the hardened ones.
    guide: str
    hardened: str
    # Resource types to which a policy can limit it. Resources with a type support RESOURCE_TAG.
    resources: tuple[str, ...] = ()
    # Condition keys of the request itself.
    keys: tuple[str, ...] = ()
    # EC2 actions that it calls on the caller's behalf: all that any edition of the reference lists.
    ec2: tuple[str, ...] = ()
    # CloudHSM actions that it calls on the caller's behalf.
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
        # The backup that the cluster is created from. The new cluster is not a resource of the call.
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
    # The reference lists no resource for it, although the request names the cluster.
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
    # `configure --cluster-id` calls it to find the HSMs (CloudHSM User Guide, "Bootstrap the Client SDK").
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

# EC2 actions that the guide grants to power users and administrators: more than the actions above call. A hardened
# policy omits those that only actions it does not grant call. It keeps those that no action calls, because the
# reference may be incomplete.
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
# The only one of them that applies to every kind of EC2 resource, and the kinds that CloudHSM creates.
EC2_TAGGING = "ec2:CreateTags"
EC2_MADE = ("network-interface", "security-group")

# AWS recommends sharing backups through AWS Resource Access Manager (CloudHSM User Guide, "Working with shared
# backups"), which writes the backup's resource policy itself.
BACKUP_SHARING = "allow_backup_sharing"
# Actions that name what is shared, so a policy can limit them to backups.
RAM_SHARING = ("ram:AssociateResourceShare", "ram:CreateResourceShare", "ram:DisassociateResourceShare")
# Those that give others access to a backup.
RAM_OPENING = RAM_SHARING[:2]
# Actions that show shares and their state, or promote a share that was created from a resource policy.
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
    """Whether a level includes the rights of the level lowest."""
    return LEVELS.index(level) >= LEVELS.index(lowest)

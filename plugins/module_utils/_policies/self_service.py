# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Policies that let users manage their own credentials, and optionally deny everything else without MFA.

Which actions the console needs, and that changing a password is not allowed without MFA, follows the IAM User Guide,
"AWS: Allows MFA-authenticated IAM users to manage their own MFA device on the Security credentials page".
"""

from __future__ import annotations

import re

from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import Document, Statement, document

PARTITION = re.compile(r"aws(-[a-z]+)*")

# Reads that can't be limited to resources.
_ACCOUNT_READS = ("iam:GetAccountPasswordPolicy", "iam:ListVirtualMFADevices")
# Actions for registering a first MFA device, each on one user.
_REGISTRATION = (
    "iam:EnableMFADevice",
    "iam:GetMFADevice",
    "iam:GetUser",
    "iam:ListMFADevices",
    "iam:ResyncMFADevice",
)
# Allowed without MFA: registering a device, and signing in with it on the command line. Not iam:ChangePassword, or
# anyone with a user's password could lock the user out.
_WITHOUT_MFA = (*_REGISTRATION, "iam:CreateVirtualMFADevice", "iam:ListVirtualMFADevices", "sts:GetSessionToken")
# Calls that an AWS service makes for the caller are exempt: the call that caused them was already checked.
_NOT_SIGNED_IN_WITH_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false", "aws:ViaAWSService": "false"}}


def check_partition(partition: object) -> str:
    """Return the partition. Raises ValueError if it can't be one."""
    if not isinstance(partition, str) or not PARTITION.fullmatch(partition):
        raise ValueError(f"the partition must be one as in an ARN, such as aws or aws-us-gov, not {partition!r}")
    return partition


def self_service_policy(partition: str) -> Document:
    """Lets users change their own password, register MFA devices, and remove one when signed in with MFA."""
    return document(*_own_credentials(check_partition(partition)))


def require_mfa_policy(partition: str) -> Document:
    """The same, and denies everything without MFA except registering a device and signing in with it."""
    own_user = _own_user(check_partition(partition))
    nothing_else = {
        "Sid": "NothingElseWithoutMFA",
        "Effect": "Deny",
        "NotAction": sorted(_WITHOUT_MFA),
        "Resource": "*",
        "Condition": _NOT_SIGNED_IN_WITH_MFA,
    }
    # Otherwise administrators without MFA could register their own device for another user.
    nobody_elses = {
        "Sid": "NobodyElsesWithoutMFA",
        "Effect": "Deny",
        "Action": sorted(_REGISTRATION),
        "NotResource": own_user,
        "Condition": _NOT_SIGNED_IN_WITH_MFA,
    }
    return document(*_own_credentials(partition), nothing_else, nobody_elses)


def _own_user(partition: str) -> list[str]:
    """The caller's user ARN, without and with a path. Names are unique and have no slash, so no other user matches."""
    return [f"arn:{partition}:iam::*:user/${{aws:username}}", f"arn:{partition}:iam::*:user/*/${{aws:username}}"]


def _own_credentials(partition: str) -> list[Statement]:
    own_user = _own_user(partition)
    return [
        {"Sid": "SeePasswordRulesAndDevices", "Effect": "Allow", "Action": list(_ACCOUNT_READS), "Resource": "*"},
        {
            "Sid": "ManageOwnPasswordAndMFA",
            "Effect": "Allow",
            "Action": sorted((*_REGISTRATION, "iam:ChangePassword")),
            "Resource": own_user,
        },
        # A device has no owner until it is enabled for a user, so its name can't be limited.
        {
            "Sid": "MakeVirtualMFADevice",
            "Effect": "Allow",
            "Action": ["iam:CreateVirtualMFADevice"],
            "Resource": [f"arn:{partition}:iam::*:mfa/*"],
        },
        {
            "Sid": "RemoveOwnMFAWithMFA",
            "Effect": "Allow",
            "Action": ["iam:DeactivateMFADevice"],
            "Resource": own_user,
            "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        },
    ]

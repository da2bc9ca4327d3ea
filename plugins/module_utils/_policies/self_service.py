# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Policies about one's own credentials: what everybody may do with them, and nothing else without MFA.

Which actions the console needs, and that changing a password is none of those to allow without MFA, is from the IAM
User Guide, "AWS: Allows MFA-authenticated IAM users to manage their own MFA device on the Security credentials page".
"""

from __future__ import annotations

import re
import typing as t

Statement = dict[str, t.Any]
Document = dict[str, t.Any]

PARTITION = re.compile(r"aws(-[a-z]+)*")

# Reads that know no resource.
_ACCOUNT_READS = ("iam:GetAccountPasswordPolicy", "iam:ListVirtualMFADevices")
# What leads to a first MFA device, all of it about one user.
_REGISTRATION = (
    "iam:EnableMFADevice",
    "iam:GetMFADevice",
    "iam:GetUser",
    "iam:ListMFADevices",
    "iam:ResyncMFADevice",
)
# What works without MFA where MFA is required: to register a device, and to sign in with it on the command line.
# Not iam:ChangePassword: who finds a password could lock its owner out with it.
_WITHOUT_MFA = (*_REGISTRATION, "iam:CreateVirtualMFADevice", "iam:ListVirtualMFADevices", "sts:GetSessionToken")
# What AWS's services do in the caller's name follows from a call that was checked already.
_NOT_SIGNED_IN_WITH_MFA = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false", "aws:ViaAWSService": "false"}}


def check_partition(partition: object) -> str:
    """The partition, if it can be one. Raises ValueError."""
    if not isinstance(partition, str) or not PARTITION.fullmatch(partition):
        raise ValueError(f"the partition must be one as in an ARN, such as aws or aws-us-gov, not {partition!r}")
    return partition


def self_service_policy(partition: str) -> Document:
    """Everybody may change the own password and register MFA devices, and remove one when signed in with MFA."""
    return _document(_own_credentials(check_partition(partition)))


def require_mfa_policy(partition: str) -> Document:
    """The same, and without MFA nothing but to register a device for oneself and to sign in with it."""
    own_user = _own_user(check_partition(partition))
    nothing_else = {
        "Sid": "NothingElseWithoutMFA",
        "Effect": "Deny",
        "NotAction": sorted(_WITHOUT_MFA),
        "Resource": "*",
        "Condition": _NOT_SIGNED_IN_WITH_MFA,
    }
    # Else administrators could, without MFA, give a device of theirs to somebody else's user.
    nobody_elses = {
        "Sid": "NobodyElsesWithoutMFA",
        "Effect": "Deny",
        "Action": sorted(_REGISTRATION),
        "NotResource": own_user,
        "Condition": _NOT_SIGNED_IN_WITH_MFA,
    }
    return _document([*_own_credentials(partition), nothing_else, nobody_elses])


def _document(statements: list[Statement]) -> Document:
    return {"Version": "2012-10-17", "Statement": statements}


def _own_user(partition: str) -> list[str]:
    """The caller, without and with a path. Names hold no slash and are unique, so no other user fits either form."""
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
        # A device belongs to nobody until it is enabled for a user, so its name says nothing.
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

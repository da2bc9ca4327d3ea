# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The identity behind the credentials, and its account."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import AWS_ERRORS, is_access_denied
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import time_of_answer

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sts import STSClient

# Console sign-in domain of each partition (AWS General Reference).
_SIGN_IN_DOMAINS = {
    "aws": "signin.aws.amazon.com",
    "aws-cn": "signin.amazonaws.cn",
    "aws-us-gov": "signin.amazonaws-us-gov.com",
}


@dataclass(frozen=True)
class Caller:
    """The identity that the credentials belong to, as GetCallerIdentity gives it."""

    account_id: str
    arn: str
    user_id: str
    # When AWS said so, by its clock. That of this machine may be wrong.
    now: str = field(default="", compare=False)

    @property
    def partition(self) -> str:
        """The partition of the account: aws, aws-cn or aws-us-gov."""
        return self.arn.split(":")[1]

    @property
    def user_name(self) -> str | None:
        """Name of the calling IAM user; None for the root user, roles and federated users."""
        service, resource = self.arn.split(":", 5)[2::3]
        return resource.rsplit("/", 1)[1] if service == "iam" and resource.startswith("user/") else None

    @property
    def is_root(self) -> bool:
        """Whether the caller is the account's root user."""
        service, resource = self.arn.split(":", 5)[2::3]
        return service == "iam" and resource == "root"


def read_caller(sts: STSClient) -> Caller:
    """Ask STS for the caller's identity. Needs no permission. Raises botocore's errors."""
    identity = sts.get_caller_identity()
    return Caller(identity["Account"], identity["Arn"], identity["UserId"], time_of_answer(identity))


def read_alias(iam: IAMClient) -> str | None:
    """The account's alias; None if it has none or the caller isn't allowed to read it."""
    try:
        aliases = iam.list_account_aliases()["AccountAliases"]
    except AWS_ERRORS as exc:
        if not is_access_denied(exc):
            raise
        return None
    return aliases[0] if aliases else None


def sign_in_url(partition: str, account: str) -> str:
    """The URL where the account's users sign in; account is its alias or its ID."""
    return f"https://{account}.{_SIGN_IN_DOMAINS.get(partition, _SIGN_IN_DOMAINS['aws'])}/console"

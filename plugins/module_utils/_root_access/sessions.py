# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Sessions as the root user of a member account, which AWS limits to one task each.

Only the management account and the delegated administrator of IAM may call AssumeRoot. It takes one of AWS's task
policies, lasts up to 900 seconds, and works only at regional endpoints (STS API reference, AssumeRoot). The IAM User
Guide, "AWS managed policies for IAM", lists what each task policy allows. IAMDeleteRootUserCredentials lost
DeleteVirtualMFADevice on 2025-01-07, so a virtual device of the root user is deactivated, but not deleted.
"""

from __future__ import annotations

import threading
import typing as t
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import is_access_denied, sentence

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_organizations import OrganizationsClient

AUDIT, DELETE, RECOVER = "IAMAuditRootUserCredentials", "IAMDeleteRootUserCredentials", "IAMCreateRootUserPassword"
DURATION = 900


@dataclass(frozen=True)
class Service:
    """The clients of Organizations, IAM and STS, what makes clients for root users of members, and the workers."""

    organizations: OrganizationsClient
    iam: IAMClient
    # A client with a regional endpoint.
    sts: t.Any
    # Makes an IAM client from a session's credentials.
    session_iam: Callable[[Mapping[str, t.Any]], IAMClient]
    pool: Executor
    partition: str = "aws"
    # Set after an error that every other call would meet too.
    hopeless: threading.Event = field(default_factory=threading.Event)

    def root_iam(self, account: str, task: str) -> IAMClient:
        """Return an IAM client for the root user of an account, limited to this task. Raises botocore's errors."""
        session = self.sts.assume_root(
            TargetPrincipal=account,
            TaskPolicyArn={"arn": f"arn:{self.partition}:iam::aws:policy/root-task/{task}"},
            DurationSeconds=DURATION,
        )
        return self.session_iam(session["Credentials"])


def told(exc: BaseException, doing: str) -> str:
    """Return in one sentence what failed in an account.

    AWS gives the same access-denied error for AssumeRoot if the caller lacks the permission, if a policy of the
    organization denies it, and for some minutes after the feature was switched on.
    """
    said = sentence(exc, doing)
    if is_access_denied(exc) and getattr(exc, "operation_name", "") == "AssumeRoot":
        return f"{said}; check sts:AssumeRoot and the service control policies, or run again if it was just switched on"
    return said

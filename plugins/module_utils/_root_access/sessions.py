# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Sessions as the root user of a member account, which AWS limits to one task each.

AssumeRoot is for the management account and the delegated administrator of IAM, takes one of AWS's task policies, lasts
up to 900 seconds, and is answered by endpoints of regions alone (STS API reference, AssumeRoot). What a task policy
lets through is in the IAM User Guide, "AWS managed policies for IAM"; IAMDeleteRootUserCredentials has lost
DeleteVirtualMFADevice on 2025-01-07, so that a virtual device of the root user is deactivated and not deleted.
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
    """The clients of the organization and its IAM, the way to clients of members' root users, and the workers."""

    organizations: OrganizationsClient
    iam: IAMClient
    # A client whose endpoint is that of a region.
    sts: t.Any
    # Makes a client for IAM out of a session's credentials.
    session_iam: Callable[[Mapping[str, t.Any]], IAMClient]
    pool: Executor
    partition: str = "aws"
    # Set once an error has come that no other call would do better with.
    hopeless: threading.Event = field(default_factory=threading.Event)

    def root_iam(self, account: str, task: str) -> IAMClient:
        """IAM as the root user of an account sees it, for this task alone. Raises what botocore raises."""
        session = self.sts.assume_root(
            TargetPrincipal=account,
            TaskPolicyArn={"arn": f"arn:{self.partition}:iam::aws:policy/root-task/{task}"},
            DurationSeconds=DURATION,
        )
        return self.session_iam(session["Credentials"])


def told(exc: BaseException, doing: str) -> str:
    """What went wrong in an account, in one sentence.

    AWS denies AssumeRoot alike to who lacks the permission, where a policy of the organization is against it, and for
    some minutes after the feature was switched on.
    """
    said = sentence(exc, doing)
    if is_access_denied(exc) and getattr(exc, "operation_name", "") == "AssumeRoot":
        return f"{said}; check sts:AssumeRoot and the service control policies, or run again if it was just switched on"
    return said

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads the accounts that guard rails are for, as far as the credentials allow it."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.snapshot import (
    OptionalReads,
    boundaries,
    read_used_policy,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import (
    READ_ERRORS,
    Details,
    Policy,
    read_authorization_details,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import sentence
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization import Account
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError, Task
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.impact import Impact, impact_of

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

KINDS = ("User", "Group", "LocalManagedPolicy", "Role")
SESSION = "cloudhsm-guardrails"
# The shortest duration that AWS allows (STS API reference, AssumeRole).
SECONDS = 900


class Door:
    """Opens the organization's accounts: the caller's own one directly, the others by a role that all of them have."""

    def __init__(self, task: Task, caller: Caller, role_name: str, option: str) -> None:
        self._task = task
        self._caller = caller
        self._role = role_name
        self._option = option

    @property
    def now(self) -> str:
        """The time of the run by AWS's clock, in the form of Caller.now."""
        return self._caller.now

    def iam(self, account: str) -> IAMClient:
        """Return an IAM client for an account. Raises FailedError, and botocore's errors."""
        if account == self._caller.account_id:
            return self._task.iam_client()
        if not self._role:
            raise FailedError(f"{self._option} is not set")
        arn = f"arn:{self._caller.partition}:iam::{account}:role/{self._role.lstrip('/')}"
        sts = self._task.sts_client()
        answer = sts.assume_role(RoleArn=arn, RoleSessionName=SESSION, DurationSeconds=SECONDS)
        return t.cast("IAMClient", self._task.session_client("iam", answer["Credentials"]))


def read_impacts(
    door: Door, pool: Executor, accounts: Iterable[Account], document: Mapping[str, t.Any], partition: str
) -> list[Impact]:
    """Return the policy's effect in each account, or why it is unknown."""

    def read(account: Account) -> Impact:
        try:
            details = read_details(door.iam(account.id))
        except FailedError as exc:
            return Impact(account.id, account.name, unknown=str(exc))
        except READ_ERRORS as exc:
            return Impact(account.id, account.name, unknown=sentence(exc, "read the account"))
        return impact_of(details, document, (account.id, account.name), partition, door.now)

    return list(pool.map(read, accounts))


def read_details(iam: IAMClient) -> Details:
    """Return users, groups, roles and their policies. Raises IncompleteReadError, and botocore's errors."""
    details = read_authorization_details(iam, KINDS)
    optional = OptionalReads()
    limited = boundaries(iam, details, optional)
    users = {name: replace(user, boundary=limited.get(name) or user.boundary) for name, user in details.users.items()}
    used: set[str] = set()
    for holders in (users, details.groups, details.roles):
        for one in holders.values():
            used |= one.managed_policies | {getattr(one, "boundary", None) or ""}
    missing = sorted(used - details.policies.keys() - {""})
    read = {arn: optional(f"read the policy {arn}", lambda arn=arn: read_used_policy(iam, arn)) for arn in missing}  # type: ignore[misc]
    policies = {**details.policies, **{arn: policy or Policy(arn) for arn, policy in read.items()}}
    return Details(users, details.groups, policies, details.roles)


def shut_accounts(door: Door, pool: Executor, impacts: Sequence[Impact]) -> list[str]:
    """Return a sentence for each account that could be read before, but can't be read any more."""

    def look(impact: Impact) -> str:
        try:
            door.iam(impact.account).get_account_summary()
        except FailedError as exc:
            return _shut(impact, str(exc))
        except READ_ERRORS as exc:
            return _shut(impact, sentence(exc, "read the account"))
        return ""

    return [found for found in pool.map(look, [one for one in impacts if not one.unknown]) if found]


def _shut(impact: Impact, why: str) -> str:
    return f"{impact.name} ({impact.account}) could be read before, and can't be now: {why}"

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads the account for the report: in pages of 1,000 objects, and one by one only where no bulk read exists."""

from __future__ import annotations

import datetime
import typing as t
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.credentials import (
    ROOT,
    CredentialReport,
    ReportLateError,
    moment,
    read_credential_report,
    read_live,
    reported,
    with_ages,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import (
    Credentials,
    Person,
    Snapshot,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.reach import SERVICE_LINKED
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import (
    Details,
    Policy,
    read_authorization_details,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import read_alias, read_caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.checks import read_summary, root_user
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import (
    AWS_ERRORS,
    is_access_denied,
    is_not_implemented,
    sentence,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.password_policy import read_as_aws_has_it
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import membership_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._service_linked_role.plan import list_roles
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.snapshot import actual_user

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sts import STSClient

SERVICE = "cloudhsm.amazonaws.com"
# AWS managed policies are left out: AWS does not document which of them it returns. Those in use are read one by one.
BULK = ("User", "Group", "LocalManagedPolicy", "Role")
T = t.TypeVar("T")


class OptionalReads:
    """Reads that the report can do without: one that is denied, not supported or late becomes a gap."""

    def __init__(self) -> None:
        self._gaps: list[str] = []

    @property
    def gaps(self) -> tuple[str, ...]:
        """What could not be read, sorted: reads in a pool end in any order, and reports must not differ by it."""
        return tuple(sorted(self._gaps))

    def __call__(self, doing: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except ReportLateError as exc:
            self._gaps.append(f"Could not {doing}: {exc}")
        except AWS_ERRORS as exc:
            if not is_access_denied(exc) and not is_not_implemented(exc):
                raise
            self._gaps.append(sentence(exc, doing))
        return None


def read_snapshot(iam: IAMClient, sts: STSClient, pool: Executor, live_limit: int, wait_timeout: float) -> Snapshot:
    """Read the account. The credentials of up to live_limit users are read one by one.

    wait_timeout is in seconds. Raises IncompleteReadError if the bulk read was cut short, and botocore's errors.
    """
    optional = OptionalReads()
    caller = pool.submit(read_caller, sts)
    others: dict[str, Future[t.Any]] = {
        "alias": pool.submit(read_alias, iam),
        "report": pool.submit(
            optional, "read the credential report", lambda: read_credential_report(iam, wait_timeout)
        ),
        "summary": pool.submit(optional, "read the account's summary", lambda: read_summary(iam)),
        "password_policy": pool.submit(optional, "read the password policy", lambda: read_as_aws_has_it(iam) or {}),
        "roles": pool.submit(optional, "list the service-linked role", lambda: tuple(list_roles(iam, SERVICE))),
    }
    bulk = read_authorization_details(iam, BULK)
    known: dict[str, t.Any] = {what: read.result() for what, read in others.items()}
    users = {name: Person(actual_user(user), user.created, user.inline) for name, user in bulk.users.items()}
    users = _with_boundaries(iam, bulk, users, optional)
    users = _with_credentials(iam, pool, users, report=known["report"], live_limit=live_limit, optional=optional)
    policies = bulk.policies | other_policies(iam, pool, users, bulk, optional)
    tags = _tags_of_memberships(iam, pool, policies, optional)
    return Snapshot(
        caller=caller.result(),
        alias=known["alias"],
        users=users,
        groups=bulk.groups,
        policies=policies,
        service_linked_roles=known["roles"],
        roles=bulk.roles,
        root=None if known["summary"] is None else root_user(known["summary"]),
        root_last_used=_root_last_used(known["report"]),
        password_policy=known["password_policy"],
        credential_report_time=known["report"].generated if known["report"] else None,
        policy_tags=tags,
        gaps=optional.gaps,
    )


def boundaries(iam: IAMClient, bulk: Details, optional: OptionalReads) -> dict[str, str]:
    """Return the ARNs of permissions boundaries by user name.

    The bulk read sometimes omits a user's boundary, so list the users of each customer managed policy that is used as
    one. To find AWS managed policies would take one more right, iam:ListPolicies.
    """
    found: dict[str, str] = {}
    for arn in (policy.arn for policy in bulk.policies.values() if policy.bounds):
        names = optional(f"list the users with the boundary {arn}", lambda arn=arn: _bounded_users(iam, arn))  # type: ignore[misc]
        found.update(dict.fromkeys(names or [], arn))
    return found


def _with_boundaries(
    iam: IAMClient, bulk: Details, users: Mapping[str, Person], optional: OptionalReads
) -> dict[str, Person]:
    found = boundaries(iam, bulk, optional)
    return {
        name: replace(person, user=replace(person.user, boundary=found[name])) if name in found else person
        for name, person in users.items()
    }


def _bounded_users(iam: IAMClient, arn: str) -> list[str]:
    pages = iam.get_paginator("list_entities_for_policy").paginate(
        PolicyArn=arn, EntityFilter="User", PolicyUsageFilter="PermissionsBoundary"
    )
    return [user["UserName"] for page in pages for user in page.get("PolicyUsers", [])]


def _with_credentials(
    iam: IAMClient,
    pool: Executor,
    users: Mapping[str, Person],
    *,
    report: CredentialReport | None,
    live_limit: int,
    optional: OptionalReads,
) -> dict[str, Person]:
    rows = {name: reported(report.rows[name]) for name in users if name in report.rows} if report else {}
    # Users created after the credential report are read one by one, in a large account too.
    asked = list(users) if len(users) <= live_limit else [name for name in users if name not in rows][:live_limit]
    live = optional("read passwords, MFA devices and access keys", lambda: read_live(iam, pool, asked)) or {}
    known = {name: with_ages(live[name], rows.get(name)) if name in live else rows.get(name) for name in users}
    return {name: replace(person, credentials=known[name] or Credentials()) for name, person in users.items()}


def other_policies(
    iam: IAMClient, pool: Executor, users: Mapping[str, Person], bulk: Details, optional: OptionalReads
) -> dict[str, Policy]:
    """Return the policies in use that the bulk read does not contain: AWS managed policies."""
    used = {arn for group in bulk.groups.values() for arn in group.managed_policies}
    for person in users.values():
        used |= person.user.managed_policies | ({person.user.boundary} if person.user.boundary else set())
    for role in bulk.roles.values():
        # AWS decides what service-linked roles may do.
        if not role.path.startswith(SERVICE_LINKED):
            used |= role.managed_policies | ({role.boundary} if role.boundary else set())
    wanted = sorted(used - bulk.policies.keys())
    found = pool.map(lambda arn: optional(f"read the policy {arn}", lambda: read_used_policy(iam, arn)), wanted)
    return {arn: policy or Policy(arn) for arn, policy in zip(wanted, found, strict=True)}


def _tags_of_memberships(
    iam: IAMClient, pool: Executor, policies: Iterable[str], optional: OptionalReads
) -> dict[str, dict[str, str]]:
    """Return the tags of policies of temporary memberships: reasons and ends. The bulk read has no tags of policies."""
    wanted = [arn for arn in sorted(policies) if membership_of(arn)]

    def read() -> dict[str, dict[str, str]]:
        return dict(zip(wanted, pool.map(lambda arn: _read_tags(iam, arn), wanted), strict=True))

    return (optional("read the reasons of temporary memberships", read) if wanted else None) or {}


def _read_tags(iam: IAMClient, arn: str) -> dict[str, str]:
    """Return the tags of a policy; none if it no longer exists."""
    try:
        pages = iam.get_paginator("list_policy_tags").paginate(PolicyArn=arn)
        return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}
    except iam.exceptions.NoSuchEntityException:
        return {}


def read_used_policy(iam: IAMClient, arn: str) -> Policy | None:
    """Return a managed policy with its document; None if it no longer exists. Raises botocore's errors."""
    try:
        policy = iam.get_policy(PolicyArn=arn)["Policy"]
        version = iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
    except iam.exceptions.NoSuchEntityException:
        return None
    return Policy(arn, version["Document"])


def _root_last_used(report: CredentialReport | None) -> datetime.datetime | None:
    return moment(report.rows.get(ROOT, {}).get("password_last_used")) if report else None

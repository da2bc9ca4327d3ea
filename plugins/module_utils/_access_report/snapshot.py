# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads of the account for the report: pages of a thousand objects, and single reads only where no bulk read exists."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace

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
    Group,
    Person,
    Policy,
    Root,
    Snapshot,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import read_alias, read_caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.checks import describe_root_user
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import (
    AWS_ERRORS,
    is_access_denied,
    is_not_implemented,
    sentence,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._service_linked_role.plan import list_roles
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.snapshot import (
    PAGE_SIZE,
    IncompleteReadError,
    actual_user,
)

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_iam.type_defs import ManagedPolicyDetailTypeDef, UserDetailTypeDef
    from mypy_boto3_sts import STSClient

SERVICE = "cloudhsm.amazonaws.com"
T = t.TypeVar("T")


@dataclass
class _Bulk:
    """What the pages of GetAccountAuthorizationDetails hold."""

    users: dict[str, Person] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    policies: dict[str, Policy] = field(default_factory=dict)
    # ARNs of the customer managed policies that are somebody's permissions boundary.
    boundaries: list[str] = field(default_factory=list)


class _Optional:
    """Reads that the report can do without: what may not be read is noted as a gap."""

    def __init__(self) -> None:
        self.gaps: list[str] = []

    def __call__(self, doing: str, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except ReportLateError as exc:
            self.gaps.append(f"Could not {doing}: {exc}")
        except AWS_ERRORS as exc:
            if not is_access_denied(exc) and not is_not_implemented(exc):
                raise
            self.gaps.append(sentence(exc, doing))
        return None


def read_snapshot(iam: IAMClient, sts: STSClient, pool: Executor, live_limit: int, wait_timeout: float) -> Snapshot:
    """Read the account. Up to live_limit users are asked one by one for their credentials.

    Raises IncompleteReadError when the bulk read was cut short, and what botocore raises.
    """
    optional = _Optional()
    caller = pool.submit(read_caller, sts)
    others: dict[str, Future[t.Any]] = {
        "alias": pool.submit(read_alias, iam),
        "report": pool.submit(
            optional, "read the credential report", lambda: read_credential_report(iam, wait_timeout)
        ),
        "summary": pool.submit(optional, "read the account's summary", lambda: iam.get_account_summary()["SummaryMap"]),
        "password_policy": pool.submit(optional, "read the password policy", lambda: _password_policy(iam)),
        "roles": pool.submit(optional, "list the service-linked role", lambda: tuple(list_roles(iam, SERVICE))),
    }
    bulk = _read_bulk(iam)
    known: dict[str, t.Any] = {what: read.result() for what, read in others.items()}
    users = _with_boundaries(iam, bulk, optional)
    users = _with_credentials(iam, pool, users, report=known["report"], live_limit=live_limit, optional=optional)
    policies = bulk.policies | _other_policies(iam, pool, users, bulk, optional)
    return Snapshot(
        caller=caller.result(),
        alias=known["alias"],
        users=users,
        groups=bulk.groups,
        policies=policies,
        service_linked_roles=known["roles"],
        root=_root(known["summary"], known["report"]),
        password_policy=known["password_policy"],
        credential_report_time=known["report"].generated if known["report"] else None,
        gaps=tuple(optional.gaps),
    )


def _read_bulk(iam: IAMClient) -> _Bulk:
    """AWS's own policies are left out: which of them come is not documented, and the few in use are read singly."""
    bulk = _Bulk()
    complete = False
    pages = iam.get_paginator("get_account_authorization_details").paginate(
        Filter=["User", "Group", "LocalManagedPolicy"], PaginationConfig={"PageSize": PAGE_SIZE}
    )
    for page in pages:
        if any(part not in page for part in ("UserDetailList", "GroupDetailList", "Policies")):
            raise IncompleteReadError("GetAccountAuthorizationDetails gave a page without one of its lists")
        bulk.users.update((detail["UserName"], _person(detail)) for detail in page["UserDetailList"])
        bulk.groups.update((detail["GroupName"], _group(detail)) for detail in page["GroupDetailList"])
        bulk.policies.update((detail["Arn"], _policy(detail)) for detail in page["Policies"])
        bulk.boundaries += [d["Arn"] for d in page["Policies"] if d.get("PermissionsBoundaryUsageCount")]
        complete = not page.get("IsTruncated", False)
    if not complete:
        raise IncompleteReadError("GetAccountAuthorizationDetails ended before its last page")
    return bulk


def _person(detail: UserDetailTypeDef) -> Person:
    inline = {policy["PolicyName"]: policy["PolicyDocument"] for policy in detail.get("UserPolicyList", [])}
    return Person(actual_user(detail), detail["CreateDate"], inline)


def _group(detail: t.Any) -> Group:
    return Group(
        name=detail["GroupName"],
        arn=detail["Arn"],
        path=detail["Path"],
        managed_policies=frozenset(policy["PolicyArn"] for policy in detail.get("AttachedManagedPolicies", [])),
        inline={policy["PolicyName"]: policy["PolicyDocument"] for policy in detail.get("GroupPolicyList", [])},
    )


def _policy(detail: ManagedPolicyDetailTypeDef) -> Policy:
    documents = [v.get("Document") for v in detail.get("PolicyVersionList", []) if v.get("IsDefaultVersion")]
    others = [v.get("Document") for v in detail.get("PolicyVersionList", []) if not v.get("IsDefaultVersion")]
    return Policy(detail["Arn"], documents[0] if documents else None, tuple(filter(None, others)))


def _with_boundaries(iam: IAMClient, bulk: _Bulk, optional: _Optional) -> dict[str, Person]:
    """The bulk read has been seen to leave boundaries out: the policies in use as one tell whose they are."""
    found: dict[str, str] = {}
    for arn in bulk.boundaries:
        names = optional(f"list the users with the boundary {arn}", lambda arn=arn: _bounded_users(iam, arn))  # type: ignore[misc]
        found.update(dict.fromkeys(names or [], arn))
    return {
        name: replace(person, user=replace(person.user, boundary=found[name])) if name in found else person
        for name, person in bulk.users.items()
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
    optional: _Optional,
) -> dict[str, Person]:
    rows = {name: reported(report.rows[name]) for name in users if name in report.rows} if report else {}
    # Users made after the report are asked themselves, in a large account too.
    asked = list(users) if len(users) <= live_limit else [name for name in users if name not in rows][:live_limit]
    live = optional("read passwords, MFA devices and access keys", lambda: read_live(iam, pool, asked)) or {}
    known = {name: with_ages(live[name], rows.get(name)) if name in live else rows.get(name) for name in users}
    return {name: replace(person, credentials=known[name] or Credentials()) for name, person in users.items()}


def _other_policies(
    iam: IAMClient, pool: Executor, users: Mapping[str, Person], bulk: _Bulk, optional: _Optional
) -> dict[str, Policy]:
    """The policies in use that the bulk read did not hold, which are AWS's own."""
    used = {arn for group in bulk.groups.values() for arn in group.managed_policies}
    for person in users.values():
        used |= person.user.managed_policies | ({person.user.boundary} if person.user.boundary else set())
    wanted = sorted(used - bulk.policies.keys())
    found = pool.map(lambda arn: optional(f"read the policy {arn}", lambda: _read_policy(iam, arn)), wanted)
    return {arn: policy or Policy(arn) for arn, policy in zip(wanted, found, strict=True)}


def _read_policy(iam: IAMClient, arn: str) -> Policy | None:
    try:
        policy = iam.get_policy(PolicyArn=arn)["Policy"]
        version = iam.get_policy_version(PolicyArn=arn, VersionId=policy["DefaultVersionId"])["PolicyVersion"]
    except iam.exceptions.NoSuchEntityException:
        return None
    return Policy(arn, version["Document"])


def _password_policy(iam: IAMClient) -> Mapping[str, t.Any]:
    try:
        return t.cast("Mapping[str, t.Any]", iam.get_account_password_policy()["PasswordPolicy"])
    except iam.exceptions.NoSuchEntityException:
        return {}


def _root(summary: Mapping[str, int] | None, report: CredentialReport | None) -> Root | None:
    if summary is None:
        return None
    used = report.rows.get(ROOT, {}).get("password_last_used") if report else None
    root = describe_root_user(summary)
    return Root(mfa=root["mfa"], access_keys=root["access_keys"], last_used=moment(used), password=root["password"])

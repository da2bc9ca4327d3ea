# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads the account for an export: in bulk, and user by user only for what no bulk read contains.

In a small account, users' keys and devices are read live. In a large one they come from AWS's credential report.
Console access is always read live: a wrong value could make a run delete a password or create one.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.credentials import (
    read_credential_report,
    reported,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.snapshot import OptionalReads, boundaries
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import (
    Details,
    read_authorization_details,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller, read_alias, read_caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.details import describe_policies
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.password_policy import (
    NO_RULES,
    read_password_policy,
    rules_of,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import membership_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.federation import saml_roles
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.groups import recognised_policies
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.input import Filters, unknown_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.model import Holdings, Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.catalogue import SERVICE
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.snapshot import describe_roles
from ansible_collections.cloudhsm.iam.plugins.module_utils._service_linked_role.plan import list_roles
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import (
    Account,
    ActualUser,
    DesiredUser,
    TemporaryPolicy,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.snapshot import (
    actual_user,
    read_details,
    with_login_profile,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.temporary import with_known

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sts import STSClient

BULK = ("User", "Group", "LocalManagedPolicy", "Role")


class Limits(t.NamedTuple):
    """Up to how many users are read in full one by one, and the seconds that AWS may take for its report."""

    live: int
    timeout: float


def read_snapshot(
    iam: IAMClient, sts: STSClient, pool: Executor, *, filters: Filters, limits: Limits, prefix: str = ""
) -> Snapshot:
    """Read the account.

    Raises FailedError if filters name what the account does not have, IncompleteReadError, and botocore's errors.
    """
    optional = OptionalReads()
    caller = pool.submit(read_caller, sts)
    alias = pool.submit(read_alias, iam)
    password_policy = pool.submit(optional, "read the password policy", lambda: read_password_policy(iam) or {})
    roles = pool.submit(optional, "list the service-linked role", lambda: tuple(list_roles(iam, SERVICE)))
    providers = pool.submit(optional, "list the SAML providers", lambda: _saml_providers(iam))
    bulk = read_authorization_details(iam, BULK)
    problems = unknown_problems(filters, bulk.users, bulk.groups, prefix)
    if problems:
        raise FailedError("; ".join(problems), problems=problems)
    account = _account(iam, bulk, caller.result(), alias.result(), optional)
    selected = tuple(sorted(name for name, user in account.users.items() if filters.fit(user)))
    account, holdings = _with_single_reads(iam, pool, account, selected, limits=limits, optional=optional)
    policy = password_policy.result()
    rules = NO_RULES if policy is None else rules_of(policy or None)
    snapshot = Snapshot(
        replace(account, password_rules=rules),
        bulk.groups,
        bulk.policies,
        bulk.roles,
        selected,
        holdings,
        service_linked_roles=roles.result(),
        password_policy=policy,
        saml_providers=providers.result(),
        filtered=bool(filters),
    )
    recognised = recognised_policies(snapshot)
    names = saml_roles(bulk.roles)
    saml = optional("read the roles of SAML providers", lambda: describe_roles(iam, names)) or []
    ending = [arn for arn in bulk.policies if membership_of(arn)]
    policies = {
        *recognised,
        *ending,
        *(arn for role in saml for arn in (*role["managed_policies"], role["boundary"] or "")),
    }
    described = _described(iam, policies, optional)
    gaps = optional.gaps
    temporary = {
        arn: TemporaryPolicy(arn, bulk.policies[arn].document, tags=described.get(arn, {}).get("tags", {}))
        for arn in ending
    }
    known = with_known(replace(snapshot.account, temporary_policies=temporary))
    return replace(
        snapshot, account=known, recognised=recognised, described=described, saml_roles=tuple(saml), gaps=gaps
    )


def _saml_providers(iam: IAMClient) -> tuple[str, ...]:
    return tuple(sorted(provider["Arn"] for provider in iam.list_saml_providers()["SAMLProviderList"]))


def _account(iam: IAMClient, bulk: Details, caller: Caller, alias: str | None, optional: OptionalReads) -> Account:
    users = {name: actual_user(user) for name, user in bulk.users.items()}
    for name, arn in boundaries(iam, bulk, optional).items():
        if name in users:
            users[name] = replace(users[name], boundary=arn)
    policies = {name: group.managed_policies for name, group in bulk.groups.items() if group.managed_policies}
    return Account(caller, users, frozenset(bulk.groups), alias, policies)


def _with_single_reads(
    iam: IAMClient,
    pool: Executor,
    account: Account,
    selected: tuple[str, ...],
    *,
    limits: Limits,
    optional: OptionalReads,
) -> tuple[Account, dict[str, Holdings]]:
    """The account with details of the selected users, as far as they can be read."""
    few = len(selected) <= limits.live
    # Users marked as suspended must be read in full, or a run might lock them out again.
    whole = [name for name in selected if few or account.users[name].marked]
    read = optional("read what users have", lambda: _in_full(iam, pool, account, whole))
    users = {name: read.users[name] for name in whole} if read else {}
    rest = [name for name in selected if name not in users]
    if rest:
        others = [account.users[name] for name in rest]
        asked = optional("read who has a password", lambda: _with_login_profiles(iam, pool, others)) or others
        users |= {user.name: user for user in asked}
    holdings = {name: _holdings(users[name]) for name in selected}
    if rest:
        holdings |= _reported_holdings(iam, rest, limits, optional)
    return account.with_users(users), holdings


def _in_full(iam: IAMClient, pool: Executor, account: Account, names: Iterable[str]) -> Account:
    return read_details(iam, pool, account, [DesiredUser(name, suspended=True) for name in names], ())


def _with_login_profiles(iam: IAMClient, pool: Executor, users: Iterable[ActualUser]) -> list[ActualUser]:
    return list(pool.map(lambda user: with_login_profile(iam, user), users))


def _holdings(user: ActualUser) -> Holdings:
    have = user.credentials
    if have is None:
        return Holdings()
    others = (*have.ssh_public_keys, *have.signing_certificates, *have.service_specific_credentials)
    return Holdings(len(have.access_keys), len(have.mfa_devices), len(others))


def _reported_holdings(
    iam: IAMClient, names: Iterable[str], limits: Limits, optional: OptionalReads
) -> dict[str, Holdings]:
    """What the credential report says about these users. It has no number of MFA devices and no SSH keys."""
    report = optional("read the credential report", lambda: read_credential_report(iam, limits.timeout))
    if report is None:
        return {}
    rows = {name: reported(report.rows[name]) for name in names if name in report.rows}
    return {name: Holdings(len(row.keys or ()), int(bool(row.mfa))) for name, row in rows.items()}


def _described(iam: IAMClient, arns: Iterable[str], optional: OptionalReads) -> Mapping[str, Mapping[str, t.Any]]:
    """Tags and paths of these policies, by ARN."""
    names = sorted({arn.rpartition("/")[2] for arn in arns if arn and ":iam::aws:" not in arn})
    found = optional("read the tags of policies", lambda: describe_policies(iam, names))
    return {policy["arn"]: policy for policy in found or []}

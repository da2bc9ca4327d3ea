# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads the account: in bulk where possible, and user by user only what no bulk read returns."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from itertools import compress

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import (
    USERS_AND_GROUPS,
    User,
    read_authorization_details,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import read_alias, read_caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.details import has_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import (
    AWS_ERRORS,
    is_access_denied,
    is_not_implemented,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.denial import (
    DENY_EVERYTHING,
    SUSPENDED_POLICY,
    policy_length,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import (
    Account,
    ActualUser,
    Credentials,
    DesiredUser,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.onboarding import concerns
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.renaming import renamed_user

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sts import STSClient


def read_account(iam: IAMClient, sts: STSClient, pool: Executor) -> Account:
    """Read the caller, the account's alias, and all users and groups.

    Raises IncompleteReadError if the read was cut short, and botocore's errors.
    """
    caller = pool.submit(read_caller, sts)
    alias = pool.submit(read_alias, iam)
    users, groups = read_users_and_groups(iam)
    return Account(
        caller=caller.result(),
        alias=alias.result(),
        users=users,
        groups=frozenset(groups),
        group_policies={group: policies for group, policies in groups.items() if policies},
    )


def read_users_and_groups(iam: IAMClient) -> tuple[dict[str, ActualUser], dict[str, frozenset[str]]]:
    """Read the users by name, and by group name the ARNs of the group's managed policies.

    Raises IncompleteReadError if the read was cut short, and botocore's errors.
    """
    details = read_authorization_details(iam, USERS_AND_GROUPS)
    users = {name: actual_user(user) for name, user in details.users.items()}
    return users, {name: group.managed_policies for name, group in details.groups.items()}


def actual_user(user: User) -> ActualUser:
    """Return a user as the bulk read shows it."""
    return ActualUser(
        name=user.name,
        arn=user.arn,
        path=user.path,
        tags=user.tags,
        groups=user.groups,
        managed_policies=user.managed_policies,
        inline_policies=frozenset(user.inline),
        inline_length=sum(policy_length(document) for document in user.inline.values()),
        altered_deny=user.inline.get(SUSPENDED_POLICY, DENY_EVERYTHING) != DENY_EVERYTHING,
        boundary=user.boundary,
    )


def read_details(
    iam: IAMClient,
    pool: Executor,
    account: Account,
    desired: Iterable[DesiredUser],
    deleted: Iterable[str],
    *,
    onboarding_group: str | None = None,
) -> Account:
    """Return the account with what only reads of single users show, for users whose plans depend on it.

    deleted names the users that purge_users deletes. Of users who are pending, or become so, this reads whether they
    have changed the password and registered an MFA device.
    """
    readers: dict[str, Callable[[], ActualUser]] = {}
    for user in desired:
        actual = account.users.get(user.name) or renamed_user(user, account)
        if actual is not None:
            readers[actual.name] = _reader(iam, actual, user, onboarding_group)
    for name in deleted:
        readers[name] = _reader(iam, account.users[name], DesiredUser(name, present=False))
    found = dict(zip(readers, pool.map(lambda read: read(), readers.values()), strict=True))
    return account.with_users(found)


def _reader(
    iam: IAMClient, actual: ActualUser, desired: DesiredUser, onboarding_group: str | None = None
) -> Callable[[], ActualUser]:
    # Users that stay suspended are read too, so that results show their console access.
    in_full = not desired.present or desired.suspended or actual.marked

    def read() -> ActualUser:
        user = actual
        if in_full or desired.console_access is not None or onboarding_group in user.groups:
            user = with_login_profile(iam, user)
        if in_full:
            credentials = _read_credentials(iam, user.name)
            user = replace(user, credentials=credentials, has_mfa=bool(credentials.mfa_devices))
        elif onboarding_group and concerns(onboarding_group, desired, user):
            user = replace(user, has_mfa=bool(_list(iam, "list_mfa_devices", "MFADevices", user.name)))
        # The bulk read sometimes omits the boundary, so a missing one is looked up.
        if desired.boundary is not None and user.boundary is None:
            user = replace(user, boundary=_read_boundary(iam, user.name))
        return user

    return read


def with_ways_in(iam: IAMClient, user: ActualUser) -> ActualUser:
    """Return the user with console access and access keys; unchanged if AWS denies that. Raises other AWS errors."""
    try:
        read = with_login_profile(iam, user)
        keys = _statuses(_list(iam, "list_access_keys", "AccessKeyMetadata", user.name), "AccessKeyId")
    except AWS_ERRORS as exc:
        if is_access_denied(exc):
            return user
        raise
    return replace(read, credentials=Credentials(access_keys=tuple(keys), active_access_keys=_active(keys)))


def has_login_profile(iam: IAMClient, name: str) -> bool:
    """Whether the user has a password for the console."""
    return bool(with_login_profile(iam, ActualUser(name, "")).console_access)


def with_login_profile(iam: IAMClient, user: ActualUser) -> ActualUser:
    """Return the user with console access, and whether it has to choose a new password."""
    try:
        profile = iam.get_login_profile(UserName=user.name)["LoginProfile"]
    except iam.exceptions.NoSuchEntityException:
        return replace(user, console_access=False)
    return replace(user, console_access=True, password_reset_required=profile.get("PasswordResetRequired", False))


def _read_boundary(iam: IAMClient, name: str) -> str | None:
    try:
        user = iam.get_user(UserName=name)["User"]
    except iam.exceptions.NoSuchEntityException:
        return None
    return user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")


def _read_credentials(iam: IAMClient, name: str) -> Credentials:
    keys = _statuses(_list(iam, "list_access_keys", "AccessKeyMetadata", name), "AccessKeyId")
    devices = [device["SerialNumber"] for device in _list(iam, "list_mfa_devices", "MFADevices", name)]
    ssh = _statuses(_list(iam, "list_ssh_public_keys", "SSHPublicKeys", name), "SSHPublicKeyId")
    certificates = _statuses(_list(iam, "list_signing_certificates", "Certificates", name), "CertificateId")
    specific = _statuses(_service_specific_credentials(iam, name), "ServiceSpecificCredentialId")
    return Credentials(
        access_keys=tuple(keys),
        active_access_keys=_active(keys),
        mfa_devices=tuple(devices),
        ssh_public_keys=tuple(ssh),
        active_ssh_public_keys=_active(ssh),
        signing_certificates=tuple(certificates),
        active_signing_certificates=_active(certificates),
        service_specific_credentials=tuple(specific),
        active_service_specific_credentials=_active(specific),
    )


def _statuses(listed: Iterable[Mapping[str, t.Any]], key: str) -> dict[str, str]:
    """Return the status of each listed credential by its identifier, which is under key."""
    return {credential[key]: credential["Status"] for credential in listed}


def _active(statuses: Mapping[str, str]) -> tuple[str, ...]:
    """Return the identifiers of active credentials. A status that this collection does not know counts as active."""
    return tuple(identifier for identifier, status in statuses.items() if status not in ("Inactive", "Expired"))


def _list(iam: IAMClient, operation: t.Any, key: str, name: str) -> list[Mapping[str, t.Any]]:
    """Return all elements of a user's paged list; none if the user was deleted meanwhile."""
    try:
        return [
            element for page in iam.get_paginator(operation).paginate(UserName=name) for element in page.get(key, [])
        ]
    except iam.exceptions.NoSuchEntityException:
        return []


def _service_specific_credentials(iam: IAMClient, name: str) -> list[Mapping[str, t.Any]]:
    """Return the user's service-specific credentials. botocore has no paginator for this call.

    Some emulators lack it, and then no credential counts as existing. That is safe: IAM refuses to delete a user who
    still has one.
    """
    found: list[Mapping[str, t.Any]] = []
    marker: dict[str, t.Any] = {}
    while True:
        try:
            page = iam.list_service_specific_credentials(UserName=name, **marker)
        except iam.exceptions.NoSuchEntityException:
            return []
        except AWS_ERRORS as exc:
            if is_not_implemented(exc):
                return []
            raise
        found += page.get("ServiceSpecificCredentials", [])
        if not page.get("IsTruncated"):
            return found
        marker = {"Marker": page["Marker"]}


def find_groups(iam: IAMClient, pool: Executor, names: Iterable[str]) -> frozenset[str]:
    """Return those of the named groups that exist although the bulk read did not show them.

    IAM is eventually consistent: the bulk read may miss a group that an earlier task created.
    """
    wanted = sorted(names)
    return frozenset(compress(wanted, pool.map(lambda name: _has_group(iam, name), wanted)))


def _has_group(iam: IAMClient, name: str) -> bool:
    try:
        return iam.get_group(GroupName=name, MaxItems=1)["Group"]["GroupName"] == name
    except iam.exceptions.NoSuchEntityException:
        return False


def missing_policies(iam: IAMClient, pool: Executor, arns: Iterable[str]) -> frozenset[str]:
    """Return the ARNs of managed policies that do not exist. If AWS denies the look-up, a policy counts as existing."""
    wanted = sorted(arns)
    return frozenset(compress(wanted, pool.map(lambda arn: not has_policy(iam, arn), wanted)))


def live_quotas(iam: IAMClient) -> Mapping[str, int]:
    """Return the account's own quotas and usage, as GetAccountSummary names them."""
    return t.cast("Mapping[str, int]", iam.get_account_summary()["SummaryMap"])

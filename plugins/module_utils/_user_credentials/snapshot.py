# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads what a job needs to know about one user."""

from __future__ import annotations

import datetime
import typing as t
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import replace
from email.utils import parsedate_to_datetime

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import Person, Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.snapshot import (
    OptionalReads,
    other_policies,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import (
    Details,
    read_authorization_details,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import read_alias, read_caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import AWS_ERRORS, is_access_denied
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.password_policy import read_as_aws_has_it
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.model import (
    REPLACE_DEVICE,
    RESET_PASSWORD,
    ROTATE_KEY,
    AccessKey,
    Device,
    Options,
    Situation,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Account, ActualUser, Credentials
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.snapshot import actual_user, with_login_profile

# Permissions for a user's own credentials do not depend on roles.
BULK = ("User", "Group", "LocalManagedPolicy")

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sts import STSClient


def read_account(iam: IAMClient, sts: STSClient) -> tuple[Account, Details]:
    """Return the account with all users and groups. Raises IncompleteReadError, and botocore's errors."""
    caller = read_caller(sts)
    details = read_authorization_details(iam, BULK)
    users = {name: actual_user(user) for name, user in details.users.items()}
    groups = {name: group.managed_policies for name, group in details.groups.items()}
    return Account(caller, users, frozenset(groups), read_alias(iam), groups), details


def read_situation(iam: IAMClient, pool: Executor, account: Account, details: Details, options: Options) -> Situation:
    """Return everything else that the job needs to know. Raises botocore's errors."""
    name = options.user
    user = account.users[name]
    person = Person(user, details.users[name].created, details.users[name].inline)
    rights = Snapshot(account.caller, account.alias, {}, {}, {})
    situation = Situation(account, person, rights, datetime.datetime.now(datetime.UTC))
    if options.job == ROTATE_KEY:
        keys, now = read_keys(iam, name)
        credentials = Credentials(
            access_keys=tuple(key.id for key in keys), active_access_keys=tuple(key.id for key in keys if key.active)
        )
        person = replace(person, user=replace(user, credentials=credentials))
        return replace(situation, person=person, keys=keys, now=now, own_key=_own_key(iam))
    devices = read_devices(iam, name)
    user = replace(
        with_login_profile(iam, user),
        credentials=Credentials(mfa_devices=tuple(device.serial for device in devices)),
        has_mfa=bool(devices),
        boundary=user.boundary or _boundary(iam, name),
    )
    person = replace(person, user=user)
    situation = replace(situation, person=person, devices=devices)
    situation = replace(situation, rights=_rights(iam, pool, situation, details, options))
    if options.job == REPLACE_DEVICE:
        others = _others_with_mfa(iam, account, user, options.protected_groups)
        return replace(situation, loose_devices=_loose_devices(iam), others_with_mfa=others)
    return situation


def _rights(iam: IAMClient, pool: Executor, situation: Situation, details: Details, options: Options) -> Snapshot:
    """Return the policies of this user and of its groups, as far as the caller may read them."""
    optional = OptionalReads()
    user = situation.user
    groups = {name: group for name, group in details.groups.items() if name in user.groups}
    users = {user.name: situation.person}
    bulk = Details(groups=groups, policies=details.policies)
    policies = details.policies | other_policies(iam, pool, users, bulk, optional)
    password_policy = None
    if options.job == RESET_PASSWORD:
        password_policy = optional("read the password policy", lambda: read_as_aws_has_it(iam) or {})
    return Snapshot(
        situation.account.caller,
        situation.account.alias,
        users,
        groups,
        policies,
        password_policy=password_policy,
        gaps=optional.gaps,
    )


def read_keys(iam: IAMClient, name: str) -> tuple[tuple[AccessKey, ...], datetime.datetime]:
    """Return the user's access keys, oldest first, and the time by AWS's clock, which the keys' dates follow."""
    answer = iam.list_access_keys(UserName=name)
    headers: Mapping[str, str] = answer["ResponseMetadata"].get("HTTPHeaders", {})
    now = datetime.datetime.now(datetime.UTC)
    if "date" in headers:
        now = parsedate_to_datetime(headers["date"]).astimezone(datetime.UTC)
    keys = []
    for listed in answer["AccessKeyMetadata"]:
        used = iam.get_access_key_last_used(AccessKeyId=listed["AccessKeyId"])["AccessKeyLastUsed"]
        active = listed["Status"] == "Active"
        service = used.get("ServiceName", "N/A")
        keys.append(AccessKey(listed["AccessKeyId"], active, listed["CreateDate"], used.get("LastUsedDate"), service))
    return tuple(sorted(keys, key=lambda key: (key.created, key.id))), now


def _own_key(iam: IAMClient) -> str:
    """Return the access key that the client calls with; empty if unknown."""
    credentials = iam._get_credentials()  # type: ignore[attr-defined]
    return str(credentials.get_frozen_credentials().access_key) if credentials else ""


def read_devices(iam: IAMClient, name: str) -> tuple[Device, ...]:
    """Return the user's MFA devices of every kind."""
    pages = iam.get_paginator("list_mfa_devices").paginate(UserName=name)
    return tuple(Device(one["SerialNumber"], one.get("EnableDate")) for page in pages for one in page["MFADevices"])


def _loose_devices(iam: IAMClient) -> frozenset[str]:
    pages = iam.get_paginator("list_virtual_mfa_devices").paginate(AssignmentStatus="Unassigned")
    return frozenset(one["SerialNumber"] for page in pages for one in page["VirtualMFADevices"])


def _boundary(iam: IAMClient, name: str) -> str | None:
    """Return the user's permissions boundary, which the bulk read sometimes omits."""
    return iam.get_user(UserName=name)["User"].get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")


def _others_with_mfa(
    iam: IAMClient, account: Account, user: ActualUser, protected: Iterable[str]
) -> dict[str, frozenset[str]]:
    """Return, for each protected group of the user, the other members who can sign in with MFA.

    A member counts too if the caller may not read that.
    """
    wanted = {name.lower() for name in protected}
    found = {}
    for group in sorted(group for group in user.groups if group.lower() in wanted):
        others = sorted(account.members(group) - {user.name})
        found[group] = frozenset(name for name in others if _signs_in_with_mfa(iam, account.users[name]))
    return found


def _signs_in_with_mfa(iam: IAMClient, user: ActualUser) -> bool:
    return _allowed(lambda: bool(read_devices(iam, user.name) and with_login_profile(iam, user).console_access))


def _allowed(read: Callable[[], bool]) -> bool:
    """Return the answer of a read; true if the caller may not make it."""
    try:
        return read()
    except AWS_ERRORS as exc:
        if is_access_denied(exc):
            return True
        raise

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads passwords, MFA and access keys: of all users from the credential report, and of a few users live.

The credential report is up to four hours old, but it is the only bulk read, and the only source of last uses and of the
age of passwords.
"""

from __future__ import annotations

import csv
import datetime
import io
import time
import typing as t
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import AccessKey, Credentials
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import AWS_ERRORS, error_code

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

ROOT = "<root_account>"
# Seconds between two checks whether the report is ready.
PAUSE = 1.0
# The report's words for keys and passwords that were never used.
_NEVER = frozenset({"N/A", "no_information"})
# Error codes of GetCredentialReport while no report is ready.
_NOT_YET = frozenset({"ReportNotPresent", "ReportInProgress", "ReportExpired"})


class ReportLateError(Exception):
    """The credential report was not finished in time."""


@dataclass(frozen=True)
class CredentialReport:
    """The rows of a credential report by user name, and when AWS generated it."""

    generated: datetime.datetime
    rows: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


def read_credential_report(
    iam: IAMClient, timeout: float, sleep: Callable[[float], None] = time.sleep
) -> CredentialReport:
    """Have AWS generate a credential report, wait for it, and read it.

    Raises ReportLateError after timeout seconds, and what botocore raises.
    """
    looks = max(1, round(timeout / PAUSE))
    for look in range(looks):
        if look:
            sleep(PAUSE)
        if iam.generate_credential_report().get("State") != "COMPLETE":
            continue
        try:
            answer = iam.get_credential_report()
        except AWS_ERRORS as exc:
            if error_code(exc) not in _NOT_YET:
                raise
            continue
        rows = csv.DictReader(io.StringIO(answer["Content"].decode()))
        return CredentialReport(answer["GeneratedTime"], {row["user"]: row for row in rows})
    raise ReportLateError(f"AWS did not finish it within {timeout:g} seconds")


def moment(value: str | None) -> datetime.datetime | None:
    """Return a time from the report; None for its words for "never" and "not known"."""
    try:
        return datetime.datetime.fromisoformat(value or "")
    except ValueError:
        return None


def reported(row: Mapping[str, str]) -> Credentials:
    """Return what the report's row says about a user."""
    return Credentials(
        password=row.get("password_enabled") == "true",
        password_changed=moment(row.get("password_last_changed")),
        password_used=moment(row.get("password_last_used")),
        password_use_known=moment(row.get("password_last_used")) is not None or row.get("password_last_used") in _NEVER,
        mfa=row.get("mfa_active") == "true",
        keys=tuple(key for number in (1, 2) if (key := _reported_key(row, number))),
        source="credential_report",
        reported=True,
    )


def _reported_key(row: Mapping[str, str], number: int) -> AccessKey | None:
    start = f"access_key_{number}_"
    active = row.get(f"{start}active") == "true"
    created = moment(row.get(f"{start}last_rotated"))
    if not active and created is None:
        return None
    used = row.get(f"{start}last_used_date")
    return AccessKey(active, None, created, moment(used), moment(used) is not None or used in _NEVER)


def read_live(iam: IAMClient, pool: Executor, names: Iterable[str]) -> dict[str, Credentials]:
    """Read the users' present passwords, MFA and access keys. Three calls a user; raises what botocore raises."""
    wanted = list(names)
    passwords = pool.map(lambda name: _password(iam, name), wanted)
    devices = pool.map(lambda name: _pages(iam, "list_mfa_devices", "MFADevices", name), wanted)
    keys = pool.map(lambda name: _pages(iam, "list_access_keys", "AccessKeyMetadata", name), wanted)
    return {
        name: replace(password, mfa=bool(device), keys=tuple(map(_live_key, key)), source="live")
        for name, password, device, key in zip(wanted, passwords, devices, keys, strict=True)
    }


def _password(iam: IAMClient, name: str) -> Credentials:
    try:
        profile = iam.get_login_profile(UserName=name)["LoginProfile"]
    except iam.exceptions.NoSuchEntityException:
        return Credentials(password=False)
    return Credentials(password=True, password_reset_required=profile.get("PasswordResetRequired", False))


def _pages(iam: IAMClient, operation: t.Any, key: str, name: str) -> list[Mapping[str, t.Any]]:
    try:
        return [found for page in iam.get_paginator(operation).paginate(UserName=name) for found in page.get(key, [])]
    except iam.exceptions.NoSuchEntityException:
        return []


def _live_key(key: Mapping[str, t.Any]) -> AccessKey:
    return AccessKey(key["Status"] == "Active", key["AccessKeyId"], key["CreateDate"], use_known=False)


def with_ages(live: Credentials, row: Credentials | None) -> Credentials:
    """Return a user's present credentials, with the ages and last uses that the report knows."""
    if row is None:
        return live
    # The report has no key IDs, so a key is identified by the second of its creation. If the report does not have it,
    # for example because the key is newer, it is unknown whether the key was used.
    used = {_second(key.created): key for key in row.keys or ()}
    keys = tuple(
        replace(key, last_used=found.last_used, use_known=found.use_known)
        if (found := used.get(_second(key.created)))
        else key
        for key in live.keys or ()
    )
    return replace(
        live,
        password_changed=row.password_changed,
        password_used=row.password_used,
        password_use_known=row.password_use_known and bool(row.password),
        keys=keys,
        reported=True,
    )


def _second(when: datetime.datetime | None) -> datetime.datetime | None:
    return when.replace(microsecond=0) if when else None

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The values that the reads pass to the report."""

from __future__ import annotations

import datetime
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.center_model import CenterRead
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.controls import ControlsRead
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Document, Group, Policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Role as AccountRole
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.checks import RootUser
from ansible_collections.cloudhsm.iam.plugins.module_utils._service_linked_role.plan import Role
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import ActualUser


@dataclass(frozen=True)
class AccessKey:
    """An access key. Its ID comes only from a live read, its use only from the credential report."""

    active: bool
    key_id: str | None = None
    created: datetime.datetime | None = None
    last_used: datetime.datetime | None = None
    # Whether last_used None means that the key was never used.
    use_known: bool = True


@dataclass(frozen=True)
class Credentials:
    """How a user signs in and calls AWS. None means unknown; for times, also that the event never happened."""

    password: bool | None = None
    password_changed: datetime.datetime | None = None
    password_used: datetime.datetime | None = None
    mfa: bool | None = None
    keys: tuple[AccessKey, ...] | None = None
    # live, credential_report or unknown: where password, mfa and keys come from. The password's times and the keys'
    # last_used always come from the credential report.
    source: str = "unknown"
    # Whether the credential report contains the user. Otherwise, missing times of use mean nothing.
    reported: bool = False
    # Whether password_used None means that the password was never used. It can be newer than the report.
    password_use_known: bool = True
    # Whether the user must choose a new password at the next sign-in. Only the login profile says so.
    password_reset_required: bool | None = None


@dataclass(frozen=True)
class Person:
    """A user, with everything that decides what the user can do."""

    user: ActualUser
    created: datetime.datetime | None
    inline: Mapping[str, Document] = field(default_factory=dict)
    credentials: Credentials = Credentials()

    @property
    def managed_policies(self) -> frozenset[str]:
        """ARNs of the policies that are attached to the user directly."""
        return self.user.managed_policies


@dataclass(frozen=True)
class Snapshot:
    """One read of everything that the report is about."""

    caller: Caller
    alias: str | None
    users: Mapping[str, Person]
    groups: Mapping[str, Group]
    policies: Mapping[str, Policy]
    service_linked_roles: tuple[Role, ...] | None = None
    root: RootUser | None = None
    root_last_used: datetime.datetime | None = None
    # Empty if the account has no password policy; None if it could not be read.
    password_policy: Mapping[str, t.Any] | None = None
    credential_report_time: datetime.datetime | None = None
    # All roles by name, including service-linked roles. None if they were not read.
    roles: Mapping[str, AccountRole] | None = None
    center: CenterRead = field(default_factory=CenterRead)
    controls: ControlsRead = field(default_factory=ControlsRead)
    # Tags of the policies that stand for temporary memberships, by policy ARN.
    policy_tags: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    # One sentence for each thing that could not be read, with the reason.
    gaps: tuple[str, ...] = ()

    def members(self, group: str) -> list[str]:
        """Return the names of the users in a group, sorted."""
        return sorted(name for name, person in self.users.items() if group in person.user.groups)

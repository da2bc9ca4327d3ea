# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The values that pass between the reads and the report."""

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
    """An access key. Its id is known only where the user was read alone, its use only from the credential report."""

    active: bool
    key_id: str | None = None
    created: datetime.datetime | None = None
    last_used: datetime.datetime | None = None
    # Whether "never used" is to be believed where there is no such time.
    use_known: bool = True


@dataclass(frozen=True)
class Credentials:
    """How a user gets in. None means not known."""

    password: bool | None = None
    password_changed: datetime.datetime | None = None
    password_used: datetime.datetime | None = None
    mfa: bool | None = None
    keys: tuple[AccessKey, ...] | None = None
    # live, credential_report or unknown: where password, mfa and keys are from. Ages are always from the report.
    source: str = "unknown"
    # Whether the credential report knows the user, and so whether "never used" is to be believed.
    reported: bool = False
    # The same for the password alone, which may be newer than the report.
    password_use_known: bool = True
    # Whether a new password has to be chosen at the next sign-in; only the login profile tells.
    password_reset_required: bool | None = None


@dataclass(frozen=True)
class Person:
    """A user with all that decides what it can do."""

    user: ActualUser
    created: datetime.datetime | None
    inline: Mapping[str, Document] = field(default_factory=dict)
    credentials: Credentials = Credentials()

    @property
    def managed_policies(self) -> frozenset[str]:
        """ARNs of the policies that are attached to the user itself."""
        return self.user.managed_policies


@dataclass(frozen=True)
class Snapshot:
    """One complete read of what the report is about."""

    caller: Caller
    alias: str | None
    users: Mapping[str, Person]
    groups: Mapping[str, Group]
    policies: Mapping[str, Policy]
    service_linked_roles: tuple[Role, ...] | None = None
    root: RootUser | None = None
    root_last_used: datetime.datetime | None = None
    # An empty one where the account has none; None where it could not be read.
    password_policy: Mapping[str, t.Any] | None = None
    credential_report_time: datetime.datetime | None = None
    # All roles by name, those of services too. None where they were not read.
    roles: Mapping[str, AccountRole] | None = None
    center: CenterRead = field(default_factory=CenterRead)
    controls: ControlsRead = field(default_factory=ControlsRead)
    # Of the policies that stand for temporary memberships, by their ARNs.
    policy_tags: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    # What could not be read, and why: one sentence each.
    gaps: tuple[str, ...] = ()

    def members(self, group: str) -> list[str]:
        """Names of the users in a group."""
        return sorted(name for name, person in self.users.items() if group in person.user.groups)

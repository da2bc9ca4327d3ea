# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The values that pass between reads, plans and calls of iam_user_credentials."""

from __future__ import annotations

import datetime
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import Person, Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import NEW_KEY
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Account, ActualUser, Change

RESET_PASSWORD, REPLACE_DEVICE, ROTATE_KEY = "reset_password", "replace_mfa_device", "rotate_access_key"
TIME = "%Y-%m-%dT%H:%M:%SZ"
NEW = NEW_KEY
Moment = datetime.datetime


@dataclass(frozen=True)
class AccessKey:
    """An access key, and when and where it was last used, as far as AWS has noted that."""

    id: str
    active: bool
    created: Moment
    used: Moment | None = None
    service: str = ""

    @property
    def used_since_created(self) -> bool:
        """Whether anybody has used it.

        AWS tells the date of the last use to the minute, and that of the creation to the second.
        """
        return self.used is not None and self.used >= self.created.replace(second=0, microsecond=0)

    def described(self) -> str:
        """The key with its dates, for a message."""
        use = f"last used {self.used.strftime(TIME)} for {self.service}" if self.used else "never used"
        return f"{self.id} ({'active' if self.active else 'inactive'}, created {self.created.strftime(TIME)}, {use})"


@dataclass(frozen=True)
class Device:
    """An MFA device of a user. The serial number of a virtual or FIDO device is an ARN."""

    serial: str
    enabled: Moment | None = None

    @property
    def virtual(self) -> bool:
        """Whether the device exists in IAM by itself, and stays when it is taken from its user."""
        return ":mfa/" in self.serial

    @property
    def name(self) -> str:
        """What people call it: the end of an ARN."""
        return self.serial.rpartition("/")[2]


@dataclass(frozen=True)
class KeyEntry:
    """What a store knows of a user's access key, without the secret."""

    # ID of the key whose secret the entry holds; empty if it holds none yet.
    key_id: str = ""
    # When a run was about to create a key; None if that run has finished.
    begun: Moment | None = None
    # The keys that the user had then.
    before: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Options:
    """The switches of a run."""

    job: str
    user: str
    allow_protected: bool = False
    console_access: bool = False
    mfa_device: str | None = None
    create_first: bool = False
    old_key: str | None = None
    lost_key: str | None = None
    min_age_days: int | None = None
    delete_after_days: int | None = None
    deactivate_used: bool = False
    protected_groups: frozenset[str] = frozenset()
    # The value of the option store; none where nothing can be handed over.
    store: str = "none"


@dataclass(frozen=True)
class Situation:
    """The account as far as a job needs it. What it does not need is empty."""

    account: Account
    person: Person
    # What the rights of this one user come from.
    rights: Snapshot
    now: Moment
    devices: tuple[Device, ...] = ()
    # Virtual devices that no user has.
    loose_devices: frozenset[str] = frozenset()
    keys: tuple[AccessKey, ...] = ()
    # The access key that this run calls with; empty where it is not known.
    own_key: str = ""
    # Other members of protected groups who can sign in with MFA, by group.
    others_with_mfa: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def user(self) -> ActualUser:
        """The user whose credentials change."""
        return self.person.user


@dataclass(frozen=True)
class Plan:
    """What happens to the user's credentials, and what is said about it."""

    after: ActualUser
    changes: tuple[Change, ...] = ()
    # Why nothing may be done.
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    # How far it is after that, in one word: result and tests go by it.
    stage: str = ""
    # The same for people, and what comes next.
    told: tuple[str, ...] = ()
    # The store holds the secret already, and only has to note that.
    settles: bool = False

    def has(self, *operations: str) -> bool:
        """Whether one of these calls is part of it."""
        return any(change.operation in operations for change in self.changes)


def refused(situation: Situation, *problems: str) -> Plan:
    """The plan that does nothing, and says why."""
    return Plan(situation.user, problems=problems)


class PasswordKeeper(t.Protocol):
    """Keeps a new first password where it is handed over. All methods raise StoreError."""

    def check(self) -> None:
        """Find out whether it can be used, without writing."""

    def password(self) -> str:
        """A new password, which is stored by now and not yet noted as set."""

    def was_set(self) -> None:
        """Note that it was set."""

    def was_not_set(self) -> None:
        """Put back what was stored before."""


class KeyKeeper(t.Protocol):
    """Keeps the secret of a new access key where it is handed over. All methods raise StoreError."""

    def find(self) -> KeyEntry | None:
        """The entry of the user's key; None if there is no entry."""

    def begin(self, now: Moment, before: frozenset[str]) -> None:
        """Note that a key is about to be created. What the entry holds stays as it is."""

    def cancel(self) -> None:
        """Take that note back."""

    def keep(self, key_id: str, secret: str) -> None:
        """Store the secret; together with it is stored which key it is of."""

    def settle(self) -> None:
        """Note that the secret is stored."""


class Stores(t.Protocol):
    """Opens the store that was asked for, once the account is known."""

    def passwords(self, account_id: str, user: str, length: int) -> PasswordKeeper:
        """For a new first password."""

    def keys(self, account_id: str, user: str) -> KeyKeeper:
        """For the secret of a new access key."""

    def location(self, account_id: str) -> str:
        """Where it is, for a message."""

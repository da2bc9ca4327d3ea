# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The values that the reads, plans and calls of iam_user_credentials exchange."""

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
    """An access key, and when and where it was last used, as far as AWS knows."""

    id: str
    active: bool
    created: Moment
    used: Moment | None = None
    service: str = ""

    @property
    def used_since_created(self) -> bool:
        """Whether the key was ever used.

        AWS gives the time of the last use to the minute, and the time of creation to the second.
        """
        return self.used is not None and self.used >= self.created.replace(second=0, microsecond=0)

    def described(self) -> str:
        """Return the key with its dates, for a message."""
        use = f"last used {self.used.strftime(TIME)} for {self.service}" if self.used else "never used"
        return f"{self.id} ({'active' if self.active else 'inactive'}, created {self.created.strftime(TIME)}, {use})"


@dataclass(frozen=True)
class Device:
    """An MFA device of a user. The serial number of a virtual or FIDO device is an ARN."""

    serial: str
    enabled: Moment | None = None

    @property
    def virtual(self) -> bool:
        """Whether the device is an object of its own in IAM, which stays when it is deactivated."""
        return ":mfa/" in self.serial

    @property
    def name(self) -> str:
        """The name that people know: the end of the ARN."""
        return self.serial.rpartition("/")[2]


@dataclass(frozen=True)
class KeyEntry:
    """What a store knows about a user's access key, without the secret."""

    # ID of the key whose secret the entry holds; empty if it holds none yet.
    key_id: str = ""
    # When a run was about to create a key; None if that run has finished.
    begun: Moment | None = None
    # The keys that the user had at that time.
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
    # The value of the option store; with none, nothing can be handed over.
    store: str = "none"


@dataclass(frozen=True)
class Situation:
    """What a job needs to know about the account. What it does not need is empty."""

    account: Account
    person: Person
    # The policies that give this user its permissions.
    rights: Snapshot
    now: Moment
    devices: tuple[Device, ...] = ()
    # Virtual devices that no user has.
    loose_devices: frozenset[str] = frozenset()
    keys: tuple[AccessKey, ...] = ()
    # The access key that this run calls with; empty if unknown.
    own_key: str = ""
    # Other members of protected groups who can sign in with MFA, by group.
    others_with_mfa: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def user(self) -> ActualUser:
        """The user whose credentials change."""
        return self.person.user


@dataclass(frozen=True)
class Plan:
    """What happens to the user's credentials, and what the result says about it."""

    after: ActualUser
    changes: tuple[Change, ...] = ()
    # Why the run is refused.
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    # How far the job is after the changes, in one word, for the result and tests.
    stage: str = ""
    # The same in sentences, and the next steps.
    told: tuple[str, ...] = ()
    # Whether the store has the secret already and only has to be marked as done.
    settles: bool = False

    def has(self, *operations: str) -> bool:
        """Whether one of these calls is part of the plan."""
        return any(change.operation in operations for change in self.changes)


def refused(situation: Situation, *problems: str) -> Plan:
    """Return a plan that changes nothing, with the reasons."""
    return Plan(situation.user, problems=problems)


class PasswordKeeper(t.Protocol):
    """Keeps a new first password in the store. All methods raise StoreError."""

    def check(self) -> None:
        """Check without writing whether the store can be used."""

    def password(self) -> str:
        """Return a new password, which is already stored, but not yet marked as set."""

    def was_set(self) -> None:
        """Mark the password as set."""

    def was_not_set(self) -> None:
        """Put back what was stored before."""


class KeyKeeper(t.Protocol):
    """Keeps the secret of a new access key in the store. All methods raise StoreError."""

    def find(self) -> KeyEntry | None:
        """Return the entry of the user's key; None if it does not exist."""

    def begin(self, now: Moment, before: frozenset[str]) -> None:
        """Record that a key is about to be created. The entry keeps its value."""

    def cancel(self) -> None:
        """Undo begin."""

    def keep(self, key_id: str, secret: str) -> None:
        """Store the secret together with the ID of its key."""

    def settle(self) -> None:
        """Mark the secret as stored."""


class Stores(t.Protocol):
    """Opens the chosen store once the account is known."""

    def passwords(self, account_id: str, user: str, length: int) -> PasswordKeeper:
        """Return the keeper of a new first password."""

    def keys(self, account_id: str, user: str) -> KeyKeeper:
        """Return the keeper of a new access key's secret."""

    def location(self, account_id: str) -> str:
        """Return where the store is, for a message."""

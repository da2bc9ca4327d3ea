# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The values that pass between reads, plans and calls of iam_break_glass."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.model import PasswordKeeper
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import ActualUser, UserPlan
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.stores import Settings

# The password is both, one after the other. Each is in a store of its own.
HALVES = ("first", "second")


@dataclass(frozen=True)
class StoreOptions:
    """One of the two stores, as it was asked for."""

    # Which half it gets.
    half: str
    # How messages name it, as in break_glass_stores[0].
    label: str
    kind: str
    path: str = ""
    vault_id: str | None = None
    prefix: str = ""
    kms_key_id: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def what(self) -> str:
        """What an entry holds, for the entry's own description and for messages."""
        return f"{self.half} half of the break-glass password"

    @property
    def settings(self) -> Settings:
        """How entries in AWS are made. By its tag, an entry is of one half: it is never taken for the other."""
        return Settings(self.prefix, self.kms_key_id, self.tags, state_tag(self.half))


@dataclass(frozen=True)
class Wanted:
    """What was asked for."""

    users: tuple[str, ...]
    group: str
    stores: tuple[StoreOptions, ...]
    reseal: bool
    half_length: int
    # Of the role's variables; empty for the module's own options.
    prefix: str = ""

    def called(self, option: str) -> str:
        """An option by the name that its user knows."""
        return called(option, self.prefix)

    def label(self, user: str) -> str:
        """A user by its place in the list."""
        return f"{self.called('users')}[{self.users.index(user)}] ({user})"


class HalfStore(t.Protocol):
    """One of the two stores, opened. All methods raise StoreError."""

    def keeper(self, account_id: str, user: str, length: int) -> PasswordKeeper:
        """What makes and keeps this user's half."""

    def has(self, account_id: str, user: str) -> bool:
        """Whether it has a half of this user that is known to have been set."""

    def location(self, account_id: str) -> str:
        """Where it is, for a message."""


@dataclass(frozen=True)
class Found:
    """A user as the account and the stores have it."""

    user: ActualUser
    active_keys: tuple[str, ...] = ()
    mfa_devices: int = 0
    # For each store whether it has the user's half. None where that makes no difference.
    halves: tuple[bool, ...] | None = None


@dataclass(frozen=True)
class SealPlan:
    """What happens to one user. The calls that seal are the last ones of the plan's."""

    plan: UserPlan
    # Why the password is sealed anew; empty where it stays.
    reason: str = ""
    has_mfa: bool = False

    @property
    def seals(self) -> bool:
        """Whether the user gets a new password."""
        return bool(self.reason)


def state_tag(half: str) -> str:
    """The tag of an entry with this half."""
    return f"cloudhsm.iam/break-glass-{half}-half"

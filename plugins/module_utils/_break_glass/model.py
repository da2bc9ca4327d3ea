# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The values that the reads, plans and calls of iam_break_glass exchange."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.model import PasswordKeeper
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import ActualUser, UserPlan
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.stores import Settings

# The password is both halves, one after the other. Each half is in its own store.
HALVES = ("first", "second")


@dataclass(frozen=True)
class StoreOptions:
    """The options of one of the two stores."""

    # The half that the store gets.
    half: str
    # How messages name the store, as in break_glass_stores[0].
    label: str
    kind: str
    path: str = ""
    vault_id: str | None = None
    prefix: str = ""
    kms_key_id: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def what(self) -> str:
        """What an entry holds, for its description and for messages."""
        return f"{self.half} half of the break-glass password"

    @property
    def settings(self) -> Settings:
        """How entries in AWS are created. Their tag names the half, so one half is never taken for the other."""
        return Settings(self.prefix, self.kms_key_id, self.tags, state_tag(self.half))


@dataclass(frozen=True)
class Wanted:
    """The options of one run."""

    users: tuple[str, ...]
    group: str
    stores: tuple[StoreOptions, ...]
    reseal: bool
    half_length: int
    # Prefix of the role's variables; empty for the module's own options.
    prefix: str = ""

    def called(self, option: str) -> str:
        """Return the user's name for the option."""
        return called(option, self.prefix)

    def label(self, user: str) -> str:
        """Return how messages name a user: by its place in the list."""
        return f"{self.called('users')}[{self.users.index(user)}] ({user})"


class HalfStore(t.Protocol):
    """One of the two stores, opened. All methods raise StoreError."""

    def keeper(self, account_id: str, user: str, length: int) -> PasswordKeeper:
        """Return what makes and keeps this user's half."""

    def has(self, account_id: str, user: str) -> bool:
        """Whether the store has a half of this user's password that was set."""

    def location(self, account_id: str) -> str:
        """Return where the store is, for a message."""


@dataclass(frozen=True)
class Found:
    """A user as found in the account, and whether the stores have its halves."""

    user: ActualUser
    active_keys: tuple[str, ...] = ()
    mfa_devices: int = 0
    # For each store, whether it has the user's half. None if the stores were not asked.
    halves: tuple[bool, ...] | None = None


@dataclass(frozen=True)
class SealPlan:
    """What happens to one user. The calls that seal are the plan's last ones."""

    plan: UserPlan
    # Why the password is sealed again; empty if it stays.
    reason: str = ""
    has_mfa: bool = False

    @property
    def seals(self) -> bool:
        """Whether the user gets a new password."""
        return bool(self.reason)


def state_tag(half: str) -> str:
    """Return the tag of the entries that hold this half."""
    return f"cloudhsm.iam/break-glass-{half}-half"

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Users of the identity store who leave or come back: what was asked for, what there is, and what is to be done."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import Change
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.suspended import DEFAULT_PREFIX

ABSENT, SUSPENDED, RESTORED = "absent", "suspended", "restored"
STATES = (SUSPENDED, RESTORED, ABSENT)
# ARN of a permission set, and an account.
Held = tuple[str, str]


@dataclass(frozen=True)
class UserWish:
    """A user of the identity store, and what shall become of the user: one of STATES."""

    name: str
    state: str


@dataclass(frozen=True)
class Note:
    """What a suspension has taken away. Groups are known by id, and have the names that they had then."""

    groups: Mapping[str, str] = field(default_factory=dict)
    assignments: frozenset[Held] = frozenset()


@dataclass(frozen=True)
class StoredNote:
    """A note as it is stored: its parts by their names, and what is wrong with it if it can't be read."""

    note: Note | None = None
    parts: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Person:
    """A user of the identity store, with what the user has in the own right and by groups."""

    name: str
    id: str
    # The name as the identity store spells it.
    login: str
    # Ids of memberships by those of groups.
    memberships: Mapping[str, str] = field(default_factory=dict)
    assignments: frozenset[Held] = frozenset()
    stored: StoredNote = field(default_factory=StoredNote)


@dataclass(frozen=True)
class Snapshot:
    """One look at the people who were named, and at who else is an administrator."""

    caller: Caller
    instance_arn: str
    store_id: str
    management_account: str
    # Where the notes of all users are.
    notes_prefix: str
    # By the names that were asked for.
    people: Mapping[str, Person] = field(default_factory=dict)
    group_names: Mapping[str, str] = field(default_factory=dict)
    set_names: Mapping[str, str] = field(default_factory=dict)
    # Read only if a user is restored.
    active_accounts: frozenset[str] = frozenset()
    # The issuer of the store's users and groups, if they come from another identity provider.
    issuers: frozenset[str] = frozenset()
    # Ids of all users with AdministratorAccess, read only where one of those who leave may be one.
    administrators: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Options:
    """The switches of one run."""

    max_deletions: int = 10
    missing_ok: bool = False
    notes_prefix: str = DEFAULT_PREFIX


@dataclass(frozen=True)
class UserPlan:
    """What happens to one user: names of groups, and permission sets with accounts, before and after."""

    name: str
    state: str
    person: Person | None
    changes: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    before: Mapping[str, t.Any] | None = None
    after: Mapping[str, t.Any] | None = None
    # What the note has and AWS has no more.
    gone: tuple[str, ...] = ()

    @property
    def action(self) -> str:
        """One of suspended, restored, deleted, changed, unchanged."""
        if not any(self.changes.values()):
            return "unchanged"
        return {SUSPENDED: "suspended", RESTORED: "restored"}.get(self.state, "changed" if self.after else "deleted")


@dataclass(frozen=True)
class Plan:
    """What is to be done, or why nothing is."""

    users: tuple[UserPlan, ...] = ()
    problems: tuple[str, ...] = ()

    def stage(self, name: str) -> list[Change]:
        """The changes of one stage, of all users."""
        return [change for user in self.users for change in user.changes.get(name, ())]

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The data that input, snapshot, plan and apply of identity_center_users exchange."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import Change
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.suspended import DEFAULT_PREFIX

ABSENT, SUSPENDED, RESTORED = "absent", "suspended", "restored"
STATES = (SUSPENDED, RESTORED, ABSENT)
# ARN of a permission set, and an account ID.
Held = tuple[str, str]


@dataclass(frozen=True)
class UserWish:
    """A user of the identity store, and the wanted state: one of STATES."""

    name: str
    state: str


@dataclass(frozen=True)
class Note:
    """What a suspension has taken away. groups has names by ID, as they were at that time."""

    groups: Mapping[str, str] = field(default_factory=dict)
    assignments: frozenset[Held] = frozenset()


@dataclass(frozen=True)
class StoredNote:
    """A stored note: its content, the names of its parameters, and the problem if it can't be read."""

    note: Note | None = None
    parts: tuple[str, ...] = ()
    problem: str = ""


@dataclass(frozen=True)
class Person:
    """A user of the identity store, with memberships and direct assignments."""

    name: str
    id: str
    # The user name as the identity store spells it.
    login: str
    # Membership IDs by group ID.
    memberships: Mapping[str, str] = field(default_factory=dict)
    assignments: frozenset[Held] = frozenset()
    stored: StoredNote = field(default_factory=StoredNote)


@dataclass(frozen=True)
class Snapshot:
    """The listed users, and all administrators, before the run."""

    caller: Caller
    instance_arn: str
    store_id: str
    management_account: str
    # Prefix of the parameters that hold notes.
    notes_prefix: str
    # By name, as the options spell it.
    people: Mapping[str, Person] = field(default_factory=dict)
    group_names: Mapping[str, str] = field(default_factory=dict)
    set_names: Mapping[str, str] = field(default_factory=dict)
    # Read only if a user is restored.
    active_accounts: frozenset[str] = frozenset()
    # Issuers of the store's users and groups, if they come from an external identity provider.
    issuers: frozenset[str] = frozenset()
    # IDs of users with AdministratorAccess, read only if a user who loses access may be one.
    direct_administrators: frozenset[str] = frozenset()
    group_administrators: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Options:
    """The switches of one run."""

    max_deletions: int = 10
    missing_ok: bool = False
    notes_prefix: str = DEFAULT_PREFIX


@dataclass(frozen=True)
class UserPlan:
    """The changes for one user by stage. before and after have group names, assignments and suspension."""

    name: str
    state: str
    person: Person | None
    changes: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    before: Mapping[str, t.Any] | None = None
    after: Mapping[str, t.Any] | None = None
    # Groups and assignments in the note that can't be given back.
    gone: tuple[str, ...] = ()

    @property
    def action(self) -> str:
        """One of suspended, restored, deleted, changed, unchanged."""
        if not any(self.changes.values()):
            return "unchanged"
        return {SUSPENDED: "suspended", RESTORED: "restored"}.get(self.state, "changed" if self.after else "deleted")


@dataclass(frozen=True)
class Plan:
    """The plans for all users, or the problems that stop the run."""

    users: tuple[UserPlan, ...] = ()
    problems: tuple[str, ...] = ()

    def stage(self, name: str) -> list[Change]:
        """Return the changes of all users for one stage."""
        return [change for user in self.users for change in user.changes.get(name, ())]

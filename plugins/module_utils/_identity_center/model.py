# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The values that pass between input, snapshot, plan and apply of identity_center_access."""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization import Account, Unit
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tag_text import decode
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import (
    COPY_OF,
    REASON,
    UNTIL,
    decode_reason,
    denial_of,
    read_until,
    set_name,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import is_ours

# The policy that makes a permission set one of administrators, at the end of its ARN.
ADMINISTRATOR_ACCESS = ":iam::aws:policy/AdministratorAccess"
GROUP = "GROUP"
USER = "USER"
# What IAM Identity Center takes where nothing is given (API reference, CreatePermissionSet).
DEFAULT_SESSION = 3600


@dataclass(frozen=True)
class SetWish:
    """A permission set that was asked for. None means "leave alone", an empty value means "none"."""

    name: str
    present: bool = True
    description: str | None = None
    # In seconds.
    session_duration: int | None = None
    relay_state: str | None = None
    inline_policy: Mapping[str, t.Any] | None = None
    # ARNs of AWS managed policies.
    managed_policies: frozenset[str] | None = None
    # Path and name of policies that each account has itself, as in /hsm/Auditors.
    customer_managed_policies: frozenset[str] | None = None
    # An ARN, or path and name of a policy that each account has itself.
    boundary: str | None = None
    tags: Mapping[str, str] | None = None
    # Policies of another access level, which go whatever the switches say.
    without: frozenset[str] = frozenset()


@dataclass(frozen=True)
class PermissionSet:
    """A permission set as it is. Policies, boundary and tags are read only of those that were asked for."""

    name: str
    arn: str
    description: str = ""
    session_duration: int = DEFAULT_SESSION
    relay_state: str = ""
    inline_policy: Mapping[str, t.Any] = field(default_factory=dict)
    managed_policies: frozenset[str] = frozenset()
    customer_managed_policies: frozenset[str] = frozenset()
    boundary: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    # Accounts that have a role of the set, and those of them whose role is of an older state of the set.
    provisioned: frozenset[str] = frozenset()
    outdated: frozenset[str] = frozenset()

    @property
    def is_administrator(self) -> bool:
        """Whether whoever has the set may do everything, and for good."""
        ends = self.copy_of or denial_of(self.inline_policy)
        return not ends and any(arn.endswith(ADMINISTRATOR_ACCESS) for arn in self.managed_policies)

    @property
    def copy_of(self) -> str:
        """The permission set that this is a copy of, made for assignments that end; empty for any other set."""
        name, until = decode(self.tags.get(COPY_OF, "")), self.until
        whole = is_ours(self.tags, {}) and read_until(until) == (until, None)
        return name if whole and set_name(name, until) == self.name else ""

    @property
    def until(self) -> str:
        """When a copy ends."""
        return self.tags.get(UNTIL, "")

    @property
    def reason(self) -> str:
        """Why people have a copy."""
        return decode_reason(self.tags.get(REASON, ""))


@dataclass(frozen=True)
class AssignmentWish:
    """Whom a permission set is assigned to, or taken from, and in which accounts: any that one of the fields names."""

    permission_set: str
    present: bool = True
    groups: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    organizational_units: tuple[str, ...] = ()
    account_tags: Mapping[str, str] = field(default_factory=dict)
    all_accounts: bool = False
    exclude_accounts: frozenset[str] = frozenset()
    # When it ends, and why it is made; empty for one without an end.
    until: str = ""
    reason: str = ""

    @property
    def assigned_set(self) -> str:
        """The name of the permission set that is really assigned: a copy that ends, where there is an end."""
        return set_name(self.permission_set, self.until) if self.until else self.permission_set

    @property
    def principals(self) -> frozenset[tuple[str, str]]:
        """All of them, by type and name."""
        return frozenset({*((GROUP, name) for name in self.groups), *((USER, name) for name in self.users)})


@dataclass(frozen=True)
class GroupWish:
    """A group of the identity store that was asked for, and the names of its members."""

    name: str
    # Of a new group; one that is there keeps its own.
    description: str | None = None
    members: frozenset[str] | None = None


@dataclass(frozen=True)
class Wanted:
    """All that was asked for."""

    sets: tuple[SetWish, ...] = ()
    assignments: tuple[AssignmentWish, ...] = ()
    groups: tuple[GroupWish, ...] = ()

    @property
    def set_names(self) -> frozenset[str]:
        """The permission sets that it is about."""
        return frozenset({*(wish.name for wish in self.sets), *(wish.permission_set for wish in self.assignments)})

    @property
    def group_names(self) -> frozenset[str]:
        """The groups that it is about."""
        assigned = {name for wish in self.assignments for name in wish.groups}
        return frozenset(assigned | {wish.name for wish in self.groups})

    @property
    def user_names(self) -> frozenset[str]:
        """The users that it is about."""
        assigned = {name for wish in self.assignments for name in wish.users}
        return frozenset(assigned.union(*(wish.members or () for wish in self.groups)))


@dataclass(frozen=True)
class Options:
    """The switches of one run."""

    purge_assignments: bool = False
    purge_policies: bool = False
    purge_tags: bool = False
    purge_members: bool = False
    purge_allow_empty: bool = False
    adopt_permission_sets: bool = False
    max_deletions: int = 10
    # What the names of the options begin with, where a role hands its variables on.
    prefix: str = ""

    def called(self, option: str) -> str:
        """An option as messages name it."""
        return called(option, self.prefix)


@dataclass(frozen=True, order=True)
class Assignment:
    """A permission set for somebody in an account. Who is unknown by name stands there by the id."""

    permission_set: str
    account: str
    kind: str
    principal: str

    def __str__(self) -> str:
        return f"{self.permission_set} for the {self.kind.lower()} {self.principal} in {self.account}"


@dataclass(frozen=True)
class Group:
    """A group of the identity store. Members, by their ids, are read only where they count."""

    name: str
    id: str
    # Ids of the memberships by the ids of the users.
    members: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Organization:
    """The accounts that assignments can be for. Tags are read only where they count, and so are the units."""

    management_account: str
    accounts: Mapping[str, Account]
    units: tuple[Unit, ...] = ()


@dataclass(frozen=True)
class Snapshot:
    """One look at IAM Identity Center, its identity store and the organization."""

    caller: Caller
    instance_arn: str
    identity_store_id: str
    organization: Organization
    sets: Mapping[str, PermissionSet] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    # Ids of users by their names.
    users: Mapping[str, str] = field(default_factory=dict)
    assignments: frozenset[Assignment] = frozenset()
    # Permission sets of which all assignments were read, and not only those of whom was asked for.
    read_whole: frozenset[str] = frozenset()
    # Who issued the users and groups of the store, where they come from elsewhere.
    issuers: frozenset[str] = frozenset()
    # Users who are suspended and get nothing, of those who would get something.
    suspended: frozenset[str] = frozenset()

    def copies(self, names: Collection[str]) -> list[PermissionSet]:
        """The copies of these permission sets, for assignments that end."""
        return [one for _name, one in sorted(self.sets.items()) if one.copy_of in names]

    def has_gone(self, user: str) -> bool:
        """Whether a user who is assigned something is in the store no more, and so is called by the id."""
        return self.users.get(user) == user

    def user_name(self, user_id: str) -> str:
        """A user's name, or the id where the name was not read."""
        return next((name for name, known in self.users.items() if known == user_id), user_id)


@dataclass(frozen=True)
class Change:
    """One write call: a method of boto3's, and what it is about. Ids are found when it is made."""

    operation: str
    permission_set: str = ""
    account: str = ""
    group: str = ""
    user: str = ""
    params: Mapping[str, t.Any] = field(default_factory=dict, hash=False)

    def describe(self) -> dict[str, t.Any]:
        """The change as results show it."""
        about = {name: getattr(self, name) for name in ("permission_set", "account", "group", "user")}
        told = {_RESULT_NAMES[key]: value for key, value in self.params.items() if key in _RESULT_NAMES}
        if "tags" in told:
            told["tags"] = {tag["Key"]: tag["Value"] for tag in told["tags"]}
        return {"operation": self.operation, **{name: value for name, value in about.items() if value}, **told}

    def __str__(self) -> str:
        """The change in words, for the middle of a sentence."""
        named = ("permission set", self.permission_set), ("group", self.group), ("user", self.user)
        words = [self.operation.replace("_", " "), *(f"({what} {name})" for what, name in named if name)]
        return " ".join([*words, *([f"in {self.account}"] if self.account else [])])


_RESULT_NAMES = {
    "ManagedPolicyArn": "policy",
    "CustomerManagedPolicyReference": "customer_managed_policy",
    "PermissionsBoundary": "boundary",
    "Tags": "tags",
    "TagKeys": "tag_keys",
    "SessionDuration": "session_duration",
}


@dataclass(frozen=True)
class SetPlan:
    """What happens to a permission set: before and after."""

    name: str
    before: PermissionSet | None
    after: PermissionSet | None
    changes: tuple[Change, ...] = ()

    @property
    def is_limited(self) -> bool:
        """Whether it stays, and its holders are administrators no more."""
        return bool(self.before and self.after and self.before.is_administrator and not self.after.is_administrator)

    @property
    def action(self) -> str:
        """One of created, updated, deleted, unchanged."""
        if self.before is None:
            return "created" if self.after else "unchanged"
        if self.after is None:
            return "deleted"
        return "updated" if self.changes else "unchanged"


@dataclass(frozen=True)
class Plan:
    """What is to be done, or why nothing is. The stages come one after another."""

    sets: tuple[SetPlan, ...] = ()
    stages: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    # Those that there are afterwards, as far as they were read.
    assignments: frozenset[Assignment] = frozenset()

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes in their order."""
        return tuple(change for stage in self.stages.values() for change in stage)


@dataclass(frozen=True)
class Outcome:
    """What became of a change."""

    change: Change
    error: str | None = None
    # Never tried, for the reason that the error says.
    begun: bool = True

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The data that input, snapshot, plan and apply of identity_center_access exchange."""

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

# End of the ARN of the policy that gives a permission set full access.
ADMINISTRATOR_ACCESS = ":iam::aws:policy/AdministratorAccess"
GROUP = "GROUP"
USER = "USER"
# AWS's default, in seconds (API reference, CreatePermissionSet).
DEFAULT_SESSION = 3600


@dataclass(frozen=True)
class SetWish:
    """A listed permission set. None means "leave alone", an empty value means "none"."""

    name: str
    present: bool = True
    description: str | None = None
    # In seconds.
    session_duration: int | None = None
    relay_state: str | None = None
    inline_policy: Mapping[str, t.Any] | None = None
    # ARNs of AWS managed policies.
    managed_policies: frozenset[str] | None = None
    # Paths and names of customer managed policies in each account, as in /hsm/Auditors.
    customer_managed_policies: frozenset[str] | None = None
    # The ARN of an AWS managed policy, or path and name of a customer managed one.
    boundary: str | None = None
    tags: Mapping[str, str] | None = None
    # ARNs of policies of another access level, which are detached whatever purge_policies says.
    without: frozenset[str] = frozenset()


@dataclass(frozen=True)
class PermissionSet:
    """A permission set before or after the run. Its policies, boundary, tags and accounts are read only if needed."""

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
    # Accounts that have a role for the set, and those of them whose role is out of date.
    provisioned: frozenset[str] = frozenset()
    outdated: frozenset[str] = frozenset()

    @property
    def is_administrator(self) -> bool:
        """Whether the set gives full access that does not end."""
        ends = self.copy_of or denial_of(self.inline_policy)
        return not ends and any(arn.endswith(ADMINISTRATOR_ACCESS) for arn in self.managed_policies)

    @property
    def copy_of(self) -> str:
        """The permission set that this one copies for assignments that end; empty if it is no copy."""
        name, until = decode(self.tags.get(COPY_OF, "")), self.until
        whole = is_ours(self.tags, {}) and read_until(until) == (until, None)
        return name if whole and set_name(name, until) == self.name else ""

    @property
    def until(self) -> str:
        """When a copy ends; empty for other sets."""
        return self.tags.get(UNTIL, "")

    @property
    def reason(self) -> str:
        """Why a copy is assigned; empty for other sets."""
        return decode_reason(self.tags.get(REASON, ""))


@dataclass(frozen=True)
class AssignmentWish:
    """Principals who get or lose a permission set, and accounts: those that any field selects, except excluded ones."""

    permission_set: str
    present: bool = True
    groups: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()
    organizational_units: tuple[str, ...] = ()
    account_tags: Mapping[str, str] = field(default_factory=dict)
    all_accounts: bool = False
    exclude_accounts: frozenset[str] = frozenset()
    # When it ends and why it is made; empty without an end.
    until: str = ""
    reason: str = ""

    @property
    def assigned_set(self) -> str:
        """The name of the permission set to assign: with an end, that of the copy."""
        return set_name(self.permission_set, self.until) if self.until else self.permission_set

    @property
    def principals(self) -> frozenset[tuple[str, str]]:
        """All principals, by type and name."""
        return frozenset({*((GROUP, name) for name in self.groups), *((USER, name) for name in self.users)})


@dataclass(frozen=True)
class GroupWish:
    """A listed group of the identity store, and the names of its members."""

    name: str
    # For a new group; an existing one keeps its own.
    description: str | None = None
    members: frozenset[str] | None = None


@dataclass(frozen=True)
class Wanted:
    """All permission sets, assignments and groups that the options list."""

    sets: tuple[SetWish, ...] = ()
    assignments: tuple[AssignmentWish, ...] = ()
    groups: tuple[GroupWish, ...] = ()

    @property
    def set_names(self) -> frozenset[str]:
        """Names of all listed permission sets."""
        return frozenset({*(wish.name for wish in self.sets), *(wish.permission_set for wish in self.assignments)})

    @property
    def group_names(self) -> frozenset[str]:
        """Names of all listed groups."""
        assigned = {name for wish in self.assignments for name in wish.groups}
        return frozenset(assigned | {wish.name for wish in self.groups})

    @property
    def user_names(self) -> frozenset[str]:
        """Names of all listed users."""
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
    # Prefix of the variables if a role passes them as options.
    prefix: str = ""

    def called(self, option: str) -> str:
        """Return the name of an option for messages."""
        return called(option, self.prefix)


@dataclass(frozen=True, order=True)
class Assignment:
    """A permission set assigned in an account. principal is a name, or the ID of one that the store no longer has."""

    permission_set: str
    account: str
    kind: str
    principal: str

    def __str__(self) -> str:
        return f"{self.permission_set} for the {self.kind.lower()} {self.principal} in {self.account}"


@dataclass(frozen=True)
class Group:
    """A group of the identity store. Its members are read only if needed."""

    name: str
    id: str
    # Membership IDs by user ID.
    members: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Organization:
    """The accounts that can get assignments. Tags and units are read only if needed."""

    management_account: str
    accounts: Mapping[str, Account]
    units: tuple[Unit, ...] = ()


@dataclass(frozen=True)
class Snapshot:
    """The state of IAM Identity Center, its identity store and the organization before the run."""

    caller: Caller
    instance_arn: str
    identity_store_id: str
    organization: Organization
    sets: Mapping[str, PermissionSet] = field(default_factory=dict)
    groups: Mapping[str, Group] = field(default_factory=dict)
    # User IDs by name.
    users: Mapping[str, str] = field(default_factory=dict)
    assignments: frozenset[Assignment] = frozenset()
    # Permission sets whose assignments were all read, not only those of listed principals.
    read_whole: frozenset[str] = frozenset()
    # Issuers of the store's users and groups, if they come from an external identity provider.
    issuers: frozenset[str] = frozenset()
    # Names of suspended users, who get nothing. Only users who would get something are checked.
    suspended: frozenset[str] = frozenset()

    def copies(self, names: Collection[str]) -> list[PermissionSet]:
        """Return the copies of these permission sets."""
        return [one for _name, one in sorted(self.sets.items()) if one.copy_of in names]

    def has_gone(self, user: str) -> bool:
        """Whether the store no longer has this user, whose ID then stands for the name."""
        return self.users.get(user) == user

    def user_name(self, user_id: str) -> str:
        """Return a user's name, or the ID if the name was not read."""
        return next((name for name, known in self.users.items() if known == user_id), user_id)


@dataclass(frozen=True)
class Change:
    """One write call: a boto3 method, and what it changes. IDs are looked up at the time of the call."""

    operation: str
    permission_set: str = ""
    account: str = ""
    group: str = ""
    user: str = ""
    params: Mapping[str, t.Any] = field(default_factory=dict, hash=False)

    def describe(self) -> dict[str, t.Any]:
        """Return the change as results show it."""
        about = {name: getattr(self, name) for name in ("permission_set", "account", "group", "user")}
        told = {_RESULT_NAMES[key]: value for key, value in self.params.items() if key in _RESULT_NAMES}
        if "tags" in told:
            told["tags"] = {tag["Key"]: tag["Value"] for tag in told["tags"]}
        return {"operation": self.operation, **{name: value for name, value in about.items() if value}, **told}

    def __str__(self) -> str:
        """Return the change in words, for the middle of a sentence."""
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
    """A permission set before and after, and the changes between."""

    name: str
    before: PermissionSet | None
    after: PermissionSet | None
    changes: tuple[Change, ...] = ()

    @property
    def is_limited(self) -> bool:
        """Whether an existing set loses full access without being deleted."""
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
    """The changes by stage, in order, or the problems that stop the run."""

    sets: tuple[SetPlan, ...] = ()
    stages: Mapping[str, tuple[Change, ...]] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    # Assignments that exist afterwards, as far as they were read.
    assignments: frozenset[Assignment] = frozenset()

    @property
    def changes(self) -> tuple[Change, ...]:
        """All changes in order."""
        return tuple(change for stage in self.stages.values() for change in stage)


@dataclass(frozen=True)
class Outcome:
    """The outcome of a change."""

    change: Change
    error: str | None = None
    # False if the change was never tried, for the reason in error.
    begun: bool = True

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The values that pass between input checks, snapshot, plan and apply of iam_users."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from functools import cached_property

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import (
    MANAGED,
    PROTECTED,
    REQUIRE_MFA_POLICY_NAME,
    SUSPENDED,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.password_policy import NO_RULES, PasswordRules
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import membership_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.denial import DENY_ALL, SUSPENDED_POLICY, fits

if t.TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller


@dataclass(frozen=True, order=True)
class TemporaryGroup:
    """A membership that ends by itself."""

    group: str
    until: str
    reason: str = ""
    # Whether it has ended, by AWS's clock. Known only of what the account has.
    ended: bool = field(default=False, compare=False)

    def describe(self) -> dict[str, t.Any]:
        """The membership as it is shown in results, and written in lists."""
        told: dict[str, t.Any] = {"group": self.group, "until": self.until, "reason": self.reason}
        return {**told, "ended": True} if self.ended else told


@dataclass(frozen=True)
class TemporaryPolicy:
    """A policy of the account that stands for a temporary membership, or for a part of one."""

    arn: str
    document: t.Any
    # The version in force, and the others.
    version: str = "v1"
    other_versions: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    # How many users, groups and roles have it, and whether it is anybody's permissions boundary.
    attachments: int = 0
    bounds: bool = False


@dataclass(frozen=True)
class DesiredUser:
    """What was asked for. None means "leave alone"; an empty boundary means "no boundary"."""

    name: str
    present: bool = True
    # Locked out, and there: what else was asked for counts when the user is brought back.
    suspended: bool = False
    protected: bool | None = None
    path: str | None = None
    tags: Mapping[str, str] | None = None
    groups: frozenset[str] | None = None
    managed_policies: frozenset[str] | None = None
    boundary: str | None = None
    console_access: bool | None = None
    password: str | None = field(default=None, repr=False)
    password_reset_required: bool = True
    # Groups that the user is not to be in any more, whatever the switches say.
    leaves: frozenset[str] = frozenset()
    # Memberships that end by themselves. None means "leave alone", as long as they have not ended.
    temporary: tuple[TemporaryGroup, ...] | None = None
    # The name that the user is renamed from, if it still has that one.
    previous_name: str | None = None


@dataclass(frozen=True)
class Credentials:
    """Whatever hangs on a user and has to go before the user can: identifiers as IAM names them."""

    access_keys: tuple[str, ...] = ()
    active_access_keys: tuple[str, ...] = ()
    mfa_devices: tuple[str, ...] = ()
    ssh_public_keys: tuple[str, ...] = ()
    active_ssh_public_keys: tuple[str, ...] = ()
    signing_certificates: tuple[str, ...] = ()
    active_signing_certificates: tuple[str, ...] = ()
    service_specific_credentials: tuple[str, ...] = ()
    active_service_specific_credentials: tuple[str, ...] = ()


@dataclass(frozen=True)
class ActualUser:
    """A user as the account has it. What only reads of single users tell is None where it was not read."""

    name: str
    arn: str
    path: str = "/"
    tags: Mapping[str, str] = field(default_factory=dict)
    groups: frozenset[str] = frozenset()
    managed_policies: frozenset[str] = frozenset()
    inline_policies: frozenset[str] = frozenset()
    boundary: str | None = None
    console_access: bool | None = None
    credentials: Credentials | None = None
    # Of the login profile: whether a new password has to be chosen at the next sign-in.
    password_reset_required: bool | None = None
    has_mfa: bool | None = None
    # Characters in all inline policies, white space not counted: IAM has a quota for them.
    inline_length: int = field(default=0, compare=False)
    # The inline policy of a suspended user is there, and somebody has made it deny less.
    altered_deny: bool = False
    # For which temporary memberships policies of the account stand, by ARN. Read only where it matters.
    temporary: Mapping[str, TemporaryGroup] = field(default_factory=dict, compare=False)

    @property
    def temporary_groups(self) -> tuple[TemporaryGroup, ...]:
        """The memberships that end by themselves, as far as they were read."""
        return tuple(sorted({self.temporary[arn] for arn in self.managed_policies if arn in self.temporary}))

    @property
    def plain_policies(self) -> frozenset[str]:
        """The managed policies that don't stand for a temporary membership."""
        return frozenset(arn for arn in self.managed_policies if not membership_of(arn))

    @property
    def protected(self) -> bool:
        """Whether the user is marked as one who is never deleted or suspended."""
        return PROTECTED in self.tags

    @property
    def marked(self) -> bool:
        """Whether something says that the user is suspended. Whoever may tag users can say so.

        A user who has room neither for the tag nor for the inline policy is marked by the managed one alone.
        """
        crowded = self.full_of_tags and not fits(self.inline_length)
        return SUSPENDED in self.tags or SUSPENDED_POLICY in self.inline_policies or (crowded and self._denied_by_aws)

    @property
    def full_of_tags(self) -> bool:
        """Whether the user has room for no other tag, so that a suspension could not note all that it took."""
        return len(self.tags) >= limits.TAGS_PER_USER

    @property
    def _denied_by_aws(self) -> bool:
        """Whether the AWS managed policy that denies everything is attached."""
        return any(arn.endswith(DENY_ALL) for arn in self.managed_policies)

    @property
    def denied(self) -> bool:
        """Whether a policy denies the user everything."""
        inline = SUSPENDED_POLICY in self.inline_policies and not self.altered_deny
        return inline or self._denied_by_aws

    @property
    def suspended(self) -> bool:
        """Whether the user is locked out for now: marked so, and really denied everything."""
        return self.marked and self.denied

    @property
    def locked(self) -> bool:
        """Whether the user is not to be counted on: one sign that it is locked out is enough."""
        return self.marked or self.denied

    @property
    def can_act(self) -> bool:
        """Whether the user can sign in or use an access key. What was not read is taken to be there."""
        no_keys = self.credentials is not None and not self.credentials.active_access_keys
        return not self.locked and not (self.console_access is False and no_keys)


@dataclass(frozen=True)
class Account:
    """One complete read of the account: all users and all groups, by their names."""

    caller: Caller
    users: Mapping[str, ActualUser]
    groups: frozenset[str]
    alias: str | None = None
    # ARNs of the managed policies of each group that has some.
    group_policies: Mapping[str, frozenset[str]] = field(default_factory=dict)
    # Read only where passwords are to be set.
    password_rules: PasswordRules = NO_RULES
    # Read only where temporary memberships matter: the policies that stand for them by ARN, the documents of the
    # policies of each group, and how many customer managed policies the account has.
    temporary_policies: Mapping[str, TemporaryPolicy] = field(default_factory=dict)
    group_documents: Mapping[str, tuple[t.Any, ...]] = field(default_factory=dict)
    policy_count: int = 0

    def members(self, group: str, suspended: bool = False) -> frozenset[str]:
        """Names of the users in the group who are not locked out, or of those who are."""
        return frozenset(user.name for user in self.users.values() if group in user.groups and user.locked == suspended)

    @cached_property
    def lower_names(self) -> frozenset[str]:
        """The names of the users, as IAM tells them apart."""
        return frozenset(name.lower() for name in self.users)

    @cached_property
    def temporary_of(self) -> Mapping[str, list[TemporaryPolicy]]:
        """The policies that stand for temporary memberships, by the name in lower case of the user that they name."""
        found: dict[str, list[TemporaryPolicy]] = {}
        for policy in self.temporary_policies.values():
            if membership := membership_of(policy.arn):
                found.setdefault(membership.user.lower(), []).append(policy)
        return found

    @cached_property
    def temporary_holders(self) -> Mapping[str, set[str]]:
        """Names of the users who have each policy that stands for a temporary membership."""
        found: dict[str, set[str]] = {}
        for user in self.users.values() if self.temporary_policies else ():
            for arn in user.managed_policies & self.temporary_policies.keys():
                found.setdefault(arn, set()).add(user.name)
        return found

    def with_users(self, users: Mapping[str, ActualUser]) -> Account:
        """The same account with some of its users known in more detail."""
        return replace(self, users={**self.users, **users})

    def with_members(self, members: Mapping[str, Collection[str]]) -> Account:
        """The same account with these users in these groups too, as far as it has the users."""
        spelled = {group.lower(): group for group in self.groups}
        joined = {
            user.name: replace(user, groups=user.groups.union(spelled.get(group.lower(), group) for group in groups))
            for user in self.users.values()
            if (groups := [group for group, names in members.items() if user.name in names])
        }
        return self.with_users(joined)

    def user_arn(self, name: str, path: str) -> str:
        """The ARN that IAM gives to a user of this name and path."""
        return f"arn:{self.caller.partition}:iam::{self.caller.account_id}:user{path}{name}"


@dataclass(frozen=True)
class Options:
    """The switches of one run."""

    purge_users: bool = False
    purge_groups: bool = False
    purge_tags: bool = False
    purge_policies: bool = False
    # Whether listed users get the ownership tag, and nothing else happens to them.
    adopt: bool = False
    # Whether suspended users that are listed as present come back, all or those named. Others are left as they are.
    restore_suspended: bool = False
    restore_users: frozenset[str] = frozenset()
    # The credentials of users who come back that are switched on again, by their identifiers.
    restore_credentials: frozenset[str] = frozenset()
    # Whether users who have to change a password are given the right to do so, where they would lack it.
    allow_password_change: bool = True
    managed_by_tag: str = MANAGED
    max_deletions: int = 10
    protected_groups: frozenset[str] = frozenset()
    # Groups that an earlier task makes: in check mode they count as existing.
    pending_groups: frozenset[str] = frozenset()
    # Users by groups that an earlier task adds them to: in check mode they count as members.
    pending_members: Mapping[str, Collection[str]] = field(default_factory=dict)
    # Where new people are while they change the password and register MFA; None for no such phase.
    onboarding_group: str | None = None
    # The policy, by its name, that makes a group require MFA; and groups of which an earlier task says that they do.
    require_mfa_policy_name: str = REQUIRE_MFA_POLICY_NAME
    require_mfa_groups: frozenset[str] = frozenset()
    # Whether what an earlier task made may not be seen yet, so that it is looked for again: in a run that writes.
    patient: bool = False
    # Users for each line of progress.
    batch_size: int = 250

    def restores(self, user: str) -> bool:
        """Whether this user comes back, if it is suspended and listed as present."""
        return self.restore_suspended or user in self.restore_users


@dataclass(frozen=True)
class Change:
    """One write call: a method of the boto3 IAM client and its arguments, without any password."""

    user: str
    operation: str
    params: Mapping[str, t.Any]
    # Whether the rest of the plan goes on when this call fails.
    optional: bool = False

    def describe(self) -> dict[str, t.Any]:
        """The change as it is shown in results: operation, user and whatever it is done to."""
        target = {_RESULT_NAMES[key]: value for key, value in self.params.items() if key in _RESULT_NAMES}
        if self.operation == "create_policy":
            target["policy_name"] = target.pop("inline_policy")
        if "tags" in target:
            target["tags"] = {tag["Key"]: tag["Value"] for tag in target["tags"]}
        return {"user": self.user, "operation": self.operation, **target}


_RESULT_NAMES = {
    "GroupName": "group",
    "PolicyArn": "policy",
    "PolicyName": "inline_policy",
    "PermissionsBoundary": "boundary",
    "NewPath": "path",
    "NewUserName": "new_name",
    "Path": "path",
    "Tags": "tags",
    "TagKeys": "tag_keys",
    "AccessKeyId": "access_key_id",
    "SerialNumber": "mfa_device",
    "SSHPublicKeyId": "ssh_public_key_id",
    "CertificateId": "certificate_id",
    "ServiceSpecificCredentialId": "service_specific_credential_id",
    "Status": "status",
    "VersionId": "version",
    "PasswordResetRequired": "password_reset_required",
}


@dataclass(frozen=True)
class UserPlan:
    """What happens to one user: its state before and after, and the write calls between, in order."""

    name: str
    before: ActualUser | None
    after: ActualUser | None
    changes: tuple[Change, ...] = ()
    # Why the run can't go on with this user: each says the field and what is wrong with it.
    problems: tuple[str, ...] = ()
    # Managed policies that the user gets in a later run. A mistake among them is one today.
    later_policies: frozenset[str] = frozenset()
    # How many of the changes, from the first on, lock the user out. Those of all users come before the rest of any.
    urgent: int = 0

    @property
    def action(self) -> str:
        """One of created, updated, deleted, unchanged."""
        if not self.changes:
            return "unchanged"
        if self.before is None:
            return "created"
        return "deleted" if self.after is None else "updated"

    @property
    def renamed_from(self) -> str | None:
        """The name that the user had before; None where it keeps its name."""
        return self.before.name if self.before and self.after and self.before.name != self.after.name else None

    @property
    def suspends(self) -> bool:
        """Whether the user is locked out by this plan, and stays."""
        return bool(self.changes) and self.after is not None and self.after.suspended

    @property
    def makes_login_profile(self) -> bool:
        """Whether the user gets console access by this plan."""
        return any(change.operation == "create_login_profile" for change in self.changes)


@dataclass(frozen=True)
class Outcome:
    """What became of one user's plan: the calls that were made, and the error that stopped the rest."""

    plan: UserPlan
    done: tuple[Change, ...] = ()
    error: str | None = None
    # The account was not as the snapshot had it: worth a second look before giving up.
    conflict: bool = False

    @property
    def not_done(self) -> tuple[Change, ...]:
        """The calls that were planned and not made."""
        done = list(self.done)
        return tuple(change for change in self.plan.changes if not _taken(done, change))


def _taken(done: list[Change], change: Change) -> bool:
    """Whether the change is among those done, each of which counts once."""
    if change not in done:
        return False
    done.remove(change)
    return True

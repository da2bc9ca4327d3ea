# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The types that the input checks, snapshot, plan and apply of iam_users share."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from functools import cached_property

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import (
    MANAGED,
    OWNED,
    OWNERSHIP,
    PROTECTED,
    REQUIRE_MFA_POLICY_NAME,
    SUSPENDED,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.password_policy import NO_RULES, PasswordRules
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import membership_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.denial import DENY_ALL, SUSPENDED_POLICY, fits
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.pending import PendingPolicies

if t.TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller


@dataclass(frozen=True, order=True)
class TemporaryGroup:
    """A temporary membership."""

    group: str
    until: str
    reason: str = ""
    # Whether it has ended, by AWS's clock. Known only for memberships in the account.
    ended: bool = field(default=False, compare=False)

    def describe(self) -> dict[str, t.Any]:
        """Return the membership as results and lists show it."""
        told: dict[str, t.Any] = {"group": self.group, "until": self.until, "reason": self.reason}
        return {**told, "ended": True} if self.ended else told


@dataclass(frozen=True)
class TemporaryPolicy:
    """A policy in the account that stands for a temporary membership, or for a part of one."""

    arn: str
    document: t.Any
    # The ID of the default version, and those of the others.
    version: str = "v1"
    other_versions: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    # How many users, groups and roles have it attached, and whether any has it as permissions boundary.
    attachments: int = 0
    bounds: bool = False


@dataclass(frozen=True)
class DesiredUser:
    """What the playbook asks for. None leaves a field as it is; an empty boundary removes the boundary."""

    name: str
    present: bool = True
    # Whether the user is locked out, but kept. The other fields take effect when the user is restored.
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
    # Groups that the user leaves, also without purge_groups.
    leaves: frozenset[str] = frozenset()
    # Temporary memberships. None leaves them as they are until they end.
    temporary: tuple[TemporaryGroup, ...] | None = None
    # The user's former name. The user is renamed if the account still has that name.
    previous_name: str | None = None


@dataclass(frozen=True)
class Credentials:
    """Identifiers of a user's credentials, all of which must be removed before IAM deletes the user."""

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
    """A user in the account. Fields that bulk reads don't return are None if they were not read."""

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
    # Whether the user has to choose a new password at the next sign-in.
    password_reset_required: bool | None = None
    has_mfa: bool | None = None
    # Characters of all inline policies without white space, for which IAM has a quota.
    inline_length: int = field(default=0, compare=False)
    # Whether the inline policy of a suspended user exists and differs from what this collection writes.
    altered_deny: bool = False
    # By policy ARN: the temporary membership that the policy stands for. Read only if the plan depends on it.
    temporary: Mapping[str, TemporaryGroup] = field(default_factory=dict, compare=False)

    @property
    def temporary_groups(self) -> tuple[TemporaryGroup, ...]:
        """The user's temporary memberships, if they were read."""
        return tuple(sorted({self.temporary[arn] for arn in self.managed_policies if arn in self.temporary}))

    @property
    def plain_policies(self) -> frozenset[str]:
        """The managed policies that don't stand for a temporary membership."""
        return frozenset(arn for arn in self.managed_policies if not membership_of(arn))

    @property
    def protected(self) -> bool:
        """Whether a tag says that the user must never be deleted or suspended."""
        return PROTECTED in self.tags

    @property
    def marked(self) -> bool:
        """Whether a mark says that the user is suspended. Anyone who may tag users can set one.

        For a user who has room neither for the tag nor for the inline policy, the managed policy alone is the mark.
        """
        crowded = self.full_of_tags and not fits(self.inline_length)
        return SUSPENDED in self.tags or SUSPENDED_POLICY in self.inline_policies or (crowded and self._denied_by_aws)

    @property
    def full_of_tags(self) -> bool:
        """Whether no further tag fits, so that a suspension may not have noted all that it took."""
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
        """Whether the user is suspended: marked as such, and denied everything."""
        return self.marked and self.denied

    @property
    def locked(self) -> bool:
        """Whether the user may be locked out, so that a protected group can't rely on it. One sign is enough."""
        return self.marked or self.denied

    @property
    def can_act(self) -> bool:
        """Whether the user can sign in or use an access key. Credentials that were not read count as existing."""
        no_keys = self.credentials is not None and not self.credentials.active_access_keys
        return not self.locked and not (self.console_access is False and no_keys)


@dataclass(frozen=True)
class Account:
    """One complete read of the account: all users by name, and the names of all groups."""

    caller: Caller
    users: Mapping[str, ActualUser]
    groups: frozenset[str]
    alias: str | None = None
    # By group: the ARNs of its managed policies. Groups without any are left out.
    group_policies: Mapping[str, frozenset[str]] = field(default_factory=dict)
    # Read only if the plans set passwords or attach the right to change them.
    password_rules: PasswordRules = NO_RULES
    # Read only if the plans depend on temporary memberships: by ARN the policies that stand for them, by group the
    # documents of its policies, and the number of customer managed policies in the account.
    temporary_policies: Mapping[str, TemporaryPolicy] = field(default_factory=dict)
    group_documents: Mapping[str, tuple[t.Any, ...]] = field(default_factory=dict)
    policy_count: int = 0

    def members(self, group: str, suspended: bool = False) -> frozenset[str]:
        """Return the names of the group's members who are not locked out; if suspended is true, of those who are."""
        return frozenset(user.name for user in self.users.values() if group in user.groups and user.locked == suspended)

    @cached_property
    def lower_names(self) -> frozenset[str]:
        """The users' names in lower case: IAM ignores case."""
        return frozenset(name.lower() for name in self.users)

    @cached_property
    def temporary_of(self) -> Mapping[str, list[TemporaryPolicy]]:
        """The policies that stand for temporary memberships, by the lower-case name of the user in their ARN."""
        found: dict[str, list[TemporaryPolicy]] = {}
        for policy in self.temporary_policies.values():
            if membership := membership_of(policy.arn):
                found.setdefault(membership.user.lower(), []).append(policy)
        return found

    @cached_property
    def temporary_holders(self) -> Mapping[str, set[str]]:
        """By ARN of a policy that stands for a temporary membership: the names of the users who have it."""
        found: dict[str, set[str]] = {}
        for user in self.users.values() if self.temporary_policies else ():
            for arn in user.managed_policies & self.temporary_policies.keys():
                found.setdefault(arn, set()).add(user.name)
        return found

    def with_users(self, users: Mapping[str, ActualUser]) -> Account:
        """Return the account with these users in place of those of the same names."""
        return replace(self, users={**self.users, **users})

    def with_members(self, members: Mapping[str, Collection[str]]) -> Account:
        """Return the account with these users, if they exist, as members of these groups too."""
        spelled = {group.lower(): group for group in self.groups}
        joined = {
            user.name: replace(user, groups=user.groups.union(spelled.get(group.lower(), group) for group in groups))
            for user in self.users.values()
            if (groups := [group for group, names in members.items() if user.name in names])
        }
        return self.with_users(joined)

    def user_arn(self, name: str, path: str) -> str:
        """Return the ARN that IAM gives to a user of this name and path."""
        return f"arn:{self.caller.partition}:iam::{self.caller.account_id}:user{path}{name}"


@dataclass(frozen=True)
class Options:
    """The options of one run."""

    purge_users: bool = False
    purge_groups: bool = False
    purge_tags: bool = False
    purge_policies: bool = False
    # Whether listed users get the ownership tag and no other change.
    adopt: bool = False
    # Which suspended users that are listed as present are restored: all of them, or those named.
    restore_suspended: bool = False
    restore_users: frozenset[str] = frozenset()
    # Identifiers of the credentials of restored users that are activated again.
    restore_credentials: frozenset[str] = frozenset()
    # Whether users who have to change their password get the right to do so if they lack it.
    allow_password_change: bool = True
    managed_by_tag: str = MANAGED
    max_deletions: int = 10
    protected_groups: frozenset[str] = frozenset()
    # Groups that an earlier task creates: in check mode they count as existing.
    pending_groups: frozenset[str] = frozenset()
    # By group: users that an earlier task adds to it. In check mode they count as members.
    pending_members: Mapping[str, Collection[str]] = field(default_factory=dict)
    # Policies of groups that an earlier task changes. In check mode they count as changed.
    pending_policies: PendingPolicies = field(default_factory=PendingPolicies)
    # The group of pending users; None if users are not onboarded in two phases.
    onboarding_group: str | None = None
    # Name of the policy that makes a group require MFA, and groups that require MFA according to an earlier task.
    require_mfa_policy_name: str = REQUIRE_MFA_POLICY_NAME
    require_mfa_groups: frozenset[str] = frozenset()
    # Whether to wait for IAM to show what an earlier task created. Only a run that writes waits.
    patient: bool = False
    # Number of users for each line of progress.
    batch_size: int = 250

    def owns(self, tags: Mapping[str, str]) -> bool:
        """Whether this collection created what has these tags. The default ones count too: an option can be newer."""
        return any(tags.get(key) == OWNED for key in (self.managed_by_tag, *OWNERSHIP))

    def restores(self, user: str) -> bool:
        """Whether this user is restored if it is suspended and listed as present."""
        return self.restore_suspended or user in self.restore_users


@dataclass(frozen=True)
class Change:
    """One write call: a method of the boto3 IAM client and its arguments, without any password."""

    user: str
    operation: str
    params: Mapping[str, t.Any]
    # Whether the plan goes on if AWS refuses this call.
    optional: bool = False

    def describe(self) -> dict[str, t.Any]:
        """Return the change as results show it: user, operation and target."""
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
    # Why the user can't be changed as asked for. Each begins with the field.
    problems: tuple[str, ...] = ()
    # Managed policies that the user gets in a later run. This run already checks that they exist.
    later_policies: frozenset[str] = frozenset()
    # How many changes, counted from the first, lock the user out. apply_plans makes those of all users first.
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
        """The user's name before the plan; None if the plan does not rename the user."""
        return self.before.name if self.before and self.after and self.before.name != self.after.name else None

    @property
    def suspends(self) -> bool:
        """Whether the plan changes the user and leaves it suspended."""
        return bool(self.changes) and self.after is not None and self.after.suspended

    @property
    def makes_login_profile(self) -> bool:
        """Whether the plan gives the user console access."""
        return any(change.operation == "create_login_profile" for change in self.changes)


@dataclass(frozen=True)
class Outcome:
    """The result of one user's plan: the calls that were made, and the error that stopped the rest."""

    plan: UserPlan
    done: tuple[Change, ...] = ()
    error: str | None = None
    # Whether the account changed after the snapshot, so that a new plan may succeed.
    conflict: bool = False

    @property
    def not_done(self) -> tuple[Change, ...]:
        """The planned calls that were not made."""
        done = list(self.done)
        return tuple(change for change in self.plan.changes if not _taken(done, change))


def _taken(done: list[Change], change: Change) -> bool:
    """Whether the change is in done. It is removed from done, so that each call counts once."""
    if change not in done:
        return False
    done.remove(change)
    return True

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Evaluates the policies of users, groups and roles, each once. Pure.

Users with the same groups and policies share one evaluation, so the time grows with the number of different
combinations, not with the number of users.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.conditions import Session, asks_for_mfa, holds
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.escalation import STEPS, leads_on
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.evaluate import (
    Question,
    Rights,
    Statement,
    UnreadablePolicyError,
    in_force,
    read_document,
    rights_of,
    together,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.holder import (
    SOMEBODY,
    Holder,
    Iam,
    own_key,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import Person, Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.times import changes
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Document, Role

NOBODY: frozenset[str] = frozenset()
# Replaces the variable for the user's name in a role's policies: no session of a role has such a name.
NO_USER = "\ue001"
# Stands for a policy that could not be read: it may allow any CloudHSM action.
_UNREAD = Statement(True, ("cloudhsm:*",), False, ("*",), False, {"unknown": {"unknown": "unknown"}})


@dataclass(frozen=True)
class Read:
    """The evaluation of one policy, or of all policies of a user, group or role."""

    rights: Rights
    statements: tuple[Statement, ...] = ()
    # Labels of the policies that could not be read.
    unread: tuple[str, ...] = ()
    # Whether a statement may be a step to more rights.
    has_steps: bool = False
    # Times at which statements come into force or expire.
    changes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Held:
    """The rights of one user or role: what its policies allow, by source, and what the boundary leaves of it."""

    read: Read
    # What is left under the permissions boundary.
    rights: Rights
    # Rights by group name, "" for the user's own policies. Empty for roles.
    sources: tuple[tuple[str, Rights], ...] = ()
    limits: Rights | None = None


class Reader:
    """Evaluates policies for a fixed list of questions. problems says what could not be read, and why."""

    def __init__(self, snapshot: Snapshot, questions: Sequence[Question], iam: Iam) -> None:
        self._snapshot = snapshot
        self.questions = questions
        self.iam = iam
        self.now = snapshot.caller.now
        self._policies: dict[str, Read] = {}
        self._groups: dict[str, Read] = {}
        self._people: dict[t.Any, Held] = {}
        self._roles: dict[str, Held] = {}
        self._holders: dict[str, Holder] = {}
        self._passed_by_keys: dict[str, bool] = {}
        self.problems: dict[str, str] = {}

    def passed_by_keys(self) -> list[str]:
        """Return policies read so far that deny without MFA, but not to access keys: Bool instead of BoolIfExists."""
        return sorted(name for name, passed in self._passed_by_keys.items() if passed)

    def person(self, person: Person) -> Held:
        """Return what a user's groups and own policies give, and what the boundary leaves of it."""
        user, key = person.user, key_of(person)
        if key in self._people:
            return self._people[key]
        groups = {name: self.group(name) for name in sorted(user.groups) if name in self._snapshot.groups}
        own = [self.managed(arn) for arn in sorted(user.managed_policies)]
        own += [self.document(f"user {user.name}: {name}", document) for name, document in person.inline.items()]
        sources = [(name, read.rights) for name, read in groups.items()]
        if own:
            sources.insert(0, ("", together([read.rights for read in own], len(self.questions))))
        self._people[key] = self._held([*groups.values(), *own], tuple(sources), user.boundary)
        return self._people[key]

    def role(self, role: Role) -> Held:
        """Return what the policies of a role give its sessions."""
        if role.name not in self._roles:
            reads = [self.managed(arn) for arn in sorted(role.managed_policies)]
            reads += [self.document(f"role {role.name}: {name}", doc) for name, doc in role.inline.items()]
            self._roles[role.name] = self._held(reads, (), role.boundary)
        return self._roles[role.name]

    def _held(self, reads: Sequence[Read], sources: tuple[tuple[str, Rights], ...], boundary: str | None) -> Held:
        read = self._joined(reads)
        limits = self.limits(boundary)
        if limits is None:
            return Held(read, read.rights, sources)
        read = replace(read, changes=read.changes | limits.changes)
        return Held(read, read.rights.within(limits.rights), sources, limits.rights)

    def limits(self, boundary: str | None) -> Read | None:
        """Return the boundary. One that can't be read limits nothing: better to report too much than too little."""
        read = self.managed(boundary) if boundary else None
        return None if boundary in self.problems else read

    def group(self, name: str) -> Read:
        """Return what a group's policies give."""
        if name not in self._groups:
            group = self._snapshot.groups[name]
            reads = [self.managed(arn) for arn in sorted(group.managed_policies)]
            reads += [self.document(f"group {name}: {policy}", doc) for policy, doc in group.inline.items()]
            self._groups[name] = self._joined(reads)
        return self._groups[name]

    def _joined(self, reads: Sequence[Read]) -> Read:
        return Read(
            together([read.rights for read in reads], len(self.questions)),
            tuple(statement for read in reads for statement in read.statements),
            tuple(label for read in reads for label in read.unread),
            any(read.has_steps for read in reads),
            NOBODY.union(*(read.changes for read in reads)),
        )

    def managed(self, arn: str) -> Read:
        """Return what a managed policy gives."""
        if arn not in self._policies:
            policy = self._snapshot.policies.get(arn)
            self._policies[arn] = self.document(arn, policy.document if policy else None)
        return self._policies[arn]

    def document(self, label: str, document: Document | None) -> Read:
        """Return what a policy with this document gives. None means that it could not be read.

        IAM refuses documents that are no policies, so one that the report does not understand may allow something.
        """
        if document is None:
            return self._unread(label, "it could not be read")
        try:
            written = read_document(document)
        except UnreadablePolicyError as exc:
            return self._unread(label, f"it is not a policy in JSON ({exc})")
        statements = in_force(written, self.now)
        later = frozenset(time for one in written for time in changes(one.condition) if time > self.now)
        self._passed_by_keys[label] = any(map(_passed_by_keys, statements))
        steps = any(leads_on(statement, self.iam) for statement in statements)
        return Read(rights_of(statements, self.questions), tuple(statements), has_steps=steps, changes=later)

    def _unread(self, label: str, why: str) -> Read:
        self.problems[label] = why
        return Read(rights_of([_UNREAD], self.questions), (), (label,), has_steps=True)

    def climber(self, person: Person) -> Holder:
        """Return a user as a holder with the statements about steps to becoming an administrator."""
        name = person.user.name
        if name not in self._holders:
            self._holders[name] = self.holder(person, STEPS)
        return self._holders[name]

    def holder(self, person: Person, actions: Iterable[str]) -> Holder:
        """Return a user as a holder with the statements about these actions."""
        user = person.user
        in_groups = (self._snapshot.groups[group] for group in user.groups if group in self._snapshot.groups)
        limits = self.limits(user.boundary)
        return Holder(
            self.iam,
            user.name,
            user.arn,
            _about(self.person(person).read.statements, actions, user.name),
            None if limits is None else _about(limits.statements, actions, user.name),
            user.boundary,
            user.groups,
            user.managed_policies.union(*(group.managed_policies for group in in_groups)),
        )

    def session_of(self, role: Role, actions: Iterable[str]) -> Holder:
        """Return a role's session as a holder with the statements about these actions."""
        limits = self.limits(role.boundary)
        return Holder(
            self.iam,
            role.name,
            role.arn,
            _about(self.role(role).read.statements, actions, NO_USER),
            None if limits is None else _about(limits.statements, actions, NO_USER),
            role.boundary,
            policies=role.managed_policies,
            is_role=True,
        )

    def somebody(self, read: Read, groups: frozenset[str] = NOBODY, policies: frozenset[str] = NOBODY) -> Holder:
        """Return a holder that stands for any user with these policies."""
        statements = _about(read.statements, STEPS, SOMEBODY) if read.has_steps else []
        own = self.iam.arn("user", SOMEBODY)
        return Holder(self.iam, SOMEBODY, own, statements, groups=groups, policies=policies)

    def member(self, group: str) -> Holder:
        """Return a holder that stands for any member of the group."""
        return self.somebody(self.group(group), frozenset({group}), self._snapshot.groups[group].managed_policies)


def key_of(person: Person) -> tuple[t.Any, ...]:
    """Return a key that users with the same policies share."""
    user = person.user
    return (user.groups, user.managed_policies, user.boundary, user.name if person.inline else None)


def own_key_of(holder: Holder | None) -> tuple[t.Any, ...]:
    """Return what distinguishes the holder from others with the same policies."""
    return () if holder is None else own_key((*holder.statements, *(holder.limits or ())), holder.name, holder.arn)


def _about(statements: Iterable[Statement], actions: Iterable[str], name: str) -> list[Statement]:
    """Return the statements about any of these actions, with the user's name in place of its variable."""
    asked = list(actions)
    return [statement.of(name) for statement in statements if any(map(statement.applies_to, asked))]


def _passed_by_keys(statement: Statement) -> bool:
    if statement.allows or not asks_for_mfa(statement.condition):
        return False
    return bool(holds(statement.condition, Session.PASSWORD, False)) and not holds(
        statement.condition, Session.KEY, False
    )

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What users and groups can do with CloudHSM, and whether they administer the account. Pure.

A policy is evaluated once, a group once, and users with the same groups and policies once: 5,000 users take no longer
than there are different ones.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.conditions import Session, asks_for_mfa, holds
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.escalation import (
    STEPS,
    Surroundings,
    Way,
    leads_on,
    together_of,
    ways,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.evaluate import (
    ANY,
    Extent,
    Question,
    Rights,
    Statement,
    UnreadablePolicyError,
    read_document,
    rights_of,
    together,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.holder import (
    SOMEBODY,
    Extents,
    Holder,
    Iam,
    both,
    either,
    own_key,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import Person, Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.versions import (
    policy_holders,
    policy_versions,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Document
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies import catalogue

NO, CONDITIONAL, SOME, YES = "no", "conditional", "some", "yes"
# With MFA only: the same three.
CONDITIONAL_MFA, SOME_MFA, MFA = "conditional_mfa", "some_mfa", "mfa"
ANSWERS = (NO, CONDITIONAL, SOME, YES, CONDITIONAL_MFA, SOME_MFA, MFA)
WITHOUT_MFA = frozenset({CONDITIONAL, SOME, YES})

# From the least to the most: what goes without MFA is more than what does not.
RANKS = {word: rank for rank, word in enumerate((NO, CONDITIONAL_MFA, SOME_MFA, MFA, CONDITIONAL, SOME, YES))}


@dataclass(frozen=True)
class Access:
    """What comes out for a user, a group or a policy: one of ANSWERS for each."""

    administrator: str
    can_become_administrator: str
    cloudhsm: Mapping[str, str]
    # The ways to become one: actions, what they are done to, and one of ANSWERS. The widest first.
    ways: tuple[tuple[tuple[str, ...], str, str], ...] = ()

    @property
    def can_rise(self) -> bool:
        """Whether there is more to become than an administrator of the kind that it is already."""
        return RANKS[self.can_become_administrator] > RANKS[self.administrator]

    @property
    def changes_cloudhsm(self) -> bool:
        """Whether more than looking is allowed."""
        return any(answer != NO and action not in READS for action, answer in self.cloudhsm.items())

    @property
    def changes_cloudhsm_without_mfa(self) -> bool:
        """Whether that goes without MFA."""
        return any(answer in WITHOUT_MFA and action not in READS for action, answer in self.cloudhsm.items())


def _short(action: str) -> str:
    return action.partition(":")[2]


READS = frozenset(_short(action.name) for action in catalogue.ACTIONS if action.access == "Read")


NOBODY: frozenset[str] = frozenset()
# What a policy that could not be read may give of CloudHSM.
_UNREAD = Statement(True, ("cloudhsm:*",), False, ("*",), False, {"unknown": {"unknown": "unknown"}})


@dataclass(frozen=True)
class _Read:
    """What was read of one policy, or of all policies of a group or user."""

    rights: Rights
    statements: tuple[Statement, ...] = ()
    # Labels of the policies that could not be read.
    unread: tuple[str, ...] = ()
    # Whether anything may lead to more rights.
    has_steps: bool = False


class Evaluator:
    """Answers for one account. What can't be read is in problems."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._questions: list[Question] = []
        partition, account = snapshot.caller.partition, snapshot.caller.account_id
        self._iam = Iam(partition, account)
        self._cloudhsm = {
            _short(action.name): self._ask(
                action.name,
                [f"arn:{partition}:cloudhsm:{ANY}:{account}:{kind}/{ANY}" for kind in action.resources] or [None],
            )
            for action in catalogue.ACTIONS
        }
        # Everything, and IAM's users too: what lacks IAM (as PowerUserAccess does) makes no administrator.
        self._administrator = [
            index
            for action, resource in ((f"{ANY}:{ANY}", ANY), (f"iam:{ANY}", self._iam.arn("user")))
            for index in self._ask(action, [resource])
        ]
        self._policies: dict[str, _Read] = {}
        self._groups: dict[str, _Read] = {}
        self._people: dict[t.Any, tuple[_Read, Rights]] = {}
        self._climbers: dict[str, Holder] = {}
        self._known: dict[t.Any, Access] = {}
        self._passed_by_keys: dict[str, bool] = {}
        self.problems: dict[str, str] = {}

    def _ask(self, action: str, resources: Iterable[str | None]) -> list[int]:
        asked = [Question(action, resource) for resource in resources]
        self._questions += asked
        return list(range(len(self._questions) - len(asked), len(self._questions)))

    def user(self, person: Person) -> Access:
        """What a user can do: by its groups, its own policies, and under its boundary."""
        read, rights = self._person(person)
        holder = self._climber(person, read) if read.has_steps else None
        key = (_key(person), _own(holder))
        if person.inline or key not in self._known:
            self._known[key] = self._access(rights, holder, read)
        return self._known[key]

    def may(self, person: Person, action: str, arn: str = "") -> tuple[Extents, Extents]:
        """In each kind of session, how far a user may do this, to itself if to nothing else, and nothing denies it."""
        read, _rights = self._person(person)
        holder = self._holder(person, read, [action])
        return holder.may_to(action, arn or holder.arn), holder.not_denied(action, arn or holder.arn)

    def group(self, name: str) -> Access:
        """What a group gives its members."""
        read = self._group(name)
        return self._access(read.rights, self._member(name, read), read)

    def managed_policy(self, arn: str) -> Access:
        """What a managed policy gives by itself."""
        read = self._managed(arn)
        return self._access(read.rights, self._somebody(read, policies=frozenset({arn})), read)

    def inline_policy(self, owner: str, name: str, document: Document) -> Access:
        """What an inline policy gives by itself."""
        read = self._read(f"{owner}: {name}", document)
        return self._access(read.rights, self._somebody(read), read)

    def passed_by_keys(self) -> list[str]:
        """Policies read so far that deny without MFA, but not to access keys: Bool where BoolIfExists is needed."""
        return sorted(name for name, passed in self._passed_by_keys.items() if passed)

    def _person(self, person: Person) -> tuple[_Read, Rights]:
        user, key = person.user, _key(person)
        if not person.inline and key in self._people:
            return self._people[key]
        reads = [self._group(group) for group in sorted(user.groups) if group in self._snapshot.groups]
        reads += [self._managed(arn) for arn in sorted(user.managed_policies)]
        reads += [self._read(f"user {user.name}: {name}", document) for name, document in person.inline.items()]
        read = self._joined(reads)
        limits = self._limits(user.boundary)
        found = (read, read.rights if limits is None else read.rights.within(limits.rights))
        if not person.inline:
            self._people[key] = found
        return found

    def _limits(self, boundary: str | None) -> _Read | None:
        """A boundary that can't be read limits nothing: rather too much in the report than too little."""
        read = self._managed(boundary) if boundary else None
        return None if boundary in self.problems else read

    def _group(self, name: str) -> _Read:
        if name not in self._groups:
            group = self._snapshot.groups[name]
            reads = [self._managed(arn) for arn in sorted(group.managed_policies)]
            reads += [self._read(f"group {name}: {policy}", doc) for policy, doc in group.inline.items()]
            self._groups[name] = self._joined(reads)
        return self._groups[name]

    def _joined(self, reads: Sequence[_Read]) -> _Read:
        return _Read(
            together([read.rights for read in reads], len(self._questions)),
            tuple(statement for read in reads for statement in read.statements),
            tuple(label for read in reads for label in read.unread),
            any(read.has_steps for read in reads),
        )

    def _managed(self, arn: str) -> _Read:
        if arn not in self._policies:
            policy = self._snapshot.policies.get(arn)
            self._policies[arn] = self._read(arn, policy.document if policy else None)
        return self._policies[arn]

    def _read(self, label: str, document: Document | None) -> _Read:
        if document is None:
            self.problems[label] = "it could not be read"
            return _Read(rights_of([_UNREAD], self._questions), (), (label,), has_steps=True)
        try:
            statements = read_document(document)
        except UnreadablePolicyError as exc:
            self.problems[label] = f"it is not a policy in JSON ({exc})"
            statements = []
        self._passed_by_keys[label] = any(map(_passed_by_keys, statements))
        steps = any(leads_on(statement, self._iam) for statement in statements)
        return _Read(rights_of(statements, self._questions), tuple(statements), has_steps=steps)

    def _climber(self, person: Person, read: _Read) -> Holder:
        """Somebody of whom it is to be found out how far up the ways lead."""
        name = person.user.name
        if name not in self._climbers:
            self._climbers[name] = self._holder(person, read, STEPS)
        return self._climbers[name]

    def _holder(self, person: Person, read: _Read, actions: Iterable[str]) -> Holder:
        user = person.user
        in_groups = (self._snapshot.groups[group] for group in user.groups if group in self._snapshot.groups)
        limits = self._limits(user.boundary)
        return Holder(
            self._iam,
            user.name,
            user.arn,
            _about(read.statements, actions, user.name),
            None if limits is None else _about(limits.statements, actions, user.name),
            user.boundary,
            user.groups,
            user.managed_policies.union(*(group.managed_policies for group in in_groups)),
        )

    def _somebody(self, read: _Read, groups: frozenset[str] = NOBODY, policies: frozenset[str] = NOBODY) -> Holder:
        statements = _about(read.statements, STEPS, SOMEBODY) if read.has_steps else []
        own = self._iam.arn("user", SOMEBODY)
        return Holder(self._iam, SOMEBODY, own, statements, groups=groups, policies=policies)

    def _member(self, group: str, read: _Read) -> Holder:
        return self._somebody(read, frozenset({group}), self._snapshot.groups[group].managed_policies)

    def _administers(self, holder: Holder) -> tuple[Extent, ...]:
        return both(
            *(holder.may(q.action, str(q.resource)) for q in map(self._questions.__getitem__, self._administrator))
        )

    @cached_property
    def _around(self) -> Surroundings:
        """What there is in the account, and who is powerful in it."""
        snapshot = self._snapshot
        users = {name: person.user.arn for name, person in snapshot.users.items()}
        groups = {name: group.arn for name, group in snapshot.groups.items()}
        alone = Surroundings(self._iam, users, groups)
        administrators = {
            name: most
            for name, person in snapshot.users.items()
            if (most := max(extents_of(self._person(person)[1], self._administrator, every=True)))
        }
        giving = {
            name: most
            for name in groups
            if (most := max(extents_of(self._group(name).rights, self._administrator, every=True)))
        }
        first = replace(alone, powerful_users=administrators, powerful_groups=giving)
        return replace(
            first,
            powerful_users=_most(self._rising_users(first), administrators),
            powerful_groups=_most(self._rising_groups(first), giving),
            policy_holders=policy_holders(snapshot),
            policy_versions=policy_versions(snapshot),
        )

    def _rising_users(self, around: Surroundings) -> dict[str, Extent]:
        """Who can become an administrator without anybody but those who are one."""
        known: dict[t.Any, Extent] = {}
        found = {}
        for name, person in self._snapshot.users.items():
            read, _rights = self._person(person)
            if not read.has_steps:
                continue
            holder = self._climber(person, read)
            key = (name if person.inline else None, _key(person), _own(holder))
            if key not in known:
                known[key] = max(together_of(ways(holder, around, self._administers)))
            found[name] = known[key]
        return found

    def _rising_groups(self, around: Surroundings) -> dict[str, Extent]:
        found = {}
        for name in self._snapshot.groups:
            read = self._group(name)
            if read.has_steps:
                found[name] = max(together_of(ways(self._member(name, read), around, self._administers)))
        return found

    def _access(self, rights: Rights, holder: Holder | None, read: _Read) -> Access:
        administrator = answer(rights, self._administrator, every=True)
        found: list[Way] = []
        if administrator != YES and holder is not None and read.has_steps:
            found = ways(holder, self._around, self._administers)
            unread = (Extent.CONDITIONAL,) * len(Session)
            found += [Way((), f"anything in {label}, which could not be read", unread) for label in read.unread]
        become = word(either(together_of(found), extents_of(rights, self._administrator, every=True)))
        return Access(
            administrator=administrator,
            can_become_administrator=become,
            cloudhsm={action: answer(rights, questions) for action, questions in self._cloudhsm.items()},
            ways=tuple((way.actions, way.on, word(way.extents)) for way in found),
        )


def _most(*many: Mapping[str, Extent]) -> dict[str, Extent]:
    found: dict[str, Extent] = {}
    for one in many:
        found.update((name, max(extent, found.get(name, Extent.NONE))) for name, extent in one.items())
    return {name: extent for name, extent in found.items() if extent}


def _key(person: Person) -> tuple[t.Any, ...]:
    user = person.user
    return (user.groups, user.managed_policies, user.boundary, user.name if person.inline else None)


def _own(holder: Holder | None) -> tuple[t.Any, ...]:
    return () if holder is None else own_key((*holder.statements, *(holder.limits or ())), holder.name, holder.arn)


def _about(statements: Iterable[Statement], actions: Iterable[str], name: str) -> list[Statement]:
    """Those that are about one of the actions, as they count for the user of this name."""
    asked = list(actions)
    return [statement.of(name) for statement in statements if any(map(statement.applies_to, asked))]


def answer(rights: Rights, questions: Iterable[int], every: bool = False) -> str:
    """One word for questions that belong together, such as an action's on clusters and on backups.

    With every, nothing but all of them counts.
    """
    return word(extents_of(rights, questions, every))


def extents_of(rights: Rights, questions: Iterable[int], every: bool = False) -> tuple[Extent, ...]:
    """How far the questions that belong together are answered with yes, in each kind of session."""
    by_question = [rights.extents(question) for question in questions]
    return tuple(_joined(extents, every) for extents in zip(*by_question, strict=True))


def word(extents: Sequence[Extent]) -> str:
    """One word for extents in each kind of session."""
    without = max(extent for session, extent in zip(Session, extents, strict=True) if session is not Session.MFA)
    most = max(extents)
    plain = (NO, CONDITIONAL, SOME, YES)
    with_mfa = (NO, CONDITIONAL_MFA, SOME_MFA, MFA)
    return (plain if without is not Extent.NONE else with_mfa)[most]


def _joined(extents: Sequence[Extent], every: bool) -> Extent:
    if every or len(set(extents)) == 1:
        return min(extents)
    return min(max(extents), Extent.SOME)


def _passed_by_keys(statement: Statement) -> bool:
    if statement.allows or not asks_for_mfa(statement.condition):
        return False
    return bool(holds(statement.condition, Session.PASSWORD, False)) and not holds(
        statement.condition, Session.KEY, False
    )

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What users, groups and roles can do with CloudHSM, and whether they administer the account. Pure.

Each policy and each group is evaluated once. So are users with the same groups, policies and roles, so the time grows
with the number of different combinations, not with the number of users.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.conditions import Session
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.controls import controls_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.escalation import (
    STEPS,
    Surroundings,
    Way,
    together_of,
    ways,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.evaluate import (
    ANY,
    Extent,
    Question,
    Rights,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.holder import (
    Extents,
    Holder,
    Iam,
    both,
    either,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import Person, Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.paths import Path, Paths, Reached
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.reach import (
    Assumable,
    Reach,
    view_of_role,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.reading import (
    Held,
    Read,
    Reader,
    key_of,
    own_key_of,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.versions import (
    policy_holders,
    policy_versions,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.words import (
    NO,
    RANKS,
    WITHOUT_MFA,
    YES,
    answer,
    extents_of,
    word,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Document, Role
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies import catalogue


@dataclass(frozen=True)
class Access:
    """The result for a user, a group, a policy or a role. Each grade is one of ANSWERS."""

    administrator: str
    can_become_administrator: str
    cloudhsm: Mapping[str, str]
    # Ways to become an administrator: actions, their target, and one of ANSWERS. The widest of each holder first.
    ways: tuple[tuple[tuple[str, ...], str, str], ...] = ()
    # The best paths to CloudHSM's actions, each with the actions that it is the best path to.
    paths: tuple[tuple[Path, tuple[str, ...]], ...] = ()

    @property
    def can_rise(self) -> bool:
        """Whether can_become_administrator is a higher grade than administrator."""
        return RANKS[self.can_become_administrator] > RANKS[self.administrator]

    @property
    def changes_cloudhsm(self) -> bool:
        """Whether any CloudHSM action is allowed that does more than read."""
        return any(answer != NO and action not in READS for action, answer in self.cloudhsm.items())

    @property
    def changes_cloudhsm_without_mfa(self) -> bool:
        """Whether any such action is allowed without MFA."""
        return any(answer in WITHOUT_MFA and action not in READS for action, answer in self.cloudhsm.items())


# The roles of IAM Identity Center are under this path. Only AWS can change them.
OF_AWS = "/aws-reserved/"


def _short(action: str) -> str:
    return action.partition(":")[2]


READS = frozenset(_short(action.name) for action in catalogue.ACTIONS if action.access == "Read")


class Evaluator:
    """Evaluates one account. problems says which policies could not be read."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        questions: list[Question] = []
        partition, account = snapshot.caller.partition, snapshot.caller.account_id
        iam = Iam(partition, account)

        def ask(action: str, resources: Iterable[str | None]) -> list[int]:
            asked = [Question(action, resource) for resource in resources]
            questions.extend(asked)
            return list(range(len(questions) - len(asked), len(questions)))

        cloudhsm = {
            _short(action.name): ask(
                action.name,
                [f"arn:{partition}:cloudhsm:{ANY}:{account}:{kind}/{ANY}" for kind in action.resources] or [None],
            )
            for action in catalogue.ACTIONS
        }
        # An administrator can do everything, also in IAM: PowerUserAccess, which lacks IAM, is not enough.
        self._administrator = [
            index
            for action, resource in ((f"{ANY}:{ANY}", ANY), (f"iam:{ANY}", iam.arn("user")))
            for index in ask(action, [resource])
        ]
        self._reader = Reader(snapshot, questions, iam)
        controls = controls_of(snapshot.controls, snapshot.caller.now)
        self._paths = Paths(cloudhsm, controls.rights(questions) if controls else None)
        self.reach = Reach(snapshot.roles or {}, self._reader, controls)
        for role in self.reach.roles:
            self._paths.add_role(role.name, self._reader.role(role))
        self._known: dict[t.Any, Access] = {}
        self._roles: dict[str, Access] = {}

    @property
    def problems(self) -> Mapping[str, str]:
        """Labels of the policies that could not be read, and the reasons."""
        return self._reader.problems

    def user(self, person: Person) -> Access:
        """Return what a user can do through groups, own policies and roles, within the permissions boundary."""
        held, assumable = self._reader.person(person), self.reach.user(person)
        holder = self._climber(person, held, assumable)
        key = (key_of(person), own_key_of(holder), assumable.key)
        if person.inline or key not in self._known:
            self._known[key] = self._access(held.rights, holder, held.read, self._paths.find(held, assumable))
        return self._known[key]

    def changes(self, person: Person) -> list[str]:
        """Return the times at which conditions on the time may change what a user can do, the next first."""
        return sorted(self._reader.person(person).read.changes | self.reach.changes(self.reach.user(person)))

    def role(self, role: Role) -> Access:
        """Return what sessions of a role can do.

        Only can_become_administrator and ways follow the roles that these sessions can assume.
        """
        if role.name not in self._roles:
            held = self._reader.role(role)
            reached = Reached(self._paths.role_extents(role.name), {})
            self._roles[role.name] = self._access(held.rights, self._session(role), held.read, reached)
        return self._roles[role.name]

    def by_roles(self, names: Iterable[str]) -> Access:
        """Return what a person can do who signs in with sessions of these roles."""
        assumable = self.reach.of_roles(names)
        reached = self._paths.find(None, assumable)
        wanted = set(names)
        first = [self.role(role) for role in self.reach.roles if role.name in wanted]
        grades = {access.administrator for access in first}, {access.can_become_administrator for access in first}
        administrator, become = (max(words, key=RANKS.__getitem__, default=NO) for words in grades)
        return Access(
            administrator,
            become,
            {action: word(extents) for action, extents in reached.extents.items()},
            tuple(dict.fromkeys(way for access in first for way in access.ways)) if administrator != YES else (),
            reached.grouped(),
        )

    def controlled(self) -> dict[str, str]:
        """Return the CloudHSM actions that service control policies limit, and what they leave of each."""
        if self._paths.controls is None:
            return {}
        left = {action: answer(self._paths.controls, asked) for action, asked in self._paths.questions.items()}
        return {action: found for action, found in left.items() if found != YES}

    def may(self, person: Person, action: str, arn: str = "") -> tuple[Extents, Extents]:
        """Return how far a user may do this to arn (default: itself), and how far nothing denies it, by session."""
        holder = self._reader.holder(person, [action])
        return holder.may_to(action, arn or holder.arn), holder.not_denied(action, arn or holder.arn)

    def group(self, name: str) -> Access:
        """Return what a group gives its members."""
        read = self._reader.group(name)
        return self._alone(read, self._reader.member(name))

    def managed_policy(self, arn: str) -> Access:
        """Return what a managed policy gives by itself."""
        read = self._reader.managed(arn)
        return self._alone(read, self._reader.somebody(read, policies=frozenset({arn})))

    def inline_policy(self, owner: str, name: str, document: Document) -> Access:
        """Return what an inline policy gives by itself."""
        read = self._reader.document(f"{owner}: {name}", document)
        return self._alone(read, self._reader.somebody(read))

    def passed_by_keys(self) -> list[str]:
        """Return policies read so far whose demand for MFA access keys bypass: Bool where BoolIfExists is needed."""
        return self._reader.passed_by_keys()

    def _alone(self, read: Read, holder: Holder) -> Access:
        return self._access(read.rights, holder, read, self._paths.find(Held(read, read.rights)))

    def _climber(self, person: Person, held: Held, assumable: Assumable) -> Holder | None:
        """Return the user as a holder whose ways to more rights can be followed; None if the user has no such way."""
        if not held.read.has_steps and not assumable.roles:
            return None
        holder = self._reader.climber(person)
        return holder.changed(assumes=assumable.roles) if assumable.roles else holder

    def _session(self, role: Role) -> Holder:
        return replace(self._reader.session_of(role, STEPS), assumes=self.reach.role(role.name).roles)

    def _administers(self, holder: Holder) -> tuple[Extent, ...]:
        asked = (self._reader.questions[number] for number in self._administrator)
        return both(*(holder.may(q.action, str(q.resource)) for q in asked))

    @cached_property
    def _around(self) -> Surroundings:
        """The account's users, groups, policies and roles, and which of them are powerful."""
        snapshot, reader = self._snapshot, self._reader
        users = {name: person.user.arn for name, person in snapshot.users.items()}
        groups = {name: group.arn for name, group in snapshot.groups.items()}
        alone = Surroundings(reader.iam, users, groups, roles=self._changeable, trusts=self.reach.trusts)
        administrators = {name: self._power(reader.person(person).rights) for name, person in snapshot.users.items()}
        giving = {name: self._power(reader.group(name).rights) for name in groups}
        acting = {role.name: self._power(reader.role(role).rights) for role in self.reach.roles}
        first = replace(
            alone, powerful_users=_most(administrators), powerful_groups=_most(giving), powerful_roles=_most(acting)
        )
        return replace(
            first,
            powerful_users=_most(self._rising_users(first), administrators),
            powerful_groups=_most(self._rising_groups(first), giving),
            powerful_roles=_most(self._rising_roles(first), acting),
            policy_holders=policy_holders(snapshot),
            policy_versions=policy_versions(snapshot),
        )

    @cached_property
    def _changeable(self) -> Mapping[str, str] | None:
        """ARNs of the roles that users of the account may be able to change; None if roles were not read."""
        if self._snapshot.roles is None:
            return None
        return {role.name: role.arn for role in self.reach.roles if not role.path.startswith(OF_AWS)}

    def _power(self, rights: Rights) -> Extent:
        return max(extents_of(rights, self._administrator, every=True))

    def _rising_users(self, around: Surroundings) -> dict[str, Extent]:
        """Return how far users can become administrators if only present administrators count as powerful."""
        known: dict[t.Any, Extent] = {}
        found = {}
        for name, person in self._snapshot.users.items():
            assumable = self.reach.user(person)
            holder = self._climber(person, self._reader.person(person), assumable)
            if holder is None:
                continue
            key = (name if person.inline else None, key_of(person), own_key_of(holder), assumable.key)
            if key not in known:
                known[key] = max(together_of(ways(holder, around, self._administers)))
            found[name] = known[key]
        return found

    def _rising_groups(self, around: Surroundings) -> dict[str, Extent]:
        found = {}
        for name in self._snapshot.groups:
            if self._reader.group(name).has_steps:
                found[name] = max(together_of(ways(self._reader.member(name), around, self._administers)))
        return found

    def _rising_roles(self, around: Surroundings) -> dict[str, Extent]:
        found = {}
        for role in self.reach.roles:
            if self._reader.role(role).read.has_steps:
                found[role.name] = max(together_of(ways(self._session(role), around, self._administers)))
        return found

    def _access(self, rights: Rights, holder: Holder | None, read: Read, reached: Reached) -> Access:
        seen = view_of_role if holder is not None and holder.is_role else _as_it_is
        own = seen(extents_of(rights, self._administrator, every=True))
        administrator = word(own)
        found: list[Way] = []
        if administrator != YES and holder is not None and (read.has_steps or holder.assumes):
            found = [way._replace(extents=seen(way.extents)) for way in ways(holder, self._around, self._administers)]
            unread = (Extent.CONDITIONAL,) * len(Session)
            found += [Way((), f"anything in {label}, which could not be read", unread) for label in read.unread]
        return Access(
            administrator=administrator,
            can_become_administrator=word(either(together_of(found), own)),
            cloudhsm={action: word(extents) for action, extents in reached.extents.items()},
            ways=tuple((way.actions, way.on, word(way.extents)) for way in found),
            paths=reached.grouped(),
        )


def _as_it_is(extents: Extents) -> Extents:
    return extents


def _most(*many: Mapping[str, Extent]) -> dict[str, Extent]:
    found: dict[str, Extent] = {}
    for one in many:
        found.update((name, max(extent, found.get(name, Extent.NONE))) for name, extent in one.items())
    return {name: extent for name, extent in found.items() if extent}

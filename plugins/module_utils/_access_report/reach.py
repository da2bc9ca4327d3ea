# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Who of the account can assume which role, also by way of other roles. Pure.

In one account it is enough that the role's trust policy names the user or role; where it trusts the account, the user's
or role's own policies have to allow sts:AssumeRole (AWS STS API Reference, AssumeRole). A denial always counts. Whether
a permissions boundary limits a user whom the trust policy names, the IAM User Guide says both yes ("Update a role trust
policy") and no ("Permissions boundaries for IAM entities"), so the report takes it for a condition.

Roles are visited once for each kind of session, so cycles end, and the cost grows with the number of roles.
"""

from __future__ import annotations

import typing as t
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.conditions import Session
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.controls import Controls
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.evaluate import SESSIONS, Extent
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.globs import VARIABLE_START
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.holder import (
    NOTHING,
    Assumed,
    Extents,
    Holder,
    both,
    either,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import Person
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.reading import Reader, key_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.trust import (
    ROLE,
    USER,
    Granted,
    Principal,
    Trust,
    left_of,
    read_trust,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Role

ASSUME = "sts:AssumeRole"
SERVICE_LINKED = "/aws-service-role/"
# A step is open for certain, or may be.
_LEVELS = (Extent.ALL, Extent.CONDITIONAL)
# Roles as the bits of a number, for each kind of session and each level.
Bits = tuple[tuple[int, ...], ...]


class Assumable(t.NamedTuple):
    """The roles that somebody can assume, by name. Who has the same key has the same ones."""

    key: t.Any
    roles: Mapping[str, Assumed]


NO_ROLES = Assumable((), {})


def view_of_role(extents: Extents) -> Extents:
    """What a right is to a session of a role, by the session that the role was assumed in.

    AWS documents that AssumeRole's credentials say nothing of MFA (IAM User Guide, "Secure API access with MFA"), and
    they have been seen to say it. So where it matters, it is taken for a condition. Without MFA they never say true.
    """
    with_mfa = extents[0] if len(set(extents)) == 1 else _perhaps(extents)
    rest = [extent for session, extent in zip(SESSIONS, extents, strict=True) if session is not Session.MFA]
    without = rest[0] if len(set(rest)) == 1 else _perhaps(rest)
    return tuple(with_mfa if session is Session.MFA else without for session in SESSIONS)


def _perhaps(extents: Iterable[Extent]) -> Extent:
    return min(max(extents), Extent.CONDITIONAL)


class Reach:
    """The roles of one account, and who gets to them."""

    def __init__(self, roles: Mapping[str, Role], reader: Reader, controls: Controls | None) -> None:
        self._reader = reader
        self._controls = controls
        # Nobody but its service assumes a service-linked role.
        self.roles = [role for name, role in sorted(roles.items()) if not role.path.startswith(SERVICE_LINKED)]
        self.trusts: dict[str, Trust] = {
            role.name: read_trust(role.trust, reader.iam, reader.now) for role in self.roles
        }
        # Of roles that other statements come into force for, by their own policies or whom they trust: when.
        self._changes: dict[str, frozenset[str]] = {
            role.name: when
            for role in self.roles
            if (when := reader.role(role).read.changes | self.trusts[role.name].changes)
        }
        self._place = {role.name: place for place, role in enumerate(self.roles)}
        self._open = [role for role in self.roles if not self._general(role).nothing]
        self._personal: dict[str, list[Role]] = {}
        for role in self.roles:
            for arn in self.trusts[role.name].named_principals:
                self._personal.setdefault(arn, []).append(role)
        self._identities: dict[t.Any, tuple[Extents, Extents, Extents]] = {}
        self._varied: dict[t.Any, bool] = {}
        self._reached: dict[Bits, Assumable] = {}
        self._people: dict[str, Assumable] = {}
        self._common: dict[t.Any, Bits] = {}

    def _general(self, role: Role) -> Granted:
        """What somebody gets whom the trust policy does not name, if it suits who asks."""
        return self.trusts[role.name].at_most()

    def trusts_people(self, role: Role) -> bool:
        """Whether the role trusts anybody of the account."""
        own = f"arn:{self._reader.iam.partition}:iam::{self._reader.iam.account_id}:"
        named = self.trusts[role.name].named_principals
        return not self._general(role).nothing or any(name.startswith(own) for name in named)

    def user(self, person: Person) -> Assumable:
        """What a user can assume."""
        if not self.roles:
            return NO_ROLES
        user = person.user
        if user.name not in self._people:
            first = self._first(Principal(USER, user.name, user.arn), self._holder_of(person))
            self._people[user.name] = self.from_bits(first)
        return self._people[user.name]

    def changes(self, assumable: Assumable) -> frozenset[str]:
        """When these roles begin or cease to give something."""
        return frozenset().union(*(when for name, when in self._changes.items() if name in assumable.roles))

    def role(self, name: str) -> Assumable:
        """What sessions of a role can assume."""
        return self.from_bits(self._adjacent[self._place[name]]) if name in self._place else NO_ROLES

    def of_roles(self, names: Iterable[str]) -> Assumable:
        """What somebody can who comes with a session of these roles, as people of IAM Identity Center do."""
        bits = 0
        for name in names:
            bits |= 1 << self._place[name] if name in self._place else 0
        return self.from_bits(tuple((bits,) * len(_LEVELS) for _session in SESSIONS))

    def steps_to(self, name: str) -> list[tuple[str, Extents]]:
        """Roles whose sessions can assume this one, and how far."""
        bit = 1 << self._place[name]
        found = []
        for role in self.roles:
            bits = self._adjacent[self._place[role.name]]
            extents = tuple(_extent([level_bits & bit for level_bits in levels]) for levels in bits)
            if extents != NOTHING and role.name != name:
                found.append((role.name, extents))
        return found

    def _holder_of(self, person: Person) -> tuple[t.Any, Holder]:
        """Who asks, and what is known already of whoever has the same policies."""
        key = key_of(person)
        if key not in self._varied:
            statements = self._reader.person(person).read.statements
            self._varied[key] = any(VARIABLE_START in one for statement in statements for one in statement.resources)
        return (*key, person.user.name if self._varied[key] else None), self._reader.holder(person, [ASSUME])

    def _first(self, principal: Principal, held: tuple[t.Any, Holder]) -> Bits:
        """The roles that somebody can assume in one step: most are the same for all who have the same policies."""
        key = held[0]
        if key not in self._common:
            nobody_named = principal._replace(name="", arn="")
            others = [role for role in self._common_roles if role.arn != principal.arn]
            self._common[key] = self._bits(nobody_named, held, others)
        personal = {role.name: role for role in (*self._asking, *self._personal.get(principal.arn, ()))}
        if not personal:
            return self._common[key]
        # What a trust policy says of somebody whom it names counts in the place of what it says of others.
        mask = ~sum(1 << self._place[name] for name in personal)
        own = self._bits(principal, held, personal.values())
        return tuple(
            tuple((bits & mask) | more for bits, more in zip(levels, of_own, strict=True))
            for levels, of_own in zip(self._common[key], own, strict=True)
        )

    @cached_property
    def _asking(self) -> list[Role]:
        """Roles that anybody may assume whom the conditions of their trust policies suit."""
        return [role for role in self._open if self.trusts[role.name].asks_who]

    @cached_property
    def _common_roles(self) -> list[Role]:
        return [role for role in self._open if not self.trusts[role.name].asks_who]

    def _bits(self, principal: Principal, held: tuple[t.Any, Holder], roles: Iterable[Role]) -> Bits:
        found = [[0] * len(_LEVELS) for _session in SESSIONS]
        key, holder = held
        for role in roles:
            granted = self.trusts[role.name].granted(principal)
            if granted.nothing or role.arn == principal.arn:
                continue
            for session, extent in enumerate(self._step(key, holder, granted, role)):
                for place, level in enumerate(_LEVELS):
                    found[session][place] |= 1 << self._place[role.name] if extent >= level else 0
        return tuple(map(tuple, found))

    def _step(self, key: t.Any, holder: Holder, granted: Granted, role: Role) -> Extents:
        known = (key, role.name)
        if known not in self._identities:
            bounds = holder.bounds(ASSUME, role.arn)
            if not holder.is_role:
                bounds = tuple(max(extent, Extent.CONDITIONAL) for extent in bounds)
            free = holder.not_denied(ASSUME, role.arn)
            self._identities[known] = holder.may_to(ASSUME, role.arn), free, bounds
        identity, free, bounds = self._identities[known]
        open_ = either(both(granted.delegated, identity), both(granted.direct, free, bounds))
        found = left_of(open_, granted.denied)
        if self._controls is not None:
            found = both(found, self._controls.extents(ASSUME, role.arn))
        return view_of_role(found) if holder.is_role else found

    @cached_property
    def _adjacent(self) -> list[Bits]:
        """What sessions of each role can assume in one step."""
        found = []
        for role in self.roles:
            holder = self._reader.session_of(role, [ASSUME])
            principal = Principal(ROLE, role.name, role.arn)
            found.append(self._first(principal, ((ROLE, role.name), holder)))
        return found

    def from_bits(self, first: Bits) -> Assumable:
        """All that follows from a first step to these roles."""
        if first not in self._reached:
            self._reached[first] = Assumable(first, dict(self._follow(first))) if any(map(any, first)) else NO_ROLES
        return self._reached[first]

    def _follow(self, first: Bits) -> Iterator[tuple[str, Assumed]]:
        parents = [
            [self._spread(first[session][place], session, place) for place in range(len(_LEVELS))]
            for session in range(len(SESSIONS))
        ]
        for place, role in enumerate(self.roles):
            extents = tuple(_extent([place in levels for levels in of_session]) for of_session in parents)
            if extents == NOTHING:
                continue
            session = max(
                range(len(SESSIONS)),
                key=lambda one: (SESSIONS[one] is not Session.MFA and bool(extents[one]), extents[one]),
            )
            tree = parents[session][_LEVELS.index(extents[session])]
            yield role.name, Assumed(extents, tuple(self.roles[step].name for step in _chain(tree, place)))

    def _spread(self, first: int, session: int, level: int) -> dict[int, int | None]:
        """The roles that are reached, each with the one before it on a shortest way."""
        parents: dict[int, int | None] = dict.fromkeys(_places(first))
        front, seen = deque(parents), first
        while front:
            place = front.popleft()
            new = self._adjacent[place][session][level] & ~seen
            seen |= new
            for found in _places(new):
                parents[found] = place
                front.append(found)
        return parents


def _extent(levels: Sequence[t.Any]) -> Extent:
    return next((level for level, reached in zip(_LEVELS, levels, strict=True) if reached), Extent.NONE)


def _places(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def _chain(parents: Mapping[int, int | None], last: int) -> list[int]:
    chain: list[int] = []
    place: int | None = last
    while place is not None:
        chain.append(place)
        place = parents[place]
    return chain[::-1]

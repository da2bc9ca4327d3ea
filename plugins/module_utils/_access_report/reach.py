# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Finds which users and roles of the account can assume which roles, also through other roles. Pure.

Within one account, a trust policy that names the user or role is enough. If it trusts the account, the user's or role's
own policies must also allow sts:AssumeRole (AWS STS API Reference, AssumeRole). A Deny overrides both. On whether a
permissions boundary limits a user whom the trust policy names, the IAM User Guide says both yes ("Update a role trust
policy") and no ("Permissions boundaries for IAM entities"), so the report treats the boundary as a condition.

A search visits each role once for each kind of session and level, so cycles end, and the cost grows with the number of
roles.
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
# A step is certainly possible, or may be.
_LEVELS = (Extent.ALL, Extent.CONDITIONAL)
# Sets of roles as the bits of numbers, one for each kind of session and each level.
Bits = tuple[tuple[int, ...], ...]


class Assumable(t.NamedTuple):
    """The roles that a holder can assume, by name. Holders with the same key can assume the same roles."""

    key: t.Any
    roles: Mapping[str, Assumed]


NO_ROLES = Assumable((), {})


def view_of_role(extents: Extents) -> Extents:
    """Return how far a right goes in a role's session, by the kind of session that assumed the role.

    AWS documents that AssumeRole's credentials contain no MFA information (IAM User Guide, "Secure API access with
    MFA"), but some did. So a right that depends on MFA counts as conditional. None obtained without MFA says true.
    """
    with_mfa = extents[0] if len(set(extents)) == 1 else _perhaps(extents)
    rest = [extent for session, extent in zip(SESSIONS, extents, strict=True) if session is not Session.MFA]
    without = rest[0] if len(set(rest)) == 1 else _perhaps(rest)
    return tuple(with_mfa if session is Session.MFA else without for session in SESSIONS)


def _perhaps(extents: Iterable[Extent]) -> Extent:
    return min(max(extents), Extent.CONDITIONAL)


class Reach:
    """The roles of one account, and who can assume them."""

    def __init__(self, roles: Mapping[str, Role], reader: Reader, controls: Controls | None) -> None:
        self._reader = reader
        self._controls = controls
        # Only its service can assume a service-linked role.
        self.roles = [role for name, role in sorted(roles.items()) if not role.path.startswith(SERVICE_LINKED)]
        self.trusts: dict[str, Trust] = {
            role.name: read_trust(role.trust, reader.iam, reader.now) for role in self.roles
        }
        # Times at which statements of a role's policies or trust policy come into force or expire, by role name.
        self._changes: dict[str, frozenset[str]] = {
            role.name: when
            for role in self.roles
            if (when := reader.role(role).read.changes | self.trusts[role.name].changes)
        }
        self._place = {role.name: place for place, role in enumerate(self.roles)}
        self._open = [role for role in self.roles if not self._general(role).nothing]
        self._personal: dict[str, list[Role]] = {}
        for role in self.roles:
            for arn in self.trusts[role.name].all_principals:
                self._personal.setdefault(arn, []).append(role)
        self._identities: dict[t.Any, tuple[Extents, Extents, Extents]] = {}
        self._varied: dict[t.Any, bool] = {}
        self._reached: dict[Bits, Assumable] = {}
        self._people: dict[str, Assumable] = {}
        self._common: dict[t.Any, Bits] = {}

    def _general(self, role: Role) -> Granted:
        """Return the most that the trust policy gives a principal that it does not name."""
        return self.trusts[role.name].at_most()

    def trusts_people(self, role: Role) -> bool:
        """Whether the role trusts any user or role of the account."""
        own = f"arn:{self._reader.iam.partition}:iam::{self._reader.iam.account_id}:"
        named = self.trusts[role.name].named_principals
        return not self._general(role).nothing or any(name.startswith(own) for name in named)

    def user(self, person: Person) -> Assumable:
        """Return the roles that a user can assume."""
        if not self.roles:
            return NO_ROLES
        user = person.user
        if user.name not in self._people:
            first = self._first(Principal(USER, user.name, user.arn), self._holder_of(person))
            self._people[user.name] = self.from_bits(first)
        return self._people[user.name]

    def changes(self, assumable: Assumable) -> frozenset[str]:
        """Return the times at which the policies or trust policies of these roles begin or cease to apply."""
        return frozenset().union(*(when for name, when in self._changes.items() if name in assumable.roles))

    def role(self, name: str) -> Assumable:
        """Return the roles that a role's sessions can assume."""
        return self.from_bits(self._adjacent[self._place[name]]) if name in self._place else NO_ROLES

    def of_roles(self, names: Iterable[str]) -> Assumable:
        """Return these roles, such as a person has in IAM Identity Center, and all that their sessions can assume."""
        bits = 0
        for name in names:
            bits |= 1 << self._place[name] if name in self._place else 0
        return self.from_bits(tuple((bits,) * len(_LEVELS) for _session in SESSIONS))

    def steps_to(self, name: str) -> list[tuple[str, Extents]]:
        """Return the roles whose sessions can assume this role in one step, and how far."""
        bit = 1 << self._place[name]
        found = []
        for role in self.roles:
            bits = self._adjacent[self._place[role.name]]
            extents = tuple(_extent([level_bits & bit for level_bits in levels]) for levels in bits)
            if extents != NOTHING and role.name != name:
                found.append((role.name, extents))
        return found

    def _holder_of(self, person: Person) -> tuple[t.Any, Holder]:
        """Return a key that users with the same policies share, and the user as a holder."""
        key = key_of(person)
        if key not in self._varied:
            limits = self._reader.limits(person.user.boundary)
            statements = (*self._reader.person(person).read.statements, *(limits.statements if limits else ()))
            self._varied[key] = any(VARIABLE_START in one for statement in statements for one in statement.resources)
        return (*key, person.user.name if self._varied[key] else None), self._reader.holder(person, [ASSUME])

    def _first(self, principal: Principal, held: tuple[t.Any, Holder]) -> Bits:
        """Return the roles that a holder can assume in one step. Most are the same for all with the same policies."""
        key = held[0]
        if key not in self._common:
            nobody_named = principal._replace(name="", arn="")
            others = [role for role in self._common_roles if role.arn != principal.arn]
            self._common[key] = self._bits(nobody_named, held, others)
        personal = {role.name: role for role in (*self._asking, *self._personal.get(principal.arn, ()))}
        if not personal:
            return self._common[key]
        # What a trust policy gives a principal that it names replaces what it gives others.
        mask = ~sum(1 << self._place[name] for name in personal)
        own = self._bits(principal, held, personal.values())
        return tuple(
            tuple((bits & mask) | more for bits, more in zip(levels, of_own, strict=True))
            for levels, of_own in zip(self._common[key], own, strict=True)
        )

    @cached_property
    def _asking(self) -> list[Role]:
        """Roles whose trust policies depend on who calls: by a condition, or because they name a session."""
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
        """For each role, the roles that its sessions can assume in one step."""
        found = []
        for role in self.roles:
            holder = self._reader.session_of(role, [ASSUME])
            principal = Principal(ROLE, role.name, role.arn)
            found.append(self._first(principal, ((ROLE, role.name), holder)))
        return found

    def from_bits(self, first: Bits) -> Assumable:
        """Return all roles that can be reached after a first step to these."""
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
        """Return the roles that can be reached, each with the one before it on a shortest chain, if any."""
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

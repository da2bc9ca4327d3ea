# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What one holder of policies may do to single objects of IAM, by name. Pure.

Rights come as extents, one for each kind of session. Where it can't be decided whether an object is among those that a
statement is for, the right is one under a condition.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.evaluate import (
    ANY,
    EVERYTHING,
    SESSIONS,
    Extent,
    Objects,
    Question,
    Rights,
    Statement,
    rights_of,
)

Extents = tuple[Extent, ...]
NOTHING: Extents = (Extent.NONE,) * len(SESSIONS)
ALWAYS: Extents = (Extent.ALL,) * len(SESSIONS)
# The name of whoever a group's or a policy's rights are for: no user has it.
SOMEBODY = "\ue000"


class Assumed(t.NamedTuple):
    """A role that somebody can assume: how far, and the roles on the way, the role itself last."""

    extents: Extents
    chain: tuple[str, ...]

    @property
    def words(self) -> str:
        """The chain in words."""
        return f"role {', then role '.join(self.chain)}"


def either(*many: Extents) -> Extents:
    """What is possible by one of these ways or another."""
    return tuple(map(max, zip(NOTHING, *many, strict=True)))


def both(*many: Extents) -> Extents:
    """What is possible where all of these are needed, in the same session."""
    return tuple(map(min, zip(ALWAYS, *many, strict=True)))


def at_most(most: Extent, extents: Extents) -> Extents:
    """The same, but no further than this."""
    return tuple(min(most, extent) for extent in extents)


@dataclass(frozen=True)
class Iam:
    """How the objects of one account's IAM are called."""

    partition: str
    account_id: str

    def arn(self, kind: str, name: str = ANY) -> str:
        """The ARN of an object, with its path in front of its name; without a name, of any such object."""
        return f"arn:{self.partition}:iam::{self.account_id}:{kind}/{name}"


@dataclass(frozen=True)
class Holder:
    """Somebody with policies: a user, or whoever is in a group or has a policy."""

    iam: Iam
    name: str
    arn: str
    statements: Sequence[Statement]
    # Of the permissions boundary; None where there is none.
    limits: Sequence[Statement] | None = None
    boundary: str | None = None
    groups: frozenset[str] = frozenset()
    # ARNs of the managed policies that the holder has, by its groups too.
    policies: frozenset[str] = frozenset()
    # Whether it is a session of a role, which has no user.
    is_role: bool = False
    # How far the holder can assume roles, by their names, and by which chain of roles.
    assumes: Mapping[str, Assumed] = field(default_factory=dict)
    _asked: dict[tuple[str, str], tuple[Rights, Extents]] = field(default_factory=dict, compare=False, repr=False)

    def changed(self, **changes: object) -> Holder:
        """Somebody who differs in this."""
        return replace(self, **changes, _asked={})  # type: ignore[arg-type]

    def may(self, action: str, resource: str = ANY) -> Extents:
        """How far the action is allowed on what the resource stands for."""
        return self._rights(action, resource)[1]

    def may_to(self, action: str, arn: str) -> Extents:
        """How far the action is allowed on one object."""
        return _about_one(self.may(action, arn))

    def bounds(self, action: str, resource: str) -> Extents:
        """How far the permissions boundary allows the action on one object, whatever else does."""
        if self.limits is None:
            return ALWAYS
        key = (f"boundary {action}", resource)
        if key not in self._asked:
            rights = rights_of(self.limits, [Question(action, resource)])
            self._asked[key] = (rights, rights.extents(0))
        return _about_one(self._asked[key][1])

    def not_denied(self, action: str, resource: str) -> Extents:
        """How far nothing denies the action, whether anything allows it or not."""
        left = {Extent.NONE: Extent.ALL, Extent.ALL: Extent.NONE}
        return tuple(left.get(Extent(denied), Extent(denied)) for denied in self._rights(action, resource)[0].denied)

    def _rights(self, action: str, resource: str) -> tuple[Rights, Extents]:
        key = (action, resource)
        if key not in self._asked:
            question = [Question(action, resource)]
            rights = rights_of(self.statements, question)
            if self.limits is not None:
                rights = rights.within(rights_of(self.limits, question))
            self._asked[key] = (rights, rights.extents(0))
        return self._asked[key]


def _about_one(extents: Extents) -> Extents:
    """On one object: what is not for all that the question is about may be for it or not."""
    return tuple(Extent.CONDITIONAL if extent is Extent.SOME else extent for extent in extents)


def candidates(holder: Holder, action: str, kind: str) -> Objects:
    """What a holder may do the action to, of one kind of objects, by what the statements say."""
    generic = holder.iam.arn(kind)
    found = _candidates(holder.statements, action, generic)
    if holder.limits is not None and EVERYTHING in found.others:
        return _candidates(holder.limits, action, generic)
    return found


def _candidates(statements: Iterable[Statement], action: str, generic: str) -> Objects:
    found = [one.objects(generic) for one in statements if one.allows and one.applies_to(action)]
    others = dict.fromkeys(words for objects in found for words in objects.others)
    return Objects(frozenset().union(*(objects.names for objects in found)), tuple(others))


def own_key(statements: Iterable[Statement], name: str, arn: str) -> tuple[tuple[Extent, str | None], ...]:
    """What sets one user apart from others with the same policies: what the statements say of the user itself."""
    generic = f"{arn.rpartition(':')[0]}:user/{ANY}"
    return tuple((one.reaches(arn), name if name in one.objects(generic).names else None) for one in statements)

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What one holder of policies may do to single IAM objects, by name. Pure.

A right is given as extents, one for each kind of session. If the policies leave open whether a statement covers an
object, the right counts as one under a condition.
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
# The name that stands for any member of a group or any holder of a policy. No user has it.
SOMEBODY = "\ue000"


class Assumed(t.NamedTuple):
    """How far a holder can assume a role, and the chain of roles that leads there, this role last."""

    extents: Extents
    chain: tuple[str, ...]

    @property
    def words(self) -> str:
        """The chain in words."""
        return f"role {', then role '.join(self.chain)}"


def either(*many: Extents) -> Extents:
    """Return what is possible if any of these is enough."""
    return tuple(map(max, zip(NOTHING, *many, strict=True)))


def both(*many: Extents) -> Extents:
    """Return what is possible if all of these are needed in the same session."""
    return tuple(map(min, zip(ALWAYS, *many, strict=True)))


def at_most(most: Extent, extents: Extents) -> Extents:
    """Return the extents, each limited to most."""
    return tuple(min(most, extent) for extent in extents)


@dataclass(frozen=True)
class Iam:
    """The ARNs of one account's IAM objects."""

    partition: str
    account_id: str

    def arn(self, kind: str, name: str = ANY) -> str:
        """Return the ARN of an object; name includes the path. Without a name, it stands for any such object."""
        return f"arn:{self.partition}:iam::{self.account_id}:{kind}/{name}"


@dataclass(frozen=True)
class Holder:
    """A holder of policies: a user, a role's session, or any member of a group or holder of a policy."""

    iam: Iam
    name: str
    arn: str
    statements: Sequence[Statement]
    # Statements of the permissions boundary; None without one, or if it could not be read.
    limits: Sequence[Statement] | None = None
    boundary: str | None = None
    groups: frozenset[str] = frozenset()
    # ARNs of the managed policies that the holder has, including those of its groups.
    policies: frozenset[str] = frozenset()
    # Whether the holder is a role's session, which has no user.
    is_role: bool = False
    # The roles that the holder can assume, by name.
    assumes: Mapping[str, Assumed] = field(default_factory=dict)
    _asked: dict[tuple[str, str], tuple[Rights, Extents]] = field(default_factory=dict, compare=False, repr=False)

    def changed(self, **changes: object) -> Holder:
        """Return a holder with these fields changed."""
        return replace(self, **changes, _asked={})  # type: ignore[arg-type]

    def may(self, action: str, resource: str = ANY) -> Extents:
        """Return how far the action is allowed on the objects that the resource stands for."""
        return self._rights(action, resource)[1]

    def may_to(self, action: str, arn: str) -> Extents:
        """Return how far the action is allowed on one object."""
        return _about_one(self.may(action, arn))

    def bounds(self, action: str, resource: str) -> Extents:
        """Return how far the permissions boundary alone allows the action on one object."""
        if self.limits is None:
            return ALWAYS
        key = (f"boundary {action}", resource)
        if key not in self._asked:
            rights = rights_of(self.limits, [Question(action, resource)])
            self._asked[key] = (rights, rights.extents(0))
        return _about_one(self._asked[key][1])

    def not_denied(self, action: str, resource: str) -> Extents:
        """Return how far the action is not denied, whether or not anything allows it."""
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
    """Return the extents for one object: a right to some of the objects may or may not include it."""
    return tuple(Extent.CONDITIONAL if extent is Extent.SOME else extent for extent in extents)


def candidates(holder: Holder, action: str, kind: str) -> Objects:
    """Return the objects on which statements allow the action or, if these are all, on which the boundary does."""
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
    """Return what distinguishes a user from others with the same policies: how the statements treat this user."""
    generic = f"{arn.rpartition(':')[0]}:user/{ANY}"
    return tuple((one.reaches(arn), name if name in one.objects(generic).names else None) for one in statements)

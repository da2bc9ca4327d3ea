# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Service control policies: what they leave of rights. Pure.

Something is allowed if a policy of every level allows it, from the root through the organizational units to the
account, and no policy of any level denies it (AWS Organizations User Guide, "SCP evaluation"). They bind neither the
management account nor service-linked roles (same guide, "Service control policies (SCPs)").
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.evaluate import (
    Extent,
    Question,
    Rights,
    Statement,
    UnreadablePolicyError,
    in_force,
    read_document,
    rights_of,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.holder import Extents

# What is known of them: read; the management account, which they don't bind; there are none; or not readable.
READ, NOT_BOUND, NONE, UNKNOWN = "read", "not_bound", "none", "unknown"
_EVERYTHING = Statement(True, ("*",), False, ("*",), False, {})


class ControlPolicy(t.NamedTuple):
    """A service control policy."""

    id: str
    name: str
    document: t.Any


class Level(t.NamedTuple):
    """The root, a unit or the account, with the policies that are attached to it."""

    id: str
    policies: tuple[ControlPolicy, ...]


@dataclass(frozen=True)
class ControlsRead:
    """What is known of the policies, and why it is not more. The levels begin with the root."""

    state: str = UNKNOWN
    note: str = "SCPs unknown: they were not read"
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True)
class Controls:
    """The policies of an account, to be asked."""

    levels: Sequence[Sequence[Statement]]
    _known: dict[t.Any, Extents] = field(default_factory=dict, compare=False, repr=False)

    def rights(self, questions: Sequence[Question]) -> Rights:
        """What they leave of a right to everything."""
        return reduce(Rights.within, (rights_of(level, questions) for level in self.levels))

    def extents(self, action: str, resource: str) -> Extents:
        """How far they leave one action on one object."""
        key = (action, resource)
        if key not in self._known:
            found = self.rights([Question(action, resource)]).extents(0)
            self._known[key] = tuple(Extent.CONDITIONAL if one is Extent.SOME else one for one in found)
        return self._known[key]


def controls_of(read: ControlsRead, now: str = "") -> Controls | None:
    """The policies as far as they limit anything at this time; None where they don't, or are not known.

    AWS has every level keep at least one policy (API Reference, DetachPolicy), so a level without any is one of an
    organization in which they are not in use, and limits nothing. Nor does one with a policy that can't be read.
    """
    levels = [_statements(level, now) for level in read.levels if level.policies]
    return Controls(levels) if read.state == READ and levels else None


def describe_controls(read: ControlsRead, left: Mapping[str, str]) -> dict[str, t.Any]:
    """What the report says of them; left is what they leave of actions of which they take something away."""
    levels = [{"id": level.id, "policies": [policy.name for policy in level.policies]} for level in read.levels]
    return {"state": read.state, "note": read.note, "levels": levels, "limited_actions": dict(left)}


def _statements(level: Level, now: str) -> list[Statement]:
    found: list[Statement] = []
    for policy in level.policies:
        try:
            found += in_force(read_document(policy.document), now)
        except UnreadablePolicyError:
            found.append(_EVERYTHING)
    return found

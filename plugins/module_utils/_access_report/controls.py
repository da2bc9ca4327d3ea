# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Evaluates service control policies (SCPs): what they leave of rights. Pure.

An action is allowed if a policy at every level allows it, from the root through the organizational units to the
account, and no policy at any level denies it (AWS Organizations User Guide, "SCP evaluation"). SCPs limit neither the
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

# They were read; this is the management account, which they don't limit; no SCPs apply; or they are unknown.
READ, NOT_BOUND, NONE, UNKNOWN = "read", "not_bound", "none", "unknown"
_EVERYTHING = Statement(True, ("*",), False, ("*",), False, {})


class ControlPolicy(t.NamedTuple):
    """A service control policy."""

    id: str
    name: str
    document: t.Any


class Level(t.NamedTuple):
    """The root, an organizational unit or the account, with the policies attached to it."""

    id: str
    policies: tuple[ControlPolicy, ...]


@dataclass(frozen=True)
class ControlsRead:
    """What was read. note says why something is missing. levels begin with the root."""

    state: str = UNKNOWN
    note: str = "SCPs unknown: they were not read"
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True)
class Controls:
    """The policies above an account, ready to evaluate."""

    levels: Sequence[Sequence[Statement]]
    _known: dict[t.Any, Extents] = field(default_factory=dict, compare=False, repr=False)

    def rights(self, questions: Sequence[Question]) -> Rights:
        """Return what the policies leave of a right to everything."""
        return reduce(Rights.within, (rights_of(level, questions) for level in self.levels))

    def extents(self, action: str, resource: str) -> Extents:
        """Return how far the policies leave one action on one object."""
        key = (action, resource)
        if key not in self._known:
            found = self.rights([Question(action, resource)]).extents(0)
            self._known[key] = tuple(Extent.CONDITIONAL if one is Extent.SOME else one for one in found)
        return self._known[key]


def controls_of(read: ControlsRead, now: str = "") -> Controls | None:
    """Return the policies that are in force at this time; None if they limit nothing or are unknown.

    AWS keeps at least one policy at every level (API Reference, DetachPolicy). So a level without any means that the
    organization does not use SCPs: it limits nothing. A policy that can't be read counts as one that allows everything.
    """
    levels = [_statements(level, now) for level in read.levels if level.policies]
    return Controls(levels) if read.state == READ and levels else None


def describe_controls(read: ControlsRead, left: Mapping[str, str]) -> dict[str, t.Any]:
    """Return the section for the report. left has the actions that the policies limit, and what they leave of each."""
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

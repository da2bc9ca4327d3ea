# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Finds the paths to CloudHSM's actions, through own policies, groups or roles, and what limits them. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.evaluate import Rights
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.holder import (
    NOTHING,
    Assumed,
    Extents,
    both,
    either,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.reach import NO_ROLES, Assumable, view_of_role
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.reading import Held
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.words import NO, RANKS, extents_of, word

OWN, GROUP, ROLE, NOBODYS = "user", "group", "role", "none"
BOUNDARY, CONTROLS = "boundary", "scp"
Questions = Mapping[str, Sequence[int]]


class Path(t.NamedTuple):
    """A path to some actions: whose policies allow them, and the group or chain of roles that leads there."""

    # user, group or role; none if limits take away everything that policies allow.
    kind: str
    # The name of the group, or those of the roles in the chain.
    through: tuple[str, ...]
    answer: str
    # What takes rights away: boundary, scp.
    limited_by: tuple[str, ...] = ()
    # How many other paths exist.
    more: int = 0


class Reached(t.NamedTuple):
    """The result for each action: how far it is allowed, and the best path to it."""

    extents: Mapping[str, Extents]
    paths: Mapping[str, Path]

    def grouped(self) -> tuple[tuple[Path, tuple[str, ...]], ...]:
        """Return the paths, each with the actions that it is the best path to."""
        found: dict[Path, list[str]] = {}
        for action, path in self.paths.items():
            found.setdefault(path, []).append(action)
        return tuple((path, tuple(actions)) for path, actions in found.items())


@dataclass(frozen=True)
class _RoleRights:
    """What a role's sessions can do and what limits it, by action."""

    extents: Mapping[str, Extents]
    limited_by: Mapping[str, tuple[str, ...]]


@dataclass
class Paths:
    """Finds paths in one account."""

    questions: Questions
    # What service control policies leave; None if they limit nothing or are unknown.
    controls: Rights | None = None
    _roles: dict[str, _RoleRights] = field(default_factory=dict)
    _by_roles: dict[t.Any, dict[str, list[tuple[Extents, Path]]]] = field(default_factory=dict)

    def add_role(self, name: str, held: Held) -> None:
        """Store what a role's sessions can do."""
        stages = self._stages(held.read.rights, held.limits)
        found = {action: self._limited(stages, asked) for action, asked in self.questions.items()}
        self._roles[name] = _RoleRights(
            {action: view_of_role(extents) for action, (extents, _limits) in found.items()},
            {action: limits for action, (_extents, limits) in found.items()},
        )

    def role_extents(self, name: str) -> Mapping[str, Extents]:
        """Return how far the role's sessions can do each action."""
        return self._roles[name].extents

    def find(self, held: Held | None, assumable: Assumable = NO_ROLES) -> Reached:
        """Return what a holder of these policies who can assume these roles can do."""
        extents: dict[str, Extents] = {}
        paths: dict[str, Path] = {}
        by_roles = self._of_roles(assumable)
        for action, asked in self.questions.items():
            own, found = self._own(held, asked) if held else (NOTHING, [])
            others = by_roles.get(action, [])
            extents[action] = either(own, *(one for one, _path in others))
            open_ = sorted(
                (path for path in (*found, *(path for _extents, path in others)) if path.answer != NO),
                key=lambda path: (-RANKS[path.answer], path.kind == ROLE, len(path.through), path.through),
            )
            shut = [path for path in found if path.answer == NO and path.limited_by]
            if open_:
                paths[action] = open_[0]._replace(more=len(open_) - 1)
            elif shut:
                limits = tuple(dict.fromkeys(limit for path in shut for limit in path.limited_by))
                paths[action] = Path(NOBODYS, (), NO, limits)
        return Reached(extents, paths)

    def _own(self, held: Held, asked: Sequence[int]) -> tuple[Extents, list[Path]]:
        whole, limits = self._limited(self._stages(held.read.rights, held.limits), asked)
        if not _any(held.read.rights.allowed, asked):
            return whole, []
        found = []
        for name, source in held.sources:
            if _any(source.allowed, asked):
                given = Rights(source.allowed, held.read.rights.denied)
                extents, limited_by = self._limited(self._stages(given, held.limits), asked)
                found.append(Path(GROUP if name else OWN, (name,) if name else (), word(extents), limited_by))
        if not any(path.answer != NO for path in found) and whole == NOTHING and limits:
            return whole, [Path(NOBODYS, (), NO, limits)]
        return whole, found

    def _stages(self, rights: Rights, limits: Rights | None) -> list[tuple[str, Rights]]:
        """Return the rights without limits, then under the boundary, then also under service control policies."""
        found = [("", rights)]
        if limits is not None:
            found.append((BOUNDARY, found[-1][1].within(limits)))
        if self.controls is not None:
            found.append((CONTROLS, found[-1][1].within(self.controls)))
        return found

    def _limited(self, stages: Sequence[tuple[str, Rights]], asked: Sequence[int]) -> tuple[Extents, tuple[str, ...]]:
        extents = [extents_of(rights, asked) for _what, rights in stages]
        steps = zip(stages[1:], extents, extents[1:], strict=False)
        return extents[-1], tuple(what for (what, _rights), before, after in steps if before != after)

    def _of_roles(self, assumable: Assumable) -> Mapping[str, list[tuple[Extents, Path]]]:
        if assumable.key not in self._by_roles:
            found: dict[str, list[tuple[Extents, Path]]] = {}
            for name, assumed in assumable.roles.items():
                for action, one in self._of_role(name, assumed):
                    found.setdefault(action, []).append(one)
            self._by_roles[assumable.key] = found
        return self._by_roles[assumable.key]

    def _of_role(self, name: str, assumed: Assumed) -> Iterable[tuple[str, tuple[Extents, Path]]]:
        rights = self._roles[name]
        for action, allowed in rights.extents.items():
            extents = both(assumed.extents, allowed) if allowed != NOTHING else NOTHING
            if extents != NOTHING:
                yield action, (extents, Path(ROLE, assumed.chain, word(extents), rights.limited_by[action]))


def _any(allowed: Sequence[int], asked: Sequence[int]) -> bool:
    """Whether any kind of session is allowed anything that was asked."""
    sessions = len(NOTHING)
    return any(any(allowed[question * sessions : (question + 1) * sessions]) for question in asked)

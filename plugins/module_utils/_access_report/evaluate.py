# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""A small evaluator of identity policies: what their statements allow and deny, for a fixed list of questions. Pure.

In doubt it assumes the larger right. docs/access_report.md says what it leaves out.
"""

from __future__ import annotations

import json
import re
import typing as t
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from functools import cached_property

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.conditions import Session, holds
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.globs import (
    FIELD,
    VARIABLE_START,
    Patterns,
    covers,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.times import at_time

# Stands for any text in a question. No policy contains it, so only an asterisk matches it.
ANY = "\0" * 200
SESSIONS = tuple(Session)
_WILDCARD = re.compile(r"[*?]")
# The variable for the user's own name, also with a default value, which never applies to a user.
_OWN_NAME = re.compile(r"\$\{\s*aws:username\s*(,[^}]*)?\}", re.IGNORECASE)


class UnreadablePolicyError(Exception):
    """A document is not a policy in JSON."""


class Extent(IntEnum):
    """How far a statement reaches, or several together."""

    NONE = 0
    # Under conditions other than MFA.
    CONDITIONAL = 1
    # On some resources.
    SOME = 2
    ALL = 3


class Question(t.NamedTuple):
    """An action, and the ARN of its target, which may contain ANY; no resource for actions that have none."""

    action: str
    resource: str | None = None


EVERYTHING = "all that nothing denies"


class Objects(t.NamedTuple):
    """The objects of one kind that a statement covers, whatever other statements deny."""

    # Names of single objects, which are unique in an account whatever their paths.
    names: frozenset[str] = frozenset()
    # In words: what covers more than one object, and so also objects that are created later.
    others: tuple[str, ...] = ()


@dataclass(frozen=True)
class Statement:
    """One statement of a policy, with its actions in lower case."""

    allows: bool
    actions: tuple[str, ...]
    but_actions: bool
    resources: tuple[str, ...]
    but_resources: bool
    condition: Mapping[str, t.Any]

    def applies_to(self, action: str) -> bool:
        """Whether the statement covers the action."""
        if action not in self._applied:
            self._applied[action] = self._named.cover(action.lower(), ANY) != self.but_actions
        return self._applied[action]

    @cached_property
    def _applied(self) -> dict[str, bool]:
        return {}

    @cached_property
    def _named(self) -> Patterns:
        """The patterns of the actions."""
        return Patterns(self.actions)

    def reaches(self, resource: str | None) -> Extent:
        """Return on how many of a question's resources the statement applies."""
        if resource not in self._reached:
            self._reached[resource] = self._reach(resource)
        return self._reached[resource]

    @cached_property
    def _reached(self) -> dict[str | None, Extent]:
        """Results by resource, kept as a policy can have a thousand patterns, and many actions share resources."""
        return {}

    def _reach(self, resource: str | None) -> Extent:
        if resource is None:
            # AWS then compares the pattern with an asterisk.
            return Extent.ALL if self.patterns.match("*") != self.but_resources else Extent.NONE
        if self.patterns.cover(resource, ANY):
            return Extent.NONE if self.but_resources else Extent.ALL
        # In a field of an ARN, ANY means any text without a colon.
        generic = resource.replace(ANY, FIELD if resource.startswith("arn:") else "*")
        # For a single object, only the values that AWS fills in for variables are unknown.
        undecided = self.patterns if ANY in resource else self._with_variables
        if any(undecided.meeting(generic)):
            return Extent.SOME
        return Extent.ALL if self.but_resources else Extent.NONE

    @cached_property
    def patterns(self) -> Patterns:
        """The patterns of the resources."""
        return Patterns(self.resources)

    @cached_property
    def _with_variables(self) -> Patterns:
        return Patterns(one for one in self.resources if VARIABLE_START in one)

    def objects(self, generic: str) -> Objects:
        """Return the objects of one kind that the resources cover. generic is the ARN of such an object, with ANY."""
        if generic not in self._objects:
            self._objects[generic] = _objects(self, generic)
        return self._objects[generic]

    @cached_property
    def _objects(self) -> dict[str, Objects]:
        return {}

    @cached_property
    def limits(self) -> tuple[Extent, ...]:
        """The most that the statement's condition leaves of it, by session."""
        known = {True: Extent.ALL, False: Extent.NONE, None: Extent.CONDITIONAL}
        return tuple(known[holds(self.condition, session, self.allows)] for session in SESSIONS)

    def of(self, name: str) -> Statement:
        """Return the statement with this name in place of the variable for the user's own name."""
        if not any(VARIABLE_START in pattern for pattern in self.resources):
            return self
        return replace(self, resources=tuple(_OWN_NAME.sub(lambda _found: name, one) for one in self.resources))


def _objects(statement: Statement, generic: str) -> Objects:
    about = list(statement.patterns.meeting(generic.replace(ANY, FIELD)))
    if statement.but_resources:
        return Objects(others=(f"all but {', '.join(map(_short, about))}" if about else EVERYTHING,))
    names: set[str] = set()
    others: dict[str, None] = {}
    for pattern in about:
        end = pattern.rpartition("/")[2]
        if covers(pattern, generic, ANY):
            others[EVERYTHING] = None
        elif "*" in end or "?" in end:
            others[_short(pattern)] = None
        else:
            names.add(end)
    return Objects(frozenset(names), tuple(others))


def _short(pattern: str) -> str:
    """Return the pattern without the fields that the ARNs of all objects of the account share."""
    return pattern.split(":", 5)[-1]


@dataclass(frozen=True)
class Rights:
    """What policies allow and deny: an Extent for each question in each kind of session, in that order."""

    allowed: tuple[int, ...]
    denied: tuple[int, ...]

    def within(self, boundary: Rights) -> Rights:
        """Return what a permissions boundary or a level of SCPs leaves of these rights."""
        return Rights(
            tuple(map(min, self.allowed, boundary.allowed)),
            tuple(map(max, self.denied, boundary.denied)),
        )

    def extent(self, question: int, session: Session) -> Extent:
        """Return the result for one question in one kind of session."""
        return self.extents(question)[SESSIONS.index(session)]

    def extents(self, question: int) -> tuple[Extent, ...]:
        """Return the results for one question in each kind of session."""
        start = question * len(SESSIONS)
        end = start + len(SESSIONS)
        return tuple(_LEFT[pair] for pair in zip(self.allowed[start:end], self.denied[start:end], strict=True))


def _left(allowed: Extent, denied: Extent) -> Extent:
    if denied is Extent.ALL:
        return Extent.NONE
    return min(allowed, denied) if allowed is Extent.ALL and denied else allowed


_LEFT: Mapping[tuple[int, int], Extent] = {(one, other): _left(one, other) for one in Extent for other in Extent}


def together(many: Iterable[Rights], questions: int) -> Rights:
    """Return the rights of several policies together, such as all those of a user."""
    size = questions * len(SESSIONS)
    all_of_them = [Rights((0,) * size, (0,) * size), *many]
    return Rights(
        tuple(map(max, zip(*(rights.allowed for rights in all_of_them), strict=True))),
        tuple(map(max, zip(*(rights.denied for rights in all_of_them), strict=True))),
    )


def read_document(document: object) -> list[Statement]:
    """Return the statements of a policy document, given as text or as botocore decodes it.

    Raises UnreadablePolicyError if it is no policy.
    """
    try:
        policy = json.loads(document) if isinstance(document, str) else document
        return [_read_statement(statement) for statement in _many(t.cast("dict[str, t.Any]", policy)["Statement"])]
    except (AttributeError, KeyError, TypeError, ValueError) as exc:
        raise UnreadablePolicyError(f"{type(exc).__name__}: {exc}") from exc


def in_force(statements: Iterable[Statement], now: str) -> list[Statement]:
    """Return the statements whose conditions on the time are met at this time, without those conditions."""
    found = []
    for statement in statements:
        rest = at_time(statement.condition, now)
        if rest is not None:
            found.append(statement if rest is statement.condition else replace(statement, condition=rest))
    return found


def _read_statement(statement: Mapping[str, t.Any]) -> Statement:
    but_actions = "NotAction" in statement
    but_resources = "NotResource" in statement
    actions = _many(statement["NotAction" if but_actions else "Action"])
    allows = statement["Effect"] == "Allow"
    resources = _completed(_many(statement["NotResource" if but_resources else "Resource"]))
    return Statement(
        allows=allows,
        actions=tuple(action.lower() for action in actions),
        but_actions=but_actions,
        # A pattern that takes rights away counts only if AWS certainly matches it.
        resources=tuple(one for one in resources if allows != but_resources or _is_certain(one)),
        but_resources=but_resources,
        condition={operator: dict(keys) for operator, keys in statement.get("Condition", {}).items()},
    )


def _many(value: t.Any) -> list[t.Any]:
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _completed(patterns: Iterable[str]) -> Iterable[str]:
    """Yield the patterns, and each ARN of fewer than six fields also completed with asterisks, as AWS does."""
    for pattern in patterns:
        yield pattern
        missing = 5 - pattern.count(":")
        if pattern.startswith("arn:") and missing > 0:
            yield pattern + ":*" * missing


def _is_certain(pattern: str) -> bool:
    """Whether AWS certainly matches the pattern with everything that it seems to cover.

    AWS takes no wildcards in the type of a resource, such as user in arn:aws:iam::123456789012:user/alice ("IAM
    identifiers" in the IAM User Guide), and none that span a colon, except at the end.
    """
    if not pattern.startswith("arn:"):
        return True
    fields = pattern.split(":", 5)
    kind, slash, _name = fields[-1].partition("/")
    return len(fields) == 6 and ((kind == "*" and not slash) or not _WILDCARD.search(kind))


def rights_of(statements: Sequence[Statement], questions: Sequence[Question]) -> Rights:
    """Return what the statements allow and deny, for each question."""
    allowed: list[int] = []
    denied: list[int] = []
    for question in questions:
        allow, deny = [0] * len(SESSIONS), [0] * len(SESSIONS)
        for statement in statements:
            if not statement.applies_to(question.action):
                continue
            reach = statement.reaches(question.resource)
            if reach is not Extent.NONE:
                found = allow if statement.allows else deny
                found[:] = [max(known, min(reach, most)) for known, most in zip(found, statement.limits, strict=True)]
        allowed += allow
        denied += deny
    return Rights(tuple(allowed), tuple(denied))

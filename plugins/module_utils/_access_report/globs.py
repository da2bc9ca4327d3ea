# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Patterns of policies, with * for any text and ? for any character: what they match, and what two have in common.

Whoever may write a policy chooses the pattern, so nothing here tries one way after the other: the texts between the
asterisks are looked for once each, from left to right.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache

# For meet, in its second pattern: any text without a colon.
FIELD = "\1"
_STARS = re.compile(r"\*+")
_ANY_TEXTS = re.compile(rf"[*{FIELD}]+")
VARIABLE_START = "${"
# Up to here a pattern stands for itself.
_START = re.compile(r"(?:(?!\$\{)[^*?\1])*")


class _Parts(t.NamedTuple):
    """A pattern taken apart at its asterisks."""

    texts: tuple[str, ...]
    # For texts with question marks: an expression without any repetition.
    expressions: tuple[re.Pattern[str] | None, ...]
    shortest: int


@lru_cache(maxsize=32768)
def _parts(pattern: str) -> _Parts:
    texts = tuple(_STARS.split(pattern))
    return _Parts(texts, tuple(_expression(text) for text in texts), sum(map(len, texts)))


def _expression(text: str) -> re.Pattern[str] | None:
    return re.compile(re.escape(text).replace(r"\?", "."), re.DOTALL) if "?" in text else None


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern matches the whole text."""
    parts = _parts(pattern)
    if len(parts.texts) == 1:
        return len(text) == parts.shortest and _begins(parts, 0, text, 0)
    if len(text) < parts.shortest:
        return False
    end = len(text) - len(parts.texts[-1])
    if not _begins(parts, 0, text, 0) or not _begins(parts, -1, text, end):
        return False
    # The first place is the best one: what follows has the most room then.
    place = len(parts.texts[0])
    for number in range(1, len(parts.texts) - 1):
        place = _found(parts, number, text, place, end)
        if place < 0:
            return False
    return True


def _begins(parts: _Parts, number: int, text: str, place: int) -> bool:
    expression = parts.expressions[number]
    if expression is None:
        return text.startswith(parts.texts[number], place)
    return expression.match(text, place) is not None


def _found(parts: _Parts, number: int, text: str, start: int, end: int) -> int:
    """Where the part ends that is found first between start and end; -1 where it is not."""
    expression = parts.expressions[number]
    if expression is None:
        place = text.find(parts.texts[number], start, end)
        return place if place < 0 else place + len(parts.texts[number])
    found = expression.search(text, start, end)
    return found.end() if found else -1


class _States(t.NamedTuple):
    """A pattern as places in it, of which bit number N is the one after its first N characters."""

    size: int
    # Places from which a character leads on: by character, and for question marks, which any leads on from.
    by_character: dict[str, int]
    wild: int
    # Places at which any text, or any text without a colon, is next.
    stars: int
    fields: int


@lru_cache(maxsize=4096)
def _states(pattern: str) -> _States:
    # No two of them in a row, so that one step is enough to pass by one that stands for nothing.
    text = _ANY_TEXTS.sub(lambda found: "*" if "*" in found[0] else FIELD, pattern)
    by_character: dict[str, int] = {}
    for place, character in enumerate(text):
        by_character[character] = by_character.get(character, 0) | 1 << place
    wild, stars, fields = (by_character.pop(special, 0) for special in ("?", "*", FIELD))
    return _States(len(text), by_character, wild, stars, fields)


@lru_cache(maxsize=16384)
def meet(one: str, other: str) -> bool:
    """Whether there is a text that both patterns match. The other may have FIELD in it."""
    size, by_character, wild, stars, fields = _states(other)
    literal = wild
    for places in by_character.values():
        literal |= places
    skips = stars | fields
    everywhere = (1 << size + 1) - 1
    here = 1 | (skips & 1) << 1
    for character in one:
        if character == "*":
            # Any text, and so any of what the other has from the first place on.
            here = everywhere & -(here & -here)
            continue
        if character == "?":
            here = (here & literal) << 1 | here & skips
        else:
            stay = stars if character == ":" else skips
            here = (here & (by_character.get(character, 0) | wild)) << 1 | here & stay
        here |= (here & skips) << 1
        if not here:
            return False
    return bool(here >> size & 1)


def covers(pattern: str, generic: str, any_text: str) -> bool:
    """Whether the pattern matches whatever stands in the place of any_text, which is long and in no pattern.

    Question marks match it too, so a single character has to do as well.
    """
    return matches(pattern, generic) and (
        "?" not in pattern or matches(pattern, generic.replace(any_text, any_text[0]))
    )


def without_variables(pattern: str) -> str:
    """The pattern with asterisks for what AWS fills in, such as ${aws:username}."""
    start, *rest = pattern.split(VARIABLE_START)
    return start + "".join("*" + part.partition("}")[2] for part in rest)


class Patterns:
    """Many patterns, of which only those are looked at whose texts in front of the first wildcard fit.

    A policy has up to a thousand, and what is asked of them is asked for each action and each object.
    """

    def __init__(self, patterns: Iterable[str]) -> None:
        self._patterns = tuple(patterns)

    @cached_property
    def _by_start(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for pattern in self._patterns:
            found.setdefault(_start_of(pattern), []).append(pattern)
        return found

    @cached_property
    def _lengths(self) -> list[int]:
        return sorted({len(start) for start in self._by_start})

    def near(self, text: str) -> Iterator[str]:
        """Those patterns that may match the text: all others don't."""
        for length in self._lengths:
            yield from self._by_start.get(text[:length], ())

    def match(self, text: str) -> bool:
        """Whether any pattern matches the whole text."""
        return any(matches(pattern, text) for pattern in self.near(text))

    def cover(self, generic: str, any_text: str) -> bool:
        """Whether any pattern covers the text with any_text in it."""
        return any(covers(pattern, generic, any_text) for pattern in self.near(generic))

    def meeting(self, generic: str) -> Iterator[str]:
        """Those patterns that have a text in common with the other one. Variables stand for any text."""
        start = _start_of(generic)
        one_field = generic == start + FIELD
        for own, patterns in self._by_start.items():
            longer = own.startswith(start)
            if not longer and not start.startswith(own):
                continue
            for pattern in map(without_variables, patterns):
                # Nothing but a colon can keep the rest from being what stands for any text without one.
                if ":" not in pattern[len(start) :] if longer and one_field else meet(pattern, generic):
                    yield pattern


def _start_of(pattern: str) -> str:
    return t.cast("re.Match[str]", _START.match(pattern))[0]

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Patterns of policies, with * for any text and ? for any character: what they match, and whether two overlap.

Anyone who can write a policy chooses its patterns, so nothing here backtracks: the code searches once for each text
between asterisks, from left to right.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache

# In the second pattern of meet: stands for any text without a colon.
FIELD = "\1"
_STARS = re.compile(r"\*+")
_ANY_TEXTS = re.compile(rf"[*{FIELD}]+")
VARIABLE_START = "${"
# The text in front of the first wildcard or variable.
_START = re.compile(r"(?:(?!\$\{)[^*?\1])*")


class _Parts(t.NamedTuple):
    """A pattern split at its asterisks."""

    texts: tuple[str, ...]
    # For texts with question marks: a regular expression without repetition.
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
    # The first match is the best one: it leaves the most room for the texts that follow.
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
    """Return where the first match of the part between start and end ends; -1 without a match."""
    expression = parts.expressions[number]
    if expression is None:
        place = text.find(parts.texts[number], start, end)
        return place if place < 0 else place + len(parts.texts[number])
    found = expression.search(text, start, end)
    return found.end() if found else -1


class _States(t.NamedTuple):
    """A pattern as sets of places in it, stored as bits: bit N is the place after the first N characters."""

    size: int
    # Places in front of a character, by this character, and in front of a question mark.
    by_character: dict[str, int]
    wild: int
    # Places in front of an asterisk, and in front of a FIELD.
    stars: int
    fields: int


@lru_cache(maxsize=4096)
def _states(pattern: str) -> _States:
    # Neighbouring asterisks and FIELDs become one, so that one step is enough to skip one that stands for no text.
    text = _ANY_TEXTS.sub(lambda found: "*" if "*" in found[0] else FIELD, pattern)
    by_character: dict[str, int] = {}
    for place, character in enumerate(text):
        by_character[character] = by_character.get(character, 0) | 1 << place
    wild, stars, fields = (by_character.pop(special, 0) for special in ("?", "*", FIELD))
    return _States(len(text), by_character, wild, stars, fields)


@lru_cache(maxsize=16384)
def meet(one: str, other: str) -> bool:
    """Whether a text exists that both patterns match. Only the other pattern may contain FIELD."""
    size, by_character, wild, stars, fields = _states(other)
    literal = wild
    for places in by_character.values():
        literal |= places
    skips = stars | fields
    everywhere = (1 << size + 1) - 1
    here = 1 | (skips & 1) << 1
    for character in one:
        if character == "*":
            # The asterisk matches any text, so every place from the first one on can be reached.
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
    """Whether the pattern matches generic, whatever text replaces any_text, which is long and in no pattern.

    Question marks can match any_text too, so the pattern also has to match a single character in its place.
    """
    return matches(pattern, generic) and (
        "?" not in pattern or matches(pattern, generic.replace(any_text, any_text[0]))
    )


def without_variables(pattern: str) -> str:
    """Return the pattern with asterisks for variables, such as ${aws:username}."""
    start, *rest = pattern.split(VARIABLE_START)
    return start + "".join("*" + part.partition("}")[2] for part in rest)


class Patterns:
    """Patterns. A check skips those whose text in front of the first wildcard or variable does not fit.

    A policy can have a thousand patterns, and they are checked for each action and each object.
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
        """Yield the patterns that may match the text. The others can't."""
        for length in self._lengths:
            yield from self._by_start.get(text[:length], ())

    def match(self, text: str) -> bool:
        """Whether any pattern matches the whole text."""
        return any(matches(pattern, text) for pattern in self.near(text))

    def cover(self, generic: str, any_text: str) -> bool:
        """Whether any pattern covers generic, whatever text replaces any_text in it."""
        return any(covers(pattern, generic, any_text) for pattern in self.near(generic))

    def meeting(self, generic: str) -> Iterator[str]:
        """Yield the patterns that overlap with generic, with asterisks for their variables."""
        start = _start_of(generic)
        one_field = generic == start + FIELD
        for own, patterns in self._by_start.items():
            longer = own.startswith(start)
            if not longer and not start.startswith(own):
                continue
            for pattern in map(without_variables, patterns):
                # The rest of the pattern overlaps with FIELD unless it contains a colon, so meet is not needed.
                if ":" not in pattern[len(start) :] if longer and one_field else meet(pattern, generic):
                    yield pattern


def _start_of(pattern: str) -> str:
    return t.cast("re.Match[str]", _START.match(pattern))[0]

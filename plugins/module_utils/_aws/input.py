# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Parsing of values as people write them: text that YAML may have changed, and lists given as text.

Such text comes from the command line or a survey. Commas, blanks and new lines all separate its words.
"""

from __future__ import annotations

import difflib
import re
import typing as t
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

# A quoted word is taken literally, including commas.
_WORD = re.compile(r""""(?P<double>[^"]*)"(?=[\s,]|$)|'(?P<single>[^']*)'(?=[\s,]|$)|(?P<plain>[^\s,]+)|(?P<comma>,)""")
# Bullets and numbers at the start of list lines in text documents.
_MARK = re.compile(r"(?:[-*\u2022\u2013]|[0-9]{1,4}[.)])\s+|-$")
_BYTE_ORDER_MARK = "\ufeff"


# The first match counts: bool is also a number, and str also a sequence.
_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (type(None), "nothing"),
    (bool, "a boolean"),
    (str, "a string"),
    ((int, float), "a number"),
    (date, "a date"),
    (Mapping, "a dictionary"),
    (Sequence, "a list"),
)
# The values that Ansible accepts as booleans, in lower case.
BOOLEANS = {
    **dict.fromkeys(("true", "yes", "on", "1", "t", "y"), True),
    **dict.fromkeys(("false", "no", "off", "0", "f", "n"), False),
}
# How many problems one message lists.
_TOLD = 20


class Word(t.NamedTuple):
    """A word of a text, its line number, and whether it was quoted."""

    text: str
    line: int
    quoted: bool = False


def kind(value: object) -> str:
    """The type of a value, in YAML's words."""
    return next((word for types, word in _KINDS if isinstance(value, types)), type(value).__name__)


def text_problem(value: object) -> str | None:
    """Why a value is not text. Once YAML has read it as another type, the original spelling is lost."""
    if isinstance(value, str):
        return None
    what = f"must be text, not {kind(value)}"
    if isinstance(value, bool):
        return f"{what}: put it in quotes, as YAML changes yes to true"
    if isinstance(value, (int, float)):
        return f"{what}: put it in quotes, as YAML changes 0123 to 83"
    return f"{what}: put it in quotes" if isinstance(value, date) else what


def is_true(value: object) -> bool:
    """A playbook's boolean as bool; Ansible refuses other values."""
    return BOOLEANS.get(str(value).lower(), False)


def not_a_list(value: object) -> str:
    """Why a value is neither a list nor text. For a value that YAML changed, the message asks for quotes."""
    if isinstance(value, (int, float, date)):
        return str(text_problem(value))
    return f"must be a list, not {kind(value)}"


def read_list(value: object) -> tuple[list[str], list[str]]:
    """A list of texts from a list or from text, and the problems in it. None is an empty list.

    Elements of a real list are taken literally. Each problem begins with the line or the item.
    """
    if value is None:
        return [], []
    if isinstance(value, str):
        words, problems = split_text(value)
        return [word.text for word in words], problems
    if not isinstance(value, Sequence) or isinstance(value, bytes):
        return [], [not_a_list(value)]
    told = [f"item {number}: {text_problem(item)}" for number, item in enumerate(value, 1) if text_problem(item)]
    return [item for item in value if isinstance(item, str)], told


def split_text(text: str) -> tuple[list[Word], list[str]]:
    """The words of a text, and the problems in it."""
    lines = [(number, line.strip()) for number, line in enumerate(_without_brackets(text).splitlines(), 1)]
    lines = _without_marks([(number, line) for number, line in lines if line])
    words: list[Word] = []
    problems: list[str] = []
    for place, (number, line) in enumerate(lines):
        found = list(_words(line, number))
        # A comma at the end of a line is fine if another line follows.
        if len(found) > 1 and found[-1] is None and place < len(lines) - 1:
            found.pop()
        words += [word for word in found if word]
        problems += [f"line {number}: {problem}" for problem in _line_problems(line, found)]
    return words, problems


def nearest(name: str, known: Iterable[str], most: int = 1, alike: float = 0.6) -> list[str]:
    """The known names closest to this one, nearest first, ignoring case.

    alike is the least similarity, from 0 to 1.
    """
    by_lower = {each.lower(): each for each in known}
    return [by_lower[close] for close in difflib.get_close_matches(name.lower(), by_lower, most, alike)]


def in_one_message(problems: Sequence[str]) -> str:
    """The problems as one message of limited length."""
    more = len(problems) - _TOLD
    return "; ".join([*problems[:_TOLD], *([f"and {more} more"] if more > 0 else [])])


def _without_brackets(text: str) -> str:
    """The text without a byte order mark and without the brackets of a JSON list."""
    text = text.removeprefix(_BYTE_ORDER_MARK)
    stripped = text.strip()
    return stripped[1:-1] if stripped.startswith("[") and stripped.endswith("]") else text


def _without_marks(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The lines without list bullets or numbers, if every line has one."""
    if not all(_MARK.match(line) for _number, line in lines):
        return lines
    return [(number, line[_mark_end(line) :]) for number, line in lines]


def _mark_end(line: str) -> int:
    mark = _MARK.match(line)
    return mark.end() if mark else 0


def _words(line: str, number: int) -> Iterator[Word | None]:
    """The words of a line, with None for each comma."""
    for match in _WORD.finditer(line):
        plain = match["plain"]
        if match["comma"]:
            yield None
        elif plain is not None:
            yield Word(plain, number)
        else:
            yield Word(match["double"] if match["single"] is None else match["single"], number, quoted=True)


def _line_problems(line: str, found: Sequence[Word | None]) -> Iterator[str]:
    if len(found) > 1 and found[-1] is None:
        yield "ends with a comma; what followed may have been lost, as with -e names=a, b without quotes"
    if found and (found[0] is None or any(a is None and b is None for a, b in pairwise(found))):
        yield "has a comma with nothing before it"
    if _mark_end(line):
        yield "begins with the mark of a list, which other lines don't; leave the marks out"
    if any(word and not word.quoted and word.text.startswith(("'", '"')) for word in found):
        yield "has a quote that does not end"
    if any(word and not word.text for word in found):
        yield "has quotes with nothing between them"

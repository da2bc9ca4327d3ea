# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Values as people write them: what has to be text and is not, and lists that come as text.

Text comes from a command line or from a survey. Everywhere the same separates its words: commas, blanks and new lines.
"""

from __future__ import annotations

import difflib
import re
import typing as t
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import pairwise

# A word in quotes is taken as it is written, also with a comma in it.
_WORD = re.compile(r""""(?P<double>[^"]*)"(?=[\s,]|$)|'(?P<single>[^']*)'(?=[\s,]|$)|(?P<plain>[^\s,]+)|(?P<comma>,)""")
# What lists in text documents begin their lines with.
_MARK = re.compile(r"(?:[-*\u2022\u2013]|[0-9]{1,4}[.)])\s+|-$")
_BYTE_ORDER_MARK = "\ufeff"


# The first that fits counts: a boolean is a number too, and a string a sequence.
_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (type(None), "nothing"),
    (bool, "a boolean"),
    (str, "a string"),
    ((int, float), "a number"),
    (date, "a date"),
    (Mapping, "a dictionary"),
    (Sequence, "a list"),
)
# What Ansible takes for a boolean, in lower case.
BOOLEANS = {
    **dict.fromkeys(("true", "yes", "on", "1", "t", "y"), True),
    **dict.fromkeys(("false", "no", "off", "0", "f", "n"), False),
}
# Of many mistakes a message names this many.
_TOLD = 20


class Word(t.NamedTuple):
    """A word of a text, with the line that it is in, and whether it was in quotes."""

    text: str
    line: int
    quoted: bool = False


def kind(value: object) -> str:
    """The type of a value in the words of YAML."""
    return next((word for types, word in _KINDS if isinstance(value, types)), type(value).__name__)


def text_problem(value: object) -> str | None:
    """Why a value that has to be text is none. What YAML has read as something else can't be told from it any more."""
    if isinstance(value, str):
        return None
    what = f"must be text, not {kind(value)}"
    if isinstance(value, bool):
        return f"{what}: put it in quotes, as YAML changes yes to true"
    if isinstance(value, (int, float)):
        return f"{what}: put it in quotes, as YAML changes 0123 to 83"
    return f"{what}: put it in quotes" if isinstance(value, date) else what


def is_true(value: object) -> bool:
    """A boolean as a playbook gives it. What is none is refused by Ansible."""
    return BOOLEANS.get(str(value).lower(), False)


def not_a_list(value: object) -> str:
    """Why a value that may be a list or text is none. One that YAML has changed is said to be text."""
    if isinstance(value, (int, float, date)):
        return str(text_problem(value))
    return f"must be a list, not {kind(value)}"


def read_list(value: object) -> tuple[list[str], list[str]]:
    """A list of texts that may come as text, and what is wrong with it. Nothing is an empty list.

    An element of a real list is taken as it is written. Each problem begins with the line or with the item.
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
    """The words of a text, and what is wrong with it."""
    lines = [(number, line.strip()) for number, line in enumerate(_without_brackets(text).splitlines(), 1)]
    lines = _without_marks([(number, line) for number, line in lines if line])
    words: list[Word] = []
    problems: list[str] = []
    for place, (number, line) in enumerate(lines):
        found = list(_words(line, number))
        # A comma may end a line that another one follows.
        if len(found) > 1 and found[-1] is None and place < len(lines) - 1:
            found.pop()
        words += [word for word in found if word]
        problems += [f"line {number}: {problem}" for problem in _line_problems(line, found)]
    return words, problems


def nearest(name: str, known: Iterable[str], most: int = 1, alike: float = 0.6) -> list[str]:
    """Those of the known names that were probably meant, the nearest first, whatever the case of their letters.

    alike is how near a name has to be, from 0 to 1.
    """
    by_lower = {each.lower(): each for each in known}
    return [by_lower[close] for close in difflib.get_close_matches(name.lower(), by_lower, most, alike)]


def in_one_message(problems: Sequence[str]) -> str:
    """The problems as one text, which does not grow with a text that is wrong all through."""
    more = len(problems) - _TOLD
    return "; ".join([*problems[:_TOLD], *([f"and {more} more"] if more > 0 else [])])


def _without_brackets(text: str) -> str:
    """The text without the brackets of a list that is written as in JSON, and without what editors put before it."""
    text = text.removeprefix(_BYTE_ORDER_MARK)
    stripped = text.strip()
    return stripped[1:-1] if stripped.startswith("[") and stripped.endswith("]") else text


def _without_marks(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """The lines without the marks of a list, where all of them have one."""
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

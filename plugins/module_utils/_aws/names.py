# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Parses user names from a list or text, and detects headings, table columns and other non-names in the text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import Word, not_a_list, split_text, text_problem

# Enough for 5,000 names of 64 characters, the default quota of an account, and their separators.
LONGEST_TEXT = 400_000
# Typical column headings in tables of people. In quotes, each is an ordinary name.
HEADINGS = (
    frozenset(
        f"{word}{end}"
        for word in ("user", "name", "username", "login", "manager", "group", "email", "team")
        for end in ("", "s")
    )
    | {"user_name", "user-name", "userid", "user_id", "account", "id", "boss", "mail", "e-mail", "department"}
    | {f"{which}{between}name" for which in ("first", "last") for between in ("", "_", "-")}
)
# How templates and programs print an empty value.
_NOTHING = re.compile(r"none|null|undefined|__omit_place_holder__.*", re.IGNORECASE)
# Two or more columns, as in a table pasted from a terminal.
_COLUMNS = re.compile(r"\S[ \u00a0]{2,}\S")


def read_names(names: object) -> tuple[list[str], list[str]]:
    """The names, and all problems in them: one sentence each, beginning with the line or item."""
    if isinstance(names, str):
        if len(names) > LONGEST_TEXT:
            return [], [f"the text has {len(names)} characters, at most {LONGEST_TEXT} are read"]
        words, problems = split_text(names)
        problems += [f"line {number}: {problem}" for number, problem in _table_problems(names, words)]
        placed: list[tuple[str, object]] = [(f"line {word.line}", word.text) for word in words]
    elif isinstance(names, Sequence) and not isinstance(names, bytes):
        placed = [(f"item {number}", name) for number, name in enumerate(names, 1)]
        # IAM allows the comma, but it is usually left over from text that was split at blanks.
        problems = [
            f"{place}: {name!r} begins or ends with a comma; leave the comma out"
            for place, name in placed
            if isinstance(name, str) and name.strip(",") != name
        ]
    else:
        return [], [not_a_list(names)]
    found, wrong = _checked(placed)
    return found, problems + wrong


def same_names(names: Iterable[str], called: Callable[[str], str] = str) -> list[list[str]]:
    """Return the names that stand for the same user, together: what they are called differs only by case."""
    spellings: dict[str, list[str]] = {}
    for name in names:
        spellings.setdefault(called(name).lower(), []).append(name)
    return [each for each in spellings.values() if len(each) > 1]


def _checked(placed: Sequence[tuple[str, object]]) -> tuple[list[str], list[str]]:
    seen: dict[str, str] = {}
    found: list[str] = []
    problems: list[str] = []
    for place, name in placed:
        problem = text_problem(name)
        if problem is None and isinstance(name, str):
            problem = _name_problem(name, seen.get(name.lower()))
            seen.setdefault(name.lower(), place)
            found.append(name)
        if problem:
            problems.append(f"{place}: {problem}")
    return found, problems


def _name_problem(name: str, first: str | None) -> str | None:
    if len(name) > limits.USER_NAME_LENGTH:
        return f"{name[:80]!r} has {len(name)} characters, IAM allows {limits.USER_NAME_LENGTH}"
    if not limits.NAME.fullmatch(name):
        return f"{name!r} is no name that IAM allows; use A-Z a-z 0-9 and _+=,.@-"
    return f"{name!r} is already in {first}; IAM ignores case" if first else None


def _table_problems(text: str, words: Sequence[Word]) -> Iterator[tuple[int, str]]:
    """Signs of a table, in which only one column may hold the users to act on."""
    first = min((word.line for word in words), default=0)
    for word in words:
        if word.line == first and not word.quoted and word.text.lower() in HEADINGS:
            yield word.line, f"{word.text!r} looks like the heading of a column; if it is a user, put it in quotes"
        if not word.quoted and _NOTHING.fullmatch(word.text):
            yield word.line, f"{word.text!r} looks like an empty value; if it is a user, put it in quotes"
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    for number, line in lines:
        if "\t" in line:
            yield number, "has a tab, as between the columns of a table; give the names alone"
    words_in = Counter(word.line for word in words)
    for what, counts in (
        ("commas", [sum(1 for cell in line.split(",") if cell.strip()) for _number, line in lines]),
        ("wide gaps", [len(_COLUMNS.findall(line)) + 1 for _number, line in lines]),
        ("spaces", [0 if "," in line else words_in[number] for number, line in lines]),
    ):
        if len(counts) > 1 and len(set(counts)) == 1 and counts[0] > 1:
            # One way to see columns is enough.
            columns = f"all {len(lines)} lines have {counts[0]} columns, by {what}"
            yield lines[0][0], f"{columns}; give the names alone, one in a line or all in one"
            return

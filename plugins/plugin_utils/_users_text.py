# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads users from text in a form or file: a YAML list, or CSV with a header line."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Iterator

import yaml
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.input import label, parse_users
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Options
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._users_csv import csv_items
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._users_item import Item, TextError
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._users_yaml import yaml_items

# The most that an AWX survey accepts: 200 characters for each user of a full account.
LONGEST_TEXT = 1_000_000
# After this many problems, the rest of the text is not read.
MOST_PROBLEMS = 100
UTF_16 = "is UTF-16, which spreadsheets call Unicode text; save it as UTF-8, such as CSV UTF-8"
NOT_UTF_8 = "is not UTF-8; save it as UTF-8, such as CSV UTF-8"


def read_users(text: str) -> tuple[list[dict[str, t.Any]], list[str]]:
    """Return the users, and all problems in them: one sentence each, beginning with line and field."""
    try:
        text = _checked(text)
        items, problems = _read(csv_items(text) if _looks_like_csv(text) else yaml_items(text))
    except TextError as exc:
        return [], [str(exc)]
    return [item.values for item in items], [f"line {line}{who}: {what}" for line, who, what in sorted(problems)]


def _read(items: Iterable[Item]) -> tuple[list[Item], list[tuple[int, str, str]]]:
    """Return the items and their problems, whose number is limited for any text."""
    read: list[Item] = []
    problems: list[tuple[int, str, str]] = []
    seen: dict[str, int] = {}
    for item in items:
        if len(read) == limits.USERS_PER_ACCOUNT:
            raise TextError(f"line {item.line}: is one user more than IAM allows in an account ({len(read)})")
        read.append(item)
        problems += [*_item_problems(item), *_duplicates(item, seen)]
        if len(problems) > MOST_PROBLEMS:
            told = sorted(problems)[:MOST_PROBLEMS]
            return read, [*told, (item.line, "", "has more mistakes; the rest was not looked at")]
    return read, problems


def _item_problems(item: Item) -> Iterator[tuple[int, str, str]]:
    who = _who(item)
    yield from ((line, who, what) for line, what in item.problems)
    _users, problems = parse_users([item.values], Options.managed_by_tag)
    for problem in problems:
        what = problem.removeprefix(f"{label(0, item.name)}: ")
        name = re.split(r"[.:\[]", what, maxsplit=1)[0]
        yield item.lines.get(name, item.line), who, what


def _who(item: Item) -> str:
    """Return the user's name for messages, on one line."""
    return f" ({' '.join(item.name[:80].split())})" if item.name else ""


def _duplicates(item: Item, seen: dict[str, int]) -> Iterator[tuple[int, str, str]]:
    """Report a name that an earlier item has. User names are case-insensitive in IAM."""
    if item.name and seen.setdefault(item.name.lower(), item.line) != item.line:
        first = seen[item.name.lower()]
        yield item.line, _who(item), f"name: is in line {first} too; list each user once"


def _checked(text: str) -> str:
    """Return the text without a byte order mark. Raises TextError if it can't be read at all."""
    if len(text) > LONGEST_TEXT:
        raise TextError(f"line 1: the text has {len(text)} characters, at most {LONGEST_TEXT} are read")
    text = text.lstrip("\ufeff")
    start = text[:64]
    # Ansible reads bytes that are not UTF-8 as lone surrogates; in UTF-16, every second byte is often zero.
    if start.startswith(("\udcff\udcfe", "\udcfe\udcff", "\ufffd\ufffd")) or start.count("\x00") * 3 > len(start):
        raise TextError(f"line 1: {UTF_16}")
    for number, line in enumerate(text.split("\n"), start=1):
        if match := yaml.reader.Reader.NON_PRINTABLE.search(line):
            # Python's representation of a byte that is not UTF-8.
            if "\udc80" <= match[0] <= "\udcff":
                raise TextError(f"line {number}: {NOT_UTF_8}")
            raise TextError(f"line {number}: has the character U+{ord(match[0]):04X}, which can't be in such a text")
    return text


def _looks_like_csv(text: str) -> bool:
    """Whether the first non-empty line is a header: names without the characters that YAML lists begin with."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "-")
    return not first.startswith(("-", "[", "{", "#", "%")) and ":" not in first

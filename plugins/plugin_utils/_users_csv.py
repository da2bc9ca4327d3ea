# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads users from CSV as spreadsheets export it: with commas, semicolons or tabs, or a sep= line that says which."""

from __future__ import annotations

import csv
import io
import re
import typing as t
from collections.abc import Iterator

from ansible_collections.cloudhsm.iam.plugins.module_utils._users.input import USER_SPEC
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._users_item import FORMS, MOST_FIELDS, Item, TextError

LISTS = frozenset(name for name, option in USER_SPEC.items() if option.get("elements") == "str")
TEMPORARY = "temporary_groups"
# Cell separators, the most usual first.
DELIMITERS = (",", ";", "\t")
# Headings of the name column in AWS's console and credential report, and in other directories.
NAMES = ("name", "username", "user_name", "user")
# A spreadsheet's line that names the separator.
_SEPARATOR = re.compile(r'\s*"?sep=(?P<delimiter>[,;\t])"?\s*', re.IGNORECASE)
# A spreadsheet's notation for text that it would otherwise read as a number, such as ="0123".
_TEXT_FORMULA = re.compile(r'="(?P<text>[^"]*)"')
# A spreadsheet's notation for long numbers, also used for a name such as 12e5.
_SHORTENED = re.compile(r"[+-]?[0-9]+([.,][0-9]+)?E[+-]?[0-9]+", re.IGNORECASE)
_BYTE_ORDER_MARK = "\ufeff"


def csv_items(text: str) -> Iterator[Item]:
    """Yield the users in a CSV. Raises TextError if it has no header or is not CSV."""
    # Not splitlines, which also splits at characters that a cell may contain, such as U+2028.
    lines = list(io.StringIO(text, newline=""))
    begin = next((number for number, line in enumerate(lines) if line.strip()), 0)
    said = _SEPARATOR.fullmatch(lines[begin].rstrip("\r\n")) if lines else None
    if said:
        lines[begin] = "\n"
        begin += 1
    if begin < len(lines):
        # A byte order mark may follow the separator line.
        lines[begin] = lines[begin].lstrip(_BYTE_ORDER_MARK)
    delimiter = said["delimiter"] if said else _delimiter(lines[begin:])
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    header: list[str] = []
    end = 0
    try:
        for row in rows:
            line, end = end + 1, rows.line_num
            cells = [_cell(cell) for cell in row]
            if not any(cells):
                continue
            if header:
                yield _item(line, header, cells)
            else:
                header = _header(line, cells)
    except csv.Error as exc:
        raise TextError(f"line {rows.line_num}: is not CSV: {exc}; look for a quote that does not end") from exc


def _cell(written: str) -> str:
    """Return the cell's content without white space and formula notation."""
    cell = written.strip()
    formula = _TEXT_FORMULA.fullmatch(cell)
    return formula["text"].strip() if formula else cell


def _delimiter(lines: list[str]) -> str:
    """Return the header's most frequent separator."""
    header = next((line for line in lines if line.strip()), "")
    return max(DELIMITERS, key=header.count)


def _header(line: int, cells: list[str]) -> list[str]:
    """Return the column names as options of a user: lower case, with underscores."""
    header = [re.sub(r"[\s-]+", "_", cell.lower()) for cell in cells]
    if len(header) > MOST_FIELDS:
        raise TextError(f"line {line}: has {len(header)} columns, at most {MOST_FIELDS} are read")
    named = [name for name in NAMES if name in header]
    if not named:
        raise TextError(f"line {line}: has no column name; {FORMS}")
    return ["name" if name == named[0] else name for name in header]


def _item(line: int, header: list[str], cells: list[str]) -> Item:
    item = Item(line)
    if len(cells) != len(header):
        item.problems.append((line, f"has {len(cells)} cells, and there are {len(header)} columns"))
    for number, (name, cell) in enumerate(zip(header, cells, strict=False), start=1):
        # An empty cell means leave alone.
        if not cell:
            continue
        if _SHORTENED.fullmatch(cell):
            item.problems.append((line, f"{name}: {cell[:80]!r} is how spreadsheets shorten numbers; make it text"))
        if not name:
            item.problems.append((line, f"has a value in column {number}, which has no name"))
        else:
            item.set(name, _value(name, cell, item, line), line)
    return item


def _value(name: str, cell: str, item: Item, line: int) -> t.Any:
    if name in LISTS:
        words = re.split(r"\s*[;,]\s*|\s+", cell)
        if not all(words):
            item.problems.append((line, f"{name}: has nothing between two separators; leave that out"))
        return [word for word in words if word]
    if name == TEMPORARY:
        return list(_temporary_groups(cell, item, line))
    return _tags(cell, item, line) if name == "tags" else cell


def _temporary_groups(cell: str, item: Item, line: int) -> Iterator[dict[str, str]]:
    """Yield temporary memberships: group, time and reason of each, separated by semicolons."""
    for text in (text for text in cell.split(";") if text.strip()):
        group, *rest = text.split(maxsplit=2)
        if len(rest) < 2:
            item.problems.append((line, f"{TEMPORARY}: {text.strip()[:80]!r} needs a group, a time and a reason"))
            continue
        yield {"group": group, "until": rest[0], "reason": rest[1]}


def _tags(cell: str, item: Item, line: int) -> dict[str, str]:
    tags: dict[str, str] = {}
    for pair in (pair for pair in cell.split(";") if pair.strip()):
        key, equals, value = (part.strip() for part in pair.partition("="))
        if not equals:
            item.problems.append((line, f"tags: {key[:80]!r} has no value; write {key[:80]}= for an empty one"))
        elif key in tags:
            item.problems.append((line, f"tags.{key[:80]}: is there twice"))
        tags.setdefault(key, value)
    return tags

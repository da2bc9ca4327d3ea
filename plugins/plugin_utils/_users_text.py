# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Users as text, the way people write them into a form or a file: a YAML list, or CSV with a header line."""

from __future__ import annotations

import csv
import re
import typing as t
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.desired import BOOLEANS, label, parse_users
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Options

# A form's answers are kept and shown as they are.
NO_PASSWORD = "can't be given as text, which others may see; leave it out, and one is generated"
FORMS = "give a YAML list of users, or CSV with a line of column names first"
LISTS = ("groups", "managed_policies")


class TextError(Exception):
    """The text as a whole can't be read; the message begins with the line."""


@dataclass
class Item:
    """A user as it was written: the line, the values, the lines of the fields, and what shows in the text alone."""

    line: int
    values: dict[str, t.Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)

    def set(self, name: str, value: t.Any, line: int) -> None:
        """Note a field's value, or why it can't have one."""
        if name == "password":
            self.problems.append((line, f"{name}: {NO_PASSWORD}"))
        elif name in self.values:
            self.problems.append((line, f"{name}: is there twice"))
        else:
            self.values[name] = value
            self.lines[name] = line

    @property
    def name(self) -> str | None:
        """The user's name, where it is one."""
        name = self.values.get("name")
        return name if isinstance(name, str) else None


def read_users(text: str) -> tuple[list[dict[str, t.Any]], list[str]]:
    """The users, and everything that is wrong with them: one sentence each, which begins with line and field."""
    text = text.removeprefix("\ufeff")
    try:
        _check_characters(text)
        items = list(_csv_items(text) if _looks_like_csv(text) else _yaml_items(text))
    except TextError as exc:
        return [], [str(exc)]
    problems = [problem for item in items for problem in _item_problems(item)] + list(_duplicates(items))
    return [item.values for item in items], [f"line {line}{who}: {what}" for line, who, what in sorted(problems)]


def _item_problems(item: Item) -> Iterator[tuple[int, str, str]]:
    who = f" ({item.name[:80]})" if item.name else ""
    yield from ((line, who, what) for line, what in item.problems)
    _users, problems = parse_users([item.values], Options.managed_by_tag)
    for problem in problems:
        what = problem.removeprefix(f"{label(0, item.name)}: ")
        name = re.split(r"[.:]", what, maxsplit=1)[0]
        yield item.lines.get(name, item.line), who, what


def _duplicates(items: list[Item]) -> Iterator[tuple[int, str, str]]:
    """IAM tells user names apart without regard to case."""
    seen: dict[str, int] = {}
    for item in items:
        if item.name and seen.setdefault(item.name.lower(), item.line) != item.line:
            yield (
                item.line,
                f" ({item.name[:80]})",
                f"name: is in line {seen[item.name.lower()]} too; list each user once",
            )


def _check_characters(text: str) -> None:
    for number, line in enumerate(text.split("\n"), start=1):
        if match := yaml.reader.Reader.NON_PRINTABLE.search(line):
            raise TextError(f"line {number}: has the character U+{ord(match[0]):04X}, which can't be in such a text")


def _looks_like_csv(text: str) -> bool:
    """Whether the first line that says anything is a header: names without what YAML lists begin with."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "-")
    return not first.startswith(("-", "[", "{", "#", "%")) and ":" not in first


def _csv_items(text: str) -> Iterator[Item]:
    rows = csv.reader(text.splitlines(keepends=True), strict=True)
    header: list[str] = []
    end = 0
    try:
        for row in rows:
            line, end = end + 1, rows.line_num
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if header:
                yield _csv_item(line, header, cells)
                continue
            header = [cell.lower() for cell in cells]
            if "name" not in header:
                raise TextError(f"line {line}: has no column name; {FORMS}")
    except csv.Error as exc:
        raise TextError(f"line {rows.line_num}: is not CSV: {exc}") from exc


def _csv_item(line: int, header: list[str], cells: list[str]) -> Item:
    item = Item(line)
    if len(cells) != len(header):
        item.problems.append((line, f"has {len(cells)} cells, and there are {len(header)} columns"))
    for name, cell in zip(header, cells, strict=False):
        # What is left out is left alone.
        if cell:
            item.set(name, _csv_value(name, cell), line)
    return item


def _csv_value(name: str, cell: str) -> t.Any:
    if name in LISTS:
        return [word for word in re.split(r"[;\s]+", cell) if word]
    if name == "tags":
        pairs = [pair.partition("=") for pair in cell.split(";") if pair.strip()]
        return {key.strip(): value.strip() for key, _equals, value in pairs}
    if name in ("console_access", "password_reset_required", "protected"):
        return BOOLEANS.get(cell.lower(), cell)
    return cell


def _yaml_items(text: str) -> Iterator[Item]:
    loader = _Loader(text)
    try:
        root = loader.get_single_node()
        if root is None or root.tag == "tag:yaml.org,2002:null":
            return
        if not isinstance(root, yaml.SequenceNode):
            raise TextError(f"line {_line(root)}: is not a list of users; each begins with a dash, as in - name: alice")
        for node in root.value:
            yield _yaml_item(loader, node)
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        raise TextError(f"line {mark.line + 1 if mark else 1}: is not YAML: {exc.problem}") from exc
    except RecursionError as exc:
        raise TextError("line 1: is not a list of users: it goes too deep") from exc
    finally:
        loader.dispose()


def _yaml_item(loader: _Loader, node: yaml.Node) -> Item:
    item = Item(_line(node))
    if not isinstance(node, yaml.MappingNode):
        item.problems.append((item.line, "is not a user; write a user as in - name: alice"))
        return item
    for key, value in node.value:
        name = key.value if isinstance(key, yaml.ScalarNode) else "?"
        try:
            item.set(name, loader.construct_object(value, deep=True), _line(key))
        except ValueError as exc:
            # For instance a date that there is not.
            item.problems.append((_line(value), f"{name}: is no value: {exc}"))
    return item


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


class _Loader(yaml.SafeLoader):
    """Takes no aliases, by which a short text can stand for a very long one."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.MarkedYAMLError(problem="aliases (*name) are not taken", problem_mark=event.start_mark)
        return super().compose_node(parent, index)

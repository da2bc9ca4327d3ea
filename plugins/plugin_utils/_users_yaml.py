# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads users from a YAML list. Values stay as written: YAML itself would turn the name 0123 into 83.

It reads event by event, which limits time and depth: aliases are refused, and reading stops at the first syntax error.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

import yaml
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._users_item import MOST_FIELDS, Item, TextError

# A list of users, a user, its tags or groups: anything deeper is wrong in any case.
DEEPEST = 10
NOTHING = ("", "~", "null", "Null", "NULL")
_Loader: t.Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def yaml_items(text: str) -> Iterator[Item]:
    """Yield the users in a YAML list. Raises TextError if it is not a list or not YAML."""
    events = yaml.parse(text, Loader=_Loader)
    try:
        yield from _items(events)
    except yaml.MarkedYAMLError as exc:
        mark = exc.problem_mark or exc.context_mark
        raise TextError(f"line {mark.line + 1 if mark else 1}: is not YAML: {exc.problem}") from exc
    except yaml.YAMLError as exc:
        raise TextError(f"line 1: is not YAML: {str(exc).splitlines()[0]}") from exc


def _items(events: Iterator[t.Any]) -> Iterator[Item]:
    root = None
    for event in events:
        if isinstance(
            event, (yaml.StreamStartEvent, yaml.StreamEndEvent, yaml.DocumentStartEvent, yaml.DocumentEndEvent)
        ):
            continue
        if root is not None:
            raise TextError(f"line {_line(event)}: begins another document; give one list of users")
        root = event
        _check_tag(event)
        if isinstance(event, yaml.SequenceStartEvent):
            for first in _until(events, yaml.SequenceEndEvent):
                yield _item(events, first)
        elif not (isinstance(event, yaml.ScalarEvent) and _scalar(event) is None):
            raise TextError(
                f"line {_line(event)}: is not a list of users; each begins with a dash, as in - name: alice"
            )


def _item(events: Iterator[t.Any], first: t.Any) -> Item:
    item = Item(_line(first))
    _check_tag(first)
    if not isinstance(first, yaml.MappingStartEvent):
        _value(events, first, item, "")
        item.problems.append((item.line, "is not a user; write a user as in - name: alice"))
        return item
    for number, key in enumerate(_until(events, yaml.MappingEndEvent)):
        if number == MOST_FIELDS:
            raise TextError(f"line {item.line}: has more than {MOST_FIELDS} fields")
        name = _key(key)
        item.set(name, _value(events, next(events), item, name), _line(key))
    return item


def _value(events: Iterator[t.Any], event: t.Any, item: Item, field: str, depth: int = 2) -> t.Any:
    """Return a value of a user: text as written, None, a list or a dictionary."""
    if depth > DEEPEST:
        raise TextError(f"line {_line(event)}: is not a list of users: it goes too deep")
    _check_tag(event)
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event)
    if isinstance(event, yaml.SequenceStartEvent):
        return [_value(events, each, item, field, depth + 1) for each in _until(events, yaml.SequenceEndEvent)]
    read: dict[str, t.Any] = {}
    for key in _until(events, yaml.MappingEndEvent):
        name = _key(key)
        if name in read:
            item.problems.append((_line(key), f"{field}.{name[:80]}: is there twice"))
        read[name] = _value(events, next(events), item, field, depth + 1)
    return read


def _until(events: Iterator[t.Any], end: type) -> Iterator[t.Any]:
    """Yield the events up to the end of the current collection. The caller must read a nested one to its end."""
    for event in events:
        if isinstance(event, end):
            return
        yield event


def _scalar(event: t.Any) -> str | None:
    is_plain = event.implicit[0]
    return None if is_plain and event.value in NOTHING else str(event.value)


def _check_tag(event: t.Any) -> None:
    """Refuse aliases, which can make a short text expand to a very long one, and tags."""
    if isinstance(event, yaml.AliasEvent):
        raise TextError(f"line {_line(event)}: is not YAML: aliases (*name) are not taken")
    if event.tag is not None:
        raise TextError(f"line {_line(event)}: is not YAML: tags such as {event.tag[:40]} are not taken")


def _key(event: t.Any) -> str:
    if not isinstance(event, yaml.ScalarEvent):
        raise TextError(f"line {_line(event)}: is not a list of users: what is before a colon has to be text")
    _check_tag(event)
    return str(event.value)


def _line(event: t.Any) -> int:
    return int(event.start_mark.line) + 1

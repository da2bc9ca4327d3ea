# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Variables as YAML that Ansible reads back as just the same values, whatever is in them.

PyYAML would write some texts that other readers take for something else, and Ansible takes {{ for a template. Here a
text is plain only where nobody can take it for anything else. All others are in double quotes, and what could be a
template is marked as unsafe.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Mapping

# Begins with a letter or a slash, and has neither blanks nor what YAML gives a meaning.
_PLAIN = re.compile(r"[A-Za-z/](?:[A-Za-z0-9_./@+=:-]*[A-Za-z0-9_./@+=-])?", re.ASCII)
# Words that YAML 1.1 or 1.2 takes for something other than text.
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_TEMPLATES = ("{{", "{%", "{#")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def document(variables: Mapping[str, t.Any]) -> str:
    """The variables as a YAML document, in their order."""
    return "".join(f"{line}\n" for line in ("---", *_mapping(variables, "")))


def text(value: str) -> str:
    """A text as a scalar of YAML."""
    if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    quoted = f'"{"".join(map(_escaped, value))}"'
    return f"!unsafe {quoted}" if any(mark in value for mark in _TEMPLATES) else quoted


def _escaped(character: str) -> str:
    if character in _ESCAPES:
        return _ESCAPES[character]
    if character.isprintable():
        return character
    code = ord(character)
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"


def _mapping(values: Mapping[str, t.Any], indent: str) -> Iterator[str]:
    for key, value in values.items():
        yield from _entry(f"{indent}{text(key)}:", value, indent)


def _entry(start: str, value: t.Any, indent: str) -> Iterator[str]:
    """A value behind its key."""
    if isinstance(value, Mapping) and value:
        yield start
        yield from _mapping(value, f"{indent}  ")
    elif isinstance(value, (list, tuple)) and value:
        yield start
        for item in value:
            yield from _item(item, f"{indent}  ")
    else:
        yield f"{start} {_scalar(value)}"


def _item(value: t.Any, indent: str) -> Iterator[str]:
    if not isinstance(value, Mapping) or not value:
        yield f"{indent}- {_scalar(value)}"
        return
    first, *rest = _mapping(value, f"{indent}  ")
    yield f"{indent}- {first.lstrip(' ')}"
    yield from rest


def _scalar(value: t.Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return text(value)
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "{}"
    return "[]" if isinstance(value, (list, tuple)) else str(value)

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""A user as written in a text, with line numbers for messages."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import BOOLEANS
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.input import USER_SPEC

# A survey's answers are stored and shown unencrypted.
NO_PASSWORD = "can't be given as text, which others may see; leave it out, and one is generated"
FORMS = "give a YAML list of users, or CSV with a line of column names first"
# Per user; a user has thirteen options.
MOST_FIELDS = 50
SWITCHES = frozenset(name for name, option in USER_SPEC.items() if option["type"] == "bool")


class TextError(Exception):
    """The text as a whole can't be read; the message begins with the line."""


@dataclass
class Item:
    """A user as written: first line, values, each field's line, and problems that only the text shows."""

    line: int
    values: dict[str, t.Any] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    problems: list[tuple[int, str]] = field(default_factory=list)

    def set(self, name: str, value: t.Any, line: int) -> None:
        """Set a field's value, or add the problem with it."""
        if name == "password":
            self.problems.append((line, f"{name}: {NO_PASSWORD}"))
        elif name in self.values:
            self.problems.append((line, f"{name}: is there twice"))
        else:
            # Other values stay as written, including a name made of digits.
            is_switch = name in SWITCHES and isinstance(value, str)
            self.values[name] = BOOLEANS.get(value.lower(), value) if is_switch else value
            self.lines[name] = line

    @property
    def name(self) -> str | None:
        """The user's name if it is text."""
        name = self.values.get("name")
        return name if isinstance(name, str) else None

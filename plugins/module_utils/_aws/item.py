# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Parsing and checks shared by all options that take a list of dictionaries."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import BOOLEANS, kind, nearest


def label(option: str, index: int, name: object = None) -> str:
    """The item's name in messages: its position in the list, counted from 0, and its name if it has one."""
    return f"{option}[{index}] ({name[:80]})" if isinstance(name, str) and name else f"{option}[{index}]"


class Fields:
    """Reads the fields of one item and collects their problems."""

    def __init__(self, item: Mapping[str, t.Any]) -> None:
        self.item = item
        self.problems: list[str] = []

    def problem(self, field: str, text: str) -> None:
        """Add a problem with a field."""
        self.problems.append(f"{field}: {text}")

    def only(self, keys: Iterable[str], what: str) -> None:
        """Add a problem for each unknown field."""
        known = list(keys)
        for key in map(str, self.item):
            if key not in known:
                close = nearest(key[:80], known)
                hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"
                self.problem(key[:80], f"is not an option of {what}; {hint}")

    def boolean(self, field: str) -> bool | None:
        """The field as a boolean; None if it is missing or wrong."""
        value = self.item.get(field)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, (str, int)) and str(value).lower() in BOOLEANS:
            return BOOLEANS[str(value).lower()]
        self.problem(field, f"must be true or false, not {kind(value)}")
        return None

    def sequence(self, field: str) -> Sequence[t.Any] | None:
        """The field as a list; None if it is missing or not a list."""
        value = self.item.get(field)
        if value is None:
            return None
        if not isinstance(value, Sequence) or isinstance(value, (str, bytes)):
            self.problem(field, f"must be a list, not {kind(value)}")
            return None
        return value

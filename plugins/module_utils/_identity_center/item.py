# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""One item of a list of dictionaries: its fields, and problems with them."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import text_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.item import Fields
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tags import tag_problems

# Limits of a permission set (API reference, CreatePermissionSet).
NAME_LENGTH = 32
DESCRIPTION = re.compile("[\t\n\r\x20-\x7e\xa1-\xff]*")


class Item(Fields):
    """Reads the fields of one item, and collects their problems."""

    def __init__(self, item: Mapping[str, t.Any], state: str | None) -> None:
        super().__init__(item)
        # The module's state, for an item without one.
        self._state = state

    def text(self, field: str, required: bool = False) -> str | None:
        value = self.item.get(field)
        if required and (value is None or value == ""):
            self.problem(field, "is missing")
            return None
        problem = None if value is None else text_problem(value)
        if problem:
            self.problem(field, problem)
        return None if problem else value

    def texts(self, field: str) -> list[str] | None:
        value = self.sequence(field)
        if value is None:
            return None
        for index, element in enumerate(value):
            if problem := text_problem(element) or (None if element else "is empty"):
                self.problem(f"{field}[{index}]", problem)
        return [element for element in value if isinstance(element, str) and element]

    def principals(self, field: str) -> frozenset[str] | None:
        """Return names of users or groups. The identity store ignores the case of names."""
        names = self.texts(field)
        first: dict[str, str] = {}
        for name in names or ():
            known = first.setdefault(name.lower(), name)
            if known != name:
                self.problem(field, f"{name[:80]!r} differs only by case from {known[:80]!r}")
        return None if names is None else frozenset(names)

    def present(self) -> bool:
        state = self.item.get("state") or self._state
        if state not in (None, "present", "absent"):
            self.problem("state", f"must be present or absent, not {str(state)[:80]!r}")
        return state != "absent"

    def tags(self, field: str = "tags") -> dict[str, str] | None:
        tags = self.item.get(field)
        self.problems += tag_problems(tags, field)
        return {str(key): str(value) for key, value in tags.items()} if isinstance(tags, Mapping) else None

    def description(self, longest: int) -> str | None:
        text = self.text("description")
        if text and (len(text) > longest or not DESCRIPTION.fullmatch(text)):
            self.problem("description", f"must be up to {longest} printable characters of Latin-1")
        return text

    def set_name(self, field: str) -> str:
        """Return the name of a permission set."""
        name = self.text(field, required=True)
        if name and (problem := limits.name_problem(name, NAME_LENGTH)):
            self.problem(field, problem)
        return name or ""

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""A plan that modules of other collections carry out."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


class Step(t.NamedTuple):
    """One module to run, by its full name, and the state before and after."""

    module: str
    options: dict[str, t.Any]
    before: dict[str, t.Any]
    after: dict[str, t.Any]

    @property
    def title(self) -> str:
        """The module and the object's name, for diffs and messages."""
        return " ".join(filter(None, (self.module.rpartition(".")[2], self.options.get("name"))))

    def difference(self) -> dict[str, t.Any]:
        """The step's entry in Ansible's --diff output."""
        return {"before_header": self.title, "after_header": self.title, "before": self.before, "after": self.after}


@dataclass(frozen=True)
class Plan:
    """The steps in order, or the problems that prevent them; told is added to the result."""

    steps: Sequence[Step] = ()
    problems: Sequence[str] = ()
    warnings: Sequence[str] = ()
    told: Mapping[str, t.Any] = field(default_factory=dict)

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What a plan comes to where modules of other collections carry it out."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


class Step(t.NamedTuple):
    """One module to run, by its full name, and what it changes."""

    module: str
    options: dict[str, t.Any]
    before: dict[str, t.Any]
    after: dict[str, t.Any]

    @property
    def title(self) -> str:
        """What is done to what, as differences and messages name it."""
        return " ".join(filter(None, (self.module.rpartition(".")[2], self.options.get("name"))))

    def difference(self) -> dict[str, t.Any]:
        """What Ansible shows of it with --diff."""
        return {"before_header": self.title, "after_header": self.title, "before": self.before, "after": self.after}


@dataclass(frozen=True)
class Plan:
    """The steps in their order, or why there are none; and what the result tells beside them."""

    steps: Sequence[Step] = ()
    problems: Sequence[str] = ()
    warnings: Sequence[str] = ()
    told: Mapping[str, t.Any] = field(default_factory=dict)

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The action of a role that manages one group."""

from __future__ import annotations

import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._page import groups
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.parts import Part
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._page_action import Options, PageAction, refuse


class GroupAction(PageAction):
    """Creates or deletes the group that the role's variables describe."""

    def part(self, variables: Options) -> Part:
        """Return the part of the plan for the group that the role's variables describe."""
        raise NotImplementedError

    def facts(self, fact: dict[str, t.Any]) -> dict[str, t.Any]:
        """Return the facts for later tasks, from the role's result."""
        raise NotImplementedError

    def kind(self, options: Options, variables: Options) -> str:
        del options
        return f"{self.ROLES[0]} {variables.get(f'{self.ROLES[0]}_name')}"

    def work(self, options: Options, variables: Options) -> dict[str, t.Any]:
        del options
        refuse(self._problems)
        part = self.part(variables)
        done = self.make([part])
        result = done[part.key]
        return {
            "changed": bool(result.get("changed")),
            "facts": self.facts(groups.fact(part.options, result)),
            "lines": [*self.summary([part], done), *groups.lines(part.options, result)],
            **self.differences(done),
        }

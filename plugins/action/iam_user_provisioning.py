# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The users of the role user_provisioning, with the group of those who are pending."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t
from collections.abc import Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._page import provisioning
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._page_action import Options, PageAction, changed


class ActionModule(PageAction):
    """Provisions the users that the role's variables list."""

    ROLES = ("user_provisioning",)

    def kind(self, options: Options, variables: Options) -> str:
        del options, variables
        return "provision_users"

    def work(self, options: Options, variables: Options) -> dict[str, t.Any]:
        del options
        todo = provisioning.provisioning_parts(variables, made_groups(self._task_vars))
        done = self.make(todo)
        fact = provisioning.fact(variables, done)
        return {
            "changed": changed(done),
            "account": done["users"]["account"],
            "changes": done["users"]["changes"],
            "facts": {"user_provisioning_result": fact},
            "lines": list(provisioning.lines(fact, self.summary(todo, done), bool(self._task.check_mode))),
            **self.differences(done),
        }


def made_groups(variables: Mapping[str, t.Any]) -> dict[str, Mapping[str, t.Any]]:
    """The results of roles that created groups earlier in the play, by the groups' names."""
    made = [variables.get("__admin_group_result") or {}, *(variables.get("__cloudhsm_group_results") or {}).values()]
    return {group["name"]: group for group in made if group.get("state") == "present"}

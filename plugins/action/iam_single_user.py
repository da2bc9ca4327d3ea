# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creates or changes a user, or a few, that a command line names: user_provisioning without a list."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t
from collections.abc import Sequence
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.action.iam_user_provisioning import made_groups
from ansible_collections.cloudhsm.iam.plugins.module_utils._page import provisioning, single_users
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.parts import USERS, Part
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._page_action import Options, PageAction, changed, refuse


class ActionModule(PageAction):
    """Creates or changes the users that the options name."""

    SPEC: t.ClassVar[dict[str, t.Any]] = {
        "user": {"type": "raw"},
        "create": {"type": "bool", "default": False},
        "groups": {"type": "raw"},
        "leave_groups": {"type": "raw"},
        "until": {"type": "raw"},
        "reason": {"type": "str"},
        "new_name": {"type": "str"},
        "path": {"type": "str"},
        "console_access": {"type": "bool"},
    }
    ROLES = ("user_provisioning",)

    def kind(self, options: Options, variables: Options) -> str:
        del variables
        return "add_user" if options["create"] else "change_user"

    @staticmethod
    def _in_own_words(part: Part, users: Sequence[Options], create: bool) -> Part:
        """The part with the names of this action's variables in its messages."""
        own = {"previous_name": "new_name", "temporary_groups": "user_groups" if create else "add_groups"}
        return replace(part, labels=["user" for _user in users], variables={**part.variables, **own})

    def work(self, options: Options, variables: Options) -> dict[str, t.Any]:
        users, problems = single_users.wanted_users(options)
        self._problems += [*single_users.misspelled(self._task_vars, options["create"]), *problems]
        if problems:
            refuse(self._problems)
        variables = self._wanted = single_users.as_provisioning(variables, users)
        todo = [
            self._in_own_words(part, users, options["create"]) if part.module == USERS else part
            for part in provisioning.provisioning_parts(variables, made_groups(self._task_vars))
        ]
        plan = self.plan(todo)
        if not options["create"]:
            refuse(single_users.missing_problems(plan["users"]))
        done = self.carry_out(todo, plan)
        fact, check_mode = provisioning.fact(variables, done), bool(self._task.check_mode)
        return {
            "changed": changed(done),
            "account": done["users"]["account"],
            "changes": done["users"]["changes"],
            "lines": list(provisioning.lines(fact, self.summary(todo, done), check_mode, restores=False)),
            **self.differences(done),
        }

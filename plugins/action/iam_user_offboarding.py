# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deletes or suspends users who leave: shows what they have, locks out all of them, then deletes them."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._page import offboarding
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._page_action import Options, PageAction, changed, refuse


class ActionModule(PageAction):
    """Deletes or suspends the users that the role's variables name."""

    SPEC: t.ClassVar[dict[str, t.Any]] = {"mode": {"type": "str", "choices": ["delete", "suspend"]}}
    ROLES = ("user_offboarding",)

    def kind(self, options: Options, variables: Options) -> str:
        mode = options["mode"] or variables["user_offboarding_mode"]
        return "offboard_users" if mode == "delete" else "suspend_users"

    def work(self, options: Options, variables: Options) -> dict[str, t.Any]:
        mode = options["mode"] or variables["user_offboarding_mode"]
        names, problems = offboarding.wanted_names(variables.get("user_offboarding_users"))
        self._problems += problems
        part = offboarding.offboarding_part(variables, names, mode)
        if not names:
            refuse(self._problems)
        plan = self.plan([part])
        # Whom an interrupted plan has deleted may be missing.
        gone = self._control.begun("deleted", "user")
        missing = offboarding.missing_problem(plan["users"], gone)
        if missing and variables["user_offboarding_missing"] == "fail":
            refuse([missing])
        done = self.carry_out([part], plan)
        fact = offboarding.fact(done["users"], mode)
        account = done["users"]["account"]
        summary = self.summary([part], done)
        told = offboarding.lines(fact, account["account_id"], summary, self._still_listed(names, mode))
        return {
            "changed": changed(done),
            "account": account,
            "facts": {"user_offboarding_result": fact},
            "lines": list(told),
            **self.differences(done),
        }

    def _still_listed(self, names: list[str], mode: str) -> list[str] | None:
        """The names, or None if the list can't be read, because such a list must not keep a user in the account."""
        if mode != "delete":
            return []
        lists: dict[str, t.Any] = {}
        for name in offboarding.LISTS:
            try:
                lists[name] = self._templar.template(self._task_vars.get(name)) or []
            except Exception:  # noqa: BLE001  # of whatever a template runs; its text could hold a password
                return None
        return offboarding.still_listed(names, lists)

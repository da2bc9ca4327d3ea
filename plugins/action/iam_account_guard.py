# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Refuses to go on in the wrong account, or as its root user, with all reasons at once."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t
from collections.abc import Mapping

from ansible.plugins.action import ActionBase
from ansible_collections.cloudhsm.iam.plugins.module_utils._account import guard
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.expected_account import read_account_ids
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Result
from ansible_collections.cloudhsm.iam.plugins.modules.iam_account_info import MODULE
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._bound_action import bound_args, known_variables
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._expected_account import (
    HANDED,
    IDS,
    NONE_LISTED,
    handed_ids,
    session_role,
)
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._local_action import LocalAction, refused
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._notification import notifies
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_variables import read_variables

PREFIX = "account_guard_"


class ActionModule(LocalAction):
    """Looks at the account and at who calls, and judges them by the variables of the role account_guard."""

    _supports_async = False

    @notifies
    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        ActionBase.run(self, tmp, task_vars)
        variables = task_vars or {}
        args = bound_args(self, variables, finds_out=True)
        known = known_variables(self, variables)
        options, problems = read_variables(("account_guard",), variables, self._templar.template)
        given, wrong = given_of(options, known)
        asked = {"summary": given.asks, "password_policy": given.asks}
        found = self.run_module(MODULE, {**args, **asked}, variables)
        if found.get("failed"):
            return found
        told = {"changed": False, "account_guard": guard.result(found)}
        problems += [*wrong, *guard.refusals(given, found)]
        if problems:
            return {**told, **refused(problems)}
        # Tasks are told which account it may be, and refuse another one: see expected_account_ids.
        bound = {"account_id": found["account"]["account_id"], "session": session_role(known)}
        # Later tasks need not ask for it again.
        bound["root_user"] = found.get("root_user")
        return {**told, "bound": bound, "lines": guard.lines(given, found)}


def given_of(options: Mapping[str, t.Any], known: Mapping[str, t.Any]) -> tuple[guard.Given, list[str]]:
    """What the play says, and what is wrong with it beside the types of the variables."""
    # A list that was set to nothing is not one that was left out.
    listed = (options[IDS] or []) if IDS in known else None
    handed, wrong = read_account_ids(handed_ids(known))
    if handed_ids(known) is not None and not handed:
        wrong.append(NONE_LISTED)
    problems = [f"{IDS}: {NONE_LISTED}"] if listed == [] else []
    problems += [f"{HANDED}.account_ids: {problem}" for problem in wrong]
    allow_root, root_findings = options[f"{PREFIX}allow_root"], options[f"{PREFIX}root_findings"]
    return guard.Given(listed or (), allow_root, root_findings, handed), problems

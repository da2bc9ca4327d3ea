# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Finds the expected account and checks for misspelt variables, as every action of this collection does first."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.cloudhsm.iam.plugins.module_utils._change_control.input import HISTORY
from ansible_collections.cloudhsm.iam.plugins.module_utils._change_control.input import VARIABLES as CHANGE_CONTROL
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._expected_account import VARIABLES, expected_account
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._unknown_variables import unknown_variables

OPTION = "expected_account_ids"


def bound_args(
    action: ActionBase, task_vars: Mapping[str, t.Any], fill_in: bool = True, finds_out: bool = False
) -> dict[str, t.Any]:
    """Return the task's options, including the IDs of the accounts that it may work in. Raises AnsibleActionFail.

    finds_out: the task itself is the check of the account (account_guard).
    """
    problems = [*unknown_variables(task_vars), *_uncontrolled(action, task_vars)]
    args: dict[str, t.Any] = dict(action._task.args)
    if fill_in and not args.get(OPTION):
        args.pop(OPTION, None)
        expected = expected_account(known_variables(action, task_vars), finds_out)
        problems += expected.problems
        if expected.ids:
            args[OPTION] = expected.ids
    if problems:
        raise AnsibleActionFail(f"Nothing was changed. {'; '.join(problems)}")
    return args


def _uncontrolled(action: ActionBase, task_vars: Mapping[str, t.Any]) -> list[str]:
    """Return problems if change control variables are set and the task would change something without a plan."""
    if not getattr(action, "WRITES", False) or action.memory is not None:
        return []
    given = [name for name in CHANGE_CONTROL if task_vars.get(name) not in (None, "")]
    return [
        f"{name}: {action._task.action} has no plan that a history could keep; leave it out"
        if name == HISTORY
        else f"{name}: {action._task.action} has no plan, and can't be limited to one; leave it out"
        for name in given
    ]


def known_variables(action: ActionBase, task_vars: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the values of the play's variables from which the expected account follows."""
    return {name: action._templar.template(task_vars[name]) for name in VARIABLES if name in task_vars}

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Runs one action from another, as ansible.builtin.template runs ansible.builtin.copy."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

if t.TYPE_CHECKING:
    from ansible.plugins.action import ActionBase
    from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.memory import Memory


def run_action(
    caller: ActionBase,
    name: str,
    options: Mapping[str, t.Any],
    task_vars: dict[str, t.Any],
    *,
    check_mode: bool,
    memory: Memory | None = None,
) -> dict[str, t.Any]:
    """Run another action of this collection with the caller's connection and with diff; return its result.

    The actions of one plan share memory.
    """
    task = caller._task.copy()
    task.action = name
    task.args = dict(options)
    task.check_mode = check_mode
    task.diff = True
    action = caller._shared_loader_obj.action_loader.get(
        name,
        task=task,
        connection=caller._connection,
        play_context=caller._play_context,
        loader=caller._loader,
        templar=caller._templar,
        shared_loader_obj=caller._shared_loader_obj,
    )
    action.memory = memory
    result = t.cast("dict[str, t.Any]", action.run(task_vars=task_vars))
    result.pop("invocation", None)
    return result

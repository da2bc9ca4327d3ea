# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Actions of this collection, and every module that they run, in this process.

Nothing of ours is imitated. amazon.aws's modules are the real ones, run by their main(). What is left out is Ansible's
way to them: the executor, templates, and a process for each module.
"""

from __future__ import annotations

import importlib
import io
import json
import typing as t
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stdout, suppress
from types import SimpleNamespace
from unittest import mock

from ansible.module_utils.testing import patch_module_args
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultSecret, VaultSecretsContext
from ansible.plugins.action import ActionBase
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._local_action import Running, run_here

OURS = "cloudhsm.iam."
Result = dict[str, t.Any]
# For variables without templates.
PLAIN = SimpleNamespace(template=lambda value: value)


class Task(SimpleNamespace):
    """As much of Ansible's task as actions look at."""

    def copy(self) -> Task:
        """Another one like it."""
        return Task(**vars(self))


@contextmanager
def actions(secret: bytes | None = b"not-a-secret") -> Iterator[None]:
    """Actions run what they run in this process, for as long as the context lasts. The play has this vault secret."""
    secrets = VaultSecretsContext([("default", VaultSecret(secret))] if secret else [])
    with (
        mock.patch.object(ActionBase, "run", return_value={}),
        mock.patch.object(ActionBase, "_execute_module", _run_module),
        mock.patch.object(VaultSecretsContext, "current", return_value=secrets),
    ):
        yield


def run_action(
    name: str,
    options: Mapping[str, t.Any],
    variables: Mapping[str, t.Any],
    *,
    check_mode: bool = False,
    templar: t.Any = PLAIN,
) -> Result:
    """The result of the action with this name, with the variables of a play."""
    how = {"check_mode": check_mode, "diff": True, "environment": [], "async_val": 0, "_role": None}
    parts = {
        "task": Task(action=name, args=dict(options), **how),
        "connection": SimpleNamespace(transport="local", become=None, set_option=lambda *_option: None),
        "play_context": None,
        "loader": DataLoader(),
        "templar": templar,
    }
    result: Result = _action(name, **parts).run(task_vars=dict(variables))
    return result


def _action(name: str, *, shared_loader_obj: object = None, **parts: t.Any) -> t.Any:
    del shared_loader_obj
    module = importlib.import_module(f"ansible_collections.cloudhsm.iam.plugins.action.{name.removeprefix(OURS)}")
    action = module.ActionModule(**parts, shared_loader_obj=None)
    action._shared_loader_obj = SimpleNamespace(action_loader=SimpleNamespace(get=_action))
    return action


def _run_module(action: ActionBase, module_name: str, module_args: dict[str, t.Any], **_how: object) -> Result:
    """What Ansible runs as a process."""
    collection, _dot, name = module_name.rpartition(".")
    module: t.Any = importlib.import_module(f"ansible_collections.{collection}.plugins.modules.{name}")
    check_mode = action._task.check_mode
    if module_name.startswith(OURS):
        return run_here(module.MODULE, module_args, Running(check_mode, action._task.diff, print))
    told = io.StringIO()
    with (
        # A module that does not know of the controller around it warns on its own.
        mock.patch("ansible.module_utils._internal.is_controller", False),
        patch_module_args({**module_args, "_ansible_check_mode": check_mode, "_ansible_tracebacks_for": []}),
        redirect_stdout(told),
        suppress(SystemExit),
    ):
        module.main()
    result: Result = json.loads(told.getvalue())
    return result

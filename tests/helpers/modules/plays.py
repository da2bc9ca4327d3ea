# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks of this collection, in this process: their roles, with Ansible's own templates, and their actions.

What is left out is Ansible's executor: tasks that only show something, module defaults, and a process for each task.
"""

from __future__ import annotations

import functools
import os
import typing as t
from collections.abc import Mapping
from pathlib import Path
from unittest import mock

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from helpers.modules.in_process import OURS, actions, run_action
from helpers.moto.clients import one_session
from moto_server import offline_environment

ROOT = Path(__file__).resolve().parents[3]
BUILTIN = "ansible.builtin."
ROLES = (f"{BUILTIN}import_role", f"{BUILTIN}include_role")
SHOWING = tuple(BUILTIN + name for name in ("debug", "set_stats", "include_tasks"))
Variables = dict[str, t.Any]


class RefusedError(Exception):
    """A task has failed, and told this."""


def run_playbook(name: str, variables: Mapping[str, t.Any], url: str, **environment: str) -> str | None:
    """What the first failed task told, or None where all went well. The variables are those of the host.

    The account is that of the server with this URL and, in the environment, the caller's keys.
    """
    return _run(_load(ROOT / "playbooks" / f"{name}.yml"), variables, url, environment)


def run_role(name: str, variables: Mapping[str, t.Any], url: str, **environment: str) -> str | None:
    """The same for a role by itself."""
    return _run([{"tasks": [{ROLES[1]: {"name": f"{OURS}{name}"}}]}], variables, url, environment)


def _run(plays: t.Any, variables: Mapping[str, t.Any], url: str, environment: Mapping[str, str]) -> str | None:
    around = {**offline_environment(url), **environment}
    with mock.patch.dict(os.environ, around, clear=True), one_session(), actions(secret=None):
        try:
            for play in plays:
                _Play(play, variables).run()
        except RefusedError as refused:
            return str(refused)
    return None


class _Play:
    """One play on one host."""

    def __init__(self, play: Mapping[str, t.Any], variables: Mapping[str, t.Any]) -> None:
        self._tasks = play["tasks"]
        self._check_mode = bool(play.get("check_mode"))
        self._variables: Variables = {**variables, **play.get("vars", {})}
        self._defaults: Variables = {}

    def run(self) -> None:
        for task in self._tasks:
            self._run_task(task, {})

    def _run_task(self, task: Mapping[str, t.Any], given: Mapping[str, t.Any]) -> None:
        (kind,) = (key for key in task if key.startswith((OURS, BUILTIN)))
        given = {**given, **task.get("vars", {})}
        options = task[kind] or {}
        if kind in SHOWING or not all(self._holds(condition, given) for condition in _listed(task.get("when", []))):
            return
        if kind in ROLES:
            checked = options.get("rolespec_validate", True)
            self._run_role(options["name"].removeprefix(OURS), given, checked)
        elif kind == f"{BUILTIN}set_fact":
            self._variables |= self._value(options, given)
        elif kind == f"{BUILTIN}assert":
            if not all(self._holds(condition, given) for condition in _listed(options["that"])):
                raise RefusedError(self._value(options["fail_msg"], given))
        elif kind == f"{BUILTIN}fail":
            raise RefusedError(self._value(options["msg"], given))
        else:
            self._run_action(kind, task, given)

    def _run_role(self, role: str, given: Mapping[str, t.Any], checked: bool) -> None:
        folder = ROOT / "roles" / role
        self._defaults |= _load(folder / "defaults" / "main.yml") or {}
        spec = _load(folder / "meta" / "argument_specs.yml")["argument_specs"]["main"]["options"]
        known = self._known(given)
        values = {name: self._value(known[name], given) for name in spec if name in known}
        problems = ArgumentSpecValidator(spec).validate(values).error_messages if checked else []
        if problems:
            raise RefusedError("; ".join(problems))
        for task in _load(folder / "tasks" / "main.yml"):
            self._run_task(task, given)

    def _run_action(self, name: str, task: Mapping[str, t.Any], given: Mapping[str, t.Any]) -> None:
        options = self._value(task[name] or {}, given)
        known = self._known(given)
        result = run_action(name, options, known, check_mode=self._check_mode, templar=_templar(known))
        if "register" in task:
            self._variables[task["register"]] = result
        if result.get("failed") and task.get("failed_when") is not False:
            raise RefusedError(result["msg"])

    def _known(self, given: Mapping[str, t.Any]) -> Variables:
        return {**self._defaults, **self._variables, **given}

    def _value(self, value: t.Any, given: Mapping[str, t.Any]) -> t.Any:
        return _templar(self._known(given)).template(value)

    def _holds(self, condition: str, given: Mapping[str, t.Any]) -> bool:
        return bool(_templar(self._known(given)).evaluate_conditional(condition))


def _templar(variables: Variables) -> Templar:
    return Templar(DataLoader(), variables=variables)


@functools.cache
def _load(path: Path) -> t.Any:
    """A file's values, whose templates count. To read the specification of a role takes as long as ten calls."""
    return DataLoader().load_from_file(str(path), trusted_as_template=True)


def _listed(value: t.Any) -> list[t.Any]:
    return value if isinstance(value, list) else [value]

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Runs a module in Ansible's own worker process, where it would run on this machine and with this Python anyway.

A process of its own costs a module about half a second of processor time, nearly all of it for starting Python and
for reading boto3. Ansible forks a worker for each task from a process that has read both, once. The same goes for
botocore's descriptions of services, which are two thirds of what is left.
"""

from __future__ import annotations

import functools
import gc
import io
import json
import os
import sys
import typing as t
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout, suppress
from unittest import mock

from ansible.module_utils.common.json import Direction, get_module_decoder

# The one way that core names to give options to a module in the process that one is in.
from ansible.module_utils.testing import patch_module_args
from ansible.plugins.action import ActionBase
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._bound_action import bound_args

try:
    from botocore import loaders, session
    from botocore.exceptions import DataNotFoundError
except ImportError:
    # The module says so, wherever it runs.
    HAS_BOTOCORE = False
else:
    HAS_BOTOCORE = True

PROFILE = "legacy"
# What each client of the modules needs to be told by botocore.
SERVICES = ("iam", "sts")
SERVICE_DATA = ("service-2", "endpoint-rule-set-1", "paginators-1")
COMMON_DATA = ("endpoints", "partitions", "sdk-default-configuration", "_retry")


class Module(t.NamedTuple):
    """A module's full name, and its main()."""

    name: str
    main: Callable[[], None]


class InWorkerAction(ActionBase):  # type: ignore[misc]
    """The action of a module that can run in the worker."""

    TRANSFERS_FILES = False
    MODULE: t.ClassVar[Module]
    # Whether the credentials are those of the account that the play works in.
    OF_THE_ACCOUNT: t.ClassVar[bool] = True
    _supports_check_mode = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        super().run(tmp, task_vars)
        args = bound_args(self, task_vars or {}, fill_in=self.OF_THE_ACCOUNT)
        return self.run_module(self.MODULE, args, task_vars or {})

    def run_module(
        self,
        module: Module,
        args: dict[str, t.Any],
        task_vars: dict[str, t.Any],
        environment: Mapping[str, str] | None = None,
    ) -> dict[str, t.Any]:
        """The module's result, from this process where nothing speaks against it."""
        if self.runs_here(task_vars):
            return self._run_here(module, args, task_vars, environment or {})
        before = self._task.environment
        if environment:
            self._task.environment = [*(before or []), dict(environment)]
        try:
            return t.cast(
                "dict[str, t.Any]",
                self._execute_module(
                    module_name=module.name, module_args=args, task_vars=task_vars, wrap_async=self._task.async_val
                ),
            )
        finally:
            self._task.environment = before

    def runs_here(self, task_vars: Mapping[str, t.Any]) -> bool:
        """Whether the module's process would be one of this machine, user, environment and Python."""
        return (
            self._connection.transport == "local"
            and not self._connection.become
            and not any(self._task.environment or [])
            and not self._task.async_val
            and self._templar.template(task_vars.get("ansible_python_interpreter")) == sys.executable
        )

    def _run_here(
        self, module: Module, args: dict[str, t.Any], task_vars: dict[str, t.Any], environment: Mapping[str, str]
    ) -> dict[str, t.Any]:
        self._update_module_args(module.name, args, task_vars)
        printed = io.StringIO()
        with (
            patch_module_args(args),
            _environment(environment),
            _common_loader(),
            redirect_stdout(printed),
            suppress(SystemExit),
        ):
            module.main()
        decoder = get_module_decoder(PROFILE, Direction.MODULE_TO_CONTROLLER)
        return t.cast("dict[str, t.Any]", json.loads(printed.getvalue(), cls=decoder))


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def _common_loader() -> Iterator[None]:
    """Let all sessions of botocore's share what was read; each would read it anew."""
    if not HAS_BOTOCORE:
        yield
        return
    with mock.patch.object(session, "create_loader", _loader):
        yield


@functools.cache
def _loader(path: str | None = None) -> loaders.Loader:
    return loaders.create_loader(path)


def _read_ahead() -> None:
    """Read before Ansible forks what every worker would read: it imports actions in the process that forks."""
    loader = _loader(None)
    for kind in SERVICE_DATA:
        for service in SERVICES:
            with suppress(DataNotFoundError):
                loader.load_service_model(service, kind, api_version=None)
    for name in COMMON_DATA:
        with suppress(DataNotFoundError):
            loader.load_data(name)
    # What is there by now stays. A worker that collects garbage would copy all of it, only to look at it.
    gc.freeze()


if HAS_BOTOCORE:
    _read_ahead()

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ansible's own strategy, except that each host's tasks run with the environment in its variable caller_environment.

A job in AWX has one caller, whose credentials are in the environment of all its processes. Here one run has many.
"""

from __future__ import annotations

import os
import typing as t
from unittest import mock

from ansible.plugins.strategy import linear

DOCUMENTATION = """
name: callers
short_description: Run each host's tasks with an environment of its own
description: Sets the variables of C(caller_environment) before the worker for a task is forked.
"""


class StrategyModule(linear.StrategyModule):  # type: ignore[misc]
    """The strategy linear, with an environment for each host."""

    def _queue_task(self, host: t.Any, task: t.Any, task_vars: dict[str, t.Any], play_context: t.Any) -> None:
        with mock.patch.dict(os.environ, task_vars.get("caller_environment", {})):
            super()._queue_task(host, task, task_vars, play_context)

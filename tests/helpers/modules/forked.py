# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An action in a process of its own that can be killed, without Ansible's start, which takes longer than the rest.

The processes are forked from one that has imported what they need.
"""

from __future__ import annotations

import multiprocessing
import os
import typing as t
from collections.abc import Mapping
from multiprocessing.process import BaseProcess

from helpers.modules.in_process import Result, actions, run_action
from helpers.moto.clients import one_session
from moto_server import offline_environment


def start_action(name: str, options: Mapping[str, t.Any], url: str) -> BaseProcess:
    """Start the action on the account that this server has."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "ansible_collections.cloudhsm.iam.plugins.action.iam_users"])
    process = context.Process(target=run_here, args=(name, dict(options), url), daemon=True)
    process.start()
    return process


def run_here(name: str, options: Mapping[str, t.Any], url: str) -> Result:
    """The result of the action in this process, for a play without a vault secret."""
    before = dict(os.environ)
    os.environ.update(offline_environment(url))
    try:
        with one_session(), actions(secret=None):
            return run_action(name, options, {})
    finally:
        os.environ.clear()
        os.environ.update(before)

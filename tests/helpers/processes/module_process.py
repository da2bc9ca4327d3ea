# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module without Ansible around it, which costs a quarter of the time."""

from __future__ import annotations

import json
import subprocess
import sys
import types
import typing as t
from collections.abc import Mapping

import pytest
from moto_server import offline_environment

Result = dict[str, t.Any]


def start_module(
    module: types.ModuleType, url: str, options: Mapping[str, t.Any], check: bool = False, **environment: str
) -> subprocess.Popen[str]:
    """Start the module as Ansible does: a process that gets its options on stdin."""
    assert module.__file__
    process = subprocess.Popen(
        [sys.executable, module.__file__],
        env={"PATH": "/usr/bin:/bin", **offline_environment(url, {}), **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps({"ANSIBLE_MODULE_ARGS": {**options, "_ansible_check_mode": check}}))
    process.stdin.close()
    process.stdin = None
    return process


def result_of(process: subprocess.Popen[str]) -> Result:
    """What the module answered. Anything but one answer, such as a traceback, fails the test."""
    output = process.communicate(timeout=180)[0]
    try:
        answer: Result = json.loads(output)
    except ValueError:
        pytest.fail(f"not an answer: {output}")
    return answer

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Says in one sentence which version is too old. Every module and plugin imports this before anything else of ours.

So this file has to be one that a Python 3.8 can read, like the beginning of each module.
"""

from __future__ import annotations

import importlib
import json
import sys

from ansible.module_utils.ansible_release import __version__ as core_version

# tests/unit/test_versions.py compares these with the table of supported versions.
PYTHON = (3, 11)
ANSIBLE_CORE = (2, 19)
BOTO3 = (1, 35, 0)


def problem(python: tuple[int, ...], core: str) -> str:
    """What is too old, in a sentence; empty where nothing is."""
    # The version of the control node, which is wrong on each host: it goes first.
    if _numbers(core)[:2] < ANSIBLE_CORE:
        return f"cloudhsm.iam needs ansible-core {_shown(ANSIBLE_CORE)} or newer; this is {core}"
    if python[:2] < PYTHON:
        return f"cloudhsm.iam needs Python {_shown(PYTHON)} or newer; {sys.executable} is Python {_shown(python[:3])}"
    return ""


def boto3_problem(boto3: str, botocore: str) -> str:
    """Which of the two is too old, in a sentence; empty where none is."""
    for name, version in (("boto3", boto3), ("botocore", botocore)):
        if _numbers(version)[:3] < BOTO3:
            return f"cloudhsm.iam needs {name} {_shown(BOTO3)} or newer; {sys.executable} has {version}"
    return ""


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers that a version begins with; what is behind them, as in 2.19.0rc1, makes no difference here."""
    numbers = []
    for part in version.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
    return tuple(numbers)


def _shown(numbers: tuple[int, ...]) -> str:
    return ".".join(str(number) for number in numbers)


def _without_amazon_aws() -> str:
    try:
        importlib.import_module("ansible_collections.amazon.aws")
    except ImportError:
        return "cloudhsm.iam needs the collection amazon.aws; run ansible-galaxy collection install amazon.aws"
    return ""


def _check() -> None:
    found = problem(tuple(sys.version_info[:3]), core_version)
    # A module in a process of its own has no plugins around it, and gets amazon.aws's code sent along.
    if "ansible.plugins" not in sys.modules:
        if found:
            # There is no AnsibleModule yet whose fail_json could say it.
            print(json.dumps({"failed": True, "msg": found}))  # pylint: disable=ansible-bad-function
            sys.exit(1)  # pylint: disable=ansible-bad-function
        return
    found = found or _without_amazon_aws()
    if found:
        # On the control node only, where it is there.
        from ansible.errors import AnsibleError  # pylint: disable=ansible-bad-module-import

        raise AnsibleError(found)


_check()

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a module of amazon.aws with credentials whose account has been checked."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import re
import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.written import written_problems
from ansible_collections.cloudhsm.iam.plugins.modules.guarded_module import ARGUMENT_SPEC, MODULE
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._bound_action import OPTION, bound_args
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._local_action import CONNECTION_OPTIONS, LocalAction, refused
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._planned_action import region_of_another_partition

NAME = re.compile(r"(amazon|community)\.aws\.\w+", re.ASCII)


class ActionModule(LocalAction):
    """Asks whose the credentials are, and hands the same ones to the module."""

    WRITES = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        ActionBase.run(self, tmp, task_vars)
        connection = bound_args(self, task_vars or {})
        given = {name: connection.pop(name) for name in ARGUMENT_SPEC if name in connection}
        expected = connection.pop(OPTION, None)
        checked = ArgumentSpecValidator(ARGUMENT_SPEC).validate(given)
        if checked.error_messages:
            raise AnsibleActionFail("; ".join(checked.error_messages))
        name, options = checked.validated_parameters["name"], checked.validated_parameters["options"]
        problems = written_problems(ARGUMENT_SPEC, given) or option_problems(name, options, connection)
        if problems:
            return refused(problems)
        if expected:
            # Not the module's options, which may hold a password.
            check = {"name": name, OPTION: expected, **connection}
            account = self.run_module(MODULE, check, task_vars or {})
            if account.get("failed"):
                return account
        region = region_of_another_partition(self, connection)
        return self.run_process(name, {**region, **connection, **options}, task_vars or {})


def option_problems(name: str, options: Mapping[str, t.Any], connection: Mapping[str, t.Any]) -> list[str]:
    """Errors in the module's name and options."""
    problems = []
    if not NAME.fullmatch(name):
        problems.append(f"name: {name!r} is not the full name of a module of amazon.aws or community.aws")
    twice = sorted(set(options) & CONNECTION_OPTIONS)
    problems += [f"options.{option}: is an option of this task, so that the check goes by it too" for option in twice]
    unknown = sorted(set(connection) - CONNECTION_OPTIONS)
    problems += [f"{option}: belongs into options, among the module's own" for option in unknown]
    return problems

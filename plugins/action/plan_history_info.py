# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the history of applied plans: a folder here, on the control node, and a bucket by the module."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import time
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.written import with_lists, written_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._history.input import SPEC, option_called, read_filters
from ansible_collections.cloudhsm.iam.plugins.module_utils._history.location import bucket_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._history.result import result
from ansible_collections.cloudhsm.iam.plugins.modules.plan_history_info import MODULE
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._bound_action import bound_args
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._local_action import LocalAction, refused
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._plan_files import PlanFileError
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._plan_history import read_folder
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_variables import options_of_role


class ActionModule(LocalAction):
    """Reads a folder itself, which needs no credentials, and has the module read a bucket."""

    MODULE = MODULE
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        ActionBase.run(self, tmp, task_vars)
        args = bound_args(self, task_vars or {})
        args = options_of_role(args, SPEC, task_vars or {}, self._templar.template)
        prefix = str(args.get("variables_prefix") or "")
        given = {name: value for name, value in args.items() if name in SPEC}
        problems = written_problems(SPEC, given, prefix)
        checked = ArgumentSpecValidator(SPEC).validate(with_lists(SPEC, given))
        problems = problems or list(checked.error_messages)
        if problems:
            return refused(problems)
        options = checked.validated_parameters
        filters, problems = read_filters(options, time.time())
        if problems:
            return refused(problems)
        if bucket_of(options["history"]):
            return self.run_module(MODULE, args, task_vars or {})
        try:
            return result(read_folder(options["history"], filters), options["history"])
        except PlanFileError as exc:
            return refused([f"{option_called('history', prefix)}: {exc}"])

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads the access report and lists its users as a table, without writing files."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.plugins.action import ActionBase
from ansible_collections.cloudhsm.iam.plugins.modules.iam_access_report_info import MODULE
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report import terminal
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._bound_action import bound_args
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._local_action import LocalAction, refused


class ActionModule(LocalAction):
    """Runs iam_access_report_info, and keeps of its report what a terminal can show."""

    OWN: t.ClassVar[dict[str, dict[str, t.Any]]] = {
        "most": {"type": "int", "default": 200},
        "everyone": {"type": "bool", "default": False},
    }
    SPEC: t.ClassVar[dict[str, dict[str, t.Any]]] = {**OWN, "identity_center": {"type": "bool", "default": True}}
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        ActionBase.run(self, tmp, task_vars)
        args = bound_args(self, task_vars or {})
        checked = ArgumentSpecValidator(self.OWN).validate({k: v for k, v in args.items() if k in self.OWN})
        options = checked.validated_parameters
        problems = list(checked.error_messages)
        if not problems and options["most"] < 1:
            problems = [f"most: must be at least 1, not {options['most']}"]
        if problems:
            return refused(problems)
        read = self.run_module(MODULE, {k: v for k, v in args.items() if k not in self.OWN}, task_vars or {})
        report = read.pop("report", None)
        if read.get("failed") or report is None:
            return read
        shown = terminal.lines(report, options["most"], options["everyone"])
        return {**read, "changed": False, "account": report["account"], "lines": shown}

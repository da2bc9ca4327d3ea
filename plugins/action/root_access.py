# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's part of root_access: no process of its own where none is needed, and the file of an audit."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import os
import typing as t
from collections.abc import Mapping
from datetime import UTC, datetime

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Module, Result
from ansible_collections.cloudhsm.iam.plugins.module_utils._page import item_lines
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.items import ROOT_USER, Item, Plan
from ansible_collections.cloudhsm.iam.plugins.modules.root_access import MODULE
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report import files
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report.root_users import audit_text
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._change_control import ChangeControl
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._local_action import refused
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._paths import from_working_directory
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._reviewed_module import ReviewedModule

KINDS = {"enabled": "enable_root_access", "locked": "lock_root_users", "recoverable": "recover_root_user"}


class ActionModule(ReviewedModule):
    """Runs the module's logic, shows the objects that it changes, and writes an audit to a file if one is named."""

    MODULE = MODULE
    HOW = frozenset({"workers", "batch", "result_file"})

    def kind(self, options: Mapping[str, t.Any]) -> str:
        return KINDS.get(str(options.get("state") or ""), "")

    def rest(self, control: ChangeControl) -> dict[str, t.Any]:
        """A plan holds one batch: what it does not lock is for another plan."""
        accounts = control.planned(ROOT_USER)
        return {"batch": sorted(accounts)} if accounts else {}

    def run_module(
        self, module: Module, args: Mapping[str, t.Any], task_vars: dict[str, t.Any], **how: t.Any
    ) -> Result:
        given = args.get("result_file")
        if not given or not isinstance(given, str) or (args.get("state") or "audited") != "audited":
            return _with_objects(super().run_module(module, args, task_vars, **how))
        path = from_working_directory(given)
        called = f"{args.get('variables_prefix') or ''}result_file"
        try:
            files.check_folder(os.path.dirname(path))
        except files.FolderError as exc:
            return refused([f"{called}: nothing can be written to {path}: {exc}"])
        found = super().run_module(module, args, task_vars, **how)
        if "accounts" not in found:
            return found
        if not self._task.check_mode:
            try:
                files.write(path, audit_text(found, datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")))
            except (OSError, ValueError) as exc:
                msg = f"{called}: the result can't be written to {path}: {files.reason(exc)}"
                return {**found, "failed": True, "msg": msg}
        return {**found, "result_file": path}


def _with_objects(result: Result) -> Result:
    """The result with a line for each object that changes."""
    if result.get("objects"):
        items = Plan([Item(**each) for each in result["objects"]])
        result["lines"] = [*item_lines.lines(items, result["check_mode"]), *result["lines"]]
    return result

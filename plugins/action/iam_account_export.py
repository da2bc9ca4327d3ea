# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's part of iam_account_export: what the module read becomes files here."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.written import written_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.input import SPEC
from ansible_collections.cloudhsm.iam.plugins.modules.iam_account_export_info import MODULE
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report.files import (
    FolderError,
    check_folder,
    reason,
    write,
)
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._account_export import own_files, result
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._bound_action import bound_args
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._local_action import LocalAction, refused
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._paths import from_working_directory
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_variables import options_of_role

# What the action itself reads; the rest is the module's.
OWN: dict[str, dict[str, t.Any]] = {"folder": {"type": "path"}}


class ActionModule(LocalAction):
    """Runs iam_account_export_info and writes what it returns."""

    SPEC: t.ClassVar[dict[str, dict[str, t.Any]]] = {**OWN, **SPEC}
    # What is read becomes files only when the module has ended.
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        ActionBase.run(self, tmp, task_vars)
        args = bound_args(self, task_vars or {})
        args = options_of_role(args, self.SPEC, task_vars or {}, self._templar.template)
        prefix = str(args.get("variables_prefix") or "")
        problems = written_problems(self.SPEC, args, prefix)
        given = args.pop("folder", None)
        folder = from_working_directory(str(given or ""))
        problems += [] if problems else _folder_problems(given, folder, called("folder", prefix))
        if problems:
            return refused(problems)
        read = self.run_module(MODULE, args, task_vars or {})
        if read.get("failed"):
            return read
        return self._write(folder, read, called("folder", prefix))

    def _write(self, folder: str, read: Mapping[str, t.Any], option: str) -> dict[str, t.Any]:
        contents = own_files.contents(folder, read)
        before: dict[str, str] = {}
        try:
            for path in contents:
                before[path] = own_files.read_own(path)
            for path, content in contents.items():
                if not self._task.check_mode and content != before[path]:
                    write(path, content)
        except (OSError, ValueError, own_files.ForeignFileError) as exc:
            raise AnsibleActionFail(f"{option}: the export can't be written to {folder}: {reason(exc)}") from None
        made = result.shortened(read, folder, before, contents, check_mode=bool(self._task.check_mode))
        return {**made, **({"diff": result.diff(before, contents)} if self._task.diff else {})}


def _folder_problems(given: object, folder: str, option: str) -> list[str]:
    if not given:
        return [f"{option}: is missing"]
    try:
        check_folder(folder)
    except FolderError as exc:
        return [f"{option}: the export can't be written to {folder}: {exc}"]
    return []

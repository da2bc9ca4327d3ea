# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replaces a credential of one user: the controller's part has the files that it is handed over in."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t
from collections.abc import Mapping
from functools import partial

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Result
from ansible_collections.cloudhsm.iam.plugins.module_utils._page import item_lines
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.items import Item, Plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.input import said, store_options
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.model import REPLACE_DEVICE
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.run import run as work
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import StoreError
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.store_options import store_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.stores import FILE_STORES
from ansible_collections.cloudhsm.iam.plugins.modules.iam_user_credentials import MODULE
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._credentials_files import FileStores
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._reviewed_module import ReviewedModule


class ActionModule(ReviewedModule):
    """Runs the module's logic, which a file on the controller is handed to. A secret never leaves this process."""

    MODULE = MODULE
    _supports_async = False

    def kind(self, options: Mapping[str, t.Any]) -> str:
        return str(options.get("job") or "")

    def run_module(self, module: t.Any, args: Mapping[str, t.Any], task_vars: dict[str, t.Any], **how: t.Any) -> Result:
        prefix = str(args.get("variables_prefix") or "")
        problems, files = self._files(args)
        if problems:
            told = [said(problem, prefix) for problem in problems]
            return {"failed": True, "msg": f"Nothing was changed. {'; '.join(told)}", "problems": told}
        if files:
            module = module._replace(run=partial(work, files=files))
        result = super().run_module(module, args, task_vars, **how)
        if not result.get("failed"):
            plan = Plan([Item(**each) for each in result["objects"]])
            result["lines"] = [*item_lines.lines(plan, result["check_mode"]), *result["next"]]
        return result

    def _files(self, args: Mapping[str, t.Any]) -> tuple[list[str], FileStores | None]:
        """The file of the store, if it is to be one, and why it can't be used."""
        kind, job = args.get("store"), args.get("job")
        if kind not in FILE_STORES or job == REPLACE_DEVICE:
            return [], None
        why = self.why_a_process(args)
        if why:
            return [f"store: {kind} is written by Ansible itself, so the task can't be run elsewhere ({why})"], None
        if store_problems(store_options(args)):
            # The module tells them.
            return [], None
        path = store_options(args)["credentials_path"]
        if not isinstance(path, str):
            return [], None
        try:
            files = FileStores(str(kind), path, args.get("store_vault_id"), str(job))
            files.check()
        except StoreError as exc:
            return [str(exc)], None
        return [], files

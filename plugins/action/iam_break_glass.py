# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes break-glass users and seals their passwords: the controller's part has the files for halves."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t
from collections.abc import Mapping
from functools import partial

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Result
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.written import written_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._break_glass.input import parse, said
from ansible_collections.cloudhsm.iam.plugins.module_utils._break_glass.model import StoreOptions
from ansible_collections.cloudhsm.iam.plugins.module_utils._break_glass.run import run as work
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import StoreError
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.stores import FILE_STORES
from ansible_collections.cloudhsm.iam.plugins.modules.iam_break_glass import MODULE
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._credentials_files import FileHalves, same_vault_secret
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._local_action import LocalAction


class ActionModule(LocalAction):
    """Runs the module's logic, which the files on the controller are handed to. No half ever leaves this process."""

    MODULE = MODULE
    WRITES = True
    _supports_async = False

    def run_module(self, module: t.Any, args: Mapping[str, t.Any], task_vars: dict[str, t.Any], **how: t.Any) -> Result:
        wanted, problems = parse(args)
        files: list[FileHalves | None] = []
        if not problems:
            files, problems = self._files(wanted.stores, args)
        if problems:
            told = written_problems(module.argument_spec, args, wanted.prefix)
            problems = list(dict.fromkeys([*told, *problems]))
            return {"failed": True, "msg": f"Nothing was changed. {'; '.join(problems)}", "problems": problems}
        if any(files):
            module = module._replace(run=partial(work, files=files))
        return super().run_module(module, args, task_vars, **how)

    def _files(
        self, stores: tuple[StoreOptions, ...], args: Mapping[str, t.Any]
    ) -> tuple[list[FileHalves | None], list[str]]:
        """For each store the file, if it is to be one, and why it can't be used."""
        files: list[FileHalves | None] = []
        problems: list[str] = []
        why = self.why_a_process(args)
        for store in stores:
            files.append(None)
            if store.kind not in FILE_STORES:
                continue
            if why:
                problems.append(
                    f"{store.label}.store: {store.kind} is written by Ansible itself, so the task can't be run "
                    f"elsewhere ({why})"
                )
                continue
            try:
                files[-1] = FileHalves(store)
            except StoreError as exc:
                problems.append(said(str(exc), store.label))
        if {store.kind for store in stores} == {"vault_file"} and same_vault_secret(*(s.vault_id for s in stores)):
            problems.append(
                f"{stores[1].label}.vault_id: has the same secret as {stores[0].vault_id}, so that one person could "
                "read both halves; give each vault ID a secret of its own"
            )
        return files, problems

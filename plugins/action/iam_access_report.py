# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's part of iam_access_report: what the module read becomes files here."""

from __future__ import annotations

import os
import typing as t
from collections.abc import Mapping, Sequence

from ansible.errors import AnsibleActionFail
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report import files, markdown
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._bound_action import bound_args

# Of a finding, as many as a result and an artifact should hold.
SUBJECTS = 20


class ActionModule(ActionBase):  # type: ignore[misc]
    """Runs iam_access_report_info and writes its report, which itself is too large for a result."""

    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        super().run(tmp, task_vars)
        args = bound_args(self, task_vars or {})
        formats = args.pop("formats", None) or list(files.FORMATS)
        folder = args.pop("folder", None)
        whole = boolean(args.pop("return_report", False), strict=False)
        problems = _problems(folder, formats)
        if problems:
            return {"failed": True, "msg": "; ".join(problems), "problems": problems}
        args["expected_users"] = [_without_password(user) for user in args.get("expected_users") or []]
        result = self._execute_module(
            module_name="cloudhsm.iam.iam_access_report_info", module_args=args, task_vars=task_vars, wrap_async=False
        )
        report = result.pop("report", None)
        if result.get("failed") or report is None:
            return t.cast("dict[str, t.Any]", result)
        made = self._write(self._loader.path_dwim(str(folder)), files.render(report, formats))
        return {**result, **made, **_shortened(report), **({"report": report} if whole else {})}

    def _write(self, folder: str, contents: Mapping[str, str]) -> dict[str, t.Any]:
        paths = {os.path.join(folder, name): content for name, content in contents.items()}
        try:
            changed = [path for path, content in paths.items() if files.differs(path, content)]
            if not self._task.check_mode:
                # Those that differ by their time alone are written too: a report tells when it was true.
                for path, content in paths.items():
                    files.write(path, content)
        except OSError as exc:
            raise AnsibleActionFail(f"folder: the report can't be written to {folder}: {exc.strerror}") from exc
        return {"changed": bool(changed), "files": sorted(paths), "folder": folder}


def _problems(folder: object, formats: object) -> list[str]:
    problems = [] if folder else ["folder: is missing"]
    if not isinstance(formats, Sequence) or isinstance(formats, str):
        return [*problems, f"formats: must be a list of {', '.join(files.FORMATS)}"]
    unknown = sorted({str(kind) for kind in formats} - set(files.FORMATS))
    return problems + [f"formats: {kind!r} is none of {', '.join(files.FORMATS)}" for kind in unknown]


def _without_password(user: t.Any) -> t.Any:
    """The report has no use for passwords, and the module's options should not hold any."""
    return {key: value for key, value in user.items() if key != "password"} if isinstance(user, Mapping) else user


def _shortened(report: Mapping[str, t.Any]) -> dict[str, t.Any]:
    findings = [
        {**finding, "count": len(finding["subjects"]), "subjects": finding["subjects"][:SUBJECTS]}
        for finding in report["findings"]
    ]
    kept = ("account", "generated_at", "credential_report_time", "summary", "not_read")
    return {**{key: report[key] for key in kept}, "findings": findings, "markdown": markdown.account_page(report)}

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's part of iam_access_report: what the module read, or earlier tasks, becomes files here."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import os
import typing as t
from collections.abc import Mapping, Sequence

from ansible.errors import AnsibleActionFail, AnsibleFilterError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible_collections.cloudhsm.iam.plugins.filter.access_report_overview import access_report_overview
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report import files, markdown
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._bound_action import bound_args
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._paths import from_working_directory

# Of a finding, as many as a result and an artifact should hold.
SUBJECTS = 20


class ActionModule(ActionBase):  # type: ignore[misc]
    """Runs iam_access_report_info and writes its report, which itself is too large for a result."""

    TRANSFERS_FILES = False

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        super().run(tmp, task_vars)
        args = bound_args(self, task_vars or {})
        formats = args.pop("formats", None) or list(files.FORMATS)
        given = args.pop("folder", None)
        folder = from_working_directory(str(given or ""))
        whole = boolean(args.pop("return_report", False), strict=False)
        accounts = args.pop("accounts", None)
        problems = _problems(given, folder, formats)
        if problems:
            return {"failed": True, "msg": "; ".join(problems), "problems": problems}
        if accounts is not None:
            return self._write(folder, _overview(accounts, formats))
        args["expected_users"] = [_without_password(user) for user in args.get("expected_users") or []]
        result = self._execute_module(
            module_name="cloudhsm.iam.iam_access_report_info", module_args=args, task_vars=task_vars, wrap_async=False
        )
        report = result.pop("report", None)
        if result.get("failed") or report is None:
            return t.cast("dict[str, t.Any]", result)
        made = self._write(folder, files.render(report, formats))
        return {**result, **made, **_shortened(report), **({"report": report} if whole else {})}

    def _write(self, folder: str, contents: Mapping[str, str]) -> dict[str, t.Any]:
        paths = {os.path.join(folder, name): content for name, content in contents.items()}
        changed = [path for path, content in paths.items() if files.differs(path, content)]
        written: list[str] = []
        try:
            # Those that differ by their time alone are written too: a report tells when it was true.
            for path, content in [] if self._task.check_mode else paths.items():
                files.write(path, content)
                written.append(os.path.basename(path))
        except (OSError, ValueError) as exc:
            done = f"; written before that: {', '.join(written)}" if written else ""
            raise AnsibleActionFail(
                f"folder: the report can't be written to {folder}: {files.reason(exc)}{done}"
            ) from None
        return {"changed": bool(changed), "files": sorted(paths), "folder": folder}


def _overview(accounts: t.Any, formats: Sequence[str]) -> dict[str, str]:
    try:
        return {f"access-report-overview.{kind}": access_report_overview(accounts, kind) for kind in formats}
    except AnsibleFilterError as exc:
        raise AnsibleActionFail(f"accounts: {exc}") from None


def _problems(given: object, folder: str, formats: object) -> list[str]:
    problems = [] if given else ["folder: is missing"]
    try:
        if given:
            files.check_folder(folder)
    except files.FolderError as exc:
        problems.append(f"folder: the report can't be written to {folder}: {exc}")
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

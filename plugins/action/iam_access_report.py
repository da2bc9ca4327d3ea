# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's part of iam_access_report: what the module read, or earlier tasks, becomes files here."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import os
import typing as t
from collections.abc import Mapping

from ansible.errors import AnsibleActionFail
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.accepted import OPTION
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.difference import IncomparableError, compare
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.expected import expected, in_variables
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import read_list
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.written import written_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.wanted import ROLES, wanted
from ansible_collections.cloudhsm.iam.plugins.modules.iam_access_report_info import ARGUMENT_SPEC, MODULE
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report import (
    audit,
    files,
    overview,
    result,
    root_users,
)
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report.inputs import (
    AUDIT,
    Audit,
    InputFileError,
    read_previous,
    take_audit,
)
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._bound_action import bound_args
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._local_action import LocalAction, refused
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._notification import notifies
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._paths import from_working_directory
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_specs import SPECS
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_variables import read_variables

PREFIX = "access_report_"
USERS = ("expected_users", "expected_bootstrap_users")
# A report has no use for passwords, and where they come from may be closed to whoever makes it.
_UNREAD = frozenset({"bootstrap_administrator_password"})
Args = dict[str, t.Any]
# Those that the action itself reads; the others are the module's.
OWN: dict[str, dict[str, t.Any]] = {
    "folder": {"type": "path"},
    "formats": {"type": "list", "elements": "str", "choices": [*files.FORMATS], "default": [*files.DEFAULT]},
    **AUDIT,
    "accounts": {"type": "dict"},
    "role_variables": {"type": "bool", "default": False},
    "return_report": {"type": "bool", "default": False},
}


class ActionModule(LocalAction):
    """Runs iam_access_report_info and writes its report, which itself is too large for a result."""

    SPEC: t.ClassVar[dict[str, dict[str, t.Any]]] = {**OWN, **ARGUMENT_SPEC}
    # What is read becomes files only when the module has ended.
    _supports_async = False

    @notifies
    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        ActionBase.run(self, tmp, task_vars)
        args = bound_args(self, task_vars or {})
        problems: list[str] = []
        labels: dict[str, list[str]] = {}
        prefix = ""
        if boolean(args.pop("role_variables", OWN["role_variables"]["default"]), strict=False):
            args, problems, labels = self._with_variables(args, task_vars or {})
            prefix = PREFIX
        asked = take_audit(args, prefix)
        problems += asked.problems
        # What is wrong with accepted risks is known by now, with better words.
        spec = {name: option for name, option in ARGUMENT_SPEC.items() if name != OPTION}
        problems += written_problems({"folder": OWN["folder"], **spec}, args, prefix)
        formats, wrong = _formats(args.pop("formats", None))
        given = args.pop("folder", None)
        folder = from_working_directory(str(given or ""))
        whole = boolean(args.pop("return_report", OWN["return_report"]["default"]), strict=False)
        accounts = args.pop("accounts", None)
        problems += [*_folder_problems(given, folder), *wrong, *_accounts_problems(accounts)]
        if problems:
            return refused(problems)
        if accounts is not None:
            made = self._write(folder, overview.render(accounts, formats, asked.root_users))
            return {**made, "lines": result.overview_lines(made["files"], bool(self._task.check_mode))}
        read = self._read(args, task_vars, labels)
        report = read.pop("report", None)
        # A notification tells which rights end.
        self.part_results = {"report": report or {}}
        if read.get("failed") or report is None:
            return read
        return {**read, **self._finish(report, folder, formats, asked), **({"report": report} if whole else {})}

    def _finish(self, report: dict[str, t.Any], folder: str, formats: list[str], asked: Audit) -> dict[str, t.Any]:
        """Compare the report with the earlier one, write it, and say whether it fails."""
        prefix = asked.prefix
        if asked.previous:
            try:
                earlier = read_previous(asked.previous, f"{files.start_of(report)}.json", folder)
                report["difference"] = compare(earlier, report) if earlier else None
            except (InputFileError, IncomparableError) as exc:
                return refused([f"{prefix}previous: {asked.previous} can't be compared: {exc}"])
        if asked.root_users:
            report["root_credentials"] = root_users.of_account(asked.root_users, report["account"]["account_id"])
        shown = audit.shown(report, asked.min_severity)
        if asked.previous and report["difference"] is None:
            shown["no_previous"] = f"{asked.previous} has none of this account"
        written = self._write(folder, files.render(report, formats, shown))
        short = result.shortened(shown, written, bool(self._task.check_mode))
        failing = audit.failing(report, asked.fail_on)
        return {**short, "failing": failing, **({"failed": True, "msg": failing} if failing else {})}

    def _with_variables(
        self, args: Args, task_vars: Mapping[str, t.Any]
    ) -> tuple[Args, list[str], dict[str, list[str]]]:
        """The options with those that the roles' variables say, what is wrong, and what the users are called there."""
        known = {name: value for name, value in task_vars.items() if name not in _UNREAD}
        variables, problems = read_variables(("access_report", *ROLES), known, self._template)
        own = {name.removeprefix(PREFIX): variables[name] for name in SPECS["access_report"]}
        given = {name: value for name, value in {**own, **args}.items() if value is not None}
        whole = given.pop("artifact") == "full"
        if problems:
            # What is wrong with the others is told too.
            return given, problems, {}
        bootstrapped = variables["bootstrap_state"] == "present" and any(name in known for name in SPECS["bootstrap"])
        page = wanted(variables)
        options = expected(page, variables, bootstrapped=bootstrapped)
        labels = {
            "expected_users": [f"user_provisioning_users[{place}]" for place in range(len(options["expected_users"]))],
            "expected_bootstrap_users": list(page.user_labels),
        }
        if "expected_users" in given:
            options["expected_bootstrap_users"] = []
            labels["expected_users"] = [f"{PREFIX}expected_users[{n}]" for n in range(len(given["expected_users"]))]
        return {"return_report": whole, **options, **given}, [], labels

    def _template(self, value: t.Any) -> t.Any:
        """A variable's value; an unanswered question of a survey is no value."""
        found = self._templar.template(value)
        return None if isinstance(found, str) and not found else found

    def _read(self, args: Args, task_vars: Args | None, labels: Mapping[str, list[str]]) -> dict[str, t.Any]:
        for name in USERS:
            args[name] = [_without_password(user) for user in args.get(name) or []]
        read = self.run_module(MODULE, args, task_vars or {})
        if read.get("problems"):
            read["problems"] = [in_variables(problem, labels, PREFIX) for problem in read["problems"]]
            read["msg"] = "; ".join(read["problems"])
        return read

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


def _formats(given: object) -> tuple[list[str], list[str]]:
    """The formats, by default all, and errors in them."""
    formats, problems = read_list(OWN["formats"]["default"] if given is None else given)
    unknown = sorted(set(formats) - set(files.FORMATS))
    problems += [f"{kind!r} is none of {', '.join(files.FORMATS)}" for kind in unknown]
    return formats, [f"formats: {problem}" for problem in problems]


def _folder_problems(given: object, folder: str) -> list[str]:
    if not given:
        return ["folder: is missing"]
    try:
        files.check_folder(folder)
    except files.FolderError as exc:
        return [f"folder: the report can't be written to {folder}: {exc}"]
    return []


def _accounts_problems(accounts: object) -> list[str]:
    if accounts is None:
        return []
    if not isinstance(accounts, Mapping) or not all(isinstance(one, Mapping) for one in accounts.values()):
        return ["accounts: must be a dictionary with the result of each host"]
    return []


def _without_password(user: t.Any) -> t.Any:
    """The report has no use for passwords, and the module's options should not hold any."""
    return {key: value for key, value in user.items() if key != "password"} if isinstance(user, Mapping) else user

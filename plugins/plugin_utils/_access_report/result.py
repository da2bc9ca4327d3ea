# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The part of a report that a task's result contains: counts, findings, and the lines that people read. Pure."""

from __future__ import annotations

import os
import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report import markdown, temporary
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report.audit import (
    accepted_lines,
    counted,
    difference_line,
)

# Maximum number of a finding's subjects in a result and in an artifact.
SUBJECTS = 20

Report = Mapping[str, t.Any]


def shortened(report: Report, written: Mapping[str, t.Any], check_mode: bool) -> dict[str, t.Any]:
    """Return the result of a report whose files were written, or would be in check mode."""
    findings = [_finding(finding) for finding in report["findings"]]
    accepted = [_cut(risk) for risk in report["accepted_risks"]]
    difference = _difference(report["difference"]) if report.get("difference") else None
    kept = {key: report[key] for key in ("account", "generated_at", "credential_report_time", "summary", "not_read")}
    fact = {
        **{key: written[key] for key in ("changed", "folder", "files")},
        **{key: report["account"][key] for key in ("account_id", "account_alias")},
        **{key: report[key] for key in ("generated_at", "summary", "benchmark")},
        "findings": findings,
        "accepted_risks": accepted,
        **({"difference": difference} if difference else {}),
    }
    return {
        **written,
        **kept,
        "findings": findings,
        "accepted_risks": accepted,
        "difference": difference,
        "markdown": markdown.account_page(report),
        "lines": _lines(report, written, check_mode),
        "facts": {"access_report_result": fact},
    }


def _cut(found: Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {**found, "count": len(found["subjects"]), "subjects": found["subjects"][:SUBJECTS]}


def _difference(difference: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the difference, with the number of items of each kind and the first of them."""
    found = {**difference["findings"], "users": difference["users"]}
    first = {kind: each[:SUBJECTS] for kind, each in found.items()}
    users = first.pop("users")
    return {
        **difference,
        "findings": first,
        "users": users,
        "counts": {kind: len(each) for kind, each in found.items()},
    }


def _finding(finding: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return a finding with its first subjects. If it has more, the command is left out: it is about all of them."""
    whole = len(finding["subjects"]) <= SUBJECTS
    return {**_cut(finding), "run": finding["run"] if whole else None}


def _lines(report: Report, written: Mapping[str, t.Any], check_mode: bool) -> list[str]:
    summary, verb = report["summary"], _verb(check_mode)
    hidden, accepted = counted(report.get("hidden", {})), counted(summary["accepted"])
    names = ", ".join(os.path.basename(path) for path in written["files"]) or "no files"
    lines = [
        f"Account {report['account']['account_id']}: users {summary['users']}, "
        f"administrators {len(summary['administrators'])}, "
        f"console users without MFA {summary['console_users_without_mfa']}, "
        f"differences from your variables {summary['drift']}",
        f"Findings: {counted(summary['findings']) or 'none'}" + (f"; of these not shown: {hidden}" if hidden else ""),
    ]
    lines += [f"Accepted: {accepted}"] if accepted else []
    lines += [ending] if (ending := temporary.total(summary["temporary"])) else []
    lines += [f"Accepted risks: {line}" for line in accepted_lines(report["accepted_risks"])]
    lines += [difference_line(report["difference"])] if report.get("difference") else []
    lines += [f"No earlier report: {report['no_previous']}"] if report.get("no_previous") else []
    lines += [f"Could not be read: {'; '.join(report['not_read'])}"] if report["not_read"] else []
    lines += [f"The page {verb} {page}" for page in _pages(written["files"])]
    return [*lines, f"The report {verb} in {written['folder']}: {names}"]


def overview_lines(files: Sequence[str], check_mode: bool) -> list[str]:
    """Return a line that says where the overview is: its page, or otherwise its first file."""
    return [f"The overview of all accounts {_verb(check_mode)} {path}" for path in (_pages(files) or files)[:1]]


def _pages(files: Sequence[str]) -> Sequence[str]:
    return [path for path in files if path.endswith(".html")]


def _verb(check_mode: bool) -> str:
    return "would be" if check_mode else "is"

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The report as Markdown, for a pull request. Text from AWS is in code, so that it can't format anything."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report import reach, root_users, temporary
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report.audit import (
    accepted_lines,
    counted,
    difference_line,
)
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report.audit import rights as rights_changed
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report.text import (
    PEOPLE,
    SUBJECTS,
    administrator,
    code,
    codes,
    rights,
    table,
)

# Maximum number of characters of a command that fixes all subjects of a finding.
LONGEST_RUN = 2000
# Text after the last day of an acceptance, by state.
ACCEPTED = {"active": "", "expired": ", expired", "not_found": ", not found"}
CHANGES = {"new": "new", "gone": "gone", "accepted": "accepted", "no_longer_accepted": "no longer accepted"}


def account_page(report: Mapping[str, t.Any]) -> str:
    """Return the report of one account."""
    account = report["account"]
    name = account["account_alias"] or account["account_id"]
    ages = report["credential_report_time"]
    lines = [
        f"# Access to {code(name)}",
        "",
        f"Account {code(account['account_id'])}, read at {report['generated_at']}. "
        + (
            f"Ages are from the credential report of {ages}."
            if ages
            else "No ages, because there was no credential report."
        ),
        "",
        *_summary(report),
        *_findings(report),
        *_accepted(report["accepted_risks"]),
        *_difference(report.get("difference")),
        *temporary.markdown(report),
        *_people(report),
        *reach.roles_markdown(report),
        *reach.center_markdown(report),
        *reach.controls_markdown(report),
        *_groups(report["groups"]),
        *_policies(report["policies"]),
        *_drift(report),
        *_notes(report),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _summary(report: Mapping[str, t.Any]) -> list[str]:
    summary = report["summary"]
    counts = counted(summary["findings"]) or "none"
    hidden, accepted = counted(report.get("hidden", {})), counted(summary["accepted"])
    ending = temporary.total(summary["temporary"])
    return [
        f"- Users: {summary['users']}, in no group: {summary['outside_every_group']}",
        f"- Administrators: {codes(summary['administrators']) or 'none'}",
        f"- Console users: {summary['console_users']}, without MFA: {summary['console_users_without_mfa']}",
        f"- Active access keys: {summary['access_keys']}",
        f"- Can change CloudHSM: {summary['cloudhsm_changers']}, can call any action: {summary['cloudhsm_users']}",
        f"- Findings: {counts}" + (f"; of these not shown: {hidden}" if hidden else ""),
        *([f"- Accepted: {accepted}"] if accepted else []),
        *([f"- {ending}"] if ending else []),
        "",
    ]


def _findings(report: Mapping[str, t.Any]) -> list[str]:
    findings, benchmark = report["findings"], report["benchmark"]
    lines = ["## Findings", ""]
    if any(finding["cis"] for finding in findings):
        lines += [f"CIS numbers are recommendations of the {benchmark['name']} {benchmark['version']}.", ""]
    for finding in findings:
        subjects = finding["subjects"]
        lines += [
            f"### {finding['severity'].capitalize()}: {finding['title']} ({len(subjects)})",
            "",
            finding["why"] + (f" CIS {', '.join(finding['cis'])}." if finding["cis"] else ""),
            "",
            *table(["name", "detail", "ID"], [_subject(subject) for subject in subjects], SUBJECTS),
            *_remedy(finding["run"]),
        ]
    return lines if findings else [*lines, "Nothing found." if not report.get("hidden") else "None shown.", ""]


def _subject(subject: Mapping[str, str]) -> list[str]:
    return [code(subject["name"]), code(subject["detail"]), code(subject["id"])]


def _remedy(run: str) -> list[str]:
    """Return what fixes all subjects, as a code block that nothing in it can end."""
    if len(run) > LONGEST_RUN:
        return ["How to fix all of them: the command is in the HTML and JSON files.", ""]
    fence = "`" * max([3, *(len(found) + 1 for found in re.findall("`+", run))])
    return ["How to fix:", "", fence, run, fence, ""]


def _accepted(risks: Sequence[Mapping[str, t.Any]]) -> list[str]:
    if not risks:
        return []
    rows = [
        [
            f"{risk['severity'].capitalize()}: {risk['title']}",
            codes([*(subject["id"] for subject in risk["subjects"]), *risk["not_found"]]),
            code(risk["reason"]),
            f"{risk['expires']}{ACCEPTED[risk['state']]}",
            code(risk["accepted_by"]),
        ]
        for risk in risks
    ]
    lines = ["## Accepted risks", "", *table(["finding", "subjects", "reason", "until", "by"], rows)]
    told = [f"- {code(line)}" for line in accepted_lines(risks[:PEOPLE])]
    return [*lines, *told, ""] if told else lines


def _difference(difference: Mapping[str, t.Any] | None) -> list[str]:
    if difference is None:
        return []
    lines = ["## Changes since the earlier report", "", f"{code(difference_line(difference))}", ""]
    rows = [
        [CHANGES[kind], found["severity"], code(found["title"]), code(found["id"]), code(found["detail"])]
        for kind, each in difference["findings"].items()
        for found in each
    ]
    if rows:
        lines += table(["change", "severity", "finding", "ID", "detail"], rows)
    users = difference["users"]
    if users:
        told = [[code(user["name"]), user["state"], codes(rights_changed(user["changes"]))] for user in users]
        lines += table(["user", "state", "who can do what"], told)
    return [*lines, *(f"- {code(note)}" for note in difference["notes"]), *([""] if difference["notes"] else [])]


def _people(report: Mapping[str, t.Any]) -> list[str]:
    heads = ["user", "groups", "administrator", "CloudHSM", "by", "password", "MFA", "active keys"]
    return ["## People", "", *table(heads, map(_person, report["users"]))]


def _person(user: Mapping[str, t.Any]) -> list[str]:
    have = user["credentials"]
    words = {True: "yes", False: "no", None: "not known"}
    age = have["password_age"]
    keys = [key for key in have["access_keys"] or [] if key["active"]]
    ages = ", ".join("age not known" if key["age"] is None else f"{key['age']} d" for key in keys)
    return [
        code(user["name"]),
        codes(user["groups"]) or "none",
        administrator(user),
        rights(user),
        reach.by(user),
        words[have["password"]] + ("" if age is None else f", {age} d"),
        words[have["mfa"]],
        "not known" if have["access_keys"] is None else ages or "none",
    ]


def _groups(groups: Sequence[Mapping[str, t.Any]]) -> list[str]:
    rows = []
    for group in groups:
        policies = [arn.rpartition("/")[2] for arn in group["managed_policies"]]
        policies += [f"{name} (inline)" for name in group["inline_policies"]]
        members = group["members"]
        rows.append([code(group["name"]), str(len(members)), codes(members), codes(policies), rights(group)])
    return ["## Groups", "", *table(["group", "members", "names", "policies", "CloudHSM"], rows)]


def _policies(policies: Sequence[Mapping[str, t.Any]]) -> list[str]:
    rows = [
        [code(policy["name"]), policy["kind"], codes(policy["groups"]), codes(policy["users"]), rights(policy)]
        for policy in policies
    ]
    return ["## Policies", "", *table(["policy", "kind", "groups", "users directly", "CloudHSM"], rows)]


# The HTML page uses the same words.
_STATES = {
    "missing": "missing",
    "differs": "differs",
    "not_wanted": "not in your variables",
    "impossible": "can't be changed",
}


def _drift(report: Mapping[str, t.Any]) -> list[str]:
    if not report["compared"]:
        return []
    if not report["drift"]:
        return ["## Differences from your variables", "", "None.", ""]
    rows = []
    for entry in report["drift"]:
        changes = [" ".join(str(value) for value in change.values()) for change in entry["changes"]]
        changes += entry.get("problems", [])
        rows.append([f"{entry['kind']} {code(entry['name'])}", _STATES[entry["state"]], codes(changes)])
    return ["## Differences from your variables", "", *table(["name", "state", "changes"], rows)]


def _notes(report: Mapping[str, t.Any]) -> list[str]:
    roles = [role["name"] for role in report["service_linked_roles"]]
    lines = ["## Notes", "", f"- CloudHSM's service-linked role: {codes(roles) or 'none'}"]
    lines += [f"- {code(root_users.line(report['root_credentials']))}"] if report.get("root_credentials") else []
    lines += [f"- Could not be read: {code(gap)}" for gap in report["not_read"]]
    return [*lines, *(f"- Not evaluated: {line}" for line in report["not_evaluated"])]


def _accepted_in_accounts(risks: Sequence[Mapping[str, t.Any]]) -> list[str]:
    if not risks:
        return []
    rows = [
        [
            code(risk["account_id"]),
            f"{risk['severity'].capitalize()}: {risk['title']}",
            str(risk["count"]),
            code(risk["reason"]),
            f"{risk['expires']}{ACCEPTED[risk['state']]}",
            code(risk["accepted_by"]),
        ]
        for risk in risks
    ]
    return ["## Accepted risks", "", *table(["account", "finding", "count", "reason", "until", "by"], rows)]


def accounts_page(overview: Mapping[str, t.Any]) -> str:
    """Return the overview of several accounts."""
    rows = []
    for account in overview["accounts"]:
        summary = account.get("summary")
        name = code(account.get("account_id") or account["host"])
        if summary is None:
            rows.append([name, code(account["host"]), "could not be read", "", "", "", "", "", ""])
            continue
        counts = ", ".join(f"{count} {level}" for level, count in summary["findings"].items() if count) or "none"
        numbers = [
            summary["users"],
            len(summary["administrators"]),
            summary["console_users_without_mfa"],
            summary["drift"],
            summary["temporary"]["count"],
        ]
        next_end = summary["temporary"]["next_end"] or ""
        rows.append([name, code(account.get("account_alias") or account["host"]), counts, *map(str, numbers), next_end])
    heads = ["account", "name", "findings", "users", "administrators", "console without MFA", "differences"]
    heads += ["temporary rights", "next end"]
    worst = [[f["severity"], f["title"], code(f["account_id"]), str(f["count"])] for f in overview["findings"]]
    lines = ["# Access of all accounts", "", f"Read up to {overview['generated_at']}."]
    lines += [
        "",
        *table(heads, rows, len(rows)),
        "## Most severe findings",
        "",
        *table(["severity", "finding", "account", "count"], worst),
    ]
    lines += [*_accepted_in_accounts(overview["accepted_risks"]), *root_users.markdown(overview["root_users"])]
    return "\n".join(lines).rstrip() + "\n"

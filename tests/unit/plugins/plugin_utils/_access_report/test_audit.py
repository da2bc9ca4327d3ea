# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a report shows, when it fails, and how accepted risks and changes are told in each format."""

from __future__ import annotations

import csv
import io
import json
import re
import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.accepted import parse_risks
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.difference import compare
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.report import Wanted, make_report
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report import audit, files, markdown, result, tables
from helpers.accounts import samples

TODAY = samples.NOW.date()
START = f"access-report-{samples.ACCOUNT}"
RISK = {
    "finding": "not_signed_in",
    "subjects": ["user/frank", "user/gone"],
    "reason": "on leave | <b>until</b> spring",
    "expires": "2027-03-01",
    "accepted_by": "Security team",
}
EXPIRED = {**RISK, "subjects": ["user/ivan"], "reason": "was on leave", "expires": "2026-11-01"}


def report(*risks: dict[str, t.Any]) -> dict[str, t.Any]:
    read, problems = parse_risks(list(risks), TODAY)
    assert problems == []
    return make_report(samples.team(), Wanted(accepted=read), samples.NOW)


def with_difference() -> dict[str, t.Any]:
    made = report(RISK, EXPIRED)
    before = json.loads(json.dumps(make_report(samples.one_person(), Wanted(), samples.NOW)))
    return {**made, "difference": compare(before, made)}


def test_what_is_less_severe_is_not_shown_but_counted() -> None:
    made = with_difference()
    shown = audit.shown(made, "high")
    assert {finding["severity"] for finding in shown["findings"]} == {"critical", "high"}
    assert shown["summary"] == made["summary"]
    assert shown["hidden"] == {level: made["summary"]["findings"][level] for level in ("medium", "low", "info")}
    assert {found["severity"] for found in shown["difference"]["findings"]["new"]} == {"critical", "high"}
    # What somebody has decided stays.
    assert shown["accepted_risks"] == made["accepted_risks"]
    assert audit.shown(made, "info")["findings"] == made["findings"]
    assert audit.shown(made, "info")["hidden"] == {}


def test_json_has_everything_and_the_others_what_is_shown() -> None:
    made = report()
    contents = files.render(made, files.FORMATS, audit.shown(made, "critical"))
    assert json.loads(contents[f"{START}.json"]) == made
    assert "old_access_keys" not in contents[f"{START}.sarif"]
    rows = list(csv.DictReader(io.StringIO(contents[f"{START}-findings.csv"])))
    assert {row["severity"] for row in rows} == {"critical"}
    assert re.search(r"- Findings: 3 critical, .*; of these not shown: \d+ high", contents[f"{START}.md"])


@pytest.mark.parametrize(
    ("limit", "told"),
    [("critical", "3 critical"), ("high", "3 critical, 6 high"), ("never", None)],
)
def test_findings_of_a_severity_fail(limit: str, told: str | None) -> None:
    expected = told and f"Account {samples.ACCOUNT} has findings of severity {limit} or above: {told}"
    assert audit.failing(report(), limit) == expected


def test_what_is_accepted_or_hidden_does_not_decide_alone() -> None:
    subjects = ["user/erin", "user/grace"]
    mfa = {**RISK, "finding": "administrator_without_mfa", "subjects": subjects}
    made = report(mfa, {**RISK, "finding": "root_access_keys", "subjects": ["root"]})
    assert audit.failing(made, "critical") is None
    assert audit.failing(report(), "low") is not None
    one = make_report(samples.one_person(), Wanted(), samples.NOW)
    assert audit.failing(one, "info") is None


def test_acceptances_that_do_nothing_any_more_are_told() -> None:
    told = list(audit.accepted_lines(report(RISK, EXPIRED)["accepted_risks"]))
    assert told == [
        "not_signed_in: accepted but not found in this report (accepted by Security team): user/gone",
        "not_signed_in: the acceptance expired on 2026-11-01 (accepted by Security team); these are findings again: "
        "user/ivan",
    ]


def test_markdown_has_accepted_risks_and_changes() -> None:
    text = markdown.account_page(audit.shown(with_difference(), "info"))
    assert "- Accepted: 1 medium" in text
    accepted = text.partition("## Accepted risks")[2].partition("## ")[0]
    assert "| `on leave \\| <b>until</b> spring` | 2027-03-01 | `Security team` |" in accepted
    assert "2026-11-01, expired" in accepted
    assert "the acceptance expired on 2026-11-01" in accepted
    changes = text.partition("## Changes since the earlier report")[2].partition("## ")[0]
    assert "| new | high | `Console users without MFA` | `user/bob` |" in changes
    assert re.search(r"\| `carol` \| new \| `no → yes: .*DescribeClusters", changes)
    assert "CIS 2.10." in text
    assert "CIS Amazon Web Services Foundations Benchmark 7.0.0" in text


def test_a_report_without_them_says_nothing_of_them() -> None:
    text = markdown.account_page(report())
    for words in ("Accepted", "Changes since", "not shown"):
        assert words not in text


def test_markdown_tells_how_to_fix_a_finding_once() -> None:
    text = markdown.account_page(report())
    assert text.count("How to fix:") == len(report()["findings"])
    assert text.count("create-virtual-mfa-device") == 2


def test_csv_has_accepted_subjects_with_the_reason() -> None:
    rows = list(csv.DictReader(io.StringIO(tables.findings(report(RISK, EXPIRED)))))
    by_id = {row["id"]: row for row in rows if row["rule"] == "not_signed_in"}
    assert (by_id["user/frank"]["accepted"], by_id["user/frank"]["expires"]) == ("yes", "2027-03-01")
    assert (by_id["user/ivan"]["accepted"], by_id["user/ivan"]["expires"]) == ("no", "")
    assert by_id["user/ivan"]["cis"] == "2.11"


def test_the_result_tells_it_in_lines_and_is_short() -> None:
    made = audit.shown(with_difference(), "high")
    written = {"changed": True, "folder": "/f", "files": ["/f/a.html"]}
    short = result.shortened(made, written, check_mode=False)
    lines = "\n".join(short["lines"])
    assert "; of these not shown: " in lines
    assert "Accepted: 1 medium" in lines
    assert "Accepted risks: not_signed_in: the acceptance expired on 2026-11-01" in lines
    assert "Since the report of 2026-11-24 12:00:00 UTC: findings" in lines
    fact = short["facts"]["access_report_result"]
    assert fact["benchmark"]["version"] == "7.0.0"
    assert len(fact["difference"]["users"]) <= result.SUBJECTS
    assert fact["difference"]["counts"]["users"] == len(made["difference"]["users"])


def test_a_command_for_more_subjects_than_the_result_has_is_left_out() -> None:
    made = make_report(samples.thousands(200), Wanted(), samples.NOW)
    short = result.shortened(made, {"changed": True, "folder": "/f", "files": []}, check_mode=False)
    for finding in short["findings"]:
        assert (finding["run"] is None) == (finding["count"] > result.SUBJECTS)

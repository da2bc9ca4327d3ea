# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an audit asks of a report: files that are read safely, and mistakes that are told with their names."""

from __future__ import annotations

import datetime
import json
import os
import typing as t
from pathlib import Path

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.report import Wanted, make_report
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report.inputs import (
    InputFileError,
    read_previous,
    read_risks,
    take_audit,
)
from helpers.accounts import samples

SOON = datetime.datetime.now(datetime.UTC).date() + datetime.timedelta(30)
RISKS = f"""
- finding: drift
  subjects: [user/alice]
  reason: yes, it is known
  expires: {SOON}
  accepted_by: me
"""


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def put(text: str, name: str = "risks.yml") -> str:
    Path(name).write_text(text)
    return name


def test_a_relative_path_is_in_the_working_directory_and_a_day_may_be_without_quotes() -> None:
    (risk,) = read_risks(put(RISKS))
    assert (risk["expires"], risk["reason"]) == (SOON, "yes, it is known")
    assert read_risks(put("# nothing yet\n")) == []


def test_risks_of_the_list_and_of_the_file_are_joined() -> None:
    listed = {"finding": "drift", "subjects": ["user/bob"], "reason": "r", "expires": str(SOON), "accepted_by": "me"}
    args: dict[str, t.Any] = {"accepted_risks": [listed], "accepted_risks_file": put(RISKS), "other": 1}
    asked = take_audit(args, "access_report_")
    assert asked.problems == []
    assert [risk["subjects"] for risk in args["accepted_risks"]] == [["user/bob"], ["user/alice"]]
    assert sorted(args) == ["accepted_risks", "other"]
    assert (asked.min_severity, asked.fail_on, asked.previous) == ("info", "never", None)


def test_mistakes_are_named_by_variable_file_and_place() -> None:
    args: dict[str, t.Any] = {
        "accepted_risks": ["x"],
        "accepted_risks_file": put(RISKS.replace("drift", "drifts").replace("expires", "expire")),
        "previous": "missing.json",
    }
    assert take_audit(args, "access_report_").problems == [
        "access_report_accepted_risks[0]: must be a dictionary, not a string",
        "risks.yml[0] (drifts): expire: is not an option of an accepted risk; did you mean expires?",
        "risks.yml[0] (drifts): finding: the report has no finding 'drifts'; did you mean drift?",
        "risks.yml[0] (drifts): expires: is missing; every acceptance ends",
        "access_report_previous: missing.json can't be compared: it can't be read: No such file or directory",
    ]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"min_severity": "hihg"},
            "min_severity: 'hihg' is none of critical, high, medium, low, info; did you mean high?",
        ),
        ({"fail_on": False}, "fail_on: 'False' is none of critical, high, medium, low, info, never"),
        ({"previous": 7}, "previous: must be text, not a number: put it in quotes, as YAML changes 0123 to 83"),
        ({"accepted_risks": "drift"}, "accepted_risks: must be a list, not a string"),
        (
            {"accepted_risks_file": "none.yml"},
            "accepted_risks_file: none.yml: it can't be read: No such file or directory",
        ),
    ],
)
def test_what_is_wrong_is_told(given: dict[str, t.Any], told: str) -> None:
    assert take_audit(given, "").problems == [told]


def test_unanswered_questions_are_left_out() -> None:
    asked = take_audit(dict.fromkeys(("accepted_risks", "accepted_risks_file", "previous", "fail_on"), ""), "")
    assert (asked.problems, asked.fail_on, asked.previous) == ([], "never", None)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("finding: drift\n", "it must be a list of accepted risks; each begins with a dash, as in - finding: drift"),
        ("- finding: [\n", "line 2 is not YAML"),
        ("- finding: drift\n  finding: drift\n", "line 2 is not YAML: 'finding' is there twice"),
        ("- &a {finding: drift}\n- *a\n", "line 2 is not YAML: aliases"),
        ("- <<: {finding: drift}\n  <<: {}\n", "line 2 is not YAML"),
        ("- !!python/object/apply:os.system [ls]\n", "line 1 is not YAML"),
        ("- finding: drift\n---\n- finding: drift\n", "line 2 is not YAML"),
        (f"{'[' * 50}{']' * 50}\n", "line 1 is not YAML: it goes too deep"),
        ("- expires: 2027-02-30\n", "it is not YAML"),
        ("- [a]: b\n  [a]: c\n", "line 1 is not YAML"),
        ("- \x07\n", "it is not YAML"),
    ],
)
def test_a_file_that_is_no_list_is_refused_with_the_line(text: str, told: str) -> None:
    with pytest.raises(InputFileError) as refusal:
        read_risks(put(text))
    assert str(refusal.value).startswith(told)
    assert "\n" not in str(refusal.value)


def test_files_are_read_safely() -> None:
    path = put(RISKS)
    Path(path).chmod(0o666)
    with pytest.raises(InputFileError, match="every user of this machine can write to it; close it with chmod o-w"):
        read_risks(path)
    os.mkfifo("pipe")
    for other, told in (
        ("pipe", "it is not a file"),
        (".", "it can't be read: Is a directory"),
        ("a\0b", "it can't be read"),
        ("/dev/zero", "not a file"),
    ):
        with pytest.raises(InputFileError, match=told):
            read_risks(other)
    Path("binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InputFileError, match="not text in UTF-8"):
        read_risks("binary")
    Path("large").write_text("#" * (1024 * 1024 + 1))
    with pytest.raises(InputFileError, match="1,048,577 bytes, at most 1,048,576 are read"):
        read_risks("large")


def test_an_earlier_report_is_a_file_or_in_a_folder() -> None:
    made = make_report(samples.team(), Wanted(), samples.NOW)
    name = f"access-report-{samples.ACCOUNT}.json"
    Path("old").mkdir()
    assert read_previous("old", name) is None
    assert take_audit({"previous": "old"}, "").problems == []
    put(json.dumps(made), f"old/{name}")
    assert read_previous("old", name) == read_previous(f"old/{name}", "") == made


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "null", '{"a": 1}', "NaN"])
def test_what_is_no_report_is_refused(text: str) -> None:
    put(text, "report.json")
    (problem,) = take_audit({"previous": "report.json"}, "").problems
    assert problem == "previous: report.json can't be compared: it is not an access report in the format json"

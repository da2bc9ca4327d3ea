# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accepted risks: what is read, what is refused, and what they take out of a report."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.accepted import LONGEST, parse_risks
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.benchmark import RECOMMENDATIONS
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.report import Wanted, make_report
from helpers.accounts import samples

TODAY = samples.NOW.date()
KEYS = "user/grace#AKIAIOSFODNN7EXAMPLE"


def risk(**other: t.Any) -> dict[str, t.Any]:
    return {
        "finding": "not_signed_in",
        "subjects": ["user/frank"],
        "reason": "is on leave",
        "expires": "2027-01-31",
        "accepted_by": "Security team",
        **other,
    }


def report(*risks: dict[str, t.Any]) -> dict[str, t.Any]:
    read, problems = parse_risks(list(risks), TODAY)
    assert problems == []
    return make_report(samples.team(), Wanted(accepted=read), samples.NOW)


def found(made: dict[str, t.Any], rule: str) -> list[str]:
    return [s["id"] for finding in made["findings"] if finding["rule"] == rule for s in finding["subjects"]]


def problems(*risks: t.Any) -> list[str]:
    return parse_risks(list(risks), TODAY)[1]


def test_an_accepted_subject_counts_no_more_and_is_shown_with_its_reason() -> None:
    before, made = report(), report(risk())
    assert found(before, "not_signed_in") == ["user/frank", "user/ivan"]
    assert found(made, "not_signed_in") == ["user/ivan"]
    assert made["summary"]["findings"]["medium"] == before["summary"]["findings"]["medium"] - 1
    assert made["summary"]["accepted"]["medium"] == 1
    (accepted,) = made["accepted_risks"]
    assert (accepted["state"], accepted["reason"], accepted["expires"]) == ("active", "is on leave", "2027-01-31")
    assert [subject["id"] for subject in accepted["subjects"]] == ["user/frank"]
    # What fixes the finding is about the others alone.
    (finding,) = [finding for finding in made["findings"] if finding["rule"] == "not_signed_in"]
    assert "frank" not in finding["run"]
    assert "ivan" in finding["run"]


def test_a_finding_whose_subjects_are_all_accepted_is_gone() -> None:
    made = report(risk(subjects=["user/frank", "user/ivan"]))
    assert "not_signed_in" not in {finding["rule"] for finding in made["findings"]}


def test_one_of_several_keys_of_a_user_is_accepted() -> None:
    made = report(risk(finding="administrator_access_keys", subjects=[KEYS]))
    assert found(made, "administrator_access_keys") == [
        "user/erin#AKIAIOSFODNN7EXAMPLE",
        "user/grace#AKIAI44QH8DHBEXAMPLE",
    ]


def test_it_counts_again_from_the_day_after_the_last() -> None:
    assert found(report(risk(expires=TODAY)), "not_signed_in") == ["user/ivan"]
    made = report(risk(expires=TODAY - datetime.timedelta(1)))
    assert found(made, "not_signed_in") == ["user/frank", "user/ivan"]
    (accepted,) = made["accepted_risks"]
    assert (accepted["state"], [one["id"] for one in accepted["subjects"]]) == ("expired", ["user/frank"])
    assert sum(made["summary"]["accepted"].values()) == 0


@pytest.mark.parametrize("subject", ["user/frankie", "user/Frank", "frank", "group/frank", "user/frank#x", "user/"])
def test_what_is_not_exactly_a_subject_accepts_nothing_and_is_told(subject: str) -> None:
    made = report(risk(subjects=[subject]))
    assert found(made, "not_signed_in") == ["user/frank", "user/ivan"]
    assert (made["accepted_risks"][0]["state"], made["accepted_risks"][0]["not_found"]) == ("not_found", [subject])


def test_what_becomes_worse_is_not_accepted() -> None:
    """The grade of who can become an administrator, the length of passwords and the difference are in the ID."""
    made = report()
    ids = {finding["rule"]: [s["id"] for s in finding["subjects"]] for finding in made["findings"]}
    assert ids["can_become_administrator"] == ["user/ivan#yes"]
    assert ids["weak_password_policy"] == ["account#none"]
    weak = make_report(samples.snapshot([], password_policy={"MinimumPasswordLength": 9}), Wanted(), samples.NOW)
    assert [s["id"] for f in weak["findings"] for s in f["subjects"]] == ["account#9-characters"]


def test_ids_of_a_finding_are_unique() -> None:
    for make in (samples.team, samples.hostile, samples.thousands):
        for finding in make_report(make(), Wanted(), samples.NOW)["findings"]:
            ids = [subject["id"] for subject in finding["subjects"]]
            assert len(ids) == len(set(ids)), finding["rule"]


def test_one_of_another_account_is_no_concern() -> None:
    made = report(risk(account_id="210987654321"), risk(account_id=samples.ACCOUNT, subjects=["user/ivan"]))
    assert found(made, "not_signed_in") == ["user/frank"]
    assert len(made["accepted_risks"]) == 1


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (
            {"finding": "not_signed_on"},
            "finding: the report has no finding 'not_signed_on'; did you mean not_signed_in?",
        ),
        ({"finding": None}, "finding: is missing"),
        ({"finding": 7}, "finding: must be text, not a number: put it in quotes, as YAML changes 0123 to 83"),
        ({"subjects": []}, "subjects: is missing"),
        ({"subjects": "user/frank"}, "subjects: must be a list, not a string"),
        (
            {"subjects": ["user/*"]},
            "subjects: 'user/*' is a pattern; list each subject by its ID, as the report shows it",
        ),
        ({"subjects": [" "]}, "subjects: must not be empty"),
        ({"subjects": [True]}, "subjects: must be text, not a boolean: put it in quotes, as YAML changes yes to true"),
        ({"reason": " "}, "reason: is missing"),
        ({"reason": "x" * 2001}, "reason: has 2,001 characters, at most 2,000 are allowed"),
        ({"expires": None}, "expires: is missing; every acceptance ends"),
        ({"expires": "never"}, "expires: must be a day such as 2027-02-22, not 'never'"),
        ({"expires": "2027-02-30"}, "expires: 2027-02-30 is not a day of the calendar"),
        ({"expires": 20270131}, "expires: must be a day such as 2027-02-22, not a number"),
        ({"expires": True}, "expires: must be a day such as 2027-02-22, not a boolean"),
        ({"expires": datetime.datetime(2027, 1, 31, 5)}, "expires: must be a day such as 2027-02-22, not a date"),
        ({"expires": "2027-11-26"}, "expires: 2027-11-26 is more than 366 days ahead; accept it for a year at most"),
        ({"accepted_by": None}, "accepted_by: is missing"),
        ({"account_id": "12345"}, "account_id: an account ID has 12 digits"),
        (
            {"account_id": 123456789012},
            "account_id: must be text, not a number: put it in quotes, as YAML changes 0123",
        ),
        ({"reson": "x"}, "reson: is not an option of an accepted risk; did you mean reason?"),
    ],
)
def test_what_is_wrong_is_told_with_the_field(wrong: dict[str, t.Any], told: str) -> None:
    (problem,) = problems(risk(**wrong))
    name = wrong.get("finding", "not_signed_in")
    start = f"accepted_risks[0] ({name})" if isinstance(name, str) else "accepted_risks[0]"
    assert problem.startswith(f"{start}: {told}")


def test_everything_that_is_wrong_is_told_at_once() -> None:
    told = problems(risk(), "drift", {"finding": "drift"}, risk(subjects=["user/x", "user/frank"]))
    assert told == [
        "accepted_risks[1]: must be a dictionary, not a string",
        "accepted_risks[2] (drift): subjects: is missing",
        "accepted_risks[2] (drift): reason: is missing",
        "accepted_risks[2] (drift): expires: is missing; every acceptance ends",
        "accepted_risks[2] (drift): accepted_by: is missing",
        "accepted_risks[3] (not_signed_in): subjects: 'user/frank' is accepted by accepted_risks[0] (not_signed_in) "
        "too; keep one of them",
    ]
    assert parse_risks("drift", TODAY)[1] == ["accepted_risks: must be a list, not a string"]
    assert parse_risks(None, TODAY) == parse_risks("", TODAY) == ([], [])


def test_the_same_subject_may_be_accepted_in_two_accounts_for_different_reasons() -> None:
    two = [risk(account_id=samples.ACCOUNT), risk(account_id="210987654321", reason="other")]
    assert problems(*two) == []
    assert len(problems(*two, risk())) == 1


def test_a_day_is_text_or_what_yaml_makes_of_it() -> None:
    for day in ("2027-01-31", " 2027-01-31 ", datetime.date(2027, 1, 31)):
        (read,), _problems = parse_risks([risk(expires=day)], TODAY)
        assert read.expires == datetime.date(2027, 1, 31)
    assert problems(risk(expires=TODAY + datetime.timedelta(LONGEST))) == []


def test_every_rule_can_be_accepted() -> None:
    for rule in RECOMMENDATIONS:
        assert problems(risk(finding=rule)) == []

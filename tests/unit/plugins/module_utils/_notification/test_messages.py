# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is sent, of what is told: events, the subject that SNS takes, the text, and the body by its schema."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.report import Wanted, make_report
from ansible_collections.cloudhsm.iam.plugins.module_utils._notification.model import (
    Right,
    Told,
    now,
    pending_of,
    rights_of,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._notification.result import body, subject, text
from helpers.accounts import samples, temporary
from hypothesis import given
from hypothesis import strategies as st

SCHEMA = json.loads((Path(__file__).parents[5] / "docs/notification.schema.json").read_text())
AT = "2026-12-01T12:00:00Z"
TOLD = Told("bootstrap", "123456789012", "hsm", check_mode=False, changed=True, lines=["+ user ann"], at=AT)
USER = {"user": "ann", "group": "Administrators", "until": "2026-12-02T18:00:00Z", "reason": "INC-1"}
ASSIGNMENT = {
    "permission_set": "Admins",
    "copy_name": "Admins-261201T1800Z",
    "group": "oncall",
    "accounts": ["123456789012"],
    "until": "2026-12-01T11:00:00Z",
    "reason": "INC-2",
}


@pytest.mark.parametrize(
    ("given_fields", "events", "outcome"),
    [
        ({}, ["changed"], "changed"),
        ({"check_mode": True}, ["planned"], "planned"),
        ({"changed": False}, [], "unchanged"),
        ({"failed": True, "reason": "x"}, ["failed", "changed"], "failed"),
        ({"failed": True, "check_mode": True}, ["failed"], "failed"),
        ({"drift": True, "check_mode": True}, ["drift"], "drift"),
        ({"changed": False, "pending": ["ann"]}, ["pending"], "unchanged"),
        ({"changed": False, "rights": [Right("user ann", "group X", AT, "", True)]}, ["expiring"], "unchanged"),
    ],
)
def test_events_and_outcome(given_fields: dict[str, t.Any], events: list[str], outcome: str) -> None:
    told = replace(TOLD, **given_fields)
    assert (told.events, told.outcome) == (events, outcome)


def test_rights_that_end_soon_or_have_ended_are_told_once() -> None:
    later = {**USER, "user": "ben", "until": "2026-12-09T18:00:00Z"}
    results: list[dict[str, t.Any]] = [{"temporary": [USER, later], "ended": [ASSIGNMENT]}, {"temporary": [USER]}]
    assert rights_of(results, AT, 7) == [
        Right("group oncall", "permission set Admins", "2026-12-01T11:00:00Z", "INC-2", True),
        Right("user ann", "group Administrators", "2026-12-02T18:00:00Z", "INC-1", False),
    ]
    assert len(rights_of(results, AT, 8)) == 2
    assert len(rights_of(results, AT, 9)) == 3
    assert [right.ended for right in rights_of([{"temporary": [USER]}], "2026-12-03T00:00:00Z", 0)] == [True]
    assert rights_of([{"temporary": [{"principal": "x", "group": "g", "until": AT}]}], AT, 0)[0].who == "x"


def test_rights_that_the_access_report_lists_are_told_by_the_same_words() -> None:
    found = make_report(temporary.snapshot(), Wanted(), samples.NOW)["temporary"]
    told = rights_of([{"temporary": found}], AT, 90)
    assert {right.who.split()[0] for right in told} == {"user", "group"}
    assert {right.what.split()[0] for right in told} == {"group", "permission"}
    assert Right("user dave", "group CloudHSMAdministrators", temporary.SOON, "INC-1, for the ceremony", False) in told
    assert [right.ended for right in told] == [right.until <= AT for right in told]


@pytest.mark.parametrize("value", [None, {}, [], "x", [None], [{}], [{"user": "ann"}], [{"until": AT}], 3])
def test_results_of_another_form_tell_nothing(value: object) -> None:
    assert rights_of([{"temporary": value, "ended": value}], AT, 7) == []
    assert pending_of([{"pending": value}]) == []


def test_the_text_says_what_people_ask() -> None:
    approval = {"how": "plan_file", "made_at": AT, "made_by": "arn:aws:iam::1:user/p", "signers": ["eve@example.com"]}
    rights = rights_of([{"temporary": [USER], "ended": [ASSIGNMENT]}], AT, 7)
    told = replace(TOLD, pending=["zoe"], rights=rights, approval=approval)
    assert text(told).splitlines() == [
        f"cloudhsm.iam: bootstrap changed the account (account 123456789012 (hsm), {AT})",
        "+ user ann",
        "Pending: zoe",
        "Ended 2026-12-01T11:00:00Z: permission set Admins of group oncall (INC-2)",
        "Ends 2026-12-02T18:00:00Z: group Administrators of user ann (INC-1)",
        f"Approved: the plan made at {AT} by arn:aws:iam::1:user/p, signed by eve@example.com",
    ]
    assert subject(told) == "cloudhsm.iam: bootstrap changed the account, 123456789012, 2 temporary rights end"
    jsonschema.validate(body(told), SCHEMA)


def test_a_run_of_unknown_account_that_failed_says_why() -> None:
    told = Told("account_guard", "", "", check_mode=True, failed=True, reason="no\ncredentials", at=now())
    assert "Reason: no credentials" in text(told)
    assert subject(told) == "cloudhsm.iam: account_guard failed, account unknown"
    jsonschema.validate(body(told), SCHEMA)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("@channel", "@\u2060channel"),
        ("_@here", "_@\u2060here"),
        ("x.@all", "x.@\u2060all"),
        ("(@@bob)", "(@\u2060@\u2060bob)"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("<@U123>", "&lt;@\u2060U123&gt;"),
        ("&lt;!here&gt;", "&amp;lt;!here&amp;gt;"),
        ("ann@example.com", "ann@example.com"),
    ],
)
def test_nothing_that_others_choose_mentions_people_in_a_chat(name: str, shown: str) -> None:
    right = Right(f"user {name}", f"group {name}", AT, name, False)
    told = replace(TOLD, account_name=name, lines=[name], pending=[name], rights=[right], failed=True, reason=name)
    sent = body(told)
    assert sent["text"].count(shown) == 7
    assert sent["text"].replace(shown, "") == text(told).replace(name, "")
    assert (sent["lines"], sent["pending"], sent["reason"]) == ([name], [name], name)
    assert text(told).count(name) == 7, "the topic gets it as it is"
    jsonschema.validate(sent, SCHEMA)


@given(
    st.text(max_size=200),
    st.lists(st.text(max_size=2000), max_size=120),
    st.lists(st.text(max_size=128), max_size=120),
    st.text(max_size=5000),
)
def test_whatever_is_told_is_short_enough(kind: str, lines: list[str], names: list[str], reason: str) -> None:
    rights = [Right(f"user {name}", "group x", AT, reason, False) for name in names]
    told = replace(TOLD, kind=kind, lines=lines, pending=names, rights=rights, failed=True, reason=reason)
    # SNS API reference, Publish: printable ASCII, no line breaks, fewer than 100 characters.
    assert len(subject(told)) < 100
    assert all(" " <= each <= "~" for each in subject(told))
    assert len(text(told)) < 32 * 1024
    jsonschema.validate(json.loads(json.dumps(body(told))), SCHEMA)

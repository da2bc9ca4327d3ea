# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The evaluator of policies: patterns, conditions about MFA, and statements."""

from __future__ import annotations

import fnmatch
import itertools
import json
import time
import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.conditions import Session, holds
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.evaluate import (
    ANY,
    Question,
    UnreadablePolicyError,
    read_document,
    rights_of,
    together,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.globs import FIELD, covers, matches, meet
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.report import Wanted, make_report
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.words import answer
from helpers.accounts import samples
from helpers.accounts.samples import person, snapshot
from helpers.documents.case_files import case_bytes
from hypothesis import given
from hypothesis import strategies as st

CLUSTER = f"arn:aws:cloudhsm:{ANY}:123456789012:cluster/{ANY}"
PATTERNS = st.text("ab*?", max_size=7)
TEXTS = st.text("ab", max_size=7)
PRESENT = "aws:MultiFactorAuthPresent"
AGE = "aws:MultiFactorAuthAge"


def statement(*actions: str, effect: str = "Allow", resource: t.Any = "*", **more: t.Any) -> dict[str, t.Any]:
    return {"Effect": effect, "Action": list(actions), "Resource": resource, **more}


def word(
    statements: list[dict[str, t.Any]], action: str = "cloudhsm:DeleteCluster", resource: str | None = CLUSTER
) -> str:
    """What comes out for one action."""
    rights = rights_of(read_document({"Statement": statements}), [Question(action, resource)])
    return answer(rights, [0])


@given(PATTERNS, TEXTS)
def test_patterns_match_as_those_of_a_shell(pattern: str, text: str) -> None:
    assert matches(pattern, text) == fnmatch.fnmatchcase(text, pattern)


@given(PATTERNS, PATTERNS, TEXTS)
def test_patterns_that_match_the_same_text_meet(one: str, other: str, text: str) -> None:
    if matches(one, text) and matches(other, text):
        assert meet(one, other)
    assert len({meet(*pair) for pair in itertools.permutations((one, other))}) == 1
    assert meet(one, text) == matches(one, text)


# Patterns as somebody writes them who wants to be slow to read: runs of stars and question marks, long literal parts.
ODD_PATTERNS = st.lists(st.sampled_from(["*", "**", "?", "*?", "a", "b", "ab", "aab", "***a"]), max_size=12).map(
    "".join
)
ODD_TEXTS = st.lists(st.sampled_from(["a", "b", "ab", "aa"]), max_size=12).map("".join)


def plainly(pattern: str, text: str) -> bool:
    """The same by a table of all beginnings of both."""
    ends = {0}
    for character in pattern:
        if character == "*":
            ends = set(range(min(ends), len(text) + 1)) if ends else set()
        else:
            ends = {end + 1 for end in ends if end < len(text) and character in ("?", text[end])}
    return len(text) in ends


@given(ODD_PATTERNS, ODD_TEXTS)
def test_patterns_of_many_wildcards_match_as_a_plain_table_says(pattern: str, text: str) -> None:
    assert matches(pattern, text) == plainly(pattern, text)
    assert meet(pattern, text) == plainly(pattern, text)


@given(ODD_PATTERNS, ODD_TEXTS, ODD_TEXTS)
def test_patterns_of_many_wildcards_meet_fields_without_colons(pattern: str, start: str, end: str) -> None:
    for middle in ("", "a", "ab", "ba", "aab"):
        if matches(pattern, start + middle + end):
            assert meet(pattern, f"{start}{FIELD}{end}")
    assert not meet(f"{start}:{end}", FIELD)


@given(st.text("ab?*", max_size=8), st.text("ab", min_size=1, max_size=6))
def test_what_is_said_to_cover_any_text_matches_each(pattern: str, text: str) -> None:
    if covers(pattern, f"a{ANY}", ANY):
        assert matches(pattern, f"a{text}")


@pytest.mark.parametrize("part", ["*a", "*?", "?*", "**a", "*?a", "?", "*" * 50 + "b"])
def test_no_pattern_takes_long(part: str) -> None:
    # As many as the longest policy holds.
    pattern = part * (6144 // len(part))
    resources = [f"arn:aws:cloudhsm:{pattern}x", pattern, f"{pattern}x"]
    start = time.process_time()
    for resource in resources:
        word([statement("cloudhsm:*", resource=resource)])
        matches(pattern, "a" * 2048)
        meet(pattern, "*a?" * 700)
    assert time.process_time() - start < 1


def test_the_policy_that_took_minutes_takes_no_time() -> None:
    document = json.loads(case_bytes("report-hangs-on-stars", "policy.json"))
    start = time.process_time()
    made = make_report(snapshot([person("x", inline={"one": document})]), Wanted(), samples.NOW)
    assert time.process_time() - start < 1
    # Three stars are as good as one, so clusters it is.
    assert made["users"][0]["cloudhsm"]["DeleteCluster"] == "some"


@pytest.mark.parametrize(("one", "other"), [("a*", "b*"), ("*a", "*b"), ("a", ""), ("?", ""), ("a?c", "ab*d")])
def test_patterns_without_a_text_in_common_do_not_meet(one: str, other: str) -> None:
    assert not meet(one, other)


# The condition; then whether it holds with MFA, with a password alone, and with an access key alone.
CONDITIONS: list[tuple[dict[str, t.Any], tuple[bool | None, bool | None, bool | None]]] = [
    ({}, (True, True, True)),
    ({"Bool": {PRESENT: "true"}}, (True, False, False)),
    ({"Bool": {PRESENT.lower(): True}}, (True, False, False)),
    ({"Bool": {PRESENT: "false"}}, (False, True, False)),
    ({"BoolIfExists": {PRESENT: "true"}}, (True, False, True)),
    ({"BoolIfExists": {PRESENT: "false"}}, (False, True, True)),
    ({"Bool": {PRESENT: ["true", "false"]}}, (True, True, False)),
    ({"StringEquals": {PRESENT: "true"}}, (True, False, False)),
    ({"StringNotEquals": {PRESENT: "true"}}, (False, True, True)),
    ({"StringNotEqualsIgnoreCase": {PRESENT: "TRUE"}}, (False, True, True)),
    ({"ForAnyValue:StringNotEquals": {PRESENT: "true"}}, (False, True, False)),
    ({"StringEquals": {PRESENT: ["True", "tru?", "t*"]}}, (False, False, False)),
    ({"StringLike": {PRESENT: ["tru?"]}}, (True, False, False)),
    ({"NumericNotEquals": {AGE: "3600"}}, (None, True, True)),
    ({"Null": {PRESENT: "true"}}, (False, False, True)),
    ({"Null": {PRESENT: "false"}}, (True, True, False)),
    ({"Null": {AGE: "true"}}, (False, True, True)),
    ({"Null": {AGE: "false"}}, (True, False, False)),
    ({"NumericLessThan": {AGE: "3600"}}, (True, False, False)),
    ({"NumericLessThanIfExists": {AGE: "3600"}}, (True, True, True)),
    ({"ForAllValues:Bool": {PRESENT: "true"}}, (True, False, True)),
    ({"ForAnyValue:Bool": {PRESENT: "true"}}, (True, False, False)),
    ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, (None, None, None)),
    ({"Bool": {PRESENT: "true"}, "IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, (None, False, False)),
    ({"Bool": {PRESENT: "true", "aws:SecureTransport": "true"}}, (None, False, False)),
    ({"DateLessThan": {AGE: "x"}}, (None, False, False)),
    # What counts is the call that somebody makes, not what a service then does in the same name.
    ({"BoolIfExists": {PRESENT: "false", "aws:ViaAWSService": "false"}}, (False, True, True)),
    ({"Bool": {"aws:ViaAWSService": "false"}}, (True, True, True)),
    ({"Bool": {"aws:PrincipalIsAWSService": False}}, (True, True, True)),
    ({"Null": {"aws:CalledVia": "true"}}, (True, True, True)),
    ({"StringNotEquals": {"aws:CalledViaFirst": "x.amazonaws.com"}}, (True, True, True)),
    # A right that a service has in somebody's name is one all the same.
    ({"Bool": {"aws:ViaAWSService": "true"}}, (None, None, None)),
    ({"ForAnyValue:StringEquals": {"aws:CalledVia": ["x.amazonaws.com"]}}, (None, None, None)),
    ({"IpAddress": {PRESENT: "true"}}, (None, None, False)),
]


@pytest.mark.parametrize(("condition", "expected"), CONDITIONS)
def test_conditions_about_mfa_are_decided(condition: dict[str, t.Any], expected: t.Any) -> None:
    assert tuple(holds(condition, session, True) for session in Session) == expected


@pytest.mark.parametrize(
    "condition", [{"Bool": {"aws:ViaAWSService": "true"}}, {"ForAnyValue:StringEquals": {"aws:CalledVia": ["x"]}}]
)
def test_a_denial_for_services_only_denies_no_call(condition: dict[str, t.Any]) -> None:
    assert {holds(condition, session, False) for session in Session} == {False}


def test_the_age_of_mfa_is_as_it_suits_who_comes() -> None:
    condition = {"NumericGreaterThan": {AGE: "3600"}}
    assert holds(condition, Session.MFA, True)
    assert holds(condition, Session.MFA, False) is False


MFA: dict[str, t.Any] = {"Condition": {"Bool": {PRESENT: "true"}}}
NO_MFA_DENIED = statement("*", effect="Deny", Condition={"BoolIfExists": {PRESENT: "false"}})
OFFICE: dict[str, t.Any] = {"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}}
ONE = "arn:aws:cloudhsm:eu-central-1:123456789012:cluster/one"
OURS = "arn:aws:cloudhsm:*:123456789012:*"

OURS_OF = {kind: f"{OURS.removesuffix('*')}{kind}/????*" for kind in ("cluster", "backup", "*")}
CASES: list[tuple[str, list[dict[str, t.Any]]]] = [
    ("no", []),
    ("no", [statement("s3:*")]),
    ("yes", [statement("cloudhsm:*")]),
    ("yes", [statement("CLOUDHSM:delete*")]),
    ("yes", [statement("*")]),
    ("yes", [statement("cloudhsm:Delete??uster")]),
    ("no", [statement("cloudhsm:DeleteHsm")]),
    ("no", [statement("cloudhsm:*"), statement("cloudhsm:DeleteCluster", effect="Deny")]),
    ("yes", [{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}]),
    ("no", [{"Effect": "Allow", "NotAction": ["cloudhsm:Delete*"], "Resource": "*"}]),
    ("no", [statement("*"), {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}]),
    ("some", [statement("cloudhsm:*", resource=ONE)]),
    ("some", [statement("cloudhsm:*", resource=["arn:aws:s3:::x", ONE])]),
    ("yes", [statement("cloudhsm:*", resource=OURS)]),
    ("yes", [statement("cloudhsm:*", resource="arn:*:cloudhsm:*:*:cluster/*")]),
    ("no", [statement("cloudhsm:*", resource="arn:aws:cloudhsm:*:999999999999:*")]),
    ("no", [statement("cloudhsm:*", resource="arn:aws:s3:::*")]),
    ("no", [statement("cloudhsm:*", resource="arn:*:s3:::*")]),
    ("yes", [statement("cloudhsm:*", resource="arn:aws:cloudhsm")]),
    ("yes", [statement("cloudhsm:*", resource="arn:*:cluster/*")]),
    ("no", [statement("cloudhsm:*", resource="arn:*:iam::*:user/*")]),
    ("some", [statement("cloudhsm:*", resource="arn:aws:cloudhsm:eu-*")]),
    ("no", [statement("cloudhsm:*", resource="arn:aws:cloudhsm:*:*:backup/*")]),
    ("some", [statement("cloudhsm:*", resource="arn:aws:cloudhsm:*:123456789012:cluster/${aws:username}")]),
    ("some", [statement("*"), statement("*", effect="Deny", resource=ONE)]),
    ("some", [{"Effect": "Allow", "Action": "*", "NotResource": ONE}]),
    ("no", [{"Effect": "Allow", "Action": "*", "NotResource": OURS}]),
    ("yes", [{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::*"}]),
    ("conditional", [statement("cloudhsm:*", **OFFICE)]),
    ("conditional", [statement("cloudhsm:*", resource=ONE, **OFFICE)]),
    ("some", [statement("cloudhsm:*", **OFFICE), statement("cloudhsm:*", resource=ONE)]),
    ("conditional", [statement("cloudhsm:*"), statement("*", effect="Deny", **OFFICE)]),
    ("mfa", [statement("cloudhsm:*", **MFA)]),
    ("yes", [statement("cloudhsm:*", **MFA), statement("cloudhsm:*")]),
    ("some_mfa", [statement("cloudhsm:*", resource=ONE, **MFA)]),
    ("conditional_mfa", [statement("*", Condition={**MFA["Condition"], **OFFICE["Condition"]})]),
    ("mfa", [statement("cloudhsm:*"), NO_MFA_DENIED]),
    ("mfa", [statement("cloudhsm:*"), statement("*", effect="Deny", Condition={"Null": {AGE: "true"}})]),
    # Access keys pass by it.
    ("yes", [statement("cloudhsm:*"), statement("*", effect="Deny", Condition={"Bool": {PRESENT: "false"}})]),
    ("no", [NO_MFA_DENIED]),
    # A Deny for names of four and more letters leaves the shorter ones.
    (
        "some",
        [statement("cloudhsm:*"), statement("*", effect="Deny", resource=[OURS_OF["cluster"], OURS_OF["backup"]])],
    ),
    # No type of a resource has a wildcard to AWS. What seems to take away may not, and what seems to give may.
    ("yes", [statement("cloudhsm:*"), statement("*", effect="Deny", resource=OURS_OF["*"])]),
    ("some", [statement("cloudhsm:*", resource=OURS_OF["*"])]),
    ("yes", [{"Effect": "Allow", "Action": "cloudhsm:*", "NotResource": OURS_OF["*"]}]),
    ("yes", [statement("cloudhsm:*"), statement("????????????:*", effect="Deny")]),
]


@pytest.mark.parametrize(("expected", "statements"), CASES)
def test_what_comes_out_of_statements(expected: str, statements: list[dict[str, t.Any]]) -> None:
    assert word(statements) == expected


@pytest.mark.parametrize(
    ("expected", "resource"), [("yes", "*"), ("no", OURS), ("no", ONE), ("yes", ["arn:aws:s3:::x", "*"])]
)
def test_actions_without_resources_need_an_asterisk(expected: str, resource: t.Any) -> None:
    assert word([statement("cloudhsm:*", resource=resource)], "cloudhsm:DescribeClusters", None) == expected


def test_an_action_on_two_kinds_of_things_is_whole_with_both_only() -> None:
    backup = CLUSTER.replace("cluster/", "backup/")
    questions = [Question("cloudhsm:ListTags", CLUSTER), Question("cloudhsm:ListTags", backup)]
    clusters = statement("cloudhsm:*", resource="arn:aws:cloudhsm:*:*:cluster/*")
    backups = statement("cloudhsm:*", resource="arn:aws:cloudhsm:*:*:backup/*")
    half = rights_of(read_document({"Statement": clusters}), questions)
    other = rights_of(read_document({"Statement": [backups]}), questions)
    assert answer(half, [0, 1]) == "some"
    assert answer(together([half, other], 2), [0, 1]) == "yes"
    assert answer(half, [0, 1], every=True) == "no"


@pytest.mark.parametrize(
    "document", ["", "[]", "null", {}, {"Statement": [{"Effect": "Allow"}]}, {"Statement": "x"}, 7]
)
def test_what_is_no_policy_is_told(document: t.Any) -> None:
    with pytest.raises(UnreadablePolicyError):
        read_document(document)


def test_a_document_may_be_text() -> None:
    assert len(read_document('{"Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}}')) == 1


@pytest.mark.parametrize("allows", [True, False])
def test_it_is_open_what_any_value_of_a_key_means_that_need_not_exist(allows: bool) -> None:
    # AWS does not say which of the two counts.
    condition = {"ForAnyValue:BoolIfExists": {PRESENT: "true"}}
    found = [holds(condition, session, allows) for session in (Session.MFA, Session.PASSWORD, Session.KEY)]
    assert found == [True, False, None]

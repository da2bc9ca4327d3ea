# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times as people and YAML write them, and the conditions and names made from them."""

from __future__ import annotations

import typing as t
import unicodedata
from datetime import UTC, date, datetime, timedelta

import pytest
import yaml
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import until
from hypothesis import given
from hypothesis import strategies as st

END = "2026-12-01T18:00:00Z"
NAMES = st.text("ABab09_+=,.@-", min_size=1, max_size=64)


@pytest.mark.parametrize(
    "written",
    [
        "2026-12-01T18:00Z",
        "2026-12-01T18:00:00Z",
        "2026-12-01T18:00:59Z",
        "2026-12-01 18:00:00+00:00",
        "2026-12-01T19:00+01:00",
        "2026-12-01T13:00:00-05:00",
        " 2026-12-01T18:00:00.5+00:00 ",
        yaml.safe_load("2026-12-01T18:00:00Z"),
        str(yaml.safe_load("2026-12-01T19:00:00+01:00")),
        yaml.safe_load("2026-12-01T18:00:00Z").isoformat(),
    ],
)
def test_one_form_for_all_that_people_write(written: object) -> None:
    assert until.read_until(written) == (END, None)


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        ("2026-12-01", "has no time of day or no time zone"),
        ("2026-12-01T18:00:00", "has no time zone"),
        ("tomorrow", "is not a time"),
        ("", "is not a time"),
        ("0001-01-01T00:00+12:00", "is out of range"),
        (date(2026, 12, 1), "must be text, not a date"),
        (datetime(2026, 12, 1, 18), "has no time zone"),
        (20261201, "must be text, not a number"),
        (None, "must be text, not nothing"),
        (True, "must be text, not a boolean"),
    ],
)
def test_what_is_not_a_time_is_told_with_an_example(written: object, problem: str) -> None:
    read, told = until.read_until(written)
    assert read == ""
    assert told is not None
    assert problem in told
    assert "2026-12-01T18:00Z" in told


@given(st.datetimes(datetime(2000, 1, 1), datetime(2999, 1, 1)), st.datetimes(datetime(2000, 1, 1)))
def test_times_are_in_the_order_of_their_texts(one: datetime, other: datetime) -> None:
    one, other = (each.replace(second=0, microsecond=0, tzinfo=UTC) for each in (one, other))
    first, second = until.read_until(one)[0], until.read_until(other)[0]
    assert (first < second) == (one < other)
    assert until.has_ended(first, second) == (one <= other)


@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=300))
def test_a_reason_that_is_accepted_fits_into_a_tag_and_comes_back(reason: str) -> None:
    if until.reason_problem(reason):
        return
    value = until.encode_reason(reason)
    assert len(value) <= 256
    assert all(unicodedata.category(one)[0] in "LZN" or one in "_.:/=+-@" for one in value)
    assert until.decode_reason(value) == " ".join(reason.split())


@pytest.mark.parametrize("reason", ["", "  ", "two\nlines", "a\x1b[31m", 7, None, "é" * 43])
def test_what_no_tag_can_hold_is_no_reason(reason: object) -> None:
    assert until.reason_problem(reason)


@pytest.mark.parametrize(
    "condition",
    [
        {},
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        {"DateLessThan": {"aws:CurrentTime": "2020-01-01T00:00:00Z"}},
        {"datelessthan": {"aws:currenttime": "2020-01-01T00:00:00Z", "aws:TokenIssueTime": "2020-01-01T00:00:00Z"}},
        {"DateLessThan": {"aws:TokenIssueTime": "2020-01-01T00:00:00Z"}},
        {"DateLessThanEquals": {"aws:CurrentTime": "2099-01-01T00:00:00Z"}},
    ],
)
def test_a_limited_statement_keeps_its_other_conditions(condition: dict[str, dict[str, str]]) -> None:
    statement = {"Sid": "One", "Effect": "Allow", "Action": "*", "Resource": "*", "Condition": condition}
    limited = until.limited(statement, END)
    assert limited is not None
    assert "Sid" not in limited
    assert {**limited, "Condition": 0} == {"Effect": "Allow", "Action": "*", "Resource": "*", "Condition": 0}
    flat = [(operator, key, value) for operator, keys in limited["Condition"].items() for key, value in keys.items()]
    before = [(operator, key, value) for operator, keys in condition.items() for key, value in keys.items()]
    assert set(before) < set(flat)
    assert len(flat) == len(before) + 1
    (added,) = set(flat) - set(before)
    assert added[0].lower() in ("datelessthan", "datelessthanifexists"), "at the end itself nothing is left"
    # Operators and keys are told apart without regard to case, so one with another case would be the same twice.
    assert len({(operator.lower(), key.lower()) for operator, key, _value in flat}) == len(flat)
    assert until.end_of(limited) == min(
        [END, *(value for _operator, key, value in before if key.lower() == "aws:currenttime")]
    )


def test_a_statement_with_all_conditions_on_the_time_is_not_limited() -> None:
    condition = {operator: {"aws:CurrentTime": END} for operator in ("DateLessThan", "DateLessThanIfExists")}
    assert until.limited({"Effect": "Allow", "Condition": condition}, END) is None


@pytest.mark.parametrize(
    ("condition", "end"),
    [
        ({}, None),
        ({"DateGreaterThan": {"aws:CurrentTime": END}}, None),
        ({"DateLessThan": {"aws:TokenIssueTime": END}}, None),
        ({"DateLessThan": {"aws:CurrentTime": "nonsense"}}, None),
        ({"DateLessThan": {"aws:CurrentTime": [END, "2027-01-01T00:00:00Z"]}}, "2027-01-01T00:00:00Z"),
    ],
)
def test_the_end_of_a_statement(condition: dict[str, t.Any], end: str | None) -> None:
    assert until.end_of({"Effect": "Allow", "Condition": condition}) == end


def test_a_denial_tells_its_time_and_only_an_untouched_one_does() -> None:
    denied = until.denied_from(END)
    assert until.denial_of({"Statement": denied}) == END
    assert until.denial_of({"Statement": [{"Effect": "Allow"}, denied]}) == END
    assert until.denial_of({"Statement": [{**denied, "Action": "s3:*"}]}) is None
    assert until.denial_of({}) is None


@given(NAMES, NAMES, st.integers(1, 30))
def test_a_membership_is_read_from_the_arn(user: str, group: str, number: int) -> None:
    name = until.policy_name(user, group, number)
    arn = f"arn:aws-cn:iam::123456789012:policy{until.policy_path(user, group)}{name}"
    assert until.membership_of(arn) == (user, group, number)
    assert len(name) <= 128
    assert until.membership_of(arn.replace("/temporary/", "/temporary/x")) is None


@pytest.mark.parametrize(
    "arn", ["arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::123456789012:policy/cloudhsm.iam/temporary/x"]
)
def test_other_policies_stand_for_no_membership(arn: str) -> None:
    assert until.membership_of(arn) is None


@given(st.text("ABab09_+=,.@-", min_size=1, max_size=32), st.integers(0, 10**6))
def test_a_permission_set_has_a_name_for_each_end(name: str, minutes: int) -> None:
    end = until.read_until(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes))[0]
    made = until.set_name(name, end)
    assert len(made) <= 32
    assert made != name
    assert made != until.set_name(name, "2020-01-01T00:00:00Z")


def test_the_time_is_that_of_aws_where_it_tells() -> None:
    answer = {"ResponseMetadata": {"HTTPHeaders": {"date": "Tue, 01 Dec 2026 18:00:07 GMT"}}}
    assert until.time_of_answer(answer) == "2026-12-01T18:00:07Z"


@pytest.mark.parametrize("headers", [{}, {"date": "yesterday"}, {"date": None}])
def test_the_time_is_that_of_this_machine_where_aws_does_not_tell(headers: dict[str, str]) -> None:
    told = until.time_of_answer({"ResponseMetadata": {"HTTPHeaders": headers}})
    assert abs(datetime.now(UTC) - datetime.fromisoformat(told.replace("Z", "+00:00"))) < timedelta(minutes=1)

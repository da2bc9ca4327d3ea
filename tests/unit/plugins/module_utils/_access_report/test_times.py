# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Conditions on the time of a call: met, not met or undecided, and when that changes."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.times import at_time, changes
from hypothesis import given
from hypothesis import strategies as st

NOW = "2026-11-24T12:00:00Z"
KEY = "aws:CurrentTime"
BEFORE, SAME, AFTER = "2026-11-24T11:59:59Z", NOW, "2026-11-24T12:00:01Z"
OPERATORS = [
    f"Date{name}{lenient}"
    for name in ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
    for lenient in ("", "IfExists")
]


@pytest.mark.parametrize(
    ("operator", "met"),
    [
        ("DateEquals", (False, True, False)),
        ("DateNotEquals", (True, False, True)),
        ("DateLessThan", (False, False, True)),
        ("DateLessThanEquals", (False, True, True)),
        ("DateGreaterThan", (True, False, False)),
        ("DateGreaterThanEqualsIfExists", (True, True, False)),
        ("ForAnyValue:DateLessThan", (False, False, True)),
    ],
)
def test_each_operator_before_at_and_after_its_time(operator: str, met: tuple[bool, ...]) -> None:
    for value, expected in zip((BEFORE, SAME, AFTER), met, strict=True):
        for name in (operator, operator.lower()):
            assert (at_time({name: {KEY.upper(): value}}, NOW) is not None) == expected, value


@pytest.mark.parametrize(
    ("condition", "rest"),
    [
        ({"DateLessThan": {KEY: AFTER}}, {}),
        ({"DateLessThan": {KEY: [BEFORE, AFTER]}}, {}),
        ({"DateNotEquals": {KEY: [BEFORE, SAME]}}, None),
        (
            {"DateLessThan": {KEY: AFTER}, "Bool": {"aws:SecureTransport": "true"}},
            {"Bool": {"aws:SecureTransport": "true"}},
        ),
        ({"DateLessThan": {KEY: "tomorrow"}}, {"DateLessThan": {KEY: "tomorrow"}}),
        ({"DateLessThan": {KEY: ["tomorrow", AFTER]}}, {"DateLessThan": {KEY: ["tomorrow", AFTER]}}),
        ({"StringEquals": {KEY: AFTER}}, {"StringEquals": {KEY: AFTER}}),
        ({"DateLessThan": {"aws:EpochTime": "1795521601"}}, {}),
        ({"NumericLessThan": {"aws:EpochTime": 1795521599}}, None),
        ({"NumericLessThan": {KEY: 1795521601}}, {"NumericLessThan": {KEY: 1795521601}}),
        ({"DateLessThan": {KEY: "2026-11-24T13:00:01+01:00"}}, {}),
        ({"DateLessThan": {KEY: "2026-11-25"}}, {}),
        ({"Null": {KEY: "true"}}, None),
        ({"Null": {KEY: ["false"]}}, {}),
        ({"DateLessThan": {"aws:TokenIssueTime": BEFORE}}, {"DateLessThan": {"aws:TokenIssueTime": BEFORE}}),
    ],
)
def test_what_is_left_of_a_condition(condition: t.Any, rest: t.Any) -> None:
    assert at_time(condition, NOW) == rest
    assert at_time(condition, "") is condition


TIMES = st.datetimes().map(lambda time: f"{time.isoformat(timespec='seconds')}Z")


@given(st.sampled_from(OPERATORS), st.lists(TIMES, min_size=1, max_size=3), TIMES, TIMES)
def test_between_two_changes_nothing_changes(operator: str, values: list[str], one: str, other: str) -> None:
    condition = {operator: {KEY: values}}
    first, last = sorted((one, other))
    if not any(first < time <= last for time in changes(condition)):
        assert (at_time(condition, first) is None) == (at_time(condition, last) is None)


@given(st.lists(TIMES | st.text() | st.integers() | st.none() | st.booleans(), max_size=3), st.sampled_from(OPERATORS))
def test_whatever_stands_there_is_read_or_left(values: list[t.Any], operator: str) -> None:
    condition = {operator: {KEY: values}}
    assert at_time(condition, NOW) in (None, {}, condition)
    list(changes(condition))

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which times the filters of the history mean."""

from __future__ import annotations

import typing as t
from datetime import UTC, datetime

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._history.input import Filters, read_filters

NOW = datetime(2026, 4, 7, 12, tzinfo=UTC).timestamp()


def read(**given: t.Any) -> tuple[Filters, list[str]]:
    return read_filters({"history": "/var/history", **given}, NOW)


@pytest.mark.parametrize("day", ["2026-03-31", "20260331", 20260331])
def test_a_day_is_whole_in_each_of_its_forms(day: object) -> None:
    filters, problems = read(since=day, until=day)
    assert problems == []
    assert filters.since == datetime(2026, 3, 31, tzinfo=UTC).timestamp()
    assert filters.until == datetime(2026, 3, 31, 23, 59, 59, 999999, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("text", ["20260331T12:00:00Z", "2026-03-31 14:00+02:00", "20260331T120000"])
def test_a_time_of_a_day_is_just_that_time(text: str) -> None:
    assert read(until=text)[0].until == datetime(2026, 3, 31, 12, tzinfo=UTC).timestamp()


@pytest.mark.parametrize("text", ["2026-W14", "2026W14", "2026-W14-2", "2026", "2026-03", "99991232"])
def test_a_week_a_month_and_a_year_are_not_taken_for_a_day(text: str) -> None:
    assert [problem.partition("; ")[0] for problem in read(until=text)[1]] == [f"until: {text!r} is not a time"]

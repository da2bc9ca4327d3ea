# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists of texts, which may come as text."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import read_list
from helpers.accounts.malformed_users import EATEN


@pytest.mark.parametrize("value", [["a", "b"], "a,b", "a, b", "a b", "a\nb", "a,\nb", "[a, b]", "- a\n- b", '"a" b'])
def test_lists_and_text_give_the_same(value: t.Any) -> None:
    assert read_list(value) == (["a", "b"], [])


@pytest.mark.parametrize("value", [None, "", " \n", []])
def test_nothing_is_an_empty_list(value: t.Any) -> None:
    assert read_list(value) == ([], [])


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("a,", "line 1: ends with a comma"),
        ("a,,b", "line 1: has a comma with nothing before it"),
        ("a\n'b", "line 2: has a quote that does not end"),
        (["a", 0o123], f"item 2: {EATEN}"),
        ({"a": 1}, "must be a list, not a dictionary"),
        (7, EATEN),
    ],
)
def test_another_list_is_refused(value: t.Any, problem: str) -> None:
    _found, problems = read_list(value)
    assert len(problems) == 1
    assert problems[0].startswith(problem)


def test_headings_and_columns_are_fine_where_no_users_are_named() -> None:
    assert read_list("Email, Department\nTeam, Manager")[0] == ["Email", "Department", "Team", "Manager"]

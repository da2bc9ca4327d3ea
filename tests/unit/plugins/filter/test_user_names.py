# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of users from lists and from what people write into surveys."""

from __future__ import annotations

import time
import typing as t
from datetime import date

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.cloudhsm.iam.plugins.filter.user_names import FilterModule
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.names import HEADINGS
from helpers.documents.case_files import case_bytes
from hypothesis import given
from hypothesis import strategies as st

EATEN = "must be text, not a number: put it in quotes, as YAML changes 0123 to 83"
user_names = FilterModule().filters()["user_names"]


@pytest.mark.parametrize(
    "names",
    [
        ["ann", "bob"],
        ("ann", "bob"),
        "ann,bob",
        "ann, bob",
        "ann bob",
        "ann  ,  bob",
        " ann,\n\n bob \n",
        "ann\r\nbob",
        "ann\u00a0bob",
        "\ufeffann\nbob",
        "- ann\n- bob\n",
        "* ann\n* bob\n",
        "1. ann\n2) bob\n",
        "[ann, bob]",
        '["ann", "bob"]',
        "'ann' \"bob\"",
    ],
)
def test_lists_and_text_give_the_same(names: t.Any) -> None:
    assert user_names(names) == ["ann", "bob"]


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        ([], "no user is named"),
        ("", "no user is named"),
        (" ,\n, ", "line 1: has a comma with nothing before it"),
        (None, "must be a list, not nothing"),
        ({"ann": 1}, "must be a list, not a dictionary"),
        (83, EATEN),
        ([""], "item 1: '' is no name that IAM allows"),
        (["ann,", "bob"], "item 1: 'ann,' begins or ends with a comma"),
        (["ann", {"name": "bob"}], "item 2: must be text, not a dictionary"),
        (["ann", 0o123], f"item 2: {EATEN}"),
        ([True], "item 1: must be text, not a boolean: put it in quotes"),
        ([date(2026, 1, 1)], "item 1: must be text, not a date: put it in quotes"),
        ("ann, bob,", "line 1: ends with a comma"),
        ("ann,", "line 1: ends with a comma"),
        (",ann", "line 1: has a comma with nothing before it"),
        ("ann,,bob", "line 1: has a comma with nothing before it"),
        ("- ann\nbob", "line 1: begins with the mark of a list"),
        ("user\nann", "line 1: 'user' looks like the heading of a column"),
        ("ann,Manager", "line 1: 'Manager' looks like the heading of a column"),
        ("ann\tbob", "line 1: has a tab"),
        ("ann,bob\neve,dan", "line 1: all 2 lines have 2 columns, by commas"),
        ("ann   bob\neve   dan", "line 1: all 2 lines have 2 columns, by wide gaps"),
        ("ann bob\neve dan", "line 1: all 2 lines have 2 columns, by spaces"),
        ("- ann bob\n- eve dan\n- kim lea", "line 1: all 3 lines have 2 columns, by spaces"),
        ("ann\nNone", "line 2: 'None' looks like an empty value; if it is a user, put it in quotes"),
        ("__omit_place_holder__0a1b", "line 1: '__omit_place_holder__0a1b' looks like an empty value"),
        ("'ann", "line 1: has a quote that does not end"),
        ('ann ""', "line 1: has quotes with nothing between them"),
        ("ann;bob", "line 1: 'ann;bob' is no name that IAM allows"),
        ("\u200bann", "line 1: '\\u200bann' is no name that IAM allows"),
        ("a" * 400_001, "the text has 400001 characters"),
        (["ann", "b ob"], "item 2: 'b ob' is no name that IAM allows"),
        ("ann\nb/ob, eve", "line 2: 'b/ob' is no name that IAM allows"),
        ("ann\neve\nAnn", "line 3: 'Ann' is already in line 1; IAM ignores case"),
        (["a" * 65], "item 1: 'aaa"),
        ("b/ob\n*", "line 1: 'b/ob' is no name that IAM allows; use A-Z a-z 0-9 and _+=,.@-; line 2: '*'"),
    ],
)
def test_all_that_is_wrong_is_told_with_its_place(names: t.Any, problem: str) -> None:
    with pytest.raises(AnsibleFilterError) as error:
        user_names(names)
    assert str(error.value).startswith(problem)


def test_quotes_make_any_word_a_name_and_keep_it_as_it_is() -> None:
    assert user_names('"0042" \'manager\' "x,y" "null"') == ["0042", "manager", "x,y", "null"]
    assert user_names(["x,y", "manager"]) == ["x,y", "manager"]


@pytest.mark.parametrize("heading", sorted(HEADINGS))
def test_a_heading_is_not_read_as_a_user(heading: str) -> None:
    with pytest.raises(AnsibleFilterError, match="looks like the heading of a column"):
        user_names(f"{heading.upper()}\nann")


def test_a_pasted_table_names_nobody() -> None:
    with pytest.raises(AnsibleFilterError, match="'manager' looks like the heading"):
        user_names(case_bytes("offboard-pasted-table", "leavers.txt").decode())


@pytest.mark.parametrize("file", ["list.txt", "bom.txt"])
def test_marks_of_lists_and_of_files_are_no_names(file: str) -> None:
    assert user_names(case_bytes("offboard-pasted-table", file).decode()) == ["alice"]


def test_the_variable_is_named_and_no_name_is_fine_where_that_is_said() -> None:
    assert user_names("", allow_empty=True) == []
    with pytest.raises(AnsibleFilterError, match=r"^names: line 1: 'b/ob' is no name"):
        user_names("b/ob", "names")


@pytest.mark.parametrize("text", ["a," * 199_999, '"' * 399_999, "'x " * 130_000, "- " * 190_000, "a  " * 130_000])
def test_a_long_text_is_refused_soon_and_in_short(text: str) -> None:
    begun = time.process_time()
    with pytest.raises(AnsibleFilterError) as error:
        user_names(text)
    assert time.process_time() - begun < 4
    assert len(str(error.value)) < 10_000


names = st.lists(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_+=.@-]{0,20}", fullmatch=True), min_size=1, unique_by=str.lower)


@given(names, st.sampled_from([", ", ",", "\n", " ", ",\n"]))
def test_what_was_written_is_read(wanted: list[str], between: str) -> None:
    assert user_names(between.join(f'"{name}"' for name in wanted)) == wanted
    assert user_names(wanted) == wanted


@given(st.text())
def test_any_other_text_is_refused_in_words(text: str) -> None:
    try:
        found = user_names(text)
    except AnsibleFilterError:
        return
    assert found

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters by which roles take a list, users or tags only when they are in order."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.cloudhsm.iam.plugins.filter.checked_tags import FilterModule as Tags
from ansible_collections.cloudhsm.iam.plugins.filter.list_from_text import FilterModule as Lists
from ansible_collections.cloudhsm.iam.plugins.filter.user_list import FilterModule as Users
from helpers.accounts.malformed_users import EATEN

list_from_text = Lists().filters()["list_from_text"]
user_list = Users().filters()["user_list"]
checked_tags = Tags().filters()["checked_tags"]


@pytest.mark.parametrize("value", [["a", "b"], "a,b", "a, b", "a b", "a\nb", "a,\nb", "[a, b]", "- a\n- b", '"a" b'])
def test_lists_and_text_give_the_same(value: t.Any) -> None:
    assert list_from_text(value) == ["a", "b"]


@pytest.mark.parametrize("value", [None, "", " \n", []])
def test_nothing_is_an_empty_list(value: t.Any) -> None:
    assert list_from_text(value) == []


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
def test_another_list_is_refused_by_its_variable(value: t.Any, problem: str) -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        list_from_text(value, "groups")
    assert str(refused.value).startswith(f"groups: {problem}")


def test_headings_and_columns_are_fine_where_no_users_are_named() -> None:
    assert list_from_text("Email, Department\nTeam, Manager") == ["Email", "Department", "Team", "Manager"]


def test_users_in_order_are_given_as_they_are() -> None:
    users = [{"name": "alice", "password": "Given-1-password", "console_access": "yes"}, {"name": "0042"}]
    assert user_list(users) == users
    assert user_list(None) == user_list("") == user_list([]) == []


def test_wrong_users_are_told_by_their_variable() -> None:
    for users, said in (
        ([{"name": 0o123}], f"ours[0]: name: {EATEN}"),
        ([{"name": "a"}, {"name": "b c"}], "ours[1] (b c): name: "),
        ("alice", "ours: must be a list of dictionaries, not a string"),
        ('[{"name": "alice"}]', "ours: must be a list of dictionaries, not a string"),
        (["alice"], "ours[0]: must be a dictionary"),
    ):
        with pytest.raises(AnsibleFilterError) as refused:
            user_list(users, "ours")
        assert str(refused.value).startswith(said)


def test_tags_are_given_or_told_by_their_variable() -> None:
    assert checked_tags({"cost": "0042"}) == {"cost": "0042"}
    assert checked_tags(None) == checked_tags({}) == {}
    for tags, said in (
        ({"cost": 0o42}, f"ours.cost: the value {EATEN}"),
        ({"a\tb": "x"}, "ours.a\tb: the key has characters that IAM does not allow in tags: U+0009"),
        ("a=b", "ours: must be a dictionary, not a string"),
    ):
        with pytest.raises(AnsibleFilterError) as refused:
            checked_tags(tags, "ours")
        assert str(refused.value).startswith(said)

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of users from lists and from what people write into surveys."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.cloudhsm.iam.plugins.filter.user_names import FilterModule

user_names = FilterModule().filters()["user_names"]


@pytest.mark.parametrize(
    "names", [["ann", "bob"], ("ann", "bob"), "ann,bob", "ann bob", " ann,\n\n bob ,\n", "ann\r\nbob", "ann\tbob"]
)
def test_lists_and_text_give_the_same(names: t.Any) -> None:
    assert user_names(names) == ["ann", "bob"]


@pytest.mark.parametrize(
    ("names", "problem"),
    [
        ([], "no user is named"),
        ("", "no user is named"),
        (" ,\n, ", "no user is named"),
        (None, "names of users have to be a list or text"),
        ({"ann": 1}, "names of users have to be a list or text"),
        ([""], "item 1: '' is no name that IAM allows"),
        (["ann", {"name": "bob"}], "item 2: has to be a name"),
        (["ann", 7], "item 2: has to be a name"),
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

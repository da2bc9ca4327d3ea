# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which user of the identity store an IAM user is. IAM doesn't distinguish user names by case (CreateUser)."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.identity_store import (
    confirmed_names,
    read_identity_store,
)


def test_a_user_name_in_another_case_finds_the_user_of_the_identity_store() -> None:
    where, problems = read_identity_store({"user_names": {"Carl": "Charles"}})
    assert problems == []
    assert where is not None
    assert [where.name_of(name) for name in ("carl", "CARL", "Dora")] == ["Charles", "Charles", "Dora"]


@pytest.mark.parametrize("names", [{"carl": "x", "Carl": "y"}, {"carl": "x", "Carl": "X"}])
def test_two_spellings_of_one_user_are_refused_once(names: dict[str, str]) -> None:
    where, problems = read_identity_store({"user_names": names})
    assert where is None
    assert problems == ["user_offboarding_identity_center.user_names: carl and Carl are the same user"]


def test_a_confirmed_user_in_another_case_is_the_listed_one() -> None:
    variables: dict[str, t.Any] = {"user_offboarding_signed_in": ["BOB", "eve"]}
    assert confirmed_names(variables, ["bob", "carl"]) == (
        ["bob", "eve"],
        ["user_offboarding_signed_in: eve is not in user_offboarding_users"],
    )

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who leaves, what is said of it, and who would be made again by a list."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.offboarding import (
    fact,
    lines,
    missing_problem,
    offboarding_part,
    still_listed,
    wanted_names,
)


@pytest.mark.parametrize(
    "value",
    [
        [{"name": "bob"}],
        [{"name": "BOB", "state": "present"}],
        ["bob"],
        "bob, zoe",
        "bob",
        [{"name": "bob", "state": "absent"}, {"name": "bob"}],
    ],
)
def test_a_list_names_a_user(value: t.Any) -> None:
    assert still_listed(["alice", "bob"], {"ours": value, "others": []}) == ["bob (ours)"]


@pytest.mark.parametrize(
    "value", [None, [], "", 7, {"bob": 1}, [7, None, {"nom": "bob"}], [{"name": "bob", "state": "absent"}], ["bobby"]]
)
def test_others_do_not(value: t.Any) -> None:
    assert still_listed(["alice", "bob"], {"ours": value}) == []


@pytest.mark.parametrize("users", [["alice", "bob"], "alice, bob", "alice\nbob"])
def test_names_may_come_as_text(users: t.Any) -> None:
    assert wanted_names(users) == (["alice", "bob"], [])


@pytest.mark.parametrize("users", [None, [], "", 83, ["alice", 83], "alice,", {"alice": 1}])
def test_whom_to_offboard_has_to_be_said(users: t.Any) -> None:
    _names, problems = wanted_names(users)
    assert problems
    assert all(problem.startswith("user_offboarding_users: ") for problem in problems)


@pytest.mark.parametrize(("mode", "state"), [("delete", "absent"), ("suspend", "suspended")])
def test_the_mode_is_the_state_of_each_user(mode: str, state: str) -> None:
    part = offboarding_part({"user_offboarding_max_deletions": 3}, ["alice"], mode)
    assert part.options["users"] == [{"name": "alice", "state": state}]
    assert part.options["max_deletions"] == 3
    assert part.said("max_deletions: too few") == "user_offboarding_max_deletions: too few"


def test_users_that_are_missing_are_told_with_those_of_like_names() -> None:
    account = {"account_id": "1" * 12}
    missing = [{"name": "alise", "similar": ["alice"]}, {"name": "zoe", "similar": []}]
    said = missing_problem({"missing": missing, "account": account})
    assert said
    assert "does not have alise (did you mean alice?), zoe." in said
    assert missing_problem({"missing": [], "account": account}) is None


def test_the_summary_says_who_is_still_listed_or_that_it_is_not_known() -> None:
    told = fact({"changed": True, "users": [{"name": "bob", "action": "deleted"}], "changes": []}, "delete")
    assert told["deleted"] == ["bob"]
    account, plan, listed = lines(told, "1" * 12, ["- user bob"], ["bob (bootstrap_users)"])
    assert (account, plan) == (f"Account {'1' * 12}", "- user bob")
    assert listed.startswith("Still listed, so the next run over that list creates them again: bob (bootstrap_users).")
    assert "could not be read" in list(lines(told, "1" * 12, [], None))[-1]

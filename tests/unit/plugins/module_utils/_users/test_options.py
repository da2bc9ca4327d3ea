# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of iam_users beside the users: lists as text, and lists that would delete all."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import DesiredUser
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.options import (
    LISTS,
    option_problems,
    purge_problems,
    read_options,
)
from ansible_collections.cloudhsm.iam.plugins.modules.iam_users import ARGUMENT_SPEC
from helpers.accounts.malformed_users import EATEN


def test_every_list_of_the_module_is_looked_at() -> None:
    lists = {name for name, spec in ARGUMENT_SPEC.items() if spec["type"] == "list" and name != "users"}
    assert set(LISTS) == lists


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("text", ["Ops,Admins", "Ops, Admins", "Ops Admins", "Ops\nAdmins\n", "- Ops\n- Admins"])
def test_a_list_as_text_is_a_list(name: str, text: str) -> None:
    assert read_options({name: text}) == ({name: ["Ops", "Admins"]}, [])
    assert read_options({name: ["Ops", "Admins"]}) == ({name: ["Ops", "Admins"]}, [])


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ("Ops,", "line 1: ends with a comma"),
        ([0o123], f"item 1: {EATEN}"),
        ([" Ops"], "' Ops' can't be a name"),
        (83, EATEN),
        ({"Ops": 1}, "must be a list, not a dictionary"),
    ],
)
def test_a_list_with_something_else_is_refused(name: str, given: object, problem: str) -> None:
    assert read_options({name: given})[1][0].startswith(f"{name}: {problem}")


def test_nothing_is_left_alone() -> None:
    nothing: dict[str, t.Any] = dict.fromkeys(LISTS)
    assert read_options(nothing) == (nothing, [])
    assert read_options({"users": []}) == ({"users": []}, [])
    assert option_problems({}) == []


@pytest.mark.parametrize("purge", [True, "true", "yes", 1])
@pytest.mark.parametrize("users", [[], [DesiredUser("alice", present=False)]])
def test_a_list_that_keeps_nobody_deletes_nobody(purge: object, users: list[DesiredUser]) -> None:
    (problem,) = purge_problems(users, {"purge_users": purge})
    assert problem.startswith("purge_users: users has nobody with state present")
    assert "cloudhsm.iam/managed" in problem
    assert purge_problems(users, {"purge_users": purge, "purge_users_allow_empty": purge}) == []
    assert purge_problems(users, {"purge_users": False}) == purge_problems(users, {}) == []


@pytest.mark.parametrize("user", [DesiredUser("alice"), DesiredUser("alice", suspended=True)])
def test_a_list_that_keeps_somebody_is_taken(user: DesiredUser) -> None:
    assert purge_problems([user], {"purge_users": True}) == []


@pytest.mark.parametrize(
    ("name", "value"), [("max_deletions", -1), ("batch_size", 0), ("workers", 99), ("workers", "many"), ("workers", "")]
)
def test_a_number_that_can_not_be_is_told(name: str, value: object) -> None:
    (problem,) = option_problems({name: value})
    assert problem.startswith(f"{name}: must be ")

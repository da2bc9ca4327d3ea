# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who leaves a group, and who may not."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._groups.members import leaving, leaving_problems

GROUP = {"name": "Administrators", "members": ["ann", "bob"]}
USERS = [
    {"name": "ann", "tags": {}},
    {"name": "bob", "tags": {"cloudhsm.iam/protected": "true"}},
    {"name": "eve", "tags": {"cloudhsm.iam/suspended": "true"}},
]


def options(members: list[str] | None, *, exclusive: bool = True, state: str = "present") -> dict[str, t.Any]:
    return {"name": "Administrators", "members": members, "exclusive": exclusive, "state": state}


def told(given: dict[str, t.Any], caller: str | None = None) -> list[str]:
    return leaving_problems(given, leaving(given, GROUP), USERS, caller)


@pytest.mark.parametrize(
    ("given", "names"),
    [
        (options(["ann"]), ["bob"]),
        (options(["ann"], exclusive=False), []),
        (options(None, exclusive=False), []),
        (options(["ann", "bob", "eve"]), []),
        # IAM doesn't distinguish names by case: CreateUser in the IAM API Reference.
        (options(["Ann", "BOB"]), []),
        (options(None, state="absent"), ["ann", "bob"]),
    ],
)
def test_those_who_leave(given: dict[str, t.Any], names: list[str]) -> None:
    assert leaving(given, GROUP) == names
    assert leaving(given, {}) == []


@pytest.mark.parametrize("given", [options(["ann"]), options(None, state="absent")])
def test_a_protected_user_stays(given: dict[str, t.Any]) -> None:
    (problem,) = told(given)
    assert problem.startswith("The group Administrators keeps bob, marked as protected (tag cloudhsm.iam/protected)")


def test_the_caller_stays() -> None:
    assert told(options(["bob"]), "ann") == [
        "The group Administrators keeps the caller, ann; run this with another user's credentials"
    ]
    assert told(options(["bob"]), "boss") == []


def test_somebody_stays_who_can_act() -> None:
    assert told(options(["bob", "eve"])) == []
    (problem,) = leaving_problems(options(["eve"]), ["ann"], USERS, None)
    assert problem == (
        "The group Administrators would have no member who can act for it: eve suspended; keep one of ann"
    )

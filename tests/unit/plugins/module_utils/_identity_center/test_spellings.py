# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Several spellings of a user's or group's name mean the one that the identity store finds by them."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import (
    GROUP,
    USER,
    AssignmentWish,
    GroupWish,
    Wanted,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.spellings import one_spelling
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.suspended import who_gains
from helpers.accounts.identity_center_engine import Engine
from helpers.accounts.simulated_identity_center import DELEGATE, SANDBOX

OURS: list[dict[str, t.Any]] = [{"name": "Reader"}, {"name": "Writer"}]


def assignment(permission_set: str, **more: t.Any) -> dict[str, t.Any]:
    return {"permission_set": permission_set, "accounts": [SANDBOX], **more}


@pytest.mark.parametrize("field", ["users", "groups"])
@pytest.mark.parametrize("caller", [{}, {"caller": DELEGATE}], ids=["management", "delegate"])
def test_other_spellings_in_other_assignments_keep_what_is_listed(
    engine: Engine, field: str, caller: dict[str, t.Any]
) -> None:
    names = {"users": ("Bob", "bob"), "groups": ("Empty", "EMPTY")}[field]
    wishes: dict[str, t.Any] = {
        "permission_sets": OURS,
        "assignments": [
            assignment(each, **{field: [name]}) for each, name in zip(("Reader", "Writer"), names, strict=True)
        ],
        "purge_assignments": True,
    }
    assert engine.run(**wishes, **caller)["counts"]["assignments_created"] == 2
    engine.aws.written.clear()
    assert not engine.run(**wishes, **caller)["changed"]
    assert engine.aws.written == []


def test_a_name_spelled_unlike_in_the_store_is_no_change(engine: Engine) -> None:
    wishes: dict[str, t.Any] = {
        "permission_sets": OURS,
        "assignments": [assignment("Reader", users=["bob"], groups=["Empty"])],
    }
    engine.run(**wishes)
    wishes["assignments"] = [assignment("Reader", users=["BOB"], groups=["empty"])]
    engine.aws.written.clear()
    assert not engine.run(**wishes, purge_assignments=True)["changed"]


def test_a_member_spelled_otherwise_in_an_assignment_stays_a_member(engine: Engine) -> None:
    wishes: dict[str, t.Any] = {
        "permission_sets": OURS,
        "groups": [{"name": "Admins", "members": ["ann"]}],
        "assignments": [assignment("Reader", users=["Ann"])],
        "purge_members": True,
    }
    assert not engine.run(**wishes)["failed_changes"]
    assert engine.aws.members == {"m-1": ("g-admins", "u-ann")}
    assert not engine.run(**wishes)["changed"]


def test_a_new_group_is_assigned_by_another_spelling_and_created_once(engine: Engine) -> None:
    wishes: dict[str, t.Any] = {
        "permission_sets": OURS,
        "groups": [{"name": "operators"}],
        "assignments": [assignment("Reader", groups=["Operators"])],
    }
    engine.run(**wishes)
    assert {principal for *_rest, principal in engine.aws.assignments} == {"g-operators"}
    assert not engine.run(**wishes)["changed"]


def test_two_spellings_can_not_be_present_and_absent(engine: Engine) -> None:
    listed = [assignment("Reader", users=["bob"]), assignment("Reader", users=["Bob"], state="absent")]
    problems = engine.problems(permission_sets=OURS, assignments=listed)
    assert problems == "assignments: Reader for the user Bob in 333333333333 is to be present and absent".replace(
        "333333333333", SANDBOX
    )


def test_an_end_by_another_spelling_replaces_the_assignment_without_one(engine: Engine) -> None:
    ends = {"until": "2099-12-01T18:00Z", "reason": "INC-1234"}
    listed = [assignment("Reader", users=["bob"], **ends), assignment("Writer", users=["BOB"], **ends)]
    engine.run(permission_sets=OURS, assignments=listed)
    assert len(engine.aws.assignments) == 2
    engine.run(permission_sets=OURS, assignments=[assignment("Reader", users=["Bob"]), *listed[1:]])
    sets = {engine.aws.sets[arn]["Name"] for arn, *_rest in engine.aws.assignments}
    assert sets == {"Reader", "Writer-991201T1800Z"}


def test_names_that_the_store_tells_apart_stay_apart() -> None:
    wish = AssignmentWish("Reader", users=frozenset({"bob", "Bob"}), groups=frozenset({"ops", "Ops"}))
    wanted = Wanted(assignments=(wish,), groups=(GroupWish("ops"),))
    ids = {USER: {"bob": "1", "Bob": "2"}, GROUP: {"Ops": "3"}}
    assert one_spelling(wanted, ids) == (wanted, ids)


def test_whoever_gains_something_is_looked_up_among_the_suspended_by_one_name(engine: Engine) -> None:
    listed = [assignment("Reader", users=["Bob"]), assignment("Writer", users=["bob"])]
    _wanted, snapshot, plan = engine.planned(permission_sets=OURS, assignments=listed)
    assert who_gains(plan) == snapshot.users.keys() == {"Bob"}

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What locked somebody out can be taken back, but for the password."""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import (
    Account,
    ActualUser,
    Change,
    DesiredUser,
    Options,
    Outcome,
    UserPlan,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.plan import plan_user
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.undo import inverse, undone
from botocore.exceptions import ClientError
from helpers.accounts.simulated_iam import EMPTY, actual_users, carry_out, prepared_users
from hypothesis import assume, given, settings
from hypothesis import strategies as st

PASSWORD = "delete_login_profile"


@settings(max_examples=40)
@given(st.one_of(actual_users("alice"), prepared_users("alice")))
def test_a_suspension_before_the_password_goes_is_taken_back_wholly(before: ActualUser) -> None:
    assume(not before.marked)
    account: Account = replace(EMPTY, users={"alice": before})
    plan = plan_user(DesiredUser("alice", suspended=True), account, Options())
    done = tuple(change for change in plan.changes if change.operation != PASSWORD)
    state = [carry_out(account, done)]

    def call(_plan: UserPlan, change: Change) -> None:
        state.append(carry_out(state[-1], [change]))

    outcome = undone(Outcome(plan, done), call, "put back")
    assert (outcome.done, outcome.error) == ((), "put back")
    assert state[-1].users["alice"] == before


def test_a_password_is_gone_for_good() -> None:
    change = Change("ann", PASSWORD, {"UserName": "ann"})
    outcome = undone(
        Outcome(UserPlan("ann", None, None, (change,)), (change,)), lambda _plan, _change: None, "put back"
    )
    assert (outcome.done, outcome.error) == ((change,), "put back; its password is gone; set a new one")


def test_what_is_refused_on_the_way_back_is_told() -> None:
    left = Change("ann", "remove_user_from_group", {"UserName": "ann", "GroupName": "Administrators"})

    def refuse(_plan: UserPlan, change: Change) -> None:
        raise ClientError({"Error": {"Code": "LimitExceeded", "Message": "Full."}}, change.operation)

    outcome = undone(Outcome(UserPlan("ann", None, None, (left,)), (left,)), refuse, "put back")
    assert outcome.done == (left,)
    assert "put back; Could not add user to group ann" in str(outcome.error)


def test_nothing_else_of_a_plan_is_taken_back() -> None:
    for operation, params in (
        ("tag_user", {"Tags": [{"Key": "team", "Value": "a"}]}),
        ("attach_user_policy", {"PolicyArn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}),
        ("delete_access_key", {"AccessKeyId": "AKIA1"}),
    ):
        assert inverse(Change("ann", operation, {"UserName": "ann", **params})) is None

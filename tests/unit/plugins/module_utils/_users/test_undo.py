# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What locked somebody out can be taken back, and what can't is told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.apply import until_gone
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.denial import SUSPENDED_POLICY
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import (
    Account,
    ActualUser,
    Change,
    Credentials,
    DesiredUser,
    Options,
    Outcome,
    UserPlan,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.plan import plan_deletion, plan_user
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.undo import inverse, undone
from botocore.exceptions import ClientError
from helpers.accounts.simulated_iam import EMPTY, POLICIES, actual_users, carry_out, prepared_users, user
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
    outcome, after = taken_back(done, account)
    assert (outcome.done, outcome.error, after) == ((), "put back", before)


def taken_back(done: tuple[Change, ...], account: Account) -> tuple[Outcome, ActualUser]:
    """What is left of these calls after they were taken back, and the user then."""
    state = [carry_out(account, done)]

    def call(_plan: UserPlan, change: Change) -> None:
        state.append(carry_out(state[-1], [change]))

    outcome = undone(Outcome(UserPlan("alice", None, None, done), done), call, "put back")
    return outcome, state[-1].users["alice"]


@settings(max_examples=40)
@given(st.one_of(actual_users("alice"), prepared_users("alice")))
def test_a_deletion_takes_nothing_for_good_before_the_second_look(before: ActualUser) -> None:
    plan = plan_deletion(before, EMPTY, Options())
    done = plan.changes[: until_gone(plan)]
    assume(before.groups)
    assert {change.params["GroupName"] for change in done if "GroupName" in change.params} == before.groups
    outcome, user = taken_back(done, replace(EMPTY, users={"alice": before}))
    assert (outcome.done, outcome.error, user) == ((), "put back", before)


EVERYTHING = user(
    console_access=True,
    groups=frozenset({"Readers"}),
    managed_policies=frozenset(POLICIES),
    inline_policies=frozenset({"inline", SUSPENDED_POLICY}),
    credentials=Credentials(
        access_keys=("AKIA1", "AKIA2"),
        active_access_keys=("AKIA2",),
        mfa_devices=("arn:aws:iam::123456789012:mfa/phone", "GAHT12345678"),
        ssh_public_keys=("APKA1",),
        signing_certificates=("CERT1",),
        service_specific_credentials=("ACCA1",),
    ),
)
# Of these calls each takes one thing away: where its identifier is.
THINGS = {
    "delete_login_profile": "",
    "update_access_key": "access_key_id",
    "delete_access_key": "access_key_id",
    "delete_ssh_public_key": "ssh_public_key_id",
    "delete_signing_certificate": "certificate_id",
    "delete_service_specific_credential": "service_specific_credential_id",
    "remove_user_from_group": "group",
    "delete_user_policy": "inline_policy",
    "detach_user_policy": "policy",
    "deactivate_mfa_device": "mfa_device",
}
TAKEN = [change for change in plan_deletion(EVERYTHING, EMPTY, Options()).changes if change.operation in THINGS]


@pytest.mark.parametrize("change", TAKEN, ids=lambda change: change.operation)
def test_each_thing_that_a_deletion_takes_away_is_put_back_or_told(change: Change) -> None:
    outcome, user = taken_back((change,), replace(EMPTY, users={"alice": EVERYTHING}))
    if not outcome.done:
        assert (outcome.error, user) == ("put back", EVERYTHING)
        return
    name = change.describe().get(THINGS[change.operation], "password")
    assert f"{name} is gone; " in str(outcome.error)


def test_a_deletion_takes_all_those_things() -> None:
    assert {change.operation for change in TAKEN} == set(THINGS)


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

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carrying plans out: order, passwords, what settles, what fails, and what ends the run."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from unittest import mock

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.apply import SETTLING_WAITS, Order, apply_plans
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import (
    Credentials,
    DesiredUser,
    Options,
    Outcome,
    UserPlan,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.passwords import GivenPasswords
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.plan import plan_users
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
    EndpointConnectionError,
    HTTPClientError,
    ReadTimeoutError,
)
from helpers.accounts.simulated_iam import ALICE, EMPTY, OWNED_TAGS, account_with

if t.TYPE_CHECKING:
    from helpers.modules.scripted import Stubbed

SWITCHES = Options(purge_groups=True, allow_password_change=False)
LOGIN = {"LoginProfile": {"UserName": "alice", "CreateDate": "2026-11-24"}}


class Waits(list[float]):
    """Takes the place of sleep, and notes for how long."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def waits() -> Waits:
    return Waits()


class Apply(t.Protocol):
    def __call__(self, *desired: DesiredUser, passwords: Mapping[str, str] | None = ...) -> list[Outcome]: ...


@pytest.fixture
def apply(iam: Stubbed, waits: Waits) -> Iterator[Apply]:
    """Plans the users for an account where bob is in the group Readers, and carries it out by one worker."""
    with ThreadPoolExecutor(1) as pool:

        def run(*desired: DesiredUser, passwords: Mapping[str, str] | None = None) -> list[Outcome]:
            given = [DesiredUser(name, password=password) for name, password in (passwords or {}).items()]
            plans = plan_users(desired, account_with("bob", groups=frozenset({"Readers"})), SWITCHES)
            return list(apply_plans(plans, GivenPasswords(given), iam.client, pool, waits))

        yield run


def creates_alice(iam: Stubbed) -> None:
    iam.answers("create_user", {"User": ALICE}, UserName="alice", Path="/", Tags=OWNED_TAGS)


def done(outcome: Outcome) -> list[str]:
    return [change.operation for change in outcome.done]


def test_a_password_goes_to_the_one_call_that_needs_it(iam: Stubbed, apply: Apply) -> None:
    creates_alice(iam)
    iam.answers("create_login_profile", LOGIN, UserName="alice", Password="Given-1", PasswordResetRequired=True)
    (outcome,) = apply(DesiredUser("alice", console_access=True), passwords={"alice": "Given-1"})
    assert outcome.error is None
    assert done(outcome) == ["create_user", "create_login_profile"]
    assert "Given-1" not in repr(outcome)


def test_what_was_just_made_is_given_time_to_settle(iam: Stubbed, apply: Apply, waits: Waits) -> None:
    creates_alice(iam)
    iam.refuses("add_user_to_group", "NoSuchEntity", UserName="alice", GroupName="Readers")
    iam.refuses("add_user_to_group", "EntityTemporarilyUnmodifiable", UserName="alice", GroupName="Readers")
    iam.answers("add_user_to_group", {}, UserName="alice", GroupName="Readers")
    (outcome,) = apply(DesiredUser("alice", groups=frozenset({"Readers"})))
    assert outcome.error is None
    assert waits == list(SETTLING_WAITS[:2])


def test_the_time_to_settle_has_an_end(iam: Stubbed, apply: Apply, waits: Waits) -> None:
    creates_alice(iam)
    for _try in range(len(SETTLING_WAITS) + 1):
        iam.refuses("add_user_to_group", "NoSuchEntity", "no group", UserName="alice", GroupName="Readers")
    (outcome,) = apply(DesiredUser("alice", groups=frozenset({"Readers"})))
    assert outcome.error == "Could not add user to group alice (Readers): NoSuchEntity: no group"
    assert [change.operation for change in outcome.not_done] == ["add_user_to_group"]
    assert sum(waits) == pytest.approx(sum(SETTLING_WAITS))


def test_a_user_that_was_there_before_is_not_waited_for(iam: Stubbed, apply: Apply, waits: Waits) -> None:
    iam.refuses("add_user_to_group", "NoSuchEntity", UserName="bob", GroupName="Auditors")
    (outcome,) = apply(DesiredUser("bob", groups=frozenset({"Readers", "Auditors"})))
    assert outcome.conflict
    assert waits == []


def test_what_is_gone_already_counts_as_removed(iam: Stubbed, apply: Apply) -> None:
    iam.refuses("remove_user_from_group", "NoSuchEntity", UserName="bob", GroupName="Readers")
    (outcome,) = apply(DesiredUser("bob", groups=frozenset()))
    assert outcome.error is None
    assert done(outcome) == ["remove_user_from_group"]


def test_a_user_that_somebody_else_made_is_a_conflict(iam: Stubbed, apply: Apply) -> None:
    iam.refuses("create_user", "EntityAlreadyExists", UserName="alice", Path="/", Tags=OWNED_TAGS)
    (outcome,) = apply(DesiredUser("alice"))
    assert outcome.conflict
    assert outcome.done == ()


def test_a_lost_answer_to_a_call_that_worked_is_no_conflict(iam: Stubbed, apply: Apply) -> None:
    iam.stubber.add_client_error(
        "create_user",
        "EntityAlreadyExists",
        response_meta={"RetryAttempts": 1},
        expected_params={"UserName": "alice", "Path": "/", "Tags": OWNED_TAGS},
    )
    (outcome,) = apply(DesiredUser("alice"))
    assert outcome.error is None
    assert done(outcome) == ["create_user"]


def test_a_new_name_is_given_time_to_settle_before_its_password_is_set(
    iam: Stubbed, apply: Apply, waits: Waits
) -> None:
    login: dict[str, t.Any] = {"UserName": "rob", "Password": "Given-1", "PasswordResetRequired": True}
    # The answer was lost, and the second try finds nobody of the old name.
    iam.stubber.add_client_error(
        "update_user",
        "NoSuchEntity",
        response_meta={"RetryAttempts": 1},
        expected_params={"UserName": "bob", "NewUserName": "rob"},
    )
    iam.refuses("create_login_profile", "NoSuchEntity", **login)
    iam.answers("create_login_profile", LOGIN, **login)
    (outcome,) = apply(DesiredUser("rob", previous_name="bob", console_access=True), passwords={"rob": "Given-1"})
    assert outcome.error is None
    assert done(outcome) == ["update_user", "create_login_profile"]
    assert waits == list(SETTLING_WAITS[:1])


def test_a_user_that_is_gone_before_it_is_renamed_is_a_conflict(iam: Stubbed, apply: Apply, waits: Waits) -> None:
    iam.refuses("update_user", "NoSuchEntity", UserName="bob", NewUserName="rob")
    (outcome,) = apply(DesiredUser("rob", previous_name="bob"))
    assert (outcome.conflict, outcome.done, list(waits)) == (True, (), [])


def test_one_users_failure_does_not_stop_the_others(iam: Stubbed, apply: Apply) -> None:
    iam.refuses("create_user", "LimitExceeded", "too many", UserName="alice", Path="/", Tags=OWNED_TAGS)
    iam.answers("add_user_to_group", {}, UserName="bob", GroupName="Auditors")
    failed, fine = apply(DesiredUser("alice"), DesiredUser("bob", groups=frozenset({"Readers", "Auditors"})))
    assert failed.error is not None
    assert "a quota of the account is used up" in failed.error
    assert not failed.conflict
    assert fine.error is None


def test_expired_credentials_end_the_run_and_every_user_says_so(iam: Stubbed, apply: Apply) -> None:
    iam.refuses("create_user", "ExpiredToken", UserName="alice", Path="/", Tags=OWNED_TAGS)
    first, second = apply(DesiredUser("alice"), DesiredUser("bob", groups=frozenset()))
    assert first.error is not None
    assert "the credentials have expired" in first.error
    assert second.error == "not begun, because of the error that ended the run"
    assert [change.operation for change in second.not_done] == ["remove_user_from_group"]


def goes(apply: Apply, *desired: DesiredUser) -> list[Outcome]:
    return apply(DesiredUser("alice"), DesiredUser("bob", present=False), *desired)


def test_users_are_locked_out_before_anything_else_is_done_to_anybody(iam: Stubbed, apply: Apply) -> None:
    iam.answers("remove_user_from_group", {}, UserName="bob", GroupName="Readers")
    creates_alice(iam)
    iam.answers("delete_user", {}, UserName="bob")
    new, gone = goes(apply)
    assert (done(new), done(gone)) == (["create_user"], ["remove_user_from_group", "delete_user"])
    assert (new.error, gone.error) == (None, None)


def test_a_user_that_cannot_be_locked_out_is_not_gone_on_with(iam: Stubbed, apply: Apply) -> None:
    iam.refuses("remove_user_from_group", "AccessDenied", UserName="bob", GroupName="Readers")
    creates_alice(iam)
    new, kept = goes(apply)
    assert (done(new), done(kept)) == (["create_user"], [])
    assert kept.error is not None
    assert [change.operation for change in kept.not_done] == ["remove_user_from_group", "delete_user"]


def test_credentials_that_expire_after_the_lock_out_leave_that_told(iam: Stubbed, apply: Apply) -> None:
    iam.answers("remove_user_from_group", {}, UserName="bob", GroupName="Readers")
    iam.refuses("create_user", "ExpiredToken", UserName="alice", Path="/", Tags=OWNED_TAGS)
    _new, locked = goes(apply)
    assert locked.error == "locked out, but not finished, because of the error that ended the run"
    assert done(locked) == ["remove_user_from_group"]


def test_an_error_of_our_own_is_one_users_failure_too(apply: Apply, iam: Stubbed) -> None:
    creates_alice(iam)
    # No password was handed over for this user.
    (outcome,) = apply(DesiredUser("alice", console_access=True))
    assert outcome.error is not None
    assert outcome.error.startswith("Could not create login profile alice")
    assert done(outcome) == ["create_user"]


def test_users_without_changes_make_no_call(apply: Apply) -> None:
    assert list(apply(DesiredUser("bob"))) == []


def test_an_outcome_knows_what_was_not_done() -> None:
    (plan,) = plan_users([DesiredUser("alice", groups=frozenset({"Readers"}))], EMPTY, Options())
    assert isinstance(plan, UserPlan)
    assert Outcome(plan, plan.changes[:1]).not_done == plan.changes[1:]


def in_order(iam: Stubbed, hold: t.Callable[[Mapping[str, Outcome]], Mapping[str, str]]) -> list[Outcome]:
    """alice takes the place of bob, who goes."""
    wishes = [DesiredUser("bob", present=False), DesiredUser("alice")]
    plans = plan_users(wishes, account_with("bob", groups=frozenset({"Readers"})), SWITCHES)
    order = Order(relied_on=frozenset({"alice"}), last=frozenset({"bob"}), hold=hold)
    with ThreadPoolExecutor(1) as pool:
        return list(apply_plans(plans, GivenPasswords([]), iam.client, pool, order=order))


def test_who_is_relied_on_comes_before_others_go(iam: Stubbed) -> None:
    creates_alice(iam)
    iam.answers("remove_user_from_group", {}, UserName="bob", GroupName="Readers")
    iam.answers("delete_user", {}, UserName="bob")
    gone, new = in_order(
        iam, lambda begun: {} if done(begun["alice"]) and not begun["bob"].done else {"bob": "too early"}
    )
    assert (gone.error, new.error) == (None, None)


def test_who_is_held_keeps_everything(iam: Stubbed) -> None:
    iam.refuses("create_user", "AccessDenied", UserName="alice", Path="/", Tags=OWNED_TAGS)
    kept, new = in_order(iam, lambda begun: {"bob": "alice is missing"} if begun["alice"].error else {})
    assert new.error is not None
    assert (kept.error, kept.done) == ("alice is missing", ())
    assert [change.operation for change in kept.not_done] == ["remove_user_from_group", "delete_user"]


def suspends(iam: Stubbed) -> Outcome:
    keys = Credentials(access_keys=("AKIAIOSFODNN7EXAMPLE",), active_access_keys=("AKIAIOSFODNN7EXAMPLE",))
    account = account_with("bob", console_access=True, credentials=keys)
    with ThreadPoolExecutor(1) as pool:
        (outcome,) = apply_plans(
            plan_users([DesiredUser("bob", suspended=True)], account, SWITCHES), GivenPasswords([]), iam.client, pool
        )
    return outcome


@pytest.mark.parametrize(("code", "conflict"), [("LimitExceeded", True), ("AccessDenied", False)])
def test_a_way_in_that_can_not_be_closed_keeps_no_other_open(iam: Stubbed, code: str, conflict: bool) -> None:
    iam.stubber.add_client_error("tag_user", "InvalidInput")
    iam.stubber.add_client_error("attach_user_policy", code)
    iam.answers("update_access_key", {}, UserName="bob", AccessKeyId="AKIAIOSFODNN7EXAMPLE", Status="Inactive")
    iam.answers("delete_login_profile", {}, UserName="bob")
    outcome = suspends(iam)
    assert done(outcome) == ["update_access_key", "delete_login_profile"]
    assert [change.operation for change in outcome.not_done] == ["tag_user", "attach_user_policy"]
    assert outcome.error is not None
    assert "Could not tag user bob" in outcome.error
    assert "Could not attach user policy bob" in outcome.error
    # A second look finds another way to deny everything.
    assert outcome.conflict == conflict


def test_a_note_that_can_not_be_written_does_not_keep_a_user(iam: Stubbed) -> None:
    phone = "arn:aws:iam::123456789012:mfa/eve,phone"
    account = account_with("bob", credentials=Credentials(mfa_devices=(phone,)))
    iam.stubber.add_client_error("tag_user", "LimitExceeded")
    iam.answers("deactivate_mfa_device", {}, UserName="bob", SerialNumber=phone)
    iam.answers("delete_virtual_mfa_device", {}, SerialNumber=phone)
    iam.answers("delete_user", {}, UserName="bob")
    plans = plan_users([DesiredUser("bob", present=False)], account, SWITCHES)
    with ThreadPoolExecutor(1) as pool:
        (outcome,) = apply_plans(plans, GivenPasswords([]), iam.client, pool)
    assert outcome.error is None
    assert done(outcome) == ["deactivate_mfa_device", "delete_virtual_mfa_device", "delete_user"]


@pytest.mark.parametrize("groups", [(), ("Readers",)])
@pytest.mark.parametrize(
    "error",
    [
        ConnectionClosedError(endpoint_url="https://iam"),
        ReadTimeoutError(endpoint_url="https://iam"),
        EndpointConnectionError(endpoint_url="https://iam"),
        HTTPClientError(error="reset"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_a_connection_that_breaks_is_one_users_failure(error: Exception, groups: tuple[str, ...]) -> None:
    """Some of these errors have a response, which is None; others have none."""
    client = mock.Mock()
    client.exceptions.ClientError = ClientError
    for operation in ("tag_user", "deactivate_mfa_device", "remove_user_from_group"):
        getattr(client, operation).side_effect = error
    keys = Credentials(mfa_devices=("arn:aws:iam::123456789012:mfa/bob",))
    account = account_with("bob", groups=frozenset(groups), credentials=keys)
    plans = plan_users([DesiredUser("bob", present=False)], account, SWITCHES)
    with ThreadPoolExecutor(1) as pool:
        (outcome,) = apply_plans(plans, GivenPasswords([]), client, pool)
    assert outcome.error is not None
    assert outcome.error.startswith("Could not ")
    assert type(error).__name__ in outcome.error or str(error) in outcome.error
    assert "delete_user" not in done(outcome)

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests that AWS works on by itself: how many at once, how their end is learned, and what is tried again."""

from __future__ import annotations

import typing as t
from collections import Counter, deque
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import Change, Outcome
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.requests import (
    KINDS,
    TRIES,
    UNDER_WAY,
    Patience,
    Requests,
)
from helpers.accounts.simulated_identity_center import INSTANCE, Answer, Client, failure

CREATE, DELETE, PROVISION = KINDS


class Working:
    """AWS while it works: each request takes some looks, and ends as its script says. A pause of the run is a look."""

    def __init__(self, looks: int = 1) -> None:
        self.looks = looks
        self.left: dict[str, int] = {}
        # By account: how the next requests end, or how the next calls fail.
        self.ends: dict[str, deque[str | Exception]] = {}
        self.accounts: dict[str, str] = {}
        self.calls: Counter[str] = Counter()
        self.most = 0
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        """Time goes by."""
        self.now += seconds
        self.left = {request: left - 1 for request, left in self.left.items()}

    def answer(self, operation: str, params: Answer) -> Answer:
        """Answer a call."""
        self.calls[operation] += 1
        assert params.pop("InstanceArn") == INSTANCE
        for kind in KINDS.values():
            if operation == kind.list_call:
                assert params == {"Filter": {"Status": "IN_PROGRESS"}}
                return {kind.listed: [{"RequestId": request} for request in self._going_on()]}
            if operation == kind.describe_call:
                return {kind.status: self._ended(params[kind.id_param])}
        return {KINDS[operation].status: self._begin(params.get("TargetId", ""))}

    def _going_on(self) -> list[str]:
        return [request for request, left in self.left.items() if left > 0]

    def _begin(self, account: str) -> Answer:
        script = self.ends.get(account)
        if script and isinstance(script[0], Exception):
            raise t.cast("Exception", script.popleft())
        going_on = self._going_on()
        assert account not in {self.accounts[request] for request in going_on} - {""}, "two at once in one account"
        request = f"r-{len(self.left)}"
        self.accounts[request], self.left[request] = account, self.looks
        self.most = max(self.most, len(going_on) + 1)
        return {"Status": "IN_PROGRESS", "RequestId": request}

    def _ended(self, request: str) -> Answer:
        script = self.ends.get(self.accounts[request])
        reason = script.popleft() if script else ""
        state = {"Status": "FAILED", "FailureReason": reason} if reason else {"Status": "SUCCEEDED"}
        return {**state, "RequestId": request}


def carry_out(aws: Working, changes: Iterable[Change], timeout: float = 60) -> list[Outcome]:
    def params(change: Change) -> Answer:
        return {"TargetId": change.account} if change.account else {}

    with ThreadPoolExecutor(1) as pool:
        requests = Requests(Client(aws.answer), pool, INSTANCE, params)
        return requests.carry_out(list(changes), Patience(timeout, clock=lambda: aws.now, sleep=aws.sleep))


def assignments(count: int, accounts: int, operation: str = CREATE) -> list[Change]:
    return [Change(operation, "Admin", f"{n % accounts:012}", user=f"user{n}") for n in range(count)]


@pytest.mark.parametrize("operation", [CREATE, DELETE])
def test_as_many_at_once_as_aws_takes_and_one_in_an_account(operation: str) -> None:
    aws = Working(looks=2)
    changes = assignments(40, 20, operation)
    assert carry_out(aws, changes) == [Outcome(change) for change in changes]
    assert aws.most == UNDER_WAY
    assert aws.calls[operation] == 40


def test_all_that_are_under_way_are_asked_for_together() -> None:
    aws = Working(looks=5)
    carry_out(aws, assignments(10, 10))
    kind = KINDS[CREATE]
    assert aws.calls[kind.list_call] == 5
    assert aws.calls[kind.describe_call] == 10, "once each, when it is under way no more"


def test_an_account_is_never_given_two_requests_at_once() -> None:
    assert [one.error for one in carry_out(Working(looks=3), assignments(5, 1))] == [None] * 5


def test_failures_are_named_with_the_reason_of_aws() -> None:
    aws = Working()
    aws.ends["000000000001"] = deque(["The policy /hsm/Extra is not there."])
    good, bad = carry_out(aws, assignments(2, 2))
    assert good.error is None
    assert bad.error is not None
    assert "(user user1) in 000000000001: The policy /hsm/Extra is not there." in bad.error
    assert aws.calls[CREATE] == 2


@pytest.mark.parametrize("conflict", [failure("ConflictException"), "Received a ConflictException from the account"])
def test_a_conflict_is_tried_again(conflict: str | Exception) -> None:
    aws = Working()
    aws.ends["000000000000"] = deque([conflict, conflict])
    assert [one.error for one in carry_out(aws, assignments(1, 1))] == [None]
    assert aws.calls[CREATE] == 3
    assert aws.now >= 0.5, "others need time"


def test_a_conflict_that_stays_is_told_after_some_tries() -> None:
    aws = Working()
    aws.ends["000000000000"] = deque([failure("ConflictException")] * (TRIES + 1))
    (outcome,) = carry_out(aws, assignments(1, 1))
    assert "ConflictException" in str(outcome.error)
    assert aws.calls[CREATE] == TRIES


def test_what_is_not_there_need_not_be_taken_off() -> None:
    aws = Working()
    aws.ends["000000000000"] = deque([failure("ResourceNotFoundException")])
    assert [one.error for one in carry_out(aws, assignments(1, 1, DELETE))] == [None]
    aws.ends["000000000000"] = deque([failure("ResourceNotFoundException")])
    assert "ResourceNotFoundException" in str(carry_out(aws, assignments(1, 1, CREATE))[0].error)


def test_one_failure_does_not_stop_the_others() -> None:
    aws = Working()
    aws.ends["000000000000"] = deque([failure("AccessDeniedException")])
    assert [bool(one.error) for one in carry_out(aws, assignments(12, 12))] == [True] + [False] * 11


def test_expired_credentials_stop_them_all() -> None:
    aws = Working()
    aws.ends["000000000000"] = deque([failure("ExpiredTokenException")])
    outcomes = carry_out(aws, assignments(30, 30))
    assert [one.begun for one in outcomes] == [True] * 10 + [False] * 20
    assert all(one.error for one in outcomes)


def test_requests_in_flight_when_credentials_expire_are_not_said_to_have_been_waited_for() -> None:
    aws = Working(looks=10_000)
    aws.ends["000000000009"] = deque([failure("ExpiredTokenException")])
    outcomes = carry_out(aws, assignments(12, 12), timeout=30)
    told = "AWS was still working on it when an error ended the run; run again"
    assert [one.error for one in outcomes[:9]] == [told] * 9
    assert aws.now < 30


@pytest.mark.parametrize("call", [KINDS[CREATE].list_call, KINDS[CREATE].describe_call])
def test_credentials_that_expire_while_requests_are_polled_stop_them_all(call: str) -> None:
    aws = Working()

    def answer(operation: str, params: Answer) -> Answer:
        if operation == call:
            raise failure("ExpiredTokenException")
        return aws.answer(operation, params)

    with ThreadPoolExecutor(1) as pool:
        requests = Requests(Client(answer), pool, INSTANCE, lambda change: {"TargetId": change.account})
        outcomes = requests.carry_out(assignments(30, 30), Patience(9, clock=lambda: aws.now, sleep=aws.sleep))
    assert requests.hopeless
    assert [one.begun for one in outcomes] == [True] * 10 + [False] * 20
    assert aws.calls[CREATE] == 10


def test_waiting_ends_when_nothing_ends() -> None:
    aws = Working(looks=10_000)
    outcomes = carry_out(aws, assignments(11, 11), timeout=30)
    assert "still working on it after 30 seconds" in str(outcomes[0].error)
    assert (outcomes[10].begun, outcomes[10].error) == (False, "not begun, because the run ended before")


def test_a_long_run_goes_on_as_long_as_requests_end() -> None:
    aws = Working(looks=8)
    assert [one.error for one in carry_out(aws, assignments(100, 100), timeout=40)] == [None] * 100
    assert aws.now > 80


def test_provisioning_is_waited_for() -> None:
    aws = Working(looks=3)
    assert [one.error for one in carry_out(aws, [Change(PROVISION, "Admin"), Change(PROVISION, "Power")])] == [None] * 2
    assert aws.calls[KINDS[PROVISION].describe_call] == 2


def test_where_the_status_may_not_be_read_the_end_is_not_known() -> None:
    aws = Working(looks=3)

    def answer(operation: str, params: Answer) -> Answer:
        if operation == KINDS[CREATE].list_call:
            raise failure("AccessDeniedException")
        return aws.answer(operation, params)

    with ThreadPoolExecutor(1) as pool:
        requests = Requests(Client(answer), pool, INSTANCE, lambda _change: {})
        (outcome,) = requests.carry_out(assignments(1, 1), Patience(9, clock=lambda: aws.now, sleep=aws.sleep))
    assert "Could not learn how the requests ended" in str(outcome.error)

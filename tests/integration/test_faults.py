# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults of AWS and of the network: the run ends right, or names who is not done, and the next run finishes."""

from __future__ import annotations

import json
import subprocess
import typing as t
from collections.abc import Iterator
from pathlib import Path

import moto_server
import pytest
from ansible_collections.cloudhsm.iam.plugins.modules import iam_users
from helpers.accounts.everything import EXPECTED, OPTIONS, USERS, describe, prepare
from helpers.moto import open_moto
from helpers.moto.clients import iam_client
from helpers.moto.fault_proxy import NO_FAULTS, FaultProxy, Faults
from helpers.processes.module_process import Result, result_of, start_module
from moto_server import MotoServer

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

# The passwords are given here: what generates and stores them has tests of its own.
GIVEN = [{**user, **({"password": "Given-1-password"} if user.get("console_access") else {})} for user in USERS]
SHARE = 0.2
EACH: dict[str, Faults] = {
    "latency": Faults(latency=0.1),
    "throttling": Faults(throttle=(20, 5)),
    "errors": Faults(errors=SHARE),
    "errors after the call was done": Faults(errors_after=SHARE),
    "resets": Faults(resets=SHARE),
    "resets after the call was done": Faults(resets_after=SHARE),
    "slow settling": Faults(settling=1.5),
    "lost markers": Faults(cut_pages=SHARE, cut="marker", page_size=1),
    "cut answers": Faults(cut_pages=SHARE, cut="body", page_size=1),
    "lost lists": Faults(cut_pages=SHARE, cut="lists", page_size=1),
    "all together": Faults(
        latency=0.02,
        throttle=(40, 10),
        errors=SHARE,
        errors_after=SHARE,
        resets=SHARE,
        resets_after=SHARE,
        settling=1.0,
        settling_share=SHARE,
        cut_pages=SHARE,
    ),
}


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with MotoServer(program=Path(open_moto.__file__)) as moto:
        yield moto.url


@pytest.fixture
def proxy(server: str) -> Iterator[FaultProxy]:
    """The account of the scenario before the run, behind a proxy in which nothing goes wrong yet."""
    moto_server.reset(server)
    with FaultProxy(server) as made:
        prepare(client(made))
        made.calls.clear()
        yield made


def client(proxy: FaultProxy) -> IAMClient:
    return iam_client(proxy.url)


def start(proxy: FaultProxy, check: bool = False, **options: t.Any) -> subprocess.Popen[str]:
    return start_module(iam_users, proxy.url, {**OPTIONS, "users": GIVEN, **options}, check)


def run(proxy: FaultProxy, check: bool = False, **options: t.Any) -> Result:
    return result_of(start(proxy, check, **options))


def check_told(result: Result, state: Result) -> None:
    """A run that did not end right says so, and every user that is not as it should be is among the failed."""
    assert "Traceback" not in json.dumps(result)
    if not result.get("failed"):
        assert state == EXPECTED
        return
    named = {user["name"] for user in result.get("failed_users", [])}
    if "failed_users" not in result:
        assert "Nothing was changed" in result["msg"] or "read the account" in result["msg"]
        return
    wanted = {**EXPECTED["users"], "leaver": None, "unlisted": None}
    wrong = {name for name, user in wanted.items() if state["users"].get(name) != user}
    assert wrong <= named, (wrong, result)
    for user in result["failed_users"]:
        assert user["not_done"], user


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("faults", EACH.values(), ids=EACH.keys())
def test_the_run_ends_right_or_says_who_is_not_done(proxy: FaultProxy, faults: Faults, seed: int) -> None:
    with FaultProxy(proxy.url, faults, seed, emulate=False) as bad:
        result = run(bad)
        met = [call.fault for call in bad.calls if call.fault]
    assert met or faults.latency, "nothing went wrong, so nothing was tested"
    check_told(result, describe(client(proxy)))
    last = run(proxy)
    assert not last.get("failed"), last
    assert describe(client(proxy)) == EXPECTED


def test_throttling_slows_a_run_down_and_does_not_fail_it(proxy: FaultProxy) -> None:
    users = [{"name": f"many{number}", "groups": ["New"]} for number in range(60)]
    proxy.faults = Faults(throttle=(30, 10))
    result = run(proxy, users=users, purge_users=False, workers=16)
    assert not result.get("failed"), result
    assert result["counts"]["created"] == 60
    assert any(call.fault == "throttle" for call in proxy.calls)


@pytest.mark.parametrize("cut", ["marker", "body", "lists"])
@pytest.mark.parametrize("page_size", [None, 3])
def test_a_read_that_was_cut_short_never_deletes(
    proxy: FaultProxy, cut: t.Literal["marker", "body", "lists"], page_size: int | None
) -> None:
    before = describe(client(proxy))
    proxy.calls.clear()
    proxy.faults = Faults(cut_pages=1, cut=cut, page_size=page_size)
    result = run(proxy)
    assert result["failed"]
    assert "read the account" in result["msg"]
    assert proxy.writes == []
    proxy.faults = NO_FAULTS
    assert describe(client(proxy)) == before


@pytest.mark.parametrize(
    "action", ["GetLoginProfile", "ListAccessKeys", "ListMFADevices", "GetCallerIdentity", "GetUser"]
)
def test_a_read_that_fails_never_deletes(proxy: FaultProxy, action: str) -> None:
    proxy.faults = Faults(errors=1, only=frozenset({action}))
    result = run(proxy, aws_config={"retries": {"total_max_attempts": 2}})
    assert result["failed"]
    assert proxy.writes == []


def test_pages_of_an_account_are_put_together(proxy: FaultProxy) -> None:
    proxy.faults = Faults(page_size=2)
    assert not run(proxy).get("failed")
    assert proxy.counts()["GetAccountAuthorizationDetails"] > 3
    proxy.faults = NO_FAULTS
    assert describe(client(proxy)) == EXPECTED


def test_two_runs_at_once_both_end_and_the_end_state_is_right(proxy: FaultProxy) -> None:
    proxy.faults = Faults(latency=0.05)
    first, second = (result_of(process) for process in [start(proxy), start(proxy)])
    proxy.faults = NO_FAULTS
    for result in (first, second):
        assert not result.get("failed"), result
    assert describe(client(proxy)) == EXPECTED


def test_two_runs_at_once_on_overlapping_new_users(proxy: FaultProxy) -> None:
    proxy.faults = Faults(latency=0.05)

    def users(first: int, group: str) -> list[dict[str, t.Any]]:
        return [{"name": f"user{number}", "groups": [group]} for number in range(first, first + 20)]

    processes = [
        start(proxy, users=users(0, "Old"), purge_users=False, purge_groups=False),
        start(proxy, users=users(10, "New"), purge_users=False, purge_groups=False),
    ]
    results = [result_of(process) for process in processes]
    assert not any(result.get("failed") for result in results), results
    proxy.faults = NO_FAULTS
    groups = {name: user["groups"] for name, user in describe(client(proxy))["users"].items() if name[:4] == "user"}
    assert groups == {
        f"user{number}": [*(["New"] if number >= 10 else []), *(["Old"] if number < 20 else [])] for number in range(30)
    }


def test_check_mode_lists_just_the_calls_that_a_run_makes(proxy: FaultProxy) -> None:
    predicted = run(proxy, check=True)
    assert proxy.writes == []
    made = run(proxy)
    assert predicted["changes"] == made["changes"]
    assert sorted(call.action.lower() for call in proxy.writes) == sorted(
        change["operation"].replace("_", "") for change in predicted["changes"]
    )
    proxy.calls.clear()
    again = run(proxy)
    assert (again["changed"], again["changes"], proxy.writes) == (False, [], [])

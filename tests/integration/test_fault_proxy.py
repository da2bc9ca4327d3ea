# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The fault proxy itself: each fault, seen by a plain boto3 client that tries everything once."""

from __future__ import annotations

import json
import subprocess
import sys
import time
import typing as t
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError
from botocore.parsers import ResponseParserError
from helpers.moto import fault_proxy
from helpers.moto.fault_proxy import FaultProxy, Faults
from moto_server import MotoServer, NotLoopbackError, offline_environment

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_iam.literals import EntityTypeType

Connect = Callable[..., "IAMClient"]
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
# Without a filter moto describes all of AWS's managed policies, which takes it seconds.
BOTH: t.Final[list[EntityTypeType]] = ["User", "Group"]
READER = "arn:aws:iam::aws:policy/ReadOnlyAccess"


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    with MotoServer() as server:
        yield server.url


@pytest.fixture
def connect(moto: str, monkeypatch: pytest.MonkeyPatch) -> Connect:
    """Give a client that goes through the proxy, or straight to moto."""
    for key, value in offline_environment(moto, {}).items():
        monkeypatch.setenv(key, value)

    def to(proxy: FaultProxy | None = None) -> IAMClient:
        config = Config(retries={"total_max_attempts": 1}, max_pool_connections=16)
        return boto3.client("iam", config=config, endpoint_url=proxy.url if proxy else moto)

    empty(to())
    return to


def empty(iam: IAMClient) -> None:
    """Remove what another test left. A reset would take moto a second each time, for AWS's managed policies."""
    for user in iam.list_users()["Users"]:
        name = user["UserName"]
        for group in iam.list_groups_for_user(UserName=name)["Groups"]:
            iam.remove_user_from_group(UserName=name, GroupName=group["GroupName"])
        code(lambda name=name: iam.delete_login_profile(UserName=name))  # type: ignore[misc]
        iam.delete_user(UserName=name)
    for group in iam.list_groups()["Groups"]:
        iam.delete_group(GroupName=group["GroupName"])


def code(call: Callable[[], object]) -> str:
    """The error that a call gives, by AWS's code or botocore's class. Empty when it succeeds."""
    try:
        call()
    except ClientError as exc:
        return exc.response["Error"]["Code"]
    except (BotoCoreError, ResponseParserError) as exc:
        return type(exc).__name__
    return ""


def names(iam: IAMClient) -> list[str]:
    return [user["UserName"] for user in iam.list_users()["Users"]]


def test_without_faults_it_passes_calls_on_and_counts_them(moto: str, connect: Connect) -> None:
    with FaultProxy(moto) as proxy:
        iam = connect(proxy)
        iam.create_user(UserName="ann", Path="/hsm/", Tags=[{"Key": "a b", "Value": "c+d=ä"}])
        assert iam.get_user(UserName="ann")["User"]["Tags"] == [{"Key": "a b", "Value": "c+d=ä"}]
        assert code(lambda: iam.get_user(UserName="bob")) == "NoSuchEntity"
        assert boto3.client("sts", endpoint_url=proxy.url).get_caller_identity()["Account"] == "123456789012"
        assert proxy.counts() == {"CreateUser": 1, "GetUser": 2, "GetCallerIdentity": 1}
        (write,) = proxy.writes
        assert (write.action, write.params["UserName"], write.status, write.number) == ("CreateUser", "ann", 200, 1)
        assert [call.status for call in proxy.calls] == [200, 200, 404, 200]
        proxy.clear()
        assert proxy.calls == []


def test_an_upstream_elsewhere_is_refused() -> None:
    with pytest.raises(NotLoopbackError):
        FaultProxy("https://iam.amazonaws.com")


def test_latency_is_added_to_calls_side_by_side(moto: str, connect: Connect) -> None:
    with FaultProxy(moto, Faults(latency=0.4)) as proxy:
        iam = connect(proxy)
        started = time.perf_counter()
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda _number: iam.list_account_aliases(), range(8)))
        assert 0.4 <= time.perf_counter() - started < 2.0
        assert all(call.ended - call.started >= 0.4 for call in proxy.calls)


def test_throttling(moto: str, connect: Connect) -> None:
    with FaultProxy(moto, Faults(throttle=(0.5, 3))) as proxy:
        iam = connect(proxy)
        found = [code(iam.list_account_aliases) for _number in range(5)]
        assert found == ["", "", "", "Throttling", "Throttling"]
        assert [call.fault for call in proxy.calls] == [None, None, None, "throttle", "throttle"]
        time.sleep(2.1)
        assert code(iam.list_account_aliases) == ""


def test_errors_before_the_server(moto: str, connect: Connect) -> None:
    with FaultProxy(moto, Faults(errors=1.0)) as proxy:
        iam = connect(proxy)
        found = {code(lambda name=name: iam.create_user(UserName=name)) for name in "abcdefgh"}  # type: ignore[misc]
        assert found == {"ServiceFailure", "ServiceUnavailable"}
        assert {call.status for call in proxy.calls} == {500, 503}
    assert names(connect()) == []


def test_errors_after_the_server(moto: str, connect: Connect) -> None:
    with FaultProxy(moto, Faults(errors_after=1.0)) as proxy:
        assert code(lambda: connect(proxy).create_user(UserName="ann")) == "ServiceFailure"
    assert names(connect()) == ["ann"]


@pytest.mark.parametrize(("faults", "made"), [(Faults(resets=1.0), []), (Faults(resets_after=1.0), ["ann"])])
def test_dropped_connections(moto: str, connect: Connect, faults: Faults, made: list[str]) -> None:
    with FaultProxy(moto, faults) as proxy:
        iam = connect(proxy)
        with pytest.raises(ConnectionClosedError):
            iam.create_user(UserName="ann")
        assert [call.status for call in proxy.calls] == [0]
        proxy.faults = Faults()
        assert names(iam) == made


def test_the_same_seed_gives_the_same_faults_in_any_order(moto: str, connect: Connect) -> None:
    def failing(order: str, seed: int) -> set[str]:
        with FaultProxy(moto, Faults(resets=0.5), seed) as proxy:
            iam = connect(proxy)
            return {name for name in order if code(lambda: iam.get_user(UserName=name)) == "ConnectionClosedError"}  # noqa: B023

    first = failing("abcdefghijkl", 1)
    assert 0 < len(first) < 12
    assert failing("lkjihgfedcba", 1) == first
    assert failing("abcdefghijkl", 2) != first


def test_what_was_just_made_settles(moto: str, connect: Connect) -> None:
    with FaultProxy(moto, Faults(settling=1.0)) as proxy:
        iam = connect(proxy)
        iam.create_user(UserName="ann")
        iam.create_group(GroupName="staff")
        made = time.monotonic()
        assert code(lambda: iam.get_user(UserName="ann")) == "NoSuchEntity"
        assert code(lambda: iam.create_user(UserName="ann")) == "EntityAlreadyExists"
        assert code(lambda: iam.get_group(GroupName="staff")) == "NoSuchEntity"
        details = iam.get_account_authorization_details(Filter=BOTH)
        assert (details["UserDetailList"], details["GroupDetailList"]) == ([], [])
        time.sleep(max(0.0, made + 1.05 - time.monotonic()))
        iam.add_user_to_group(UserName="ann", GroupName="staff")
        details = iam.get_account_authorization_details(Filter=BOTH)
        assert [user["GroupList"] for user in details["UserDetailList"]] == [["staff"]]


def test_a_login_profile_settles(moto: str, connect: Connect) -> None:
    connect().create_user(UserName="ann")
    with FaultProxy(moto, Faults(settling=0.5)) as proxy:
        iam = connect(proxy)
        iam.create_login_profile(UserName="ann", Password="Xyzzy-12345")
        assert code(lambda: iam.get_login_profile(UserName="ann")) == "NoSuchEntity"
        assert code(lambda: iam.delete_login_profile(UserName="ann")) == "EntityTemporarilyUnmodifiable"
        assert code(lambda: iam.get_user(UserName="ann")) == ""
        time.sleep(0.55)
        iam.delete_login_profile(UserName="ann")
        assert [call.fault for call in proxy.calls] == [None, "settling", "settling", None, None]
    with FaultProxy(moto, Faults(settling=60.0, settling_share=0.0)) as proxy:
        connect(proxy).create_user(UserName="bob")
        assert code(lambda: connect(proxy).get_user(UserName="bob")) == ""


def test_pages(moto: str, connect: Connect) -> None:
    for number in range(5):
        connect().create_user(UserName=f"user{number}")
    connect().create_group(GroupName="staff")
    with FaultProxy(moto, Faults(page_size=2)) as proxy:
        pages = list(connect(proxy).get_paginator("get_account_authorization_details").paginate(Filter=BOTH))
        assert [len(page["UserDetailList"]) + len(page["GroupDetailList"]) for page in pages] == [2, 2, 2]
        assert [page["IsTruncated"] for page in pages] == [True, True, False]
        assert {user["UserName"] for page in pages for user in page["UserDetailList"]} == set(names(connect()))
        smaller = connect(proxy).get_account_authorization_details(Filter=BOTH, MaxItems=1)
        assert len(smaller["UserDetailList"]) == 1
        assert (
            code(lambda: connect(proxy).get_account_authorization_details(Filter=BOTH, Marker="x")) == "ValidationError"
        )
    empty(connect())
    with FaultProxy(moto, Faults(page_size=2)) as proxy:
        (page,) = connect(proxy).get_paginator("get_account_authorization_details").paginate(Filter=BOTH)
        assert (page["UserDetailList"], page["IsTruncated"]) == ([], False)


def test_pages_cut_short(moto: str, connect: Connect) -> None:
    for number in range(4):
        connect().create_user(UserName=f"user{number}")
    with FaultProxy(moto, Faults(cut_pages=1.0, cut="marker")) as proxy:
        iam = connect(proxy)
        page = iam.get_account_authorization_details(Filter=BOTH)
        assert (len(page["UserDetailList"]), page["IsTruncated"], page.get("Marker", "")) == (2, True, "")
        proxy.faults = Faults(cut_pages=True, cut="lists")
        page = iam.get_account_authorization_details(Filter=BOTH)
        assert "UserDetailList" not in page
        assert "GroupDetailList" not in page
        assert page["IsTruncated"] is False
        proxy.faults = Faults(cut_pages=True, cut="body")
        assert code(lambda: iam.get_account_authorization_details(Filter=BOTH)) == "ResponseParserError"
        assert [call.fault for call in proxy.calls] == ["cut"] * 3


@pytest.mark.parametrize(("moment", "made"), [("before", ["u1"]), ("after", ["u1", "u2"])])
def test_the_client_dies_at_a_write(
    moto: str, connect: Connect, moment: t.Literal["before", "after"], made: list[str]
) -> None:
    died: list[list[str]] = []
    with FaultProxy(moto) as proxy:
        proxy.faults = Faults(kill=(2, moment), on_kill=lambda: died.append([call.action for call in proxy.calls]))
        iam = connect(proxy)
        iam.create_user(UserName="u1")
        iam.get_user(UserName="u1")
        assert died == []
        assert code(lambda: iam.create_user(UserName="u2")) == "ConnectionClosedError"
        assert died == [["CreateUser", "GetUser", "CreateUser"]]
    assert names(connect()) == made


def test_boundaries_which_moto_lacks(moto: str, connect: Connect) -> None:
    with FaultProxy(moto) as proxy:
        iam = connect(proxy)

        def boundary(name: str) -> str | None:
            single = iam.get_user(UserName=name)["User"].get("PermissionsBoundary", {})
            details = iam.get_account_authorization_details(Filter=BOTH)["UserDetailList"]
            (listed,) = [user for user in details if user["UserName"] == name]
            assert listed.get("PermissionsBoundary", {}) == single
            return single.get("PermissionsBoundaryArn")

        made = iam.create_user(UserName="ann", PermissionsBoundary=ADMIN)["User"]
        assert made["PermissionsBoundary"]["PermissionsBoundaryArn"] == ADMIN
        iam.create_user(UserName="bob")
        assert (boundary("ann"), boundary("bob")) == (ADMIN, None)
        iam.put_user_permissions_boundary(UserName="ann", PermissionsBoundary=READER)
        assert boundary("ann") == READER
        iam.delete_user_permissions_boundary(UserName="ann")
        assert boundary("ann") is None
        missing = f"{ADMIN}Missing"
        for call in (
            lambda: iam.put_user_permissions_boundary(UserName="cy", PermissionsBoundary=ADMIN),
            lambda: iam.put_user_permissions_boundary(UserName="bob", PermissionsBoundary=missing),
            lambda: iam.create_user(UserName="cy", PermissionsBoundary=missing),
            lambda: iam.delete_user_permissions_boundary(UserName="cy"),
            lambda: iam.list_service_specific_credentials(UserName="cy"),
        ):
            assert code(call) == "NoSuchEntity"
        iam.put_user_permissions_boundary(UserName="bob", PermissionsBoundary=ADMIN)
        iam.delete_user(UserName="bob")
        iam.create_user(UserName="bob")
        assert boundary("bob") is None
        assert iam.list_service_specific_credentials(UserName="bob")["ServiceSpecificCredentials"] == []


def test_as_a_process_of_its_own(moto: str, connect: Connect, tmp_path: Path) -> None:
    log = tmp_path / "calls.jsonl"
    faults = json.dumps({"throttle": [0.001, 2], "latency": 0.01})
    command = [sys.executable, fault_proxy.__file__, "--upstream", moto, "--faults", faults, "--log", str(log)]
    with subprocess.Popen([*command, "--with-parent"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        url = process.stdout.readline().decode().strip()
        iam = boto3.client("iam", config=Config(retries={"total_max_attempts": 1}), endpoint_url=url)
        iam.create_user(UserName="ann")
        iam.create_login_profile(UserName="ann", Password="Xyzzy-12345")
        assert code(iam.list_account_aliases) == "Throttling"
        process.terminate()
    assert process.returncode == 0
    calls = fault_proxy.read_log(log)
    assert [call.action for call in calls] == ["CreateUser", "CreateLoginProfile", "ListAccountAliases"]
    assert fault_proxy.count_writes(calls) == 2
    assert "Xyzzy" not in log.read_text()

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A task makes clients that need no region and give up soon on a dead address, and fails in a sentence."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import first_contact as _first_contact
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Module, Task, failure
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    HTTPClientError,
    ProxyConnectionError,
    ReadTimeoutError,
    SSLError,
)
from botocore.httpsession import URLLib3Session

if t.TYPE_CHECKING:
    from helpers.modules.scripted import Answer, RunTask

URL = "http://127.0.0.1:1/"
KEYS: dict[str, t.Any] = {"access_key": "AKIAIOSFODNN7EXAMPLE", "secret_key": "not-a-key"}
IDENTITY = (
    b"<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>"
    b"<Arn>arn:aws:iam::123456789012:root</Arn><UserId>123456789012</UserId>"
    b"</GetCallerIdentityResult></GetCallerIdentityResponse>"
)


class Endpoint:
    """Stands in for the network: raises or answers what was scripted, then goes on with the last of it."""

    def __init__(self, *script: Exception | tuple[int, bytes]) -> None:
        self.script = list(script)
        self.requests: list[t.Any] = []

    def __call__(self, request: t.Any, **_event: t.Any) -> AWSResponse:
        self.requests.append(request)
        step = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(step, Exception):
            raise step
        raw: t.Any = type("Raw", (), {"stream": lambda _self, **_options: iter([step[1]])})()
        return AWSResponse(request.url, step[0], HTTPHeaders(), raw)


def module_that(does: Callable[[Task], t.Any]) -> Module:
    """A module that does this."""
    return Module("cloudhsm.iam.sample", {}, lambda task: {"got": does(task)})


def client_at(endpoint: Endpoint, task: Task) -> t.Any:
    """The task's client for STS, which finds this endpoint in place of AWS's."""
    client: t.Any = task.sts_client()
    client.meta.events.register("before-send.sts", endpoint)
    return client


def tries_with(run_task: RunTask, endpoint: Endpoint, calls: int = 1) -> int:
    """How many requests this many calls make, the last of which fails."""

    def call(task: Task) -> None:
        client = client_at(endpoint, task)
        for _call in range(calls - 1):
            client.get_caller_identity()
        with pytest.raises((ClientError, BotoCoreError)):
            client.get_caller_identity()

    run_task(module_that(call), **KEYS)
    return len(endpoint.requests)


@pytest.fixture
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)


NO_ANSWERS: list[Exception] = [
    EndpointConnectionError(endpoint_url=URL),
    ConnectTimeoutError(endpoint_url=URL),
    ReadTimeoutError(endpoint_url=URL),
    ProxyConnectionError(proxy_url=URL),
    ConnectionClosedError(endpoint_url=URL),
    HTTPClientError(error="Bad status line"),
]


def id_of(trouble: object) -> str:
    return type(trouble).__name__


@pytest.mark.usefixtures("_no_pauses")
@pytest.mark.parametrize("trouble", NO_ANSWERS, ids=id_of)
def test_an_address_that_never_answered_is_given_up_after_three_tries(run_task: RunTask, trouble: Exception) -> None:
    assert tries_with(run_task, Endpoint(trouble)) == 3


@pytest.mark.usefixtures("_no_pauses")
def test_a_certificate_does_not_become_better_with_tries(run_task: RunTask) -> None:
    assert tries_with(run_task, Endpoint(SSLError(endpoint_url=URL, error=OSError("self-signed")))) == 1


@pytest.mark.usefixtures("_no_pauses")
@pytest.mark.parametrize("trouble", [*NO_ANSWERS, SSLError(endpoint_url=URL, error=OSError("reset"))], ids=id_of)
def test_an_address_that_has_answered_gets_all_tries(run_task: RunTask, trouble: Exception) -> None:
    assert tries_with(run_task, Endpoint((200, IDENTITY), trouble), calls=2) == 1 + 10


@pytest.mark.usefixtures("_no_pauses")
def test_an_error_is_an_answer(run_task: RunTask) -> None:
    assert tries_with(run_task, Endpoint((500, b"<html>"))) == 10


@pytest.mark.usefixtures("_no_pauses")
def test_no_try_begins_when_the_time_of_all_is_over(run_task: RunTask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Older versions of botocore know one timeout only, the patient one."""
    monkeypatch.setattr(_first_contact, "FIRST_CONTACT_LIMIT", 0)
    assert tries_with(run_task, Endpoint(ReadTimeoutError(endpoint_url=URL))) == 1


def read_timeouts(run_task: RunTask, **options: t.Any) -> list[int | None]:
    """What botocore is told for each of two requests, the first of which gets an answer."""
    endpoint = Endpoint((200, IDENTITY))

    def call(task: Task) -> None:
        client = client_at(endpoint, task)
        client.get_caller_identity()
        client.get_caller_identity()

    run_task(module_that(call), **KEYS, **options)
    return [request.context.get("read_timeout") for request in endpoint.requests]


@pytest.mark.skipif(not hasattr(URLLib3Session, "_get_request_timeout"), reason="needs a newer botocore")
def test_only_the_first_answer_is_waited_for_less(run_task: RunTask) -> None:
    assert read_timeouts(run_task) == [12, None]
    assert read_timeouts(run_task, aws_config={"read_timeout": 300}) == [None, None]


def test_all_that_is_waited_for_before_an_endpoint_has_answered_is_less_than_a_minute() -> None:
    # Two of the three tries begin in the time; pauses between them are of a second or two.
    longest = max(_first_contact.CONNECT_TIMEOUT, _first_contact.FIRST_READ_TIMEOUT)
    assert longest * _first_contact.FIRST_CONTACTS < 45
    assert _first_contact.FIRST_CONTACT_LIMIT + longest < 45


@pytest.mark.parametrize("service", ["iam", "sts"])
@pytest.mark.parametrize(
    ("region", "domain"),
    [(None, "amazonaws.com"), ("eu-west-1", "amazonaws.com"), ("cn-north-1", "amazonaws.com.cn")],
)
def test_a_client_is_made_with_and_without_a_region(
    run_task: RunTask, service: str, region: str | None, domain: str
) -> None:
    def ask(task: Task) -> str:
        return str(getattr(task, f"{service}_client")().meta.endpoint_url)

    options: dict[str, t.Any] = {"region": region} if region else {}
    got = run_task(module_that(ask), **KEYS, **options)["got"]
    assert got.startswith(f"https://{service}.")
    assert got.endswith(f".{domain}")


@pytest.mark.parametrize("service", ["iam", "sts"])
def test_a_dead_address_takes_ten_seconds_a_try(run_task: RunTask, service: str) -> None:
    def ask(task: Task) -> t.Any:
        return getattr(task, f"{service}_client")().meta.config.connect_timeout

    assert run_task(module_that(ask), **KEYS)["got"] == 10


@pytest.mark.parametrize("service", ["iam", "sts"])
def test_a_given_endpoint_needs_no_region_either(run_task: RunTask, service: str) -> None:
    def ask(task: Task) -> str:
        return str(getattr(task, f"{service}_client")().meta.endpoint_url)

    assert run_task(module_that(ask), **KEYS, endpoint_url="http://127.0.0.1:5000")["got"] == "http://127.0.0.1:5000"


@pytest.mark.parametrize(("workers", "connections"), [(1, 10), (32, 32)])
def test_every_worker_has_its_connection(run_task: RunTask, workers: int, connections: int) -> None:
    def ask(task: Task) -> t.Any:
        config: t.Any = task.iam_client(workers).meta.config
        return config.max_pool_connections

    assert run_task(module_that(ask), **KEYS)["got"] == connections


def test_the_users_own_config_comes_before_ours(run_task: RunTask) -> None:
    def ask(task: Task) -> list[t.Any]:
        config: t.Any = task.iam_client().meta.config
        return [config.connect_timeout, config.max_pool_connections]

    assert run_task(module_that(ask), **KEYS, aws_config={"connect_timeout": 3})["got"] == [3, 10]


def test_requests_say_that_this_collection_makes_them(run_task: RunTask) -> None:
    endpoint = Endpoint((200, IDENTITY))

    def call(task: Task) -> None:
        client_at(endpoint, task).get_caller_identity()

    run_task(module_that(call), **KEYS)
    assert b"cloudhsm.iam" in endpoint.requests[0].headers["User-Agent"]


def failed(run_task: RunTask, does: Callable[[Task], t.Any], **options: t.Any) -> Answer:
    result = run_task(module_that(does), **options)
    assert result.pop("failed") is True
    # No traceback, and none of the versions that amazon.aws would add.
    assert set(result) - {"exception"} == {"msg"}
    assert "Traceback" not in str(result)
    return result


def test_a_missing_profile_is_told_in_a_sentence(run_task: RunTask) -> None:
    msg = failed(run_task, lambda task: task.iam_client(), profile="nobody")["msg"]
    assert msg.startswith("Could not connect to AWS: there is no such AWS profile; check AWS_PROFILE and")
    assert "nobody" in msg


@pytest.mark.parametrize(
    "config",
    [
        {"no_such_option": 1},
        {"retries": {"mode": "x"}},
        {"retries": "x"},
    ],
)
def test_a_wrong_config_is_told_in_a_sentence(run_task: RunTask, config: Answer) -> None:
    msg = failed(run_task, lambda task: task.iam_client(), **KEYS, aws_config=config)["msg"]
    assert msg.startswith("Could not connect to AWS: ")


def test_missing_credentials_are_told_in_a_sentence(run_task: RunTask) -> None:
    def call(task: Task) -> None:
        try:
            task.sts_client().get_caller_identity()
        except Exception as exc:  # whichever it is, it is to be told
            raise failure(exc, "look up the account") from exc

    msg = failed(run_task, call)["msg"]
    assert msg.startswith(
        "Could not look up the account: no AWS credentials were found; give some as AWS_ACCESS_KEY_ID"
    )


def test_a_failure_can_carry_results(run_task: RunTask) -> None:
    def fail(task: Task) -> None:
        raise failure(ValueError("Odd."), "do it", changed=True, seen=[1])

    result = run_task(module_that(fail))
    assert {key: result[key] for key in ("msg", "changed", "seen", "failed")} == {
        "msg": "Could not do it: Odd.",
        "changed": True,
        "seen": [1],
        "failed": True,
    }


def test_a_warning_is_given_once(run_task: RunTask) -> None:
    result = run_task(module_that(lambda task: task.warn("Mind the gap.")))
    assert [warning for warning in result["warnings"] if "Mind the gap." in str(warning)] == result["warnings"]
    assert len(result["warnings"]) == 1
    assert not result.get("deprecations")

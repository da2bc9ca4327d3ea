# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where sessions of root users are asked for, with whose keys they call, and what becomes of throttling."""

from __future__ import annotations

import threading
import time
import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError, Task
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.run import TOO_OLD, run
from ansible_collections.cloudhsm.iam.plugins.modules.root_access import ARGUMENT_SPEC
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._local_action import PluginConnection
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from helpers.accounts.simulated_root_access import SHOP
from helpers.moto.answers import THROTTLING, Answer, caller_identity, success
from moto.core.botocore_stubber import MockRawResponse

SESSION = {"AccessKeyId": "ASIASESSION", "SecretAccessKey": "s", "SessionToken": "t"}
CREDENTIALS = "".join(f"<{key}>{value}</{key}>" for key, value in SESSION.items())
ASSUMED = success(
    "AssumeRoot", f"<Credentials>{CREDENTIALS}<Expiration>2026-01-02T00:15:00Z</Expiration></Credentials>"
)


def task_of(**options: t.Any) -> Task:
    given = {"access_key": "A", "secret_key": "B", **options}
    return Task(given, PluginConnection(given), print)


@pytest.mark.parametrize(
    ("region", "host"),
    [
        (None, "sts.us-east-1.amazonaws.com"),
        ("aws-global", "sts.us-east-1.amazonaws.com"),
        ("eu-central-1", "sts.eu-central-1.amazonaws.com"),
        ("us-gov-west-1", "sts.us-gov-west-1.amazonaws.com"),
        ("cn-north-1", "sts.cn-north-1.amazonaws.com.cn"),
    ],
)
@pytest.mark.parametrize("how", ["legacy", "regional"])
def test_assume_root_goes_to_a_region(monkeypatch: pytest.MonkeyPatch, how: str, region: str | None, host: str) -> None:
    """STS API reference, AssumeRoot: the global endpoint is not supported."""
    monkeypatch.setenv("AWS_STS_REGIONAL_ENDPOINTS", how)
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "AWS_URL"):
        monkeypatch.delenv(name, raising=False)
    client: t.Any = task_of(region=region).regional_sts_client(8)
    assert client.meta.endpoint_url == f"https://{host}"


def test_an_endpoint_that_somebody_gave_stays() -> None:
    client: t.Any = task_of(endpoint_url="http://127.0.0.1:1").regional_sts_client(8)
    assert client.meta.endpoint_url == "http://127.0.0.1:1"


def test_throttling_is_tried_again_and_sessions_call_with_their_own_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [time.time()]

    def wait(seconds: float) -> None:
        now[0] += max(seconds, 0.001)

    monkeypatch.setattr(time, "sleep", wait)
    # botocore's adaptive mode waits like this until it lets itself send again.
    monkeypatch.setattr(threading.Condition, "wait", lambda _condition, timeout: wait(timeout))
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "time", lambda: now[0])
    task = task_of()
    sent: list[tuple[str, str]] = []
    throttled = {"AssumeRoot": 3, "ListAccessKeys": 2}
    answers = {"AssumeRoot": ASSUMED, "ListAccessKeys": success("ListAccessKeys", "<IsTruncated>false</IsTruncated>")}

    def answer(request: t.Any, event_name: str, **_event: object) -> AWSResponse:
        action = event_name.rpartition(".")[2]
        header = request.headers["Authorization"]
        sent.append((action, (header.decode() if isinstance(header, bytes) else header).split("Credential=")[1][:11]))
        throttled[action] -= 1
        said: Answer = THROTTLING if throttled[action] >= 0 else answers[action]
        return AWSResponse(request.url, said.status, HTTPHeaders(), MockRawResponse(said.body))

    sts: t.Any = task.regional_sts_client(2)
    sts.meta.events.register("before-send", answer)
    session = sts.assume_root(
        TargetPrincipal=SHOP, TaskPolicyArn={"arn": "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials"}
    )
    iam: t.Any = task.session_client("iam", session["Credentials"])
    iam.meta.events.register("before-send", answer)
    iam.list_access_keys()
    assert [action for action, _key in sent] == ["AssumeRoot"] * 4 + ["ListAccessKeys"] * 3
    assert {key[:2] for action, key in sent if action == "AssumeRoot"} == {"A/"}
    assert {key for action, key in sent if action == "ListAccessKeys"} == {"ASIASESSION"}


def test_a_boto3_that_is_too_old_is_told_before_anything_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    options = {name: spec.get("default") for name, spec in ARGUMENT_SPEC.items()}
    task = task_of(**options)
    identity = caller_identity("arn:aws:iam::111122223333:user/me")

    class Old:
        """A client without AssumeRoot."""

        def get_caller_identity(self) -> dict[str, str]:
            """Who calls."""
            assert identity.status == 200
            return {"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/me", "UserId": "AIDA"}

    monkeypatch.setattr(Task, "sts_client", lambda _task: Old())
    monkeypatch.setattr(Task, "regional_sts_client", lambda _task, _workers: Old())
    with pytest.raises(FailedError) as failed:
        run(task)
    assert str(failed.value) == TOO_OLD

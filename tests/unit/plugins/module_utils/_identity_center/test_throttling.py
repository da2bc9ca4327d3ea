# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""IAM Identity Center lets 20 calls a second through: what AWS throttles is tried again, and told in the end."""

from __future__ import annotations

import json
import threading
import time
import typing as t
from collections import deque

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import sentence
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import ATTEMPTS, Task
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._local_action import PluginConnection
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.exceptions import ClientError
from helpers.accounts.simulated_identity_center import INSTANCE, MANAGEMENT, STORE
from moto.core.botocore_stubber import MockRawResponse

SET = "arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef"
ASSIGNMENT = {
    "InstanceArn": INSTANCE,
    "TargetId": MANAGEMENT,
    "TargetType": "AWS_ACCOUNT",
    "PermissionSetArn": SET,
    "PrincipalType": "GROUP",
    "PrincipalId": "11111111-2222-3333-4444-555555555555",
}
CALLS: list[tuple[str, str, dict[str, t.Any]]] = [
    ("sso-admin", "list_permission_sets", {"InstanceArn": INSTANCE}),
    ("sso-admin", "create_account_assignment", ASSIGNMENT),
    ("identitystore", "list_users", {"IdentityStoreId": STORE}),
    ("identitystore", "create_group", {"IdentityStoreId": STORE, "DisplayName": "Auditors"}),
    ("organizations", "list_roots", {}),
]
GOOD: dict[str, dict[str, t.Any]] = {
    "ListPermissionSets": {"PermissionSets": []},
    "CreateAccountAssignment": {"AccountAssignmentCreationStatus": {}},
    "ListUsers": {"Users": []},
    "CreateGroup": {"GroupId": "g", "IdentityStoreId": STORE},
    "ListRoots": {"Roots": []},
}
# As the API references have it: of IAM Identity Center and the identity store, and of Organizations.
THROTTLED = {"sso-admin": "ThrottlingException", "identitystore": "ThrottlingException"}


def client_of(service: str, refused: int) -> tuple[t.Any, list[float]]:
    """The client that a task gets, whose first requests are throttled, and the times at which requests came."""
    options = {"access_key": "A", "secret_key": "B", "region": "eu-central-1"}
    client: t.Any = Task(options, PluginConnection(options), print).store_client(service, 8)
    code = THROTTLED.get(service, "TooManyRequestsException")
    bodies = deque([(429 if service == "organizations" else 400, {"__type": code})] * refused)
    sent: list[float] = []

    def answer(request: t.Any, event_name: str, **_event: object) -> AWSResponse:
        sent.append(time.monotonic())
        status, body = bodies.popleft() if bodies else (200, GOOD[event_name.rpartition(".")[2]])
        raw = MockRawResponse(json.dumps(body).encode())
        return AWSResponse(request.url, status, HTTPHeaders(), raw)

    client.meta.events.register("before-send", answer)
    return client, sent


@pytest.fixture(autouse=True)
def _clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time that goes by only where somebody waits."""
    now = [time.time()]

    def wait(seconds: float) -> None:
        now[0] += max(seconds, 0.001)

    monkeypatch.setattr(time, "sleep", wait)
    # botocore's adaptive mode waits like this until it lets itself send again.
    monkeypatch.setattr(threading.Condition, "wait", lambda _condition, timeout: wait(timeout))
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    monkeypatch.setattr(time, "time", lambda: now[0])


@pytest.mark.parametrize(("service", "operation", "params"), CALLS, ids=[operation for _s, operation, _p in CALLS])
def test_what_is_throttled_is_tried_again_and_waits(service: str, operation: str, params: dict[str, t.Any]) -> None:
    client, sent = client_of(service, ATTEMPTS - 1)
    getattr(client, operation)(**params)
    assert len(sent) == ATTEMPTS
    assert sent == sorted(set(sent)), "each after a pause"


@pytest.mark.parametrize(("service", "operation", "params"), CALLS, ids=[operation for _s, operation, _p in CALLS])
def test_what_stays_throttled_is_told(service: str, operation: str, params: dict[str, t.Any]) -> None:
    client, sent = client_of(service, ATTEMPTS)
    with pytest.raises(ClientError) as caught:
        getattr(client, operation)(**params)
    assert len(sent) == ATTEMPTS
    assert "throttling" in sentence(caught.value, "read IAM Identity Center")

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the parts of one plan share."""

from __future__ import annotations

import io
import typing as t
from urllib.parse import parse_qs

import boto3
import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.memory import Memory
from botocore.awsrequest import AWSResponse, HeadersDict

ANSWER = """<{0}Response xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><{0}Result>{1}</{0}Result></{0}Response>"""
ROLE = (
    "<Role><Path>/</Path><Arn>arn:aws:iam::123456789012:role/a</Arn><RoleName>a</RoleName><RoleId>A</RoleId>"
    "<CreateDate>2026-01-01T00:00:00Z</CreateDate>"
    "<AssumeRolePolicyDocument>%7B%22Version%22%3A%222012-10-17%22%7D</AssumeRolePolicyDocument></Role>"
)
HEADERS: t.Any = HeadersDict()
BODIES = {"ListAccountAliases": "<AccountAliases><member>acme</member></AccountAliases>", "GetRole": ROLE}


class Raw(io.BytesIO):
    """A body as botocore reads it."""

    def stream(self, **_how: t.Any) -> t.Iterator[bytes]:
        yield self.read()


class Iam:
    """A client whose requests are answered before they are sent, and noted."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status = 200

    def client(self) -> t.Any:
        client = boto3.client("iam", "us-east-1", aws_access_key_id="fake", aws_secret_access_key="fake")
        answer: t.Any = self._send
        client.meta.events.register("before-send.iam", answer)
        return client

    def _send(self, request: t.Any, **_event: t.Any) -> AWSResponse:
        body = request.body.decode() if isinstance(request.body, bytes) else request.body
        action = parse_qs(body)["Action"][0]
        self.asked.append(action)
        if self.status != 200:
            text = "<ErrorResponse><Error><Code>NoSuchEntity</Code><Message>-</Message></Error></ErrorResponse>"
            return AWSResponse(request.url, self.status, HEADERS, Raw(text.encode()))
        return AWSResponse(
            request.url,
            200,
            HEADERS,
            Raw(ANSWER.format(action, BODIES.get(action, "")).encode()),
        )


@pytest.fixture
def iam() -> Iam:
    return Iam()


def test_a_client_is_made_once(iam: Iam) -> None:
    memory = Memory()
    assert memory.client("iam", iam.client) is memory.client("iam", iam.client)


def test_a_read_is_made_once_until_it_is_told_to_forget(iam: Iam) -> None:
    memory = Memory()
    client = memory.client("iam", iam.client)
    aliases = [client.list_account_aliases()["AccountAliases"] for _time in range(3)]
    assert aliases == [["acme"]] * 3
    assert iam.asked == ["ListAccountAliases"]
    memory.forget()
    for _time in range(2):
        client.list_account_aliases()
    assert iam.asked == ["ListAccountAliases"] * 3


def test_other_parameters_are_another_question(iam: Iam) -> None:
    client = Memory().client("iam", iam.client)
    for name in ("a", "b", "a"):
        client.get_role(RoleName=name)
    assert iam.asked == ["GetRole", "GetRole"]


def test_an_answer_is_decoded_each_time_and_is_nobody_elses(iam: Iam) -> None:
    client = Memory().client("iam", iam.client)
    first = client.get_role(RoleName="a")["Role"]
    first["AssumeRolePolicyDocument"]["Statement"] = "changed by whoever got it"
    assert client.get_role(RoleName="a")["Role"]["AssumeRolePolicyDocument"] == {"Version": "2012-10-17"}


def test_writes_and_failures_are_never_answered_from_memory(iam: Iam) -> None:
    client = Memory().client("iam", iam.client)
    for _time in range(2):
        client.delete_user(UserName="a")
    assert iam.asked == ["DeleteUser", "DeleteUser"]
    iam.status = 404
    for _time in range(2):
        with pytest.raises(client.exceptions.NoSuchEntityException):
            client.get_role(RoleName="a")
    assert iam.asked[2:] == ["GetRole", "GetRole"]

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers in IAM's words: what the fault proxy gives instead of what moto said."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/"
REQUEST_ID = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Answer:
    """What goes back to the client."""

    status: int
    body: bytes
    content_type: str = "text/xml"


@dataclass(frozen=True)
class Call:
    """One call as the proxy saw it. Status 0 is a connection that was dropped without an answer."""

    action: str
    params: Mapping[str, str]
    status: int
    fault: str | None
    number: int
    # time.monotonic(), which processes on one machine share.
    started: float = 0.0
    ended: float = 0.0

    @property
    def is_write(self) -> bool:
        """Whether the call was made to change something."""
        return is_write(self.action)


def is_write(action: str) -> bool:
    """Whether an action changes something, going by AWS's way to name actions."""
    return not action.startswith(("Get", "List", "Describe", "Lookup", "Head", "AssumeRo"))


def error(status: int, code: str, message: str) -> Answer:
    """An error as the query protocol has it."""
    kind = "Sender" if status < 500 else "Receiver"
    text = (
        f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Type>{kind}</Type><Code>{code}</Code>'
        f"<Message>{escape(message)}</Message></Error><RequestId>{REQUEST_ID}</RequestId></ErrorResponse>"
    )
    return Answer(status, text.encode())


def success(action: str, result: str = "") -> Answer:
    """A good answer; result is the XML inside of the result element, where the action has one."""
    inner = f"<{action}Result>{result}</{action}Result>" if result else ""
    text = (
        f'<{action}Response xmlns="{NAMESPACE}">{inner}'
        f"<ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata></{action}Response>"
    )
    return Answer(200, text.encode())


def in_json(answer: Answer) -> Answer:
    """An error of the query protocol as the JSON protocols have it; any other answer as it is."""
    if answer.content_type != "text/xml" or answer.status == 200:
        return answer
    found = {element.tag.rpartition("}")[2]: element.text for element in ET.fromstring(answer.body).iter()}
    code = {"Throttling": "ThrottlingException"}.get(found["Code"] or "", found["Code"])
    body = json.dumps({"__type": code, "message": found["Message"]}).encode()
    return Answer(answer.status, body, "application/x-amz-json-1.1")


def caller_identity(arn: str) -> Answer:
    """Who calls, for GetCallerIdentity."""
    parts = {"Arn": arn, "UserId": "AIDAEXAMPLE", "Account": arn.split(":")[4]}
    return success("GetCallerIdentity", "".join(f"<{key}>{escape(value)}</{key}>" for key, value in parts.items()))


def account_summary(**numbers: int) -> Answer:
    """Quotas and use, for GetAccountSummary."""
    entries = "".join(f"<entry><key>{key}</key><value>{value}</value></entry>" for key, value in numbers.items())
    return success("GetAccountSummary", f"<SummaryMap>{entries}</SummaryMap>")


THROTTLING = error(400, "Throttling", "Rate exceeded")
SERVICE_FAILURE = error(500, "ServiceFailure", "The request processing has failed because of an unknown error.")
SERVICE_UNAVAILABLE = error(503, "ServiceUnavailable", "The service is temporarily unavailable.")
UNREACHABLE = error(502, "BadGateway", "The server behind the fault proxy did not answer.")


def no_such_entity(message: str) -> Answer:
    """The named thing is not there."""
    return error(404, "NoSuchEntity", message)

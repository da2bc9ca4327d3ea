# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever a server answers that is not AWS: an error that the modules tell in a sentence."""

from __future__ import annotations

import typing as t
from types import SimpleNamespace

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.answers import check_answers
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import AWS_ERRORS
from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.parsers import ResponseParserError

if t.TYPE_CHECKING:
    from helpers.modules.scripted import Stubbed

ANSWERS = [
    b"",
    b"Welcome",
    b"{}",
    b"[]",
    b"<html>Welcome</html>",
    b"<GetCallerIdentityResponse/>",
    b"<GetCallerIdentityResponse>text</GetCallerIdentityResponse>",
    b"<ListUsersResponse><ListUsersResult/></ListUsersResponse>",
]


def answer(sts: Stubbed, body: bytes, status: int) -> None:
    raw: t.Any = SimpleNamespace(stream=lambda **_options: iter([body]))

    def answered(request: t.Any, **_event: t.Any) -> AWSResponse:
        return AWSResponse(request.url, status, HTTPHeaders(), raw)

    client = sts.client
    client.meta.events.register("before-send.sts", answered, unique_id="answered")
    try:
        client.get_caller_identity()
    except AWS_ERRORS:
        pass
    finally:
        client.meta.events.unregister("before-send.sts", unique_id="answered")


@pytest.fixture
def asked(sts: Stubbed) -> Stubbed:
    sts.stubber.deactivate()
    check_answers(sts.client)
    return sts


@pytest.mark.parametrize("body", [b"<html>Welcome</html>", b"Welcome", b"{}"])
def test_a_page_is_no_answer_of_a_service_with_json(organizations: Stubbed, body: bytes) -> None:
    organizations.stubber.deactivate()
    check_answers(organizations.client)
    raw: t.Any = SimpleNamespace(stream=lambda **_options: iter([body]))

    def answered(request: t.Any, **_event: t.Any) -> AWSResponse:
        return AWSResponse(request.url, 200, HTTPHeaders(), raw)

    events = organizations.client.meta.events
    events.register("before-send.organizations", answered, unique_id="answered")
    try:
        with pytest.raises(ResponseParserError, match="DescribeOrganization has none of the fields that AWS returns"):
            organizations.client.describe_organization()
    finally:
        events.unregister("before-send.organizations", unique_id="answered")


@pytest.mark.parametrize("status", [200, 302, 404])
@pytest.mark.parametrize("body", ANSWERS)
def test_no_error_of_pythons_escapes(asked: Stubbed, body: bytes, status: int) -> None:
    answer(asked, body, status)

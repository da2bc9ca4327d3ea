# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An account in this process: moto without a server, and with what the fault proxy adds to one."""

from __future__ import annotations

import copy
import functools
import json
import typing as t
import xml.etree.ElementTree as ET
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from unittest import mock
from urllib.parse import parse_qsl, urlencode, urlsplit

import boto3.session
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config
from helpers.moto.answers import Answer, error, in_json, is_write
from helpers.moto.emulated_calls import EMULATED, PROFILES, EmulatedCalls
from helpers.moto.limits import beyond_quota, refused_tags
from helpers.moto.open_moto import POLICIES
from helpers.moto.pages import set_boundary, tag, to_answer
from moto import mock_aws
from moto.core.botocore_stubber import MockRawResponse
from moto.core.models import botocore_stubber
from moto.iam import models

REGION = "us-east-1"
# moto has more than a thousand, and makes them anew for each account.
AWS_POLICIES = ("AdministratorAccess", "Billing", "ReadOnlyAccess", *POLICIES)
# Calls that EmulatedCalls may have another answer to than moto.
LOOKED_AT = EMULATED | {
    *PROFILES,
    "CreateUser",
    "UpdateUser",
    "UpdateGroup",
    "DeleteUser",
    "GetUser",
    "GetLoginProfile",
}
NEW_SESSION = boto3.session.Session
KEYS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")


class Account:
    """What was called in an account."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        # Actions that the caller is not allowed to call.
        self.denied: set[str] = set()
        # The calls that were made to change something, with their parameters.
        self.made: list[tuple[str, Mapping[str, str]]] = []
        self._emulated = EmulatedCalls()

    @property
    def writes(self) -> list[str]:
        """The calls that were made to change something, by their names."""
        return [call for call in self.calls if is_write(call)]

    @property
    def boundaries(self) -> Mapping[str, str]:
        """Permissions boundaries, by the names of users."""
        return self._emulated.boundaries

    def answer(self, action: str, request: AWSPreparedRequest) -> AWSResponse | None:
        """The answer to a call."""
        self.calls.append(action)
        if action in self.denied:
            denied = error(403, "AccessDenied", f"User is not authorized to perform: iam:{action}")
            return _response(request, denied if _is_query(request) else in_json(denied))
        if action == "GetAccountAuthorizationDetails" and self.boundaries:
            return self._with_boundaries(request)
        if not _is_query(request) or (action not in LOOKED_AT and not is_write(action)):
            return t.cast("AWSResponse | None", botocore_stubber("before-send", request))
        params = dict(parse_qsl(t.cast("str", request.body), keep_blank_values=True))
        del params["Action"], params["Version"]
        if is_write(action):
            self.made.append((action, params))

        async def ask(action: str, params: Mapping[str, str]) -> Answer:
            return _ask(request, action, params)

        refused = refused_tags(params) or _now(beyond_quota(action, params, ask))
        if refused:
            return _response(request, refused)
        answer = _now(self._emulated.answer(action, params, ask)) or _ask(request, action, params)
        return _response(request, self._emulated.after(action, params, answer))

    def _with_boundaries(self, request: AWSPreparedRequest) -> AWSResponse:
        """The account with the users' boundaries, which moto leaves out."""
        answer = botocore_stubber.process_request(request)
        assert answer
        root = ET.fromstring(answer[2])
        for user in root.findall(f".//{tag('UserDetailList')}/{tag('member')}"):
            boundary = self.boundaries.get(user.findtext(tag("UserName")) or "")
            if boundary:
                set_boundary(user, boundary)
        return _response(request, to_answer(root))


def _is_query(request: AWSPreparedRequest) -> bool:
    """Whether the parameters are those of a form, as IAM has them."""
    return "X-Amz-Target" not in request.headers and "s3" not in str(urlsplit(request.url).hostname).split(".")


def _response(request: AWSPreparedRequest, answer: Answer) -> AWSResponse:
    return AWSResponse(request.url, answer.status, HTTPHeaders(), MockRawResponse(answer.body))


def _ask(request: AWSPreparedRequest, action: str, params: Mapping[str, str]) -> Answer:
    """moto's answer to another call by whoever made this one."""
    asked = copy.copy(request)
    asked.body = urlencode({"Action": action, "Version": "2010-05-08", **params})
    answer = botocore_stubber.process_request(asked)
    assert answer
    status, _headers, body = answer
    return Answer(status, body if isinstance(body, bytes) else body.encode())


def _now(coroutine: Coroutine[object, None, Answer | None]) -> Answer | None:
    """What a coroutine comes to that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return t.cast("Answer | None", end.value)
    raise AssertionError("it waits")


class _Session:
    """Gives each service's one client to all: to make one takes longer than all calls of a run."""

    def __init__(self, **_given: object) -> None:
        self.region_name = REGION

    def client(self, service: str, **given: t.Any) -> t.Any:
        if given.get("aws_session_token"):
            # Whoever has temporary credentials is somebody else, maybe in another account.
            return _new_client(service, **{name: given[name] for name in KEYS})
        client, untouched = _client(service)
        # Without the listeners of whoever had it before.
        client.meta.events._emitter.__dict__.update(copy.copy(untouched).__dict__)
        # Nor with what they put into its place of its own methods, which would be called one through the other.
        own = object.__new__(type(client))
        own.__dict__.update(client.__dict__)
        return own


class _Now:
    """The account that there is."""

    account: Account


def _answer(request: AWSPreparedRequest, event_name: str, **_event: object) -> AWSResponse | None:
    return _Now.account.answer(event_name.rpartition(".")[2], request)


@functools.cache
def _client(service: str) -> tuple[t.Any, t.Any]:
    client = _new_client(service, aws_access_key_id="testing", aws_secret_access_key="testing")
    return client, copy.copy(client.meta.events._emitter)


@functools.cache
def _session() -> t.Any:
    """What has read the models of services, which takes long."""
    return NEW_SESSION(region_name=REGION)


def _new_client(service: str, **keys: str) -> t.Any:
    client = _session().client(service, config=Config(max_pool_connections=50), **keys)
    # Every listener is asked, so that moto's own would do everything twice.
    client.meta.events.unregister("before-send", botocore_stubber)
    client.meta.events.register("before-send", _answer)
    return client


@functools.cache
def _aws_policies() -> str:
    policies = json.loads(models.aws_managed_policies_data)
    return json.dumps({name: policies[name] for name in AWS_POLICIES})


@contextmanager
def account() -> Iterator[Account]:
    """An empty account, for as long as the context lasts."""
    _Now.account = Account()
    with (
        mock.patch.object(models, "aws_managed_policies_data", _aws_policies()),
        mock.patch.object(boto3.session, "Session", _Session),
        mock_aws(config={"iam": {"load_aws_managed_policies": True}}),
    ):
        yield _Now.account

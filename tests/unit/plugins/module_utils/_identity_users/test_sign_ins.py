# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which events are sign-ins, and of whom."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users.sign_ins import last_sign_ins
from moto_identity_center import sign_in

STORE = "d-1234567890"
WHEN = "2026-11-26T08:00:00Z"
OTHER = {"userId": "u-1", "identityStoreArn": "arn:aws:identitystore::1:identitystore/d-0000000000"}


class Trail:
    """CloudTrail with these pages of events, which are counted as they are read."""

    def __init__(self, *pages: list[object]) -> None:
        self.pages = pages
        self.read = 0

    def get_paginator(self, operation: str) -> Trail:
        assert operation == "lookup_events"
        return self

    def paginate(self, LookupAttributes: object) -> t.Iterator[dict[str, t.Any]]:  # noqa: N803
        assert LookupAttributes == [{"AttributeKey": "EventName", "AttributeValue": "UserAuthentication"}]
        for page in self.pages:
            self.read += 1
            texts = [event if isinstance(event, str) else json.dumps(event) for event in page]
            yield {"Events": [{"CloudTrailEvent": text} for text in texts]}


def test_the_last_sign_in_of_each_counts_and_no_more_is_read_than_needed() -> None:
    earlier = sign_in(STORE, "u-1", eventTime="2026-11-01T08:00:00Z")
    trail = Trail([sign_in(STORE, "u-1"), sign_in(STORE, "u-2"), earlier], [sign_in(STORE, "u-9")])
    assert last_sign_ins(trail, STORE, {"u-1", "u-2"}) == {"u-1": WHEN, "u-2": WHEN}
    assert trail.read == 1
    assert last_sign_ins(trail, STORE, {"u-3"}) == {}
    assert last_sign_ins(Trail([]), STORE, set()) == {}


@pytest.mark.parametrize(
    "event",
    [
        sign_in(STORE, "u-1", serviceEventDetails={"UserAuthentication": "Failure"}),
        sign_in(STORE, "u-1", errorCode="AccessDenied"),
        sign_in(STORE, "u-1", eventName="CredentialVerification"),
        sign_in(STORE, "u-1", eventSource="example.com"),
        sign_in(STORE, "u-1", userIdentity={"type": "Unknown", "userName": "u-1"}),
        sign_in(STORE, "u-1", userIdentity={"onBehalfOf": OTHER}),
        "no JSON",
        "[]",
    ],
)
def test_what_is_no_sign_in_to_this_store_does_not_count(event: object) -> None:
    assert last_sign_ins(Trail([event]), STORE, {"u-1"}) == {}

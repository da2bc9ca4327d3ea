# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who can assume a role, beside iam-simulate, on random trust policies, policies and boundaries."""

from __future__ import annotations

import itertools
import typing as t
from collections.abc import Iterator

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.conditions import Session
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.evaluate import SESSIONS, Extent
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.holder import NOTHING, Extents, Iam
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.reach import Reach
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.reading import Reader
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Policy
from helpers.accounts import samples
from helpers.accounts.samples import person, role, snapshot
from hypothesis import example, given
from hypothesis import strategies as st
from iam_simulator import Request, decide

Document = dict[str, t.Any]
TARGET = f"arn:aws:iam::{samples.ACCOUNT}:role/target"
X = f"arn:aws:iam::{samples.ACCOUNT}:user/x"
PRESENT, ADDRESS, EXTERNAL = "aws:MultiFactorAuthPresent", "aws:SourceIp", "sts:ExternalId"
CONDITIONS = st.sampled_from(
    [
        *({}, {}, {"Bool": {PRESENT: "true"}}, {"BoolIfExists": {PRESENT: "false"}}, {"Null": {PRESENT: "true"}}),
        {"IpAddress": {ADDRESS: "203.0.113.0/24"}},
        {"StringEquals": {EXTERNAL: "x"}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/x"}},
        {"ArnNotEquals": {"aws:PrincipalArn": "arn:aws:iam::*:user/?"}},
        {"StringEquals": {"aws:username": ["y", "x"]}, "Bool": {PRESENT: "true"}},
        {"StringNotLike": {"aws:PrincipalArn": "*user/x"}},
    ]
)
PRINCIPALS = st.lists(
    st.sampled_from([X, f"arn:aws:iam::{samples.ACCOUNT}:user/y", samples.ACCOUNT, "222222222222", "*"]),
    min_size=1,
    max_size=2,
)
EFFECTS = st.sampled_from(["Allow", "Allow", "Allow", "Deny"])
ACTIONS = st.sampled_from(["sts:AssumeRole", "sts:*", "sts:AssumeRoleWithSAML", "*"])
RESOURCES = st.sampled_from(["*", TARGET, f"{TARGET}s", "arn:aws:iam::*:role/t*", f"{TARGET[:-6]}${{aws:username}}"])


def statements(**parts: st.SearchStrategy[t.Any]) -> st.SearchStrategy[Document]:
    one = st.fixed_dictionaries({"Effect": EFFECTS, "Action": ACTIONS, "Condition": CONDITIONS, **parts})
    return st.lists(one, min_size=1, max_size=2).map(lambda all_of: {"Version": "2012-10-17", "Statement": all_of})


TRUSTS = statements(Principal=PRINCIPALS.map(lambda names: {"AWS": names}))
POLICIES = st.lists(statements(Resource=RESOURCES), max_size=2)
BOUNDARIES = st.none() | statements(Resource=RESOURCES)


def said(trust: Document, policies: list[Document], boundary: Document | None) -> Extents:
    """What the report says of user x."""
    inline = {str(number): policy for number, policy in enumerate(policies)}
    one = person("x", inline=inline, boundary=samples.BOUNDARY if boundary else None)
    target = role("target", trust)
    known = {samples.BOUNDARY: Policy(samples.BOUNDARY, boundary)} if boundary else {}
    account = snapshot([one], roles={"target": target}, policies=known)
    reach = Reach({"target": target}, Reader(account, [], Iam("aws", samples.ACCOUNT)), None)
    found = reach.user(one).roles.get("target")
    return found.extents if found else NOTHING


def contexts(session: Session) -> Iterator[dict[str, str]]:
    present = {} if session is Session.KEY else {PRESENT: str(session.value)}
    own = {"aws:username": "x", "aws:PrincipalArn": X, "aws:PrincipalAccount": samples.ACCOUNT}
    for address, external in itertools.product(("203.0.113.7", "198.51.100.1"), ({}, {EXTERNAL: "x"})):
        yield {**present, **own, ADDRESS: address, **external}


EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
ALL_BUT_X = [
    {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": samples.ACCOUNT}},
    {"Effect": "Deny", "Action": "sts:AssumeRole", "Principal": {"AWS": X}},
]


@given(TRUSTS, POLICIES, BOUNDARIES)
@example(
    {"Version": "2012-10-17", "Statement": ALL_BUT_X}, [{"Version": "2012-10-17", "Statement": [EVERYTHING]}], None
)
def test_who_can_assume_a_role_is_never_said_too_small_nor_certain_in_vain(
    trust: Document, policies: list[Document], boundary: Document | None
) -> None:
    extents = said(trust, policies, boundary)
    for session, extent in zip(SESSIONS, extents, strict=True):
        requests = [Request("sts:AssumeRole", TARGET, context) for context in contexts(session)]
        limits = [boundary] if boundary else None
        outcome = set(decide(policies, requests, limits=limits, trust=trust))
        if extent is Extent.NONE:
            assert outcome == {False}, session
        if extent is Extent.ALL:
            assert outcome == {True}, session

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The access report's evaluator beside iam-simulate, on random policies."""

from __future__ import annotations

import itertools
import typing as t
from collections.abc import Iterator

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.conditions import Session
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.controls import Controls
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.evaluate import (
    ANY,
    Extent,
    Question,
    Rights,
    Statement,
    in_force,
    read_document,
    rights_of,
    together,
)
from hypothesis import given
from hypothesis import strategies as st
from iam_simulator import Request, decide

Policy = dict[str, t.Any]
VERSION = "2012-10-17"
REGION = "aws:RequestedRegion"
PRESENT, AGE = "aws:MultiFactorAuthPresent", "aws:MultiFactorAuthAge"
QUESTIONS = [
    Question("cloudhsm:DeleteHsm", f"arn:aws:cloudhsm:{ANY}:123456789012:cluster/{ANY}"),
    Question("iam:CreateUser", f"arn:aws:iam::123456789012:user/{ANY}"),
    Question("cloudhsm:DescribeClusters"),
]
# What may stand in a question for any text.
TEXTS = ("one", "a/two")

ACTIONS = st.lists(
    st.sampled_from(
        [
            *("*", "iam:*User*", "iam:CreateUser", "iam:*", "ec2:*"),
            *("cloudhsm:*", "CloudHSM:delete*", "cloudhsm:De????Hsm", "cloudhsm:DescribeClusters", "cloudhsm:D*"),
        ]
    ),
    min_size=1,
    max_size=2,
)
RESOURCES = st.lists(
    st.sampled_from(
        [
            *("*", "arn:*:s3:::*", "arn:*:iam::*:*", "arn:aws:cloudhsm:*:*:cluster/?ne"),
            *("arn:aws:cloudhsm:*:123456789012:cluster/one", "arn:aws:cloudhsm:*:123456789012:cluster/a*"),
            *("arn:aws:cloudhsm:one:*:cluster/*", "arn:aws:cloudhsm:one*:*:*"),
            *("arn:aws:iam::*:user/*", "arn:aws:iam::1*:user/*", "arn:aws:iam::123456789012:user/${aws:username}"),
        ]
    ),
    min_size=1,
    max_size=2,
)
OVER = st.sampled_from(["", "", "ForAllValues:", "ForAnyValue:"])
IF_EXISTS = st.sampled_from(["", "IfExists"])


def operators(*names: str) -> st.SearchStrategy[str]:
    built = st.builds(lambda over, name, lenient: over + name + lenient, OVER, st.sampled_from(names), IF_EXISTS)
    # AWS does not say what the two mean together.
    return built.filter(lambda operator: not (operator.startswith("ForAny") and operator.endswith("IfExists")))


ON_PRESENT = st.tuples(
    operators(
        *("Bool", "StringEquals", "StringEqualsIgnoreCase", "StringLike"),
        *("StringNotEquals", "StringNotEqualsIgnoreCase", "StringNotLike"),
    ),
    st.just(PRESENT),
    st.lists(st.sampled_from(["true", "false", "True", "FALSE", "t*", "?rue", True, False]), min_size=1, max_size=2),
)
IS_NULL = st.tuples(st.just("Null"), st.sampled_from([PRESENT, AGE]), st.sampled_from(["true", "false", True, "False"]))
ON_MFA = ON_PRESENT | IS_NULL
ON_AGE = st.tuples(
    operators("NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals"),
    st.just(AGE),
    st.sampled_from(["60", "3600"]),
)
ON_REGION = st.tuples(
    operators("StringEquals", "StringNotEquals", "StringLike"), st.just("aws:RequestedRegion"), st.just("eu")
)
# What services do in somebody's name, and other conditions that somebody's own call meets or does not.
ON_CALL = st.tuples(operators("Bool"), st.just("aws:ViaAWSService"), st.sampled_from(["true", "false", False]))
ON_PLACE = st.tuples(operators("IpAddress", "NotIpAddress"), st.just("aws:SourceIp"), st.just("203.0.113.0/24"))
ON_ARN = st.tuples(
    operators("ArnLike", "ArnNotLike"), st.just("aws:PrincipalArn"), st.sampled_from(["*:user/one", "*:user/two"])
)
# Before, at and after the time at which the policies are evaluated.
NOW = "2026-11-24T12:00:00Z"
TIMES = ("2026-11-24T11:59:59Z", NOW, "2026-11-24T12:00:01Z", "2026-11-25", "2026-11-24T13:30:00+01:00")
ON_TIME = st.tuples(
    operators(*(f"Date{name}" for name in ("Equals", "NotEquals"))),
    st.just("aws:CurrentTime"),
    st.lists(st.sampled_from(TIMES), min_size=1, max_size=2),
) | st.tuples(
    operators(*(f"Date{name}" for name in ("LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals"))),
    st.sampled_from(["aws:CurrentTime", "AWS:currenttime"]),
    st.sampled_from(TIMES),
)
ON_ANYTHING = ON_TIME | ON_MFA | ON_REGION | ON_CALL | ON_PLACE | ON_ARN
Test = tuple[str, str, t.Any]


def statements(
    conditions: st.SearchStrategy[Test],
    resources: st.SearchStrategy[list[str]],
    effects: t.Sequence[str] = ("Allow", "Allow", "Deny"),
    but: str = "Not",
) -> st.SearchStrategy[Policy]:
    """Statements; but is what may stand before Resource."""

    def build(effect: str, actions: Policy, where: Policy, tests: list[Test]) -> Policy:
        condition: dict[str, Policy] = {}
        for operator, key, wanted in tests:
            condition.setdefault(operator, {})[key] = wanted
        return {"Effect": effect, **actions, **where, "Condition": condition}

    actions = st.dictionaries(st.sampled_from(["Action", "Action", "NotAction"]), ACTIONS, min_size=1, max_size=1)
    where = st.dictionaries(
        st.sampled_from(["Resource", "Resource", f"{but}Resource"]), resources, min_size=1, max_size=1
    )
    return st.builds(build, st.sampled_from(effects), actions, where, st.lists(conditions, max_size=2))


def policies(*given_: t.Any) -> st.SearchStrategy[list[Policy]]:
    documents = st.lists(statements(*given_), min_size=1, max_size=3).map(
        lambda all_of: {"Version": VERSION, "Statement": all_of}
    )
    return st.lists(documents, min_size=1, max_size=2)


def rights(documents: list[Policy]) -> Rights:
    return together([rights_of(now(one), QUESTIONS) for one in documents], len(QUESTIONS))


def now(document: Policy) -> list[Statement]:
    return in_force(read_document(document), NOW)


def requests(question: Question) -> Iterator[str]:
    """ARNs that the question is about."""
    if question.resource is None:
        yield "*"
        return
    start, *rest = question.resource.split(ANY)
    for texts in itertools.product(TEXTS, repeat=len(rest)):
        yield start + "".join(text + more for text, more in zip(texts, rest, strict=True))


def contexts(session: Session) -> Iterator[dict[str, str]]:
    """What AWS may know of requests in such a session."""
    present = {} if session is Session.KEY else {PRESENT: str(session.value)}
    ages: list[dict[str, str]] = [{AGE: age} for age in ("1", "60", "9999")] if session is Session.MFA else [{}]
    own = {
        "aws:username": "one",
        "aws:PrincipalArn": "arn:aws:iam::123456789012:user/one",
        "aws:ViaAWSService": "false",
        "aws:CurrentTime": NOW,
    }
    for age, region in itertools.product(ages, ({}, {REGION: "eu"}, {REGION: "us"})):
        for address in ("203.0.113.7", "198.51.100.1"):
            yield {**present, **age, **region, **own, "aws:SourceIp": address}


def found(
    documents: list[Policy],
    question: Question,
    session: Session,
    limits: list[Policy] | None,
    controls: t.Sequence[list[Policy]] = (),
) -> set[bool]:
    """All that comes out for the requests that the question is about."""
    asked = [Request(question.action, resource, one) for resource in requests(question) for one in contexts(session)]
    # Only the real one knows actions that are about nothing in particular.
    return set(decide(documents, asked, limits=limits, controls=controls, real=question.resource is None))


@given(policies(ON_MFA | ON_TIME, st.just(["*"])))
def test_where_nothing_hangs_on_resources_both_say_the_same(documents: list[Policy]) -> None:
    all_rights = rights(documents)
    for (number, question), session in itertools.product(enumerate(QUESTIONS), Session):
        outcome = found(documents, question, session, None)
        extent = all_rights.extent(number, session)
        assert {extent} == {Extent.ALL if allowed else Extent.NONE for allowed in outcome}, (question, session)


@given(policies(ON_ANYTHING | ON_AGE, RESOURCES))
def test_what_is_said_to_be_no_right_is_none(documents: list[Policy]) -> None:
    all_rights = rights(documents)
    for (number, question), session in itertools.product(enumerate(QUESTIONS), Session):
        if all_rights.extent(number, session) is Extent.NONE:
            assert found(documents, question, session, None) == {False}, (question, session)


@given(policies(ON_ANYTHING, RESOURCES), policies(ON_ANYTHING, RESOURCES))
def test_what_is_said_to_be_the_whole_right_is_all_of_it(documents: list[Policy], limits: list[Policy]) -> None:
    under = rights(documents).within(rights(limits))
    for (number, question), session in itertools.product(enumerate(QUESTIONS), Session):
        extent = under.extent(number, session)
        outcome = found(documents, question, session, limits)
        if extent is Extent.ALL:
            assert outcome == {True}, (question, session)
        if extent is Extent.NONE:
            assert outcome == {False}, (question, session)


@given(statements(ON_MFA | ON_TIME, RESOURCES, effects=["Allow"], but=""))
def test_what_one_statement_is_said_to_give_it_gives_to_somebody(statement: Policy) -> None:
    documents = [{"Version": VERSION, "Statement": [statement]}]
    for (number, question), session in itertools.product(enumerate(QUESTIONS), Session):
        if rights(documents).extent(number, session) is not Extent.NONE:
            assert True in found(documents, question, session, None), (question, session)


@given(
    policies(ON_MFA | ON_TIME, RESOURCES),
    st.lists(policies(ON_MFA | ON_TIME, RESOURCES), min_size=1, max_size=3),
)
def test_what_service_control_policies_leave_is_what_is_left(
    documents: list[Policy], controls: list[list[Policy]]
) -> None:
    known = Controls([[one for policy in level for one in now(policy)] for level in controls])
    own = rights(documents)
    left = own.within(known.rights(QUESTIONS))
    for (number, question), session in itertools.product(enumerate(QUESTIONS), Session):
        extent = left.extent(number, session)
        if extent in (Extent.ALL, Extent.NONE):
            outcome = found(documents, question, session, None, controls)
            assert outcome == {extent is Extent.ALL}, (question, session)

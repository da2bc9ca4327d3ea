# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a temporary member may do, as iam-simulate decides it: what a member may before the end, nothing after it."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import end_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import LIMIT, as_list, size
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import build_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.self_service import require_mfa_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.grants import granted
from helpers.accounts.simulated_temporary import LONG, READING
from hypothesis import given, settings
from hypothesis import strategies as st
from iam_simulator import Policy, Request, decide
from policy_cells import VARIANTS, requests

UNTIL = "2030-06-01T18:00:00Z"
BEFORE, AFTER = "2030-06-01T17:59:59Z", "2030-06-01T18:00:00Z"
ADMINISTRATOR: Policy = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}],
}
MFA = require_mfa_policy("aws")
CELLS = [Request(one.action, one.resource, one.context) for one in requests()]
GROUPS: dict[str, list[Policy]] = {
    **{name: [build_policy(wish)[0]] for name, wish in VARIANTS.items()},
    "administrators": [ADMINISTRATOR],
    "administrators with MFA": [ADMINISTRATOR, MFA],
}


def at(time: str, asked: t.Iterable[Request], **more: str) -> list[Request]:
    return [Request(one.action, one.resource, {**one.context, "aws:CurrentTime": time, **more}) for one in asked]


@pytest.mark.parametrize("policies", GROUPS.values(), ids=GROUPS)
@pytest.mark.parametrize("mfa", ["true", "false"])
def test_cell_by_cell_a_temporary_member_may_what_a_member_may_until_the_end(policies: list[Policy], mfa: str) -> None:
    made, problems = granted(policies, UNTIL)
    assert problems == []
    context = {"aws:MultiFactorAuthPresent": mfa}
    as_member = decide(policies, at(BEFORE, CELLS, **context))
    assert decide(made, at(BEFORE, CELLS, **context)) == as_member
    assert not any(decide(made, at(AFTER, CELLS, **context)))


ACTIONS = ["s3:GetObject", "s3:PutObject", "iam:GetUser", "iam:DeleteUser", "sqs:SendMessage"]
patterns = st.sampled_from([*ACTIONS, "*", "s3:*", "iam:Get*", "sqs:*"])
conditions = st.sampled_from(
    [
        {},
        {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}},
        {"Condition": {"DateLessThan": {"aws:CurrentTime": "2030-01-01T00:00:00Z"}}},
        {"Condition": {"dateLessThan": {"aws:currenttime": "2031-01-01T00:00:00Z"}}},
        {"Condition": {"DateGreaterThan": {"aws:CurrentTime": "2029-01-01T00:00:00Z"}}},
    ]
)
statements = st.builds(
    lambda effect, which, actions, resource, condition: {
        "Effect": effect,
        which: actions[0] if len(actions) == 1 else actions,
        "Resource": resource,
        **condition,
    },
    st.sampled_from(["Allow", "Allow", "Deny"]),
    st.sampled_from(["Action", "Action", "NotAction"]),
    st.lists(patterns, min_size=1, max_size=3),
    st.sampled_from(["*", "arn:aws:s3:::bucket/*"]),
    conditions,
)
documents = st.builds(
    lambda found: {"Version": "2012-10-17", "Statement": found[0] if len(found) == 1 else found},
    st.lists(statements, min_size=1, max_size=3),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(documents, min_size=1, max_size=3), st.sampled_from(["true", "false"]))
def test_random_policies_decide_the_same_until_the_end_and_allow_nothing_after_it(
    policies: list[Policy], mfa: str
) -> None:
    made, problems = granted(policies, UNTIL)
    assert problems == []
    asked = [Request(action, resource, {}) for action in ACTIONS for resource in ("*", "arn:aws:s3:::bucket/key")]
    for time in ("2028-12-31T00:00:00Z", "2029-06-01T00:00:00Z", "2030-02-01T00:00:00Z", BEFORE):
        now = at(time, asked, **{"aws:MultiFactorAuthPresent": mfa})
        assert decide(made, now) == decide(policies, now)
    # A condition that the group's own policy has already can take the operator that excludes the end itself.
    assert not any(decide(made, at(AFTER, asked)))


def test_a_long_statement_is_divided_and_nothing_gets_lost() -> None:
    made, problems = granted([LONG, READING], UNTIL)
    assert problems == []
    assert len(made) == 2
    assert all(size(one) <= LIMIT for one in made)
    found = [one for document in made for one in document["Statement"]]
    # What is denied comes first.
    assert [one["Effect"] for one in found] == ["Deny", "Allow", "Allow", "Allow"]
    assert {end_of(one) for one in found} == {UNTIL}
    actions = [action for one in found for action in as_list(one["Action"])]
    assert sorted(actions) == sorted([*LONG["Statement"][0]["Action"], "iam:*", "s3:Get*"])


FULL = {operator: {"aws:CurrentTime": "2031-01-01T00:00:00Z"} for operator in ("DateLessThan", "DateLessThanEquals")}
FULL |= {f"{operator}IfExists": keys for operator, keys in FULL.items()}


@pytest.mark.parametrize(
    ("policy", "problem"),
    [
        (
            {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::${x}"}]},
            "without Version",
        ),
        ("not JSON", "not JSON"),
        ({**READING, "Statement": {**t.cast(t.Any, READING["Statement"]), "Condition": FULL}}, "too many conditions"),
        ({**READING, "Statement": {"Effect": "Allow", "NotAction": ["a" * 7000], "Resource": "*"}}, "does not fit"),
        ({**READING, "Statement": {"Effect": "Allow", "Action": ["a" * 7000, "b"], "Resource": "*"}}, "does not fit"),
    ],
)
def test_what_can_not_get_an_end_is_a_problem(policy: t.Any, problem: str) -> None:
    made, problems = granted([READING, policy], UNTIL)
    assert made == []
    assert problem in problems[0]


def test_an_old_policy_without_variables_means_the_same_today() -> None:
    assert granted([{"Version": "2008-10-17", **t.cast(t.Any, {"Statement": READING["Statement"]})}], UNTIL)[1] == []
    assert json.dumps(granted([READING], UNTIL)[0]).count(UNTIL) == 1

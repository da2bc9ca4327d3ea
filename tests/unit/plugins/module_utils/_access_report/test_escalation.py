# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who can become an administrator, and how far that goes: yes, for some, under a condition, or no."""

from __future__ import annotations

import itertools
import json
import time
import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.report import Wanted, make_report
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.services import SERVICES
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.words import RANKS
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.catalogue import LEVELS
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import Wish, build_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.self_service import (
    require_mfa_policy,
    self_service_policy,
)
from helpers.accounts import samples
from helpers.accounts.samples import document, group, person, snapshot
from helpers.documents.case_files import case_bytes
from hypothesis import given
from hypothesis import strategies as st
from iam_simulator import Request, decide

IAM = f"arn:aws:iam::{samples.ACCOUNT}"
OWN = "arn:aws:iam::*:user/${aws:username}"
OFFICE: dict[str, t.Any] = {"Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}
NOT_FROM_OFFICE: dict[str, t.Any] = {"Condition": {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}
NO_MFA: dict[str, t.Any] = {"Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}}
APP, OTHER = f"{IAM}:policy/app-one", f"{IAM}:policy/other"
ACCOUNT_GROUPS = (
    group("Admins", samples.ADMINISTRATOR),
    group("Plain", samples.READ),
    group("Rising", rise=document("iam:PutGroupPolicy", resource=f"{IAM}:group/Rising")),
)


def grade(*policies: t.Any, groups: t.Iterable[str] = (), **more: t.Any) -> dict[str, t.Any]:
    """What the report says of x, in an account with an administrator, somebody harmless, and three groups."""
    inline = {str(number): policy for number, policy in enumerate(policies)}
    known = {arn: Policy(arn, doc) for arn, doc in samples.POLICIES.items()}
    known |= {arn: Policy(arn, document("s3:GetObject")) for arn in (APP, OTHER)} | more.pop("documents", {})
    people = [person("x", *groups, inline=inline, **more), person("admin", "Admins"), person("plain", "Plain")]
    made = make_report(snapshot(people, ACCOUNT_GROUPS, policies=known), Wanted(), samples.NOW)
    found: dict[str, t.Any] = next(user for user in made["users"] if user["name"] == "x")
    rules = {finding["rule"]: finding["subjects"] for finding in made["findings"]}
    found["named"] = [one["detail"] for one in rules.get("can_become_administrator", []) if one["name"] == "x"]
    return found


def word(*policies: t.Any, **more: t.Any) -> str:
    found = grade(*policies, **more)
    assert bool(found["named"]) == (RANKS[found["can_become_administrator"]] > RANKS[found["administrator"]])
    return str(found["can_become_administrator"])


# What report-escalation-missed/policies.json holds, in an account that has the administrators' group or has not.
MISSED = {
    "own user only": ("yes", "yes"),
    "own user, one action": ("yes", "yes"),
    "a named group": ("yes", "some"),
    "some policies": ("some", "some"),
    "a condition": ("conditional", "conditional"),
    "denied elsewhere": ("conditional", "conditional"),
    "another version": ("some", "some"),
    "a role": ("yes", "yes"),
}


@pytest.mark.parametrize("name", MISSED)
def test_ways_that_were_missed_have_their_true_grade_and_are_found(name: str) -> None:
    statements = json.loads(case_bytes("report-escalation-missed", "policies.json"))[name]
    one = person("x", inline={"one": {"Version": "2012-10-17", "Statement": statements}})
    for groups, expected in zip(((group("Admins", samples.ADMINISTRATOR),), ()), MISSED[name], strict=True):
        made = make_report(snapshot([one], groups), Wanted(), samples.NOW)
        assert made["users"][0]["can_become_administrator"] == expected
        assert made["users"][0]["administrator_ways"][0]["answer"] == expected
        (subject,) = next(f["subjects"] for f in made["findings"] if f["rule"] == "can_become_administrator")
        assert subject["name"] == "x"
        assert "iam:" in subject["detail"]


def test_all_cases_of_the_file_are_known() -> None:
    assert json.loads(case_bytes("report-escalation-missed", "policies.json")).keys() == MISSED.keys()


@pytest.mark.parametrize(
    ("expected", "actions"),
    [
        *(("yes", [action]) for action in ("iam:AddUserToGroup", "iam:AttachGroupPolicy", "iam:AttachUserPolicy")),
        *(("yes", [action]) for action in ("iam:CreateAccessKey", "iam:CreateLoginProfile", "iam:UpdateLoginProfile")),
        *(("yes", [action]) for action in ("iam:PutGroupPolicy", "iam:PutUserPolicy", "iam:CreatePolicyVersion")),
        ("some", ["iam:SetDefaultPolicyVersion"]),
        ("yes", ["iam:UpdateAssumeRolePolicy"]),
        # Whether a role trusts the user is not read.
        ("conditional", ["iam:AttachRolePolicy"]),
        ("conditional", ["iam:PutRolePolicy"]),
        ("some", ["iam:AttachRolePolicy", "sts:AssumeRole"]),
        ("some", ["iam:PutRolePolicy", "sts:AssumeRole"]),
        ("yes", ["iam:PutRolePolicy", "iam:CreateRole"]),
        ("yes", ["iam:AttachRolePolicy", "iam:UpdateAssumeRolePolicy"]),
        ("no", ["iam:CreateRole"]),
        ("no", ["iam:PassRole"]),
        ("no", ["ec2:*", "lambda:*"]),
        *(("some", ["iam:PassRole", *service]) for service in SERVICES),
        ("no", ["iam:CreateUser", "iam:List*", "iam:Get*", "iam:TagUser", "iam:ChangePassword"]),
        ("yes", ["iam:*"]),
        ("yes", ["I*"]),
    ],
)
def test_ways_that_are_known_publicly(expected: str, actions: list[str]) -> None:
    assert word(document(*actions)) == expected
    assert word(document(*actions, **samples.MFA)) == {"yes": "mfa", "no": "no"}.get(expected, f"{expected}_mfa")
    assert word(document(*actions, **OFFICE)) == ("no" if expected == "no" else "conditional")
    assert word(document(*actions), document(*actions, effect="Deny")) == "no"
    assert word({"Statement": {"Effect": "Allow", "NotAction": actions, "Resource": "arn:aws:s3:::*"}}) == "no"


@pytest.mark.parametrize(
    ("expected", "action", "resource"),
    [
        ("yes", "iam:PutUserPolicy", f"{IAM}:user/x"),
        ("yes", "iam:AttachUserPolicy", OWN),
        ("some", "iam:AttachUserPolicy", f"{IAM}:user/somebody"),
        ("some", "iam:PutUserPolicy", f"{IAM}:user/app/*"),
        # One's own password and keys give nothing that one does not have.
        ("no", "iam:CreateAccessKey", OWN),
        ("no", "iam:*LoginProfile", "arn:aws:iam::*:user/*/${aws:username}"),
        ("no", "iam:CreateAccessKey", f"{IAM}:user/plain"),
        ("yes", "iam:CreateAccessKey", f"{IAM}:user/admin"),
        ("yes", "iam:UpdateLoginProfile", f"{IAM}:user/adm?n"),
        ("some", "iam:CreateAccessKey", f"{IAM}:user/not-there-yet"),
        ("some", "iam:CreateAccessKey", f"{IAM}:user/app/*"),
        # It may be the user itself, and it may be somebody else.
        ("some", "iam:PutUserPolicy", f"{IAM}:user/${{aws:PrincipalTag/name}}"),
        ("yes", "iam:AddUserToGroup", f"{IAM}:group/Admins"),
        ("no", "iam:AddUserToGroup", f"{IAM}:group/Plain"),
        ("yes", "iam:AddUserToGroup", f"{IAM}:group/Rising"),
        ("some", "iam:AddUserToGroup", f"{IAM}:group/teams/*"),
        ("some", "iam:PutGroupPolicy", f"{IAM}:group/Plain"),
        ("some", "iam:CreatePolicyVersion", OTHER),
        ("some", "iam:UpdateAssumeRolePolicy", f"{IAM}:role/app-*"),
        ("no", "iam:UpdateAssumeRolePolicy", f"{IAM}:user/*"),
        ("no", "iam:*", "arn:aws:s3:::*"),
    ],
)
def test_what_an_action_is_done_to_decides(expected: str, action: str, resource: str) -> None:
    assert word(document(action, resource=resource)) == expected


@pytest.mark.parametrize(
    ("expected", "policies", "more"),
    [
        ("yes", [document("iam:PutGroupPolicy", resource=f"{IAM}:group/Plain")], {"groups": ["Plain"]}),
        ("yes", [document("iam:CreatePolicyVersion", resource=f"{IAM}:policy/app-*")], {"policies": [APP]}),
        ("yes", [document("iam:PutGroupPolicy", "iam:AddUserToGroup", resource=f"{IAM}:group/Plain")], {}),
        # One of the policy's other versions gives everything.
        (
            "yes",
            [document("iam:SetDefaultPolicyVersion", resource=APP)],
            {"policies": [APP], "documents": {APP: Policy(APP, document("s3:*"), (document("*"), "{"))}},
        ),
        # A NotAction or NotResource that leaves the way open.
        ("yes", [{"Statement": {"Effect": "Allow", "NotAction": ["s3:*"], "NotResource": "arn:aws:s3:::*"}}], {}),
        ("yes", [{"Statement": {"Effect": "Allow", "Action": "iam:Add*", "NotResource": f"{IAM}:group/Admins"}}], {}),
        ("some", [{"Statement": {"Effect": "Allow", "Action": "iam:Add*", "NotResource": f"{IAM}:group/*s*"}}], {}),
        ("some", [document("iam:CreateAccessKey"), document("*", effect="Deny", resource=f"{IAM}:user/admin")], {}),
        ("conditional", [document("iam:*"), document("*", effect="Deny", **NOT_FROM_OFFICE)], {}),
        ("mfa", [document("iam:*"), document("*", effect="Deny", **NO_MFA)], {}),
        ("yes", [document("iam:*"), document("iam:*", effect="Deny", resource=f"{IAM}:user/????*")], {}),
        # An administrator with MFA who is one by a detour without it.
        ("yes", [document("*", **samples.MFA), document("iam:CreateAccessKey")], {}),
    ],
)
def test_what_the_user_has_and_what_denies_decide(expected: str, policies: list[t.Any], more: t.Any) -> None:
    assert word(*policies, **more) == expected


def test_who_can_take_a_denial_away_is_told() -> None:
    denied = document(
        "iam:Put*", "iam:Attach*", "iam:Cr*", "iam:Up*", "iam:Add*", "iam:Set*", "iam:Pass*", effect="Deny"
    )
    assert word(document("iam:*"), denied) == "some"
    assert word(document("iam:PutUserPolicy"), denied) == "no"


BOUNDARY = f"{IAM}:policy/boundary"


@pytest.mark.parametrize(
    ("expected", "bounds", "policy"),
    [
        ("no", document("s3:*"), document("*")),
        # It may give itself rights, of which the boundary leaves none.
        ("no", document("iam:PutUserPolicy", "s3:*", resource=OWN), document("iam:PutUserPolicy", resource=OWN)),
        # And then rights to somebody whom no boundary limits.
        ("yes", document("iam:PutUserPolicy"), document("iam:PutUserPolicy", resource=OWN)),
        ("yes", document("iam:*", "s3:*"), document("iam:PutUserPolicy", resource=OWN)),
        ("yes", document("iam:DeleteUserPermissionsBoundary"), document("*")),
        ("yes", document("iam:PutUserPermissionsBoundary", resource=OWN), document("*")),
        ("conditional", document("iam:PutUserPermissionsBoundary", **OFFICE), document("*")),
        ("no", document("iam:DeleteUserPermissionsBoundary"), document("iam:Delete*", "s3:*")),
        ("yes", document("iam:CreatePolicyVersion", resource=BOUNDARY), document("*")),
        ("yes", document("iam:CreateAccessKey"), document("*")),
        ("yes", document("*"), document("iam:AddUserToGroup", resource=f"{IAM}:group/Admins")),
        ("no", document("iam:AddUserToGroup", "s3:*"), document("iam:AddUserToGroup", resource=f"{IAM}:group/Admins")),
    ],
)
def test_a_boundary_counts_as_long_as_it_can_not_be_taken_off(expected: str, bounds: t.Any, policy: t.Any) -> None:
    documents = {BOUNDARY: Policy(BOUNDARY, bounds)}
    assert word(policy, boundary=BOUNDARY, documents=documents) == expected


def test_who_can_take_over_somebody_who_can_become_one_can_become_one() -> None:
    people = [
        person("x", inline={"one": document("iam:CreateAccessKey", resource=f"{IAM}:user/y")}),
        person("y", inline={"one": document("iam:PutUserPolicy", resource=OWN)}),
    ]
    made = make_report(snapshot(people), Wanted(), samples.NOW)
    assert [user["can_become_administrator"] for user in made["users"]] == ["yes", "yes"]


@pytest.mark.parametrize("name", [f"{IAM}:policy/odd", "arn:aws:iam::aws:policy/IAMFullAccess"])
def test_a_policy_that_can_not_be_read_is_not_taken_for_harmless(name: str) -> None:
    found = grade(policies=[name], documents={name: Policy(name)})
    assert (found["administrator"], found["can_become_administrator"]) == ("no", "conditional")
    assert found["named"] == [f"under a condition: anything in {name}, which could not be read"]
    assert set(found["cloudhsm"].values()) == {"conditional"}


def test_this_collections_own_policies_make_nobody_an_administrator() -> None:
    made = [build_policy(Wish(level)) for level in LEVELS]
    assert not any(problems for _policy, problems in made)
    for policy in (*(policy for policy, _problems in made), self_service_policy("aws"), require_mfa_policy("aws")):
        assert word(policy) == "no"


def test_groups_and_policies_have_the_grade_too_and_own_names_stand_for_everybody() -> None:
    own = document("iam:PutUserPolicy", resource=OWN)
    people = [person("x", "G"), person("y", "G"), person("z", inline={"one": own})]
    made = make_report(snapshot(people, [group("G", one=own)]), Wanted(), samples.NOW)
    for kind in ("users", "groups", "policies"):
        assert {thing["can_become_administrator"] for thing in made[kind]} == {"yes"}
        assert made[kind][0]["administrator_ways"] == [
            {"actions": ["iam:PutUserPolicy"], "on": "the user itself", "answer": "yes"}
        ]


def test_a_name_in_a_groups_policy_is_about_this_person_alone() -> None:
    named = document("iam:PutUserPolicy", resource=f"{IAM}:user/x")
    made = make_report(snapshot([person("x", "G"), person("y", "G")], [group("G", one=named)]), Wanted(), samples.NOW)
    assert [user["can_become_administrator"] for user in made["users"]] == ["yes", "some"]


# Beside iam-simulate: objects that are enough, each with an action that makes an administrator of x.
TRUST = "iam:UpdateAssumeRolePolicy"
ENOUGH = [
    ("iam:PutUserPolicy", f"{IAM}:user/x"),
    ("iam:AttachUserPolicy", f"{IAM}:user/x"),
    ("iam:CreateAccessKey", f"{IAM}:user/admin"),
    ("iam:UpdateLoginProfile", f"{IAM}:user/admin"),
    ("iam:AddUserToGroup", f"{IAM}:group/Admins"),
    ("iam:AddUserToGroup", f"{IAM}:group/Rising"),
    ("iam:PutGroupPolicy", f"{IAM}:group/Plain"),
    ("iam:CreatePolicyVersion", APP),
    # Whoever trusts a role with somebody has to be able to assume it.
    (TRUST, f"{IAM}:role/any"),
    ("iam:PutUserPolicy", f"{IAM}:user/somebody"),
    ("iam:CreateAccessKey", f"{IAM}:user/tomorrow"),
]
STATEMENTS = st.builds(
    lambda effect, actions, but, resources, condition: {
        "Effect": effect,
        "NotAction" if but == "Action" else "Action": actions,
        "NotResource" if but == "Resource" else "Resource": resources,
        "Condition": condition,
    },
    st.sampled_from(["Allow", "Allow", "Deny"]),
    st.lists(
        st.sampled_from([*{action for action, _arn in ENOUGH}, "iam:*User*", "iam:Cr*", "*", "s3:*", "iam:?ut*"]),
        min_size=1,
        max_size=2,
    ),
    st.sampled_from(["", "", "", "Action", "Resource"]),
    st.lists(
        st.sampled_from(
            [
                *{arn for _action, arn in ENOUGH},
                "*",
                OWN,
                f"{IAM}:user/*",
                f"{IAM}:*/a*",
                f"{IAM}:????/*",
                "arn:*:user/?",
            ]
        ),
        min_size=1,
        max_size=2,
    ),
    st.sampled_from(
        [
            *({}, {}, OFFICE["Condition"], NOT_FROM_OFFICE["Condition"], NO_MFA["Condition"]),
            *({"Bool": {"aws:MultiFactorAuthPresent": "true", "aws:ViaAWSService": "false"}},),
            *({"ArnNotLike": {"aws:PrincipalArn": f"{IAM}:user/a*"}}, {"Bool": {"aws:SecureTransport": "false"}}),
            *({"StringEquals": {"aws:username": ["x", "y"]}}, {"DateGreaterThan": {"aws:CurrentTime": "2026-06-01"}}),
        ]
    ),
)
X = {"aws:username": "x", "aws:PrincipalArn": f"{IAM}:user/x", "aws:ViaAWSService": "false"}
REQUESTS = [
    {**mfa, **X, "aws:SourceIp": address, "aws:CurrentTime": date, "aws:SecureTransport": secure}
    for mfa, address, date in itertools.product(
        ({}, {"aws:MultiFactorAuthPresent": "true"}, {"aws:MultiFactorAuthPresent": "false"}),
        ("203.0.113.7", "198.51.100.1"),
        ("2026-01-01", "2027-01-01"),
    )
    for secure in ("true", "false")
]


def rises(policies: list[t.Any]) -> bool:
    """Whether one of the requests that are enough is allowed, as iam-simulate has it."""
    asked = [Request(action, arn, request) for action, arn in ENOUGH for request in REQUESTS]
    gone_through = list(itertools.compress(asked, decide(policies, asked)))
    roles = [one._replace(action="sts:AssumeRole") for one in gone_through if one.action == TRUST]
    return len(roles) < len(gone_through) or any(decide([*policies, ALL], roles))


ALL = document("*")


@given(st.lists(STATEMENTS, min_size=1, max_size=4))
def test_nobody_is_said_to_stay_down_who_can_rise(statements: list[t.Any]) -> None:
    policy = {"Version": "2012-10-17", "Statement": statements}
    found = grade(policy, groups=["Plain"], policies=[APP])
    if found["can_become_administrator"] == "no":
        assert found["administrator"] == "no"
        assert not rises([policy])


def test_a_thousand_patterns_in_an_account_with_many_groups_take_no_long_time() -> None:
    patterns = [f"*{one}{other}*" for one, other in itertools.product("abcdefghijklmnopqrstuvwxyz01234", repeat=2)]
    everywhere = {"Statement": {"Effect": "Allow", "Action": "*", "Resource": patterns[:870]}}
    groups = [group(f"g{number}") for number in range(300)] + [group("Admins", samples.ADMINISTRATOR)]
    people = [person(f"a{number}", "Admins") for number in range(100)]
    account = snapshot([*people, person("x", inline={"one": everywhere})], groups)
    start = time.process_time()
    made = make_report(account, Wanted(), samples.NOW)
    assert time.process_time() - start < 5
    assert next(user for user in made["users"] if user["name"] == "x")["can_become_administrator"] == "yes"


@pytest.mark.parametrize("pattern", [f"arn:aws:iam::{samples.ACCOUNT}:user/u{{0}}x{{1}}", "a*r{0}*{1}"])
def test_ten_policies_full_of_patterns_take_no_long_time_for_many_users(pattern: str) -> None:
    arns = [f"arn:aws:iam::{samples.ACCOUNT}:policy/P{number}" for number in range(10)]
    policies = {
        arn: Policy(arn, document("iam:*", "sts:*", resource=t.cast("t.Any", _filled(pattern, number))))
        for number, arn in enumerate(arns)
    }
    people = [person(f"p{number}", policies=arns) for number in range(20)]
    start = time.process_time()
    make_report(snapshot(people, policies=policies), Wanted(), samples.NOW)
    # Pattern by pattern for each user it would take half a minute.
    assert time.process_time() - start < 10


def _filled(pattern: str, policy: int) -> list[str]:
    return [pattern.format(policy, number) for number in range(870)]


def test_users_whom_one_statement_names_each_see_the_other() -> None:
    both = [f"arn:aws:iam::{samples.ACCOUNT}:user/{name}" for name in ("ann", "bob")]
    arn = f"arn:aws:iam::{samples.ACCOUNT}:policy/Keys"
    policy = Policy(arn, document("iam:AttachUserPolicy", resource=t.cast("t.Any", both)))
    people = [person(name, policies=[arn]) for name in ("ann", "bob")]
    made = make_report(snapshot(people, policies={arn: policy}), Wanted(), samples.NOW)
    on = {user["name"]: {way["on"] for way in user["administrator_ways"]} for user in made["users"]}
    assert on == {"ann": {"the user itself", "users: user/bob"}, "bob": {"the user itself", "users: user/ann"}}

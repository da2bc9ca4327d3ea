# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mistakes that can be seen without AWS, each with its place and field, and all at once."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.input import parse
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import SetWish
from hypothesis import given
from hypothesis import strategies as st

SOMEBODY: dict[str, t.Any] = {"groups": ["Admins"], "accounts": ["123456789012"]}


def problems(partition: str = "aws", **params: t.Any) -> list[str]:
    return parse(params, partition)[1]


def of_set(**fields: t.Any) -> list[str]:
    return problems(permission_sets=[{"name": "Admin", **fields}])


def one_set(partition: str = "aws", **fields: t.Any) -> SetWish:
    wanted, wrong = parse({"permission_sets": [{"name": "Admin", **fields}]}, partition)
    assert wrong == []
    return wanted.sets[0]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": ""}, "permission_sets[0]: name: is missing"),
        ({"name": "a b"}, "name: 'a b' can't be a name: 1 to 32 of"),
        ({"name": "a" * 33}, "can't be a name"),
        ({"name": 12}, "name: must be text, not a number"),
        ({"state": "there"}, "state: must be present or absent, not 'there'"),
        ({"sesion_duration": 3600}, "did you mean session_duration?"),
        ({"xyz": 1}, "xyz: is not an option of a permission set; known are name, state"),
        ({"session_duration": 3599}, "session_duration: must be from 3600 to 43200 seconds, not 3599"),
        ({"session_duration": True}, "session_duration: must be from"),
        ({"session_duration": "PT1H"}, "session_duration: must be from"),
        ({"relay_state": "<script>"}, "relay_state: must be up to 240 characters that a URL can have"),
        ({"description": "Ł"}, "description: must be up to 700 printable characters of Latin-1"),
        ({"access": "root"}, "access: must be one of administrator, admin, power_user, read_only, client, not 'root'"),
        ({"policy_options": {"profile": "hardened"}}, "policy_options: need access to be admin or power_user"),
        ({"access": "administrator", "policy_options": {"profile": "guide"}}, "administrator has AdministratorAccess"),
        ({"access": "admin", "policy_options": ["x"]}, "policy_options: must be a dictionary, not a list"),
        ({"access": "admin", "policy_options": {"region": ["x"]}}, "policy_options.region: is not an option"),
        (
            {"access": "admin", "policy_options": {"regions": ["us-east-1"]}},
            "policy_options.regions: need policy_options.profile hardened",
        ),
        ({"managed_policies": "ReadOnlyAccess"}, "managed_policies: must be a list, not a string"),
        ({"managed_policies": [""]}, "managed_policies[0]: is empty"),
        ({"managed_policies": ["a b"]}, "managed_policies[0]: 'a b' can't be the name of an AWS managed policy"),
        ({"managed_policies": ["arn:x"]}, "'arn:x' is not the ARN of a managed policy"),
        ({"managed_policies": ["arn:aws:iam::123456789012:policy/Own"]}, "list its name in customer_managed_policies"),
        ({"managed_policies": ["arn:aws-cn:iam::aws:policy/X"]}, "is in another partition than aws"),
        ({"managed_policies": [f"P{n}" for n in range(21)]}, "lists more than the 20 policies"),
        ({"customer_managed_policies": ["/hsm/"]}, "customer_managed_policies[0]: '/hsm/' can't be the name"),
        ({"customer_managed_policies": ["arn:aws:iam::123456789012:policy/Own"]}, "can't be the name of a customer"),
        ({"boundary": "a b"}, "boundary: 'a b' can't be the name of a customer managed policy"),
        ({"boundary": "arn:aws:iam::123456789012:policy/Own"}, "must be the ARN of an AWS managed policy"),
        ({"tags": ["a"]}, "tags: must be a dictionary, not a list"),
        ({"tags": {"cloudhsm.iam/managed": "false"}}, "keys that begin with cloudhsm.iam/ are reserved"),
    ],
)
def test_a_wrong_permission_set_is_told(fields: dict[str, t.Any], told: str) -> None:
    (problem,) = of_set(**fields)
    assert problem.startswith("permission_sets[0]")
    assert told in problem


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"permission_set": None}, "assignments[0]: permission_set: is missing"),
        ({"groups": []}, "groups: is empty, and so is users"),
        ({"accounts": []}, "accounts: is empty; name accounts, organizational_units or account_tags"),
        ({"accounts": ["1"]}, "accounts[0]: '1' is not an account ID, which has 12 digits"),
        ({"accounts": ["123456789012", 123456789013]}, "accounts[1]: must be text, not a number"),
        ({"exclude_accounts": ["123456789012"]}, "exclude_accounts: 123456789012 is in accounts too"),
        ({"all_accounts": "maybe"}, "all_accounts: must be true or false, not a string"),
        ({"account_tags": {"a\n": "b"}}, "account_tags.a\n: the key has characters"),
        ({"account": ["123456789012"]}, "did you mean accounts?"),
        ({"groups": ["Admins", "admins"]}, "groups: 'admins' differs only by case from 'Admins'"),
        ({"users": ["ann", "Ann", "ann"]}, "users: 'Ann' differs only by case from 'ann'"),
    ],
)
def test_a_wrong_assignment_is_told(fields: dict[str, t.Any], told: str) -> None:
    (problem,) = problems(assignments=[{"permission_set": "Admin", **SOMEBODY, **fields}])
    assert told in problem


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"permission_sets": {"name": "Admin"}}, "permission_sets: must be a list of dictionaries, not a dictionary"),
        ({"groups": ["Admins"]}, "groups[0]: must be a dictionary, not a string"),
        ({"groups": [{"name": "x" * 1025}]}, "name: has 1025 characters, the identity store allows 1024"),
        ({"groups": [{"name": "Admins\n"}]}, "name: 'Admins\\n' begins or ends with a space"),
        (
            {"groups": [{"name": "Ad\u202emins"}]},
            "name: 'Ad\\u202emins' begins or ends with a space, or has characters",
        ),
        ({"groups": [{"name": "a", "members": ["ann", "ANN"]}]}, "members: 'ANN' differs only by case from 'ann'"),
        ({"groups": [{"name": "a"}, {"name": "a"}]}, "groups[1] (a): name: is also groups[0] (a)"),
        (
            {"permission_sets": [{"name": "Admin"}, {"name": "admin"}]},
            "permission_sets[1] (admin): name: differs only by case from permission_sets[0] (Admin)",
        ),
        (
            {
                "permission_sets": [{"name": "Admin", "state": "absent"}],
                "assignments": [{"permission_set": "Admin", **SOMEBODY}],
            },
            "assignments[0] (Admin): permission_set: is absent in permission_sets, so nobody can be assigned to it",
        ),
        ({"workers": 17}, "workers: must be from 1 to 16, not 17"),
        ({"wait_timeout": 0}, "wait_timeout: must be at least 1, not 0"),
        ({"max_deletions": -1}, "max_deletions: must be at least 0, not -1"),
    ],
)
def test_what_is_wrong_with_lists_and_numbers_is_told(params: dict[str, t.Any], told: str) -> None:
    (problem,) = problems(**params)
    assert told in problem


def test_all_mistakes_are_told_at_once() -> None:
    told = problems(
        permission_sets=[{"name": "a b", "access": "root"}, {"session_duration": 1}],
        assignments=[{"accounts": ["1"]}],
        groups=[{}],
        workers=0,
    )
    assert len(told) == 9


def test_names_become_what_aws_takes() -> None:
    one = one_set(
        "aws-us-gov",
        managed_policies=["ReadOnlyAccess", "job-function/Billing", "arn:aws-us-gov:iam::aws:policy/X"],
        customer_managed_policies=["Own", "hsm/Extra", "/hsm/Other"],
        boundary="Limit",
    )
    assert one.managed_policies == frozenset(
        f"arn:aws-us-gov:iam::aws:policy/{name}" for name in ("ReadOnlyAccess", "job-function/Billing", "X")
    )
    assert one.customer_managed_policies == frozenset({"/Own", "/hsm/Extra", "/hsm/Other"})
    assert one.boundary == "/Limit"


def test_levels_of_access_become_policies() -> None:
    administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
    full = one_set(access="administrator", managed_policies=["ReadOnlyAccess"])
    assert (full.inline_policy, administrator in (full.managed_policies or ())) == ({}, True)
    limited = one_set(access="admin", policy_options={"profile": "hardened", "regions": ["eu-central-1"], "tags": None})
    assert limited.inline_policy is not None
    assert limited.inline_policy["Statement"][0]["Condition"] == {
        "StringEquals": {"aws:RequestedRegion": ["eu-central-1"]}
    }
    assert limited.without == {administrator}
    assert one_set(access="admin", managed_policies=["AdministratorAccess"]).without == frozenset()
    own = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}
    assert one_set(access="admin", policy_options={"policy": own}).inline_policy == own


def test_what_is_left_out_is_left_alone() -> None:
    assert one_set() == SetWish("Admin")
    nothing: dict[str, t.Any] = dict.fromkeys(("description", "boundary", "tags", "managed_policies", "access"))
    assert one_set(**nothing) == SetWish("Admin")


def test_one_state_counts_for_all_that_have_none_and_groups_stay() -> None:
    wanted, wrong = parse(
        {
            "state": "absent",
            "permission_sets": [{"name": "Admin"}, {"name": "Power", "state": "present"}],
            "assignments": [{"permission_set": "Admin", **SOMEBODY}],
            "groups": [{"name": "Admins", "members": ["ann"]}],
        },
        "aws",
    )
    assert wrong == []
    assert [one.present for one in wanted.sets] == [False, True]
    assert [one.present for one in wanted.assignments] == [False]
    assert wanted.groups == ()


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(
    [
        "name",
        "state",
        "access",
        "policy_options",
        "managed_policies",
        "boundary",
        "tags",
        "session_duration",
        "members",
        "permission_set",
        "groups",
        "users",
        "accounts",
        "account_tags",
        "all_accounts",
        "organizational_units",
    ]
)
ITEMS = st.lists(st.dictionaries(KEYS, JUNK, max_size=6) | JUNK, max_size=3)


@given(ITEMS, ITEMS, ITEMS)
def test_whatever_is_given_is_told_and_not_raised(sets: t.Any, assignments: t.Any, groups: t.Any) -> None:
    for problem in problems(permission_sets=sets, assignments=assignments, groups=groups):
        assert problem.startswith(("permission_sets", "assignments", "groups"))

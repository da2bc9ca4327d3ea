# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""iam_account_password_policy: what is left out stays, and nothing gets weaker unasked."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.password_policy import CLASSES, Policy, rules_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._password_policy.input import (
    NO_POLICY,
    SPEC,
    START,
    read_options,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._password_policy.plan import make_plan, merged, weakened
from helpers.accounts.password_policies import ANY_POLICY, POLICIES
from hypothesis import given
from hypothesis import strategies as st

STRONG: Policy = {**START, "min_pw_length": 14, "allow_pw_change": True, "pw_max_age": 90, "pw_reuse_prevent": 24}


def plan(before: Policy | None, missing: tuple[str, ...] = (), **given_options: t.Any) -> dict[str, t.Any]:
    """What is wrong, what the modules are told, and the result."""
    found = {
        "account": {"account_id": "123456789012"},
        "password_policy": before,
        "missing_permissions": list(missing),
    }
    read, problems = read_options({"variables_prefix": "account_password_policy_", **given_options})
    options = {**{name: option.get("default") for name, option in SPEC.items()}, **read}
    if problems:
        return {"problems": problems}
    planned = make_plan(options, found)
    (result,) = [planned.told["password_policy"]] if planned.told else [{"changed": False}]
    steps = [step.options for step in planned.steps]
    return {"problems": list(planned.problems), "steps": steps, "lines": planned.told.get("lines"), **result}


@given(ANY_POLICY, POLICIES, st.sets(st.sampled_from(sorted(NO_POLICY)), min_size=1))
def test_what_was_given_is_set_and_the_rest_stays(before: Policy | None, wanted: Policy, names: set[str]) -> None:
    given_settings = {name: wanted[name] for name in names}
    planned = plan(before, allow_weaker=True, **given_settings)
    assert planned["problems"] == []
    assert planned["policy"] == {**(before or START), **given_settings}
    assert planned["changed"] == (planned["policy"] != before)
    # The module sets what is left out back to weak values.
    assert planned["steps"] == [{"state": "present", **planned["policy"]}] * planned["changed"]
    again = plan(planned["policy"], **given_settings)
    assert (again["problems"], again["changed"], again["weakened"]) == ([], False, [])


@given(ANY_POLICY)
def test_without_a_setting_nothing_is_set(before: Policy | None) -> None:
    nothing = plan(before)
    (problem,) = nothing["problems"]
    assert problem.startswith("account_password_policy_state: present needs at least one setting of account_password_")
    assert not nothing["changed"]


@given(POLICIES, st.sets(st.sampled_from(sorted(NO_POLICY)), min_size=1))
def test_a_new_policy_lets_people_change_their_first_passwords_unless_told_otherwise(
    wanted: Policy, names: set[str]
) -> None:
    asked = {name: wanted[name] for name in names}
    planned = plan(None, allow_weaker=True, **asked)
    assert planned["policy"]["allow_pw_change"] is asked.get("allow_pw_change", True)


@given(POLICIES, POLICIES)
def test_of_two_different_policies_at_least_one_is_weaker_than_the_other(one: Policy, other: Policy) -> None:
    assert bool(weakened(one, other) or weakened(other, one)) == (one != other)


@given(ANY_POLICY, ANY_POLICY, st.text("aB1!", min_size=6, max_size=20))
def test_a_policy_that_is_not_weaker_takes_no_password_that_the_other_refused(
    before: Policy | None, after: Policy | None, password: str
) -> None:
    if not weakened(before, after) and rules_of(before).missing(password):
        assert rules_of(after).missing(password)


@given(ANY_POLICY, ANY_POLICY)
def test_weakening_is_refused_by_name_and_allowed_on_request(before: Policy | None, after: Policy | None) -> None:
    options = after or {"state": "absent"}
    weaker = weakened(before, after)
    refused = plan(before, **options)
    said = ", ".join(f"account_password_policy_{each}" for each in weaker)
    assert refused["problems"] == [
        f"account_password_policy_allow_weaker: must be true to make these weaker: {said}"
    ] * bool(weaker)
    assert refused["changed"] == (before != after and not weaker)
    allowed = plan(before, allow_weaker=True, **options)
    assert allowed["problems"] == []
    assert allowed["weakened"] == [str(each) for each in weaker]
    assert (allowed["changed"], allowed["policy"]) == (before != after, after or {})


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("min_pw_length", 13, "from 14 to 13"),
        ("require_symbols", False, "from true to false"),
        ("allow_pw_change", False, "from true to false"),
        ("pw_max_age", 91, "from 90 to 91"),
        ("pw_max_age", 0, "from 90 to 0"),
        ("pw_reuse_prevent", 23, "from 24 to 23"),
        ("pw_reuse_prevent", 0, "from 24 to 0"),
    ],
)
def test_each_setting_has_a_weaker_side(setting: str, value: int | bool, words: str) -> None:
    (weaker,) = weakened(STRONG, {**STRONG, setting: value})
    assert str(weaker) == f"{setting} {words}"
    assert weakened({**STRONG, setting: value}, STRONG) == []


def test_letting_people_renew_expired_passwords_is_weaker() -> None:
    (weaker,) = weakened({**STRONG, "pw_expire": True}, STRONG)
    assert str(weaker) == "pw_expire from true to false"
    assert weakened(STRONG, {**STRONG, "pw_expire": True}) == []


def test_an_expiry_where_there_was_none_is_not_weaker() -> None:
    assert weakened({**STRONG, "pw_max_age": 0}, {**STRONG, "pw_max_age": 1095}) == []


def test_a_new_policy_starts_from_iams_default() -> None:
    assert merged(None, {"pw_reuse_prevent": 5}) == {**START, "pw_reuse_prevent": 5}
    assert weakened(None, START) == []
    assert [str(each) for each in weakened(None, {**START, "min_pw_length": 7})] == ["min_pw_length from 8 to 7"]


def test_a_new_policy_may_ask_for_three_kinds_of_characters_and_not_for_two() -> None:
    three = {**START, "require_symbols": False}
    assert weakened(None, three) == []
    (weaker,) = weakened(None, {**three, "require_numbers": False})
    assert str(weaker) == "require_* from 3 kinds of characters out of 4 to 2"


def test_deleting_a_policy_falls_back_to_the_default() -> None:
    assert {each.name for each in weakened(STRONG, None)} == {name for name in STRONG if name != "pw_expire"}
    assert weakened({**NO_POLICY, "min_pw_length": 6}, None) == []
    absent = plan(None, state="absent")
    assert (absent["problems"], absent["changed"], absent["steps"]) == ([], False, [])
    assert plan(STRONG, state="absent", allow_weaker=True)["steps"] == [{"state": "absent"}]


def test_what_changes_is_said_in_sentences() -> None:
    here = "in account 123456789012"
    assert plan(STRONG, min_pw_length=14)["lines"] == [f"Nothing to change {here}"]
    assert plan(None, min_pw_length=14)["lines"] == [f"Changed {here}: password policy (new)"]
    assert plan(STRONG, min_pw_length=13, allow_weaker=True)["lines"] == [
        f"Changed {here}: password policy (min_pw_length from 14 to 13)",
        "This makes passwords weaker: min_pw_length from 14 to 13",
    ]


def test_values_are_read_as_command_lines_give_them() -> None:
    planned = plan(None, min_pw_length="20", require_numbers="yes", pw_max_age="0")
    assert planned["policy"] == {**START, "min_pw_length": 20}


def test_all_mistakes_are_told_at_once() -> None:
    wrong: dict[str, t.Any] = {
        "min_pw_length": 5,
        "pw_max_age": 1096,
        "pw_reuse_prevent": "many",
        "require_symbols": "maybe",
    }
    assert plan(STRONG, **wrong)["problems"] == [
        "account_password_policy_min_pw_length: must be a number from 6 to 128, not 5",
        "account_password_policy_require_symbols: must be true or false, not 'maybe'",
        "account_password_policy_pw_max_age: must be a number from 1 to 1095, or 0 for none, not 1096",
        "account_password_policy_pw_reuse_prevent: must be a number from 1 to 24, or 0 for none, not 'many'",
    ]
    (problem,) = plan(None, missing=("iam:GetAccountPasswordPolicy",), min_pw_length=8)["problems"]
    assert "the caller may not call iam:GetAccountPasswordPolicy" in problem


@pytest.mark.parametrize(("setting", "value"), [("min_pw_length", 129), ("pw_max_age", -1), ("pw_reuse_prevent", 25)])
def test_limits_are_iams(setting: str, value: int) -> None:
    settings: dict[str, t.Any] = {setting: value}
    (problem,) = plan(None, **settings)["problems"]
    assert problem.startswith(f"account_password_policy_{setting}: must be a number from ")


def test_a_state_must_fit() -> None:
    (problem,) = plan(STRONG, state="absent", min_pw_length=8, allow_weaker=True)["problems"]
    assert problem.startswith("account_password_policy_min_pw_length: must be left out with ")


def test_all_classes_are_settings() -> None:
    assert set(CLASSES) < set(NO_POLICY)

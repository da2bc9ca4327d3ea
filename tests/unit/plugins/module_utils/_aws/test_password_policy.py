# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the account's password policy asks of a password, and that generated ones have it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.password_policy import (
    NO_RULES,
    PasswordRules,
    Policy,
    read_rules,
    rules_of,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import generate_password
from helpers.accounts.password_policies import ANY_POLICY
from hypothesis import given
from hypothesis import strategies as st

if t.TYPE_CHECKING:
    from helpers.modules.scripted import Stubbed


@given(ANY_POLICY, st.integers(8, 128))
def test_a_generated_password_satisfies_every_policy(policy: Policy | None, length: int) -> None:
    rules = rules_of(policy)
    assert rules.missing(generate_password(max(length, rules.length))) == []


@pytest.mark.parametrize(
    ("password", "missing"),
    [
        ("abcdEFGH12", []),
        ("abcd-_-EFGH", []),
        ("abcdEF1", ["at least 8 characters"]),
        ("abcdefg1", ["3 of the four kinds of characters"]),
        # Neither of them is among the symbols that IAM counts, nor is a letter of another script.
        ("abcdefg.:1", ["3 of the four kinds of characters"]),
        ("abcdefg\xc41", ["3 of the four kinds of characters"]),
        ("a", ["at least 8 characters", "3 of the four kinds of characters"]),
    ],
)
def test_iams_default_asks_for_three_kinds_of_characters(password: str, missing: list[str]) -> None:
    said = rules_of(None).missing(password)
    assert [words.partition(" (")[0] for words in said] == missing


def test_a_policy_asks_for_certain_kinds() -> None:
    rules = PasswordRules(10, ("require_lowercase", "require_uppercase", "require_numbers", "require_symbols"))
    assert rules.missing("aA1!aA1!aA") == []
    said = rules.missing("~~~")
    assert said[:4] == ["at least 10 characters", "a lowercase letter", "an uppercase letter", "a digit"]
    assert said[4].startswith("one of the symbols ! @ # ")
    assert "~" not in "".join(said)


def test_the_rules_are_those_of_the_accounts_policy(iam: Stubbed) -> None:
    policy = {
        "MinimumPasswordLength": 20,
        "RequireSymbols": True,
        "RequireNumbers": False,
        "RequireUppercaseCharacters": False,
        "RequireLowercaseCharacters": True,
        "AllowUsersToChangePassword": True,
        "ExpirePasswords": False,
    }
    iam.answers("get_account_password_policy", {"PasswordPolicy": policy})
    assert read_rules(iam.client) == PasswordRules(20, ("require_lowercase", "require_symbols"), changeable=True)


def test_without_a_policy_iams_default_counts(iam: Stubbed) -> None:
    iam.refuses("get_account_password_policy", "NoSuchEntity")
    assert read_rules(iam.client) == PasswordRules(8, classes=3)


def test_a_caller_who_may_not_ask_goes_without(iam: Stubbed) -> None:
    iam.refuses("get_account_password_policy", "AccessDenied")
    assert read_rules(iam.client) == NO_RULES
    assert NO_RULES.missing("") == []


def test_another_error_is_not_taken_for_no_rules(iam: Stubbed) -> None:
    iam.refuses("get_account_password_policy", "ServiceFailure")
    with pytest.raises(iam.client.exceptions.ClientError, match="ServiceFailure"):
        read_rules(iam.client)

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is found wrong with the root user and the password policy, and what is not known."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.checks import (
    CHECKS,
    RootUser,
    look_into,
    root_user,
)
from botocore.exceptions import ClientError

if t.TYPE_CHECKING:
    from helpers.modules.scripted import Stubbed

GOOD = {"AccountAccessKeysPresent": 0, "AccountMFAEnabled": 1, "AccountPasswordPresent": 1}


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, []),
        ({"AccountAccessKeysPresent": 2}, ["root_access_keys"]),
        ({"AccountMFAEnabled": 0}, ["root_without_mfa"]),
        # Without a password there is nothing that MFA could protect.
        ({"AccountMFAEnabled": 0, "AccountPasswordPresent": 0}, []),
        ({"AccountMFAEnabled": 0, "AccountAccessKeysPresent": 1}, ["root_access_keys", "root_without_mfa"]),
    ],
)
def test_root_access_keys_and_no_mfa_are_found(changes: dict[str, int], found: list[str]) -> None:
    assert root_user({**GOOD, **changes}).problems() == found


def test_a_summary_that_tells_nothing_of_the_root_users_password_leaves_the_finding() -> None:
    summary = {"AccountAccessKeysPresent": 0, "AccountMFAEnabled": 0}
    assert root_user(summary) == RootUser(access_keys=False, mfa=False, password=True)
    assert root_user(summary).problems() == ["root_without_mfa"]


@pytest.mark.parametrize(("password", "words"), [(1, "signed in as the root user"), (0, "lock_root_users")])
def test_nobody_is_sent_to_sign_in_as_a_root_user_without_password(iam: Stubbed, password: int, words: str) -> None:
    summary = {**GOOD, "AccountAccessKeysPresent": 1, "AccountPasswordPresent": password}
    iam.answers("get_account_summary", {"SummaryMap": summary})
    (finding,) = look_into(iam.client, ["summary"])["findings"]
    assert finding["id"] == "root_access_keys"
    assert words in finding["text"]


def test_only_what_is_asked_for_is_read(iam: Stubbed) -> None:
    assert look_into(iam.client, []) == {"findings": [], "missing_permissions": []}


def test_an_account_in_order_has_no_findings(iam: Stubbed) -> None:
    iam.answers("get_account_summary", {"SummaryMap": GOOD})
    iam.answers("get_account_password_policy", {"PasswordPolicy": {"MinimumPasswordLength": 14, "MaxPasswordAge": 90}})
    result = look_into(iam.client, CHECKS)
    assert (result["summary"], result["findings"], result["missing_permissions"]) == (GOOD, [], [])
    assert result["password_policy"] == {
        "min_pw_length": 14,
        "require_symbols": False,
        "require_numbers": False,
        "require_uppercase": False,
        "require_lowercase": False,
        "allow_pw_change": False,
        "pw_max_age": 90,
        "pw_reuse_prevent": 0,
        "pw_expire": False,
    }


def test_no_password_policy_is_found(iam: Stubbed) -> None:
    iam.refuses("get_account_password_policy", "NoSuchEntity")
    result = look_into(iam.client, ["password_policy"])
    assert result["password_policy"] is None
    (finding,) = result["findings"]
    assert finding["id"] == "no_password_policy"
    assert finding["text"].endswith("set one with the role or playbook cloudhsm.iam.account_password_policy.")


@pytest.mark.parametrize(("length", "found"), [(13, ["weak_password_policy"]), (14, [])])
def test_a_password_policy_for_short_passwords_is_found(iam: Stubbed, length: int, found: list[str]) -> None:
    iam.answers("get_account_password_policy", {"PasswordPolicy": {"MinimumPasswordLength": length}})
    result = look_into(iam.client, ["password_policy"])
    assert [finding["id"] for finding in result["findings"]] == found


@pytest.mark.parametrize(
    ("name", "operation"),
    [("summary", "get_account_summary"), ("password_policy", "get_account_password_policy")],
)
def test_what_may_not_be_read_is_not_known_and_says_which_action_is_missing(
    iam: Stubbed, name: str, operation: str
) -> None:
    iam.refuses(operation, "AccessDenied", "No.")
    result = look_into(iam.client, [name])
    (finding,) = result["findings"]
    assert (result[name], finding["id"]) == (None, f"{name}_unknown")
    assert result["missing_permissions"] == [CHECKS[name].action]
    assert f"The caller may not call {CHECKS[name].action}, so whether" in finding["text"]


@pytest.mark.parametrize("code", ["ExpiredToken", "Throttling"])
def test_any_other_error_is_raised(iam: Stubbed, code: str) -> None:
    iam.refuses("get_account_summary", code)
    with pytest.raises(ClientError, match=code):
        look_into(iam.client, ["summary"])

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Checks of an account as a whole: its root user and its password policy."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import AWS_ERRORS, is_access_denied
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.password_policy import read_password_policy

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

Described = dict[str, t.Any]

# CIS Amazon Web Services Foundations Benchmark 3.0, recommendation 1.8.
PASSWORD_LENGTH = 14
# Who removes credentials of a root user whom nobody can sign in as.
LOCK = "with the playbook cloudhsm.iam.lock_root_users, in the organization's management account"
# Each finding and how to fix it.
TEXTS = {
    "root_access_keys": "The root user has access keys, whose rights no policy limits; delete them, signed in as the "
    "root user.",
    "root_access_keys_alone": f"The root user has access keys, whose rights no policy limits, and no password; remove "
    f"them {LOCK}.",
    "root_without_mfa": "The root user has no MFA device; register one, signed in as the root user.",
    "no_password_policy": "The account has no password policy, so IAM's default counts: 8 characters, and no expiry; "
    "set one with the role or playbook cloudhsm.iam.account_password_policy.",
    "weak_password_policy": f"The password policy allows passwords of fewer than {PASSWORD_LENGTH} characters; "
    "set a stricter one with the role or playbook cloudhsm.iam.account_password_policy.",
}


def read_summary(iam: IAMClient) -> Described:
    """The account's quotas and usage, with AWS's names. Raises botocore's errors."""
    return {str(name): number for name, number in iam.get_account_summary()["SummaryMap"].items()}


@dataclass(frozen=True)
class RootUser:
    """What GetAccountSummary says about the root user."""

    access_keys: bool
    mfa: bool
    # An organization can remove the root user's password from its accounts.
    password: bool = True

    def problems(self) -> list[str]:
        """Findings about the root user, as keys of TEXTS."""
        # A root user without a password can't sign in.
        found = {"root_access_keys": self.access_keys, "root_without_mfa": self.password and not self.mfa}
        return [problem for problem, is_so in found.items() if is_so]


def _root_texts(summary: Mapping[str, int]) -> Described:
    """What is wrong with the root user, with the texts for that."""
    root = root_user(summary)
    alone = {"root_access_keys": "root_access_keys_alone"} if not root.password else {}
    return {problem: TEXTS[alone.get(problem, problem)] for problem in root.problems()}


def root_user(summary: Mapping[str, int]) -> RootUser:
    """The root user from the account's summary. Without AccountPasswordPresent it counts as having a password."""
    return RootUser(
        access_keys=summary.get("AccountAccessKeysPresent", 0) > 0,
        mfa=summary.get("AccountMFAEnabled", 0) > 0,
        password=summary.get("AccountPasswordPresent", 1) > 0,
    )


def password_policy_problems(policy: Mapping[str, t.Any] | None) -> list[str]:
    """Findings about the account's own password policy, as keys of TEXTS. None means that it has no policy."""
    if policy is None:
        return ["no_password_policy"]
    return ["weak_password_policy"] if policy["min_pw_length"] < PASSWORD_LENGTH else []


def _policy_texts(policy: Mapping[str, t.Any] | None) -> Described:
    """What is wrong with the password policy, with the texts for that."""
    return {problem: TEXTS[problem] for problem in password_policy_problems(policy)}


@dataclass(frozen=True)
class Check:
    """One check: the action it needs, how to read and judge, and what stays unknown without the permission.

    The judgement is the findings' texts by their keys.
    """

    action: str
    read: Callable[[IAMClient], t.Any]
    judge: Callable[[t.Any], Described]
    question: str


CHECKS = {
    "summary": Check(
        "iam:GetAccountSummary",
        read_summary,
        _root_texts,
        "whether the root user has access keys and MFA",
    ),
    "password_policy": Check(
        "iam:GetAccountPasswordPolicy",
        read_password_policy,
        _policy_texts,
        "whether the account has a password policy",
    ),
}


def look_into(iam: IAMClient, names: Iterable[str]) -> Described:
    """Run the named checks; return each result by name, the findings, and the missing permissions.

    What the caller isn't allowed to read is None and becomes a finding. Raises botocore's other errors.
    """
    read: Described = {}
    findings: list[Described] = []
    missing: list[str] = []
    for name in names:
        check = CHECKS[name]
        try:
            read[name] = check.read(iam)
        except AWS_ERRORS as exc:
            if not is_access_denied(exc):
                raise
            read[name] = None
            missing.append(check.action)
            text = f"The caller may not call {check.action}, so {check.question} is not known."
            findings.append({"id": f"{name}_unknown", "text": text})
        else:
            findings += [{"id": problem, "text": text} for problem, text in check.judge(read[name]).items()]
    return {**read, "findings": findings, "missing_permissions": missing}

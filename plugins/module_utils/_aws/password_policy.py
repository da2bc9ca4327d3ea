# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The account's password policy, with the option names of amazon.aws.iam_password_policy."""

from __future__ import annotations

import string
import typing as t
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import AWS_ERRORS, is_access_denied

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

Policy = dict[str, t.Any]

# The default policy (IAM User Guide, "Set an account password policy for IAM users"). Its rule that a password must
# differ from the account's name is left to AWS.
DEFAULT_LENGTH = 8
DEFAULT_CLASSES = 3
# By setting: the class of characters it requires, as listed on that page.
CLASSES = {
    "require_lowercase": ("a lowercase letter", string.ascii_lowercase),
    "require_uppercase": ("an uppercase letter", string.ascii_uppercase),
    "require_numbers": ("a digit", string.digits),
    "require_symbols": ("one of the symbols ! @ # $ % ^ & * ( ) _ + - = [ ] { } | '", "!@#$%^&*()_+-=[]{}|'"),
}

# By our name: AWS's name, and the value when AWS omits it.
_AWS_NAMES: dict[str, tuple[str, int | bool]] = {
    "min_pw_length": ("MinimumPasswordLength", 6),
    "require_symbols": ("RequireSymbols", False),
    "require_numbers": ("RequireNumbers", False),
    "require_uppercase": ("RequireUppercaseCharacters", False),
    "require_lowercase": ("RequireLowercaseCharacters", False),
    "allow_pw_change": ("AllowUsersToChangePassword", False),
    "pw_max_age": ("MaxPasswordAge", 0),
    "pw_reuse_prevent": ("PasswordReusePrevention", 0),
    "pw_expire": ("HardExpiry", False),
}


def read_password_policy(iam: IAMClient) -> Policy | None:
    """The account's own password policy; None if it has none. Raises botocore's errors."""
    policy = read_as_aws_has_it(iam)
    return None if policy is None else with_our_names(policy)


def read_as_aws_has_it(iam: IAMClient) -> Mapping[str, t.Any] | None:
    """The same with AWS's names, without the settings that AWS omits."""
    try:
        return t.cast("Mapping[str, t.Any]", iam.get_account_password_policy()["PasswordPolicy"])
    except iam.exceptions.NoSuchEntityException:
        return None


def with_our_names(policy: Mapping[str, t.Any]) -> Policy:
    """AWS's policy with our names and all settings."""
    return {name: policy.get(aws_name, default) for name, (aws_name, default) in _AWS_NAMES.items()}


@dataclass(frozen=True)
class PasswordRules:
    """Requirements for a new password: its length, required classes of characters, and number of different classes."""

    length: int = 0
    required: tuple[str, ...] = ()
    classes: int = 0
    # Whether all users of the account may change their own passwords.
    changeable: bool = False
    # After how many days a password expires; 0 for never.
    max_age: int = 0

    def missing(self, password: str) -> list[str]:
        """The requirements that the password does not meet. The texts reveal nothing else about it."""
        return list(self._missing(password))

    def _missing(self, password: str) -> Iterator[str]:
        if len(password) < self.length:
            yield f"at least {self.length} characters"
        has = {name for name, (_words, characters) in CLASSES.items() if set(password) & set(characters)}
        yield from (CLASSES[name][0] for name in self.required if name not in has)
        if len(has) < self.classes:
            yield f"{self.classes} of the four kinds of characters (lowercase and uppercase letters, digits, symbols)"


# For when the requirements are unknown: AWS checks the password itself.
NO_RULES = PasswordRules()


def read_rules(iam: IAMClient) -> PasswordRules:
    """The requirements for new passwords in the account; NO_RULES if the caller isn't allowed to read them.

    Raises botocore's other errors.
    """
    try:
        return rules_of(read_password_policy(iam))
    except AWS_ERRORS as exc:
        if is_access_denied(exc):
            return NO_RULES
        raise


def rules_of(policy: Policy | None) -> PasswordRules:
    """The rules of a policy; of IAM's default policy for None."""
    if policy is None:
        return PasswordRules(DEFAULT_LENGTH, classes=DEFAULT_CLASSES)
    required = tuple(name for name in CLASSES if policy[name])
    return PasswordRules(
        policy["min_pw_length"], required, changeable=bool(policy["allow_pw_change"]), max_age=policy["pw_max_age"]
    )

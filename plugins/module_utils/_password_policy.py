# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The account's password policy, with the names that the options of amazon.aws.iam_password_policy have."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

# By our name: AWS's name, and what it means when AWS leaves it out.
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


def read_password_policy(iam: IAMClient) -> dict[str, int | bool] | None:
    """The account's own password policy; None where it has none. Raises what botocore raises."""
    try:
        policy: t.Mapping[str, t.Any] = iam.get_account_password_policy()["PasswordPolicy"]
    except iam.exceptions.NoSuchEntityException:
        return None
    return {name: policy.get(aws_name, default) for name, (aws_name, default) in _AWS_NAMES.items()}

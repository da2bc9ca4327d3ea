# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The credentials for the tasks after the role account_session: a role session's, or Ansible's own."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.expected_account import read_account_ids

Facts = dict[str, t.Any]

# AssumeRole in the AWS STS API reference.
ROLE_ARN = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/([!-.0-~]+/)*[\w+=,.@-]{1,64}", re.ASCII)
NAME = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}", re.ASCII)
DURATIONS = range(900, 43200 + 1)


def option_problems(options: Mapping[str, t.Any], prefix: str) -> Iterator[str]:
    """Problems with the role's variables: one sentence each, beginning with the variable."""
    texts = (
        ("role_arn", ROLE_ARN, "the ARN of a role, as in arn:aws:iam::123456789012:role/Admin"),
        ("name", NAME, "2 to 64 of A-Z a-z 0-9 _+=,.@-"),
        ("external_id", EXTERNAL_ID, "2 to 1224 of A-Z a-z 0-9 _+=,.@:/-"),
    )
    for name, pattern, what in texts:
        text = options[prefix + name]
        if text and not pattern.fullmatch(text):
            # An external ID is not a secret, but need not be shown to everyone either.
            given = "" if name == "external_id" else f", not {text[:140]!r}"
            yield f"{prefix}{name}: must be {what}{given}"
    duration, renew_before = options[f"{prefix}duration"], options[f"{prefix}renew_before"]
    if duration not in DURATIONS:
        yield f"{prefix}duration: must be from {DURATIONS[0]} to {DURATIONS[-1]} seconds, not {duration}"
    if renew_before < 0:
        yield f"{prefix}renew_before: must be at least 0, not {renew_before}"


def begun(role_arn: str, kept: Mapping[str, t.Any], source: Mapping[str, t.Any]) -> Facts:
    """The facts to set before a role is assumed.

    A session belongs to one account. If the role can't be assumed, the session of another role must not stay in use. A
    session of the same role stays, because it may still be valid.
    """
    same = bool(role_arn) and kept.get("role_arn") == role_arn
    return {} if same else {"session": {}, "module_defaults": dict(source)}


def is_due(role_arn: str, kept: Mapping[str, t.Any], renew_before: int, now: float) -> bool:
    """Whether the role must be assumed, for the first time or again."""
    return kept.get("role_arn") != role_arn or int(kept["expires"]) - renew_before < now


def assumed(role_arn: str, source: Mapping[str, t.Any], answer: Mapping[str, t.Any]) -> Facts:
    """The facts to set after the role is assumed. answer is the result of sts_session."""
    # The environment's profile must not be combined with keys.
    defaults = {**source, **answer["credentials"], "profile": ""}
    return {"session": {"role_arn": role_arn, "expires": answer["expires"]}, "module_defaults": defaults}


def suspended(role_arn: str, status: str) -> str:
    """Why no role can be assumed in an account with this status; AWS only says that access is denied."""
    account_id = role_arn.split(":")[4] if role_arn.count(":") >= 5 else role_arn
    return f"The account {account_id} is {status}; AWS allows no calls in it"


def host_problems(account_id: object) -> list[str]:
    """Problems with the account ID of an inventory host."""
    return [f"account_id: {problem}" for problem in read_account_ids(account_id)[1]]


def not_its_own(account_id: object, found: Mapping[str, t.Any]) -> str | None:
    """Why Ansible's own credentials don't fit an account without a role to assume; None if they fit.

    Such an account, for example the organization's management account, must be the one that the credentials belong to.
    The credentials of a delegated administrator belong to another one.
    """
    own = found["account"]["account_id"]
    if [own] == read_account_ids(account_id)[0]:
        return None
    return (
        f"The credentials belong to account {own}, not to {account_id}, which has no role to assume; leave that "
        "account out, or work on it with credentials of its own"
    )

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Decides by the variables of the role account_guard whether a play may go on in an account."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.expected_account import shown

# The fields of the account in the role's result.
RESULT = ("account_id", "account_alias", "partition", "caller_arn", "is_root")


class Given(t.NamedTuple):
    """The role's variables without prefix, and the account IDs that a playbook passes."""

    account_ids: Sequence[str]
    allow_root: bool
    root_findings: str
    handed_ids: Sequence[str]

    @property
    def asks(self) -> bool:
        """Whether the account's summary and password policy are checked."""
        return self.root_findings != "ignore"


def result(found: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The role's result, from the result of iam_account_info."""
    return {**{name: found["account"][name] for name in RESULT}, "findings": found["findings"]}


def refusals(given: Given, found: Mapping[str, t.Any]) -> Iterator[str]:
    """Why the play must not go on, one sentence each."""
    account = found["account"]
    name, arn = _name(account), account["caller_arn"]
    if given.account_ids and account["account_id"] not in given.account_ids:
        yield (
            f"This is account {name}, called as {arn}, and not one of account_guard_account_ids "
            f"({shown(given.account_ids)}); check AWS_PROFILE or whatever gives the credentials"
        )
    if given.handed_ids and account["account_id"] not in given.handed_ids:
        yield (
            f"This is account {name}, called as {arn}, and not {shown(given.handed_ids)}; check AWS_PROFILE or "
            "whatever gives the credentials"
        )
    if account["is_root"] and not given.allow_root:
        yield (
            f"The caller is the root user of account {name}, whose rights no policy limits; call as an "
            "administrator. For the very first run, before there is one, set account_guard_allow_root: true"
        )
    if given.root_findings == "fail" and found["findings"]:
        texts = " ".join(finding["text"] for finding in found["findings"])
        yield f"{texts} To go on all the same, set account_guard_root_findings: warn"


def lines(given: Given, found: Mapping[str, t.Any]) -> list[str]:
    """What to say about an account in which the play goes on."""
    account = found["account"]
    name = _name(account)
    # In capitals, so that they stand out among the many lines of a long run.
    findings = found["findings"] if given.root_findings == "warn" else ()
    warnings = [f"WARNING, account {name}: {finding['text']}" for finding in findings]
    first = f"This is account {name}, called as {account['caller_arn']}"
    return [first, *warnings, *(_after_root(name, account["sign_in_url"]) if account["is_root"] else ())]


def _after_root(name: str, sign_in_url: str) -> list[str]:
    return [
        f"The root user of account {name} runs this. Once it has ended:",
        f"1. Sign in at {sign_in_url} as the administrator that cloudhsm.iam.bootstrap creates (Administrator, unless "
        "named otherwise), choose a password, and register an MFA device.",
        "2. Use that user's credentials from now on, without account_guard_allow_root.",
        "3. Lock the root user away: delete its access keys, give it an MFA device, and use it for nothing that an "
        "administrator can do.",
    ]


def _name(account: Mapping[str, t.Any]) -> str:
    alias = account["account_alias"]
    return f"{account['account_id']} ({alias})" if alias else str(account["account_id"])

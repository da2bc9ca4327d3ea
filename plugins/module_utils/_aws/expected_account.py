# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The accounts that a task may work in, and parsing of account IDs."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import split_text

EXPECTED_ACCOUNT_IDS: dict[str, t.Any] = {"expected_account_ids": {"type": "list", "elements": "str"}}

ACCOUNT_ID = re.compile(r"[0-9]{12}", re.ASCII)
# How many account IDs a message lists.
SHOWN = 5


def read_account_ids(given: object) -> tuple[list[str], list[str]]:
    """Parse account IDs; return them and what is wrong with them.

    Accepts a list, text separated by commas or blanks, and a number, which YAML changes if it begins with 0.
    """
    ids, problems = _words(given)
    wrong = [account_id for account_id in ids if not ACCOUNT_ID.fullmatch(account_id)]
    if wrong:
        problems.append(
            f"{', '.join(wrong[:SHOWN])}: an account ID has 12 digits; put it in quotes, or YAML changes one that "
            "begins with 0"
        )
    return ids, problems


def _words(given: object) -> tuple[list[str], list[str]]:
    """Split the value into words; return them and what is wrong with the separators."""
    if isinstance(given, str):
        words, problems = split_text(given)
        return [word.text for word in words], problems
    if isinstance(given, Sequence):
        parts = [_words("null" if part is None else part) for part in given]
        return [word for words, _wrong in parts for word in words], [each for _words, wrong in parts for each in wrong]
    return ([] if given is None else [str(given)]), []


def shown(ids: Sequence[str]) -> str:
    """The first account IDs as text, with the number of the others."""
    more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
    return ", ".join(ids[:SHOWN]) + more


def wrong_account(account_id: str, caller_arn: str, expected: Sequence[str]) -> str:
    """The message for credentials that belong to another account."""
    return (
        f"These credentials belong to account {account_id}, called as {caller_arn}; expected {shown(expected)}. "
        "Nothing was done with them. Check AWS_PROFILE, module_defaults and whatever else gives the credentials"
    )

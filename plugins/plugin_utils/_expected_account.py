# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Finds the account that a task may work in, from the play's variables.

A check in a task of its own can be skipped, or use other credentials than later tasks. So each task passes the expected
account IDs to its module, which refuses any other account.
"""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.expected_account import read_account_ids, shown

IDS = "account_guard_account_ids"
# A playbook passes this variable if extra variables must not win.
HANDED = "__account_guard_given"
HOST = "account_id"
# Facts of roles: the current session, and the account that was checked.
SESSION = "__account_session"
BOUND = "__account_guard_bound"
# This collection's playbooks set it, so that no task runs before the check.
REQUIRED = "__account_guard_required"
# Variables that mark a host as standing for an account.
OF_AN_ACCOUNT = ("account_role_arn", "account_session_role_arn", REQUIRED, SESSION, BOUND)
VARIABLES = (IDS, HANDED, HOST, *OF_AN_ACCOUNT)

NOT_CHECKED = (
    "The role account_guard has not checked this account in this run; leave out --start-at-task, --step, --tags and "
    "--skip-tags, and include it again after another session has begun"
)
NONE_LISTED = "lists no account, so none is allowed; leave it out to allow every account"


class Expectation(t.NamedTuple):
    """The IDs of the accounts that a task may work in (None: any account), and the problems."""

    ids: list[str] | None
    problems: list[str]


class Source(t.NamedTuple):
    """One source of account IDs, described in a clause for messages."""

    clause: str
    ids: list[str]


def expected_account(known: Mapping[str, t.Any], finds_out: bool = False) -> Expectation:
    """Return the accounts that the play's variables allow for a task. known has the values of the variables.

    finds_out: the task itself is the check of the account (account_guard).
    """
    sources, problems = _of_host(known)
    if not finds_out:
        listed, wrong = _listed(known)
        sources += [*listed, *_checked(known)]
        problems += wrong
        if known.get(REQUIRED) and not _holds(known):
            problems.append(NOT_CHECKED)
    if problems or not sources:
        return Expectation(None, problems)
    ids = [account_id for account_id in sources[0].ids if all(account_id in source.ids for source in sources)]
    if ids:
        return Expectation(ids, [])
    clauses = "; ".join(source.clause for source in sources)
    return Expectation(None, [f"No account is the one that all of these name: {clauses}"])


def _of_host(known: Mapping[str, t.Any]) -> tuple[list[Source], list[str]]:
    """Return the account that the host stands for, and the account of its session."""
    found: list[Source] = []
    problems: list[str] = []
    if known.get(HOST) is not None:
        ids, wrong = read_account_ids(known[HOST])
        if len(ids) == 1 and not wrong:
            found.append(Source(f"the host's {HOST} is {ids[0]}", ids))
        elif any(known.get(name) for name in OF_AN_ACCOUNT):
            problems = [f"{HOST}: {problem}" for problem in wrong or ("names no account, or more than one",)]
    arn = session_role(known)
    if arn.count(":") >= 5:
        found.append(Source(f"the role of the session is {arn}", [arn.split(":")[4]]))
    return found, problems


def _listed(known: Mapping[str, t.Any]) -> tuple[list[Source], list[str]]:
    """Return the accounts that account_guard should allow."""
    handed = f"{HANDED}.account_ids"
    given = {IDS: known[IDS]} if IDS in known else {}
    given |= {handed: handed_ids(known)} if handed_ids(known) is not None else {}
    found: list[Source] = []
    problems: list[str] = []
    for name, value in given.items():
        ids, wrong = read_account_ids(value)
        problems += [f"{name}: {problem}" for problem in [*wrong, *([] if ids else [NONE_LISTED])]]
        found.append(Source(f"{name} lists {shown(ids)}", ids))
    return found, problems


def handed_ids(known: Mapping[str, t.Any]) -> t.Any:
    """Return the account IDs that a playbook passes, as written; None if it passes none."""
    return (known.get(HANDED) or {}).get("account_ids")


def _checked(known: Mapping[str, t.Any]) -> list[Source]:
    if not _holds(known):
        return []
    account_id = str(known[BOUND]["account_id"])
    return [Source(f"account_guard has checked {account_id}", [account_id])]


def _holds(known: Mapping[str, t.Any]) -> bool:
    """Whether account_guard has run since the current session began, or since the last one ended."""
    bound = known.get(BOUND)
    return bool(bound) and str(t.cast("Mapping[str, t.Any]", bound)["session"]) == session_role(known)


def checked_root_user(known: Mapping[str, t.Any]) -> dict[str, t.Any] | None:
    """Return what account_guard read about the root user; None if it did not read it, or was not allowed to."""
    root: dict[str, t.Any] | None = known[BOUND].get("root_user") if _holds(known) else None
    return root


def session_role(known: Mapping[str, t.Any]) -> str:
    """Return the ARN of the current session's role; empty without a session."""
    session = known.get(SESSION)
    return str(session["role_arn"]) if session else ""

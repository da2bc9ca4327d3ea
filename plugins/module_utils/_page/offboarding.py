# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The role user_offboarding as a part of a plan, and its summary, with users who would be created again. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Iterable, Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.names import read_names
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.parts import Part, users_of_role

PREFIX = "user_offboarding_"
OPTIONS = (
    "max_deletions",
    "protected_groups",
    "credentials_store",
    "credentials_path",
    "credentials_vault_id",
    "credentials_prefix",
)
# A message names at most this many missing users.
TOLD = 20
# Variables that list users who should exist.
LISTS = (
    "user_provisioning_users",
    "bootstrap_users",
    "bootstrap_cloudhsm_administrators",
    "bootstrap_administrator_name",
)


def wanted_names(users: object) -> tuple[list[str], list[str]]:
    """Return the users to offboard, and problems with the variable that lists them."""
    found, problems = read_names([] if users is None else users)
    if not found and not problems:
        problems = ["no user is named"]
    return found, [f"{PREFIX}users: {problem}" for problem in problems]


def offboarding_part(variables: Mapping[str, t.Any], names: Iterable[str], mode: str) -> Part:
    """Return the part that deletes or suspends the users. mode is delete or suspend."""
    state = "absent" if mode == "delete" else "suspended"
    users = [{"name": name, "state": state} for name in names]
    return users_of_role(PREFIX, OPTIONS, variables, users, [f"{PREFIX}users" for _user in users])


def missing_problem(plan: Mapping[str, t.Any], gone: Collection[str] = (), both: bool = False) -> str | None:
    """Return why missing users stop the run; None if the account has all users of the plan, except those in gone.

    both means that the identity store lacks the missing users too.
    """
    missing = [user for user in plan["missing"] if user["name"] not in gone]
    if not missing:
        return None
    shown = [
        user["name"] + (f" (did you mean {' or '.join(user['similar'])}?)" if user["similar"] else "")
        for user in missing[:TOLD]
    ]
    more = f", and {len(missing) - TOLD} more" if len(missing) > TOLD else ""
    where = f"the account {plan['account']['account_id']}"
    lacks = f"neither {where} nor the identity store has" if both else f"{where} does not have"
    return (
        f"{PREFIX}users: {lacks} {', '.join(shown)}{more}. If they "
        f"are deleted already, leave them out, or set {PREFIX}missing to ignore."
    )


def fact(result: Mapping[str, t.Any], mode: str) -> dict[str, t.Any]:
    """Return the result of the role for IAM users."""
    by_action = {
        words: [user["name"] for user in result["users"] if user["action"] == action]
        for words, action in (("deleted", "deleted"), ("suspended", "updated"), ("unchanged", "unchanged"))
    }
    return {"mode": mode, "changed": bool(result.get("changed")), **by_action, "changes": result["changes"]}


def lines(
    told: Mapping[str, t.Any], account_id: str, summary: Iterable[str], listed: list[str] | None
) -> Iterator[str]:
    """Yield the plan, or what was done. listed are the users that a list would create again; None if unknown."""
    yield f"Account {account_id}"
    yield from summary
    if told["unchanged"]:
        yield f"Nothing to do for {', '.join(told['unchanged'])}"
    if listed is None:
        yield (
            "The lists of the roles user_provisioning and bootstrap could not be read; see whether they still name "
            "these users"
        )
    if listed:
        yield (
            f"Still listed, so the next run over that list creates them again: {', '.join(listed)}. "
            "Take them out there, or give them state: absent."
        )


def still_listed(names: Iterable[str], lists: Mapping[str, t.Any]) -> list[str]:
    """Return the users whom variables still list as users who should exist, each with these variables."""
    listed = {variable: {name.lower() for name in _listed(value)} for variable, value in lists.items()}
    found = {name: [variable for variable, users in listed.items() if name.lower() in users] for name in names}
    return [f"{name} ({', '.join(variables)})" for name, variables in found.items() if variables]


def _listed(value: object) -> Iterator[str]:
    """Yield the names in a list of users or of names. The list's own role refuses anything else."""
    if not isinstance(value, list):
        yield from read_names(value)[0]
        return
    for user in value:
        name = user.get("name") if isinstance(user, Mapping) else user
        if isinstance(name, str) and not (isinstance(user, Mapping) and user.get("state", "present") != "present"):
            yield name

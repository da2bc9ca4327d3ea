# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads one or a few users, and what to change about them, from a command line instead of a list. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import nearest, read_list
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.names import read_names
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import read_until, reason_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.provisioning import PREFIX

# Options by the playbooks' variables, which have no prefix because people type them on command lines.
ENDING = {"groups_until": "until", "groups_reason": "reason"}
ADDING = {"user_groups": "groups", **ENDING, "user_path": "path", "console_access": "console_access"}
CHANGING = {
    "add_groups": "groups",
    **ENDING,
    "leave_groups": "leave_groups",
    "new_name": "new_name",
    "user_path": "path",
    "console_access": "console_access",
}
# How similar, from 0 to 1, another variable's name must be to count as a misspelling.
NEARLY = 0.8


def called(create: bool) -> dict[str, str]:
    """Return the action's options by the playbook's variables."""
    return ADDING if create else CHANGING


def wanted_users(options: Mapping[str, t.Any]) -> tuple[list[dict[str, t.Any]], list[str]]:
    """Return the users as user_provisioning lists them, and all problems with the variables."""
    variables = {option: variable for variable, option in called(options["create"]).items()}
    names, wrong = read_names(options["user"] or [])
    problems = [f"user: {problem}" for problem in wrong]
    if not names and not wrong:
        problems.append("user: is missing; name a user")
    wanted: dict[str, t.Any] = {}
    for option in ("groups", "leave_groups"):
        found, wrong = read_list(options[option])
        problems += [f"{variables.get(option, option)}: {problem}" for problem in wrong]
        wanted |= {option: found} if found else {}
    for option in ("path", "console_access"):
        wanted |= {option: options[option]} if options[option] not in (None, "") else {}
    ending, wrong = _ending(options, wanted.get("groups"), variables)
    problems += wrong
    if ending:
        wanted = {name: value for name, value in wanted.items() if name != "groups"} | {"temporary_groups": ending}
    new_name = options["new_name"] or None
    if new_name and len(names) > 1:
        problems.append(f"new_name: is for one user, and user names {len(names)}")
    if not options["create"] and not wanted and not new_name:
        problems.append(f"nothing to change is given; set one of {', '.join(CHANGING)}")
    renamed = {"name": new_name, "previous_name": names[0]} if new_name and names else {}
    return [{"name": name, **renamed, **wanted} for name in names], problems


def _ending(
    options: Mapping[str, t.Any], groups: Iterable[str] | None, variables: Mapping[str, str]
) -> tuple[list[dict[str, str]], list[str]]:
    """Return the groups as temporary memberships, and problems with their end; none if no end is given."""
    given = {name: options[name] for name in ENDING.values() if options[name] not in (None, "")}
    if not given:
        return [], []
    said = {name: variables.get(name, name) for name in ("groups", *ENDING.values())}
    missing = [name for name in ENDING.values() if name not in given]
    problems = [f"{said[name]}: is missing; a membership that ends needs both" for name in missing]
    if not groups:
        problems.append(f"{said['groups']}: is missing; name the groups whose membership ends")
    until, wrong = read_until(given["until"]) if "until" in given else ("", None)
    problems += [f"{said['until']}: {wrong}"] if wrong else []
    wrong = reason_problem(given["reason"]) if "reason" in given else None
    problems += [f"{said['reason']}: {wrong}"] if wrong else []
    if problems:
        return [], problems
    return [{"group": group, "until": until, "reason": given["reason"]} for group in groups or ()], []


def misspelled(names: Iterable[str], create: bool) -> list[str]:
    """Return problems with variables that look like misspelled ones of the playbook: Ansible ignores these."""
    known = called(create)
    # Misspellings of user are not found: other variables have names as similar to so short a word.
    suspects = [name for name in names if name not in known and nearest(name, known, alike=NEARLY)]
    other = called(not create)
    return [
        f"{name}: is not a variable of this playbook; did you mean {nearest(name, known, alike=NEARLY)[0]}?"
        for name in sorted(suspects)
        if name not in other
    ] + [
        f"{name}: is a variable of {'change_user' if create else 'add_user'}, not of this playbook"
        for name in sorted(set(names) & (other.keys() - known.keys()))
    ]


def as_provisioning(variables: Mapping[str, t.Any], users: list[dict[str, t.Any]]) -> dict[str, t.Any]:
    """Return the variables of user_provisioning for these users only. Nothing is purged, and nobody is restored."""
    off = {f"{PREFIX}{name}": False for name in ("purge_users", "purge_groups", "purge_tags", "purge_policies")}
    return {
        **variables,
        **off,
        f"{PREFIX}restore_suspended": False,
        f"{PREFIX}state": "present",
        f"{PREFIX}users": users,
    }


def missing_problems(plan: Mapping[str, t.Any]) -> list[str]:
    """Return why users that the plan would create stop a run that only changes users."""
    missing = [user["name"] for user in plan["users"] if user["action"] == "created"]
    if not missing:
        return []
    return [
        f"user: the account {plan['account']['account_id']} has no user for {', '.join(missing)}; "
        "check the name, or create the user with the playbook add_user"
    ]

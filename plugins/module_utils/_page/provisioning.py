# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The role user_provisioning as parts of a plan, and what it reports afterwards. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._page.parts import Part, onboarding_part, users_of_role
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.result import names_of, users_fact
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.wanted import Page, onboarding_group

PREFIX = "user_provisioning_"
# Options of iam_users for which the role has a variable of the same name.
OPTIONS = (
    "credentials_store",
    "credentials_path",
    "credentials_vault_id",
    "credentials_prefix",
    "credentials_kms_key_id",
    "credentials_tags",
    "password_length",
    "purge_users",
    "purge_users_allow_empty",
    "purge_groups",
    "purge_tags",
    "purge_policies",
    "restore_suspended",
    "restore_credentials",
    "allow_password_change",
    "adopt",
    "managed_by_tag",
    "max_deletions",
    "protected_groups",
    "pending_groups",
    "require_mfa_policy_name",
    "require_mfa_groups",
    "workers",
    "batch_size",
)
# What a pending user still has to do, by iam_users' name for it.
MISSING = {"password": "has not changed the password", "mfa": "has no MFA device"}


def provisioning_parts(variables: Mapping[str, t.Any], groups: Mapping[str, t.Any]) -> list[Part]:
    """Return the parts for the group of pending users, if one is needed, and for the users.

    groups are the results of roles that created groups earlier in the play, by group name. In check mode, these groups
    do not exist yet.
    """
    users = variables[f"{PREFIX}users"]
    present = variables[f"{PREFIX}state"] == "present"
    adopts = bool(variables.get(f"{PREFIX}adopt"))
    onboarding = onboarding_group(variables) if present and users and not adopts else None
    part = _users(variables, "users", "the users").told(users=users if present else [_absent(user) for user in users])
    options = part.options
    options.setdefault("pending_groups", list(groups))
    options.setdefault("require_mfa_groups", [name for name, group in groups.items() if group.get("require_mfa")])
    if onboarding is None:
        return [part]
    more = {
        "onboarding_group": onboarding["name"],
        "pending_groups": [*options["pending_groups"], onboarding["name"]],
    }
    return [onboarding_part(onboarding), part.told(**more)]


def _absent(user: t.Any) -> t.Any:
    return {**user, "state": "absent"} if isinstance(user, Mapping) else user


def compared_users(page: Page, variables: Mapping[str, t.Any]) -> Part:
    """Return the part that compares the users of provision_users with an account that bootstrap has set up."""
    part = _users(variables, "provisioned_users", "the users of provision_users")
    if page.onboarding_group:
        part = part.told(onboarding_group=page.onboarding_group_name)
    return part.told(pending_groups=page.groups, compare_only=True)


def _users(variables: Mapping[str, t.Any], key: str, title: str) -> Part:
    users = variables[f"{PREFIX}users"]
    labels = [f"{PREFIX}users[{place}]" for place in range(len(users))]
    return replace(users_of_role(PREFIX, OPTIONS, variables, users, labels), key=key, title=title)


def fact(variables: Mapping[str, t.Any], results: Mapping[str, Mapping[str, t.Any]]) -> dict[str, t.Any]:
    """Return the result of the role."""
    group_changed = bool(results.get("onboarding_group", {}).get("changed"))
    return {**users_fact(results["users"], group_changed), "state": variables[f"{PREFIX}state"]}


def lines(told: Mapping[str, t.Any], summary: Iterable[str], check_mode: bool, restores: bool = True) -> Iterator[str]:
    """Yield the plan, or what was done, and what people have to do next.

    restores is whether the playbook follows user_provisioning_restore_suspended.
    """
    yield f"Users sign in at {told['sign_in_url']}"
    yield from summary
    if told["pending"]:
        pending = [
            f"{user['name']} ({', '.join(MISSING[what] for what in user['waiting_for'])})" for user in told["pending"]
        ]
        yield f"{'would be' if check_mode else 'still'} pending: {names_of(pending)}"
    if told["suspended"]:
        yield f"suspended: {names_of(told['suspended'])}"
        yield _way_back(told["suspended"][0], restores)
    users = told["credentials"].get("users")
    if users:
        are = "would be" if check_mode else "are"
        yield f"first passwords of {names_of(users)} {are} in {told['credentials']['location']}"


def _way_back(user: str, restores: bool) -> str:
    """Return how to restore a suspended user."""
    switch = f'-e \'{{"{PREFIX}restore_suspended": ["{user}"]}}\''
    if restores:
        return f"Those listed as present come back with {switch}"
    return (
        f"This playbook doesn't restore users. Run cloudhsm.iam.provision_users with {switch}, "
        f"and list the user as present in {PREFIX}users"
    )

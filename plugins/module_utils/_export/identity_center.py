# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The groups of an account as variables of identity_center_access: the same people get the same levels. Pure.

Each group with policies becomes a permission set with its levels, a group of the identity store with its members, and
an assignment in this account. What a permission set can't have, or what people have for themselves alone, is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._export.model import Export, Item, NotExported
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.item import NAME_LENGTH

ADMINISTRATOR = "AdministratorAccess"
# Options of the policy of a level, by what groups of IAM call them.
_POLICY_OPTIONS = {
    "policy_profile": "profile",
    "cluster_arns": "cluster_arns",
    "regions": "regions",
    "resource_tags": "tags",
    "allow_backup_copy": "allow_backup_copy",
    "allow_backup_sharing": "allow_backup_sharing",
}


def access_variables(
    export: Export, account_id: str, user_names: Mapping[str, str]
) -> tuple[dict[str, list[Item]], list[str]]:
    """The variables, and what people have to decide or do, a sentence each.

    user_names has the names in the identity store of users who are called differently there.
    """
    users = [user for user in export.variables["user_provisioning_users"] if "state" not in user]
    # IAM ignores the case of user names.
    known = {name.lower(): there for name, there in user_names.items()}
    sets: list[Item] = []
    groups: list[Item] = []
    assignments: list[Item] = []
    told: list[str] = []
    for group in export.variables["group_provisioning_groups"]:
        if group.get("self_service"):
            # Whoever is pending there registers MFA at the first sign-in to IAM Identity Center.
            continue
        name = group["name"]
        members = [known.get(user["name"].lower(), user["name"]) for user in users if name in user.get("groups", ())]
        groups.append({"name": name, "members": sorted(members)})
        own = [each for each in export.not_exported if each.of == f"group {name}"]
        access = {**_access(group), **_customer_managed(own, account_id)}
        told += _group_told(group, own)
        if access:
            set_name = _set_name(name, {one["name"] for one in sets})
            sets.append({"name": set_name, **access})
            assignments.append({"permission_set": set_name, "groups": [name], "accounts": [account_id]})
        else:
            told.append(f"Group {name}: it has no policies that a permission set can have, so nobody is assigned any")
    told += _users_told(users)
    names = ("permission_sets", "groups", "assignments")
    lists = (sets, groups, assignments)
    return {f"identity_center_access_{name}": each for name, each in zip(names, lists, strict=True)}, told


def _access(group: Item) -> Item:
    """The access level and the AWS managed policies by which a group's members can do the same."""
    policies = [name for name in group.get("aws_managed_policies", ()) if name != ADMINISTRATOR]
    found: Item = {}
    if ADMINISTRATOR in group.get("aws_managed_policies", ()):
        found["access"] = "administrator"
    elif "access" in group:
        found["access"] = group["access"]
        options = {option: group[name] for name, option in _POLICY_OPTIONS.items() if name in group}
        found |= {"policy_options": options} if options else {}
    return {**found, **({"managed_policies": policies} if policies else {})}


def _customer_managed(left: Iterable[NotExported], account_id: str) -> Item:
    """Policies of the account that this collection does not make. The account has them, so a permission set can too."""
    start = f":iam::{account_id}:policy/"
    arns = [each.name for each in left if each.kind == "customer managed policy" and start in each.name]
    names = sorted(f"/{arn.partition(start)[2]}" for arn in arns)
    return {"customer_managed_policies": names} if names else {}


def _set_name(group: str, taken: set[str]) -> str:
    """The group's name, as far as a permission set can have it. Two spellings of a name count as the same."""
    known = {name.lower() for name in taken}
    name, number = group[:NAME_LENGTH], 1
    while name.lower() in known:
        number += 1
        name = f"{group[: NAME_LENGTH - len(str(number)) - 1]}-{number}"
    return name


def _group_told(group: Item, left: Sequence[NotExported]) -> Iterator[str]:
    name = group["name"]
    if group.get("require_mfa"):
        yield f"Group {name} requires MFA: turn on MFA in the settings of IAM Identity Center, for every sign-in"
    if len(name) > NAME_LENGTH:
        yield f"Group {name}: the name of its permission set is shortened to {NAME_LENGTH} characters"
    for each in left:
        if each.kind == "inline policy":
            yield f"Group {name} has the inline policy {each.name}: put it into the permission set yourself"


def _users_told(users: Iterable[Item]) -> Iterator[str]:
    for user in users:
        own = sorted(arn.rpartition("/")[2] for arn in user.get("managed_policies", ()))
        if own:
            yield f"User {user['name']} has policies without a group ({', '.join(own)}): make a permission set of them"
        if user.get("boundary"):
            yield f"User {user['name']} has a permissions boundary: if it has to stay, set it in the permission set"
        if not user.get("groups"):
            yield f"User {user['name']} is in no group, and gets nothing"

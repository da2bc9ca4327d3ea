# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The report's section on IAM Identity Center: the account's permission sets, and what people can do with them. Pure.

A permission set allows what its role in the account allows. IAM Identity Center maintains that role.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.access import Access, Evaluator
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.center_model import CenterRead
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.paths import ROLE, Path
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.roles import permission_set_of

SET = "permission_set"
Describe = Callable[[Access], dict[str, t.Any]]
DescribePaths = Callable[[Access], list[dict[str, t.Any]]]


def describe_center(
    read: CenterRead, evaluator: Evaluator, describe: Describe, describe_paths: DescribePaths
) -> dict[str, t.Any]:
    """Return the section for the report."""
    roles = {name: role.name for role in evaluator.reach.roles if (name := permission_set_of(role))}
    held = _held(read)
    known: dict[frozenset[str], dict[str, t.Any]] = {}
    users = []
    for user_id, sets in held.items():
        user, key = read.users[user_id], frozenset(roles[name] for name in sets if name in roles)
        if key not in known:
            access = _by_sets(evaluator.by_roles(key), {role: name for name, role in roles.items()})
            known[key] = {**describe(access), "access_paths": describe_paths(access)}
        users.append(
            {
                "name": user.name,
                "external_providers": sorted(user.issuers),
                "permission_sets": [{"name": name, "groups": sorted(groups)} for name, groups in sorted(sets.items())],
                **known[key],
            }
        )
    return {
        "state": read.state,
        "note": read.note,
        "instance_arn": read.instance_arn,
        "external_providers": sorted({issuer for user in read.users.values() for issuer in user.issuers}),
        "permission_sets": [
            {
                "name": one.name,
                "arn": one.arn,
                "role": roles.get(one.name),
                "groups": sorted(read.groups[group].name for group in one.groups),
                "users": sorted(read.users[user].name for user in one.users),
                "people": sum(one.name in sets for sets in held.values()),
            }
            for one in read.sets
        ],
        "users": sorted(users, key=lambda user: user["name"]),
    }


def _held(read: CenterRead) -> dict[str, dict[str, list[str]]]:
    """Return by user ID: the user's permission sets, each with the groups that give it."""
    held: dict[str, dict[str, list[str]]] = {}
    for one in read.sets:
        for user in one.users:
            held.setdefault(user, {}).setdefault(one.name, [])
        for group in one.groups:
            for user in read.groups[group].members:
                held.setdefault(user, {}).setdefault(one.name, []).append(read.groups[group].name)
    return held


def _by_sets(access: Access, sets: dict[str, str]) -> Access:
    """Return the access with paths that begin with the permission set instead of its role."""

    def told(path: Path) -> Path:
        if path.kind != ROLE:
            return path
        return path._replace(kind=SET, through=(sets[path.through[0]], *path.through[1:]))

    return replace(access, paths=tuple((told(path), actions) for path, actions in access.paths))

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Describes roles for the report: who can assume them, also from outside, and what they allow. Pure."""

from __future__ import annotations

import heapq
import re
import typing as t
from collections.abc import Callable, Iterable, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.access import OF_AWS, Access, Evaluator
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.holder import Assumed, Extents
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.reach import SERVICE_LINKED
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.trust import Outsider
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.words import RANKS, word
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Role

# How many of the users who can assume a role are named. All are counted.
NAMED = 20
# How IAM Identity Center names the role of a permission set in an account (its User Guide, "Referencing permission
# sets in resource policies").
_OF_SET = re.compile(r"AWSReservedSSO_(?P<name>.+)_[0-9a-f]{16}")
Describe = Callable[[Access], dict[str, t.Any]]


def permission_set_of(role: Role) -> str | None:
    """Return the name of the permission set that the role belongs to; None for other roles."""
    found = _OF_SET.fullmatch(role.name)
    return found["name"] if found and role.path.startswith(OF_AWS) else None


def describe_roles(snapshot: Snapshot, evaluator: Evaluator, describe: Describe) -> list[dict[str, t.Any]]:
    """Return all roles except the service-linked ones, sorted by name."""
    users = _users(snapshot, evaluator)
    return [_describe(role, evaluator, users.get(role.name, []), describe) for role in evaluator.reach.roles]


def service_linked(snapshot: Snapshot) -> list[str]:
    """Return the names of the service-linked roles. AWS decides who assumes them and what they allow."""
    roles = snapshot.roles or {}
    return sorted(name for name, role in roles.items() if role.path.startswith(SERVICE_LINKED))


def outside(roles: Iterable[Mapping[str, t.Any]]) -> list[dict[str, t.Any]]:
    """Return which principals outside the account can assume which of these roles, and how far at most."""
    found: dict[tuple[str, str], dict[str, t.Any]] = {}
    for role in roles:
        for one in role["trusted"]:
            entry = found.setdefault((one["kind"], one["name"]), {**one, "roles": []})
            entry["answer"] = max(entry["answer"], one["answer"], key=RANKS.__getitem__)
            entry["roles"].append(role["name"])
    return [found[key] for key in sorted(found)]


def _users(snapshot: Snapshot, evaluator: Evaluator) -> dict[str, list[tuple[str, Assumed]]]:
    found: dict[str, list[tuple[str, Assumed]]] = {}
    for name, person in snapshot.users.items():
        for role, assumed in evaluator.reach.user(person).roles.items():
            found.setdefault(role, []).append((name, assumed))
    return found


def _describe(
    role: Role, evaluator: Evaluator, users: list[tuple[str, Assumed]], describe: Describe
) -> dict[str, t.Any]:
    trusted = evaluator.reach.trusts[role.name].outsiders
    steps = evaluator.reach.steps_to(role.name)
    first = heapq.nsmallest(NAMED, users, key=lambda user: (-RANKS[word(user[1].extents)], user[0]))
    return {
        "name": role.name,
        "arn": role.arn,
        "path": role.path,
        "kind": _kind(role, evaluator, trusted),
        "permission_set": permission_set_of(role),
        "managed_policies": sorted(role.managed_policies),
        "inline_policies": sorted(role.inline),
        "boundary": role.boundary,
        "users": len(users),
        "assumed_by": [
            {"name": name, "answer": word(assumed.extents), "chain": list(assumed.chain)} for name, assumed in first
        ],
        "roles": [{"name": name, "answer": word(extents)} for name, extents in steps],
        "trusted": [{"kind": who.kind, "name": who.name, "answer": word(extents)} for who, extents in trusted],
        **describe(evaluator.role(role)),
    }


def _kind(role: Role, evaluator: Evaluator, trusted: list[tuple[Outsider, Extents]]) -> str:
    """Return permission_set, service for a role that only AWS services can assume, or role."""
    if permission_set_of(role):
        return "permission_set"
    services = bool(trusted) and all(who.kind == "service" for who, _extents in trusted)
    return "service" if services and not evaluator.reach.trusts_people(role) else "role"

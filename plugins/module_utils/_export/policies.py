# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Recognises policies that this collection creates, and the options that give them. Pure."""

from __future__ import annotations

import itertools
import typing as t
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.catalogue import LEVELS
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.cloudhsm import GUIDE, HARDENED
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import as_list, same_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import Wish, build_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.self_service import (
    require_mfa_policy,
    self_service_policy,
)

# Options of a group's policy by the fields of Wish.
OPTIONS = {
    "level": "access",
    "profile": "policy_profile",
    "cluster_arns": "cluster_arns",
    "regions": "regions",
    "tags": "resource_tags",
    "allow_backup_copy": "allow_backup_copy",
    "allow_backup_sharing": "allow_backup_sharing",
}


@dataclass(frozen=True)
class Recognised:
    """A policy that this collection creates: from these options of a group, or as the one that requires MFA."""

    options: Mapping[str, t.Any] = field(default_factory=dict)
    requires_mfa: bool = False


def recognise(document: t.Any, partition: str, account_id: str) -> Recognised | None:
    """The options that give exactly this policy; None if none do."""
    if not isinstance(document, Mapping):
        return None
    if same_policy(document, require_mfa_policy(partition)):
        return Recognised(requires_mfa=True)
    if same_policy(document, self_service_policy(partition)):
        return Recognised({"self_service": True})
    if not _is_about_cloudhsm(document):
        return None
    for wish in _wishes(document, partition, account_id):
        policy, problems = build_policy(wish)
        if not problems and same_policy(document, policy):
            return Recognised(_said(wish))
    return None


def _is_about_cloudhsm(document: Mapping[str, t.Any]) -> bool:
    """Whether the document mentions CloudHSM actions; only such policies are compared."""
    actions = [
        str(action).lower()
        for statement in as_list(document.get("Statement"))
        if isinstance(statement, Mapping)
        for action in as_list(statement.get("Action"))
    ]
    return any(action.startswith("cloudhsm:") for action in actions)


def _wishes(document: Mapping[str, t.Any], partition: str, account_id: str) -> Iterator[Wish]:
    """The options that may give this policy: limits are read from the document, and the rest is tried."""
    where: dict[str, t.Any] = {"partition": partition, "account_id": account_id}
    for level in LEVELS:
        yield Wish(level, GUIDE, **where)
    limits = _limits(document)
    for level, copy, sharing in itertools.product(LEVELS, (False, True), (False, True)):
        yield Wish(level, HARDENED, **where, **limits, allow_backup_copy=copy, allow_backup_sharing=sharing)


def _limits(document: Mapping[str, t.Any]) -> dict[str, t.Any]:
    equals: dict[str, t.Any] = {}
    clusters: set[str] = set()
    for statement in as_list(document.get("Statement")):
        if not isinstance(statement, Mapping):
            continue
        clusters |= {str(one) for one in as_list(statement.get("Resource")) if ":cluster/" in str(one)}
        conditions = statement.get("Condition")
        for operator, keys in conditions.items() if isinstance(conditions, Mapping) else ():
            if operator.lower() == "stringequals" and isinstance(keys, Mapping):
                equals |= {str(key): value for key, value in keys.items()}
    regions = [sorted(map(str, as_list(of))) for key, of in equals.items() if key.lower() == "aws:requestedregion"]
    tags = {key.partition("/")[2]: value for key, value in equals.items() if key.lower().startswith("aws:resourcetag/")}
    return {"regions": regions[0] if regions else None, "tags": tags or None, "cluster_arns": sorted(clusters) or None}


def _said(wish: Wish) -> dict[str, t.Any]:
    """The options of a wish that differ from the defaults."""
    values = {option: getattr(wish, name) for name, option in OPTIONS.items()}
    return {name: value for name, value in values.items() if value not in (None, False, GUIDE)}

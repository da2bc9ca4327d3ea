# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The policies that earlier tasks of a play give to groups. Check mode has not carried these tasks out. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Details, Group, Policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import kind

OPTION = "pending_policies"


@dataclass(frozen=True)
class PendingPolicies:
    """What earlier tasks change: managed policies of groups, and documents of customer managed policies."""

    # By group: the ARNs of all its managed policies.
    groups: Mapping[str, Collection[str]] = field(default_factory=dict)
    documents: Mapping[str, t.Any] = field(default_factory=dict)

    def laid_over(self, details: Details) -> Details:
        """Return what was read of groups and policies as the earlier tasks leave it."""
        # IAM ignores case in names.
        spelled = {name.lower(): name for name in details.groups}
        changed = {spelled.get(name.lower(), name): frozenset(arns) for name, arns in self.groups.items()}
        groups = {
            name: replace(details.groups.get(name) or Group(name, "", "/"), managed_policies=arns)
            for name, arns in changed.items()
        }
        policies = {
            arn: replace(details.policies.get(arn) or Policy(arn), document=document)
            for arn, document in self.documents.items()
        }
        return replace(details, groups={**details.groups, **groups}, policies={**details.policies, **policies})


def read_pending(option: Mapping[str, t.Any] | None) -> PendingPolicies:
    """Return the pending policies that the option describes."""
    given = option or {}
    return PendingPolicies(given.get("groups") or {}, given.get("documents") or {})


def pending_problems(option: object) -> Iterator[str]:
    """Yield what is wrong in the option beyond its types, which Ansible checks."""
    groups = option.get("groups") if isinstance(option, Mapping) else None
    for name, arns in groups.items() if isinstance(groups, Mapping) else ():
        if not isinstance(arns, list) or not all(isinstance(arn, str) for arn in arns):
            yield f"{OPTION}.groups.{name}: must be a list of ARNs, not {kind(arns)}"

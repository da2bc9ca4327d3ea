# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Plans a customer managed policy, as a step for amazon.aws.iam_managed_policy."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.steps import Step
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import same_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import planned_tags

POLICY_MODULE = "amazon.aws.iam_managed_policy"
Described = Mapping[str, t.Any]


@dataclass(frozen=True)
class Policy:
    """The desired customer managed policy."""

    name: str
    description: str
    document: Described
    path: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    # Only for a new policy.
    creation_tags: Mapping[str, str] = field(default_factory=dict)
    purge_tags: bool = False


def policy_arn(policy: Policy, before: Described, partition: str, account_id: str) -> str:
    """The policy's ARN; for a new policy, the ARN that it will have."""
    return str(before.get("arn") or f"arn:{partition}:iam::{account_id}:policy{policy.path or '/'}{policy.name}")


def policy_step(policy: Policy, before: Described) -> Step | None:
    """The step that creates or updates the policy; None if nothing changes."""
    tags, has = planned_tags(before, policy.tags, policy.creation_tags, policy.purge_tags)
    if before and has == before["tags"] and same_policy(before["document"], policy.document):
        return None
    # Names are case-insensitive in IAM, but not in the module.
    name = before.get("name", policy.name)
    options: dict[str, t.Any] = {
        "state": "present",
        "name": name,
        "policy": policy.document,
        "tags": tags,
        "purge_tags": policy.purge_tags,
    }
    if not before:
        # IAM can't change these later.
        options["description"] = policy.description
        if policy.path is not None:
            options["path"] = policy.path
    path = before.get("path", policy.path or "/")
    after = {**before, "name": name, "path": path, "document": policy.document, "tags": has}
    return Step(POLICY_MODULE, options, dict(before), after)

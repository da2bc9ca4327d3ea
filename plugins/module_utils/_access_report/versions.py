# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Customer managed policies: who has them, and which other versions they have. Pure."""

from __future__ import annotations

import contextlib
import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.evaluate import (
    Statement,
    UnreadablePolicyError,
    in_force,
    read_document,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import Person, Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Group

Versions = tuple[Sequence[Statement], ...]


def policy_holders(snapshot: Snapshot) -> dict[str, str]:
    """Return a group or user that has the policy, for each customer managed policy that one of them has."""
    found: dict[str, str] = {}
    owned: list[tuple[str, Mapping[str, Group | Person]]] = [("user", snapshot.users), ("group", snapshot.groups)]
    for kind, owners in owned:
        for name, owner in owners.items():
            found.update((arn, f"{kind} {name}") for arn in owner.managed_policies if not is_of_aws(arn))
    return found


def policy_versions(snapshot: Snapshot) -> dict[str, Versions]:
    """Return the statements of the versions that are not the default, by policy ARN."""
    found: dict[str, Versions] = {}
    for arn, policy in snapshot.policies.items():
        versions: list[t.Any] = []
        for document in policy.other_versions:
            with contextlib.suppress(UnreadablePolicyError):
                versions.append(in_force(read_document(document), snapshot.caller.now))
        if versions:
            found[arn] = tuple(versions)
    return found


def is_of_aws(arn: str) -> bool:
    """Whether the policy is an AWS managed policy, which customers can't change."""
    return arn.split(":")[4] == "aws"

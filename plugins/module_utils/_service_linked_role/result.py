# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The result of iam_service_linked_role."""

from __future__ import annotations

import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._service_linked_role.apply import SUBMITTED, Outcome
from ansible_collections.cloudhsm.iam.plugins.module_utils._service_linked_role.plan import DesiredRole


def result_of(desired: DesiredRole, outcome: Outcome, check_mode: bool, diff: bool) -> dict[str, t.Any]:
    """The module's result."""
    result: dict[str, t.Any] = {
        "changed": outcome.changed,
        "service_linked_role": outcome.after.describe() if outcome.after else None,
        "lines": [line(desired, outcome, check_mode)],
    }
    if outcome.deletion:
        result["deletion"] = outcome.deletion.describe()
    if diff:
        result["diff"] = {
            "before": outcome.before.describe() if outcome.before else {},
            "after": outcome.after.describe() if outcome.after else {},
        }
    return result


def line(desired: DesiredRole, outcome: Outcome, check_mode: bool) -> str:
    """What was done, or would be done in check mode, in one sentence."""
    known = outcome.after or outcome.before
    name = f"the service-linked role {known.name}" if known and known.name else str(desired)
    if not outcome.changed:
        return f"Nothing to change: {name} {'exists' if outcome.after else 'does not exist'}"
    if outcome.deletion and outcome.deletion.status == SUBMITTED:
        return f"Asked AWS to delete {name}"
    if outcome.after is None:
        return f"Would delete {name}" if check_mode else f"Deleted {name}"
    if outcome.before is None:
        return f"Would create {name}" if check_mode else f"Created {name}"
    return f"{'Would change' if check_mode else 'Changed'} the description of {name}"

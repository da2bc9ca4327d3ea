# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reports the progress of a long run, one line for each batch of users."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Outcome, UserPlan

Tell = Callable[[str], None]


def in_batches(plans: Sequence[UserPlan], outcomes: Iterator[Outcome], size: int, tell: Tell) -> Iterator[Outcome]:
    """Pass the outcomes on, and report each batch of plans when its last user is done.

    outcomes are those of the plans with changes, in their order. A run of only one batch reports no progress.
    """
    for first in range(0, len(plans), size):
        batch = plans[first : first + size]
        counts: Counter[str] = Counter()
        for plan in batch:
            if not plan.changes:
                counts[plan.action] += 1
                continue
            outcome = next(outcomes, None)
            if outcome is None:
                return
            counts[_became(outcome)] += 1
            yield outcome
        if len(plans) > size:
            tell(describe_batch(first, len(batch), len(plans), counts))


def _became(outcome: Outcome) -> str:
    if outcome.error is None:
        return outcome.plan.action
    return "to look at again" if outcome.conflict else "failed"


def describe_batch(first: int, length: int, total: int, counts: Counter[str]) -> str:
    """Return one line about a batch. first is counted from 0; the line counts from 1."""
    words = ("created", "updated", "deleted", "unchanged", "to look at again", "failed")
    told = ", ".join(f"{counts[word]} {word}" for word in words if counts[word])
    return f"users {first + 1}-{first + length} of {total}: {told}"

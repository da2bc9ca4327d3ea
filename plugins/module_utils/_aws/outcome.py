# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The sentence that says what a run changed, or would change."""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.steps import Step


def change(step: Step, kind: str) -> str:
    """One step's change, as a part of outcome's sentence."""
    how = "" if step.before and step.after else " (new)" if step.after else " (deleted)"
    return f"{kind} {step.options['name']}{how}"


def outcome(changes: Iterable[str], account_id: str, check_mode: bool) -> str:
    """What changed in the account, in one sentence."""
    changed = ", ".join(changes)
    if not changed:
        return f"Nothing to change in account {account_id}"
    return f"{'Would change' if check_mode else 'Changed'} in account {account_id}: {changed}"

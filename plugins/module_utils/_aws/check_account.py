# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The account check that the action guarded_module makes before it runs the named module."""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Result, Task


def run(task: Task) -> Result:
    """Check that the credentials belong to an expected account. Raises FailedError."""
    task.check_account()
    return {"changed": False}

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Runs plan_history_info for a bucket. Its action plugin reads a folder, on the control node."""

from __future__ import annotations

import time

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import AWS_ERRORS
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError, Result, Task, failure
from ansible_collections.cloudhsm.iam.plugins.module_utils._history.input import option_called, read_filters
from ansible_collections.cloudhsm.iam.plugins.module_utils._history.location import SCHEME, bucket_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._history.result import result
from ansible_collections.cloudhsm.iam.plugins.module_utils._history.snapshot import WORKERS, TooManyError, read_bucket


def run(task: Task) -> Result:
    """Return the module's result. Raises FailedError."""
    filters, problems = read_filters(task.params, time.time())
    location = str(task.params.get("history"))
    bucket = None if problems else bucket_of(location)
    if not problems and bucket is None:
        problems = ["history: only the action of this module reads a folder, on the control node"]
    if problems or bucket is None:
        raise FailedError("; ".join(problems), problems=problems)
    try:
        found = read_bucket(task.store_client("s3", WORKERS), bucket, filters)
    except AWS_ERRORS as exc:
        raise failure(exc, f"read the history in {SCHEME}{bucket.name}/{bucket.prefix}") from exc
    except TooManyError as exc:
        prefix = str(task.params.get("variables_prefix") or "")
        problem = f"{option_called('history', prefix)}: {location}: {exc}"
        raise FailedError(problem, problems=[problem]) from exc
    return result(found, location)

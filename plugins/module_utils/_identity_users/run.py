# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Runs identity_center_users: read, plan, refuse, apply."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import read_caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError, Result, Task, refuse
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import Outcome
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.requests import Patience
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.run import (
    service_of,
    told_in_a_sentence,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users import result as report
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users import snapshot as look
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users.apply import apply_plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users.input import parse
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users.model import Options
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users.plan import STAGES, make_plan


def run(task: Task) -> Result:
    """Return the module's result. Raises FailedError, also if any change failed or was not begun."""
    params = task.params
    with told_in_a_sentence(), ThreadPoolExecutor(max(params["workers"], 1)) as pool:
        wishes, problems = parse(params)
        refuse(problems)
        caller = read_caller(task.sts_client())
        clients = look.Clients(service_of(task, pool), task.store_client("ssm", params["workers"]))
        options = Options(params["max_deletions"], params["missing"] == "ignore", params["notes_prefix"])
        snapshot = look.read(clients, caller, wishes, options, params["instance_arn"])
        plan = make_plan(wishes, snapshot, options)
        refuse(plan.problems)
        if task.check_mode:
            outcomes = [Outcome(change) for stage in STAGES for change in plan.stage(stage)]
        else:
            outcomes = apply_plan(plan, snapshot, clients, Patience(params["wait_timeout"]), task.tell)
    result = report.describe(plan, snapshot, outcomes, task.check_mode)
    if task.diff:
        result["diff"] = report.describe_diff(plan)
    if result["failed_changes"] or result["not_done"]:
        raise FailedError(**result)
    return result

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Runs cloudhsm_guardrails."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import read_caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import AWS_ERRORS
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization import (
    Account,
    UnknownStateError,
    failure_sentence,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError, Result, Task, refuse
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails import result as report
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.accounts import Door, read_impacts, shut_accounts
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.apply import Patience, Ways, apply_plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.input import parse
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.model import (
    Options,
    Outcome,
    Snapshot,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.plan import make_plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.snapshot import read

if t.TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient

SWITCHES = ("purge_targets", "adopt_policy", "enable_policy_type", "max_detachments", "canary_wait")


def run(task: Task) -> Result:
    """Return the module's result. Raises FailedError, also if only a part failed."""
    params = task.params
    options = Options(prefix=params["variables_prefix"] or "", **{name: params[name] for name in SWITCHES})
    with _told_in_a_sentence(), ThreadPoolExecutor(max(params["workers"], 1)) as pool:
        caller = read_caller(task.sts_client())
        wanted, problems = parse(params, caller.partition)
        refuse(problems)
        client = task.store_client("organizations", params["workers"])
        snapshot = read(client, pool, caller, wanted, options)
        plan = make_plan(wanted, snapshot, options)
        refuse(plan.problems)
        door = Door(task, caller, params["impact_role_name"] or "", options.called("impact_role_name"))
        story = report.Run(wanted, snapshot, plan, options, check_mode=task.check_mode)
        if params["impact"] and wanted.present and plan.writes:
            accounts = _under(snapshot, plan.targets)
            impacts = read_impacts(door, pool, accounts, wanted.document, caller.partition)
            story = replace(story, impacts=impacts)
        if task.check_mode:
            outcomes = [Outcome(change) for change in plan.changes]
        else:
            outcomes = _carry_out(task, pool, client, door, story)
    story = replace(story, outcomes=outcomes)
    result = report.describe(story)
    if task.diff:
        result["diff"] = report.describe_diff(story)
    if result["failed_changes"]:
        raise FailedError(**result)
    return result


def _carry_out(task: Task, pool: Executor, client: OrganizationsClient, door: Door, story: report.Run) -> list[Outcome]:
    """Carry out the plan and return the outcomes. Before the first step, report who loses permissions."""
    for line in report.impact_lines(story.impacts):
        task.tell(line)
    plan, patience = story.plan, Patience(task.params["wait_timeout"], story.options.canary_wait)
    canary = {account.id for account in _under(story.snapshot, [plan.canary] if plan.canary else [])}
    seen = [impact for impact in story.impacts if impact.account in canary]

    def probe() -> list[str]:
        return shut_accounts(door, pool, seen)

    return apply_plan(plan, story.snapshot, client, Ways(patience, task.tell, probe))


def _under(snapshot: Snapshot, targets: Sequence[str]) -> list[Account]:
    """Return the active accounts below the targets that policies bind, each once."""
    organization = snapshot.organization
    found = {one.id: one for target in targets for one in organization.accounts_under(target)}
    return [one for one in found.values() if one.id != organization.management_account and one.status == "ACTIVE"]


@contextmanager
def _told_in_a_sentence() -> Iterator[None]:
    """Turn errors of reads into FailedError."""
    try:
        yield
    except UnknownStateError as exc:
        refuse([str(exc)])
    except AWS_ERRORS as exc:
        raise FailedError(failure_sentence(exc)) from exc

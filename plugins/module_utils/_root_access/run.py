# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Runs root_access."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller, read_caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import AWS_ERRORS
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization import UnknownStateError, failure_sentence
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError, Result, Task, failure, refuse
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access import result as report
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access import snapshot as look
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.apply import apply_plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.input import parse
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.model import Outcome, Snapshot, Wanted
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.plan import make_plan, to_look_at
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.refusals import refusals
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.sessions import Service

_OF_ORGANIZATIONS = frozenset(
    {
        "DescribeOrganization",
        "ListAWSServiceAccessForOrganization",
        "ListAccounts",
        "ListAccountsForParent",
        "ListDelegatedAdministrators",
        "ListOrganizationalUnitsForParent",
        "ListRoots",
        "ListTagsForResource",
    }
)
TOO_OLD = (
    "this boto3 does not know sts:AssumeRoot, which AWS added in November 2024; update boto3 to 1.36 or newer for the "
    "Python of the module"
)


def run(task: Task) -> Result:
    """Return the module's result. Raises FailedError, also if only a part failed."""
    params = task.params
    wanted, problems = parse(params)
    refuse(problems)
    with _told_in_a_sentence(), ThreadPoolExecutor(params["workers"]) as pool:
        caller = read_caller(task.sts_client())
        service = _service(task, caller, pool)
        organization = look.read_organization(service, caller.account_id, wanted)
        refuse(list(refusals(wanted, organization, caller)))
        root_users = look.audit(service, to_look_at(wanted, organization))
        return carry_out(task, service, wanted, Snapshot(caller, organization, root_users))


def carry_out(task: Task, service: Service, wanted: Wanted, snapshot: Snapshot) -> Result:
    """Make the plan, carry it out unless in check mode, and return the result."""
    plan = make_plan(wanted, snapshot)
    refuse(plan.problems)
    outcomes = [Outcome(change) for change in plan.changes]
    if not task.check_mode:
        outcomes = apply_plan(plan, service, task.tell)
    result = report.describe(wanted, snapshot, plan, outcomes, task.check_mode)
    if task.diff:
        result["diff"] = report.describe_diff(plan.changes)
    if "msg" in result:
        raise FailedError(**result)
    return result


def _service(task: Task, caller: Caller, pool: ThreadPoolExecutor) -> Service:
    workers = task.params["workers"]
    sts: t.Any = task.regional_sts_client(workers)
    if not hasattr(sts, "assume_root"):
        raise FailedError(TOO_OLD)
    return Service(
        task.store_client("organizations", workers),
        task.iam_client(workers),
        sts,
        partial(task.session_client, "iam"),
        pool,
        caller.partition,
    )


@contextmanager
def _told_in_a_sentence() -> Iterator[None]:
    """Turn errors of reads into FailedError."""
    try:
        yield
    except UnknownStateError as exc:
        refuse([str(exc)])
    except AWS_ERRORS as exc:
        if getattr(exc, "operation_name", "") in _OF_ORGANIZATIONS:
            raise FailedError(failure_sentence(exc)) from exc
        raise failure(exc, "read the organization's root access") from exc

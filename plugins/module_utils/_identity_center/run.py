# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Runs identity_center_access and identity_center_access_info."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import read_caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.details import has_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import AWS_ERRORS, is_access_denied
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization import (
    UnknownStateError,
    failure_sentence,
    read_management_account,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError, Result, Task, failure, refuse
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center import result as report
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center import snapshot as look
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.apply import apply_plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.copies import may_be_copy
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.end_refusals import past_ends
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.input import number_problems, parse
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import (
    Options,
    Outcome,
    Plan,
    Snapshot,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.plan import make_plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.refusals import some
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.requests import Patience
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.store import Service
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.suspended import read_suspended, who_gains

SWITCHES = (
    "purge_assignments",
    "purge_policies",
    "purge_tags",
    "purge_members",
    "purge_allow_empty",
    "adopt_permission_sets",
)

_ATTACH = "attach_managed_policy_to_permission_set"
_OF_ORGANIZATIONS = frozenset(
    {
        "DescribeOrganization",
        "ListAccounts",
        "ListAccountsForParent",
        "ListOrganizationalUnitsForParent",
        "ListRoots",
    }
)


def run(task: Task) -> Result:
    """Return the module's result. Raises FailedError, also if any change failed or was not begun."""
    params = task.params
    with told_in_a_sentence(params["variables_prefix"]), ThreadPoolExecutor(max(params["workers"], 1)) as pool:
        caller = read_caller(task.sts_client())
        wanted, problems = parse(params, caller.partition)
        refuse(problems)
        service = service_of(task, pool)
        switches = {name: params[name] for name in SWITCHES}
        options = Options(max_deletions=params["max_deletions"], prefix=params["variables_prefix"] or "", **switches)
        wanted, snapshot = look.read(service, caller, wanted, options, params["instance_arn"])
        plan = make_plan(wanted, snapshot, options)
        if gaining := who_gains(plan) & snapshot.users.keys():
            snapshot = replace(snapshot, suspended=_suspended(task, snapshot, gaining))
            plan = make_plan(wanted, snapshot, options)
        refuse([*plan.problems, *_missing_policies(task, plan, pool)])
        for warning in past_ends(wanted, snapshot, options):
            task.warn(warning)
        if task.check_mode:
            outcomes = [Outcome(change) for change in plan.changes]
        else:
            outcomes, arns = apply_plan(plan, snapshot, service, Patience(params["wait_timeout"]), task.tell)
            plan = _with_arns(plan, arns)
    result = report.describe(wanted, snapshot, plan, outcomes, task.check_mode)
    if task.diff:
        result["diff"] = report.describe_diff(plan)
    if result["failed_changes"] or result["not_done"]:
        raise FailedError(**result)
    return result


def look_up(task: Task) -> Result:
    """Return the permission sets with their details and assignments. Raises FailedError."""
    params = task.params
    names: list[str] | None = params["permission_sets"] or None
    refuse(number_problems(params), "")
    with told_in_a_sentence(), ThreadPoolExecutor(params["workers"]) as pool:
        service = service_of(task, pool)
        management = read_management_account(service.organizations)
        arn, store_id = look.find_instance(service.sso, management, params["instance_arn"])
        sets = look.read_sets(service, arn, names)
        found = {name: one for name, one in sets.items() if names is None or name in names or may_be_copy(name, names)}
        assignments = look.read_assignments(service, arn, store_id, found) if params["assignments"] else frozenset()
    described = [
        {**report.describe_set(one), "accounts": sorted(one.provisioned), "outdated_accounts": sorted(one.outdated)}
        for _name, one in sorted(found.items())
    ]
    return {
        "changed": False,
        "instance_arn": arn,
        "identity_store_id": store_id,
        "management_account": management,
        "permission_sets": described,
        "assignments": [
            {**report.describe_assignment(one), **report.describe_end(found[one.permission_set])}
            for one in sorted(assignments)
        ],
    }


def service_of(task: Task, pool: ThreadPoolExecutor) -> Service:
    """Return the clients of a task. Raises FailedError without a region."""
    if not task.region:
        prefix = task.params.get("variables_prefix") or ""
        region = called("region", prefix)
        raise FailedError(f"{region}: IAM Identity Center needs one; set it, or AWS_REGION, or one in the profile")
    workers = task.params["workers"]
    return Service(
        task.store_client("sso-admin", workers),
        task.store_client("identitystore", workers),
        task.store_client("organizations", workers),
        pool,
    )


def _suspended(task: Task, snapshot: Snapshot, names: Iterable[str]) -> frozenset[str]:
    """Return the names of suspended users among these. Warns if the caller may not read the notes."""
    users = {name: snapshot.users[name] for name in names}
    try:
        ssm = task.store_client("ssm", task.params["workers"])
        return read_suspended(ssm, task.params["notes_prefix"], snapshot.identity_store_id, users)
    except AWS_ERRORS as exc:
        if not is_access_denied(exc):
            raise failure(exc, "learn who is suspended") from exc
    task.warn(f"The caller may not call ssm:GetParameters, so nobody knows whether {some(sorted(users))} are suspended")
    return frozenset()


def _missing_policies(task: Task, plan: Plan, pool: ThreadPoolExecutor) -> list[str]:
    """Return a problem for each AWS managed policy to attach that does not exist."""
    attached = {change.params["ManagedPolicyArn"] for change in plan.changes if change.operation == _ATTACH}
    boundaries = [change.params.get("PermissionsBoundary", {}) for change in plan.changes]
    attached |= {boundary["ManagedPolicyArn"] for boundary in boundaries if "ManagedPolicyArn" in boundary}
    if not attached:
        return []
    iam = task.iam_client(task.params["workers"])
    arns = sorted(attached)
    known = pool.map(lambda arn: has_policy(iam, arn), arns)
    field = called("permission_sets", task.params["variables_prefix"] or "")
    return [f"{field}: there is no policy {arn}" for arn, found in zip(arns, known, strict=True) if not found]


def _with_arns(plan: Plan, arns: Mapping[str, str]) -> Plan:
    """Return the plan with the ARNs of created permission sets."""
    sets = tuple(
        replace(one, after=replace(one.after, arn=arns[one.name])) if one.after and one.name in arns else one
        for one in plan.sets
    )
    return replace(plan, sets=sets)


@contextmanager
def told_in_a_sentence(prefix: str | None = None) -> Iterator[None]:
    """Turn errors of reads into FailedError, with a sentence for people."""
    try:
        yield
    except (look.NoInstanceError, UnknownStateError) as exc:
        refuse([f"{prefix or ''}{exc}"])
    except AWS_ERRORS as exc:
        if getattr(exc, "operation_name", "") in _OF_ORGANIZATIONS:
            raise FailedError(failure_sentence(exc)) from exc
        raise failure(exc, "read IAM Identity Center") from exc

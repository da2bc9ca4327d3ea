# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Runs iam_access_report_info: reads the account and makes the report."""

from __future__ import annotations

import datetime
import typing as t
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.accepted import parse_risks
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.center_read import read_center
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.controls_read import read_controls
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.report import Wanted, make_report
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.snapshot import read_snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import READ_ERRORS
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import BOOTSTRAP
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError, Result, Task, failure
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.store import Service
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.input import parse_users
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Options

WORKERS = 8
LOWEST = {"max_key_age": 1, "max_unused": 1, "max_temporary": 1, "live_limit": 0, "wait_timeout": 1}


def run(task: Task) -> Result:
    """Return the module's result. Raises FailedError if an option is invalid or the account can't be read."""
    params = task.params
    wanted, problems = read_wanted(params)
    if problems:
        raise FailedError("; ".join(problems), problems=problems)
    try:
        with ThreadPoolExecutor(WORKERS) as pool:
            snapshot = read_snapshot(
                task.iam_client(WORKERS), task.sts_client(), pool, params["live_limit"], params["wait_timeout"]
            )
            snapshot = read_beyond(task, pool, snapshot)
    except READ_ERRORS as exc:
        raise failure(exc, "read the account") from exc
    return {"changed": False, "report": make_report(snapshot, wanted, datetime.datetime.now(datetime.UTC))}


def read_beyond(task: Task, pool: Executor, snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with what Organizations and Identity Center say, as far as the caller may read it."""
    account_id = snapshot.caller.account_id
    controls = read_controls(lambda: task.store_client("organizations", WORKERS), account_id)
    snapshot = replace(snapshot, controls=controls)
    if not task.params["identity_center"]:
        return snapshot

    def connect() -> Service:
        sso, store, organizations = (
            task.store_client(service, WORKERS) for service in ("sso-admin", "identitystore", "organizations")
        )
        return Service(sso, store, organizations, pool)

    return replace(snapshot, center=read_center(connect, task.region, account_id))


def read_wanted(params: t.Mapping[str, t.Any]) -> tuple[Wanted, list[str]]:
    """Return what the options ask for, and the problems with them."""
    users, problems = parse_users(params["expected_users"], params["managed_by_tag"])
    bootstrap_users, wrong = parse_users(params["expected_bootstrap_users"], BOOTSTRAP)
    problems = [f"expected_{problem}" for problem in problems]
    problems += [f"expected_bootstrap_{problem}" for problem in wrong]
    risks, wrong = parse_risks(params["accepted_risks"], datetime.datetime.now(datetime.UTC).date())
    problems += wrong
    problems += [
        f"{name}: must be at least {lowest}, not {params[name]}"
        for name, lowest in LOWEST.items()
        if params[name] < lowest
    ]
    options = Options(
        allow_password_change=params["allow_password_change"],
        purge_users=params["purge_users"],
        purge_groups=params["purge_groups"],
        purge_tags=params["purge_tags"],
        purge_policies=params["purge_policies"],
        managed_by_tag=params["managed_by_tag"],
        onboarding_group=params["onboarding_group"] or None,
        require_mfa_policy_name=params["require_mfa_policy_name"],
        # A missing group that is expected is one difference, not another one for each user in it.
        pending_groups=frozenset(group["name"] for group in params["expected_groups"]),
    )
    limits = (params["max_key_age"], params["max_unused"])
    return Wanted(
        users, bootstrap_users, params["expected_groups"], options, *limits, risks, params["max_temporary"]
    ), problems

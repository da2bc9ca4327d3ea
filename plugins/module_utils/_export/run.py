# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The logic of iam_account_export_info: reads the account and expresses it in this collection's variables."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import READ_ERRORS
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError, Result, Task, failure
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.export import make_export
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.identity_center import access_variables
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.input import read_filters
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.snapshot import Limits, read_snapshot

WORKERS = 8


def run(task: Task) -> Result:
    """The module's result. Raises FailedError."""
    params = task.params
    filters, problems = read_filters(params)
    if problems:
        raise FailedError("; ".join(problems), problems=problems)
    limits = Limits(params["live_limit"], params["wait_timeout"])
    try:
        with ThreadPoolExecutor(WORKERS) as pool:
            iam, sts = task.iam_client(WORKERS), task.sts_client()
            prefix = params["variables_prefix"]
            snapshot = read_snapshot(iam, sts, pool, filters=filters, limits=limits, prefix=prefix)
    except READ_ERRORS as exc:
        raise failure(exc, "read the account") from exc
    export = make_export(snapshot, params["managed_by_tag"])
    caller = snapshot.account.caller
    access = {}
    if params["identity_center"]:
        variables, told = access_variables(export, caller.account_id, params["identity_center_names"] or {})
        access = {"identity_center": {"variables": variables, "to_do": told}}
    return {
        "changed": False,
        "account": {"account_id": caller.account_id, "partition": caller.partition},
        "variables": dict(export.variables),
        "not_exported": [each.describe() for each in export.not_exported],
        "not_read": list(snapshot.gaps),
        **access,
        "counts": {
            "users": len(snapshot.account.users),
            "exported_users": len(export.variables["user_provisioning_users"]),
            "groups": len(snapshot.groups),
            "exported_groups": len(export.variables["group_provisioning_groups"]),
        },
    }

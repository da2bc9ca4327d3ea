# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The logic of iam_service_linked_role and iam_service_linked_role_info."""

from __future__ import annotations

import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import AWS_ERRORS
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError, Result, Task, failure
from ansible_collections.cloudhsm.iam.plugins.module_utils._service_linked_role.apply import Patience, RoleError, ensure
from ansible_collections.cloudhsm.iam.plugins.module_utils._service_linked_role.plan import (
    DesiredRole,
    input_problems,
    list_roles,
    service_name_problems,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._service_linked_role.result import result_of


def ensure_role(task: Task) -> Result:
    """Create, update or delete the role. Raises FailedError."""
    params = task.params
    desired = desired_role(params)
    problems = input_problems(desired, params["wait_timeout"])
    if problems:
        raise FailedError(f"Nothing was changed. {'; '.join(problems)}", problems=problems)
    try:
        outcome = ensure(task.iam_client(), desired, task.check_mode, params["wait"], Patience(params["wait_timeout"]))
    except RoleError as exc:
        deletion = {"deletion": exc.deletion.describe()} if exc.deletion else {}
        raise FailedError(str(exc), changed=exc.changed, **deletion) from exc
    if outcome.others and not desired.present:
        # Otherwise users could take a role that was not found for a deleted one.
        task.warn(
            f"There is no {str(desired).removeprefix('the ')}; others of that service stay: {', '.join(outcome.others)}"
        )
    return result_of(desired, outcome, task.check_mode, task.diff)


def list_service_linked_roles(task: Task) -> Result:
    """The roles of one service or of all services. Raises FailedError."""
    service_name: str | None = task.params["service_name"]
    problems = [] if service_name is None else service_name_problems(service_name)
    if problems:
        raise FailedError("; ".join(problems), problems=problems)
    try:
        roles = list_roles(task.iam_client(), service_name)
    except AWS_ERRORS as exc:
        raise failure(exc, "list the service-linked roles") from exc
    return {"changed": False, "service_linked_roles": [role.describe() for role in roles]}


def desired_role(params: t.Mapping[str, t.Any]) -> DesiredRole:
    """The desired role from the module's options."""
    return DesiredRole(
        service_name=params["service_name"],
        present=params["state"] == "present",
        custom_suffix=params["custom_suffix"],
        description=params["description"],
        prefix=params["variables_prefix"],
    )

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The logic of the module sts_session: assumes a role."""

from __future__ import annotations

import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import AWS_ERRORS
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tags import tag_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError, Result, Task, failure

if t.TYPE_CHECKING:
    from mypy_boto3_sts import STSClient


def run(task: Task) -> Result:
    """The session's credentials and expiry time. Raises FailedError."""
    problems = tag_problems(task.params["tags"])
    if problems:
        raise FailedError("; ".join(problems))
    try:
        return {"changed": False, **assume(task.sts_client(), task.params)}
    except AWS_ERRORS as exc:
        raise failure(exc, f"assume the role {task.params['role_arn']}") from exc


def assume(sts: STSClient, params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Assume the role; return the module's result. Raises botocore's errors."""
    more: dict[str, t.Any] = {"ExternalId": params["external_id"]} if params["external_id"] else {}
    if params["tags"]:
        more["Tags"] = [{"Key": key, "Value": str(value)} for key, value in params["tags"].items()]
    credentials = sts.assume_role(
        RoleArn=params["role_arn"],
        RoleSessionName=params["session_name"],
        DurationSeconds=params["duration"],
        **more,
    )["Credentials"]
    return {
        "credentials": {
            "access_key": credentials["AccessKeyId"],
            "secret_key": credentials["SecretAccessKey"],
            "session_token": credentials["SessionToken"],
        },
        "expires": int(credentials["Expiration"].timestamp()),
    }

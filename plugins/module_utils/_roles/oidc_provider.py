# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The logic of iam_oidc_provider: creates an OIDC provider, adds audiences to it, or deletes it."""

from __future__ import annotations

import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import AWS_ERRORS
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Result, Task, failure
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.snapshot import describe_oidc_providers

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

Params = t.Mapping[str, t.Any]


def run(task: Task) -> Result:
    """Carry out the module's task and return its result. Raises FailedError."""
    params, iam = task.params, task.iam_client()
    try:
        found = describe_oidc_providers(iam, [params["name"]])
        before = found[0] if found else {}
        if params["state"] == "absent":
            writes = [("delete", before["arn"])] if before else []
        elif before:
            writes = [("add", audience) for audience in params["audiences"] if audience not in before["audiences"]]
        else:
            writes = [("create", "")]
        if not task.check_mode:
            for kind, what in writes:
                _write(iam, params, kind, what, before.get("arn", ""))
    except AWS_ERRORS as exc:
        raise failure(exc, f"manage the OIDC provider {params['name']}") from exc
    return {"changed": bool(writes)}


def _write(iam: IAMClient, params: Params, kind: str, what: str, arn: str) -> None:
    if kind == "delete":
        iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=what)
    elif kind == "add":
        iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID=what)
    else:
        # Without thumbprints, IAM fetches them itself, and checks most issuers against its own trusted authorities.
        thumbprints = {"ThumbprintList": params["thumbprints"]} if params["thumbprints"] else {}
        iam.create_open_id_connect_provider(
            Url=f"https://{params['name'].removeprefix('https://')}",
            ClientIDList=params["audiences"],
            Tags=[{"Key": key, "Value": str(value)} for key, value in params["tags"].items()],
            **thumbprints,
        )

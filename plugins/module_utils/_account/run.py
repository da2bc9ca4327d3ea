# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The logic of iam_account_info: reads the caller's identity and the named objects."""

from __future__ import annotations

import typing as t
from dataclasses import asdict

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import READ_ERRORS
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import read_alias, read_caller, sign_in_url
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.checks import CHECKS, look_into, root_user
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.details import (
    describe_groups,
    describe_policies,
    describe_users,
    groups_in_bulk,
    missing_aws_policies,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Result, Task, failure
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.snapshot import (
    describe_instance_profiles,
    describe_oidc_providers,
    describe_roles,
)

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sts import STSClient


def run(task: Task) -> Result:
    """The module's result. Raises FailedError."""
    try:
        found = look_up(task.iam_client(), task.sts_client(), task.params)
    except READ_ERRORS as exc:
        raise failure(exc, "look up the account") from exc
    return {"changed": False, "check_mode": task.check_mode, **found}


def look_up(iam: IAMClient, sts: STSClient, params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Everything that the options ask for. Raises IncompleteReadError and botocore's errors."""
    caller = read_caller(sts)
    alias = read_alias(iam)
    checked = look_into(iam, [name for name in CHECKS if params[name]])
    if "summary" in checked:
        summary = checked["summary"]
        checked["root_user"] = None if summary is None else asdict(root_user(summary))
    users = describe_users(iam, params["users"])
    groups = (groups_in_bulk if params["bulk"] else describe_groups)(iam, params["groups"])
    attached = {arn for group in groups for arn in group["managed_policies"]}
    return {
        "account": {
            "account_id": caller.account_id,
            "account_alias": alias,
            "partition": caller.partition,
            "caller_arn": caller.arn,
            "caller_user_id": caller.user_id,
            "caller_user_name": caller.user_name,
            "is_root": caller.is_root,
            "sign_in_url": sign_in_url(caller.partition, alias or caller.account_id),
        },
        "users": users,
        "groups": groups,
        "policies": describe_policies(iam, params["policies"]),
        "missing_aws_managed_policies": missing_aws_policies(
            iam, caller.partition, params["aws_managed_policies"], attached
        ),
        "roles": describe_roles(iam, params["roles"]),
        "instance_profiles": describe_instance_profiles(iam, params["instance_profiles"]),
        "oidc_providers": describe_oidc_providers(iam, params["oidc_providers"]),
        "saml_providers": _saml_providers(iam, params["saml_providers"]),
        **checked,
    }


def _saml_providers(iam: IAMClient, names: list[str]) -> list[dict[str, t.Any]]:
    if not names:
        return []
    # Ansible compiles the code of collections in every run, and most runs ask for no SAML provider.
    from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.snapshot import describe_saml_providers

    return describe_saml_providers(iam, names)

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Trust policies of roles for EC2, other accounts, OIDC and AWS services."""

from __future__ import annotations

import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._cloudhsm_role.input import ACCOUNT, EC2, OIDC, host_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import document, one_or_all
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.input import Options
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.oidc import WILDCARDS

_SIDS = {EC2: "Ec2Instances", ACCOUNT: "TrustedAccounts", OIDC: "TrustedWorkloads"}


def trusted_principals(options: Options, partition: str, account_id: str) -> list[str]:
    """Return the principals in the trust policy, in the form that IAM returns."""
    if options["trust"] == EC2:
        return [ec2_service(partition)]
    if options["trust"] == OIDC:
        return [provider_arn(options, partition, account_id)]
    if options["trust"] == ACCOUNT:
        roots = [f"arn:{partition}:iam::{number}:root" for number in options["trusted_accounts"]]
        return list(dict.fromkeys([*roots, *options["trusted_principals"]]))
    return [options["service"] or ""]


def trust_policy(options: Options, partition: str, account_id: str) -> dict[str, t.Any]:
    """Return the trust policy for the chosen kind of trust."""
    principals = trusted_principals(options, partition, account_id)
    kind = options["trust"]
    key, action, condition = "Service", "sts:AssumeRole", _service_condition(options, account_id)
    if kind == EC2:
        condition = {}
    elif kind == ACCOUNT:
        key, condition = "AWS", _account_condition(options)
    elif kind == OIDC:
        key, action, condition = "Federated", "sts:AssumeRoleWithWebIdentity", _token_condition(options)
    statement: dict[str, t.Any] = {
        "Sid": _SIDS.get(kind, "TrustedService"),
        "Effect": "Allow",
        "Principal": {key: one_or_all(principals)},
        "Action": action,
    }
    return document(statement | ({"Condition": condition} if condition else {}))


def ec2_service(partition: str) -> str:
    """Return EC2's service principal in the partition."""
    return "ec2.amazonaws.com.cn" if partition == "aws-cn" else "ec2.amazonaws.com"


def provider_arn(options: Options, partition: str, account_id: str) -> str:
    """Return the ARN of the OIDC provider, also before it exists."""
    return f"arn:{partition}:iam::{account_id}:oidc-provider/{host_of(options)}"


def _account_condition(options: Options) -> dict[str, t.Any]:
    equals = {"sts:ExternalId": options["external_id"], "aws:PrincipalOrgID": options["organization_id"]}
    given = {key: value for key, value in equals.items() if value}
    mfa = {"Bool": {"aws:MultiFactorAuthPresent": "true"}} if options["require_mfa"] else {}
    return {**({"StringEquals": given} if given else {}), **mfa}


def _token_condition(options: Options) -> dict[str, t.Any]:
    host, subjects = host_of(options), options["oidc_subjects"]
    patterns = any(WILDCARDS & set(subject) for subject in subjects)
    audience = {f"{host}:aud": one_or_all(options["oidc_audiences"])}
    subject = {f"{host}:sub": one_or_all(subjects)}
    return {"StringEquals": audience, "StringLike": subject} if patterns else {"StringEquals": audience | subject}


def _service_condition(options: Options, account_id: str) -> dict[str, t.Any]:
    arns = options["source_arns"]
    source = {"ArnLike": {"aws:SourceArn": one_or_all(arns)}} if arns else {}
    return {"StringEquals": {"aws:SourceAccount": account_id}, **source}

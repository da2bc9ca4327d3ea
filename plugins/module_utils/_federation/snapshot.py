# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads of named roles and SAML providers, as iam_account_info returns them."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.details import Described, existing
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_metadata import entity_id, fingerprint

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


def describe_roles(iam: IAMClient, names: Iterable[str]) -> list[Described]:
    """Those of the named roles that exist, with trust policy and policies. Raises what botocore raises."""
    return existing(iam, names, _describe_role)


def _describe_role(iam: IAMClient, name: str) -> Described:
    role = iam.get_role(RoleName=name)["Role"]
    attached = iam.get_paginator("list_attached_role_policies").paginate(RoleName=name)
    inline = iam.get_paginator("list_role_policies").paginate(RoleName=name)
    trust_policy = t.cast("dict[str, t.Any]", role["AssumeRolePolicyDocument"])
    return {
        "name": role["RoleName"],
        "arn": role["Arn"],
        "path": role["Path"],
        "max_session_duration": role.get("MaxSessionDuration"),
        "boundary": role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
        "tags": _tags(role.get("Tags", [])),
        "trust_policy": trust_policy,
        "trusts": sorted(trusted_principals(trust_policy)),
        "managed_policies": sorted(p["PolicyArn"] for page in attached for p in page["AttachedPolicies"]),
        "inline_policies": sorted(policy for page in inline for policy in page["PolicyNames"]),
    }


def describe_saml_providers(iam: IAMClient, names: Iterable[str]) -> list[Described]:
    """Those of the named SAML providers that exist, with the roles that trust them. Raises what botocore raises."""
    wanted = list(names)
    if not wanted:
        return []
    # IAM gives all of them at once, and knows them by their ARN only.
    arns = {p["Arn"].rsplit("/", 1)[1]: p["Arn"] for p in iam.list_saml_providers()["SAMLProviderList"]}
    found = existing(iam, (arns[name] for name in wanted if name in arns), _describe_saml_provider)
    if found:
        _add_trusting_roles(iam, found)
    return found


def _describe_saml_provider(iam: IAMClient, arn: str) -> Described:
    provider = iam.get_saml_provider(SAMLProviderArn=arn)
    until = provider.get("ValidUntil")
    return {
        "name": arn.rsplit("/", 1)[1],
        "arn": arn,
        "entity_id": entity_id(provider["SAMLMetadataDocument"]),
        "metadata_sha256": fingerprint(provider["SAMLMetadataDocument"]),
        "valid_until": until.isoformat() if until else None,
        "tags": _tags(provider.get("Tags", [])),
    }


def _add_trusting_roles(iam: IAMClient, providers: Iterable[Described]) -> None:
    pages = iam.get_paginator("list_roles").paginate(PaginationConfig={"PageSize": 1000})
    trusts = {
        role["RoleName"]: trusted_principals(t.cast("dict[str, t.Any]", role["AssumeRolePolicyDocument"]))
        for page in pages
        for role in page["Roles"]
    }
    for provider in providers:
        provider["trusted_by"] = sorted(name for name, principals in trusts.items() if provider["arn"] in principals)


def trusted_principals(trust_policy: Mapping[str, t.Any]) -> set[str]:
    """Everything that the statements of a trust policy allow in."""
    principals: set[str] = set()
    for statement in _all(trust_policy.get("Statement", [])):
        if statement.get("Effect") != "Allow":
            continue
        principal = statement.get("Principal", "*")
        kinds = principal.values() if isinstance(principal, Mapping) else [principal]
        principals.update(name for kind in kinds for name in _all(kind))
    return principals


def _all(value: t.Any) -> list[t.Any]:
    """IAM takes one thing in place of a list of one."""
    return value if isinstance(value, list) else [value]


def _tags(tags: Iterable[Mapping[str, t.Any]]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}

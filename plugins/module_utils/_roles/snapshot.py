# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads named roles, instance profiles and OIDC providers, in the form that iam_account_info returns."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.details import Described, existing
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import as_list

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


def describe_roles(iam: IAMClient, names: Iterable[str]) -> list[Described]:
    """Return the named roles that exist, with trust policy and policies. Raises botocore's errors."""
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
        "tags": tags_of(role.get("Tags", [])),
        "trust_policy": trust_policy,
        "trusts": sorted(trusted_principals(trust_policy)),
        "managed_policies": sorted(p["PolicyArn"] for page in attached for p in page["AttachedPolicies"]),
        "inline_policies": sorted(policy for page in inline for policy in page["PolicyNames"]),
    }


def describe_instance_profiles(iam: IAMClient, names: Iterable[str]) -> list[Described]:
    """Return the instance profiles with these names, and those of roles with these names. Raises botocore's errors."""
    wanted = list(names)
    found = {profile["name"]: profile for profile in existing(iam, wanted, _describe_instance_profile)}
    holding = (profile for profiles in existing(iam, wanted, _holding) for profile in profiles["profiles"])
    return [*found.values(), *(profile for profile in holding if profile["name"] not in found)]


def _describe_instance_profile(iam: IAMClient, name: str) -> Described:
    return _profile(iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"])


def _holding(iam: IAMClient, role: str) -> Described:
    pages = iam.get_paginator("list_instance_profiles_for_role").paginate(RoleName=role)
    return {"profiles": [_profile(profile) for page in pages for profile in page["InstanceProfiles"]]}


def _profile(profile: t.Any) -> Described:
    return {
        "name": profile["InstanceProfileName"],
        "arn": profile["Arn"],
        "path": profile["Path"],
        "roles": [role["RoleName"] for role in profile["Roles"]],
        "tags": tags_of(profile.get("Tags", [])),
    }


def describe_oidc_providers(iam: IAMClient, urls: Iterable[str]) -> list[Described]:
    """Return the OIDC providers with these issuer URLs, and the roles that trust them. Raises botocore's errors."""
    wanted = [url.removeprefix("https://") for url in urls]
    if not wanted:
        return []
    # IAM can only list all providers, each by its ARN.
    arns = {
        p["Arn"].split("/", 1)[1]: p["Arn"] for p in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]
    }
    return trusted_by(iam, existing(iam, (arns[host] for host in wanted if host in arns), _describe_oidc_provider))


def _describe_oidc_provider(iam: IAMClient, arn: str) -> Described:
    provider = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    return {
        "name": arn.split("/", 1)[1],
        "arn": arn,
        "audiences": sorted(provider.get("ClientIDList", [])),
        "tags": tags_of(provider.get("Tags", [])),
    }


def trusted_by(iam: IAMClient, providers: list[Described]) -> list[Described]:
    """Return the providers, each with the names of the roles that trust it. Raises botocore's errors."""
    if not providers:
        return []
    pages = iam.get_paginator("list_roles").paginate(PaginationConfig={"PageSize": 1000})
    trusts = {
        role["RoleName"]: trusted_principals(t.cast("dict[str, t.Any]", role["AssumeRolePolicyDocument"]))
        for page in pages
        for role in page["Roles"]
    }
    return [
        {**provider, "trusted_by": sorted(name for name, who in trusts.items() if provider["arn"] in who)}
        for provider in providers
    ]


def trusted_principals(trust_policy: Mapping[str, t.Any]) -> set[str]:
    """Return all principals that a trust policy allows."""
    principals: set[str] = set()
    for statement in as_list(trust_policy.get("Statement", [])):
        if statement.get("Effect") != "Allow":
            continue
        principal = statement.get("Principal", "*")
        kinds = principal.values() if isinstance(principal, Mapping) else [principal]
        principals.update(name for kind in kinds for name in as_list(kind))
    return principals


def tags_of(tags: Iterable[Mapping[str, t.Any]]) -> dict[str, str]:
    """Return boto3's list of tags as a dictionary."""
    return {tag["Key"]: tag["Value"] for tag in tags}

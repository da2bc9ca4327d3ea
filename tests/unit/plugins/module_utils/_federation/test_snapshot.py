# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Named roles and SAML providers are described if they exist, with whom they let in."""

from __future__ import annotations

import datetime
import hashlib
import json
import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.snapshot import describe_saml_providers
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.snapshot import describe_roles, trusted_principals

if t.TYPE_CHECKING:
    from helpers.modules.scripted import Answer, Stubbed

ARN = "arn:aws:iam::123456789012"
WHEN = "2026-11-24T10:00:00Z"
PROVIDER = f"{ARN}:saml-provider/Example"
BOUNDARY = f"{ARN}:policy/Boundary"


def trust(*providers: str) -> Answer:
    return {"Statement": [{"Effect": "Allow", "Principal": {"Federated": provider}} for provider in providers]}


def role(name: str, *providers: str, **more: t.Any) -> Answer:
    return {
        "RoleName": name,
        "RoleId": f"AROA{name:X<16}",
        "Arn": f"{ARN}:role/{name}",
        "Path": "/",
        "CreateDate": WHEN,
        "AssumeRolePolicyDocument": json.dumps(trust(*providers)),
        **more,
    }


def script_providers(iam: Stubbed, *names: str) -> None:
    iam.answers("list_saml_providers", {"SAMLProviderList": [{"Arn": f"{ARN}:saml-provider/{name}"} for name in names]})


def test_a_role_is_described_with_all_that_it_has(iam: Stubbed) -> None:
    more = {"MaxSessionDuration": 7200, "Tags": [{"Key": "team", "Value": "a"}]}
    more |= {"PermissionsBoundary": {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": BOUNDARY}}
    iam.answers("get_role", {"Role": role("HSM", PROVIDER, **more)}, RoleName="HSM")
    attached = {"AttachedPolicies": [{"PolicyName": "B", "PolicyArn": f"{ARN}:policy/B"}]}
    iam.answers("list_attached_role_policies", {**attached, "IsTruncated": True, "Marker": "more"}, RoleName="HSM")
    attached = {"AttachedPolicies": [{"PolicyName": "A", "PolicyArn": f"{ARN}:policy/A"}]}
    iam.answers("list_attached_role_policies", attached, RoleName="HSM", Marker="more")
    iam.answers("list_role_policies", {"PolicyNames": ["in"]}, RoleName="HSM")
    assert describe_roles(iam.client, ["HSM"]) == [
        {
            "name": "HSM",
            "arn": f"{ARN}:role/HSM",
            "path": "/",
            "max_session_duration": 7200,
            "boundary": BOUNDARY,
            "tags": {"team": "a"},
            "trust_policy": trust(PROVIDER),
            "trusts": [PROVIDER],
            "managed_policies": [f"{ARN}:policy/A", f"{ARN}:policy/B"],
            "inline_policies": ["in"],
        }
    ]


def test_roles_and_providers_that_are_not_there_are_left_out(iam: Stubbed) -> None:
    iam.refuses("get_role", "NoSuchEntity", RoleName="None")
    assert describe_roles(iam.client, ["None"]) == []
    script_providers(iam, "Other")
    assert describe_saml_providers(iam.client, ["None"]) == []


@pytest.mark.parametrize("describe", [describe_roles, describe_saml_providers])
def test_no_names_make_no_call(iam: Stubbed, describe: t.Callable[..., list[Answer]]) -> None:
    assert describe(iam.client, []) == []


def test_a_provider_is_described_with_the_roles_of_all_pages_that_trust_it(iam: Stubbed) -> None:
    script_providers(iam, "Example", "Other")
    provider = {"SAMLMetadataDocument": "<a/>" * 250, "ValidUntil": datetime.datetime(2027, 5, 9, tzinfo=datetime.UTC)}
    iam.answers("get_saml_provider", provider, SAMLProviderArn=PROVIDER)
    page = {"Roles": [role("Z", PROVIDER), role("Not", f"{PROVIDER}es")], "IsTruncated": True, "Marker": "more"}
    iam.answers("list_roles", page, MaxItems=1000)
    iam.answers("list_roles", {"Roles": [role("A", f"{PROVIDER}es", PROVIDER)]}, MaxItems=1000, Marker="more")
    assert describe_saml_providers(iam.client, ["Example"]) == [
        {
            "name": "Example",
            "arn": PROVIDER,
            "entity_id": None,
            "metadata_sha256": hashlib.sha256(b"<a/>" * 250).hexdigest(),
            "valid_until": "2027-05-09T00:00:00+00:00",
            "tags": {},
            "trusted_by": ["A", "Z"],
        }
    ]


def test_a_provider_that_goes_while_it_is_read_is_left_out(iam: Stubbed) -> None:
    script_providers(iam, "Example")
    iam.refuses("get_saml_provider", "NoSuchEntity", SAMLProviderArn=PROVIDER)
    assert describe_saml_providers(iam.client, ["Example"]) == []


@pytest.mark.parametrize(
    ("statement", "principals"),
    [
        ({"Effect": "Allow", "Principal": "*"}, {"*"}),
        ({"Effect": "Allow", "Principal": {"AWS": ["a", "b"], "Service": "c"}}, {"a", "b", "c"}),
        ([{"Effect": "Deny", "Principal": {"AWS": "a"}}, {"Effect": "Allow", "Principal": {"AWS": "b"}}], {"b"}),
        # What excludes somebody lets in everybody else.
        ({"Effect": "Allow", "NotPrincipal": {"AWS": "a"}}, {"*"}),
        ([], set()),
    ],
)
def test_all_ways_to_write_principals_are_read(statement: t.Any, principals: set[str]) -> None:
    assert trusted_principals({"Statement": statement}) == principals

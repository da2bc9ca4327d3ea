# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads named SAML providers, in the form that iam_account_info returns."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.details import Described, existing
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_metadata import entity_id, fingerprint
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.snapshot import tags_of, trusted_by

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


def describe_saml_providers(iam: IAMClient, names: Iterable[str]) -> list[Described]:
    """Return the named SAML providers that exist, and the roles that trust them. Raises botocore's errors."""
    wanted = list(names)
    if not wanted:
        return []
    # IAM can only list all providers, each by its ARN.
    arns = {p["Arn"].rsplit("/", 1)[1]: p["Arn"] for p in iam.list_saml_providers()["SAMLProviderList"]}
    found = existing(iam, (arns[name] for name in wanted if name in arns), _describe_saml_provider)
    return trusted_by(iam, found)


def _describe_saml_provider(iam: IAMClient, arn: str) -> Described:
    provider = iam.get_saml_provider(SAMLProviderArn=arn)
    until = provider.get("ValidUntil")
    return {
        "name": arn.rsplit("/", 1)[1],
        "arn": arn,
        "entity_id": entity_id(provider["SAMLMetadataDocument"]),
        "metadata_sha256": fingerprint(provider["SAMLMetadataDocument"]),
        "valid_until": until.isoformat() if until else None,
        "tags": tags_of(provider.get("Tags", [])),
    }

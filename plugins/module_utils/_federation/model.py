# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""A SAML provider, a policy and a role as they exist in the account, and which of them are ours."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_metadata import entity_id
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_trust import (
    AUDIENCES,
    PROVIDER_ARN,
    saml_trust_policy,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.input import Options
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.model import RoleAccount, asked_of_role, first


def asked(options: Options) -> dict[str, t.Any]:
    """Return what to look up with iam_account_info."""
    provider = options["provider_name"] or (options["provider_arn"] or "").rpartition("/")[2]
    return {**asked_of_role(options), "saml_providers": [provider] if provider else []}


class Account(RoleAccount):
    """The result of iam_account_info, and what follows from it and the options."""

    def __init__(self, options: Options, found: Mapping[str, t.Any]) -> None:
        super().__init__(options, found)
        self.provider = first(found["saml_providers"])

    @property
    def provider_arn(self) -> str | None:
        """ARN of the provider, also before it exists; None if none is named."""
        name = self.options["provider_name"]
        made_here = self.arn("saml-provider/", name) if name else None
        return self.options["provider_arn"] or made_here

    @property
    def others_trusted(self) -> list[str]:
        """Principals that the role trusts besides the provider. If no provider is named, any provider is accepted."""
        trusts = self.role.get("trusts", [])
        if self.provider_arn is None:
            return [principal for principal in trusts if not PROVIDER_ARN.fullmatch(principal)]
        return [principal for principal in trusts if principal != self.provider_arn]

    @property
    def foreign_entity(self) -> str | None:
        """The provider's entity ID if it belongs to another identity provider (empty if unknown); otherwise None.

        The module that creates providers sets no tags, so only the entity ID shows whose provider it is.
        """
        if not self.provider or not self.options["provider_name"] or self.options["adopt_provider"]:
            return None
        has = self.provider["entity_id"]
        return None if has and has == entity_id(self.options["metadata"]) else has or ""

    @property
    def endpoints(self) -> list[str]:
        """The sign-in endpoints to which the identity provider may send assertions."""
        return self.options["audiences"] or [AUDIENCES[self.partition]]

    @property
    def mfa(self) -> dict[str, str]:
        """The required session tag that proves MFA; empty if MFA is not required."""
        return {self.options["mfa_tag_key"]: self.options["mfa_tag_value"]} if self.options["require_mfa"] else {}

    @property
    def trusted(self) -> list[str]:
        """ARN of the provider."""
        return [str(self.provider_arn)]

    @property
    def trust_policy(self) -> dict[str, t.Any]:
        """The trust policy that the role should have."""
        return saml_trust_policy(str(self.provider_arn), self.mfa, self.options["session_tags"], self.endpoints)

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What an account holds of a provider, a policy and a role, and what is ours of it."""

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
    """What iam_account_info is asked for."""
    provider = options["provider_name"] or (options["provider_arn"] or "").rpartition("/")[2]
    return {**asked_of_role(options), "saml_providers": [provider] if provider else []}


class Account(RoleAccount):
    """What iam_account_info told, and what belongs to the role in it."""

    def __init__(self, options: Options, found: Mapping[str, t.Any]) -> None:
        super().__init__(options, found)
        self.provider = first(found["saml_providers"])

    @property
    def provider_arn(self) -> str | None:
        """ARN of the provider, which is known before it is made; None where none was named."""
        name = self.options["provider_name"]
        made_here = self.arn("saml-provider/", name) if name else None
        return self.options["provider_arn"] or made_here

    @property
    def others_trusted(self) -> list[str]:
        """Whom the role lets in besides the provider. Where none is named, any provider is taken for the one."""
        trusts = self.role.get("trusts", [])
        if self.provider_arn is None:
            return [principal for principal in trusts if not PROVIDER_ARN.fullmatch(principal)]
        return [principal for principal in trusts if principal != self.provider_arn]

    @property
    def foreign_entity(self) -> str | None:
        """The entity ID of another identity provider's that the provider of our name has; None where it is ours.

        The module that makes providers gives them no tags. What tells who a provider is of is whom it lets in.
        """
        if not self.provider or not self.options["provider_name"] or self.options["adopt_provider"]:
            return None
        has = self.provider["entity_id"]
        return None if has and has == entity_id(self.options["metadata"]) else has or ""

    @property
    def endpoints(self) -> list[str]:
        """Where the identity provider may send its assertions."""
        return self.options["audiences"] or [AUDIENCES[self.partition]]

    @property
    def mfa(self) -> dict[str, str]:
        """The session tag that says that somebody signed in with MFA, where it is required."""
        return {self.options["mfa_tag_key"]: self.options["mfa_tag_value"]} if self.options["require_mfa"] else {}

    @property
    def trusted(self) -> list[str]:
        """The provider."""
        return [str(self.provider_arn)]

    @property
    def trust_policy(self) -> dict[str, t.Any]:
        """The trust policy that the role shall have."""
        return saml_trust_policy(str(self.provider_arn), self.mfa, self.options["session_tags"], self.endpoints)

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What an account holds of a provider, a policy and a role, and what is ours of it."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.input import Options
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_metadata import entity_id
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_trust import (
    AUDIENCES,
    PROVIDER_ARN,
    saml_trust_policy,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import (
    Expected,
    is_ours,
    may_be_used,
    named,
)

Described = dict[str, t.Any]


def asked(options: Options) -> dict[str, t.Any]:
    """What iam_account_info is asked for."""
    provider = options["provider_name"] or (options["provider_arn"] or "").rpartition("/")[2]
    boundary = limits.POLICY_ARN.fullmatch(options["boundary"] or "")
    path_and_name = options["boundary"].partition(":policy/")[2] if boundary else ""
    of_aws = bool(boundary and boundary["account"] == "aws")
    return {
        "roles": [options["role_name"]],
        "policies": [options["policy_name"], *([path_and_name.rpartition("/")[2]] if boundary and not of_aws else [])],
        "aws_managed_policies": [path_and_name] if of_aws else [],
        "saml_providers": [provider] if provider else [],
    }


class Account:
    """What iam_account_info told, and what belongs to the role in it."""

    def __init__(self, options: Options, found: Mapping[str, t.Any]) -> None:
        self.options = options
        self.number = found["account"]["account_id"]
        self.partition = found["account"]["partition"]
        self.caller = found["account"]["caller_arn"]
        self.role = _first(found["roles"])
        self.policy = dict(named(options["policy_name"], found["policies"]))
        boundaries = {each["arn"] for each in found["policies"]}
        self.lacks_boundary = bool(options["boundary"]) and (
            bool(found.get("missing_aws_managed_policies"))
            if ":iam::aws:" in options["boundary"]
            else options["boundary"] not in boundaries
        )
        self.provider = _first(found["saml_providers"])

    def called(self, option: str) -> str:
        """What whoever gives the option calls it."""
        return called(option, self.options["variables_prefix"])

    @property
    def provider_arn(self) -> str | None:
        """ARN of the provider, which is known before it is made; None where none was named."""
        name = self.options["provider_name"]
        made_here = self._arn("saml-provider/", name) if name else None
        return self.options["provider_arn"] or made_here

    @property
    def role_arn(self) -> str:
        """ARN of the role, which is known before it is made."""
        return str(self.role.get("arn") or self._arn(f"role{self.path}", self.options["role_name"]))

    @property
    def own_policy_arn(self) -> str:
        """ARN of the role's customer managed policy, which is known before it is made."""
        return str(self.policy.get("arn") or self._arn(f"policy{self.path}", self.options["policy_name"]))

    @property
    def administrator_arn(self) -> str:
        """ARN of the AWS managed policy of administrators."""
        return f"arn:{self.partition}:iam::aws:policy/AdministratorAccess"

    @property
    def other_policies(self) -> list[str]:
        """ARNs of the policies that the role has besides those of the access levels."""
        own = (self.administrator_arn, self.own_policy_arn)
        return [arn for arn in self.role.get("managed_policies", []) if arn not in own]

    @property
    def others_trusted(self) -> list[str]:
        """Whom the role lets in besides the provider. Where none is named, any provider is taken for the one."""
        trusts = self.role.get("trusts", [])
        if self.provider_arn is None:
            return [principal for principal in trusts if not PROVIDER_ARN.fullmatch(principal)]
        return [principal for principal in trusts if principal != self.provider_arn]

    @property
    def expected_policy(self) -> Expected:
        """The role's customer managed policy as it is looked for."""
        return Expected(
            self.options["policy_name"],
            name_option=self.called("policy_name"),
            adopt_option=self.called("adopt_policy"),
            path=self.options["path"],
            path_option=self.called("path"),
            creation_tags=self.options["creation_tags"],
            adopt=self.options["adopt_policy"],
        )

    @property
    def owns_policy(self) -> bool:
        """Whether there is a policy of the name, and it may be changed and deleted."""
        return bool(self.policy) and may_be_used(self.expected_policy, self.policy)

    @property
    def owns_role(self) -> bool:
        """Whether there is a role of the name that was made here, or that may be treated as if it was."""
        ours = is_ours(self.role.get("tags", {}), self.options["creation_tags"])
        return bool(self.role) and (ours or bool(self.options["adopt_role"]))

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
    def trust_policy(self) -> dict[str, t.Any]:
        """The trust policy that the role shall have."""
        return saml_trust_policy(str(self.provider_arn), self.mfa, self.options["session_tags"], self.endpoints)

    @property
    def path(self) -> str:
        """The path of the role and the policy."""
        return self.options["path"] or "/"

    def _arn(self, kind: str, name: object) -> str:
        return f"arn:{self.partition}:iam::{self.number}:{kind}{name}"


def _first(found: list[Described]) -> Described:
    return found[0] if found else {}

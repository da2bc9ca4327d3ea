# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""A role and its policy as they exist in the account, and which of them are ours."""

from __future__ import annotations

import abc
import typing as t
from collections.abc import Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.catalogue import LEVELS
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import (
    Expected,
    is_ours,
    may_be_used,
    named,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.input import Options

Described = dict[str, t.Any]


def asked_of_role(options: Options) -> dict[str, t.Any]:
    """Return what to look up with iam_account_info: a role, its policy and its boundary."""
    boundary = limits.POLICY_ARN.fullmatch(options["boundary"] or "")
    path_and_name = options["boundary"].partition(":policy/")[2] if boundary else ""
    of_aws = bool(boundary and boundary["account"] == "aws")
    return {
        "roles": [options["role_name"]],
        "policies": [options["policy_name"], *([path_and_name.rpartition("/")[2]] if boundary and not of_aws else [])],
        "aws_managed_policies": [path_and_name] if of_aws else [],
    }


class RoleAccount(abc.ABC):
    """The result of iam_account_info for a role, and what follows from it and the options."""

    # The user's name for the option role_name.
    NAME_OPTION = "role_name"

    def __init__(self, options: Options, found: Mapping[str, t.Any]) -> None:
        self.options = options
        self.number = found["account"]["account_id"]
        self.partition = found["account"]["partition"]
        self.caller = found["account"]["caller_arn"]
        self.role = first(found["roles"])
        self.policy = dict(named(options["policy_name"], found["policies"]))
        boundaries = {each["arn"] for each in found["policies"]}
        self.lacks_boundary = bool(options["boundary"]) and (
            bool(found.get("missing_aws_managed_policies"))
            if ":iam::aws:" in options["boundary"]
            else options["boundary"] not in boundaries
        )

    def called(self, option: str) -> str:
        """Return the user's name for the option."""
        return called(self.NAME_OPTION if option == "role_name" else option, self.options["variables_prefix"])

    @property
    def name(self) -> str:
        """Name of the role, as the account spells it if the role exists. IAM ignores the case of names (CreateRole)."""
        return str(self.role.get("name") or self.options["role_name"])

    @property
    def role_arn(self) -> str:
        """ARN of the role, also before it exists."""
        return str(self.role.get("arn") or self.arn(f"role{self.path}", self.options["role_name"]))

    @property
    def own_policy_arn(self) -> str:
        """ARN of the role's customer managed policy, also before it exists."""
        return str(self.policy.get("arn") or self.arn(f"policy{self.path}", self.options["policy_name"]))

    @property
    def administrator_arn(self) -> str:
        """ARN of AWS's AdministratorAccess."""
        return f"arn:{self.partition}:iam::aws:policy/AdministratorAccess"

    @property
    def other_policies(self) -> list[str]:
        """ARNs of the role's attached policies, except those of the access levels."""
        own = (self.administrator_arn, self.own_policy_arn)
        return [arn for arn in self.role.get("managed_policies", []) if arn not in own]

    @property
    def expected_policy(self) -> Expected:
        """What identifies an existing policy as the role's customer managed policy."""
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
        """Whether the policy exists and may be changed and deleted."""
        return bool(self.policy) and may_be_used(self.expected_policy, self.policy)

    @property
    def owns_role(self) -> bool:
        """Whether the role exists and was created by this collection or is adopted."""
        ours = is_ours(self.role.get("tags", {}), self.options["creation_tags"])
        return bool(self.role) and (ours or bool(self.options["adopt_role"]))

    @property
    def path(self) -> str:
        """The path of the role and the policy."""
        return self.options["path"] or "/"

    @property
    def has_own_policy(self) -> bool:
        """Whether the access level has a customer managed policy."""
        return self.options["access"] in LEVELS

    @property
    def others_trusted(self) -> list[str]:
        """Principals that the role trusts now but should not."""
        return [principal for principal in self.role.get("trusts", []) if principal not in self.trusted]

    @property
    @abc.abstractmethod
    def trusted(self) -> list[str]:
        """Principals that the role should trust."""

    @property
    @abc.abstractmethod
    def trust_policy(self) -> dict[str, t.Any]:
        """The trust policy that the role should have."""

    def others_trusting(self, provider: Mapping[str, t.Any]) -> list[str]:
        """Return the names of the other roles that trust the identity provider, which may not exist."""
        return [role for role in provider.get("trusted_by", []) if role != self.name]

    def arn(self, kind: str, name: object) -> str:
        """Return the ARN of an object in the account, which may not exist yet."""
        return f"arn:{self.partition}:iam::{self.number}:{kind}{name}"


def first(found: list[Described]) -> Described:
    """Return the first object, or an empty one if nothing was found."""
    return found[0] if found else {}

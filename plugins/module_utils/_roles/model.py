# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What an account holds of a role and its policy, and what is ours of it."""

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
    """What iam_account_info is asked for of a role, its policy and its boundary."""
    boundary = limits.POLICY_ARN.fullmatch(options["boundary"] or "")
    path_and_name = options["boundary"].partition(":policy/")[2] if boundary else ""
    of_aws = bool(boundary and boundary["account"] == "aws")
    return {
        "roles": [options["role_name"]],
        "policies": [options["policy_name"], *([path_and_name.rpartition("/")[2]] if boundary and not of_aws else [])],
        "aws_managed_policies": [path_and_name] if of_aws else [],
    }


class RoleAccount(abc.ABC):
    """What iam_account_info told of a role and its policy, and what belongs to the role in it."""

    # What the option role_name is called.
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
        """What whoever gives the option calls it."""
        return called(self.NAME_OPTION if option == "role_name" else option, self.options["variables_prefix"])

    @property
    def role_arn(self) -> str:
        """ARN of the role, which is known before it is made."""
        return str(self.role.get("arn") or self.arn(f"role{self.path}", self.options["role_name"]))

    @property
    def own_policy_arn(self) -> str:
        """ARN of the role's customer managed policy, which is known before it is made."""
        return str(self.policy.get("arn") or self.arn(f"policy{self.path}", self.options["policy_name"]))

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
    def path(self) -> str:
        """The path of the role and the policy."""
        return self.options["path"] or "/"

    @property
    def has_own_policy(self) -> bool:
        """Whether the role's access is a level, which has a customer managed policy."""
        return self.options["access"] in LEVELS

    @property
    def others_trusted(self) -> list[str]:
        """Whom the role lets in besides those whom it shall let in."""
        return [principal for principal in self.role.get("trusts", []) if principal not in self.trusted]

    @property
    @abc.abstractmethod
    def trusted(self) -> list[str]:
        """Whom the role shall let in."""

    @property
    @abc.abstractmethod
    def trust_policy(self) -> dict[str, t.Any]:
        """The trust policy that the role shall have."""

    def arn(self, kind: str, name: object) -> str:
        """The ARN that a thing of the account has, or will have."""
        return f"arn:{self.partition}:iam::{self.number}:{kind}{name}"


def first(found: list[Described]) -> Described:
    """The one that was asked for; empty where it is not there."""
    return found[0] if found else {}

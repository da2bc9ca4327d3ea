# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""A role for machines or other accounts as it exists in the account, and which parts are ours."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._cloudhsm_role.input import EC2, host_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._cloudhsm_role.trust import (
    provider_arn,
    trust_policy,
    trusted_principals,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import is_ours
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.input import ADMINISTRATOR, Options
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.model import Described, RoleAccount, asked_of_role


def asked(options: Options) -> dict[str, t.Any]:
    """Return what to look up with iam_account_info."""
    return {
        **asked_of_role(options),
        # A role of any kind may be in an instance profile that someone created. IAM then refuses to delete the role.
        "instance_profiles": [options["role_name"]] if uses_profiles(options) else [],
        "oidc_providers": [options["oidc_url"]] if options["oidc_url"] else [],
    }


def uses_profiles(options: Options) -> bool:
    """Whether instance profiles matter for this role."""
    return bool(options["trust"] == EC2 or options["state"] == "absent")


class Account(RoleAccount):
    """The result of iam_account_info, and what follows from it and the options."""

    NAME_OPTION = "name"

    def __init__(self, options: Options, found: Mapping[str, t.Any]) -> None:
        super().__init__(options, found)
        self.profiles: list[Described] = found["instance_profiles"]
        name = options["role_name"].casefold()
        self.profile: Described = next((one for one in self.profiles if one["name"].casefold() == name), {})
        self.provider: Described = next(iter(found["oidc_providers"]), {})

    @property
    def trusted(self) -> list[str]:
        """Principals that the role should trust; none if it should be deleted."""
        if self.options["state"] == "absent":
            return []
        return trusted_principals(self.options, self.partition, self.number)

    @property
    def trust_policy(self) -> dict[str, t.Any]:
        """The trust policy that the role should have."""
        return trust_policy(self.options, self.partition, self.number)

    @property
    def wanted_policies(self) -> list[str]:
        """ARNs of the policies that the role should have."""
        access = self.options["access"]
        own = [self.own_policy_arn] if self.has_own_policy else []
        administrator = [self.administrator_arn] if access == ADMINISTRATOR else []
        return list(dict.fromkeys([*administrator, *own, *self.options["managed_policies"]]))

    @property
    def other_policies(self) -> list[str]:
        """ARNs of the role's attached policies, except those of the access levels and the listed ones."""
        return [arn for arn in super().other_policies if arn not in self.options["managed_policies"]]

    @property
    def provider_arn(self) -> str | None:
        """ARN of the OIDC provider, also before it exists; None if none is named."""
        return provider_arn(self.options, self.partition, self.number) if host_of(self.options) else None

    @property
    def profile_arn(self) -> str:
        """ARN of the instance profile, also before it exists."""
        made_here = self.arn(f"instance-profile{self.path}", self.options["role_name"])
        return str(self.profile.get("arn") or made_here)

    @property
    def owns_profile(self) -> bool:
        """Whether the instance profile may be used and deleted: it is ours, adopted, or contains this role."""
        ours = is_ours(self.profile.get("tags", {}), self.options["creation_tags"])
        adopted = ours or self.options["adopt_instance_profile"] or self._is_of_role(self.profile)
        return bool(self.profile) and bool(adopted)

    @property
    def owns_provider(self) -> bool:
        """Whether the OIDC provider may be changed and deleted."""
        ours = is_ours(self.provider.get("tags", {}), self.options["creation_tags"])
        return bool(self.provider) and bool(ours or self.options["adopt_oidc_provider"])

    @property
    def other_roles_of_profile(self) -> list[str]:
        """Roles in the instance profile other than this one."""
        name = self.options["role_name"].casefold()
        return [role for role in self.profile.get("roles", []) if role.casefold() != name]

    @property
    def other_profiles(self) -> list[str]:
        """Names of other instance profiles that contain the role."""
        others = [profile for profile in self.profiles if profile != self.profile]
        return [profile["name"] for profile in others if self._is_of_role(profile)]

    def _is_of_role(self, profile: Described) -> bool:
        name = self.options["role_name"].casefold()
        return bool(self.role) and name in [role.casefold() for role in profile.get("roles", [])]

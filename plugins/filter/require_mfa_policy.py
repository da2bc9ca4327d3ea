# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: require_mfa_policy
short_description: The IAM policy that requires MFA for everything except registering an MFA device
version_added: 1.0.0
description:
  - Returns a policy document that denies IAM users everything until they sign in with MFA. The only exceptions are the
    actions that users need to register their own MFA device and to sign in with it, also from the command line.
  - It includes the permissions of P(cloudhsm.iam.self_service_policy#filter), so members of a group with this policy
    need no other policy to register a device.
  - Users can't change their password without MFA. A user who must choose a new password at the first sign-in, and has
    no MFA device yet, is therefore locked out.
  - Access keys are long-term credentials without MFA. They can only be used to get a session with MFA.
positional: _input
options:
  _input:
    description: The AWS partition that the policy is for, such as V(aws), V(aws-cn) or V(aws-us-gov).
    type: str
    required: true
author:
  - cloudhsm.iam contributors (@cloudhsm)
seealso:
  - plugin: cloudhsm.iam.self_service_policy
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Create a policy for groups whose members must use MFA
  amazon.aws.iam_managed_policy:
    name: RequireMFA
    policy: "{{ 'aws' | cloudhsm.iam.require_mfa_policy | to_json }}"
"""

RETURN = r"""
_value:
  description: The policy document.
  type: dict
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies import self_service


def require_mfa_policy(partition: t.Any) -> dict[str, t.Any]:
    """The policy document for a partition. Raises AnsibleFilterError."""
    try:
        return self_service.require_mfa_policy(partition)
    except ValueError as exc:
        raise AnsibleFilterError(f"cloudhsm.iam.require_mfa_policy: {exc}") from exc


class FilterModule:
    """The entry point for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filters by name."""
        return {"require_mfa_policy": require_mfa_policy}

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: self_service_policy
short_description: The IAM policy that lets users manage their own password and MFA devices
version_added: 1.0.0
description:
  - Returns a policy document that lets IAM users change their own password and register their own MFA devices, in the
    console and from the command line.
  - Only the owner of an MFA device can remove it, signed in with MFA.
  - It gives no access to other users' credentials, to policies or to groups.
positional: _input
options:
  _input:
    description: The AWS partition that the policy is for, such as V(aws), V(aws-cn) or V(aws-us-gov).
    type: str
    required: true
author:
  - cloudhsm.iam contributors (@cloudhsm)
seealso:
  - plugin: cloudhsm.iam.require_mfa_policy
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Create a policy for all users
  amazon.aws.iam_managed_policy:
    name: SelfService
    policy: "{{ 'aws' | cloudhsm.iam.self_service_policy | to_json }}"
"""

RETURN = r"""
_value:
  description: The policy document.
  type: dict
"""

import typing as t

from ansible.errors import AnsibleFilterError
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies import self_service


def self_service_policy(partition: t.Any) -> dict[str, t.Any]:
    """The policy document for a partition. Raises AnsibleFilterError."""
    try:
        return self_service.self_service_policy(partition)
    except ValueError as exc:
        raise AnsibleFilterError(f"cloudhsm.iam.self_service_policy: {exc}") from exc


class FilterModule:
    """The entry point for Ansible."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filters by name."""
        return {"self_service_policy": self_service_policy}

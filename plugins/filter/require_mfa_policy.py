# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: require_mfa_policy
short_description: The IAM policy that allows nothing but managing one's own credentials until signed in with MFA
version_added: 1.0.0
description:
  - Gives the document of a policy that denies IAM users everything, unless they have signed in with MFA, but what they
    need to register an MFA device for themselves and to sign in with it, also from the command line.
  - It holds the rights of P(cloudhsm.iam.self_service_policy#filter) too, so that a group with this policy needs no
    other for its members to register a device.
  - A password can't be changed without MFA. A user who has to choose a new one at the first sign-in, and has no MFA
    device yet, is therefore locked out.
  - Access keys are long-term credentials and know no MFA, so they can be used only to get a session with MFA.
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
- name: A policy for groups whose members have to use MFA
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
    """The policy document for a partition."""
    try:
        return self_service.require_mfa_policy(partition)
    except ValueError as exc:
        raise AnsibleFilterError(f"cloudhsm.iam.require_mfa_policy: {exc}") from exc


class FilterModule:
    """What Ansible looks for in a filter plugin."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """The filters of this file."""
        return {"require_mfa_policy": require_mfa_policy}

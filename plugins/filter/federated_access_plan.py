# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of the role federated_access as a filter."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.plan import make_plan
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._saml_file import with_metadata

DOCUMENTATION = r"""
name: federated_access_plan
short_description: What the role federated_access has to do
version_added: 1.0.0
description:
  - Compares the variables of the role C(cloudhsm.iam.federated_access) with the account, and works out what its tasks
    are given. Made for that role; the variables have to be without mistakes.
author:
  - cloudhsm.iam contributors
options:
  _input:
    description: The variables, without the prefix C(federated_access_).
    type: dict
    required: true
  account:
    description: What M(cloudhsm.iam.iam_account_info) returns for the role, its policy and the provider.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Look up what is there
  cloudhsm.iam.iam_account_info:
    roles: [CloudHSMAdministrators]
    policies: [CloudHSMAdministrators]
    saml_providers: [Example]
  register: account

- name: See what stands in the way
  ansible.builtin.debug:
    msg: "{{ (options | cloudhsm.iam.federated_access_plan(account)).problems }}"
  vars:
    options:
      state: absent
      provider_state: absent
      provider_name: Example
      role_name: CloudHSMAdministrators
      policy_name: CloudHSMAdministrators
      creation_tags: {cloudhsm.iam/managed: "true"}
"""

RETURN = r"""
_value:
  description:
    - The plan. RV(_value.problems) says what the account does not allow; where it is not empty, nothing is to be done.
  type: dict
  contains:
    problems:
      description: One sentence for each thing that stands in the way, which begins with the variable's name.
      returned: always
      type: list
      elements: str
      sample: []
    role_is_new:
      description: Whether the role is not there yet.
      returned: always
      type: bool
      sample: true
    policy_is_new:
      description: Whether a policy of that name is not there yet.
      returned: always
      type: bool
      sample: true
    owns_policy:
      description: Whether there is one that was made here, or may be treated as if it was.
      returned: always
      type: bool
      sample: false
    role_arn:
      description: ARN that the role has, or will have.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:role/CloudHSMAdministrators
    provider_arn:
      description: ARN that the provider has, or will have.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:saml-provider/Example
    metadata:
      description: The metadata document as IAM gives it back, so that it can be compared. Empty where none was given.
      returned: with the state present and no problems
      type: str
      sample: "<EntityDescriptor …"
    policy_arn:
      description: ARN of the policy of the access level.
      returned: with the state present and no problems
      type: str
      sample: arn:aws:iam::123456789012:policy/CloudHSMAdministrators
    policy_document:
      description: The policy of the access level. Empty for administrators, who have AWS's own.
      returned: with the state present and no problems
      type: dict
      sample: {"Version": "2012-10-17", "Statement": []}
    managed_policies:
      description: ARNs of all policies that the role will have.
      returned: with the state present and no problems
      type: list
      elements: str
      sample: ["arn:aws:iam::123456789012:policy/CloudHSMAdministrators"]
    other_policies:
      description: Those that the role has besides those of this role's access levels.
      returned: with the state present and no problems
      type: list
      elements: str
      sample: []
    trust_policy:
      description: The trust policy.
      returned: with the state present and no problems
      type: dict
      sample: {"Version": "2012-10-17", "Statement": []}
    role_tags:
      description: Tags to set on the role.
      returned: with the state present and no problems
      type: dict
      sample: {"cloudhsm.iam/managed": "true"}
    policy_tags:
      description: Tags to set on the policy.
      returned: with the state present and no problems
      type: dict
      sample: {"cloudhsm.iam/managed": "true"}
    sign_in_endpoints:
      description: Where the identity provider may send its assertions.
      returned: with the state present and no problems
      type: list
      elements: str
      sample: ["https://signin.aws.amazon.com/saml"]
    saml_attributes:
      description: The attributes that the identity provider has to put into its assertions.
      returned: with the state present and no problems
      type: dict
      sample: {"https://aws.amazon.com/SAML/Attributes/SessionDuration": "3600"}
"""


def plan(variables: Mapping[str, t.Any], account: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The filter."""
    return make_plan(with_metadata(variables), account)


class FilterModule:
    """What Ansible looks for in a filter plugin."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        """Names and functions."""
        return {"federated_access_plan": plan}

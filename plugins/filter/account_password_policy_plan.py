# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of the role account_password_policy as a filter."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

from ansible_collections.cloudhsm.iam.plugins.module_utils._password_policy.plan import make_plan

DOCUMENTATION = r"""
name: account_password_policy_plan
short_description: What the role account_password_policy has to do
version_added: 1.0.0
description:
  - Checks the variables of the role C(cloudhsm.iam.account_password_policy), compares them with the account's password
    policy, and works out the policy that its task sets, and what would be weaker than before. Made for that role.
author:
  - cloudhsm.iam contributors
options:
  _input:
    description: The variables, without the prefix C(account_password_policy_). Settings that are left out may be none.
    type: dict
    required: true
  account:
    description: What M(cloudhsm.iam.iam_account_info) returns where it looks up the password policy.
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Look up what is there
  cloudhsm.iam.iam_account_info:
    password_policy: true
  register: account

- name: See what a policy would weaken
  ansible.builtin.debug:
    msg: "{{ (options | cloudhsm.iam.account_password_policy_plan(account)).weakened }}"
  vars:
    options:
      state: present
      allow_weaker: true
      min_pw_length: 12
"""

RETURN = r"""
_value:
  description:
    - The plan. RV(_value.problems) says what is wrong; where it is not empty, nothing is to be done.
  type: dict
  contains:
    problems:
      description: One sentence for each thing that stands in the way, which begins with the variable's name.
      returned: always
      type: list
      elements: str
      sample: ["account_password_policy_min_pw_length: must be a number from 6 to 128, not 4"]
    changed:
      description: Whether the policy is to be set or deleted.
      returned: always
      type: bool
      sample: true
    weakened:
      description: The settings that get weaker by it, with before and after.
      returned: always
      type: list
      elements: str
      sample: ["min_pw_length from 14 to 12"]
    before:
      description:
        - The account's policy under the names that the options of M(amazon.aws.iam_password_policy) have. Empty where
          there is none, or where there are problems with the variables.
      returned: always
      type: dict
      sample: {}
    after:
      description: The same once the plan is carried out.
      returned: always
      type: dict
      sample: {"min_pw_length": 12, "require_symbols": true}
"""


class FilterModule:
    """What Ansible looks for in a filter plugin."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        """Names and functions."""
        return {"account_password_policy_plan": make_plan}

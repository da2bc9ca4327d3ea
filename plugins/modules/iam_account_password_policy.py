#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_account_password_policy
short_description: Set the password policy of an AWS account without weakening it by accident
version_added: 1.1.0
description:
  - Sets the settings that are given, leaves the others as they are, or deletes the policy. It runs
    M(amazon.aws.iam_password_policy) only where something changes.
  - Refuses to weaken a setting, unless O(allow_weaker) says that it may.
  - A new policy has 8 characters of all four kinds, and lets users change their own passwords, where nothing else is
    given.
  - This is an action. The module runs where the task does.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  state:
    description:
      - V(present) needs at least one setting. V(absent) deletes the policy, and takes no settings. IAM's default counts
        then.
    type: str
    choices: [present, absent]
    default: present
  allow_weaker:
    description: Whether settings may protect less than they do now. Left V(false), that is refused, with each setting.
    type: bool
    default: false
  min_pw_length:
    description: The least number of characters, from 6 to 128.
    type: int
  require_symbols:
    description: Whether a password needs a symbol.
    type: bool
  require_numbers:
    description: Whether a password needs a digit.
    type: bool
  require_uppercase:
    description: Whether a password needs an uppercase letter.
    type: bool
  require_lowercase:
    description: Whether a password needs a lowercase letter.
    type: bool
  allow_pw_change:
    description:
      - Whether all users may change their own passwords, without a policy that says so. They need it for a first
        password that has to be changed.
    type: bool
  pw_max_age:
    description: After how many days a password expires, from 1 to 1095; 0 for never.
    type: int
  pw_reuse_prevent:
    description: How many former passwords can't be used again, from 1 to 24; 0 for none.
    type: int
  pw_expire:
    description:
      - Whether a user whose password has expired needs an administrator to sign in again. Where all administrators are
        such users, all of them can be locked out.
    type: bool
  variables_prefix:
    description:
      - What the names of a role's variables begin with. Options that are not given in the task are the values of these
        variables then, and messages name them, as in C(account_password_policy_min_pw_length) with
        V(account_password_policy_).
      - The role C(account_password_policy) is made of it.
    type: str
    default: ""
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: amazon.aws.iam_password_policy
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._attributes
  - cloudhsm.iam._expected_account
  - cloudhsm.iam._attributes.actiongroup_aws
"""

EXAMPLES = r"""
- name: Ask for long passwords, and remember the last 24
  cloudhsm.iam.iam_account_password_policy:
    min_pw_length: 14
    pw_reuse_prevent: 24

- name: Go back to IAM's default
  cloudhsm.iam.iam_account_password_policy:
    state: absent
    allow_weaker: true
"""

RETURN = r"""
password_policy:
  description: What became of the policy.
  returned: success
  type: dict
  contains:
    state:
      description: Whether the account has a policy of its own.
      returned: always
      type: str
      sample: present
    changed:
      description: Whether the policy was changed, or would be in check mode.
      returned: always
      type: bool
      sample: true
    before:
      description:
        - The policy before, under the names of the options. Empty where the account had none.
      returned: always
      type: dict
      sample: {}
    policy:
      description: The policy after. Empty where the account has none.
      returned: always
      type: dict
      sample: {"min_pw_length": 14, "require_symbols": true}
    weakened:
      description: The settings that protect less than before.
      returned: always
      type: list
      elements: str
      sample: ["min_pw_length from 14 to 12"]
lines:
  description: What was done, or would be done in check mode, as sentences for people.
  returned: success
  type: list
  elements: str
  sample: ["Changed in account 123456789012: password policy (min_pw_length from 8 to 14)"]
problems:
  description: Everything that is wrong with the options or stands in the way in the account, in a sentence each.
  returned: when something is refused
  type: list
  elements: str
  sample: ["min_pw_length: must be a number from 6 to 128, not 4"]
"""

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
  - Changes the given settings and keeps the others, or deletes the policy. It runs M(amazon.aws.iam_password_policy)
    only if something changes.
  - Refuses to weaken a setting unless O(allow_weaker) is true.
  - Without other settings, a new policy requires 8 characters of all four kinds and lets users change their own
    passwords.
  - This is an action. The module runs where the task does.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  state:
    description:
      - V(present) needs at least one setting. V(absent) deletes the policy, so IAM's default applies, and allows no
        settings.
    type: str
    choices: [present, absent]
    default: present
  allow_weaker:
    description:
      - Whether settings may become weaker than they are now. If false, the task fails and lists each such setting.
    type: bool
    default: false
  min_pw_length:
    description: The minimum number of characters, from 6 to 128.
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
      - Whether all users can change their own passwords without another policy. A user whose first password must be
        changed needs this permission.
    type: bool
  pw_max_age:
    description: Number of days after which a password expires, from 1 to 1095. 0 means never.
    type: int
  pw_reuse_prevent:
    description: Number of previous passwords that can't be reused, from 1 to 24. 0 means that all can be reused.
    type: int
  pw_expire:
    description:
      - Whether a user whose password has expired needs an administrator to set a new one. If all administrators are IAM
        users, they can all be locked out.
    type: bool
  variables_prefix:
    description:
      - Prefix of a role's variables. Options that you leave out then get the values of these variables, and messages
        name the variables. For example, with V(account_password_policy_) they name
        C(account_password_policy_min_pw_length).
      - The role C(account_password_policy) uses it.
    type: str
    default: ""
seealso:
  - module: amazon.aws.iam_password_policy
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._attributes
  - cloudhsm.iam._attributes.changes
  - cloudhsm.iam._expected_account
  - cloudhsm.iam._attributes.actiongroup_aws
"""

EXAMPLES = r"""
- name: Require long passwords, and remember the last 24
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
  description: The policy before and after.
  returned: success
  type: dict
  contains:
    state:
      description: Whether the account has a password policy.
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
        - The policy before, with the names of the options. Empty if the account had none.
      returned: always
      type: dict
      sample: {}
    policy:
      description: The policy after. Empty if the account has none.
      returned: always
      type: dict
      sample: {"min_pw_length": 14, "require_symbols": true}
    weakened:
      description: The settings that are weaker than before.
      returned: always
      type: list
      elements: str
      sample: ["min_pw_length from 14 to 12"]
lines:
  description: What changed, or would change in check mode, as sentences for people.
  returned: success
  type: list
  elements: str
  sample: ["Changed in account 123456789012: password policy (min_pw_length from 8 to 14)"]
problems:
  description: All errors in the options, and everything in the account that prevents the change, one sentence each.
  returned: when something is refused
  type: list
  elements: str
  sample: ["min_pw_length: must be a number from 6 to 128, not 4"]
"""

#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_customer_managed_policy
short_description: Make a customer managed policy, or bring it up to date
version_added: 1.1.0
description:
  - Makes a customer managed policy at the path C(/), or gives an existing one another document. It runs
    M(amazon.aws.iam_managed_policy) only where something changes.
  - Tells everything that IAM would refuse in the document before it changes anything.
  - Attaches the policy to nothing.
  - This is an action. The module runs where the task does.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  name:
    description: Name of the policy.
    type: str
    required: true
  document:
    description: The policy document, as a dictionary or a text of JSON.
    type: raw
    required: true
  description:
    description: Description of a new policy. IAM can't change it later.
    type: str
    default: ""
  creation_tags:
    description: Tags that only a new policy gets, to tell later who made it, besides C(cloudhsm.iam/managed).
    type: dict
    default: {"cloudhsm.iam/managed": "true"}
  adopt:
    description:
      - Whether an existing policy of that name is used although it has a path, or lacks the tag
        C(cloudhsm.iam/managed), which this collection gives to the policies that it creates. Set it for a policy that
        you created by hand.
      - Left V(false), such a policy is refused, because whoever can change it decides what it allows.
    type: bool
    default: false
  account:
    description:
      - What M(cloudhsm.iam.iam_account_info) has just told of the account and the policy. Left out, the account is
        looked at.
    type: dict
  variables_prefix:
    description:
      - What the names of a role's variables begin with. Options that are not given in the task are the values of these
        variables then, and messages name them, as in C(shared_policy_document) with V(shared_policy_).
      - The role C(shared_policy) is made of it.
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
  - module: amazon.aws.iam_managed_policy
  - module: cloudhsm.iam.iam_group_with_policies
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._attributes
  - cloudhsm.iam._expected_account
  - cloudhsm.iam._attributes.actiongroup_aws
"""

EXAMPLES = r"""
- name: Make a policy that several groups share
  cloudhsm.iam.iam_customer_managed_policy:
    name: RequireMFA
    document: "{{ 'aws' | cloudhsm.iam.require_mfa_policy }}"
"""

RETURN = r"""
policy:
  description: The policy.
  returned: success
  type: dict
  contains:
    name:
      description: Name of the policy, spelled as IAM has it.
      returned: always
      type: str
      sample: RequireMFA
    arn:
      description: ARN that the policy has, or will have.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:policy/RequireMFA
    created:
      description: Whether the policy was made, or would be in check mode.
      returned: always
      type: bool
      sample: true
    changed:
      description: Whether the policy was made or changed, or would be in check mode.
      returned: always
      type: bool
      sample: true
lines:
  description: What was done, or would be done in check mode, as sentences for people.
  returned: success
  type: list
  elements: str
  sample: ["Changed in account 123456789012: policy RequireMFA"]
problems:
  description: Everything that is wrong with the options or stands in the way in the account, in a sentence each.
  returned: when something is refused
  type: list
  elements: str
  sample: ["document: has no Statement"]
"""

#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_customer_managed_policy
short_description: Create or update a customer managed policy
version_added: 1.1.0
description:
  - Creates a customer managed policy at the path C(/), or changes the document of an existing one. It runs
    M(amazon.aws.iam_managed_policy) only if something changes.
  - Before it changes anything, lists everything in the document that IAM would refuse.
  - Does not attach the policy to anything.
  - This is an action. The module runs where the task does.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  name:
    description: Name of the policy.
    type: str
    required: true
  document:
    description: The policy document, as a dictionary or as JSON text.
    type: raw
    required: true
  description:
    description: Description of a new policy. IAM can't change it later.
    type: str
    default: ""
  creation_tags:
    description:
      - Tags that only a new policy gets, so that you can later see who created it, in addition to
        C(cloudhsm.iam/managed).
    type: dict
    default: {"cloudhsm.iam/managed": "true"}
  adopt:
    description:
      - Whether to use an existing policy with this name even if it has another path, or lacks the tag
        C(cloudhsm.iam/managed) that this collection sets on policies it creates. Set it for a policy that you created
        by hand.
      - If false, such a policy is refused, because anyone who can change it decides what it allows.
    type: bool
    default: false
  account:
    description:
      - What M(cloudhsm.iam.iam_account_info) has just returned for the account and the policy. If you leave it out, the
        module reads the account.
    type: dict
  variables_prefix:
    description:
      - Prefix of a role's variables. Options that you leave out then get the values of these variables, and messages
        name the variables. For example, with V(shared_policy_) they name C(shared_policy_document).
      - The role C(shared_policy) uses it.
    type: str
    default: ""
seealso:
  - module: amazon.aws.iam_managed_policy
  - module: cloudhsm.iam.iam_group_with_policies
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
- name: Create a policy that several groups share
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
      description: Name of the policy, as IAM spells it.
      returned: always
      type: str
      sample: RequireMFA
    arn:
      description: ARN that the policy has, or will have.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:policy/RequireMFA
    created:
      description: Whether the policy was created, or would be in check mode.
      returned: always
      type: bool
      sample: true
    changed:
      description: Whether the policy was created or changed, or would be in check mode.
      returned: always
      type: bool
      sample: true
lines:
  description: What changed, or would change in check mode, as sentences for people.
  returned: success
  type: list
  elements: str
  sample: ["Changed in account 123456789012: policy RequireMFA"]
problems:
  description: All errors in the options, and everything in the account that prevents the change, one sentence each.
  returned: when something is refused
  type: list
  elements: str
  sample: ["document: has no Statement"]
"""

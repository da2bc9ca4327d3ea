#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_account_guard
short_description: Refuse to go on in the wrong AWS account, or as its root user
version_added: 1.1.0
description:
  - Looks at who calls, in which account, and at the account's root user and password policy. It fails with all reasons
    at once where something is not as the variables of the role C(account_guard) say.
  - The role C(account_guard) consists of it, and keeps the account for the tasks after it, which refuse any other one.
    This module alone does not do so.
  - This is an action. It reads the variables of the role C(account_guard) from the play, and runs
    M(cloudhsm.iam.iam_account_info).
author:
  - cloudhsm.iam contributors (@cloudhsm)
options: {}
seealso:
  - module: cloudhsm.iam.iam_account_info
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._attributes
  - cloudhsm.iam._attributes.info_module
  - cloudhsm.iam._attributes.actiongroup_aws
"""

EXAMPLES = r"""
- name: Check the account and the caller
  cloudhsm.iam.iam_account_guard:
  vars:
    account_guard_account_ids: ["123456789012"]
"""

RETURN = r"""
account_guard:
  description: What was found, which is the result of the role. A refusal returns it too.
  returned: success
  type: dict
  contains:
    account_id:
      description: The account's ID.
      returned: always
      type: str
      sample: "123456789012"
    account_alias:
      description: The account's alias; none where it has none, or the caller may not ask.
      returned: always
      type: str
      sample: example-prod
    partition:
      description: The account's partition.
      returned: always
      type: str
      sample: aws
    caller_arn:
      description: ARN of the caller.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:user/Administrator
    is_root:
      description: Whether the account's root user calls.
      returned: always
      type: bool
      sample: false
    findings:
      description: What is wrong with the account, as M(cloudhsm.iam.iam_account_info) returns it.
      returned: always
      type: list
      elements: dict
      sample: []
bound:
  description: What the role keeps, so that the tasks after it work in no other account.
  returned: success
  type: dict
  sample: {"account_id": "123456789012", "session": ""}
lines:
  description: The account and what is wrong with it, as sentences for people.
  returned: success
  type: list
  elements: str
  sample: ["This is account 123456789012, called as arn:aws:iam::123456789012:user/Administrator"]
problems:
  description: Why the play does not go on, in a sentence each.
  returned: when something is refused
  type: list
  elements: str
  sample: ["account_guard_account_ids: lists no account, so none is allowed; leave it out to allow every account"]
"""

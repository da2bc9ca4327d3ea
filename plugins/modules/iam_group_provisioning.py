#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_group_provisioning
short_description: Create and change the groups of the role group_provisioning
version_added: 1.1.0
description:
  - Creates and changes groups and their policies, by the variables of the role C(group_provisioning). All groups are
    one plan, and nothing is changed if anything is wrong with any of them.
  - The role C(group_provisioning) consists of it. M(cloudhsm.iam.iam_group_with_policies) does the same for one group
    by its own options.
  - This is an action. It reads the variables of the role C(group_provisioning) from the play, and runs
    M(cloudhsm.iam.iam_group_with_policies).
author:
  - cloudhsm.iam contributors (@cloudhsm)
options: {}
seealso:
  - module: cloudhsm.iam.iam_group_with_policies
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._attributes
  - cloudhsm.iam._attributes.changes
  - cloudhsm.iam._attributes.actiongroup_aws
"""

EXAMPLES = r"""
- name: Create two groups
  cloudhsm.iam.iam_group_provisioning:
  vars:
    group_provisioning_groups:
      - name: Auditors
        aws_managed_policies: [SecurityAudit]
      - name: CloudHSMReaders
        access: read_only
        policy_profile: hardened
"""

RETURN = r"""
facts:
  description: The results of the role, by the names of its facts.
  returned: success
  type: dict
  sample: {"group_provisioning_result": {"changed": false, "groups": []}}
lines:
  description: What was done, or would be done in check mode, as sentences for people.
  returned: success
  type: list
  elements: str
  sample: ["+ group Auditors: policies SecurityAudit"]
problems:
  description: Everything that is wrong, in a sentence each. Nothing was changed.
  returned: when something is refused
  type: list
  elements: str
  sample: ["group_provisioning_groups[0]: name: is missing"]
"""

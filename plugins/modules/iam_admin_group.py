#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_admin_group
short_description: Create or delete the group of the role admin_group
version_added: 1.1.0
description:
  - Creates, changes or deletes the group of administrators, by the variables of the role C(admin_group).
  - The role C(admin_group) consists of it. M(cloudhsm.iam.iam_group_with_policies) does the same by its own options.
  - This is an action. It reads the variables of the role C(admin_group) from the play, and runs
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
- name: Create the group of administrators, who need MFA
  cloudhsm.iam.iam_admin_group:
  vars:
    admin_group_require_mfa: true
"""

RETURN = r"""
plan:
  description: The plan, if the run made one. RV(plan.digest) is the same each time the same plan is made.
  returned: in check mode, and when the run applied a plan that was made before
  type: dict
  contains:
    digest:
      description: SHA-256 digest of the plan, to approve it by.
      returned: always
      type: str
      sample: 5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef
    path:
      description: The file that the plan was written to. None if there is none.
      returned: always
      type: str
      sample: /home/me/plan.json
    lines:
      description: The plan for people, a line for each object that changes, and a count.
      returned: always
      type: list
      elements: str
      sample: ["+ user alice: groups CloudHSMAdministrators"]
facts:
  description: The result of the role, by the name of its fact.
  returned: success
  type: dict
  sample: {"admin_group_result": {"name": "Administrators", "state": "present", "changed": true}}
lines:
  description: What was done, or would be done in check mode, as sentences for people.
  returned: success
  type: list
  elements: str
  sample: ["Group Administrators: AdministratorAccess, changed"]
problems:
  description: Everything that is wrong, in a sentence each. Nothing was changed.
  returned: when something is refused
  type: list
  elements: str
  sample: ["admin_group_name: 'a b' has characters that IAM does not allow; use A-Z a-z 0-9 and _+=,.@-"]
"""

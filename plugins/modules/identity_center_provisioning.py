#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: identity_center_provisioning
short_description: Give access through IAM Identity Center by the variables of the role identity_center_access
version_added: 1.1.0
description:
  - Makes permission sets, groups and assignments by the variables of the role C(identity_center_access), as
    M(cloudhsm.iam.identity_center_access) does. Messages name the role's variables.
  - In check mode it writes the plan to a file, and otherwise applies an approved plan, if the variables of change
    control ask for it (C(docs/change_control.md)).
  - The role C(identity_center_access) uses it.
  - This is an action. It reads the variables of the role C(identity_center_access) from the play, and runs
    M(cloudhsm.iam.identity_center_access).
author:
  - cloudhsm.iam contributors (@cloudhsm)
options: {}
seealso:
  - module: cloudhsm.iam.identity_center_access
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._attributes
  - cloudhsm.iam._attributes.changes
  - cloudhsm.iam._attributes.actiongroup_aws
"""

EXAMPLES = r"""
- name: Let administrators into all accounts
  cloudhsm.iam.identity_center_provisioning:
  vars:
    identity_center_access_permission_sets:
      - name: Administrators
        access: administrator
    identity_center_access_assignments:
      - permission_set: Administrators
        groups: [Administrators]
        all_accounts: true
"""

RETURN = r"""
account:
  description: The account that the task worked in, its partition, and who called.
  returned: success
  type: dict
  sample: {"account_id": "123456789012", "partition": "aws", "caller_arn": "arn:aws:iam::123456789012:user/Admin"}
check_mode:
  description: Whether the task ran in check mode.
  returned: success
  type: bool
  sample: false
lines:
  description: A summary for people.
  returned: success
  type: list
  elements: str
  sample: ["+ permission set Administrators: policies AdministratorAccess"]
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
      sample: ["+ assignment Administrators for group Administrators: accounts 123456789012"]
facts:
  description: The result of the role, by the name of its fact.
  returned: success
  type: dict
  sample: {"identity_center_access_result": {"state": "present", "changed": true, "missing": []}}
problems:
  description: All errors, one sentence each. Nothing was changed.
  returned: when something is refused
  type: list
  elements: str
  sample: ["identity_center_access_groups: the identity store has no user malory"]
"""

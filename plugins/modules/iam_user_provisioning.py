#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_user_provisioning
short_description: Provision users by the variables of the role user_provisioning
version_added: 1.1.0
description:
  - Creates, changes, suspends, restores and deletes the users in C(user_provisioning_users). With
    C(user_provisioning_onboarding=two_phase) it also creates the group of pending users.
  - Plans all of it before the first write. If there are errors in the users, the credentials store, the group or the
    numbers, nothing is changed, and one message lists all of them with the names of the role's variables.
  - The role C(user_provisioning) uses it.
  - This is an action. It reads the variables of the role C(user_provisioning) from the play, and runs other modules of
    this collection. M(cloudhsm.iam.iam_users) takes the same as options.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options: {}
seealso:
  - module: cloudhsm.iam.iam_users
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._attributes
  - cloudhsm.iam._attributes.changes
  - cloudhsm.iam._attributes.actiongroup_aws
"""

EXAMPLES = r"""
- name: Provision two users
  cloudhsm.iam.iam_user_provisioning:
  vars:
    user_provisioning_credentials_store: file
    user_provisioning_users:
      - name: alice
        groups: [CloudHSMAdministrators]
        console_access: true
      - name: backup-job
        groups: [CloudHSMOperators]
"""

RETURN = r"""
account:
  description: The account, as M(cloudhsm.iam.iam_users) returns it.
  returned: success
  type: dict
  sample: {"account_id": "123456789012", "partition": "aws"}
check_mode:
  description: Whether the task ran in check mode.
  returned: success
  type: bool
  sample: false
changes:
  description: The calls that were made or, in check mode, would be made, as M(cloudhsm.iam.iam_users) returns them.
  returned: success
  type: list
  elements: dict
  sample: [{"user": "alice", "operation": "create_user"}]
lines:
  description: A summary for people.
  returned: success
  type: list
  elements: str
  sample: ["Users sign in at https://123456789012.signin.aws.amazon.com/console"]
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
  description: The result of the role, by the name of its fact. It contains no password.
  returned: success
  type: dict
  sample: {"user_provisioning_result": {"state": "present", "changed": true}}
problems:
  description: All errors, one sentence each. Nothing was changed.
  returned: when something is refused
  type: list
  elements: str
  sample: ["user_provisioning_users[0] (alice): groups: the account has no group Admins"]
"""

#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_user_offboarding
short_description: Delete or suspend users by the variables of the role user_offboarding
version_added: 1.1.0
description:
  - Locks out all users in C(user_offboarding_users), and then deletes them with everything that belongs to them. To
    only lock them out, use the mode C(suspend).
  - Refuses, before the first write, users that the account does not have, and everything that M(cloudhsm.iam.iam_users)
    refuses. Messages name the role's variables.
  - Covers the users of the identity store too, in the same plan, if C(user_offboarding_identity_center) is set. If
    one world fails, the other one is done all the same.
  - Lists users that C(bootstrap) or C(user_provisioning) would create again.
  - The role C(user_offboarding) uses it.
  - This is an action. It reads the variables of the role C(user_offboarding) from the play, and runs
    M(cloudhsm.iam.iam_users) and M(cloudhsm.iam.identity_center_users).
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  mode:
    description:
      - Whether to delete or suspend the users, to restore those of the identity store, or to suspend the IAM users of
        people who have signed in through IAM Identity Center. The default is C(user_offboarding_mode).
    type: str
    choices: [delete, suspend, restore, move]
seealso:
  - module: cloudhsm.iam.iam_users
  - module: cloudhsm.iam.identity_center_users
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._attributes
  - cloudhsm.iam._attributes.changes
  - cloudhsm.iam._attributes.actiongroup_aws
"""

EXAMPLES = r"""
- name: Delete the user of a person who left
  cloudhsm.iam.iam_user_offboarding:
    mode: delete
  vars:
    user_offboarding_users: mallory
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
lines:
  description: A summary for people.
  returned: success
  type: list
  elements: str
  sample: ["mallory: to be deleted", "mallory: group CloudHSMAdministrators", "Account 123456789012: deleted: mallory"]
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
  sample: {"user_offboarding_result": {"mode": "delete", "changed": true, "deleted": ["mallory"]}}
problems:
  description: All errors, one sentence each. Nothing was changed.
  returned: when something is refused
  type: list
  elements: str
  sample: ["user_offboarding_users: the account 123456789012 does not have malory (did you mean mallory?)"]
"""

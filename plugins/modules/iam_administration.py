#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_administration
short_description: Create or remove all groups, users and roles that administer CloudHSM
version_added: 1.1.0
description:
  - Automates the page "Create IAM administrative groups" of the AWS CloudHSM User Guide. It creates the two groups with
    their policies, the users with their first passwords, and the service-linked role.
  - Plans all changes before the first write. If any part has an error, nothing is changed, and one message lists all
    errors with the names of the variables.
  - The role C(bootstrap) and the playbook C(cloudhsm.iam.drift_check) use it.
  - This is an action. It reads the variables of the roles C(bootstrap), C(admin_group), C(cloudhsm_group),
    C(user_provisioning) and C(service_linked_role) from the play, and runs the other modules of this collection.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  state:
    description:
      - V(absent) removes what V(present) created, and nothing else. It needs C(bootstrap_teardown_confirm).
    type: str
    choices: [present, absent]
    default: present
  provisioned_users:
    description:
      - Whether to compare the users in C(user_provisioning_users) too. This works in check mode only, and never changes
        them.
      - The result then contains RV(differences) and RV(additions).
    type: bool
    default: false
seealso:
  - module: cloudhsm.iam.iam_group_with_policies
  - module: cloudhsm.iam.iam_users
  - module: cloudhsm.iam.iam_service_linked_role
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._attributes
  - cloudhsm.iam._attributes.changes
  - cloudhsm.iam._attributes.actiongroup_aws
"""

EXAMPLES = r"""
- name: Create groups, users and service-linked role
  cloudhsm.iam.iam_administration:
  vars:
    bootstrap_cloudhsm_administrators: [alice, bob]

- name: Compare the account with the variables
  cloudhsm.iam.iam_administration:
    provisioned_users: true
  check_mode: true
  register: compared
"""

RETURN = r"""
account:
  description: The account and the caller, as M(cloudhsm.iam.iam_account_info) returns them.
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
  sample: ["Account 123456789012, called as arn:aws:iam::123456789012:user/Administrator"]
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
  description: The results of the roles, by the names of their facts. They contain no password.
  returned: success
  type: dict
  sample: {"service_linked_role_result": {"state": "present", "changed": false}}
differences:
  description: Differences between the account and the variables, one sentence each.
  returned: in check mode, with O(provisioned_users=true)
  type: list
  elements: str
  sample: ["alice is not in CloudHSMAdministrators"]
additions:
  description: Permissions that users have beyond the variables, one sentence each. No run removes them.
  returned: in check mode, with O(provisioned_users=true)
  type: list
  elements: str
  sample: ["mallory is in Administrators too"]
problems:
  description: All errors, one sentence each. Nothing was changed.
  returned: when something is refused
  type: list
  elements: str
  sample: ["bootstrap_users[0] (carol smith): name: 'carol smith' has characters that IAM does not allow"]
"""

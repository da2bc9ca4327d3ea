#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_single_user
short_description: Create or change an IAM user that a command line names
version_added: 1.1.0
description:
  - Creates a user, or adds it to groups, removes it from groups, renames it, or moves it to another path. All other
    users, and everything else that the user has, stay as they are.
  - Refuses everything that M(cloudhsm.iam.iam_users) refuses, and users that do not exist unless O(create=true).
  - The playbooks C(add_user) and C(change_user) use it.
  - This is an action. It reads the variables of the role C(user_provisioning) from the play, such as the credentials
    store, and runs M(cloudhsm.iam.iam_users). It ignores C(user_provisioning_users), and never purges.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  user:
    description:
      - Name of the user. A list, or text with commas, names several users, who then all get the same.
      - It is required. A task without it fails with all other errors at once.
    type: raw
  create:
    description:
      - Whether to create the user if it does not exist. An existing user is changed, so an interrupted run can be
        repeated.
    type: bool
    default: false
  groups:
    description: Groups to add the user to, as a list or as text with commas. They must exist.
    type: raw
  leave_groups:
    description: Groups to remove the user from, as a list or as text with commas. They must exist.
    type: raw
  until:
    description:
      - When the memberships that O(groups) adds end, as in V(2026-12-01T18:00Z). They are temporary memberships then,
        as with O(cloudhsm.iam.iam_users#module:users[].temporary_groups). It needs O(reason).
    type: raw
  reason:
    description: Why the user has the memberships that end, on one line. It needs O(until).
    type: str
  new_name:
    description: The new name of the user. See O(cloudhsm.iam.iam_users#module:users[].previous_name).
    type: str
  path:
    description: Path of the user, beginning and ending with a slash.
    type: str
  console_access:
    description:
      - Whether the user has a password for the AWS console. A first password is generated and saved in
        C(user_provisioning_credentials_store).
    type: bool
seealso:
  - module: cloudhsm.iam.iam_users
  - module: cloudhsm.iam.iam_user_provisioning
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._attributes
  - cloudhsm.iam._attributes.changes
  - cloudhsm.iam._attributes.actiongroup_aws
"""

EXAMPLES = r"""
- name: Move a user from one group to another
  cloudhsm.iam.iam_single_user:
    user: alice
    groups: Auditors
    leave_groups: CloudHSMOperators

- name: Give a user the permissions of a group for one evening
  cloudhsm.iam.iam_single_user:
    user: alice
    groups: CloudHSMAdministrators
    until: 2026-12-01T22:00+01:00
    reason: INC-1234
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
problems:
  description: All errors, one sentence each. Nothing was changed.
  returned: when something is refused
  type: list
  elements: str
  sample: ["user (alice): groups: the account has no group 'Admins'; create it first"]
"""

#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_administration
short_description: Make or remove the administration of an account with CloudHSM as a whole
version_added: 1.1.0
description:
  - Does what the page "Create IAM administrative groups" of the AWS CloudHSM User Guide describes. It makes the two
    groups with their policies, the users with their first passwords, and the service-linked role.
  - Plans all of it before the first write. Everything that is wrong with any part is told at once, by the names of the
    variables, and then nothing is changed.
  - The role C(bootstrap) and the playbook C(cloudhsm.iam.drift_check) are made of it.
  - This is an action. It reads the variables of the roles C(bootstrap), C(admin_group), C(cloudhsm_group),
    C(user_provisioning) and C(service_linked_role) from the play, and runs the other modules of this collection.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  state:
    description:
      - V(absent) removes what V(present) made, and nothing else. It needs C(bootstrap_teardown_confirm).
    type: str
    choices: [present, absent]
    default: present
  provisioned_users:
    description:
      - Whether to compare the users of C(user_provisioning_users) too. Only in check mode, and never changes them.
      - The result then has RV(differences) and RV(additions).
    type: bool
    default: false
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
seealso:
  - module: cloudhsm.iam.iam_group_with_policies
  - module: cloudhsm.iam.iam_users
  - module: cloudhsm.iam.iam_service_linked_role
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._attributes
  - cloudhsm.iam._attributes.actiongroup_aws
"""

EXAMPLES = r"""
- name: Make all of it
  cloudhsm.iam.iam_administration:
  vars:
    bootstrap_cloudhsm_administrators: [alice, bob]

- name: See how the account differs from it
  cloudhsm.iam.iam_administration:
    provisioned_users: true
  check_mode: true
  register: compared
"""

RETURN = r"""
account:
  description: The account and the caller, as M(cloudhsm.iam.iam_account_info) tells them.
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
  sample: ["Account 123456789012, worked on as arn:aws:iam::123456789012:user/Administrator"]
facts:
  description: The results of the roles, by the names of their facts. They hold no password.
  returned: success
  type: dict
  sample: {"service_linked_role_result": {"state": "present", "changed": false}}
differences:
  description: How the account differs from the variables, in a sentence each.
  returned: in check mode, with O(provisioned_users=true)
  type: list
  elements: str
  sample: ["alice is not in CloudHSMAdministrators"]
additions:
  description: Rights that somebody has and the variables do not say, in a sentence each. No run takes them away.
  returned: in check mode, with O(provisioned_users=true)
  type: list
  elements: str
  sample: ["mallory is in Administrators too"]
problems:
  description: Everything that is wrong, in a sentence each. Nothing was changed.
  returned: when something is refused
  type: list
  elements: str
  sample: ["bootstrap_users[0] (carol smith): name: 'carol smith' has characters that IAM does not allow"]
"""

#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: identity_center_access_info
short_description: Look up permission sets of IAM Identity Center and who has them where
version_added: 1.1.0
description:
  - Reads permission sets with their policies, and on request who they are assigned to in which accounts.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  permission_sets:
    description:
      - Names of permission sets. Left out or empty, all of them.
      - The copies of these permission sets that are made for assignments which end are listed too.
    type: list
    elements: str
    default: []
  assignments:
    description:
      - Whether to read the assignments too, which costs a call for each permission set and account.
    type: bool
    default: false
  instance_arn:
    description:
      - ARN of the instance of IAM Identity Center. Left out, that of the organization.
    type: str
  workers:
    description:
      - How many calls the module makes side by side, from 1 to 16.
    type: int
    default: 8
notes:
  - Works in the organization's management account, or in the account of the delegated administrator of IAM Identity
    Center, and in the region in which IAM Identity Center is enabled.
seealso:
  - module: cloudhsm.iam.identity_center_access
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._attributes
  - cloudhsm.iam._expected_account
  - cloudhsm.iam._attributes.actiongroup_aws
  - cloudhsm.iam._attributes.info_module
"""

EXAMPLES = r"""
- name: Who has the administrators' permission set
  cloudhsm.iam.identity_center_access_info:
    permission_sets: [Administrators]
    assignments: true
  register: administrators

- name: Say it
  ansible.builtin.debug:
    msg: "{{ administrators.assignments }}"
"""

RETURN = r"""
instance_arn:
  description: ARN of the instance of IAM Identity Center.
  returned: success
  type: str
  sample: arn:aws:sso:::instance/ssoins-1234567890abcdef
identity_store_id:
  description: ID of its identity store.
  returned: success
  type: str
  sample: d-1234567890
management_account:
  description: ID of the organization's management account.
  returned: success
  type: str
  sample: "123456789012"
permission_sets:
  description: The permission sets, by name.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the permission set.
      returned: always
      type: str
      sample: CloudHSMAdministrators
    arn:
      description: ARN of the permission set.
      returned: always
      type: str
      sample: arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef
    description:
      description: Description.
      returned: always
      type: str
      sample: ""
    session_duration:
      description: How long a session lasts, in seconds.
      returned: always
      type: int
      sample: 3600
    relay_state:
      description: Where people land in the console.
      returned: always
      type: str
      sample: ""
    inline_policy:
      description: The inline policy, empty where there is none.
      returned: always
      type: dict
      sample: {}
    managed_policies:
      description: ARNs of AWS managed policies.
      returned: always
      type: list
      elements: str
      sample: ["arn:aws:iam::aws:policy/AdministratorAccess"]
    customer_managed_policies:
      description: Customer managed policies with their path.
      returned: always
      type: list
      elements: str
      sample: ["/hsm/Auditors"]
    boundary:
      description: The permissions boundary, empty where there is none.
      returned: always
      type: str
      sample: /hsm/Boundary
    tags:
      description: Tags.
      returned: always
      type: dict
      sample: {"cloudhsm.iam/managed": "true"}
    copy_of:
      description: Name of the permission set that this is a copy of.
      returned: when it is a copy for assignments that end
      type: str
      sample: CloudHSMAdministrators
    until:
      description: When the copy ends.
      returned: when it is a copy for assignments that end
      type: str
      sample: "2026-12-01T18:00:00Z"
    reason:
      description: Why people have the copy.
      returned: when it is a copy for assignments that end
      type: str
      sample: INC-1234
    accounts:
      description: IDs of the accounts that have a role of the permission set.
      returned: always
      type: list
      elements: str
      sample: ["123456789012"]
    outdated_accounts:
      description: IDs of those of them whose role is of an older state of the permission set.
      returned: always
      type: list
      elements: str
      sample: []
assignments:
  description: Who has which of these permission sets in which account, if O(assignments) is set.
  returned: success
  type: list
  elements: dict
  contains:
    permission_set:
      description: Name of the permission set.
      returned: always
      type: str
      sample: Administrators
    account:
      description: ID of the account.
      returned: always
      type: str
      sample: "123456789012"
    group:
      description: Name of the group, or its ID when it has gone from the identity store.
      returned: when it is a group
      type: str
      sample: Administrators
    user:
      description: Name of the user, or the ID when the user has gone from the identity store.
      returned: when it is a user
      type: str
      sample: alice@example.com
    copy_of:
      description: Name of the permission set of which this one is a copy.
      returned: when the assignment ends
      type: str
      sample: CloudHSMAdministrators
    until:
      description: When the assignment ends.
      returned: when the assignment ends
      type: str
      sample: "2026-12-01T18:00:00Z"
    reason:
      description: Why it was made.
      returned: when the assignment ends
      type: str
      sample: INC-1234
problems:
  description: What is wrong with the options, one sentence each.
  returned: when options are wrong
  type: list
  elements: str
  sample: ["instance_arn: there is no instance arn:aws:sso:::instance/ssoins-1234567890abcdef in the region us-east-1"]
"""

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.module import run_module
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Module
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.run import look_up as run

ARGUMENT_SPEC: dict[str, t.Any] = {
    "permission_sets": {"type": "list", "elements": "str", "default": []},
    "assignments": {"type": "bool", "default": False},
    "instance_arn": {"type": "str"},
    "workers": {"type": "int", "default": 8},
}
MODULE = Module("cloudhsm.iam.identity_center_access_info", ARGUMENT_SPEC, run)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_access_table_info
short_description: List who has access to CloudHSM now, as a table
version_added: 1.1.0
description:
  - Reads the account as M(cloudhsm.iam.iam_access_report_info) does, and returns a table with a line for each user who
    can call any CloudHSM action. It shows the user's groups, what the user can do with CloudHSM and by which path, the
    ways to sign in, and how long ago the user was last active.
  - It writes no files. For everything else that is known, use M(cloudhsm.iam.iam_access_report).
  - The path is the user's own policies, a group, or the roles that the user has to assume. C(+2) means two other paths.
  - If the caller may read IAM Identity Center, its users with permission sets in the account are in the table too.
    People who come through another SAML identity provider are not known to the account, so they are not in the table.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  most:
    description: Maximum number of users in the table. A line below it tells how many more there are.
    type: int
    default: 200
  everyone:
    description: Whether to list users without access to CloudHSM too.
    type: bool
    default: false
  identity_center:
    description:
      - Whether to list people who have permission sets of IAM Identity Center in the account, if the caller may read
        this. Needs the region of the instance.
    type: bool
    default: true
notes:
  - Needs the permissions of M(cloudhsm.iam.iam_access_report_info). What could not be read is named below the table.
seealso:
  - module: cloudhsm.iam.iam_access_report_info
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._attributes
  - cloudhsm.iam._attributes.actiongroup_aws
  - cloudhsm.iam._attributes.info_module
"""

EXAMPLES = r"""
- name: Read who has access
  cloudhsm.iam.iam_access_table_info:
  register: access

- name: Show who has access
  ansible.builtin.debug:
    msg: "{{ access.lines }}"
"""

RETURN = r"""
account:
  description: The account, as M(cloudhsm.iam.iam_access_report_info) returns it.
  returned: success
  type: dict
  sample: {"account_id": "123456789012", "partition": "aws"}
lines:
  description: The table, with the account above it and totals below it.
  returned: success
  type: list
  elements: str
  sample:
    - "user   groups                  CloudHSM  by                            console  MFA  keys  last active"
    - "alice  CloudHSMAdministrators  admin     group CloudHSMAdministrators  yes      yes  0     2 days ago"
problems:
  description: All errors, one sentence each.
  returned: when something is refused
  type: list
  elements: str
  sample: ["most: must be at least 1, not 0"]
"""

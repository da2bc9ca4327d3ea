#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_account_export
short_description: Write what an AWS account has to a file of variables of this collection
version_added: 1.1.0
description:
  - Runs M(cloudhsm.iam.iam_account_export_info) to read an AWS account, and writes its result to two files on the
    control node. One contains variables for the roles of this collection, the other lists what variables can't express.
  - Only their owner can read the files. They contain no secret.
  - The same account always gives the same files. A file that was edited, or that another program wrote, is never
    overwritten.
  - This is an action. It reads the account from the host of the task, and writes on the control node.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  folder:
    description:
      - Folder on the control node for the files. If it does not exist, it is created with access for its owner only.
      - A relative path starts at the working directory of the command, and C(~) is the home folder.
      - A folder that another user owns, or that other users can write to, is refused.
      - It is required unless O(variables_prefix) is set, and a variable with this prefix has it.
    type: path
attributes:
  check_mode:
    support: full
    details:
      - Reads the account and writes no file.
  diff_mode:
    support: full
    details:
      - Shows the changes of the files.
  idempotent:
    support: full
notes:
  - Needs the permissions that M(cloudhsm.iam.iam_account_export_info) needs.
seealso:
  - module: cloudhsm.iam.iam_account_export_info
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._account_export
  - cloudhsm.iam._attributes
  - cloudhsm.iam._expected_account
  - cloudhsm.iam._attributes.actiongroup_aws
"""

EXAMPLES = r"""
- name: Write the account to files
  cloudhsm.iam.iam_account_export:
    folder: exports

- name: Write the users of one team
  cloudhsm.iam.iam_account_export:
    folder: exports
    paths: [/payments/]
    tags:
      team: payments
"""

RETURN = r"""
folder:
  description: Where the files are.
  returned: success
  type: str
  sample: /home/me/exports
files:
  description: Paths of the files. In check mode, of the files that would be written.
  returned: success
  type: list
  elements: str
  sample: [/home/me/exports/account-123456789012.yml, /home/me/exports/account-123456789012-not-exported.yml]
account:
  description: The account ID and the partition.
  returned: success
  type: dict
  sample: {"account_id": "123456789012", "partition": "aws"}
counts:
  description: Number of users and groups, and of those that are exported.
  returned: success
  type: dict
  sample: {"users": 3, "exported_users": 2, "groups": 2, "exported_groups": 1}
not_exported:
  description: How much variables can't express, by kind. The second file lists it.
  returned: success
  type: dict
  sample: {"inline policy": 2}
not_read:
  description: What could not be read, and why. If there is anything, the export is partial.
  returned: success
  type: list
  elements: str
  sample: []
lines:
  description: A summary for people.
  returned: success
  type: list
  elements: str
  sample: ["Account 123456789012: 2 of 3 users and 1 of 2 groups exported"]
facts:
  description: The result of the role C(account_export), by the name of its fact.
  returned: success
  type: dict
  sample: {"account_export_result": {"account_id": "123456789012", "changed": true}}
"""

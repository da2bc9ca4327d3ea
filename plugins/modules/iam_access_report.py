#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_access_report
short_description: Write a report of who can do what with CloudHSM
version_added: 1.0.0
description:
  - Has M(cloudhsm.iam.iam_access_report_info) read an AWS account, and writes what it tells to files on the control
    node, to be looked at, put into a pull request, or read by machines. All of them come from the same data.
  - The files can be read by their owner only.
  - This is an action. It reads the account from the host of the task, and writes on the control node.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  folder:
    description:
      - Folder on the control node for the files. It is made when it is not there, for its owner only.
      - A relative path begins in the folder that the command is run in, and C(~) is the home folder.
      - A folder that another user owns, or that other users can write to, is refused.
      - It is required unless O(role_variables) is true and C(access_report_folder) is set.
    type: path
  formats:
    description:
      - V(html) is one page that works offline.
      - V(md) is Markdown that is short enough for a comment in a pull request, so it lists 200 users at most.
      - V(csv) is two files, of users and of findings. All cells are in quotes. What a spreadsheet would
        calculate gets an apostrophe in front.
      - V(json) is all of it, as M(cloudhsm.iam.iam_access_report_info) returns it.
    type: list
    elements: str
    choices: [html, md, csv, json]
    default: [html, md, csv, json]
  accounts:
    description:
      - Accounts to write an overview of, instead of reading one. The files are then called C(access-report-overview).
      - By the names of hosts, what the role C(access_report) leaves in the fact C(access_report_result).
      - It is empty for an account that could not be read.
    type: dict
    version_added: 1.1.0
  role_variables:
    description:
      - Whether options that are left out come from the variables of the role C(access_report).
      - What is expected then comes from the variables of C(user_provisioning) and C(bootstrap), of the latter where one
        is set at all. Right after these roles the report has no difference.
    type: bool
    default: false
    version_added: 1.1.0
  return_report:
    description:
      - Whether the result has the whole report, as M(cloudhsm.iam.iam_access_report_info) returns it. It can be large.
    type: bool
    default: false
attributes:
  check_mode:
    support: full
    details:
      - Reads the account and writes no file.
  diff_mode:
    support: none
    details:
      - The differences of a page to the one before would be longer than the page.
  idempotent:
    support: full
    details:
      - Writes the files again, because they tell when they were true, and says that nothing changed when this time is
        the only difference.
notes:
  - Needs the permissions that M(cloudhsm.iam.iam_access_report_info) needs.
seealso:
  - module: cloudhsm.iam.iam_access_report_info
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._access_report
  - cloudhsm.iam._attributes
  - cloudhsm.iam._expected_account
  - cloudhsm.iam._attributes.actiongroup_aws
"""

EXAMPLES = r"""
- name: A page for the security officer
  cloudhsm.iam.iam_access_report:
    folder: reports
    formats: [html]

- name: Everything, compared with the list of users
  cloudhsm.iam.iam_access_report:
    folder: reports
    expected_users: "{{ user_provisioning_users }}"
  register: written

- name: An overview of two accounts
  cloudhsm.iam.iam_access_report:
    folder: reports
    accounts:
      one: "{{ first_account_report }}"
      two: "{{ second_account_report }}"

- name: Stop when there is something critical
  ansible.builtin.assert:
    that: written.summary.findings.critical == 0
"""

RETURN = r"""
folder:
  description: Where the files are.
  returned: success
  type: str
  sample: /home/me/reports
files:
  description: Paths of the files, in check mode those that would be written.
  returned: success
  type: list
  elements: str
  sample: [/home/me/reports/access-report-123456789012.html]
account:
  description: The account, as M(cloudhsm.iam.iam_access_report_info) returns it in its report.
  returned: success
  type: dict
generated_at:
  description: When the account was read.
  returned: success
  type: str
  sample: 2026-11-24 10:00:00 UTC
credential_report_time:
  description: When AWS made the credential report that the ages are from; none where there is none.
  returned: success
  type: str
  sample: 2026-11-24 08:12:31 UTC
summary:
  description: Numbers, as M(cloudhsm.iam.iam_access_report_info) returns them in its report.
  returned: success
  type: dict
findings:
  description:
    - What is wrong, as M(cloudhsm.iam.iam_access_report_info) returns it in its report, with a C(count) of the subjects
      and no more than 20 of them.
  returned: success
  type: list
  elements: dict
not_read:
  description: What could not be read, and why.
  returned: success
  type: list
  elements: str
  sample: []
markdown:
  description: The report in Markdown.
  returned: success
  type: str
lines:
  description: A summary for people.
  returned: success
  type: list
  elements: str
  sample: ["Findings: 1 critical"]
facts:
  description: The result of the role C(access_report), by the name of its fact.
  returned: when an account was read
  type: dict
  sample: {"access_report_result": {"account_id": "123456789012", "changed": true}}
report:
  description: The whole report.
  returned: when O(return_report) is true
  type: dict
"""

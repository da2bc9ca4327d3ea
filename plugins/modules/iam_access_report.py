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
  - Runs M(cloudhsm.iam.iam_access_report_info) to read an AWS account, and writes the report to files on the control
    node. There are formats for people, for pull requests and for programs, all with the same data.
  - Only their owner can read the files.
  - This is an action. It reads the account from the host of the task, and writes on the control node.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  folder:
    description:
      - Folder on the control node for the files. If it does not exist, it is created with access for its owner only.
      - A relative path starts at the working directory of the command, and C(~) is the home folder.
      - A folder that another user owns, or that other users can write to, is refused.
      - It is required unless O(role_variables) is true and C(access_report_folder) is set.
    type: path
  formats:
    description:
      - V(html) is one page that works offline.
      - V(md) is Markdown, short enough for a comment in a pull request. It lists at most 200 users.
      - V(csv) is a file each for users, findings, roles, people of IAM Identity Center and temporary rights. All cells
        are in quotes. A cell that a spreadsheet would treat as a formula starts with an apostrophe.
      - V(json) is the whole report, as M(cloudhsm.iam.iam_access_report_info) returns it.
      - V(sarif) is the findings in SARIF 2.1.0, for code scanning and other programs. Accepted risks are suppressed
        results.
    type: list
    elements: str
    choices: [html, md, csv, json, sarif]
    default: [html, md, csv, json]
  accepted_risks_file:
    description:
      - YAML file on the control node with more O(accepted_risks), as a list.
      - A relative path starts at the working directory of the command, and C(~) is the home folder.
      - A file that every user of the control node can write to is refused.
    type: path
    version_added: 1.1.0
  previous:
    description:
      - An earlier report of the account in the format V(json), to list what has changed since. Or a folder that has it
        as C(access-report-ACCOUNT.json), which may be O(folder).
      - A relative path starts at the working directory of the command, and C(~) is the home folder.
      - A folder without a report of the account is no error. A report of another account, or of another format version,
        is refused.
    type: path
    version_added: 1.1.0
  root_users:
    description:
      - Audit of the root users of an organization's member accounts, as M(cloudhsm.iam.root_access) writes it to
        O(cloudhsm.iam.root_access#module:result_file).
      - The report of an account then says what its root user has, and the overview of O(accounts) lists all member
        accounts. Nothing else is read for it.
      - A relative path starts at the working directory of the command, and C(~) is the home folder.
      - A file that every user of the control node can write to is refused.
    type: path
    version_added: 1.1.0
  min_severity:
    description:
      - The least severity of findings to show in files and results. Totals are always those of all findings, and the
        format V(json) always has all of them.
    type: str
    choices: [critical, high, medium, low, info]
    default: info
    version_added: 1.1.0
  fail_on:
    description:
      - Fails if there are findings of this severity or above that are not accepted. The files are written before.
    type: str
    choices: [critical, high, medium, low, info, never]
    default: never
    version_added: 1.1.0
  accounts:
    description:
      - Accounts to write an overview of, instead of reading one account. The files are then called
        C(access-report-overview).
      - The keys are names of hosts. The values are what the role C(access_report) sets as the fact
        C(access_report_result).
      - The value is empty for an account that could not be read.
    type: dict
    version_added: 1.1.0
  role_variables:
    description:
      - Whether options that you leave out come from the variables of the role C(access_report).
      - The report then compares the account with the variables of C(user_provisioning), and with those of C(bootstrap)
        if any of them is set. Right after these roles have run, the report shows no difference.
    type: bool
    default: false
    version_added: 1.1.0
  return_report:
    description:
      - Whether the result contains the whole report, as M(cloudhsm.iam.iam_access_report_info) returns it. It can be
        large.
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
      - A diff of two pages would be longer than the page.
  idempotent:
    support: full
    details:
      - Writes the files again, because they contain the time of the report. If that time is the only difference,
        C(changed) is false.
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
- name: Write a page for the security officer
  cloudhsm.iam.iam_access_report:
    folder: reports
    formats: [html]

- name: Write all formats, compared with the list of users
  cloudhsm.iam.iam_access_report:
    folder: reports
    expected_users: "{{ user_provisioning_users }}"
  register: written

- name: Fail for severe findings that nobody has accepted, and list what has changed
  cloudhsm.iam.iam_access_report:
    folder: reports
    formats: [html, json, sarif]
    previous: reports
    fail_on: high
    accepted_risks:
      - finding: old_access_keys
        subjects: [user/deploy#AKIAIOSFODNN7EXAMPLE]
        reason: The vendor replaces the client in January
        expires: "2027-01-31"
        accepted_by: Security team

- name: Write an overview of two accounts
  cloudhsm.iam.iam_access_report:
    folder: reports
    accounts:
      one: "{{ first_account_report }}"
      two: "{{ second_account_report }}"

- name: Fail if there is a critical finding
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
  description: Paths of the files. In check mode, of the files that would be written.
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
  description: When AWS created the credential report that ages are taken from, or none if there is no such report.
  returned: success
  type: str
  sample: 2026-11-24 08:12:31 UTC
summary:
  description: Counts, as M(cloudhsm.iam.iam_access_report_info) returns them in its report.
  returned: success
  type: dict
findings:
  description:
    - The findings, as M(cloudhsm.iam.iam_access_report_info) returns them in its report. Each has a C(count) of its
      subjects, and lists at most 20 of them. If there are more, C(run) is none.
  returned: success
  type: list
  elements: dict
accepted_risks:
  description:
    - The accepted risks, as M(cloudhsm.iam.iam_access_report_info) returns them in its report. Each has a C(count) of
      its subjects, and lists at most 20 of them.
  returned: when an account was read
  type: list
  elements: dict
difference:
  description: What has changed since the earlier report, or none if there was no earlier report.
  returned: when an account was read
  type: dict
  contains:
    generated_at:
      description: When the account was read for the earlier report.
      returned: always
      type: str
      sample: 2026-10-24 10:00:00 UTC
    findings:
      description:
        - Subjects of findings that are C(new), C(gone), C(accepted) since then or C(no_longer_accepted), at most 20 of
          each.
      returned: always
      type: dict
      sample:
        new:
          - rule: console_without_mfa
            severity: high
            title: Console users without MFA
            id: user/alice
            name: alice
            kind: user
            detail: can sign in with only a password
            accepted: false
        gone: []
        accepted: []
        no_longer_accepted: []
    users:
      description:
        - At most 20 of the users who are new, are gone or can do other things, with what they could and can do.
      returned: always
      type: list
      elements: dict
      sample:
        - name: alice
          state: changed
          changes: [{"right": "DeleteCluster", "before": "no", "after": "mfa"}]
    counts:
      description: How many there are of each kind.
      returned: always
      type: dict
      sample: {"new": 1, "gone": 0, "accepted": 0, "no_longer_accepted": 0, "users": 1}
    notes:
      description: Why findings may differ although the account has not changed.
      returned: always
      type: list
      elements: str
      sample: []
failing:
  description: Why the task fails because of O(fail_on), or none.
  returned: when an account was read
  type: str
  sample: "Account 123456789012 has findings of severity high or above: 1 critical"
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

#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: root_access
short_description: Audit and lock the root users of an organization's member accounts
version_added: 1.1.0
description:
  - Works with centralized root access of AWS. It switches the feature on, looks at the root users of member accounts,
    removes their credentials, and allows password recovery for one account.
  - Looks at the accounts side by side, with five calls for each account. A failure in one account does not stop the
    others.
  - Works out every removal before the first write, and lists each credential by kind and ID. It goes account after
    account. Run it again to go on after an interruption.
  - All mistakes in the options are reported at once, before the first write.
  - Never touches the root user of the management account.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  state:
    description:
      - V(audited) looks at the root users of the accounts and changes nothing.
      - V(enabled) switches centralized root access on, in the management account. It makes only the calls that are
        missing, and never switches anything off.
      - V(locked) removes the credentials of the root users. In each account it deletes the password first, then access
        keys and signing certificates, and deactivates the MFA devices last.
      - V(recoverable) allows the owner of one account's email address to set a root password again.
    type: str
    choices: [audited, enabled, locked, recoverable]
    default: audited
  accounts:
    description:
      - Account IDs, 12 digits each and best in quotes.
      - An account counts if O(accounts), O(organizational_units), O(account_tags) or O(all_accounts) names it. If none
        of them is set, V(audited) looks at all member accounts, and V(locked) is refused.
      - V(recoverable) needs exactly one account here.
    type: list
    elements: str
  organizational_units:
    description:
      - Organizational units by path from the root, as in C(/Workloads/Production), or by ID. The accounts in the units
        below count too. V(/) is the whole organization.
    type: list
    elements: str
  account_tags:
    description:
      - Tags of accounts. An account counts if it has all of them.
    type: dict
  all_accounts:
    description:
      - Whether every member account of the organization counts.
    type: bool
    default: false
  exclude_accounts:
    description:
      - IDs of accounts that are left out, however they were named.
    type: list
    elements: str
  organization_id:
    description:
      - ID of the organization, as in C(o-exampleorgid). It confirms V(locked) and V(recoverable), which are refused
        without it. A run with V(audited) shows it as RV(organization_id).
      - If it is not the organization of the credentials, every O(state) is refused.
    type: str
  max_removals:
    description:
      - How many credentials one run with V(locked) removes at most, all accounts together. The accounts go by their
        IDs. An account whose credentials don't fit any more is left for the next run, and so are those behind it.
        RV(remaining) lists what is left.
      - An account that has more credentials by itself than that is the only one whose credentials are removed in parts.
      - With V(0), a run that would remove anything is refused.
    type: int
    default: 10
  batch:
    description:
      - IDs of the only accounts that V(locked) removes credentials from. The other accounts are looked at, and left for
        later runs. An empty list stands for all accounts.
      - A run that finishes an approved plan sets it to the accounts of the plan.
    type: list
    elements: str
  reason:
    description:
      - Why password recovery is allowed, one line of up to 256 characters. V(recoverable) is refused without it.
      - It is in the result and in the lines that people read. AWS does not store it.
    type: str
  features:
    description:
      - What V(enabled) switches on. V(RootCredentialsManagement) is what this module needs. V(RootSessions) also lets
        administrators unlock the policies of S3 buckets and SQS queues in member accounts.
    type: list
    elements: str
    choices: [RootCredentialsManagement, RootSessions]
    default: [RootCredentialsManagement, RootSessions]
  delegated_administrator:
    description:
      - ID of a member account that V(enabled) registers as delegated administrator of IAM. That account can then do
        everything that the other states do. Left out, nobody is registered.
    type: str
  workers:
    description:
      - How many accounts the module looks at side by side, from 1 to 16. It slows down when AWS asks for it.
    type: int
    default: 8
  result_file:
    description:
      - File on the control node that V(audited) writes its result to, as JSON, for
        O(cloudhsm.iam.iam_access_report#module:root_users). Only its owner can read it. The other states do not write
        it, and neither does check mode.
      - A relative path starts at the working directory of the command, and C(~) is the home folder.
      - A folder that another user owns, or that other users can write to, is refused.
    type: path
  variables_prefix:
    description:
      - Prefix of a role's variables. Options that you leave out then get the values of these variables, and messages
        name the variables. For example, with V(root_access_) they name C(root_access_accounts).
      - The role C(root_access) uses it.
    type: str
notes:
  - O(state=enabled) works in the management account only. The other states also work in the account of the delegated
    administrator of IAM.
  - AWS lets no root user call C(sts:AssumeRoot). Call as an administrator.
  - C(sts:AssumeRoot) is answered by endpoints of regions only. Without a region, the module uses C(us-east-1).
  - Accounts that are suspended, or being closed, are skipped and listed. O(state=recoverable) is refused for them.
  - A virtual MFA device is deactivated, and not deleted, because AWS's task policy does not allow more.
  - Needs boto3 1.36 or newer.
  - The permissions that callers need are listed in C(docs/permissions.md) of this collection.
seealso:
  - module: cloudhsm.iam.iam_account_info
  - name: Centrally manage root access for member accounts
    description: What centralized root access is.
    link: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_root-user.html
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._attributes
  - cloudhsm.iam._attributes.changes
  - cloudhsm.iam._expected_account
  - cloudhsm.iam._attributes.actiongroup_aws
"""

EXAMPLES = r"""
- name: Switch centralized root access on, in the management account
  cloudhsm.iam.root_access:
    state: enabled

- name: Look at the root users of all member accounts
  cloudhsm.iam.root_access:
  register: audit

- name: Say which accounts have a root password
  ansible.builtin.debug:
    msg: "{{ audit.accounts | selectattr('password', 'defined') | selectattr('password') | map(attribute='name') }}"

- name: Remove the root credentials of the production accounts, except for one
  cloudhsm.iam.root_access:
    state: locked
    organization_id: o-exampleorgid
    organizational_units: [/Workloads/Production]
    exclude_accounts: ["111122223333"]
    max_removals: 40

- name: Allow password recovery for one account
  cloudhsm.iam.root_access:
    state: recoverable
    organization_id: o-exampleorgid
    accounts: ["111122223333"]
    reason: Allow IAM users to see Billing
"""

RETURN = r"""
organization_id:
  description: ID of the organization.
  returned: when the plan was not refused
  type: str
  sample: o-exampleorgid
account:
  description: The account that the task worked in, its partition, and who called.
  returned: when the plan was not refused
  type: dict
  sample: {"account_id": "123456789012", "partition": "aws", "caller_arn": "arn:aws:iam::123456789012:user/Admin"}
management_account:
  description: ID of the organization's management account.
  returned: when the plan was not refused
  type: str
  sample: "123456789012"
state:
  description: The state that was asked for.
  returned: when the plan was not refused
  type: str
  sample: locked
features:
  description: The features of centralized root access that are switched on, or would be in check mode.
  returned: when the plan was not refused
  type: list
  elements: str
  sample: [RootCredentialsManagement, RootSessions]
accounts:
  description: The accounts that were looked at, by name, with what their root users had before the run.
  returned: when the plan was not refused
  type: list
  elements: dict
  contains:
    account_id:
      description: ID of the account.
      returned: always
      type: str
      sample: "111122223333"
    name:
      description: Name of the account.
      returned: always
      type: str
      sample: shop
    email:
      description: Email address of the account, which its root user signs in with.
      returned: always
      type: str
      sample: shop@example.com
    action:
      description:
        - What the run did about it, one of V(locked), V(recoverable), V(unchanged), V(failed).
        - V(failed) also means that the account could not be looked at. RV(failed_accounts) has the reason.
      returned: always
      type: str
      sample: locked
    password:
      description: Whether the root user has a password, or its recovery is allowed.
      returned: when the account could be looked at
      type: bool
      sample: true
    access_keys:
      description: IDs of the root user's access keys.
      returned: when the account could be looked at
      type: list
      elements: str
      sample: []
    signing_certificates:
      description: IDs of the root user's signing certificates.
      returned: when the account could be looked at
      type: list
      elements: str
      sample: []
    mfa_devices:
      description: Serial numbers of the root user's MFA devices.
      returned: when the account could be looked at
      type: list
      elements: str
      sample: ["arn:aws:iam::111122223333:mfa/root-account-mfa-device"]
skipped_accounts:
  description: Accounts that are not active, with C(account_id), C(name) and C(status).
  returned: when the plan was not refused
  type: list
  elements: dict
  sample:
    - account_id: "444455556666"
      name: old
      status: SUSPENDED
counts:
  description:
    - How many accounts were looked at, how many of their root users had credentials, or a password, how many
      credentials were removed, how many are left for later runs, and what failed.
  returned: when the plan was not refused
  type: dict
  sample: {"accounts": 98, "with_credentials": 2, "with_password": 1, "removed": 3, "remaining": 0, "failed": 0}
remaining:
  description:
    - Accounts that are left for later runs because of O(max_removals), by ID, with the number of C(credentials).
  returned: when the plan was not refused
  type: list
  elements: dict
  sample:
    - account_id: "111122223333"
      name: shop
      credentials: 3
changes:
  description:
    - The changes that were made, in their order, or that would be made in check mode.
    - Each has the C(operation), as boto3 calls it, and what it is about.
  returned: when the plan was not refused
  type: list
  elements: dict
  sample:
    - operation: delete_access_key
      account: "111122223333"
      kind: access_key
      id: AKIAIOSFODNN7EXAMPLE
failed_changes:
  description: Changes that failed, like RV(changes), with the reason as C(msg).
  returned: when the plan was not refused
  type: list
  elements: dict
  sample: []
not_done:
  description: Changes that were left because of what failed, like RV(changes).
  returned: when the plan was not refused
  type: list
  elements: dict
  sample: []
failed_accounts:
  description: Accounts that could not be looked at, with C(account_id), C(name), and the reason as C(msg).
  returned: when the plan was not refused
  type: list
  elements: dict
  sample: []
reason:
  description: Why password recovery was allowed, empty with any other O(state).
  returned: when the plan was not refused
  type: str
  sample: Allow IAM users to see Billing
objects:
  description:
    - The organization, or the root users, with C(kind), C(name), C(action), and their states C(before) and C(after)
      the run. Empty with V(audited).
  returned: when the plan was not refused
  type: list
  elements: dict
  sample: []
result_file:
  description: Path of the file, or of the file that would be written.
  returned: when O(result_file) is set and O(state=audited)
  type: str
  sample: /home/me/root-users.json
lines:
  description: What the run found and did, as the role shows it.
  returned: when the plan was not refused
  type: list
  elements: str
  sample: ["~ root user 111122223333 (shop): password removed; access keys -AKIAIOSFODNN7EXAMPLE"]
plan:
  description: The plan, if the run made one. RV(plan.digest) is the same each time the same plan is made.
  returned: in check mode, and when the run applied a plan that was made before or keeps a history
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
      sample: ["~ root user 111122223333 (shop): password removed"]
check_mode:
  description: Whether it was only a check.
  returned: when the plan was not refused
  type: bool
  sample: false
problems:
  description: Why nothing was done, one sentence each.
  returned: when the input is wrong or the plan was refused
  type: list
  elements: str
  sample: ["accounts: the organization has no account 111122223333"]
"""

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.module import run_module
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Module
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.run import run

STRINGS: dict[str, t.Any] = {"type": "list", "elements": "str"}
ARGUMENT_SPEC: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["audited", "enabled", "locked", "recoverable"], "default": "audited"},
    "accounts": STRINGS,
    "organizational_units": STRINGS,
    "account_tags": {"type": "dict"},
    "all_accounts": {"type": "bool", "default": False},
    "exclude_accounts": STRINGS,
    "organization_id": {"type": "str"},
    "max_removals": {"type": "int", "default": 10},
    "batch": STRINGS,
    "reason": {"type": "str"},
    "features": {
        "type": "list",
        "elements": "str",
        "choices": ["RootCredentialsManagement", "RootSessions"],
        "default": ["RootCredentialsManagement", "RootSessions"],
    },
    "delegated_administrator": {"type": "str"},
    "workers": {"type": "int", "default": 8},
    "result_file": {"type": "path"},
    "variables_prefix": {"type": "str"},
}
MODULE = Module("cloudhsm.iam.root_access", ARGUMENT_SPEC, run)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()

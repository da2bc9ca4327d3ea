#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_account_info
short_description: Look up the AWS account, the caller, and named IAM objects
version_added: 0.1.0
description:
  - Tells which account the credentials belong to, who calls, and where the account's users sign in.
  - Tells of named users, groups and customer managed policies whether they are there, and what they have.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  users:
    description:
      - Names of users to look up.
    type: list
    elements: str
    default: []
  groups:
    description:
      - Names of groups to look up.
    type: list
    elements: str
    default: []
  policies:
    description:
      - Names of customer managed policies to look up. AWS's own policies are not looked at.
    type: list
    elements: str
    default: []
notes:
  - Needs the permission C(iam:ListAccountAliases) for the alias, and goes without it where that is not granted.
  - Looking up users needs C(iam:GetUser). Groups need C(iam:GetGroup), C(iam:ListAttachedGroupPolicies) and
    C(iam:ListGroupPolicies). Policies need C(iam:ListPolicies), C(iam:GetPolicy) and C(iam:GetPolicyVersion).
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._attributes
  - cloudhsm.iam._attributes.actiongroup_aws
  - cloudhsm.iam._attributes.info_module
"""

EXAMPLES = r"""
- name: Which account is this
  cloudhsm.iam.iam_account_info:
  register: here

- name: Stop when it is the wrong one
  ansible.builtin.assert:
    that: here.account.account_id == "123456789012"

- name: Who administers it
  cloudhsm.iam.iam_account_info:
    groups: [Administrators]
  register: administrators
"""

RETURN = r"""
account:
  description: The account and the caller.
  returned: success
  type: dict
  contains:
    account_id:
      description: The account's number.
      returned: always
      type: str
      sample: "123456789012"
    account_alias:
      description: The account's alias, or none where there is none or the caller may not ask.
      returned: always
      type: str
      sample: example-corp
    partition:
      description: The AWS partition that the account is in.
      returned: always
      type: str
      sample: aws
    caller_arn:
      description: ARN of the caller.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:user/Administrator
    caller_user_id:
      description: Unique id of the caller.
      returned: always
      type: str
      sample: AIDACKCEVSQ6C2EXAMPLE
    caller_user_name:
      description: Name of the caller, when the caller is an IAM user.
      returned: always
      type: str
      sample: Administrator
    sign_in_url:
      description: Where the account's users sign in.
      returned: always
      type: str
      sample: https://example-corp.signin.aws.amazon.com/console
users:
  description: Those of the users asked for that exist.
  returned: success
  type: list
  elements: dict
  sample:
    - name: Administrator
      arn: arn:aws:iam::123456789012:user/Administrator
      path: /
groups:
  description: Those of the groups asked for that exist.
  returned: success
  type: list
  elements: dict
  sample:
    - name: Administrators
      arn: arn:aws:iam::123456789012:group/Administrators
      path: /
      members: [Administrator]
      managed_policies: ["arn:aws:iam::aws:policy/AdministratorAccess"]
      inline_policies: []
policies:
  description:
    - Those of the customer managed policies asked for that exist, with tags, the document in force, and how many
      users, groups and roles have them attached (C(attachments)) or as their permissions boundary (C(boundary_of)).
  returned: success
  type: list
  elements: dict
  sample:
    - name: CloudHSMAdministrators
      arn: arn:aws:iam::123456789012:policy/CloudHSMAdministrators
      path: /
      tags: {"cloudhsm.iam/managed": "true"}
      attachments: 1
      boundary_of: 0
      document: {"Version": "2012-10-17", "Statement": []}
"""

import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._account import read_alias, read_caller, sign_in_url
from ansible_collections.cloudhsm.iam.plugins.module_utils._account_details import (
    describe_groups,
    describe_policies,
    describe_users,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._errors import AWS_ERRORS
from ansible_collections.cloudhsm.iam.plugins.module_utils._module import CloudHsmIamModule

NAMES: dict[str, t.Any] = {"type": "list", "elements": "str", "default": []}


def look_up(module: CloudHsmIamModule) -> dict[str, t.Any]:
    """The module's result."""
    iam = module.iam_client()
    caller = read_caller(module.sts_client())
    alias = read_alias(iam)
    return {
        "account": {
            "account_id": caller.account_id,
            "account_alias": alias,
            "partition": caller.partition,
            "caller_arn": caller.arn,
            "caller_user_id": caller.user_id,
            "caller_user_name": caller.user_name,
            "sign_in_url": sign_in_url(caller.partition, alias or caller.account_id),
        },
        "users": describe_users(iam, module.params["users"]),
        "groups": describe_groups(iam, module.params["groups"]),
        "policies": describe_policies(iam, module.params["policies"]),
    }


def main() -> None:
    module = CloudHsmIamModule(
        argument_spec={"users": NAMES, "groups": NAMES, "policies": NAMES}, supports_check_mode=True
    )
    try:
        result = look_up(module)
    except AWS_ERRORS as exc:
        module.fail_cleanly(exc, "look up the account")
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()

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
  - Tells of named users, groups, customer managed policies, roles and SAML providers whether they are there, and what
    they have.
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
  roles:
    description:
      - Names of roles to look up.
    type: list
    elements: str
    default: []
    version_added: 1.0.0
  saml_providers:
    description:
      - Names of SAML providers to look up.
    type: list
    elements: str
    default: []
    version_added: 1.0.0
notes:
  - Needs the permission C(iam:ListAccountAliases) for the alias, and goes without it where that is not granted.
  - Looking up users needs C(iam:GetUser). Groups need C(iam:GetGroup), C(iam:ListAttachedGroupPolicies) and
    C(iam:ListGroupPolicies). Policies need C(iam:ListPolicies), C(iam:GetPolicy) and C(iam:GetPolicyVersion).
  - Roles need C(iam:GetRole), C(iam:ListAttachedRolePolicies) and C(iam:ListRolePolicies). SAML providers need
    C(iam:ListSAMLProviders), C(iam:GetSAMLProvider) and C(iam:ListRoles).
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
  description: Those of the users asked for that exist, in the order in which they were asked for.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the user.
      returned: always
      type: str
      sample: Administrator
    arn:
      description: ARN of the user.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:user/Administrator
    path:
      description: Path of the user.
      returned: always
      type: str
      sample: /
groups:
  description: Those of the groups asked for that exist, in the order in which they were asked for.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the group.
      returned: always
      type: str
      sample: Administrators
    arn:
      description: ARN of the group.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:group/Administrators
    path:
      description: Path of the group.
      returned: always
      type: str
      sample: /
    members:
      description: Names of the users in the group.
      returned: always
      type: list
      elements: str
      sample: [Administrator]
    managed_policies:
      description: ARNs of the managed policies attached to the group.
      returned: always
      type: list
      elements: str
      sample: ["arn:aws:iam::aws:policy/AdministratorAccess"]
    inline_policies:
      description: Names of the group's inline policies.
      returned: always
      type: list
      elements: str
      sample: []
policies:
  description: Those of the customer managed policies asked for that exist, by name.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the policy.
      returned: always
      type: str
      sample: CloudHSMAdministrators
    arn:
      description: ARN of the policy.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:policy/CloudHSMAdministrators
    path:
      description: Path of the policy.
      returned: always
      type: str
      sample: /
    tags:
      description: Tags of the policy.
      returned: always
      type: dict
      sample: {"cloudhsm.iam/managed": "true"}
    attachments:
      description: To how many users, groups and roles the policy is attached.
      returned: always
      type: int
      sample: 1
    boundary_of:
      description: Of how many users and roles the policy is the permissions boundary.
      returned: always
      type: int
      sample: 0
    document:
      description: The version of the policy that is in force.
      returned: always
      type: dict
      sample: {"Version": "2012-10-17", "Statement": []}
roles:
  description: Those of the roles asked for that exist, in the order in which they were asked for.
  returned: success
  type: list
  elements: dict
  version_added: 1.0.0
  contains:
    name:
      description: Name of the role.
      returned: always
      type: str
      sample: CloudHSMAdministrators
    arn:
      description: ARN of the role.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:role/CloudHSMAdministrators
    path:
      description: Path of the role.
      returned: always
      type: str
      sample: /
    max_session_duration:
      description: How long a session of the role may last, in seconds.
      returned: always
      type: int
      sample: 3600
    boundary:
      description: ARN of the role's permissions boundary, or none.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:policy/Boundary
    tags:
      description: Tags of the role.
      returned: always
      type: dict
      sample: {"cloudhsm.iam/managed": "true"}
    trust_policy:
      description: Who may assume the role, as a policy document.
      returned: always
      type: dict
      sample: {"Version": "2012-10-17", "Statement": []}
    trusts:
      description: The principals that the trust policy allows in.
      returned: always
      type: list
      elements: str
      sample: ["arn:aws:iam::123456789012:saml-provider/Example"]
    managed_policies:
      description: ARNs of the managed policies attached to the role.
      returned: always
      type: list
      elements: str
      sample: ["arn:aws:iam::aws:policy/AdministratorAccess"]
    inline_policies:
      description: Names of the role's inline policies.
      returned: always
      type: list
      elements: str
      sample: []
saml_providers:
  description: Those of the SAML providers asked for that exist, in the order in which they were asked for.
  returned: success
  type: list
  elements: dict
  version_added: 1.0.0
  contains:
    name:
      description: Name of the provider.
      returned: always
      type: str
      sample: Example
    arn:
      description: ARN of the provider.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:saml-provider/Example
    valid_until:
      description: When the provider's metadata expires, in ISO 8601, or none where it does not.
      returned: always
      type: str
      sample: "2027-05-09T16:27:11+00:00"
    tags:
      description: Tags of the provider.
      returned: always
      type: dict
      sample: {}
    trusted_by:
      description: Names of the roles that trust the provider.
      returned: always
      type: list
      elements: str
      sample: [CloudHSMAdministrators]
"""

import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._account import read_alias, read_caller, sign_in_url
from ansible_collections.cloudhsm.iam.plugins.module_utils._account_details import (
    describe_groups,
    describe_policies,
    describe_users,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._errors import AWS_ERRORS
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation_details import (
    describe_roles,
    describe_saml_providers,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._module import CloudHsmIamModule

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sts import STSClient

NAMES: dict[str, t.Any] = {"type": "list", "elements": "str", "default": []}
ARGUMENT_SPEC: dict[str, t.Any] = dict.fromkeys(("users", "groups", "policies", "roles", "saml_providers"), NAMES)


def look_up(iam: IAMClient, sts: STSClient, params: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """The module's result. Raises what botocore raises."""
    caller = read_caller(sts)
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
        "users": describe_users(iam, params["users"]),
        "groups": describe_groups(iam, params["groups"]),
        "policies": describe_policies(iam, params["policies"]),
        "roles": describe_roles(iam, params["roles"]),
        "saml_providers": describe_saml_providers(iam, params["saml_providers"]),
    }


def main() -> None:
    module = CloudHsmIamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    try:
        result = look_up(module.iam_client(), module.sts_client(), module.params)
    except AWS_ERRORS as exc:
        module.fail_cleanly(exc, "look up the account")
    module.exit_json(changed=False, **result)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_account_export_info
short_description: Return what an AWS account has as variables of this collection
version_added: 1.1.0
description:
  - Reads an AWS account in bulk, and returns its groups, users, password policy and CloudHSM service-linked role as
    variables of the roles of this collection. A run of the roles with these variables changes nothing in that account.
  - Policies of groups are recognised if they are equal to a policy that this collection or the CloudHSM guide creates.
  - Returns a list of everything that variables can't express, such as inline policies and access keys, with what to do
    about each.
  - The result contains no secret.
  - To write files, use M(cloudhsm.iam.iam_account_export).
author:
  - cloudhsm.iam contributors (@cloudhsm)
notes:
  - Needs the permission C(iam:GetAccountAuthorizationDetails). Fails if the account can't be read to its end.
  - Leaves out what the caller is not allowed to read, and lists it in RV(not_read). The whole export needs
    C(iam:GetAccountPasswordPolicy), C(iam:GetLoginProfile), C(iam:GetPolicy), C(iam:GetPolicyVersion),
    C(iam:GetRole), C(iam:ListAccessKeys), C(iam:ListAccountAliases), C(iam:ListAttachedRolePolicies),
    C(iam:ListEntitiesForPolicy), C(iam:ListMFADevices), C(iam:ListPolicies), C(iam:ListRolePolicies),
    C(iam:ListRoles), C(iam:ListSAMLProviders), C(iam:ListSSHPublicKeys), C(iam:ListServiceSpecificCredentials) and
    C(iam:ListSigningCertificates), and for more than O(live_limit) users C(iam:GenerateCredentialReport) and
    C(iam:GetCredentialReport).
seealso:
  - module: cloudhsm.iam.iam_account_export
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._account_export
  - cloudhsm.iam._attributes
  - cloudhsm.iam._expected_account
  - cloudhsm.iam._attributes.actiongroup_aws
  - cloudhsm.iam._attributes.info_module
"""

EXAMPLES = r"""
- name: Read the account as variables
  cloudhsm.iam.iam_account_export_info:
  register: export

- name: Show users with inline policies
  ansible.builtin.debug:
    msg: "{{ export.not_exported | selectattr('kind', 'eq', 'inline policy') | map(attribute='of') }}"
"""

RETURN = r"""
account:
  description: The account ID and the partition.
  returned: success
  type: dict
  sample: {"account_id": "123456789012", "partition": "aws"}
variables:
  description: Values of variables of this collection's roles, by name.
  returned: success
  type: dict
  sample: {"group_provisioning_groups": [{"name": "Administrators", "aws_managed_policies": ["AdministratorAccess"]}]}
identity_center:
  description:
    - C(variables) of the role C(identity_center_access), and in C(to_do) what people have to decide or do, a sentence
      each.
  returned: if O(identity_center) is set
  type: dict
  sample: {"variables": {"identity_center_access_groups": [{"name": "Ops", "members": ["alice"]}]}, "to_do": []}
not_exported:
  description: What variables can't express.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: What it is.
      returned: always
      type: str
      sample: inline policy
    name:
      description: Its name, its ARN or, for credentials, their number.
      returned: always
      type: str
      sample: own
    of:
      description: Whose it is.
      returned: if it belongs to a user, a group or a policy
      type: str
      sample: user alice
    what_to_do:
      description: What runs of this collection do with it, and what you can do.
      returned: always
      type: str
      sample: They stay. In another account, users register their own devices
not_read:
  description: What could not be read, and why. If there is anything, the export is partial.
  returned: success
  type: list
  elements: str
  sample: []
counts:
  description: Number of users and groups, and of those that are exported.
  returned: success
  type: dict
  sample: {"users": 3, "exported_users": 2, "groups": 2, "exported_groups": 1}
"""

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.module import run_module
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Module
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.input import SPEC as ARGUMENT_SPEC
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.run import run

MODULE = Module("cloudhsm.iam.iam_account_export_info", ARGUMENT_SPEC, run)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_group_with_policies
short_description: Create or delete an IAM group together with its policies
version_added: 1.0.0
description:
  - Reads the account, and runs M(amazon.aws.iam_managed_policy) and M(amazon.aws.iam_group) if the group, its policy,
    or the policy that requires MFA has to change.
  - Lists all errors in the options before it changes anything.
  - The roles C(admin_group) and C(cloudhsm_group) use it. A single task keeps runs over many accounts fast.
  - This is an action. The modules run where the task does. On the control node they run in the process that Ansible
    starts for the task.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  state:
    description:
      - Whether the group and its policy exist.
      - V(absent) deletes both. It is refused if the group has inline policies, or if the policy is attached to anything
        else. The policy that requires MFA stays, because groups share it. A policy of that name that this collection
        did not create stays too, with a warning.
    type: str
    choices: [present, absent]
    default: present
  name:
    description: Name of the group.
    type: str
    required: true
  path:
    description:
      - Path of a new group and policy, beginning and ending with a slash. The default for a new group is C(/).
      - An existing group at another path keeps its path if it already has the policies. Otherwise it is refused,
        because its members would get the policies.
      - With O(state=absent), a group at another path is refused.
    type: str
  aws_managed_policies:
    description: Names of AWS managed policies to attach to the group. The ARNs are built for the account's partition.
    type: list
    elements: str
    default: []
  policy:
    description: A customer managed policy to create and attach to the group.
    type: dict
    suboptions:
      name:
        description: Name of the policy.
        type: str
        required: true
      description:
        description: Description of a new policy. IAM can't change it later.
        type: str
        default: ""
      cloudhsm:
        description:
          - What the policy allows, as options of P(cloudhsm.iam.cloudhsm_policy#filter), with its input as C(level).
            The account's partition and ID are filled in.
          - Either this or O(policy.self_service) is required.
        type: dict
      self_service:
        description:
          - If true, the policy lets users manage their own password and MFA devices, and nothing else.
        type: bool
        version_added: 1.1.0
      tags:
        description: Tags of the policy.
        type: dict
        default: {}
      purge_tags:
        description: Whether to remove other tags from the policy, except those in O(policy.creation_tags).
        type: bool
        default: false
      creation_tags:
        description:
          - Tags that only a new policy gets, so that you can later see who created it, in addition to
            C(cloudhsm.iam/managed).
        type: dict
        default: {"cloudhsm.iam/managed": "true"}
  adopt_policy:
    description:
      - Whether to use or delete an existing policy with the name in O(policy) even if its path is not O(path), or if
        this collection did not create it. The tag C(cloudhsm.iam/managed) or one of O(policy.creation_tags) shows that
        the collection created it.
      - If false, such a policy is refused before the first change. Policy names are unique in an account, so anyone who
        can create policies at any path could have taken the name. Anyone who can change the policy decides what the
        group's members can do.
    type: bool
    default: false
    version_added: 1.1.0
  purge_policies:
    description: Whether to detach other managed policies from the group.
    type: bool
    default: false
  require_mfa:
    description:
      - Whether the group's members can only register their own MFA device until they sign in with MFA. V(true) creates
        the policy for that and attaches it to the group. V(false) detaches it.
      - If you leave it out, the policy stays as it is, also with O(purge_policies).
    type: bool
  require_mfa_policy_name:
    description: Name of the customer managed policy that requires MFA.
    type: str
    default: CloudHSMIamRequireMFA
  adopt_require_mfa_policy:
    description: The same as O(adopt_policy) for the policy that requires MFA, which is at the path C(/).
    type: bool
    default: false
    version_added: 1.1.0
  require_mfa_creation_tags:
    description: Tags that only a new policy that requires MFA gets.
    type: dict
    default: {"cloudhsm.iam/managed": "true"}
  members:
    description: Users to add to the group. They must exist. If you leave it out, memberships stay as they are.
    type: list
    elements: str
  exclusive:
    description:
      - Whether to remove users that are not in O(members) from the group. O(members) must then contain at least one
        user.
    type: bool
    default: false
  keep_callers_group:
    description: Whether to refuse O(state=absent) if the caller is a member of the group.
    type: bool
    default: false
  found:
    description:
      - What M(cloudhsm.iam.iam_account_info) has just returned for the account, the group, both policies and the
        members.
      - If you leave it out, the module reads the account.
    type: dict
  variables_prefix:
    description:
      - Prefix of a role's variables, for a role that passes them on as these options. Messages then name the variables.
        For example, with V(admin_group_) they name C(admin_group_members).
    type: str
    default: ""
notes:
  - Needs the permissions of those modules that have something to change.
seealso:
  - module: amazon.aws.iam_group
  - module: amazon.aws.iam_managed_policy
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
- name: Create a group for one team's cluster operators
  cloudhsm.iam.iam_group_with_policies:
    name: KeyTeam
    policy:
      name: KeyTeam
      cloudhsm:
        level: power_user
        profile: hardened
        tags:
          team: keys
    require_mfa: true

- name: Create a group of auditors
  cloudhsm.iam.iam_group_with_policies:
    name: Auditors
    aws_managed_policies:
      - SecurityAudit
"""

RETURN = r"""
created:
  description: Whether the group was created, or would be in check mode.
  returned: success, when the state is present
  type: bool
  sample: true
aws_managed_policies:
  description: Names of the requested AWS managed policies.
  returned: success, when the state is present
  type: list
  elements: str
  sample: [AdministratorAccess]
  version_added: 1.1.0
policy_name:
  description: Name of the group's own policy, as IAM spells it.
  returned: success, when the state is present
  type: str
  sample: KeyTeam
require_mfa:
  description: Whether the group has the policy that requires MFA.
  returned: success, when the state is present
  type: bool
  sample: true
other_policies:
  description: ARNs of managed policies that the group had and that were not requested.
  returned: success, when the state is present
  type: list
  elements: str
  sample: []
problems:
  description: All errors in the options, one sentence each.
  returned: when something is refused
  type: list
  elements: str
  sample: ["members: the account has no user ben; create it first"]
"""

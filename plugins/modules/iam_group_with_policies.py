#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_group_with_policies
short_description: Make or delete an IAM group together with its policies
version_added: 1.0.0
description:
  - Looks at the account, and runs M(amazon.aws.iam_managed_policy) and M(amazon.aws.iam_group) as far as the group, its
    policy, or the policy that requires MFA is not as it shall be.
  - Tells everything that is wrong with the options before it changes anything.
  - The roles C(admin_group) and C(cloudhsm_group) are made of it. One task for all
    of this is what makes many accounts cheap.
  - This is an action. The modules run where the task does; for the control node, in the process that Ansible has for
    the task anyway.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  state:
    description:
      - Whether the group and its policy are there.
      - V(absent) deletes both. It is refused when the group has inline policies, or when the policy is attached to
        anything else. The policy that requires MFA stays, because groups share it. So does a policy of that name that
        this collection did not create, with a warning.
    type: str
    choices: [present, absent]
    default: present
  name:
    description: Name of the group.
    type: str
    required: true
  path:
    description:
      - Path of a new group and policy, beginning and ending with a slash. Left out, a new group gets C(/).
      - An existing group at another path keeps its own if it has the policies already. If not, it is refused, because
        its members would get them.
      - With O(state=absent) a group at another path is refused.
    type: str
  aws_managed_policies:
    description: Names of AWS managed policies that the group has. The ARNs are made for the account's partition.
    type: list
    elements: str
    default: []
  policy:
    description: A customer managed policy that the group has. Left out, it gets none of its own.
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
          - What the policy allows, in the options of P(cloudhsm.iam.cloudhsm_policy#filter), with its input as
            C(level). Partition and number of the account are filled in.
          - Either this or O(policy.self_service) is needed.
        type: dict
      self_service:
        description:
          - With V(true) the policy allows to manage one's own password and MFA devices, and nothing else.
        type: bool
        version_added: 1.1.0
      tags:
        description: Tags of the policy.
        type: dict
        default: {}
      purge_tags:
        description: Whether other tags are removed from the policy, those of O(policy.creation_tags) excepted.
        type: bool
        default: false
      creation_tags:
        description: Tags that only a new policy gets, to tell later who made it, besides C(cloudhsm.iam/managed).
        type: dict
        default: {"cloudhsm.iam/managed": "true"}
  adopt_policy:
    description:
      - Whether an existing policy with the name in O(policy) is used, or deleted, although it is at another path than
        O(path), or was not created by this collection, which the tag C(cloudhsm.iam/managed) or one of
        O(policy.creation_tags) shows.
      - Left V(false), it is refused before the first change. Names of policies are unique in an account, so that anyone
        who may create policies at some path could have taken the name, and whoever can change the policy decides what
        the group's members may do.
    type: bool
    default: false
    version_added: 1.1.0
  purge_policies:
    description: Whether other managed policies are detached from the group.
    type: bool
    default: false
  require_mfa:
    description:
      - Whether the group's members can do nothing but register an MFA device for themselves until they sign in with
        MFA. V(true) attaches the policy for that to the group, and makes it. V(false) detaches it.
      - Left out, it is left alone, also by O(purge_policies).
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
    description: Tags that the policy that requires MFA gets when it is new.
    type: dict
    default: {"cloudhsm.iam/managed": "true"}
  members:
    description: Users that are to be members. They must exist. Left out, memberships are left alone.
    type: list
    elements: str
  exclusive:
    description: Whether users that are not in O(members) leave the group. Needs at least one user there.
    type: bool
    default: false
  keep_callers_group:
    description: Whether O(state=absent) is refused when the caller is a member of the group.
    type: bool
    default: false
  found:
    description:
      - What M(cloudhsm.iam.iam_account_info) has just told of the account, the group, both policies and the members.
      - Left out, the account is looked at.
    type: dict
  variables_prefix:
    description:
      - What the names of a role's variables begin with, for a role that hands them on as these options. What is wrong
        is told by their names then, as in C(admin_group_members) with V(admin_group_).
    type: str
    default: ""
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
notes:
  - Needs the permissions that the modules need, for as much of it as is to be changed.
seealso:
  - module: amazon.aws.iam_group
  - module: amazon.aws.iam_managed_policy
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._attributes
  - cloudhsm.iam._expected_account
  - cloudhsm.iam._attributes.actiongroup_aws
"""

EXAMPLES = r"""
- name: Make a group for those who run the clusters of one team
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

- name: Make a group of auditors
  cloudhsm.iam.iam_group_with_policies:
    name: Auditors
    aws_managed_policies:
      - SecurityAudit
"""

RETURN = r"""
created:
  description: Whether the group was made, or would be in check mode.
  returned: success, when the state is present
  type: bool
  sample: true
aws_managed_policies:
  description: Names of the AWS managed policies that were asked for.
  returned: success, when the state is present
  type: list
  elements: str
  sample: [AdministratorAccess]
  version_added: 1.1.0
policy_name:
  description: Name of the group's own policy, spelled as IAM has it.
  returned: success, when the state is present
  type: str
  sample: KeyTeam
require_mfa:
  description: Whether the group has the policy that requires MFA.
  returned: success, when the state is present
  type: bool
  sample: true
other_policies:
  description: ARNs of managed policies that the group had and that were not asked for.
  returned: success, when the state is present
  type: list
  elements: str
  sample: []
problems:
  description: Everything that is wrong with the options, in a sentence each.
  returned: when something is refused
  type: list
  elements: str
  sample: ["members: the account has no user ben; make it first"]
"""

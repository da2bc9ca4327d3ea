# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policies of CloudHSM as a filter."""

from __future__ import annotations

import typing as t
from collections.abc import Callable

from ansible.errors import AnsibleFilterError
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import Wish, build_policy

DOCUMENTATION = r"""
name: cloudhsm_policy
short_description: The IAM policy for a level of access to AWS CloudHSM
version_added: 1.0.0
author:
  - cloudhsm.iam contributors
description:
  - Builds the policy document for administrators, users or readers of CloudHSM, either as in the CloudHSM User Guide or
    with the guide's gaps closed.
  - Makes no calls to AWS. One message lists all errors in the options.
options:
  _input:
    description:
      - The level of access.
      - V(admin) can do everything in CloudHSM. V(power_user) can create and use clusters and backups but not delete
        them. V(read_only) can only read. V(client) can only describe clusters, as hosts with
        CloudHSM's client do.
    type: str
    choices: [admin, power_user, read_only, client]
    required: true
  profile:
    description:
      - V(guide) is exactly the guide's policy.
      - V(hardened) names each action, and includes the actions that the guide forgot. It allows
        iam:CreateServiceLinkedRole for CloudHSM's role only, and ec2:CreateTags for network interfaces and security
        groups only. It denies actions that move backups out of the account or the region, unless you allow them.
    type: str
    choices: [guide, hardened]
    default: guide
  policy:
    description:
      - Your own policy, as a dictionary or as JSON text. It is checked against IAM's policy grammar, and returned as a
        dictionary. The level then has no effect. It can't be combined with O(profile=hardened) or any limit.
    type: raw
  partition:
    description: The partition that the account is in.
    type: str
    choices: [aws, aws-cn, aws-us-gov]
    default: aws
  account_id:
    description:
      - The account that the clusters in O(cluster_arns) must belong to. If you leave it out, this is not checked.
    type: str
  cluster_arns:
    description:
      - The clusters that the policy is limited to. Requires O(profile=hardened).
      - All clusters and backups can still be listed, because IAM can't limit that. The policy does not allow creating
        clusters, deleting HSMs or any use of backups, because IAM can't limit these to a cluster.
    type: list
    elements: str
  regions:
    description: The regions that the policy is limited to. Requires O(profile=hardened).
    type: list
    elements: str
  tags:
    description:
      - The policy is limited to clusters and backups that have all of these tags. Requires O(profile=hardened).
      - All clusters and backups can still be listed. New clusters must be created with the tags, and no one with the
        policy can add, change or remove the tags later. The policy does not allow deleting HSMs, because IAM can't
        limit that.
    type: dict
  allow_backup_copy:
    description:
      - Whether backups may be copied to another region. Requires O(profile=hardened), which denies it otherwise.
    type: bool
    default: false
  names:
    description:
      - Names to use for the options in error messages, by the names of the options. It is for roles, whose variables
        have other names. The key for the level is C(level).
    type: dict
  allow_backup_sharing:
    description:
      - Whether backups may be shared with other accounts, by their resource policies or through AWS Resource Access
        Manager. Requires O(profile=hardened), which denies both otherwise.
      - With O(tags), the policy does not allow sharing through Resource Access Manager, because that can't be limited
        to tags.
    type: bool
    default: false
seealso:
  - name: AWS CloudHSM User Guide, Identity and access management for AWS CloudHSM
    description: The guide's policies.
    link: https://docs.aws.amazon.com/cloudhsm/latest/userguide/identity-access-management.html
  - name: Service Authorization Reference, AWS CloudHSM
    description: CloudHSM's actions, and what IAM can limit them to.
    link: https://docs.aws.amazon.com/service-authorization/latest/reference/list_cloudhsm.html
"""

EXAMPLES = r"""
- name: Create a policy for one team's cluster operators
  amazon.aws.iam_managed_policy:
    name: HSMsOfKeys
    policy: "{{ 'power_user' | cloudhsm.iam.cloudhsm_policy(profile='hardened', tags={'team': 'keys'}) | to_json }}"

- name: Create a policy for an auditor of one region
  amazon.aws.iam_managed_policy:
    name: HSMAuditors
    policy: "{{ 'read_only' | cloudhsm.iam.cloudhsm_policy(profile='hardened', regions=['eu-central-1']) | to_json }}"
"""

RETURN = r"""
_value:
  description: The policy document.
  type: dict
  sample:
    Version: "2012-10-17"
    Statement:
      - Effect: Allow
        Action: ["cloudhsm:DescribeBackups", "cloudhsm:DescribeClusters", "cloudhsm:ListTags"]
        Resource: "*"
"""


def cloudhsm_policy(level: t.Any, **options: t.Any) -> dict[str, t.Any]:
    """The policy document. Raises AnsibleFilterError with all problems in the options."""
    policy, problems = build_policy(Wish(level, **options))
    if problems:
        raise AnsibleFilterError(f"The policy of CloudHSM permissions can't be made: {'; '.join(problems)}")
    return policy


class FilterModule:
    """The entry point for Ansible."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        """The filters by name."""
        return {"cloudhsm_policy": cloudhsm_policy}

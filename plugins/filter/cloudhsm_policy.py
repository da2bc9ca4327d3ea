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
short_description: The IAM policy of a level of access to AWS CloudHSM
version_added: 1.0.0
author:
  - cloudhsm.iam contributors
description:
  - Makes the policy document for administrators, users or readers of CloudHSM, as the CloudHSM User Guide has it or
    without the guide's holes.
  - Makes no call. Everything that is wrong with the options is in one message.
options:
  _input:
    description:
      - The level of access.
      - V(admin) may do everything in CloudHSM, V(power_user) may make and use clusters and backups but not delete them,
        V(read_only) may look.
    type: str
    choices: [admin, power_user, read_only]
    required: true
  profile:
    description:
      - V(guide) gives the guide's policy to the letter.
      - V(hardened) names each action, allows iam:CreateServiceLinkedRole for CloudHSM's role only and ec2:CreateTags
        for network interfaces and security groups only, denies what takes backups out of the account or the region
        unless it was asked for, and has the actions that the guide forgot.
    type: str
    choices: [guide, hardened]
    default: guide
  policy:
    description:
      - A policy of one's own, as a dictionary or a text of JSON. It is checked by the grammar of IAM's policies, and
        comes out as a dictionary. Only then is the level without meaning. It can't be combined with
        O(profile=hardened) or any limit.
    type: raw
  partition:
    description: The partition that the account is in.
    type: str
    choices: [aws, aws-cn, aws-us-gov]
    default: aws
  account_id:
    description: The account that the clusters of O(cluster_arns) have to be in. Left out, that is not looked at.
    type: str
  cluster_arns:
    description:
      - The clusters that the policy is limited to. Needs O(profile=hardened).
      - Clusters and backups can still be listed, for IAM has no limit for that. Making clusters, deleting HSMs and all
        use of backups is left out, because IAM can't limit these to a cluster.
    type: list
    elements: str
  regions:
    description: The regions that the policy is limited to. Needs O(profile=hardened).
    type: list
    elements: str
  tags:
    description:
      - Tags of the clusters and backups that the policy is limited to, all of which have to be there. Needs
        O(profile=hardened).
      - Clusters and backups can still be listed. A new cluster has to be given the tags, and nobody with the policy can
        add, change or remove them later. Deleting HSMs is left out, because IAM can't limit it.
    type: dict
  allow_backup_copy:
    description: Whether backups may be copied to another region. Needs O(profile=hardened), where they may not else.
    type: bool
    default: false
  names:
    description:
      - What options are called in the message that tells what is wrong with them, by their names here. It is for roles,
        whose users know other names. The level's is C(level).
    type: dict
  allow_backup_sharing:
    description:
      - Whether backups may be shared with other accounts, by their resource policies or through AWS Resource Access
        Manager. Needs O(profile=hardened), which denies both otherwise.
      - With O(tags), Resource Access Manager is left out, because it can't be limited to them.
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
- name: Make a policy for those who run one team's clusters
  amazon.aws.iam_managed_policy:
    name: HSMsOfKeys
    policy: "{{ 'power_user' | cloudhsm.iam.cloudhsm_policy(profile='hardened', tags={'team': 'keys'}) | to_json }}"

- name: Make a policy for an auditor of one region
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
    """The policy document. Raises AnsibleFilterError with everything that is wrong with the options."""
    policy, problems = build_policy(Wish(level, **options))
    if problems:
        raise AnsibleFilterError(f"The policy of CloudHSM permissions can't be made: {'; '.join(problems)}")
    return policy


class FilterModule:
    """What Ansible looks for in a filter plugin."""

    def filters(self) -> dict[str, Callable[..., t.Any]]:
        """Names and functions."""
        return {"cloudhsm_policy": cloudhsm_policy}

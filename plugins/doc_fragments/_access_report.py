# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

from __future__ import annotations


class ModuleDocFragment:
    """How an account is read for the access report, and what it is compared with."""

    DOCUMENTATION = r"""
options:
  expected_users:
    description:
      - Users as they are wanted, in the form of O(cloudhsm.iam.iam_users#module:users), to compare the account with.
      - Passwords in it are not looked at, so leave them out.
    type: list
    elements: dict
    default: []
  expected_bootstrap_users:
    description:
      - Users as the role C(bootstrap) makes them, in the form of O(expected_users).
      - What they have beyond that is no difference, whatever O(purge_groups), O(purge_tags) and O(purge_policies) say.
    type: list
    elements: dict
    default: []
    version_added: 1.1.0
  expected_groups:
    description:
      - Groups as they are wanted, to compare the account with.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the group.
        type: str
        required: true
      managed_policies:
        description: All the policies that the group is to have, by ARN or name. Left out, they are not compared.
        type: list
        elements: str
      members:
        description: Users who are to be in the group. Other members are no difference.
        type: list
        elements: str
        version_added: 1.1.0
      require_mfa:
        description:
          - Whether the group is to have the policy O(require_mfa_policy_name). Left out, it is not compared.
        type: bool
        version_added: 1.1.0
      require_mfa_policy_name:
        description: Name of the policy that makes this group require MFA. Left out, O(require_mfa_policy_name).
        type: str
        version_added: 1.1.0
  onboarding_group:
    description:
      - Group of the users who have yet to change their password and to register MFA. They are compared with what they
        are to have until then. Left out, there is no such group.
    type: str
    version_added: 1.1.0
  require_mfa_policy_name:
    description: Name of the policy that makes a group require MFA.
    type: str
    default: CloudHSMIamRequireMFA
    version_added: 1.1.0
  purge_users:
    description: Whether users that carry the ownership tag and are not expected count as a difference.
    type: bool
    default: false
  purge_groups:
    description: Whether memberships that are not listed for an expected user count as a difference.
    type: bool
    default: false
  purge_tags:
    description: Whether tags that are not listed for an expected user count as a difference.
    type: bool
    default: false
  purge_policies:
    description: Whether policies that are not listed for an expected user count as a difference.
    type: bool
    default: false
  managed_by_tag:
    description: Key of the ownership tag.
    type: str
    default: cloudhsm.iam/managed
  max_key_age:
    description: After how many days an access key counts as old.
    type: int
    default: 90
  max_unused:
    description: After how many days without a sign-in a password counts as unused.
    type: int
    default: 90
  live_limit:
    description:
      - Up to how many users are asked one by one for password, MFA devices and access keys, with three calls each.
      - An account with more users is not asked, but for those that the credential report does not know yet.
    type: int
    default: 100
  wait_timeout:
    description: How many seconds to wait for AWS to make the credential report. After that the report does without.
    type: int
    default: 60
"""

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
      - Expected users to compare the account with, in the form of O(cloudhsm.iam.iam_users#module:users).
      - Passwords are ignored, so leave them out.
    type: list
    elements: dict
    default: []
  expected_bootstrap_users:
    description:
      - Users that the role C(bootstrap) creates, in the form of O(expected_users).
      - What they have beyond that is not a difference, whatever the values of O(purge_groups), O(purge_tags) and
        O(purge_policies).
    type: list
    elements: dict
    default: []
    version_added: 1.1.0
  expected_groups:
    description:
      - Expected groups to compare the account with.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the group.
        type: str
        required: true
      managed_policies:
        description:
          - All managed policies that the group should have, by ARN or name. If you leave it out, policies are not
            compared.
        type: list
        elements: str
      members:
        description: Users who should be members of the group. Other members are not a difference.
        type: list
        elements: str
        version_added: 1.1.0
      require_mfa:
        description:
          - Whether the group should have the policy O(require_mfa_policy_name). If you leave it out, this is not
            compared.
        type: bool
        version_added: 1.1.0
      require_mfa_policy_name:
        description: Name of the policy that makes this group require MFA. The default is O(require_mfa_policy_name).
        type: str
        version_added: 1.1.0
  onboarding_group:
    description:
      - Group of the users who have yet to change their password and register MFA. Its members are compared with what
        they should have until then. If you leave it out, there is no such group.
    type: str
    version_added: 1.1.0
  require_mfa_policy_name:
    description: Name of the policy that makes a group require MFA.
    type: str
    default: CloudHSMIamRequireMFA
    version_added: 1.1.0
  allow_password_change:
    description:
      - Whether expected users who have to change their password are to have the right to do so, as in
        O(cloudhsm.iam.iam_users#module:allow_password_change).
    type: bool
    default: true
    version_added: 1.1.0
  purge_users:
    description: Whether users that have the ownership tag and are not expected count as a difference.
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
  accepted_risks:
    description:
      - Findings that someone has accepted. They are not among the findings and not in their totals, but in
        RV(cloudhsm.iam.iam_access_report_info#module:report.accepted_risks), as are those that have expired or are not
        found any more.
    type: list
    elements: dict
    default: []
    version_added: 1.1.0
    suboptions:
      finding:
        description: The finding, by the name of its rule.
        type: str
        required: true
      subjects:
        description: IDs of the subjects, exactly as the report has them. There are no patterns.
        type: list
        elements: str
        required: true
      reason:
        description: Why the risk is accepted.
        type: str
        required: true
      expires:
        description: The last day on which it is accepted, such as C(2027-01-31), at most 366 days ahead.
        type: raw
        required: true
      accepted_by:
        description: Who has accepted it.
        type: str
        required: true
      account_id:
        description: The account that it is for. If you leave it out, it is for every account.
        type: str
  max_key_age:
    description: Number of days after which an access key counts as old.
    type: int
    default: 90
  max_unused:
    description: Number of days without a sign-in after which a password counts as unused.
    type: int
    default: 90
  max_temporary:
    description: Number of days that the end of a temporary right may be ahead before it counts as too long.
    type: int
    default: 90
    version_added: 1.1.0
  live_limit:
    description:
      - In an account with at most this many users, each user's password, MFA devices and access keys are read, with
        three calls for each user.
      - In a larger account, this is done only for users that the credential report does not contain yet.
    type: int
    default: 100
  wait_timeout:
    description:
      - Number of seconds to wait for AWS to create the credential report. After that, the access report continues
        without it.
    type: int
    default: 60
  identity_center:
    description:
      - Whether to read who has permission sets of IAM Identity Center in the account, if the caller may read this.
      - Needs the region of the instance, and usually credentials of the organization's management account.
    type: bool
    default: true
    version_added: 1.1.0
"""

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
  - Returns the account that the credentials belong to, the caller, and the account's sign-in URL.
  - Returns named users, groups, customer managed policies, roles and SAML providers that exist, with their properties.
  - On request, returns the account's quotas and their usage, its password policy, and findings about the root user and
    the password policy.
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
      - Names of customer managed policies to look up. AWS managed policies are not included.
      - As in IAM, case does not matter. The result has the policy's name as IAM spells it.
    type: list
    elements: str
    default: []
  aws_managed_policies:
    description:
      - Names of AWS managed policies. Include the path if the policy has one, as in C(job-function/Billing).
      - Policies attached to one of O(groups) are known to exist, and are not looked up.
    type: list
    elements: str
    default: []
    version_added: 1.1.0
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
  instance_profiles:
    description:
      - Names of instance profiles to look up. Instance profiles that hold a role of one of these names are included.
    type: list
    elements: str
    default: []
    version_added: 1.1.0
  oidc_providers:
    description:
      - Issuer URLs of OIDC providers to look up.
    type: list
    elements: str
    default: []
    version_added: 1.1.0
  bulk:
    description:
      - Whether to look up O(groups) by reading all users and groups of the account at once. This is cheaper if the next
        task reads them too. It needs C(iam:GetAccountAuthorizationDetails).
    type: bool
    default: false
    version_added: 1.1.0
  summary:
    description:
      - Whether to look up the account's quotas and their usage, and the root user's credentials.
    type: bool
    default: false
    version_added: 1.0.0
  password_policy:
    description:
      - Whether to look up the account's password policy.
    type: bool
    default: false
    version_added: 1.0.0
notes:
  - Needs the permission C(iam:ListAccountAliases) for the alias. Without the permission, there is no alias in the
    result.
  - Looking up users needs C(iam:GetUser). Groups need C(iam:GetGroup), C(iam:ListAttachedGroupPolicies) and
    C(iam:ListGroupPolicies). Policies need C(iam:ListPolicies), C(iam:GetPolicy) and C(iam:GetPolicyVersion).
  - Roles need C(iam:GetRole), C(iam:ListAttachedRolePolicies) and C(iam:ListRolePolicies). SAML providers need
    C(iam:ListSAMLProviders), C(iam:GetSAMLProvider) and C(iam:ListRoles).
  - Instance profiles need C(iam:GetInstanceProfile) and C(iam:ListInstanceProfilesForRole). OIDC providers need
    C(iam:ListOpenIDConnectProviders), C(iam:GetOpenIDConnectProvider) and C(iam:ListRoles).
  - O(summary) needs C(iam:GetAccountSummary), and O(password_policy) needs C(iam:GetAccountPasswordPolicy). If one of
    these is not allowed, the module continues, and reports it in RV(missing_permissions) and RV(findings).
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._attributes
  - cloudhsm.iam._expected_account
  - cloudhsm.iam._attributes.actiongroup_aws
  - cloudhsm.iam._attributes.info_module
"""

EXAMPLES = r"""
- name: Look up the account
  cloudhsm.iam.iam_account_info:
  register: here

- name: Fail if it is the wrong account
  ansible.builtin.assert:
    that: here.account.account_id == "123456789012"

- name: Look up the administrators
  cloudhsm.iam.iam_account_info:
    groups: [Administrators]
  register: administrators

- name: Look up the quotas
  cloudhsm.iam.iam_account_info:
    summary: true
  register: here

- name: Show how many more users the account can have
  ansible.builtin.debug:
    msg: "{{ here.summary.UsersQuota - here.summary.Users }}"
"""

RETURN = r"""
account:
  description: The account and the caller.
  returned: success
  type: dict
  contains:
    account_id:
      description: The account ID.
      returned: always
      type: str
      sample: "123456789012"
    account_alias:
      description: The account alias. None if the account has none, or if the caller is not allowed to read it.
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
      description: Unique ID of the caller.
      returned: always
      type: str
      sample: AIDACKCEVSQ6C2EXAMPLE
    caller_user_name:
      description: Name of the caller, if the caller is an IAM user.
      returned: always
      type: str
      sample: Administrator
    is_root:
      description: Whether the caller is the account's root user.
      returned: always
      type: bool
      sample: false
      version_added: 1.0.0
    sign_in_url:
      description: Where the account's users sign in.
      returned: always
      type: str
      sample: https://example-corp.signin.aws.amazon.com/console
users:
  description: The requested users that exist, in the requested order.
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
    tags:
      description: All tags of the user.
      returned: always
      type: dict
      sample: {"team": "payments"}
      version_added: 1.1.0
groups:
  description: The requested groups that exist, in the requested order.
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
  description: The requested customer managed policies that exist, by name.
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
      description: Number of users, groups and roles that the policy is attached to.
      returned: always
      type: int
      sample: 1
    boundary_of:
      description: Number of users and roles that have the policy as their permissions boundary.
      returned: always
      type: int
      sample: 0
    document:
      description: The default version of the policy document.
      returned: always
      type: dict
      sample: {"Version": "2012-10-17", "Statement": []}
roles:
  description: The requested roles that exist, in the requested order.
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
      description: Longest session of the role, in seconds.
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
      description: The role's trust policy, as a policy document.
      returned: always
      type: dict
      sample: {"Version": "2012-10-17", "Statement": []}
    trusts:
      description: The principals that can assume the role.
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
missing_aws_managed_policies:
  description:
    - The requested AWS managed policies that do not exist.
    - Empty if the caller is not allowed to call C(iam:GetPolicy).
  returned: success
  type: list
  elements: str
  version_added: 1.1.0
  sample: ["AdministratorAcess"]
saml_providers:
  description: The requested SAML providers that exist, in the requested order.
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
    entity_id:
      description: The entity ID of the identity provider. None if the provider's metadata does not contain one.
      returned: always
      type: str
      sample: https://idp.example.com/
      version_added: 1.1.0
    metadata_sha256:
      description: SHA-256 of the provider's metadata document, with XML's line endings.
      returned: always
      type: str
      sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
      version_added: 1.1.0
    valid_until:
      description: When the provider's metadata expires, in ISO 8601. None if it does not expire.
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
instance_profiles:
  description: The requested instance profiles that exist.
  returned: success
  type: list
  elements: dict
  version_added: 1.1.0
  contains:
    name:
      description: Name of the instance profile.
      returned: always
      type: str
      sample: CloudHSMClient
    arn:
      description: ARN of the instance profile.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:instance-profile/CloudHSMClient
    path:
      description: Path of the instance profile.
      returned: always
      type: str
      sample: /
    roles:
      description: Names of the roles in the instance profile. IAM allows one.
      returned: always
      type: list
      elements: str
      sample: [CloudHSMClient]
    tags:
      description: Tags of the instance profile.
      returned: always
      type: dict
      sample: {"cloudhsm.iam/managed": "true"}
oidc_providers:
  description: The requested OIDC providers that exist, in the requested order.
  returned: success
  type: list
  elements: dict
  version_added: 1.1.0
  contains:
    name:
      description: Issuer URL of the provider, without C(https://).
      returned: always
      type: str
      sample: token.actions.githubusercontent.com
    arn:
      description: ARN of the provider.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com
    audiences:
      description: The audiences (client IDs) that the provider accepts.
      returned: always
      type: list
      elements: str
      sample: [sts.amazonaws.com]
    tags:
      description: Tags of the provider.
      returned: always
      type: dict
      sample: {"cloudhsm.iam/managed": "true"}
    trusted_by:
      description: Names of the roles that trust the provider.
      returned: always
      type: list
      elements: str
      sample: [Deploy]
summary:
  description:
    - The account's quotas and their usage, with the names of AWS's GetAccountSummary.
    - None if the caller is not allowed to read it.
  returned: when O(summary=true)
  type: dict
  sample: {"Users": 12, "UsersQuota": 5000, "AccountAccessKeysPresent": 0, "AccountMFAEnabled": 1}
  version_added: 1.0.0
root_user:
  description: The root user's credentials, from the summary. None if the caller is not allowed to read it.
  returned: when O(summary=true)
  type: dict
  version_added: 1.0.0
  contains:
    access_keys:
      description: Whether the root user has access keys.
      returned: always
      type: bool
      sample: false
    mfa:
      description: Whether the root user has an MFA device.
      returned: always
      type: bool
      sample: true
    password:
      description: Whether the root user has a password. Assumed to be true if AWS does not return it.
      returned: always
      type: bool
      sample: true
password_policy:
  description:
    - The account's password policy, with the option names of the module M(amazon.aws.iam_password_policy). None if the
      account has no password policy, or if the caller is not allowed to read it.
  returned: when O(password_policy=true)
  type: dict
  version_added: 1.0.0
  contains:
    min_pw_length:
      description: The minimum number of characters.
      returned: always
      type: int
      sample: 14
    require_symbols:
      description: Whether a symbol is required.
      returned: always
      type: bool
      sample: true
    require_numbers:
      description: Whether a digit is required.
      returned: always
      type: bool
      sample: true
    require_uppercase:
      description: Whether an uppercase letter is required.
      returned: always
      type: bool
      sample: true
    require_lowercase:
      description: Whether a lowercase letter is required.
      returned: always
      type: bool
      sample: true
    allow_pw_change:
      description: Whether users can change their own passwords.
      returned: always
      type: bool
      sample: true
    pw_max_age:
      description: Number of days after which a password expires, or 0 if passwords do not expire.
      returned: always
      type: int
      sample: 90
    pw_reuse_prevent:
      description: Number of previous passwords that can't be reused, or 0 if all can.
      returned: always
      type: int
      sample: 24
    pw_expire:
      description: Whether a user whose password has expired needs an administrator to sign in again.
      returned: always
      type: bool
      sample: false
check_mode:
  description:
    - Whether the task ran in check mode. Unlike C(ansible_check_mode), it includes a C(check_mode) of the task, its
      block or its play.
  returned: success
  type: bool
  sample: false
  version_added: 1.0.0
findings:
  description:
    - Findings about the account, for the parts requested by O(summary) and O(password_policy).
  returned: success
  type: list
  elements: dict
  version_added: 1.0.0
  contains:
    id:
      description:
        - ID of the finding, one of V(root_access_keys), V(root_without_mfa), V(no_password_policy),
          V(weak_password_policy), or if the caller is not allowed to read them, V(summary_unknown) and
          V(password_policy_unknown).
      returned: always
      type: str
      sample: root_without_mfa
    text:
      description: The finding and what to do about it, in a sentence.
      returned: always
      type: str
      sample: The root user has no MFA device; register one, signed in as the root user.
missing_permissions:
  description: Actions that O(summary) and O(password_policy) need and that the caller is not allowed to call.
  returned: success
  type: list
  elements: str
  sample: []
  version_added: 1.0.0
"""

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._account.run import run
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.module import run_module
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Module

NAMES: dict[str, t.Any] = {"type": "list", "elements": "str", "default": []}
# Ansible takes anything with "password" in its name for a secret, unless told otherwise.
SWITCH: dict[str, t.Any] = {"type": "bool", "default": False, "no_log": False}
ARGUMENT_SPEC: dict[str, t.Any] = {
    **dict.fromkeys(("users", "groups", "policies", "aws_managed_policies", "roles", "saml_providers"), NAMES),
    **dict.fromkeys(("instance_profiles", "oidc_providers"), NAMES),
    **dict.fromkeys(("summary", "password_policy", "bulk"), SWITCH),
}
MODULE = Module("cloudhsm.iam.iam_account_info", ARGUMENT_SPEC, run)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_cloudhsm_role
short_description: Create or delete an IAM role for machines or other accounts
version_added: 1.1.0
description:
  - Creates or deletes a role that EC2 instances, another account, workloads with OIDC tokens (GitHub Actions, GitLab,
    Amazon EKS) or an AWS service can assume, with its policy, instance profile and OIDC provider. It runs
    M(amazon.aws.iam_role), M(amazon.aws.iam_managed_policy), M(amazon.aws.iam_instance_profile) and
    M(cloudhsm.iam.iam_oidc_provider) only if something changes.
  - Refuses a trust policy that lets in others, such as any account, a whole account without external ID or MFA, or
    any GitHub repository.
  - Before it changes anything, lists all errors in the options and everything in the account that prevents the change.
  - This is an action. The modules run where the task does.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  state:
    description:
      - Whether the role exists.
      - V(absent) deletes the role, its instance profile and the policy that was created for it. The OIDC provider
        stays, unless O(oidc_provider_state=absent). The deletion is refused if the role has inline policies, if this
        collection did not create the role, if another instance profile holds the role, or if the policy is attached to
        anything else. A policy of that name that this collection did not create stays.
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - Name of the role. The instance profile has the same name.
    type: str
    default: CloudHSMClient
  access:
    description:
      - What the role can do. V(administrator) has the AWS managed policy AdministratorAccess.
      - V(client) can only describe clusters, which is what CloudHSM's client needs for C(configure --cluster-id).
        V(none) has only O(managed_policies).
      - The others are the levels of P(cloudhsm.iam.cloudhsm_policy#filter).
    type: str
    choices: [none, administrator, admin, power_user, read_only, client]
    default: client
  managed_policies:
    description:
      - ARNs of managed policies that the role also has, of AWS or your own.
    type: list
    elements: str
    default: []
  trust:
    description:
      - Who can assume the role. A role has one kind of trust.
      - V(ec2) lets EC2 instances use the role, through an instance profile.
      - V(account) lets in O(trusted_accounts) and O(trusted_principals).
      - V(oidc) lets in workloads with a token of GitHub Actions, GitLab or Amazon EKS.
      - V(service) lets in O(service), for resources of this account only.
    type: str
    choices: [ec2, account, oidc, service]
    default: ec2
  adopt_instance_profile:
    description:
      - Whether to use, and with O(state=absent) delete, an existing instance profile of the role's name even if it
        lacks the tag C(cloudhsm.iam/managed). If false, such a profile is refused unless it holds this role, because
        instances that use it would get the role's permissions.
    type: bool
    default: false
  trusted_accounts:
    description:
      - IDs of accounts whose principals can assume the role, as far as their own policies allow it. Needs
        O(external_id), O(require_mfa) or O(allow_whole_account), unless it is the role's own account.
    type: list
    elements: str
    default: []
  trusted_principals:
    description:
      - ARNs of users and roles that can assume the role. Wildcards are refused.
    type: list
    elements: str
    default: []
  external_id:
    description:
      - External ID that the caller must send. Use it if the other account belongs to a third party, which gives you the
        ID.
    type: str
  require_mfa:
    description:
      - Whether the caller must have signed in with MFA. Only IAM users can. Roles and machines have no MFA.
    type: bool
    default: false
  organization_id:
    description:
      - ID of the organization that the caller must belong to.
    type: str
  allow_whole_account:
    description:
      - Whether O(trusted_accounts) may be trusted without O(external_id) and O(require_mfa). Anyone who can change
        policies in such an account can then assume the role.
    type: bool
    default: false
  oidc_issuer:
    description:
      - Who signs the tokens. Each issuer has its own form of subjects, which is checked.
    type: str
    choices: [github, gitlab, eks]
  oidc_url:
    description:
      - The issuer URL. The defaults are C(https://token.actions.githubusercontent.com) and C(https://gitlab.com).
        Needed for O(oidc_issuer=eks).
      - The OIDC provider is created if the account has none for this URL.
    type: str
  oidc_audiences:
    description:
      - Audiences (C(aud)) that a token may be for. The default is C(sts.amazonaws.com), or C(https://gitlab.com) for
        GitLab. Wildcards are refused.
    type: list
    elements: str
    default: []
  oidc_subjects:
    description:
      - Subjects (C(sub)) of tokens that can assume the role. C(*) and C(?) are wildcards.
      - Each must name its owner without a wildcard, because others can get tokens of the same issuer. For GitHub this
        is the repository's owner, as in C(repo:octo-org/octo-repo:environment:production). For GitLab it is the
        top-level group, as in C(project_path:mygroup/myproject:ref_type:branch:ref:main). For EKS it is the namespace,
        as in C(system:serviceaccount:my-namespace:my-service-account).
    type: list
    elements: str
    default: []
  oidc_provider_state:
    description:
      - V(absent), together with O(state=absent), also deletes the OIDC provider. This is refused if other roles trust
        the provider, or if this collection did not create it.
    type: str
    choices: [present, absent]
    default: present
  adopt_oidc_provider:
    description:
      - Whether to add audiences to, and with O(oidc_provider_state=absent) delete, an existing OIDC provider even if it
        lacks the tag C(cloudhsm.iam/managed).
      - A provider that already accepts O(oidc_audiences) is used as it is.
    type: bool
    default: false
  service:
    description:
      - Service principal that can assume the role, such as C(ecs-tasks.amazonaws.com). The trust policy requires
        C(aws:SourceAccount) to be the role's own account. A service that does not send this key can't assume the role.
    type: str
  source_arns:
    description:
      - ARNs of resources for which the service can assume the role. C(*) and C(?) are wildcards.
    type: list
    elements: str
    default: []
  description:
    description:
      - Description of a new role. An existing role keeps its description. The default names the level in O(access).
    type: str
  path:
    description:
      - Path of the role, its policy and its instance profile, beginning and ending with a slash. The default is C(/). A
        role at another path is refused, because anyone who can change roles there could let others in. IAM can't move
        roles.
    type: str
  policy_options:
    description:
      - Options of P(cloudhsm.iam.cloudhsm_policy#filter) for the policy of a CloudHSM level. You can set C(profile),
        C(policy), C(cluster_arns), C(regions), C(tags), C(allow_backup_copy) and C(allow_backup_sharing).
    type: dict
    default: {}
  policy_name:
    description:
      - Name of the role's customer managed policy. The default is the role's name.
    type: str
  adopt_role:
    description:
      - Whether to change or delete an existing role named O(name) even if it lacks the tag C(cloudhsm.iam/managed) that
        this collection sets on roles it creates. Its trust policy is replaced. Set it for a role that you created by
        hand.
      - If false, such a role is refused before the first change, and the message names the principals that can assume
        it.
    type: bool
    default: false
  adopt_policy:
    description:
      - Whether to use an existing policy named O(policy_name), or delete it with O(state=absent), even if its path is
        not O(path) or it lacks the tag C(cloudhsm.iam/managed). Set it for a policy that you created by hand.
      - If false, such a policy is refused before the first change, because anyone who can change it decides what the
        role can do.
    type: bool
    default: false
  policy_description:
    description:
      - Description of a new policy. IAM can't change it later. The default names the role.
    type: str
  purge_policies:
    description:
      - Whether to detach managed policies that others attached to the role. The policy of another access level is
        always detached.
    type: bool
    default: false
  boundary:
    description:
      - ARN of the role's permissions boundary. An empty string removes it. If you leave it out, the boundary stays.
    type: str
  max_session_duration:
    description:
      - Maximum length of a session in seconds, from 3600 to 43200.
    type: int
    default: 3600
  tags:
    description:
      - Tags of the role and its policy. A new instance profile and a new OIDC provider get them too.
    type: dict
    default: {}
  purge_tags:
    description:
      - Whether to remove other tags from the role and its policy.
    type: bool
    default: false
  creation_tags:
    description:
      - Tags that only new objects get, so that you can later see who created them, in addition to
        C(cloudhsm.iam/managed).
    type: dict
    default: {"cloudhsm.iam/managed": "true"}
  variables_prefix:
    description:
      - Prefix of a role's variables. Options that you leave out then get the values of these variables, and messages
        name the variables. For example, with V(cloudhsm_role_) they name C(cloudhsm_role_name).
      - The role C(cloudhsm_role) uses it.
    type: str
    default: ""
notes:
  - Needs the permissions of those modules that have something to change.
seealso:
  - module: amazon.aws.iam_role
  - module: amazon.aws.iam_instance_profile
  - module: amazon.aws.iam_managed_policy
  - module: cloudhsm.iam.iam_oidc_provider
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
- name: Create a role for EC2 instances with CloudHSM's client
  cloudhsm.iam.iam_cloudhsm_role:
    name: CloudHSMClient

- name: Let a role of another account read
  cloudhsm.iam.iam_cloudhsm_role:
    name: CloudHSMAuditors
    access: read_only
    trust: account
    trusted_principals: ["arn:aws:iam::210987654321:role/Auditors"]

- name: Let a workflow of one repository manage CloudHSM
  cloudhsm.iam.iam_cloudhsm_role:
    name: CloudHSMDeploy
    access: power_user
    trust: oidc
    oidc_issuer: github
    oidc_subjects: ["repo:octo-org/octo-repo:environment:production"]

- name: Delete the role for EC2 instances
  cloudhsm.iam.iam_cloudhsm_role:
    name: CloudHSMClient
    state: absent
"""

RETURN = r"""
cloudhsm_role:
  description: The role, and who can assume it.
  returned: success
  type: dict
  contains:
    state:
      description: Whether the role exists.
      returned: always
      type: str
      sample: present
    changed:
      description: Whether anything was changed, or would be in check mode.
      returned: always
      type: bool
      sample: true
    created:
      description: Whether the role is new.
      returned: when the state is present
      type: bool
      sample: true
    name:
      description: Name of the role.
      returned: always
      type: str
      sample: CloudHSMClient
    role_arn:
      description: ARN that the role has, or will have.
      returned: when the state is present
      type: str
      sample: arn:aws:iam::123456789012:role/CloudHSMClient
    trust:
      description: The kind of trust.
      returned: when the state is present
      type: str
      sample: ec2
    trusted:
      description: The principals in the role's trust policy.
      returned: when the state is present
      type: list
      elements: str
      sample: [ec2.amazonaws.com]
    access:
      description: What the role can do.
      returned: when the state is present
      type: str
      sample: client
    managed_policies:
      description: ARNs of the policies of that access level, and of those in O(managed_policies).
      returned: when the state is present
      type: list
      elements: str
      sample: ["arn:aws:iam::123456789012:policy/CloudHSMClient"]
    instance_profile_arn:
      description: ARN that the instance profile has, or will have. None unless O(trust=ec2).
      returned: when the state is present
      type: str
      sample: arn:aws:iam::123456789012:instance-profile/CloudHSMClient
    oidc_provider_arn:
      description: ARN that the OIDC provider has, or will have. None unless O(trust=oidc).
      returned: when the state is present
      type: str
      sample: arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com
lines:
  description: What changed, or would change in check mode, as sentences for people.
  returned: success
  type: list
  elements: str
  sample: ["Changed in account 123456789012: role CloudHSMClient (new)"]
problems:
  description: All errors in the options, and everything in the account that prevents the change, one sentence each.
  returned: when something is refused
  type: list
  elements: str
  sample: ["oidc_subjects: is needed, because anyone can get a token of this issuer"]
"""

#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_saml_access
short_description: Create or delete an IAM role for users of a SAML identity provider
version_added: 1.1.0
description:
  - Creates or deletes a SAML provider, a role that its users can assume, and the role's policy. It runs
    M(community.aws.iam_saml_federation), M(amazon.aws.iam_managed_policy) and M(amazon.aws.iam_role) only if something
    changes.
  - Before it changes anything, lists all errors in the options and everything in the account that prevents the change.
  - This is an action. It reads the metadata file on the control node. The modules run where the task does.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  state:
    description:
      - Whether the role exists.
      - V(absent) deletes the role, and the policy that was created for it. The provider stays, unless
        O(provider_state=absent). The deletion is refused if the role has inline policies, if this collection did not
        create the role, or if the policy is attached to anything else. A policy of that name that this collection did
        not create stays.
    type: str
    choices: [present, absent]
    default: present
  provider_name:
    description: Name of the SAML provider to create or update.
    type: str
  saml_metadata:
    description: The metadata document of the identity provider, as text.
    type: str
  saml_metadata_file:
    description:
      - Path of a file on the control node with the metadata document, instead of the text.
      - A relative path starts at the working directory of the command, and C(~) is the home folder.
      - The file can be in UTF-8, UTF-16, or the encoding that its first line declares, such as ISO-8859-1. IAM gets it
        as UTF-8.
    type: path
  provider_arn:
    description: ARN of an existing SAML provider, instead of a name and metadata. The provider is not changed.
    type: str
  provider_state:
    description:
      - V(absent), together with O(state=absent), also deletes the provider. This is refused if other roles trust the
        provider.
    type: str
    choices: [present, absent]
    default: present
  adopt_provider:
    description:
      - Whether an existing provider named O(provider_name) gets the metadata even if it belongs to another identity
        provider, as the entity ID in its metadata shows. Set it if you have changed your identity provider.
      - If false, such a provider is refused before the first change, because roles that trust it would let in other
        people.
    type: bool
    default: false
  role_name:
    description: Name of the role.
    type: str
    default: CloudHSMAdministrators
  description:
    description:
      - Description of a new role. An existing role keeps its description. The default names the level in O(access).
    type: str
  path:
    description:
      - Path of the role and the policy, beginning and ending with a slash. The default is C(/). A role at another path
        is refused, because anyone who can change roles there could let others in. IAM can't move roles.
    type: str
  access:
    description:
      - What the role can do. V(administrator) has the AWS managed policy AdministratorAccess.
      - The others are the levels of P(cloudhsm.iam.cloudhsm_policy#filter).
    type: str
    choices: [administrator, admin, power_user, read_only, client]
    default: admin
  policy_options:
    description:
      - Options of P(cloudhsm.iam.cloudhsm_policy#filter) for the policy of a CloudHSM level. You can set C(profile),
        C(policy), C(cluster_arns), C(regions), C(tags), C(allow_backup_copy) and C(allow_backup_sharing).
    type: dict
    default: {}
  policy_name:
    description: Name of the role's customer managed policy. The default is the role's name.
    type: str
  adopt_role:
    description:
      - Whether to change or delete an existing role named O(role_name) even if it lacks the tag C(cloudhsm.iam/managed)
        that this collection sets on roles it creates. Its trust policy is replaced. Set it for a role that you created
        by hand.
      - If false, such a role is refused before the first change.
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
    description: Description of a new policy. IAM can't change it later. The default names the role.
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
      - Maximum length of a session in seconds, from 3600 to 43200. The identity provider must request that length.
    type: int
    default: 3600
  require_mfa:
    description:
      - Whether the identity provider must confirm, with the session tag O(mfa_tag_key), that the user signed in with
        MFA. AWS itself can't check this, because a SAML session never has C(aws:MultiFactorAuthPresent).
    type: bool
    default: false
  mfa_tag_key:
    description: Key of the session tag for O(require_mfa).
    type: str
    default: MFA
  mfa_tag_value:
    description: Value that this session tag must have.
    type: str
    default: "true"
  session_tags:
    description:
      - Keys of other session tags that the identity provider may send. A sign-in with any other session tag fails.
    type: list
    elements: str
    default: []
  audiences:
    description:
      - AWS sign-in endpoints that an assertion may be for, so that sign-in does not depend on one region. The default
        is the endpoint of the account's partition.
    type: list
    elements: str
    default: []
  tags:
    description: Tags of the role and its policy.
    type: dict
    default: {}
  purge_tags:
    description: Whether to remove other tags from the role and its policy.
    type: bool
    default: false
  creation_tags:
    description:
      - Tags that only a new role and policy get, so that you can later see who created them, in addition to
        C(cloudhsm.iam/managed).
    type: dict
    default: {"cloudhsm.iam/managed": "true"}
  pending_providers:
    description:
      - ARNs of providers that earlier tasks would have created without check mode. In check mode, they count as
        existing.
    type: list
    elements: str
    default: []
  variables_prefix:
    description:
      - Prefix of a role's variables. Options that you leave out then get the values of these variables, and messages
        name the variables. For example, with V(federated_access_) they name C(federated_access_role_name).
      - The role C(federated_access) uses it.
    type: str
    default: ""
notes:
  - Needs the permissions of those modules that have something to change.
seealso:
  - module: community.aws.iam_saml_federation
  - module: amazon.aws.iam_role
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
- name: Create a role for CloudHSM administrators from an identity provider
  cloudhsm.iam.iam_saml_access:
    provider_name: ExampleCorp
    saml_metadata_file: metadata.xml
    max_session_duration: 14400
    require_mfa: true

- name: Create a role for auditors from the same identity provider
  cloudhsm.iam.iam_saml_access:
    provider_arn: arn:aws:iam::123456789012:saml-provider/ExampleCorp
    role_name: CloudHSMAuditors
    access: read_only

- name: Delete the auditors' role
  cloudhsm.iam.iam_saml_access:
    state: absent
    role_name: CloudHSMAuditors
"""

RETURN = r"""
saml_access:
  description: The role, and what the identity provider must send.
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
    role_name:
      description: Name of the role.
      returned: always
      type: str
      sample: CloudHSMAdministrators
    role_arn:
      description: ARN that the role has, or will have.
      returned: when the state is present
      type: str
      sample: arn:aws:iam::123456789012:role/CloudHSMAdministrators
    provider_arn:
      description: ARN that the provider has, or will have.
      returned: when the state is present
      type: str
      sample: arn:aws:iam::123456789012:saml-provider/ExampleCorp
    access:
      description: What the role can do.
      returned: when the state is present
      type: str
      sample: admin
    policy_arn:
      description: ARN of the policy of that access level.
      returned: when the state is present
      type: str
      sample: arn:aws:iam::123456789012:policy/CloudHSMAdministrators
    sign_in_endpoints:
      description: Where the identity provider may send its assertions.
      returned: when the state is present
      type: list
      elements: str
      sample: ["https://signin.aws.amazon.com/saml"]
    saml_attributes:
      description: The attributes that the identity provider must include in its assertions.
      returned: when the state is present
      type: dict
      sample: {"https://aws.amazon.com/SAML/Attributes/SessionDuration": "3600"}
pending_providers:
  description: O(pending_providers), and the provider that this task would have created without check mode.
  returned: success
  type: list
  elements: str
  sample: []
lines:
  description: What changed, or would change in check mode, as sentences for people.
  returned: success
  type: list
  elements: str
  sample: ["Changed in account 123456789012: SAML provider ExampleCorp, role CloudHSMAdministrators"]
problems:
  description: All errors in the options, and everything in the account that prevents the change, one sentence each.
  returned: when something is refused
  type: list
  elements: str
  sample: ["max_session_duration: must be from 3600 to 43200 seconds, which is 1 to 12 hours, not 60"]
"""

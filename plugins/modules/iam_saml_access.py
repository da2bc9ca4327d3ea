#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_saml_access
short_description: Make or delete an IAM role for people from a SAML identity provider
version_added: 1.1.0
description:
  - Makes a SAML provider, a role that its users may assume, and the role's policy, or deletes them. It runs
    M(community.aws.iam_saml_federation), M(amazon.aws.iam_managed_policy) and M(amazon.aws.iam_role) only where
    something changes.
  - Tells everything that is wrong with the options, and everything in the account that stands in the way, before it
    changes anything.
  - This is an action. It reads the metadata file on the control node. The modules run where the task does.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  state:
    description:
      - Whether the role exists.
      - V(absent) deletes the role, and the policy that was made for it. The provider stays, unless
        O(provider_state=absent). It is refused when the role has inline policies, when it was not created here, or when
        the policy is attached to anything else. A policy of that name that was not created here stays.
    type: str
    choices: [present, absent]
    default: present
  provider_name:
    description: Name of the SAML provider that is made here, or kept up to date.
    type: str
  saml_metadata:
    description: The metadata document of the identity provider, as text.
    type: str
  saml_metadata_file:
    description:
      - Path of a file with that document on the control node, instead of the text.
      - A relative path begins in the folder that the command is run in, and C(~) is the home folder.
      - The file may be UTF-8, UTF-16, or what its first line says, such as ISO-8859-1. IAM gets it as UTF-8.
    type: path
  provider_arn:
    description: ARN of a SAML provider that exists, instead of a name and metadata. It is left alone.
    type: str
  provider_state:
    description:
      - V(absent) deletes the provider as well, together with O(state=absent). It is refused when other roles trust the
        provider.
    type: str
    choices: [present, absent]
    default: present
  adopt_provider:
    description:
      - Whether an existing provider named O(provider_name) gets the metadata although it is of another identity
        provider, which the entity ID in its own metadata shows. Set it when your identity provider has changed.
      - Left V(false), such a provider is refused before the first change, because roles that trust it would let in
        other people.
    type: bool
    default: false
  role_name:
    description: Name of the role.
    type: str
    default: CloudHSMAdministrators
  description:
    description:
      - Description of a new role. An existing one keeps its own. Left out, it names the level of O(access).
    type: str
  path:
    description:
      - Path of the role and the policy, beginning and ending with a slash. Left out, it is C(/). A role at another path
        is refused, because whoever may change roles there could let others in. IAM can't move roles.
    type: str
  access:
    description:
      - What the role may do. V(administrator) has AWS's policy AdministratorAccess.
      - V(admin), V(power_user) and V(read_only) are the levels of P(cloudhsm.iam.cloudhsm_policy#filter).
    type: str
    choices: [administrator, admin, power_user, read_only]
    default: admin
  policy_options:
    description:
      - How the policy of a CloudHSM level is made, as options of P(cloudhsm.iam.cloudhsm_policy#filter). C(profile),
        C(policy), C(cluster_arns), C(regions), C(tags), C(allow_backup_copy) and C(allow_backup_sharing) are known.
    type: dict
    default: {}
  policy_name:
    description: Name of the role's customer managed policy. Left out, the role's name.
    type: str
  adopt_role:
    description:
      - Whether an existing role named O(role_name) is changed or deleted although it lacks the tag
        C(cloudhsm.iam/managed), which this collection gives to the roles that it creates. Its trust policy is replaced.
        Set it for a role that you created by hand.
      - Left V(false), such a role is refused before the first change.
    type: bool
    default: false
  adopt_policy:
    description:
      - Whether an existing policy named O(policy_name) is used, and deleted with O(state=absent), although it is at
        another path than O(path) or lacks the tag C(cloudhsm.iam/managed). Set it for a policy that you created by
        hand.
      - Left V(false), such a policy is refused before the first change, because whoever can change it decides what the
        role may do.
    type: bool
    default: false
  policy_description:
    description: Description of a new policy. IAM can't change it later. Left out, it names the role.
    type: str
  purge_policies:
    description:
      - Whether managed policies that others attached to the role are detached. The policy of another access level is
        always detached.
    type: bool
    default: false
  boundary:
    description: ARN of the role's permissions boundary. An empty string removes it. Left out, it stays.
    type: str
  max_session_duration:
    description:
      - How long a session may last, in seconds, from 3600 to 43200. The identity provider has to ask for as much.
    type: int
    default: 3600
  require_mfa:
    description:
      - Whether the identity provider has to say that somebody signed in with MFA, by the session tag of
        O(mfa_tag_key). AWS itself can't tell, and a session through SAML never has C(aws:MultiFactorAuthPresent).
    type: bool
    default: false
  mfa_tag_key:
    description: Key of that session tag.
    type: str
    default: MFA
  mfa_tag_value:
    description: Value that the tag has to have.
    type: str
    default: "true"
  session_tags:
    description: Keys of other session tags that the identity provider may send. A sign-in with any other one fails.
    type: list
    elements: str
    default: []
  audiences:
    description:
      - Sign-in endpoints of AWS that an assertion may be for, to be independent of one region. Left out, that of the
        account's partition.
    type: list
    elements: str
    default: []
  tags:
    description: Tags of the role and its policy.
    type: dict
    default: {}
  purge_tags:
    description: Whether other tags are removed from them.
    type: bool
    default: false
  creation_tags:
    description: Tags that only a new role and policy get, to tell later who made them, besides C(cloudhsm.iam/managed).
    type: dict
    default: {"cloudhsm.iam/managed": "true"}
  pending_providers:
    description:
      - ARNs of providers that earlier tasks would have made, were it not for check mode. They count as existing, and
        only in check mode.
    type: list
    elements: str
    default: []
  variables_prefix:
    description:
      - What the names of a role's variables begin with. Options that are not given in the task are the values of these
        variables then, and messages name them, as in C(federated_access_role_name) with V(federated_access_).
      - The role C(federated_access) is made of it.
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
  - module: community.aws.iam_saml_federation
  - module: amazon.aws.iam_role
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
- name: Administrators of CloudHSM come from the identity provider
  cloudhsm.iam.iam_saml_access:
    provider_name: ExampleCorp
    saml_metadata_file: metadata.xml
    max_session_duration: 14400
    require_mfa: true

- name: Auditors come from the same one
  cloudhsm.iam.iam_saml_access:
    provider_arn: arn:aws:iam::123456789012:saml-provider/ExampleCorp
    role_name: CloudHSMAuditors
    access: read_only

- name: The auditors' role goes
  cloudhsm.iam.iam_saml_access:
    state: absent
    role_name: CloudHSMAuditors
"""

RETURN = r"""
saml_access:
  description: The role, and what the identity provider has to send.
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
      description: What the role may do.
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
      description: The attributes that the identity provider has to put into its assertions.
      returned: when the state is present
      type: dict
      sample: {"https://aws.amazon.com/SAML/Attributes/SessionDuration": "3600"}
pending_providers:
  description: O(pending_providers), and the provider that this task would have made, were it not for check mode.
  returned: success
  type: list
  elements: str
  sample: []
lines:
  description: What was done, or would be done in check mode, as sentences for people.
  returned: success
  type: list
  elements: str
  sample: ["Changed in account 123456789012: SAML provider ExampleCorp, role CloudHSMAdministrators"]
problems:
  description: Everything that is wrong with the options or stands in the way in the account, in a sentence each.
  returned: when something is refused
  type: list
  elements: str
  sample: ["max_session_duration: must be from 3600 to 43200 seconds, which is 1 to 12 hours, not 60"]
"""

#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_access_report_info
short_description: Tell who is in which group and who can do what with CloudHSM
version_added: 1.0.0
description:
  - Reads an AWS account in bulk, and tells of every user its groups and policies, what it can do with each of
    CloudHSM's actions and whether through MFA only, whether it administers the account, and how it gets in.
  - Tells of groups and policies what they give, and of CloudHSM's service-linked role whether it is there.
  - Tells where the account differs from what is wanted, and what is wrong with it, the worst first, each with what to
    run to mend it.
  - Groups and policies are read as they are now. Passwords, MFA devices and access keys are too, in an account with up
    to O(live_limit) users; in a larger one they are taken from AWS's credential report, which is up to four hours old.
    Ages always come from that report. The result tells its time.
  - What is evaluated and what is not is told in the collection's page on the access report.
  - To have it as files to look at, use M(cloudhsm.iam.iam_access_report).
author:
  - cloudhsm.iam contributors (@cloudhsm)
notes:
  - Needs the permission C(iam:GetAccountAuthorizationDetails).
  - Goes without what the caller may not read, and tells so in RV(report.not_read). For all of it the caller needs
    C(iam:GenerateCredentialReport), C(iam:GetCredentialReport), C(iam:GetAccountSummary),
    C(iam:GetAccountPasswordPolicy), C(iam:ListAccountAliases), C(iam:ListRoles), C(iam:GetPolicy),
    C(iam:GetPolicyVersion), C(iam:ListEntitiesForPolicy), C(iam:GetLoginProfile), C(iam:ListMFADevices) and
    C(iam:ListAccessKeys).
seealso:
  - module: cloudhsm.iam.iam_access_report
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._access_report
  - cloudhsm.iam._attributes
  - cloudhsm.iam._expected_account
  - cloudhsm.iam._attributes.actiongroup_aws
  - cloudhsm.iam._attributes.info_module
"""

EXAMPLES = r"""
- name: Who can do what
  cloudhsm.iam.iam_access_report_info:
  register: access

- name: Stop when there is something critical
  ansible.builtin.assert:
    that: access.report.summary.findings.critical == 0

- name: Who can delete a cluster
  ansible.builtin.debug:
    msg: "{{ access.report.users | rejectattr('cloudhsm.DeleteCluster', 'eq', 'no') | map(attribute='name') }}"

- name: Is everybody as the list wants it
  cloudhsm.iam.iam_access_report_info:
    expected_users: "{{ user_provisioning_users }}"
  register: access
  failed_when: access.report.drift | length > 0
"""

RETURN = r"""
report:
  description: The report.
  returned: success
  type: dict
  contains:
    account:
      description: The account and who made the report.
      returned: always
      type: dict
      contains:
        account_id:
          description: The account's number.
          returned: always
          type: str
          sample: "123456789012"
        account_alias:
          description: The account's alias, or none.
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
          sample: arn:aws:iam::123456789012:user/auditor
        sign_in_url:
          description: Where the account's users sign in.
          returned: always
          type: str
          sample: https://example-corp.signin.aws.amazon.com/console
    generated_at:
      description: When the account was read.
      returned: always
      type: str
      sample: 2026-11-24 10:00:00 UTC
    credential_report_time:
      description: When AWS made the credential report that the ages are from; none where there is none.
      returned: always
      type: str
      sample: 2026-11-24 08:12:31 UTC
    summary:
      description: Numbers, and the names of the administrators.
      returned: always
      type: dict
      contains:
        users: {description: How many users there are., returned: always, type: int, sample: 12}
        groups: {description: How many groups there are., returned: always, type: int, sample: 2}
        administrators:
          description: Names of the users who may do everything.
          returned: always
          type: list
          elements: str
          sample: [Administrator]
        console_users: {description: How many users have a password., returned: always, type: int, sample: 10}
        console_users_without_mfa:
          description: How many users have a password and no MFA device.
          returned: always
          type: int
          sample: 1
        access_keys: {description: How many access keys are active., returned: always, type: int, sample: 3}
        outside_every_group: {description: How many users are in no group., returned: always, type: int, sample: 0}
        cloudhsm_users:
          description: How many users can do anything with CloudHSM.
          returned: always
          type: int
          sample: 6
        cloudhsm_changers:
          description: How many users can do more than look at it.
          returned: always
          type: int
          sample: 3
        drift: {description: In how many things it differs from what is wanted., returned: always, type: int, sample: 0}
        findings:
          description: How many things are wrong, by how bad they are.
          returned: always
          type: dict
          sample: {"critical": 0, "high": 1, "medium": 2, "low": 4, "info": 0}
    findings:
      description: What is wrong, the worst first.
      returned: always
      type: list
      elements: dict
      contains:
        rule: {description: Which rule found it., returned: always, type: str, sample: console_without_mfa}
        severity:
          description: One of C(critical), C(high), C(medium), C(low) and C(info).
          returned: always
          type: str
          sample: high
        title: {description: What is wrong., returned: always, type: str, sample: Console users without MFA}
        why:
          description: Why it matters.
          returned: always
          type: str
          sample: A password that is lost or guessed is enough to sign in as them.
        subjects:
          description: With whom or what it is wrong.
          returned: always
          type: list
          elements: dict
          contains:
            name: {description: The user or whatever else it is., returned: always, type: str, sample: alice}
            kind:
              description: What it is, one of C(user), C(group), C(policy), C(account) and C(root).
              returned: always
              type: str
              sample: user
            detail:
              description: What there is to know about it.
              returned: always
              type: str
              sample: can sign in with a password alone
            run:
              description: What to run to mend it, or to do by hand where there is no command for it.
              returned: always
              type: str
              sample: aws iam delete-user-policy --user-name alice --policy-name old
    drift:
      description: Where the account differs from what is wanted.
      returned: always
      type: list
      elements: dict
      contains:
        kind: {description: Either C(user) or C(group)., returned: always, type: str, sample: user}
        name: {description: Its name., returned: always, type: str, sample: alice}
        state:
          description: One of C(missing), C(differs), C(not_wanted) and C(impossible).
          returned: always
          type: str
          sample: differs
        changes:
          description: The calls that would make it as it is wanted.
          returned: always
          type: list
          elements: dict
          sample: [{"operation": "add_user_to_group", "group": "CloudHSMAdministrators"}]
        problems:
          description: Why it can't be made as it is wanted.
          returned: when the state is C(impossible)
          type: list
          elements: str
          sample: ["groups: the account has no group 'nowhere'; make it first"]
    actions:
      description: CloudHSM's actions.
      returned: always
      type: list
      elements: dict
      contains:
        name: {description: Name of the action., returned: always, type: str, sample: CreateCluster}
        access_level: {description: What kind of action it is., returned: always, type: str, sample: Write}
    users:
      description: All users, by name.
      returned: always
      type: list
      elements: dict
      contains:
        name: {description: Name of the user., returned: always, type: str, sample: alice}
        arn:
          description: ARN of the user.
          returned: always
          type: str
          sample: arn:aws:iam::123456789012:user/alice
        path: {description: Path of the user., returned: always, type: str, sample: /}
        created: {description: The day on which the user was made., returned: always, type: str, sample: "2026-11-24"}
        groups:
          description: Groups that the user is in.
          returned: always
          type: list
          elements: str
          sample: [CloudHSMAdministrators]
        managed_policies:
          description: ARNs of the policies that are attached to the user itself.
          returned: always
          type: list
          elements: str
          sample: []
        inline_policies:
          description: Names of the user's inline policies.
          returned: always
          type: list
          elements: str
          sample: []
        boundary:
          description: ARN of the user's permissions boundary, or none.
          returned: always
          type: str
          sample: arn:aws:iam::123456789012:policy/Boundary
        managed: {description: Whether this collection made the user., returned: always, type: bool, sample: true}
        protected:
          description: Whether the user is marked as one that is never deleted.
          returned: always
          type: bool
          sample: false
        administrator:
          description:
            - Whether the user may do everything, in the words of RV(report.users[].cloudhsm).
          returned: always
          type: str
          sample: "no"
        can_become_administrator:
          description:
            - Whether the user can give itself every right by what it can do in IAM, in the words of
              RV(report.users[].cloudhsm). C(some) means that it depends on which rights some other user, group, policy
              or role has, and C(conditional) that it depends on a condition, or on a policy that could not be read.
          returned: always
          type: str
          sample: "no"
        administrator_ways:
          description: The ways to become an administrator, the widest first; none for who is one without MFA.
          returned: always
          type: list
          elements: dict
          contains:
            actions:
              description: The actions that it takes.
              returned: always
              type: list
              elements: str
              sample: ["iam:PutUserPolicy"]
            "on": {description: What they are done to., returned: always, type: str, sample: the user itself}
            answer:
              description: How far this way goes, in the words of RV(report.users[].cloudhsm).
              returned: always
              type: str
              sample: "yes"
        cloudhsm:
          description:
            - For each of CloudHSM's actions, C(no); C(yes); C(some), on some resources only; C(conditional), under
              conditions that are not evaluated, or by a policy that could not be read. With MFA only, the same are
              C(mfa), C(some_mfa) and C(conditional_mfa).
          returned: always
          type: dict
          sample: {"CreateCluster": "mfa", "DescribeClusters": "yes"}
        credentials:
          description: How the user gets in. What is not known is none, and ages are in days.
          returned: always
          type: dict
          contains:
            source:
              description: Where it is from, C(live), C(credential_report) or C(unknown). Ages are from the report.
              returned: always
              type: str
              sample: live
            password: {description: Whether the user has a password., returned: always, type: bool, sample: true}
            password_reset_required:
              description:
                - Whether a new password has to be chosen at the next sign-in. The credential report does not tell.
              returned: always
              type: bool
              sample: false
            password_age: {description: How old the password is., returned: always, type: int, sample: 12}
            password_last_used: {description: How long ago it was used., returned: always, type: int, sample: 1}
            mfa: {description: Whether the user has an MFA device., returned: always, type: bool, sample: true}
            access_keys:
              description: The user's access keys.
              returned: always
              type: list
              elements: dict
              contains:
                access_key_id:
                  description: Id of the key. The credential report has none.
                  returned: always
                  type: str
                  sample: AKIAIOSFODNN7EXAMPLE
                active: {description: Whether the key works., returned: always, type: bool, sample: true}
                age: {description: How old the key is., returned: always, type: int, sample: 30}
                last_used:
                  description: How long ago it was used; none for a key that was never used, and where it is not known.
                  returned: always
                  type: int
                  sample: 2
                use_known:
                  description: Whether it is known that it was used or not.
                  returned: always
                  type: bool
                  sample: true
    groups:
      description: All groups, by name.
      returned: always
      type: list
      elements: dict
      contains:
        name: {description: Name of the group., returned: always, type: str, sample: CloudHSMAdministrators}
        arn:
          description: ARN of the group.
          returned: always
          type: str
          sample: arn:aws:iam::123456789012:group/CloudHSMAdministrators
        path: {description: Path of the group., returned: always, type: str, sample: /}
        members: {description: Names of its members., returned: always, type: list, elements: str, sample: [alice]}
        managed_policies:
          description: ARNs of its policies.
          returned: always
          type: list
          elements: str
          sample: ["arn:aws:iam::123456789012:policy/CloudHSMAdministrators"]
        inline_policies:
          description: Names of its inline policies.
          returned: always
          type: list
          elements: str
          sample: []
        administrator: {description: As for users., returned: always, type: str, sample: "no"}
        can_become_administrator: {description: As for users., returned: always, type: str, sample: "no"}
        administrator_ways: {description: As for users., returned: always, type: list, elements: dict, sample: []}
        cloudhsm: {description: As for users., returned: always, type: dict, sample: {"CreateCluster": "yes"}}
    policies:
      description: All policies of users and groups.
      returned: always
      type: list
      elements: dict
      contains:
        name: {description: Name of the policy., returned: always, type: str, sample: AdministratorAccess}
        arn:
          description: ARN of the policy; none for an inline policy.
          returned: always
          type: str
          sample: arn:aws:iam::aws:policy/AdministratorAccess
        kind: {description: One of C(aws) and C(customer) and C(inline)., returned: always, type: str, sample: aws}
        groups: {description: Groups that have it., returned: always, type: list, elements: str, sample: [Operators]}
        users: {description: Users that have it directly., returned: always, type: list, elements: str, sample: []}
        administrator: {description: As for users., returned: always, type: str, sample: "yes"}
        can_become_administrator: {description: As for users., returned: always, type: str, sample: "yes"}
        administrator_ways: {description: As for users., returned: always, type: list, elements: dict, sample: []}
        cloudhsm: {description: As for users., returned: always, type: dict, sample: {"CreateCluster": "yes"}}
    service_linked_roles:
      description: CloudHSM's service-linked role, as M(cloudhsm.iam.iam_service_linked_role_info) returns it.
      returned: always
      type: list
      elements: dict
    root:
      description: Whether the root user has MFA, access keys and a password, and when its password was last used.
      returned: always
      type: dict
      sample: {"mfa": true, "access_keys": false, "password": true, "last_used": "2026-01-02"}
    password_policy:
      description: The account's password policy as IAM has it; empty where there is none.
      returned: always
      type: dict
      sample: {"MinimumPasswordLength": 14}
    not_read:
      description: What could not be read, and why.
      returned: always
      type: list
      elements: str
      sample: []
    not_evaluated:
      description: What the report does not look at.
      returned: always
      type: list
      elements: str
    limits:
      description: After how many days keys count as old and passwords as unused.
      returned: always
      type: dict
      sample: {"max_key_age": 90, "max_unused": 90}
    compared:
      description: Whether the account was compared with anything wanted.
      returned: always
      type: bool
      sample: false
"""

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.run import run
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import MANAGED
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.module import run_module
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Module

GROUP_SPEC: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "managed_policies": {"type": "list", "elements": "str"},
    "members": {"type": "list", "elements": "str"},
    "require_mfa": {"type": "bool"},
    "require_mfa_policy_name": {"type": "str"},
}
ARGUMENT_SPEC: dict[str, t.Any] = {
    "expected_users": {"type": "list", "elements": "dict", "default": []},
    "expected_bootstrap_users": {"type": "list", "elements": "dict", "default": []},
    "expected_groups": {"type": "list", "elements": "dict", "default": [], "options": GROUP_SPEC},
    "purge_users": {"type": "bool", "default": False},
    "purge_groups": {"type": "bool", "default": False},
    "purge_tags": {"type": "bool", "default": False},
    "purge_policies": {"type": "bool", "default": False},
    "managed_by_tag": {"type": "str", "default": MANAGED},
    "onboarding_group": {"type": "str"},
    "require_mfa_policy_name": {"type": "str", "default": "CloudHSMIamRequireMFA"},
    # Ansible takes anything with "key" in its name for a secret, unless told otherwise.
    "max_key_age": {"type": "int", "default": 90, "no_log": False},
    "max_unused": {"type": "int", "default": 90},
    "live_limit": {"type": "int", "default": 100},
    "wait_timeout": {"type": "int", "default": 60},
}
MODULE = Module("cloudhsm.iam.iam_access_report_info", ARGUMENT_SPEC, run)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()

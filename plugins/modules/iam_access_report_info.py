#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_access_report_info
short_description: Report group memberships and who can do what with CloudHSM
version_added: 1.0.0
description:
  - Reads an AWS account in bulk. For every user it reports groups and policies, which CloudHSM actions the user can
    call and whether that needs MFA, whether the user is an administrator, and how the user signs in.
  - Reports what groups and policies allow, and whether CloudHSM's service-linked role exists.
  - Reports differences from the expected users and groups, and findings, the most severe first. Each finding comes with
    the commands that fix it.
  - Groups and policies are read live. In an account with up to O(live_limit) users, so are passwords, MFA devices and
    access keys. In a larger account these come from AWS's credential report, which is up to four hours old. Ages always
    come from that report. The result contains its time.
  - The collection's page on the access report explains what is evaluated and what is not.
  - To write the report to files, use M(cloudhsm.iam.iam_access_report).
author:
  - cloudhsm.iam contributors (@cloudhsm)
notes:
  - Needs the permission C(iam:GetAccountAuthorizationDetails).
  - Leaves out what the caller is not allowed to read, and lists it in RV(report.not_read). The whole report needs
    C(iam:GenerateCredentialReport), C(iam:GetCredentialReport), C(iam:GetAccountSummary),
    C(iam:GetAccountPasswordPolicy), C(iam:ListAccountAliases), C(iam:ListRoles), C(iam:GetPolicy),
    C(iam:GetPolicyVersion), C(iam:ListEntitiesForPolicy), C(iam:GetLoginProfile), C(iam:ListMFADevices) and
    C(iam:ListAccessKeys). If there are temporary memberships, it also needs C(iam:ListPolicyTags).
  - Reads service control policies if the caller may call C(organizations:DescribeOrganization),
    C(organizations:ListParents), C(organizations:ListPoliciesForTarget) and C(organizations:DescribePolicy). AWS lets
    only the management account and delegated administrators. Otherwise RV(report.service_control_policies) says so.
  - Reads IAM Identity Center if the caller may call C(organizations:DescribeOrganization), C(sso:ListInstances),
    C(sso:ListPermissionSetsProvisionedToAccount), C(sso:DescribePermissionSet), C(sso:ListAccountAssignments),
    C(identitystore:DescribeGroup), C(identitystore:DescribeUser), C(identitystore:ListGroupMemberships) and
    C(identitystore:ListUsers), in the region of the instance. Otherwise RV(report.identity_center) says so. Temporary
    assignments also need C(sso:ListTagsForResource).
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
- name: Read who can do what
  cloudhsm.iam.iam_access_report_info:
  register: access

- name: Fail if there is a critical finding
  ansible.builtin.assert:
    that: access.report.summary.findings.critical == 0

- name: Show who can delete a cluster
  ansible.builtin.debug:
    msg: "{{ access.report.users | rejectattr('cloudhsm.DeleteCluster', 'eq', 'no') | map(attribute='name') }}"

- name: Fail if a user differs from the list
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
    format_version:
      description: Version of this structure. Reports of different versions can't be compared.
      returned: always
      type: int
      sample: 1
    benchmark:
      description: The benchmark whose recommendations findings name as C(cis).
      returned: always
      type: dict
      contains:
        name:
          description: Its name.
          returned: always
          type: str
          sample: CIS Amazon Web Services Foundations Benchmark
        version: {description: Its edition., returned: always, type: str, sample: 7.0.0}
    account:
      description: The account and who made the report.
      returned: always
      type: dict
      contains:
        account_id:
          description: The account ID.
          returned: always
          type: str
          sample: "123456789012"
        account_alias:
          description: The account alias, or none.
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
      description: When AWS created the credential report that ages are taken from, or none if there is no such report.
      returned: always
      type: str
      sample: 2026-11-24 08:12:31 UTC
    summary:
      description: Counts, and the names of the administrators.
      returned: always
      type: dict
      contains:
        users: {description: Number of users., returned: always, type: int, sample: 12}
        groups: {description: Number of groups., returned: always, type: int, sample: 2}
        administrators:
          description: Names of the users who can do everything.
          returned: always
          type: list
          elements: str
          sample: [Administrator]
        console_users: {description: Number of users who have a password., returned: always, type: int, sample: 10}
        console_users_without_mfa:
          description: Number of users who have a password but no MFA device.
          returned: always
          type: int
          sample: 1
        access_keys: {description: Number of active access keys., returned: always, type: int, sample: 3}
        roles: {description: Number of roles., returned: always, type: int, sample: 12}
        outside_every_group: {description: Number of users in no group., returned: always, type: int, sample: 0}
        cloudhsm_users:
          description: Number of users who can call any of CloudHSM's actions.
          returned: always
          type: int
          sample: 6
        cloudhsm_changers:
          description: Number of users who can call actions that change something.
          returned: always
          type: int
          sample: 3
        drift: {description: Number of differences from what is expected., returned: always, type: int, sample: 0}
        accepted:
          description: Number of accepted findings of each severity.
          returned: always
          type: dict
          sample: {"critical": 0, "high": 0, "medium": 1, "low": 0, "info": 0}
        temporary:
          description:
            - Number of temporary rights, how many are C(running), have C(ended), are C(endless) or end C(longer) than
              their tag says, and C(next_end), when the next of them ends.
          returned: always
          type: dict
          sample: {"count": 1, "running": 1, "ended": 0, "endless": 0, "longer": 0, "next_end": "2026-12-01T18:00:00Z"}
        findings:
          description: Number of findings of each severity, without accepted ones.
          returned: always
          type: dict
          sample: {"critical": 0, "high": 1, "medium": 2, "low": 4, "info": 0}
    findings:
      description: The findings, the most severe first.
      returned: always
      type: list
      elements: dict
      contains:
        rule: {description: Name of the rule., returned: always, type: str, sample: console_without_mfa}
        severity:
          description: One of C(critical), C(high), C(medium), C(low) and C(info).
          returned: always
          type: str
          sample: high
        title: {description: What the finding is., returned: always, type: str, sample: Console users without MFA}
        why:
          description: Why it matters.
          returned: always
          type: str
          sample: A password that is lost or guessed is enough to sign in as them.
        cis:
          description:
            - Numbers of the benchmark's recommendations that the finding is about. The page on the access report says
              how far each is checked.
          returned: always
          type: list
          elements: str
          sample: ["2.10"]
        run:
          description: Commands that fix it for all subjects, or what to do by hand if there is no command for it.
          returned: always
          type: str
          sample: for user in alice bob; do aws iam delete-login-profile --user-name "$user"; done
        subjects:
          description: The users, groups or other objects that the finding is about.
          returned: always
          type: list
          elements: dict
          contains:
            id:
              description:
                - ID of the subject, the same in each report. O(accepted_risks) name it.
              returned: always
              type: str
              sample: user/alice#AKIAIOSFODNN7EXAMPLE
            name: {description: Name of the user or other object., returned: always, type: str, sample: alice}
            kind:
              description: Its kind, one of C(user), C(group), C(policy), C(account) and C(root).
              returned: always
              type: str
              sample: user
            detail:
              description: Details.
              returned: always
              type: str
              sample: can sign in with a password alone
            run:
              description: Commands that fix it, or what to do by hand if there is no command for it.
              returned: always
              type: str
              sample: aws iam delete-user-policy --user-name alice --policy-name old
    accepted_risks:
      description: The accepted risks of this account.
      returned: always
      type: list
      elements: dict
      contains:
        rule: {description: Name of the rule., returned: always, type: str, sample: console_without_mfa}
        severity: {description: The severity of the finding., returned: always, type: str, sample: high}
        title: {description: What the finding is., returned: always, type: str, sample: Console users without MFA}
        why:
          description: Why it matters.
          returned: always
          type: str
          sample: Anyone with their password can sign in as them.
        cis:
          description: The same as for findings.
          returned: always
          type: list
          elements: str
          sample: ["2.10"]
        state:
          description:
            - C(active), C(expired), or C(not_found) if none of its subjects is found any more. What has expired is
              among the findings again.
          returned: always
          type: str
          sample: active
        reason: {description: Why it is accepted., returned: always, type: str, sample: The device is on its way}
        expires: {description: The last day on which it is accepted., returned: always, type: str, sample: "2027-01-31"}
        accepted_by: {description: Who has accepted it., returned: always, type: str, sample: Security team}
        subjects:
          description: The subjects that were found, as in findings.
          returned: always
          type: list
          elements: dict
          sample: []
        not_found:
          description: IDs of the subjects that were not found.
          returned: always
          type: list
          elements: str
          sample: [user/alice]
    temporary:
      description:
        - Rights that end by themselves, the next to end first. These are temporary memberships of IAM users, and
          temporary assignments of IAM Identity Center.
      returned: always
      type: list
      elements: dict
      contains:
        kind: {description: Either C(membership) or C(assignment)., returned: always, type: str, sample: membership}
        holder_kind:
          description:
            - What has it. C(user) is an IAM user, C(center_user) and C(center_group) are of IAM Identity Center, and
              C(unknown) is whoever has a permission set that the caller may not read.
          returned: always
          type: str
          sample: user
        holder: {description: Name of who has it., returned: always, type: str, sample: alice}
        gives:
          description: Name of the group, or of the permission set that was copied.
          returned: always
          type: str
          sample: CloudHSMAdministrators
        until:
          description: When AWS ends it by the conditions in its policies. None if nothing ends it.
          returned: always
          type: str
          sample: "2026-12-01T18:00:00Z"
        tagged_until:
          description: When it ends by its tag, which only tells. None if there is no tag, or it could not be read.
          returned: always
          type: str
          sample: "2026-12-01T18:00:00Z"
        reasons:
          description: Why it was given. Empty if that is not known.
          returned: always
          type: list
          elements: str
          sample: [INC-1234]
        state:
          description:
            - C(running), C(ended), C(endless) if nothing ends it, or C(longer) if it ends later than its tag says.
          returned: always
          type: str
          sample: running
        administrator:
          description: Whether it makes an administrator now.
          returned: always
          type: bool
          sample: false
        policies:
          description: ARNs of the policies that stand for a membership.
          returned: always
          type: list
          elements: str
        permission_set:
          description: Name of the permission set that ends, or none.
          returned: always
          type: str
          sample: CloudHSMAdmin-261201T1800Z
    drift:
      description: Differences between the account and what is expected.
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
          description: The calls that would remove the difference.
          returned: always
          type: list
          elements: dict
          sample: [{"operation": "add_user_to_group", "group": "CloudHSMAdministrators"}]
        problems:
          description: Why the difference can't be removed.
          returned: when the state is C(impossible)
          type: list
          elements: str
          sample: ["groups: the account has no group 'nowhere'; create it first"]
    actions:
      description: CloudHSM's actions.
      returned: always
      type: list
      elements: dict
      contains:
        name: {description: Name of the action., returned: always, type: str, sample: CreateCluster}
        access_level: {description: AWS's access level of the action., returned: always, type: str, sample: Write}
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
        created:
          description: The day on which the user was created.
          returned: always
          type: str
          sample: "2026-11-24"
        groups:
          description: Groups that the user is a member of.
          returned: always
          type: list
          elements: str
          sample: [CloudHSMAdministrators]
        managed_policies:
          description: ARNs of the managed policies attached directly to the user.
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
        managed: {description: Whether this collection created the user., returned: always, type: bool, sample: true}
        protected:
          description: Whether the user is tagged as protected from deletion.
          returned: always
          type: bool
          sample: false
        administrator:
          description:
            - Whether the user can do everything, with the values of RV(report.users[].cloudhsm).
          returned: always
          type: str
          sample: "no"
        can_become_administrator:
          description:
            - Whether the user's IAM permissions let the user gain every permission, with the values of
              RV(report.users[].cloudhsm). C(some) means that it depends on the permissions of another user, group,
              policy or role. C(conditional) means that it depends on a condition, or on a policy that could not be
              read.
          returned: always
          type: str
          sample: "no"
        until:
          description:
            - When rights of the user end by conditions on the time, by the names of the actions in
              RV(report.users[].cloudhsm), C(administrator) and C(can_become_administrator). Rights that do not end are
              left out.
          returned: always
          type: dict
          sample: {"CreateHsm": "2026-12-01T18:00:00Z"}
        administrator_ways:
          description:
            - The ways to become an administrator, the least restricted first. Empty for a user who is one without MFA.
          returned: always
          type: list
          elements: dict
          contains:
            actions:
              description: The actions that this way needs.
              returned: always
              type: list
              elements: str
              sample: ["iam:PutUserPolicy"]
            "on": {description: What the actions are called on., returned: always, type: str, sample: the user itself}
            answer:
              description: Whether this way is open, with the values of RV(report.users[].cloudhsm).
              returned: always
              type: str
              sample: "yes"
        cloudhsm:
          description:
            - For each CloudHSM action, C(no), C(yes), C(some) or C(conditional). C(some) means on some resources only.
              C(conditional) means under conditions that are not evaluated, or by a policy that could not be read. If
              the action needs MFA, the values are C(mfa), C(some_mfa) and C(conditional_mfa).
          returned: always
          type: dict
          sample: {"CreateCluster": "mfa", "DescribeClusters": "yes"}
        access_paths:
          description:
            - The best path to each CloudHSM action that is allowed, or that a limit takes away.
            - RV(report.users[].cloudhsm) counts all paths.
          returned: always
          type: list
          elements: dict
          contains:
            actions:
              description: The actions for which this is the best path.
              returned: always
              type: list
              elements: str
              sample: ["DeleteCluster"]
            kind:
              description:
                - C(user) for the user's own policies, C(group), C(role) for roles that the user can assume, and C(none)
                  if limits take the actions away.
              returned: always
              type: str
              sample: role
            through:
              description: Name of the group, or the roles to assume, one after the other.
              returned: always
              type: list
              elements: str
              sample: ["deploy", "hsm-admin"]
            answer:
              description: What the path allows, with the values of RV(report.users[].cloudhsm).
              returned: always
              type: str
              sample: "yes"
            limited_by:
              description: What takes something away on this path, C(boundary) and C(scp).
              returned: always
              type: list
              elements: str
              sample: ["boundary"]
            more: {description: Number of other paths to these actions., returned: always, type: int, sample: 1}
        credentials:
          description: How the user signs in. Unknown values are none, and ages are in days.
          returned: always
          type: dict
          contains:
            source:
              description:
                - Where the values come from, C(live), C(credential_report) or C(unknown). Ages come from the credential
                  report.
              returned: always
              type: str
              sample: live
            password: {description: Whether the user has a password., returned: always, type: bool, sample: true}
            password_reset_required:
              description:
                - Whether the user must choose a new password at the next sign-in. The credential report does not
                  contain this.
              returned: always
              type: bool
              sample: false
            password_age: {description: Age of the password., returned: always, type: int, sample: 12}
            password_last_used: {description: Days since its last use., returned: always, type: int, sample: 1}
            mfa: {description: Whether the user has an MFA device., returned: always, type: bool, sample: true}
            access_keys:
              description: The user's access keys.
              returned: always
              type: list
              elements: dict
              contains:
                access_key_id:
                  description: ID of the key. The credential report does not contain it.
                  returned: always
                  type: str
                  sample: AKIAIOSFODNN7EXAMPLE
                active: {description: Whether the key is active., returned: always, type: bool, sample: true}
                age: {description: Age of the key., returned: always, type: int, sample: 30}
                last_used:
                  description: Days since its last use. None for a key that was never used, and if it is unknown.
                  returned: always
                  type: int
                  sample: 2
                use_known:
                  description: Whether the report knows if the key was used.
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
        administrator: {description: The same as for users., returned: always, type: str, sample: "no"}
        can_become_administrator: {description: The same as for users., returned: always, type: str, sample: "no"}
        administrator_ways:
          description: The same as for users.
          returned: always
          type: list
          elements: dict
          sample: []
        cloudhsm: {description: The same as for users., returned: always, type: dict, sample: {"CreateCluster": "yes"}}
    policies:
      description: All policies of users and groups.
      returned: always
      type: list
      elements: dict
      contains:
        name: {description: Name of the policy., returned: always, type: str, sample: AdministratorAccess}
        arn:
          description: ARN of the policy, or none for an inline policy.
          returned: always
          type: str
          sample: arn:aws:iam::aws:policy/AdministratorAccess
        kind:
          description: One of C(aws), C(customer) and C(inline).
          returned: always
          type: str
          sample: aws
        groups:
          description: Groups that it is attached to.
          returned: always
          type: list
          elements: str
          sample: [Operators]
        users:
          description: Users that it is attached to directly.
          returned: always
          type: list
          elements: str
          sample: []
        administrator: {description: The same as for users., returned: always, type: str, sample: "yes"}
        can_become_administrator: {description: The same as for users., returned: always, type: str, sample: "yes"}
        administrator_ways:
          description: The same as for users.
          returned: always
          type: list
          elements: dict
          sample: []
        cloudhsm: {description: The same as for users., returned: always, type: dict, sample: {"CreateCluster": "yes"}}
    roles:
      description: All roles, by name, without service-linked roles.
      returned: always
      type: list
      elements: dict
      contains:
        name: {description: Name of the role., returned: always, type: str, sample: hsm-admin}
        arn:
          description: ARN of the role.
          returned: always
          type: str
          sample: arn:aws:iam::123456789012:role/hsm-admin
        path: {description: Path of the role., returned: always, type: str, sample: /}
        kind:
          description:
            - C(permission_set) for a role of IAM Identity Center, C(service) for a role that only AWS services can
              assume, and C(role) for any other.
          returned: always
          type: str
          sample: role
        permission_set:
          description: Name of the permission set that the role belongs to, or none.
          returned: always
          type: str
          sample: CloudHSMAdmin
        managed_policies:
          description: ARNs of its policies.
          returned: always
          type: list
          elements: str
          sample: ["arn:aws:iam::aws:policy/AWSCloudHSMFullAccess"]
        inline_policies:
          description: Names of its inline policies.
          returned: always
          type: list
          elements: str
          sample: []
        boundary:
          description: ARN of the role's permissions boundary, or none.
          returned: always
          type: str
          sample: arn:aws:iam::123456789012:policy/Boundary
        users: {description: Number of users who can assume the role., returned: always, type: int, sample: 3}
        assumed_by:
          description: Up to 20 of these users, with the roles that they have to assume.
          returned: always
          type: list
          elements: dict
          sample: [{"name": "alice", "answer": "mfa", "chain": ["deploy", "hsm-admin"]}]
        roles:
          description: Roles whose sessions can assume the role.
          returned: always
          type: list
          elements: dict
          sample: [{"name": "deploy", "answer": "yes"}]
        trusted:
          description: Principals outside the account that can assume the role, as in RV(report.outside_principals).
          returned: always
          type: list
          elements: dict
          sample: [{"kind": "account", "name": "222222222222", "answer": "conditional"}]
        administrator: {description: The same as for users., returned: always, type: str, sample: "no"}
        can_become_administrator: {description: The same as for users., returned: always, type: str, sample: "no"}
        administrator_ways:
          description: The same as for users.
          returned: always
          type: list
          elements: dict
          sample: []
        cloudhsm: {description: The same as for users., returned: always, type: dict, sample: {"CreateCluster": "yes"}}
    outside_principals:
      description: Principals outside the account that can assume roles.
      returned: always
      type: list
      elements: dict
      contains:
        kind:
          description:
            - One of C(account) for another AWS account or a principal in it, C(anyone), C(oidc), C(saml), C(service),
              C(web_identity), and C(unknown) if the trust policy could not be read.
          returned: always
          type: str
          sample: oidc
        name:
          description: The principal as the trust policy names it.
          returned: always
          type: str
          sample: arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com
        answer:
          description: Whether it can assume a role, with the values of RV(report.users[].cloudhsm).
          returned: always
          type: str
          sample: conditional
        roles: {description: Names of the roles., returned: always, type: list, elements: str, sample: [deploy]}
    other_service_linked_roles:
      description: Names of all service-linked roles. AWS decides who can assume them and what they allow.
      returned: always
      type: list
      elements: str
      sample: ["AWSServiceRoleForSupport"]
    service_control_policies:
      description: What is known of the service control policies of AWS Organizations that apply to the account.
      returned: always
      type: dict
      contains:
        state:
          description:
            - C(read), C(not_bound) for the management account, C(none) if the account has none, or C(unknown) if the
              caller may not read them. Only with C(read) do they limit RV(report.users[].cloudhsm).
          returned: always
          type: str
          sample: read
        note: {description: The state in a sentence., returned: always, type: str, sample: SCPs were read}
        levels:
          description: The root, the organizational units and the account, with the names of their policies.
          returned: always
          type: list
          elements: dict
          sample: [{"id": "r-abcd", "policies": ["FullAWSAccess"]}]
        limited_actions:
          description: CloudHSM actions that the policies limit, with what they leave.
          returned: always
          type: dict
          sample: {"DeleteCluster": "no"}
    identity_center:
      description: IAM Identity Center, as far as it concerns the account.
      returned: always
      type: dict
      contains:
        state:
          description:
            - C(read), C(none) if there is no instance, C(unknown) if the caller may not read it, or C(left_out).
          returned: always
          type: str
          sample: read
        note:
          description: The state in a sentence.
          returned: always
          type: str
          sample: IAM Identity Center was read
        instance_arn:
          description: ARN of the instance, or none.
          returned: always
          type: str
          sample: arn:aws:sso:::instance/ssoins-1234567890abcdef
        external_providers:
          description: Issuers of the external identity providers that people come from.
          returned: always
          type: list
          elements: str
          sample: ["https://idp.example.com"]
        permission_sets:
          description: Permission sets that are provisioned in the account.
          returned: always
          type: list
          elements: dict
          contains:
            name: {description: Name of the permission set., returned: always, type: str, sample: CloudHSMAdmin}
            arn:
              description: ARN of the permission set.
              returned: always
              type: str
              sample: arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef
            role:
              description: Name of its role in the account, or none if there is no such role.
              returned: always
              type: str
              sample: AWSReservedSSO_CloudHSMAdmin_0123456789abcdef
            groups:
              description: Groups that it is assigned to in the account.
              returned: always
              type: list
              elements: str
              sample: [Operators]
            users:
              description: Users that it is assigned to directly.
              returned: always
              type: list
              elements: str
              sample: []
            people: {description: Number of people who have it in the account., returned: always, type: int, sample: 4}
        users:
          description: Users of the identity store who have permission sets in the account.
          returned: always
          type: list
          elements: dict
          contains:
            name: {description: Name of the user., returned: always, type: str, sample: alice@example.com}
            external_providers:
              description: Issuers of the external identity provider that the user comes from, if any.
              returned: always
              type: list
              elements: str
              sample: []
            permission_sets:
              description: The user's permission sets, with the groups that give them, or no group if assigned directly.
              returned: always
              type: list
              elements: dict
              sample: [{"name": "CloudHSMAdmin", "groups": ["Operators"]}]
            administrator: {description: The same as for users., returned: always, type: str, sample: "no"}
            can_become_administrator: {description: The same as for users., returned: always, type: str, sample: "no"}
            administrator_ways:
              description: The same as for users.
              returned: always
              type: list
              elements: dict
              sample: []
            cloudhsm:
              description: The same as for users.
              returned: always
              type: dict
              sample: {"CreateCluster": "yes"}
            access_paths:
              description: The same as for users. Paths of the kind C(permission_set) begin with the permission set.
              returned: always
              type: list
              elements: dict
              sample: []
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
      description: The account's password policy as IAM returns it. Empty if there is none.
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
      description: What the report does not evaluate.
      returned: always
      type: list
      elements: str
    limits:
      description:
        - The number of days after which keys count as old and passwords as unused, and how many days ahead the end of a
          temporary right may be.
      returned: always
      type: dict
      sample: {"max_key_age": 90, "max_unused": 90, "max_temporary": 90}
    compared:
      description: Whether the account was compared with expected users or groups.
      returned: always
      type: bool
      sample: false
"""

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.accepted import SPEC as RISK_SPEC
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
    # Ansible takes anything with "password" or "key" in its name for a secret, unless told otherwise.
    "allow_password_change": {"type": "bool", "default": True, "no_log": False},
    "purge_users": {"type": "bool", "default": False},
    "purge_groups": {"type": "bool", "default": False},
    "purge_tags": {"type": "bool", "default": False},
    "purge_policies": {"type": "bool", "default": False},
    "managed_by_tag": {"type": "str", "default": MANAGED},
    "onboarding_group": {"type": "str"},
    "require_mfa_policy_name": {"type": "str", "default": "CloudHSMIamRequireMFA"},
    "accepted_risks": {"type": "list", "elements": "dict", "default": [], "options": RISK_SPEC},
    "max_key_age": {"type": "int", "default": 90, "no_log": False},
    "max_unused": {"type": "int", "default": 90},
    "max_temporary": {"type": "int", "default": 90},
    "live_limit": {"type": "int", "default": 100},
    "wait_timeout": {"type": "int", "default": 60},
    "identity_center": {"type": "bool", "default": True},
}
MODULE = Module("cloudhsm.iam.iam_access_report_info", ARGUMENT_SPEC, run)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudhsm_guardrails
short_description: Guarantee by a service control policy what nobody in an account can do with CloudHSM
version_added: 1.1.0
description:
  - Makes one service control policy out of the guard rails that you choose, and attaches it to organizational units and
    accounts. It binds everybody in these accounts, administrators and root users included.
  - Looks at everything once, shows who of today's users and roles loses which rights, and works out every step before
    the first write.
  - All mistakes in the input are reported at once, before the first write.
  - Changes and detaches no policy but its own, which bears the tag C(cloudhsm.iam/managed). A policy whose content
    somebody has changed is changed back.
  - If a step fails, the run stops there. Run it again to go on.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  state:
    description:
      - Whether the policy exists. With V(absent) it is detached from all its targets and deleted; O(targets) does not
        count then.
    type: str
    choices: [present, absent]
    default: present
  targets:
    description:
      - What the policy is attached to. A unit goes by its path from the root as in C(/Workloads/Production), its ID, or
        the inventory's group; an account by its ID, its name, or the inventory's host name. V(/) is the root.
      - The management account is refused, because service control policies don't hold there.
    type: list
    elements: str
    default: []
  keep_clusters_and_backups:
    description:
      - Whether nobody can delete clusters and backups.
    type: bool
    default: true
  keep_backup_retention:
    description:
      - Whether nobody can change how long backups are kept, which is another way to delete them. It denies
        ModifyCluster and ModifyBackupAttributes, and so also a change of a cluster's HSM type.
    type: bool
    default: false
  deny_backup_copy:
    description:
      - Whether nobody can copy backups to another region.
    type: bool
    default: true
  deny_backup_sharing:
    description:
      - Whether nobody can share backups with other accounts, be it by a resource policy or by AWS Resource Access
        Manager.
    type: bool
    default: true
  regions:
    description:
      - The only regions in which anybody can use CloudHSM. Left out, all of them.
    type: list
    elements: str
    default: []
  keep_service_linked_role:
    description:
      - Whether nobody can delete CloudHSM's service-linked role.
    type: bool
    default: true
  keep_logs:
    description:
      - Whether nobody can delete CloudHSM's log groups and their streams, change how long they are kept, or give them
        another key. The log groups are those whose names begin with C(/aws/cloudhsm/).
    type: bool
    default: true
  keep_membership:
    description:
      - Whether nobody in an account can make it leave the organization, which would end all guard rails.
    type: bool
    default: true
  break_glass_roles:
    description:
      - ARNs of roles that are exempt, or patterns of ARNs as in C(arn:aws:iam::*:role/BreakGlass). Only roles can be
        exempt.
    type: list
    elements: str
    default: []
  break_glass_mfa:
    description:
      - Whether O(break_glass_roles) are exempt only in sessions for which an IAM user gave an MFA code to AssumeRole.
      - Sessions by SAML, OIDC or IAM Identity Center, and those that another role began, never count as such.
    type: bool
    default: false
  protect_break_glass_roles:
    description:
      - Whether nobody but these roles themselves can make, change or delete a role that O(break_glass_roles) names.
        Left V(false), an administrator of an account can make such a role, and so get around every guard rail.
      - Make the roles before you attach the policy. IAM Identity Center makes its own at any time.
    type: bool
    default: true
  canary_ou:
    description:
      - An organizational unit that gets what is new first, by path, ID or the inventory's group. The other targets
        follow after O(canary_wait) seconds, if the policy is still there as it was written and the accounts can still
        be read.
      - It is one of the targets, whether O(targets) lists it or not.
    type: str
  canary_wait:
    description:
      - How long to wait before the other targets follow, in seconds.
    type: int
    default: 300
  name:
    description:
      - Name of the policy. For a canary there may be a second one for a while, with C(-canary) behind the name.
    type: str
    default: CloudHSMGuardRails
  description:
    description:
      - Description of the policy.
    type: str
    default: What the organization guarantees for AWS CloudHSM, whoever administers an account
  tags:
    description:
      - Tags of the policy, which others are left beside. A new one also gets the tag C(cloudhsm.iam/managed).
    type: dict
    default: {}
  purge_targets:
    description:
      - Whether the policy is detached from targets that are not named.
    type: bool
    default: false
  max_detachments:
    description:
      - From how many targets a run may detach the policy. A plan with more is refused, also with O(state) V(absent).
    type: int
    default: 10
  adopt_policy:
    description:
      - Whether an existing policy of this name is changed or deleted although it lacks the tag C(cloudhsm.iam/managed).
        Left V(false), such a policy is refused, and O(state) V(absent) leaves it alone. AWS's own policies are refused
        anyway.
    type: bool
    default: false
  enable_policy_type:
    description:
      - Whether to enable service control policies in the organization where they are not. AWS then attaches
        FullAWSAccess to every unit and account. Left V(false), such an organization is refused, with the command that
        enables them.
    type: bool
    default: false
  impact:
    description:
      - Whether to look up who of today's users and roles would lose which rights, before anything is changed.
    type: bool
    default: true
  impact_role_name:
    description:
      - Name of a role that all accounts have, with its path, as in C(OrganizationAccountAccessRole). It is assumed to
        read users, roles and policies there. Left out, only the account of the credentials can be read, and it is said
        of the others that they are not known.
    type: str
  wait_timeout:
    description:
      - How long to go on trying while AWS Organizations is busy with another change, in seconds.
    type: int
    default: 120
  workers:
    description:
      - How many calls to make side by side while reading, from 1 to 16.
    type: int
    default: 8
  variables_prefix:
    description:
      - Prefix of a role's variables. Options that you leave out then get the values of these variables, and messages
        name the variables. For example, with V(cloudhsm_guardrails_) they name C(cloudhsm_guardrails_targets).
      - The role C(cloudhsm_guardrails) uses it.
    type: str
notes:
  - Works in the organization's management account, or in the account of a delegated administrator for policies.
  - Service control policies bind neither the management account nor service-linked roles, so CloudHSM itself goes on
    as before. Nor do they bind people of accounts outside of the organization.
  - The permissions that callers need are listed in C(docs/permissions.md) of this collection.
seealso:
  - module: cloudhsm.iam.iam_access_report_info
  - name: Service control policies
    description: What they bind, and what they don't.
    link: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html
  - name: Quotas and service limits for AWS Organizations
    description: How long a policy can be, and how many a target can have.
    link: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
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
- name: Guard rails for production, the sandbox first
  cloudhsm.iam.cloudhsm_guardrails:
    targets: [/Workloads/Production]
    canary_ou: /Sandbox
    canary_wait: 3600
    regions: [eu-central-1]
    break_glass_roles: ["arn:aws:iam::*:role/BreakGlass"]
    impact_role_name: OrganizationAccountAccessRole

- name: Backups stay where they are, in one account, and nothing else
  cloudhsm.iam.cloudhsm_guardrails:
    name: BackupsStay
    targets: ["111122223333"]
    keep_clusters_and_backups: false
    keep_service_linked_role: false
    keep_logs: false

- name: Take them all back
  cloudhsm.iam.cloudhsm_guardrails:
    state: absent
"""

RETURN = r"""
policy:
  description: The policy as it is after the run, or as it would be in check mode.
  returned: when the plan was not refused
  type: dict
  contains:
    name:
      description: Its name.
      returned: always
      type: str
      sample: CloudHSMGuardRails
    exists:
      description: Whether it exists.
      returned: always
      type: bool
      sample: true
    id:
      description: Its ID, empty in check mode where it would be new, and after it was created.
      returned: when it exists
      type: str
      sample: p-examplepolicyid
    description:
      description: Its description.
      returned: when it exists
      type: str
      sample: What the organization guarantees for AWS CloudHSM, whoever administers an account
    document:
      description: What it denies.
      returned: when it exists
      type: dict
      sample: {"Version": "2012-10-17", "Statement": []}
    tags:
      description: Its tags.
      returned: when it exists
      type: dict
      sample: {"cloudhsm.iam/managed": "true"}
    targets:
      description: IDs of the root, units and accounts that it is attached to.
      returned: when it exists
      type: list
      elements: str
      sample: [ou-ab12-11111111]
management_account:
  description: ID of the management account, where service control policies don't hold.
  returned: when the plan was not refused
  type: str
  sample: "123456789012"
impact:
  description: What the guard rails come to in each active account below the targets, if something changes.
  returned: when the plan was not refused
  type: list
  elements: dict
  contains:
    account:
      description: ID of the account.
      returned: always
      type: str
      sample: "111122223333"
    name:
      description: Name of the account.
      returned: always
      type: str
      sample: shop
    known:
      description: Whether the account could be read.
      returned: always
      type: bool
      sample: true
    reason:
      description: Why it could not be read, else empty.
      returned: always
      type: str
      sample: ""
    checked:
      description: How many users and roles were looked at. Service-linked roles are not bound.
      returned: always
      type: int
      sample: 12
    losses:
      description:
        - Who loses the same rights, as C(who), and by action what was allowed before and what is left, as C(actions).
          The words are those of the access report.
      returned: always
      type: list
      elements: dict
      sample: [{"who": ["role Admin"], "actions": {"cloudhsm:DeleteBackup": ["yes", "no"]}}]
    exempt:
      description: Break-glass roles that lose nothing.
      returned: always
      type: list
      elements: str
      sample: [role BreakGlass]
changes:
  description:
    - The changes that were made, in their order, or that would be made in check mode.
    - Each has the C(operation), as boto3 calls it, and the C(policy) and C(target) that it is about.
  returned: when the plan was not refused
  type: list
  elements: dict
  sample:
    - operation: attach_policy
      policy: CloudHSMGuardRails
      target: ou-ab12-11111111
failed_changes:
  description: The step that failed, like RV(changes), with the reason as C(msg).
  returned: when the plan was not refused
  type: list
  elements: dict
  sample: []
not_done:
  description: Changes that were not begun because of what failed, like RV(changes).
  returned: when the plan was not refused
  type: list
  elements: dict
  sample: []
kept:
  description: Policies that stay with O(state=absent), one sentence each.
  returned: when the plan was not refused
  type: list
  elements: str
  sample: []
account:
  description: The account that the task worked in, its partition, and who called.
  returned: when the plan was not refused
  type: dict
  sample: {"account_id": "123456789012", "partition": "aws", "caller_arn": "arn:aws:iam::123456789012:user/Admin"}
objects:
  description:
    - The organization and the policies, with C(kind), C(name), C(action), and their states C(before) and C(after) the
      run.
  returned: when the plan was not refused
  type: list
  elements: dict
  sample: []
plan:
  description: The plan, if the run made one. RV(plan.digest) is the same each time the same plan is made.
  returned: in check mode, and when the run applied a plan that was made before or keeps a history
  type: dict
  contains:
    digest:
      description: SHA-256 digest of the plan, to approve it by.
      returned: always
      type: str
      sample: 5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef
    path:
      description: The file that the plan was written to. None if there is none.
      returned: always
      type: str
      sample: /home/me/plan.json
    lines:
      description: The plan for people, a line for each object that changes, and a count.
      returned: always
      type: list
      elements: str
      sample: ["+ service control policy CloudHSMGuardRails: targets /Workloads (ou-exam-ple12345)"]
lines:
  description: What the run did, as the role shows it.
  returned: when the plan was not refused
  type: list
  elements: str
  sample: ["Done: 1 created, 0 changed, 0 deleted, 0 unchanged"]
check_mode:
  description: Whether it was only a check.
  returned: when the plan was not refused
  type: bool
  sample: false
problems:
  description: Why nothing was done, one sentence each.
  returned: when the input is wrong or the plan was refused
  type: list
  elements: str
  sample: ["targets[0]: the organization has no unit or account /Production; did you mean /Workloads/Production?"]
"""

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.module import run_module
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Module
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.input import DESCRIPTION
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.run import run

ON: dict[str, t.Any] = {"type": "bool", "default": True}
OFF: dict[str, t.Any] = {"type": "bool", "default": False}
TEXTS: dict[str, t.Any] = {"type": "list", "elements": "str", "default": []}
ARGUMENT_SPEC: dict[str, t.Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "targets": TEXTS,
    "keep_clusters_and_backups": ON,
    "keep_backup_retention": OFF,
    "deny_backup_copy": ON,
    "deny_backup_sharing": ON,
    "regions": TEXTS,
    "keep_service_linked_role": ON,
    "keep_logs": ON,
    "keep_membership": ON,
    "break_glass_roles": TEXTS,
    "break_glass_mfa": OFF,
    "protect_break_glass_roles": ON,
    "canary_ou": {"type": "str"},
    "canary_wait": {"type": "int", "default": 300},
    "name": {"type": "str", "default": "CloudHSMGuardRails"},
    "description": {"type": "str", "default": DESCRIPTION},
    "tags": {"type": "dict", "default": {}},
    "purge_targets": OFF,
    "max_detachments": {"type": "int", "default": 10},
    "adopt_policy": OFF,
    "enable_policy_type": OFF,
    "impact": ON,
    "impact_role_name": {"type": "str"},
    "wait_timeout": {"type": "int", "default": 120},
    "workers": {"type": "int", "default": 8},
    "variables_prefix": {"type": "str"},
}
MODULE = Module("cloudhsm.iam.cloudhsm_guardrails", ARGUMENT_SPEC, run)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: identity_center_access
short_description: Manage permission sets, assignments and groups of IAM Identity Center in one call
version_added: 1.1.0
description:
  - Makes permission sets of IAM Identity Center and assigns them to groups and users in the accounts of an
    organization, all in one task.
  - Looks at everything once, works out every change before the first write, and makes the changes side by side, with
    as many requests under way as AWS allows. It waits until AWS has finished them, and names what failed with AWS's
    reason.
  - All mistakes in the input are reported at once, before the first write.
  - What you leave out is left alone. Assignments, policies, tags and members that you don't list stay, unless one of
    the C(purge_*) options says otherwise.
  - A changed permission set is provisioned again in the accounts that have it. So is one that an earlier run changed
    before it was interrupted.
  - If a change fails, the run takes nothing away after that. Run it again to go on.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  permission_sets:
    description:
      - The permission sets.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - Name of the permission set, up to 32 characters out of C(A-Z), C(a-z), C(0-9) and C(_+=,.@-).
        type: str
        required: true
      state:
        description:
          - Whether the permission set exists. Left out, O(state) counts.
          - V(absent) is refused while the permission set is assigned, unless the assignments go in the same run, which
            O(purge_assignments) and assignments that are V(absent) do.
        type: str
        choices: [present, absent]
      description:
        description:
          - Description, up to 700 characters. An empty one removes it.
        type: str
      session_duration:
        description:
          - How long a session lasts, in seconds, from 3600 to 43200. A new permission set without it gets an hour.
        type: int
      relay_state:
        description:
          - Where people land in the console after signing in, a URL. An empty one removes it.
        type: str
      access:
        description:
          - An access level of this collection. V(administrator) attaches AWS's policy AdministratorAccess.
          - V(admin), V(power_user), V(read_only) and V(client) put the policy of that CloudHSM level into the inline
            policy.
          - The level replaces the inline policy, whoever wrote it. Every level but V(administrator) also detaches
            AdministratorAccess, unless O(permission_sets[].managed_policies) lists it.
        type: str
        choices: [administrator, admin, power_user, read_only, client]
      policy_options:
        description:
          - How the policy of a CloudHSM level is made, as options of the filter C(cloudhsm.iam.cloudhsm_policy).
        type: dict
        suboptions:
          profile:
            description:
              - V(guide) is the policy of the CloudHSM User Guide, V(hardened) one without its holes.
            type: str
            choices: [guide, hardened]
          policy:
            description:
              - A policy document to use instead, as a dictionary or a text of JSON.
            type: raw
          cluster_arns:
            description:
              - Clusters that a hardened policy is limited to.
            type: list
            elements: str
          regions:
            description:
              - Regions that a hardened policy is limited to.
            type: list
            elements: str
          tags:
            description:
              - Tags of the clusters and backups that a hardened policy is limited to.
            type: dict
          allow_backup_copy:
            description:
              - Whether a hardened policy lets backups be copied to another region.
            type: bool
          allow_backup_sharing:
            description:
              - Whether a hardened policy lets backups be shared with other accounts.
            type: bool
      managed_policies:
        description:
          - AWS managed policies, by ARN or by name with the path, as in C(job-function/Billing).
        type: list
        elements: str
      customer_managed_policies:
        description:
          - Customer managed policies by name, with their path if they have one, as in C(/hsm/Auditors). AWS looks for
            them in each account that the permission set is assigned in, and fails where there is none.
        type: list
        elements: str
      boundary:
        description:
          - The permissions boundary, as the ARN of an AWS managed policy, or as the name of a customer managed policy
            with its path. An empty one removes it.
        type: str
      tags:
        description:
          - Tags of the permission set. A new one also gets the tag C(cloudhsm.iam/managed).
        type: dict
  assignments:
    description:
      - Who gets which permission set where. An account counts if O(assignments[].accounts),
        O(assignments[].organizational_units), O(assignments[].account_tags) or O(assignments[].all_accounts) names it.
      - Of accounts that are not active only those in O(assignments[].accounts) are a mistake, others are left out.
    type: list
    elements: dict
    default: []
    suboptions:
      permission_set:
        description:
          - Name of the permission set, which exists or is in O(permission_sets).
        type: str
        required: true
      state:
        description:
          - Whether the assignments exist. Left out, O(state) counts.
        type: str
        choices: [present, absent]
      groups:
        description:
          - Names of groups of the identity store.
        type: list
        elements: str
      users:
        description:
          - Names of users of the identity store.
        type: list
        elements: str
      accounts:
        description:
          - Account IDs, 12 digits each and best in quotes.
        type: list
        elements: str
      organizational_units:
        description:
          - Organizational units by path from the root, as in C(/Workloads/Production), or by ID. The accounts in the
            units below count too. V(/) is the whole organization.
        type: list
        elements: str
      account_tags:
        description:
          - Tags of accounts. An account counts if it has all of them.
        type: dict
      all_accounts:
        description:
          - Whether every active account of the organization counts, the management account included.
        type: bool
      exclude_accounts:
        description:
          - IDs of accounts that are left out, however they were named.
        type: list
        elements: str
      until:
        description:
          - When the assignments end, with date, time and time zone, as in V(2026-12-01T18:00Z). Seconds are dropped.
          - AWS ends them, whether or not anybody runs anything. They are assignments of a copy of the permission set
            whose inline policy denies everything from then on. The next run about the permission set takes away what
            has ended.
          - Another time moves the end. The new copy is assigned before the old one goes.
          - Whoever has the permission set without an end keeps it, so this is refused unless that assignment is listed
            with V(absent) too.
          - With O(assignments[].state=absent) only the assignments with this end go. Without O(assignments[].until),
            all of them go, whatever their end.
        type: raw
      reason:
        description:
          - Why the assignments are made, in one line, as in V(INC-1234). Needed with O(assignments[].until).
          - A tag of the copy keeps it. Everybody who has a permission set until the same minute shares the copy, and so
            the reason.
        type: raw
  groups:
    description:
      - Groups of the identity store and their members. A group that does not exist is created. None is ever deleted.
      - Refused where an external identity provider fills the identity store, because it would undo the change. The
        module knows that by the external IDs of users and groups, and names their issuer.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description:
          - Display name of the group.
        type: str
        required: true
      description:
        description:
          - Description of a new group. An existing group keeps its own.
        type: str
      members:
        description:
          - User names of the members, who have to exist.
        type: list
        elements: str
  state:
    description:
      - What counts for permission sets and assignments that have no C(state) of their own.
      - With V(absent) the module leaves O(groups) alone.
    type: str
    choices: [present, absent]
    default: present
  purge_assignments:
    description:
      - Whether all other assignments of the permission sets named in O(permission_sets) and O(assignments) are taken
        off, also those that end by themselves.
    type: bool
    default: false
  purge_policies:
    description:
      - Whether policies that are not listed are detached, from permission sets that list some. An empty list detaches
        all.
    type: bool
    default: false
  purge_tags:
    description:
      - Whether tags that are not listed are removed, from permission sets that have O(permission_sets[].tags).
    type: bool
    default: false
  purge_members:
    description:
      - Whether members that are not listed are removed, from groups that have O(groups[].members).
    type: bool
    default: false
  purge_allow_empty:
    description:
      - Whether an empty list can take everything. Left V(false), O(purge_assignments) is refused without an assignment
        that is to be present, and O(purge_members) for a group whose O(groups[].members) is empty, if somebody would
        lose something. An empty list can be that of an export that failed.
      - Permission sets that are to be absent need no such switch.
    type: bool
    default: false
  adopt_permission_sets:
    description:
      - Whether an existing permission set is changed although it lacks the tag C(cloudhsm.iam/managed), which this
        collection gives to what it creates. Left V(false), such a permission set is refused, because whoever created it
        may have given it more than its name tells.
    type: bool
    default: false
  max_deletions:
    description:
      - How many assignments, memberships and permission sets a run may delete, all together. A plan with more is
        refused.
    type: int
    default: 10
  notes_prefix:
    description:
      - Where suspensions keep their notes, a path of parameters of Systems Manager, in the account and region of the
        task. Users who have a note there are suspended, and get no membership and no assignment.
    type: str
    default: /cloudhsm-iam/suspended-users/
  instance_arn:
    description:
      - ARN of the instance of IAM Identity Center. Left out, that of the organization.
    type: str
  variables_prefix:
    description:
      - Prefix of a role's variables. Options that you leave out then get the values of these variables, and messages
        name the variables. For example, with V(identity_center_access_) they name C(identity_center_access_groups).
      - The role C(identity_center_access) uses it.
    type: str
  wait_timeout:
    description:
      - How long to wait while none of the requests under way ends, in seconds.
    type: int
    default: 300
  workers:
    description:
      - How many calls the module makes side by side, from 1 to 16. AWS allows 20 calls a second for all callers
        together, and the module slows down when AWS asks for it.
    type: int
    default: 8
notes:
  - Works in the organization's management account, or in the account of the delegated administrator of IAM Identity
    Center, and in the region in which IAM Identity Center is enabled.
  - A delegated administrator may not change anything in the management account. The module refuses a plan that would.
  - A plan that leaves nobody with AdministratorAccess is refused. It looks at the permission sets that you name, at
    those of groups that lose members, at users, and at groups with members.
  - An assignment that is for no active account is refused, because a tag or a unit may be misspelled.
  - Whoever has AdministratorAccess only until a certain time does not count as an administrator.
  - The permissions that callers need are listed in C(docs/permissions.md) of this collection.
seealso:
  - module: cloudhsm.iam.identity_center_access_info
  - module: cloudhsm.iam.iam_saml_access
  - name: IAM Identity Center quotas
    description: How many requests AWS works on at once.
    link: https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html
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
- name: Administrators everywhere, and CloudHSM's administrators in production
  cloudhsm.iam.identity_center_access:
    permission_sets:
      - name: Administrators
        access: administrator
        session_duration: 7200
      - name: CloudHSMAdministrators
        access: admin
        policy_options:
          profile: hardened
          regions: [eu-central-1]
    assignments:
      - permission_set: Administrators
        groups: [Administrators]
        all_accounts: true
      - permission_set: CloudHSMAdministrators
        groups: [CloudHSMAdministrators]
        organizational_units: [/Workloads/Production]

- name: A group of the identity store's own, for the accounts with a tag
  cloudhsm.iam.identity_center_access:
    groups:
      - name: Auditors
        members: [alice@example.com]
    permission_sets:
      - name: Auditors
        access: read_only
        managed_policies: [SecurityAudit]
    assignments:
      - permission_set: Auditors
        groups: [Auditors]
        account_tags:
          stage: live

- name: An assignment for a night, which ends by itself
  cloudhsm.iam.identity_center_access:
    assignments:
      - permission_set: CloudHSMAdministrators
        groups: [hsm-oncall]
        accounts: ["123456789012"]
        until: 2026-12-01T18:00Z
        reason: INC-1234

- name: Take it all back
  cloudhsm.iam.identity_center_access:
    state: absent
    permission_sets:
      - name: Auditors
    purge_assignments: true
    max_deletions: 200
"""

RETURN = r"""
account:
  description: The account that the task worked in, its partition, and who called.
  returned: when the plan was not refused
  type: dict
  sample: {"account_id": "123456789012", "partition": "aws", "caller_arn": "arn:aws:iam::123456789012:user/Admin"}
instance_arn:
  description: ARN of the instance of IAM Identity Center.
  returned: when the plan was not refused
  type: str
  sample: arn:aws:sso:::instance/ssoins-1234567890abcdef
permission_sets:
  description:
    - The permission sets in the order in which they were listed, and then their copies for assignments that end.
    - In check mode, the permission sets as they would be.
  returned: when the plan was not refused
  type: list
  elements: dict
  contains:
    name:
      description: Name of the permission set.
      returned: always
      type: str
      sample: CloudHSMAdministrators
    action:
      description: What the run did, one of V(created), V(updated), V(deleted), V(unchanged), V(failed).
      returned: always
      type: str
      sample: created
    arn:
      description: ARN of the permission set, empty in check mode for one that would be new.
      returned: when it is or was there, and did not fail
      type: str
      sample: arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-1234567890abcdef
    description:
      description: Description.
      returned: when it is or was there, and did not fail
      type: str
      sample: ""
    session_duration:
      description: How long a session lasts, in seconds.
      returned: when it is or was there, and did not fail
      type: int
      sample: 3600
    relay_state:
      description: Where people land in the console.
      returned: when it is or was there, and did not fail
      type: str
      sample: ""
    inline_policy:
      description: The inline policy, empty where there is none.
      returned: when it is or was there, and did not fail
      type: dict
      sample: {}
    managed_policies:
      description: ARNs of AWS managed policies.
      returned: when it is or was there, and did not fail
      type: list
      elements: str
      sample: ["arn:aws:iam::aws:policy/AdministratorAccess"]
    customer_managed_policies:
      description: Customer managed policies with their path.
      returned: when it is or was there, and did not fail
      type: list
      elements: str
      sample: ["/hsm/Auditors"]
    boundary:
      description: The permissions boundary, empty where there is none.
      returned: when it is or was there, and did not fail
      type: str
      sample: /hsm/Boundary
    tags:
      description: Tags.
      returned: when it is or was there, and did not fail
      type: dict
      sample: {"cloudhsm.iam/managed": "true"}
    copy_of:
      description: Name of the permission set that this is a copy of.
      returned: when it is a copy for assignments that end, and did not fail
      type: str
      sample: CloudHSMAdministrators
    until:
      description: When the copy ends.
      returned: when it is a copy for assignments that end, and did not fail
      type: str
      sample: "2026-12-01T18:00:00Z"
    reason:
      description: Why people have the copy.
      returned: when it is a copy for assignments that end, and did not fail
      type: str
      sample: INC-1234
objects:
  description:
    - Everything that the task is about, also what stays as it is - groups, permission sets, and for each permission set
      whoever has it.
    - Each has C(kind), C(name), C(action), the states C(before) and C(after), and the C(calls) about it, as they are
      planned. Roles make the lines of a plan and plan files out of it.
  returned: when the plan was not refused
  type: list
  elements: dict
  sample:
    - kind: assignment
      name: Administrators for group Administrators
      action: created
      before: null
      after: {"accounts": ["123456789012"]}
      calls: []
counts:
  description: How many things were created, changed and deleted, how many assignments are asked for, and what failed.
  returned: when the plan was not refused
  type: dict
  sample: {"permission_sets_created": 1, "assignments": 5, "assignments_created": 5, "failed": 0}
changes:
  description:
    - The changes that were made, in their order, or that would be made in check mode.
    - Each has the C(operation), as boto3 calls it, and what it is about.
  returned: when the plan was not refused
  type: list
  elements: dict
  sample:
    - operation: create_account_assignment
      permission_set: Administrators
      account: "123456789012"
      group: Administrators
failed_changes:
  description: Changes that failed, like RV(changes), with the reason as C(msg).
  returned: when the plan was not refused
  type: list
  elements: dict
  sample: []
not_done:
  description: Changes that were left because of what failed, like RV(changes).
  returned: when the plan was not refused
  type: list
  elements: dict
  sample: []
temporary:
  description:
    - Who has the permission sets that the task is about until when and why, after the run.
    - In check mode, as it would be.
  returned: when the plan was not refused
  type: list
  elements: dict
  contains:
    permission_set:
      description: Name of the permission set.
      returned: always
      type: str
      sample: CloudHSMAdministrators
    copy_name:
      description: Name of the copy that is assigned.
      returned: always
      type: str
      sample: CloudHSMAdmini-ef0b-261201T1800Z
    group:
      description: Name of the group, or its ID when it has gone from the identity store.
      returned: when it is a group
      type: str
      sample: hsm-oncall
    user:
      description: Name of the user, or the ID when the user has gone from the identity store.
      returned: when it is a user
      type: str
      sample: alice@example.com
    accounts:
      description: IDs of the accounts.
      returned: always
      type: list
      elements: str
      sample: ["123456789012"]
    until:
      description: When it ends.
      returned: always
      type: str
      sample: "2026-12-01T18:00:00Z"
    reason:
      description: Why it was given.
      returned: always
      type: str
      sample: INC-1234
ended:
  description:
    - Who had these permission sets until a time that has passed. The run takes these assignments away.
  returned: when the plan was not refused
  type: list
  elements: dict
  contains:
    permission_set:
      description: Name of the permission set.
      returned: always
      type: str
      sample: CloudHSMAdministrators
    copy_name:
      description: Name of the copy that is assigned.
      returned: always
      type: str
      sample: CloudHSMAdmini-ef0b-261201T1800Z
    group:
      description: Name of the group, or its ID when it has gone from the identity store.
      returned: when it is a group
      type: str
      sample: hsm-oncall
    user:
      description: Name of the user, or the ID when the user has gone from the identity store.
      returned: when it is a user
      type: str
      sample: alice@example.com
    accounts:
      description: IDs of the accounts.
      returned: always
      type: list
      elements: str
      sample: ["123456789012"]
    until:
      description: When it ends.
      returned: always
      type: str
      sample: "2026-12-01T18:00:00Z"
    reason:
      description: Why it was given.
      returned: always
      type: str
      sample: INC-1234
suspended:
  description:
    - Users who are suspended, and so got no membership and no assignment that is listed.
    - The playbook C(restore_users) gives them back what they had.
  returned: when the plan was not refused
  type: list
  elements: str
  sample: []
missing:
  description: Names of permission sets, groups and users that were to go, and do not exist.
  returned: when the plan was not refused
  type: list
  elements: str
  sample: []
lines:
  description: What the run did, as the role shows it.
  returned: when the plan was not refused
  type: list
  elements: str
  sample: ["Changed in IAM Identity Center: permission set Administrators created, assignments made: 5"]
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
  sample: ["assignments[0] (Administrators): groups: the identity store has no group Administrators"]
"""

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.module import run_module
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Module
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.run import run
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.suspended import DEFAULT_PREFIX
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.catalogue import LEVELS

STATE: dict[str, t.Any] = {"type": "str", "choices": ["present", "absent"]}
STRINGS: dict[str, t.Any] = {"type": "list", "elements": "str"}
POLICY_SPEC: dict[str, t.Any] = {
    "profile": {"type": "str", "choices": ["guide", "hardened"]},
    "policy": {"type": "raw"},
    "cluster_arns": STRINGS,
    "regions": STRINGS,
    "tags": {"type": "dict"},
    "allow_backup_copy": {"type": "bool"},
    "allow_backup_sharing": {"type": "bool"},
}
SET_SPEC: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "state": STATE,
    "description": {"type": "str"},
    "session_duration": {"type": "int"},
    "relay_state": {"type": "str"},
    "access": {"type": "str", "choices": ["administrator", *LEVELS[::-1]]},
    "policy_options": {"type": "dict", "options": POLICY_SPEC},
    "managed_policies": STRINGS,
    "customer_managed_policies": STRINGS,
    "boundary": {"type": "str"},
    "tags": {"type": "dict"},
}
ASSIGNMENT_SPEC: dict[str, t.Any] = {
    "permission_set": {"type": "str", "required": True},
    "state": STATE,
    "groups": STRINGS,
    "users": STRINGS,
    "accounts": STRINGS,
    "organizational_units": STRINGS,
    "account_tags": {"type": "dict"},
    "all_accounts": {"type": "bool"},
    "exclude_accounts": STRINGS,
    # YAML makes a date of its own of a time without quotes.
    "until": {"type": "raw"},
    "reason": {"type": "raw"},
}
GROUP_SPEC: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "description": {"type": "str"},
    "members": STRINGS,
}
ARGUMENT_SPEC: dict[str, t.Any] = {
    "permission_sets": {"type": "list", "elements": "dict", "default": [], "options": SET_SPEC},
    "assignments": {"type": "list", "elements": "dict", "default": [], "options": ASSIGNMENT_SPEC},
    "groups": {"type": "list", "elements": "dict", "default": [], "options": GROUP_SPEC},
    "state": {**STATE, "default": "present"},
    "purge_assignments": {"type": "bool", "default": False},
    "purge_policies": {"type": "bool", "default": False},
    "purge_tags": {"type": "bool", "default": False},
    "purge_members": {"type": "bool", "default": False},
    "purge_allow_empty": {"type": "bool", "default": False},
    "adopt_permission_sets": {"type": "bool", "default": False},
    "max_deletions": {"type": "int", "default": 10},
    "notes_prefix": {"type": "str", "default": DEFAULT_PREFIX},
    "instance_arn": {"type": "str"},
    "variables_prefix": {"type": "str"},
    "wait_timeout": {"type": "int", "default": 300},
    "workers": {"type": "int", "default": 8},
}
MODULE = Module("cloudhsm.iam.identity_center_access", ARGUMENT_SPEC, run)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: identity_center_users
short_description: Suspend, restore and delete users of the identity store of IAM Identity Center
version_added: 1.1.0
description:
  - Takes away what people have through IAM Identity Center, their memberships and their own assignments, and deletes
    their users if that is asked for.
  - A suspension first notes what it takes away, so that the state V(restored) can give it back. The note is a parameter
    of Systems Manager, because the identity store has no place for it.
  - Locks out all users before it deletes any of them. A user without a note loses nothing.
  - If an external identity provider fills the identity store, the module takes away direct assignments only. It names
    the provider, where people have to be disabled or deleted. The module knows that by the external IDs of users and
    groups.
  - All mistakes in the input are reported at once, before the first write.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  users:
    description:
      - The users.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - The user's name in the identity store.
        type: str
        required: true
      state:
        description:
          - V(suspended) takes away memberships and direct assignments, and notes them.
          - V(restored) gives back what is noted, and deletes the note.
          - V(absent) takes away memberships and direct assignments, and deletes the user and the note.
        type: str
        choices: [suspended, restored, absent]
        default: suspended
  missing:
    description:
      - What to do about users that the identity store does not have. V(fail) names them and changes nothing.
    type: str
    choices: [fail, ignore]
    default: fail
  max_deletions:
    description:
      - How many users a run may delete. A plan with more is refused. Suspensions have no such limit.
    type: int
    default: 10
  notes_prefix:
    description:
      - Where the notes of suspensions are, a path of parameters. The ID of the identity store and that of the user
        follow.
    type: str
    default: /cloudhsm-iam/suspended-users/
  instance_arn:
    description:
      - ARN of the instance of IAM Identity Center. Left out, that of the organization.
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
    Center, and in the region in which IAM Identity Center is enabled. Notes are in the same account and region.
  - AWS has no call that disables a user, or that ends sessions. Sessions of permission sets that are open stay valid
    until they expire.
  - Refuses a plan that leaves nobody with AdministratorAccess through IAM Identity Center, and one in which the
    caller's own user is suspended or deleted.
  - A delegated administrator may not change anything in the management account. The module refuses a plan that would.
seealso:
  - module: cloudhsm.iam.identity_center_access
  - module: cloudhsm.iam.iam_users
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
- name: Lock somebody out
  cloudhsm.iam.identity_center_users:
    region: eu-central-1
    users:
      - name: mallory
        state: suspended

- name: Give it all back
  cloudhsm.iam.identity_center_users:
    region: eu-central-1
    users:
      - name: mallory
        state: restored
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
identity_store_id:
  description: ID of the identity store.
  returned: when the plan was not refused
  type: str
  sample: d-1234567890
issuers:
  description: Who fills the identity store. Empty if it has its own users.
  returned: when the plan was not refused
  type: list
  elements: str
  sample: []
users:
  description:
    - The users in the order in which they were listed. In check mode, as they would be.
  returned: when the plan was not refused
  type: list
  elements: dict
  contains:
    name:
      description: The name that was listed.
      returned: always
      type: str
      sample: mallory
    action:
      description:
        - What the run did, one of V(suspended), V(restored), V(deleted), V(changed), V(unchanged), V(failed).
        - V(changed) is a user who was to be deleted and whom an identity provider has to delete.
      returned: always
      type: str
      sample: suspended
    id:
      description: The user's ID.
      returned: when the user exists
      type: str
      sample: 1234567890-11111111-2222-3333-4444-555555555555
    groups:
      description: The groups that the user is in.
      returned: when the user exists
      type: list
      elements: str
      sample: []
    assignments:
      description: The user's own assignments, as permission set and account.
      returned: when the user exists
      type: list
      elements: str
      sample: ["Administrators:123456789012"]
    suspended:
      description: Whether there is a note of a suspension.
      returned: when the user exists
      type: bool
      sample: true
    gone:
      description: What is noted and can't be given back, because it does not exist any more.
      returned: when the user exists
      type: list
      elements: str
      sample: []
missing:
  description: Names that the identity store does not have.
  returned: when the plan was not refused
  type: list
  elements: str
  sample: []
changes:
  description:
    - The changes that were made, in their order, or that would be made in check mode.
    - Each has the C(operation), as boto3 calls it, and what it is about.
  returned: when the plan was not refused
  type: list
  elements: dict
  sample:
    - operation: delete_group_membership
      group: Administrators
      user: mallory
failed_changes:
  description: Changes that failed, like RV(changes), with the reason as C(msg).
  returned: when the plan was not refused
  type: list
  elements: dict
  sample: []
not_done:
  description: Changes that were not begun, because something before them failed.
  returned: when the plan was not refused
  type: list
  elements: dict
  sample: []
objects:
  description:
    - The users who exist, each with C(kind), C(name), C(action), the states C(before) and C(after), and the C(calls),
      as they are planned. Roles make the lines of a plan and plan files out of it.
  returned: when the plan was not refused
  type: list
  elements: dict
  sample:
    - kind: identity store user
      name: mallory
      action: suspended
lines:
  description: What people have to do elsewhere, and what could not be given back.
  returned: when the plan was not refused
  type: list
  elements: str
  sample: []
problems:
  description: Everything that is wrong, one sentence each. Nothing was changed.
  returned: when something is refused
  type: list
  elements: str
  sample: ["users: the identity store has no user malory"]
"""

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.module import run_module
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Module
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.suspended import DEFAULT_PREFIX
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users.run import run

USER_SPEC: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["suspended", "restored", "absent"], "default": "suspended"},
}
ARGUMENT_SPEC: dict[str, t.Any] = {
    "users": {"type": "list", "elements": "dict", "required": True, "options": USER_SPEC},
    "missing": {"type": "str", "choices": ["fail", "ignore"], "default": "fail"},
    "max_deletions": {"type": "int", "default": 10},
    "notes_prefix": {"type": "str", "default": DEFAULT_PREFIX},
    "instance_arn": {"type": "str"},
    "wait_timeout": {"type": "int", "default": 300},
    "workers": {"type": "int", "default": 8},
}
MODULE = Module("cloudhsm.iam.identity_center_users", ARGUMENT_SPEC, run)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()

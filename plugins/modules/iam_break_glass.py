#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_break_glass
short_description: Users for emergencies whose passwords are sealed in two halves for two people
version_added: 1.1.0
description:
  - Creates IAM users for emergencies. They are protected, are members of one group, and have a password for the console
    and no access keys.
  - The password has two random halves. Each is saved in a store of its own, for one of two people. Nobody gets the
    whole password, and one half is of no use.
  - Seals a password when the user has none that is known to be sealed. With O(reseal=true) it sets and seals a new
    password in any case, for example after the user was used.
  - The password need not be changed at sign-in. An emergency should not begin with a form, and the password is sealed
    anew afterwards.
  - A run that was interrupted can be repeated. It seals a new password.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  users:
    description:
      - Names of the break-glass users. A user that exists must have the tag C(cloudhsm.iam/protected) and no active
        access keys.
    type: list
    elements: str
    default: [break-glass]
  group:
    description:
      - Group that the users are members of. It must exist.
    type: str
    default: Administrators
  stores:
    description:
      - Two stores, one for each of two people. The first gets the first half of each password, the second gets the
        second half. They must be different places.
      - Nobody may be able to read both. This can be checked only in part, so limit who reads each of them.
    type: list
    elements: dict
    required: true
    suboptions:
      store:
        description:
          - Kind of the store, as in O(cloudhsm.iam.iam_users#module:credentials_store).
          - V(file) and V(vault_file) are written by Ansible itself, so the task must run on the control node, without
            C(become) and C(environment).
        type: str
        choices: [file, vault_file, secretsmanager, ssm_parameter]
        required: true
      path:
        description:
          - Path of the file on the control node. Required for V(file) and V(vault_file). Two stores of the kind V(file)
            must be in different folders.
          - A relative path starts at the working directory of the command, and C(~) is the home folder.
        type: path
      vault_id:
        description:
          - Which of the play's vault IDs encrypts the V(vault_file). By default, Ansible chooses as usual.
          - Two stores of the kind V(vault_file) need different vault IDs with different secrets.
        type: str
      prefix:
        description:
          - Prefix of the names of secrets or parameters. The account ID, a slash and the user's name follow.
          - The default is C(/cloudhsm-iam/break-glass/first/) for the first store and
            C(/cloudhsm-iam/break-glass/second/) for the second. Prefixes of two stores of the same kind must not
            overlap.
        type: str
      kms_key_id:
        description:
          - ID, ARN or alias of the KMS key that encrypts secrets or parameters. The default is the AWS managed key of
            the service.
        type: str
      tags:
        description:
          - Tags for secrets or parameters. A tag with the state of the entry is added.
        type: dict
  half_length:
    description:
      - Number of characters of each half, from 20 to 64. If the account's password policy requires more than two such
        halves have, they have more.
    type: int
    default: 24
  reseal:
    description:
      - Whether to set and seal a new password for all users, also for those whose password is sealed.
    type: bool
    default: false
  variables_prefix:
    description:
      - Prefix of a role's variables. Options that you leave out then get the values of these variables, and messages
        name the variables. For example, with V(break_glass_) they name C(break_glass_users).
      - The role C(break_glass) uses it.
    type: str
notes:
  - The permissions that callers need are listed in C(docs/permissions.md) of this collection.
  - A user's tag C(cloudhsm.iam/break-glass) tells when the password was sealed, or that a sealing has begun.
  - A password counts as sealed if that tag says so, the user has a password that need not be changed, and both stores
    have a half that was set. Stores in AWS are asked for tags, and not for the halves. A file has to be opened for
    that.
  - While a new password is being sealed the stores keep the half before. Secrets Manager has it as the version
    C(AWSPREVIOUS), Parameter Store in the parameter's history, and a file under C(earlier).
  - Works without change control. With C(plan_file) and similar variables it is refused.
seealso:
  - module: cloudhsm.iam.iam_users
  - module: cloudhsm.iam.iam_user_credentials
  - name: Establish emergency access
    description: What the AWS Well-Architected Framework says about access for emergencies.
    link: https://docs.aws.amazon.com/wellarchitected/latest/security-pillar/sec_permissions_emergency_process.html
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._attributes
  - cloudhsm.iam._expected_account
  - cloudhsm.iam._attributes.actiongroup_aws
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: partial
    details:
      - O(reseal=true) sets another password each time.
"""

EXAMPLES = r"""
- name: One user for emergencies, with a half in each of two services
  cloudhsm.iam.iam_break_glass:
    stores:
      - store: secretsmanager
        kms_key_id: alias/break-glass-first
      - store: ssm_parameter
        kms_key_id: alias/break-glass-second
    region: eu-central-1

- name: A new password after an emergency
  cloudhsm.iam.iam_break_glass:
    reseal: true
    stores:
      - store: vault_file
        path: /srv/break-glass/first.yml
        vault_id: first
      - store: vault_file
        path: /srv/break-glass/second.yml
        vault_id: second
"""

RETURN = r"""
account:
  description: The account, with C(account_id), C(account_alias), C(partition) and C(sign_in_url).
  returned: when the plan was not refused
  type: dict
  sample: {"account_id": "123456789012", "account_alias": null, "partition": "aws"}
users:
  description: The users with their C(action), as in M(cloudhsm.iam.iam_users).
  returned: when the plan was not refused
  type: list
  elements: dict
  sample: [{"name": "break-glass", "state": "present", "action": "created"}]
counts:
  description: How many users were created, updated, left unchanged, or failed.
  returned: when the plan was not refused
  type: dict
  sample: {"created": 1, "updated": 0, "deleted": 0, "unchanged": 0, "failed": 0}
suspended:
  description: Always empty, because suspended users are refused.
  returned: when the plan was not refused
  type: list
  elements: str
  sample: []
changes:
  description: The calls that were made, or would be made in check mode, in their order and without secrets.
  returned: when the plan was not refused
  type: list
  elements: dict
  sample: [{"user": "break-glass", "operation": "update_login_profile", "password_reset_required": false}]
sealed:
  description: The users who got a new password, or would get one in check mode, each with the C(reason).
  returned: when the plan was not refused
  type: list
  elements: dict
  sample: [{"name": "break-glass", "reason": "the user is new"}]
halves:
  description: Where the halves are.
  returned: when the plan was not refused
  type: list
  elements: dict
  contains:
    half:
      description: V(first) or V(second).
      returned: always
      type: str
      sample: first
    store:
      description: Kind of the store.
      returned: always
      type: str
      sample: secretsmanager
    location:
      description: Where the store is, as text for a message.
      returned: always
      type: str
      sample: Secrets Manager under /cloudhsm-iam/break-glass/first/123456789012/ (eu-central-1)
without_mfa:
  description: The users who have no MFA device.
  returned: when the plan was not refused
  type: list
  elements: str
  sample: [break-glass]
lines:
  description: What was done, or would be done in check mode, and which users have no MFA device, as lines for people.
  returned: when the plan was not refused
  type: list
  elements: str
  sample: ["~ user break-glass: sealed anew, halves to /srv/first/halves.yml and /srv/second/halves.yml"]
failed_users:
  description: Users that could not be finished, each with C(msg) and the calls C(not_done).
  returned: when the plan was not refused
  type: list
  elements: dict
  sample: []
problems:
  description: Everything that is wrong, one sentence each.
  returned: when something is refused
  type: list
  elements: str
  sample: ["stores[1].path: is the file of stores[0] too; each half needs a file of its own"]
"""

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.module import run_module
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Module
from ansible_collections.cloudhsm.iam.plugins.module_utils._break_glass.input import STORE_SPEC
from ansible_collections.cloudhsm.iam.plugins.module_utils._break_glass.run import run

ARGUMENT_SPEC: dict[str, t.Any] = {
    "users": {"type": "list", "elements": "str", "default": ["break-glass"]},
    "group": {"type": "str", "default": "Administrators"},
    "stores": {"type": "list", "elements": "dict", "required": True, "options": STORE_SPEC},
    "half_length": {"type": "int", "default": 24},
    "reseal": {"type": "bool", "default": False},
    "variables_prefix": {"type": "str"},
}
MODULE = Module("cloudhsm.iam.iam_break_glass", ARGUMENT_SPEC, run)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_user_credentials
short_description: Reset a password, remove a lost MFA device, or rotate an access key of one user
version_added: 1.1.0
description:
  - Replaces one credential of one user, and changes nothing else about the user.
  - Secrets are only in the credentials store, never in a result, a diff or a log.
  - A run that was interrupted can be repeated. It finishes what the other run began.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  job:
    description:
      - V(reset_password) sets a new random password, which the user must change at the next sign-in. The password is
        saved in the store before it is set. Every run sets another one.
      - V(replace_mfa_device) deactivates a lost MFA device, and deletes it if it is virtual, so that the user can
        register another one.
      - V(rotate_access_key) makes the next step of a rotation, and says what it waits for. It creates a second key and
        saves it in the store, deactivates the old key once AWS has seen the new one used, and deletes the old key when
        O(delete_after_days) have passed.
    type: str
    choices: [reset_password, replace_mfa_device, rotate_access_key]
    required: true
  user:
    description:
      - Name of the user, who must exist and must not be suspended.
    type: str
  allow_protected:
    description:
      - Whether the password or the MFA device of a user with the tag C(cloudhsm.iam/protected) may be replaced.
    type: bool
    default: false
  protected_groups:
    description:
      - Groups in which somebody must be able to sign in with MFA. The last member with an MFA device loses it only if
        the member's policies allow to register another one.
    type: list
    elements: str
    default: [Administrators]
  console_access:
    description:
      - Whether V(reset_password) gives a password to a user who has none. Otherwise such a user is refused.
    type: bool
    default: false
  password_length:
    description:
      - Number of characters of a new password. If the account's password policy requires more, the password has that
        many.
    type: int
    default: 32
  mfa_device:
    description:
      - The lost device, by its serial number, which for virtual devices and security keys is an ARN, or by the end of
        the ARN. Required if the user has more than one device, or has registered the only one within the last day.
    type: str
  create_first:
    description:
      - Whether V(rotate_access_key) creates a key for a user who has none. Otherwise such a user is refused.
    type: bool
    default: false
  old_key:
    description:
      - ID of the access key to give up. Required if the user has two keys and none of them was created by this module.
    type: str
  lost_key:
    description:
      - ID of an access key to delete because nobody has its secret. A key that is active and was ever used is refused.
      - The module finds such a key by itself if an interrupted run has left it. The key must have been created within
        two minutes after the note in the store, must not have existed before it, and must never have been used.
    type: str
  min_age_days:
    description:
      - A rotation begins only if the key is at least this many days old. If you leave it out, it begins at once.
    type: int
  deactivate_used:
    description:
      - Whether the old key is deactivated although AWS has seen it used after the new one.
    type: bool
    default: false
  delete_after_days:
    description:
      - After how many days of being inactive the old key is deleted. If you leave it out, it stays.
    type: int
  store:
    description:
      - Where to save the password or the key, as in O(cloudhsm.iam.iam_users#module:credentials_store). Required to
        reset a password and to create a key.
      - V(file) and V(vault_file) are written by Ansible itself, so the task must run on the control node, without
        C(become) and C(environment).
    type: str
    choices: [none, file, vault_file, secretsmanager, ssm_parameter]
    default: none
  store_path:
    description:
      - Path of the file on the control node. The default is C(~/.cloudhsm-iam/credentials.yml) for passwords, which is
        the file of first passwords, and C(~/.cloudhsm-iam/access-keys.yml) for access keys.
      - A relative path starts at the working directory of the command, and C(~) is the home folder.
    type: path
  store_vault_id:
    description:
      - Which of the play's vault IDs encrypts the V(vault_file). By default, Ansible chooses as usual.
    type: str
  store_prefix:
    description:
      - Prefix of the names of secrets or parameters. The account ID, a slash and the user's name follow.
      - The default is C(/cloudhsm-iam/first-passwords/) for passwords and C(/cloudhsm-iam/access-keys/) for access
        keys.
    type: str
  store_kms_key_id:
    description:
      - ID, ARN or alias of the KMS key that encrypts secrets or parameters. The default is the AWS managed key of the
        service.
    type: str
  store_tags:
    description:
      - Tags for secrets or parameters. A tag with the state of the entry is added.
    type: dict
  variables_prefix:
    description:
      - Prefix of a role's variables. Options that you leave out then get the values of these variables, and messages
        name the variables. For example, with V(user_credentials_) they name C(user_credentials_user).
      - The role C(user_credentials) uses it.
    type: str
notes:
  - The permissions that callers need are listed in C(docs/permissions.md) of this collection.
  - V(reset_password) is refused for a user who could not change the password, because no policy allows it or because it
    is denied without MFA and the user has no MFA device.
  - Before a virtual MFA device is removed, the user gets the tag C(cloudhsm.iam/leaving-mfa-device-1). It is removed
    when the device is deleted.
  - During a rotation the user has the tag C(cloudhsm.iam/access-key-rotation), with the IDs of the new key and the old
    one, and since when the old one is inactive.
  - Works without change control. With C(plan_file) and similar variables it is refused.
seealso:
  - module: cloudhsm.iam.iam_users
  - module: cloudhsm.iam.iam_single_user
  - name: Update access keys
    description: The steps of a rotation in the IAM User Guide.
    link: https://docs.aws.amazon.com/IAM/latest/UserGuide/id-credentials-access-keys-update.html
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
      - O(job=reset_password) sets another password each time.
      - O(job=rotate_access_key) makes one step each time, if one is due. After the last step it begins anew.
"""

EXAMPLES = r"""
- name: A new password for eve, saved in AWS Secrets Manager
  cloudhsm.iam.iam_user_credentials:
    job: reset_password
    user: eve
    store: secretsmanager
    region: eu-central-1

- name: Eve has lost one of her MFA devices
  cloudhsm.iam.iam_user_credentials:
    job: replace_mfa_device
    user: eve
    mfa_device: arn:aws:iam::123456789012:mfa/eve-phone

- name: The next step of the rotation of a key, every night
  cloudhsm.iam.iam_user_credentials:
    job: rotate_access_key
    user: svc-backup
    min_age_days: 90
    delete_after_days: 7
    store: secretsmanager
    region: eu-central-1
"""

RETURN = r"""
account:
  description: The account, with C(account_id), C(account_alias), C(partition), C(sign_in_url) and C(caller_arn).
  returned: when the plan was not refused
  type: dict
  sample: {"account_id": "123456789012", "account_alias": null, "partition": "aws"}
user:
  description: Name of the user.
  returned: when the plan was not refused
  type: str
  sample: svc-backup
job:
  description: The job.
  returned: when the plan was not refused
  type: str
  sample: rotate_access_key
stage:
  description:
    - How far the job is after the run. V(reset) for a password. V(deactivated) or V(none) for an MFA device.
    - For an access key V(young), V(created), V(waits_for_use), V(waits_for_disuse), V(deactivated),
      V(waits_for_deletion) or V(finished).
    - V(stopped) if a call failed.
  returned: when the plan was not refused
  type: str
  sample: waits_for_use
next:
  description: What the job waits for, and what comes next, as sentences for people.
  returned: when the plan was not refused
  type: list
  elements: str
  sample: ["Next: put the new key where AKIAIOSFODNN7EXAMPLE is used, and run this again"]
changes:
  description: The calls that were made, or would be made in check mode, in their order and without secrets.
  returned: when the plan was not refused
  type: list
  elements: dict
  sample: [{"user": "svc-backup", "operation": "create_access_key", "access_key_id": "AKIAI44QH8DHBEXAMPLE"}]
created_access_key_id:
  description: ID of the access key that the run created. None in check mode.
  returned: when the plan was not refused
  type: str
  sample: AKIAI44QH8DHBEXAMPLE
credentials:
  description: Where the secret is.
  returned: when a password was set or a key was created, or would be in check mode
  type: dict
  contains:
    store:
      description: The value of O(store).
      returned: always
      type: str
      sample: secretsmanager
    location:
      description: Where the store is, as text for a message.
      returned: always
      type: str
      sample: Secrets Manager under /cloudhsm-iam/access-keys/123456789012/ (eu-central-1)
    users:
      description: The user.
      returned: always
      type: list
      elements: str
      sample: [svc-backup]
objects:
  description: The user, with C(kind), C(name), C(action), and the states C(before) and C(after) the run.
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
      sample: ["~ user eve: new first password to credentials_store"]
lines:
  description: What was done, or would be done in check mode, and what comes next, as lines for people.
  returned: success
  type: list
  elements: str
  sample: ["~ user eve: new first password to /home/me/.cloudhsm-iam/credentials.yml"]
not_done:
  description: The calls that were not made.
  returned: when a call failed
  type: list
  elements: dict
  sample: [{"user": "eve", "operation": "deactivate_mfa_device", "mfa_device": "GAHT12345678"}]
problems:
  description: Everything that is wrong, one sentence each.
  returned: when something is refused
  type: list
  elements: str
  sample: ["user: the account 123456789012 has no user ewe; did you mean eve?"]
"""

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.module import run_module
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Module
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.run import run

ARGUMENT_SPEC: dict[str, t.Any] = {
    "job": {"type": "str", "choices": ["reset_password", "replace_mfa_device", "rotate_access_key"], "required": True},
    "user": {"type": "str"},
    "allow_protected": {"type": "bool", "default": False},
    "protected_groups": {"type": "list", "elements": "str", "default": ["Administrators"]},
    "console_access": {"type": "bool", "default": False},
    "password_length": {"type": "int", "default": 32, "no_log": False},
    "mfa_device": {"type": "str"},
    "create_first": {"type": "bool", "default": False},
    "old_key": {"type": "str", "no_log": False},
    "lost_key": {"type": "str", "no_log": False},
    "min_age_days": {"type": "int"},
    "deactivate_used": {"type": "bool", "default": False},
    "delete_after_days": {"type": "int"},
    "store": {
        "type": "str",
        "choices": ["none", "file", "vault_file", "secretsmanager", "ssm_parameter"],
        "default": "none",
    },
    "store_path": {"type": "path"},
    "store_vault_id": {"type": "str"},
    "store_prefix": {"type": "str"},
    "store_kms_key_id": {"type": "str", "no_log": False},
    "store_tags": {"type": "dict"},
    "variables_prefix": {"type": "str"},
}
MODULE = Module("cloudhsm.iam.iam_user_credentials", ARGUMENT_SPEC, run)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: identity_center_sign_ins_info
short_description: Look up who has signed in through IAM Identity Center
version_added: 1.1.0
description:
  - Tells of each user of the identity store when the user signed in through IAM Identity Center for the last time.
  - The identity store keeps no sign-ins. The module reads CloudTrail's event history, which is there without a trail,
    and has the last 90 days of one account and region.
  - A sign-in is an event C(UserAuthentication). AWS records it when somebody has met every challenge, whatever the
    identity source. Its ID of the user counts, and not the name.
  - CloudTrail takes two calls a second. With many people in the organization the module may need minutes for somebody
    who has not signed in.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  users:
    description:
      - Names of the users in the identity store.
    type: list
    elements: str
    required: true
  instance_arn:
    description:
      - ARN of the instance of IAM Identity Center. Left out, that of the organization.
    type: str
  workers:
    description:
      - How many calls the module makes side by side, from 1 to 16.
    type: int
    default: 8
notes:
  - Works in the organization's management account, because AWS records the sign-ins there, and in the region in which
    IAM Identity Center is enabled. Credentials of another account are refused, also those of a delegated administrator,
    because its event history has no sign-ins.
seealso:
  - module: cloudhsm.iam.identity_center_users
  - name: IAM Identity Center sign-in events
    description: Which events there are, and what they mean.
    link: https://docs.aws.amazon.com/singlesignon/latest/userguide/understanding-sign-in-events.html
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._attributes
  - cloudhsm.iam._expected_account
  - cloudhsm.iam._attributes.actiongroup_aws
  - cloudhsm.iam._attributes.info_module
"""

EXAMPLES = r"""
- name: Has she signed in?
  cloudhsm.iam.identity_center_sign_ins_info:
    region: eu-central-1
    users: [alice@example.com]
"""

RETURN = r"""
instance_arn:
  description: ARN of the instance of IAM Identity Center.
  returned: success
  type: str
  sample: arn:aws:sso:::instance/ssoins-1234567890abcdef
identity_store_id:
  description: ID of the identity store.
  returned: success
  type: str
  sample: d-1234567890
days:
  description: How many days the event history has.
  returned: success
  type: int
  sample: 90
users:
  description: The users in the order in which they were listed.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the user.
      returned: always
      type: str
      sample: alice@example.com
    id:
      description: ID of the user. None if the identity store has no such user.
      returned: always
      type: str
      sample: 1234567890-11111111-2222-3333-4444-555555555555
    signed_in:
      description: Whether the event history has a sign-in of the user.
      returned: always
      type: bool
      sample: true
    last_sign_in:
      description: When the user signed in for the last time. None if the event history has no sign-in.
      returned: always
      type: str
      sample: "2026-11-27T12:00:00Z"
"""

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.module import run_module
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Module
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users.sign_ins import run

ARGUMENT_SPEC: dict[str, t.Any] = {
    "users": {"type": "list", "elements": "str", "required": True},
    "instance_arn": {"type": "str"},
    "workers": {"type": "int", "default": 8},
}
MODULE = Module("cloudhsm.iam.identity_center_sign_ins_info", ARGUMENT_SPEC, run)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()

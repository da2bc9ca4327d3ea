#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: sts_session
short_description: Get temporary credentials of a role
version_added: 1.0.0
description:
  - Assumes a role and returns its temporary credentials, also in check mode.
  - P(amazon.aws.sts_assume_role#module) can't set session tags, and does nothing in check mode.
  - Use it with C(no_log), because the result contains the credentials. The role C(cloudhsm.iam.account_session) does
    this, and renews the credentials.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  role_arn:
    description: ARN of the role.
    type: str
    required: true
  session_name:
    description: Name of the session, as CloudTrail shows it.
    type: str
    default: cloudhsm.iam
  duration:
    description: How long the credentials are valid, in seconds. The role's own limit also applies.
    type: int
    default: 3600
  external_id:
    description: The external ID that the role's trust policy requires as C(sts:ExternalId).
    type: str
  tags:
    description: Tags of the session.
    type: dict
    default: {}
notes:
  - Here O(expected_account_ids) is the account whose credentials assume the role, not the role's account. If you leave
    it out, any account is accepted.
  - Needs the permission C(sts:AssumeRole) for the role, and with O(tags) C(sts:TagSession) as well. The role's trust
    policy must allow both.
  - Refuses C(async), because Ansible keeps the results of such tasks in files, and the result is a set of credentials.
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
- name: Become an administrator of another account
  cloudhsm.iam.sts_session:
    role_arn: arn:aws:iam::123456789012:role/OrganizationAccountAccessRole
    tags:
      change: CHG0042
  register: session
  no_log: true

- name: Look up that account
  cloudhsm.iam.iam_account_info:
    access_key: "{{ session.credentials.access_key }}"
    secret_key: "{{ session.credentials.secret_key }}"
    session_token: "{{ session.credentials.session_token }}"
"""

RETURN = r"""
credentials:
  description: The temporary credentials.
  returned: success
  type: dict
  contains:
    access_key:
      description: The access key's ID.
      returned: always
      type: str
      sample: ASIAIOSFODNN7EXAMPLE
    secret_key:
      description: The secret key.
      returned: always
      type: str
    session_token:
      description: The session's token.
      returned: always
      type: str
expires:
  description: When the credentials expire, in seconds since 1970.
  returned: success
  type: int
  sample: 1795539600
"""

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.module import run_module
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.session import run
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Module

ARGUMENT_SPEC: dict[str, t.Any] = {
    "role_arn": {"type": "str", "required": True},
    "session_name": {"type": "str", "default": "cloudhsm.iam"},
    "duration": {"type": "int", "default": 3600},
    "external_id": {"type": "str"},
    "tags": {"type": "dict", "default": {}},
}
MODULE = Module("cloudhsm.iam.sts_session", ARGUMENT_SPEC, run)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()

#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: sts_account_session
short_description: Get the credentials of the account that a host stands for
version_added: 1.1.0
description:
  - Assumes the role in C(account_session_role_arn), and renews the session when it is about to end. Without a role it
    checks that the credentials are those of the host's C(account_id), where the host has one.
  - The role C(account_session) consists of it, and keeps the credentials for the tasks after it.
  - This is an action. It reads the variables of the role C(account_session) from the play, and runs
    M(cloudhsm.iam.sts_session).
author:
  - cloudhsm.iam contributors (@cloudhsm)
options: {}
notes:
  - Connects to AWS by C(account_session_source) alone, and belongs to no action group, because the play's
    C(module_defaults) are the credentials of a session that was begun before.
  - Use it with C(no_log), for the result holds the credentials.
  - Refuses C(async), because Ansible keeps the results of such tasks in files.
seealso:
  - module: cloudhsm.iam.sts_session
extends_documentation_fragment:
  - cloudhsm.iam._attributes
  - cloudhsm.iam._attributes.info_module
"""

EXAMPLES = r"""
- name: Get the credentials of another account
  cloudhsm.iam.sts_account_session:
  vars:
    account_session_role_arn: arn:aws:iam::123456789012:role/OrganizationAccountAccessRole
  register: begun
  no_log: true

- name: Look up that account
  cloudhsm.iam.iam_account_info:
  module_defaults:
    group/cloudhsm.iam.aws: "{{ begun.module_defaults }}"
"""

RETURN = r"""
session:
  description: The session that counts from now on; empty where there is none.
  returned: when it is another than before
  type: dict
  contains:
    role_arn:
      description: ARN of the role.
      returned: when a role was assumed
      type: str
      sample: arn:aws:iam::123456789012:role/OrganizationAccountAccessRole
    expires:
      description: When the session ends, in seconds since 1970.
      returned: when a role was assumed
      type: int
      sample: 1795539600
module_defaults:
  description: The options by which modules connect with these credentials.
  returned: when it is another than before
  type: dict
"""

#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: guarded_module
short_description: Run a module of amazon.aws in the expected account only
version_added: 1.1.0
description:
  - Checks which account the task's credentials belong to. In an expected account, it runs a module of C(amazon.aws) or
    C(community.aws) with the same credentials. In any other account it fails.
  - C(amazon.aws) itself has no such check, and takes its defaults from another action group. A check in a separate task
    can have different credentials from the module.
  - This is an action. It returns what the module returns.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  name:
    description:
      - The module's full name, such as C(amazon.aws.iam_role). If it has an action plugin, that does not run. For
        C(amazon.aws.s3_object), this means that C(src) is a file on the target, and not on the control node.
    type: str
    required: true
  options:
    description:
      - The module's options, without those that set the connection to AWS. Set those as options of this task, or in
        C(module_defaults) for the group C(cloudhsm.iam.aws).
    type: dict
    default: {}
attributes:
  check_mode:
    support: partial
    details:
      - The same as the module that is run.
  diff_mode:
    support: partial
    details:
      - The same as the module that is run.
  idempotent:
    support: partial
    details:
      - The same as the module that is run.
notes:
  - Needs the permissions that the module needs. C(sts:GetCallerIdentity) needs none.
seealso:
  - module: amazon.aws.iam_role
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._attributes
  - cloudhsm.iam._expected_account
  - cloudhsm.iam._attributes.actiongroup_aws
"""

EXAMPLES = r"""
- name: Create a role in one account and no other
  cloudhsm.iam.guarded_module:
    name: amazon.aws.iam_role
    options:
      name: Auditors
      assume_role_policy_document: "{{ trust_policy | to_json }}"
      managed_policies: ["arn:aws:iam::aws:policy/SecurityAudit"]
      create_instance_profile: false
    expected_account_ids: ["123456789012"]
"""

RETURN = r"""
problems:
  description: Errors in the options, one sentence each. The module was not run.
  returned: when options are wrong
  type: list
  elements: str
  sample: ["name: 'iam_role' is not the full name of a module of amazon.aws or community.aws"]
"""

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.check_account import run
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.module import run_module
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Module

ARGUMENT_SPEC: dict[str, t.Any] = {
    "name": {"type": "str", "required": True},
    "options": {"type": "dict", "default": {}},
}
MODULE = Module("cloudhsm.iam.guarded_module", ARGUMENT_SPEC, run)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()

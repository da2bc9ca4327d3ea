#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_service_linked_role_info
short_description: List AWS service-linked roles
version_added: 0.1.0
description:
  - Lists the service-linked roles of one service, or of all services.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  service_name:
    description:
      - The service whose roles to list, such as C(cloudhsm.amazonaws.com). A service that allows custom suffixes can
        have several roles.
      - If you leave it out, the roles of all services are listed.
    type: str
notes:
  - Needs the permission C(iam:ListRoles).
seealso:
  - module: cloudhsm.iam.iam_service_linked_role
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
- name: Look up CloudHSM's role
  cloudhsm.iam.iam_service_linked_role_info:
    service_name: cloudhsm.amazonaws.com
  register: cloudhsm_roles

- name: List all service-linked roles of the account
  cloudhsm.iam.iam_service_linked_role_info:
  register: all_roles
"""

RETURN = r"""
service_linked_roles:
  description: The roles. The list is empty if there are none.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the role.
      returned: always
      type: str
      sample: AWSServiceRoleForCloudHSM
    arn:
      description: ARN of the role.
      returned: always
      type: str
      sample: arn:aws:iam::123456789012:role/aws-service-role/cloudhsm.amazonaws.com/AWSServiceRoleForCloudHSM
    path:
      description: Path of the role.
      returned: always
      type: str
      sample: /aws-service-role/cloudhsm.amazonaws.com/
    role_id:
      description: Unique ID of the role.
      returned: always
      type: str
      sample: AROACKCEVSQ6C2EXAMPLE
    description:
      description: Description of the role, empty if it has none.
      returned: always
      type: str
      sample: Created by cloudhsm.iam
    service_name:
      description: The service that the role is for.
      returned: always
      type: str
      sample: cloudhsm.amazonaws.com
    custom_suffix:
      description: The suffix in the role's name.
      returned: when it has one
      type: str
      sample: payments
    create_date:
      description: When the role was created, in ISO 8601.
      returned: always
      type: str
      sample: "2026-11-24T10:00:00+00:00"
problems:
  description: All errors in the options, one sentence each. No call was made.
  returned: when options are wrong
  type: list
  elements: str
  sample: ["service_name: 'CloudHSM' is not the name of a service, as in cloudhsm.amazonaws.com"]
"""

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.module import run_module
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Module
from ansible_collections.cloudhsm.iam.plugins.module_utils._service_linked_role.run import (
    list_service_linked_roles as run,
)

ARGUMENT_SPEC: dict[str, t.Any] = {"service_name": {"type": "str"}}
MODULE = Module("cloudhsm.iam.iam_service_linked_role_info", ARGUMENT_SPEC, run)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()

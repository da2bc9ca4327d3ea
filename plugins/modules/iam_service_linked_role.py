#!/usr/bin/python
# -*- coding: utf-8 -*-

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: iam_service_linked_role
short_description: Manage an AWS service-linked role
version_added: 0.1.0
description:
  - Creates a service-linked role, uses an existing one, changes its description, or deletes it.
  - The module finds the role by its path, C(/aws-service-role/SERVICE/), not by its name, which AWS chooses.
  - The service defines the trust policy and permissions of its service-linked role. They can't be changed.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  service_name:
    description:
      - The service that the role is for, as its service principal, such as C(cloudhsm.amazonaws.com).
    type: str
    required: true
  custom_suffix:
    description:
      - Suffix of the role's name, after an underscore, for services that allow several roles in an account. CloudHSM
        does not. It has up to 64 characters of C(A-Z), C(a-z), C(0-9) and C(_+=,.@-).
      - The default is the role without a suffix.
      - The suffix is everything after the first underscore of a role's name. The module knows the few roles whose own
        name has an underscore, such as all roles of Application Auto Scaling, and finds no suffix there.
    type: str
  description:
    description:
      - Description of the role, up to 1000 printable characters of Latin-1.
      - If you leave it out, an existing role keeps its description, and a new role gets V(Created by cloudhsm.iam).
    type: str
  state:
    description:
      - Whether the role exists.
      - AWS deletes it only when the service no longer uses it. CloudHSM's role can be deleted once the account has no
        cluster left in any region.
      - Deleting a role that does not exist succeeds. The module warns if the service has roles with other suffixes.
    type: str
    choices: [present, absent]
    default: present
  wait:
    description:
      - Whether to wait until a new role can be read, and until a deletion has finished. If false, the module does not
        notice if AWS refuses the deletion.
    type: bool
    default: true
  wait_timeout:
    description:
      - Maximum time to wait, in seconds, at least 1.
    type: int
    default: 300
  variables_prefix:
    description:
      - Prefix of a role's variables. Options that you leave out then get the values of these variables, and messages
        name the variables. For example, with V(service_linked_role_) they name C(service_linked_role_custom_suffix).
      - The role C(service_linked_role) uses it.
    type: str
    default: ""
notes:
  - Needs the permission C(iam:ListRoles) and, depending on the change, C(iam:CreateServiceLinkedRole),
    C(iam:UpdateRole), or C(iam:DeleteServiceLinkedRole) and C(iam:GetServiceLinkedRoleDeletionStatus).
  - Several runs at the same time are safe. If two runs create the same role, one reports that it created the role and
    the other uses it.
seealso:
  - module: cloudhsm.iam.iam_service_linked_role_info
  - name: Using service-linked roles for AWS CloudHSM
    description: What CloudHSM's service-linked role is for.
    link: https://docs.aws.amazon.com/cloudhsm/latest/userguide/service-linked-roles.html
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
- name: Create CloudHSM's service-linked role
  cloudhsm.iam.iam_service_linked_role:
    service_name: cloudhsm.amazonaws.com

- name: Create it with your own description
  cloudhsm.iam.iam_service_linked_role:
    service_name: cloudhsm.amazonaws.com
    description: Lets CloudHSM write its audit logs

- name: Create a second role for a service that allows several
  cloudhsm.iam.iam_service_linked_role:
    service_name: autoscaling.amazonaws.com
    custom_suffix: payments

- name: Delete CloudHSM's role after the last cluster
  cloudhsm.iam.iam_service_linked_role:
    service_name: cloudhsm.amazonaws.com
    state: absent
    wait_timeout: 600
  register: deleted
  failed_when: false

- name: Show what still uses the role
  ansible.builtin.debug:
    msg: "{{ item.region }}: {{ item.resources | join(', ') }}"
  loop: "{{ (deleted.deletion | default({})).role_usage | default([]) }}"
"""

RETURN = r"""
service_linked_role:
  description:
    - The role, or none if it is absent.
    - In check mode, values that AWS has yet to choose are left out.
  returned: success
  type: dict
  contains:
    name:
      description: Name of the role.
      returned: when the role exists
      type: str
      sample: AWSServiceRoleForCloudHSM
    arn:
      description: ARN of the role.
      returned: when the role exists
      type: str
      sample: arn:aws:iam::123456789012:role/aws-service-role/cloudhsm.amazonaws.com/AWSServiceRoleForCloudHSM
    path:
      description: Path of the role.
      returned: always
      type: str
      sample: /aws-service-role/cloudhsm.amazonaws.com/
    role_id:
      description: Unique ID of the role.
      returned: when the role exists
      type: str
      sample: AROACKCEVSQ6C2EXAMPLE
    description:
      description: Description of the role.
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
      returned: when the role exists
      type: str
      sample: "2026-11-24T10:00:00+00:00"
lines:
  description: What was done, or would be done in check mode, as sentences for people.
  returned: success
  type: list
  elements: str
  sample: [Created the service-linked role AWSServiceRoleForCloudHSM]
deletion:
  description: The deletion that AWS was asked for. Returned also if it failed or did not finish in time.
  returned: when a deletion was submitted
  type: dict
  contains:
    task_id:
      description: ID of the deletion task.
      returned: always
      type: str
      sample: task/aws-service-role/cloudhsm.amazonaws.com/AWSServiceRoleForCloudHSM/ec720f7a-c0ba-4838-be33-f72e1873dd
    status:
      description:
        - V(SUCCEEDED) or V(FAILED), or, if the time ran out, V(NOT_STARTED) or V(IN_PROGRESS).
        - V(SUBMITTED) if its status was not read, as with O(wait=false).
      returned: always
      type: str
      sample: SUCCEEDED
    reason:
      description: AWS's reason for a failure, otherwise empty.
      returned: always
      type: str
      sample: ""
    role_usage:
      description: What still uses the role, if AWS returns it.
      returned: always
      type: list
      elements: dict
      contains:
        region:
          description: The region.
          returned: always
          type: str
          sample: us-east-1
        resources:
          description: ARNs or names of the resources in this region that use the role.
          returned: always
          type: list
          elements: str
          sample: ["arn:aws:cloudhsm:us-east-1:123456789012:cluster/cluster-igklspoyj5v"]
problems:
  description: All errors in the options, one sentence each. No call was made.
  returned: when options are wrong
  type: list
  elements: str
  sample: ["wait_timeout: must be at least 1 second, not 0"]
"""

from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements  # noqa: F401  # pylint: disable=unused-import

# isort: split
import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.module import run_module
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Module
from ansible_collections.cloudhsm.iam.plugins.module_utils._service_linked_role.run import ensure_role as run

ARGUMENT_SPEC: dict[str, t.Any] = {
    "service_name": {"type": "str", "required": True},
    "custom_suffix": {"type": "str"},
    "description": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 300},
    "variables_prefix": {"type": "str", "default": ""},
}
MODULE = Module("cloudhsm.iam.iam_service_linked_role", ARGUMENT_SPEC, run)


def main() -> None:
    run_module(MODULE)


if __name__ == "__main__":
    main()

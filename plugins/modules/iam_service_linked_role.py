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
  - Makes a service-linked role, takes over one that is there, changes its description, or deletes it.
  - The role is found by its path, C(/aws-service-role/SERVICE/), and not by its name, which AWS chooses.
  - Trust and permissions of a service-linked role belong to the service and can't be changed.
author:
  - cloudhsm.iam contributors (@cloudhsm)
options:
  service_name:
    description:
      - The service that the role is for, as in C(cloudhsm.amazonaws.com).
    type: str
    required: true
  custom_suffix:
    description:
      - Suffix of the role's name, after an underscore, for services that allow several roles in an account.
      - Left out, the role without a suffix is meant.
    type: str
  description:
    description:
      - Description of the role, up to 1000 characters.
      - Left out, a role that is there keeps its own, and a new one gets V(Created by cloudhsm.iam).
    type: str
  state:
    description:
      - Whether the role is there.
      - AWS deletes it only when nothing of the service uses it any more. CloudHSM's goes with the last cluster.
    type: str
    choices: [present, absent]
    default: present
  wait:
    description:
      - Whether to wait until a new role can be read, and until a deletion has ended. Without it a deletion that AWS
        refuses is not noticed.
    type: bool
    default: true
  wait_timeout:
    description:
      - How long to wait, in seconds.
    type: int
    default: 300
notes:
  - Needs the permissions C(iam:ListRoles), and C(iam:CreateServiceLinkedRole), C(iam:UpdateRole) or
    C(iam:DeleteServiceLinkedRole) and C(iam:GetServiceLinkedRoleDeletionStatus) for what it changes.
extends_documentation_fragment:
  - amazon.aws.common.modules
  - amazon.aws.region.modules
  - amazon.aws.boto3
  - cloudhsm.iam._attributes
  - cloudhsm.iam._attributes.actiongroup_aws
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: CloudHSM's service-linked role
  cloudhsm.iam.iam_service_linked_role:
    service_name: cloudhsm.amazonaws.com

- name: The same with a description of one's own
  cloudhsm.iam.iam_service_linked_role:
    service_name: cloudhsm.amazonaws.com
    description: Lets CloudHSM write its audit logs

- name: Delete it, once the last cluster has gone
  cloudhsm.iam.iam_service_linked_role:
    service_name: cloudhsm.amazonaws.com
    state: absent
    wait_timeout: 600
"""

RETURN = r"""
service_linked_role:
  description:
    - The role, or none when there is none. In check mode what AWS has yet to choose is left out.
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
    role_id:
      description: Unique id of the role.
      returned: when the role exists
      type: str
      sample: AROACKCEVSQ6C2EXAMPLE
    create_date:
      description: When the role was made, in ISO 8601.
      returned: when the role exists
      type: str
      sample: "2026-11-24T10:00:00+00:00"
    path:
      description: Path of the role.
      returned: always
      type: str
      sample: /aws-service-role/cloudhsm.amazonaws.com/
    service_name:
      description: The service that the role is for.
      returned: always
      type: str
      sample: cloudhsm.amazonaws.com
    description:
      description: Description of the role.
      returned: always
      type: str
      sample: Created by cloudhsm.iam
deletion:
  description: The deletion that was asked of AWS.
  returned: when a deletion was submitted
  type: dict
  contains:
    task_id:
      description: Id of the deletion task.
      returned: always
      type: str
      sample: task/aws-service-role/cloudhsm.amazonaws.com/AWSServiceRoleForCloudHSM/ec720f7a-c0ba-4838-be33-f72e1873dd52
    status:
      description:
        - How it ended, V(SUCCEEDED) or V(FAILED); V(SUBMITTED) when it was not waited for; V(IN_PROGRESS) or
          V(NOT_STARTED) when time ran out.
      returned: always
      type: str
      sample: SUCCEEDED
    reason:
      description: AWS's reason for a failure.
      returned: always
      type: str
      sample: ""
    role_usage:
      description: Where the role is still used, by region.
      returned: always
      type: list
      elements: dict
      sample: []
problems:
  description: What is wrong with the options, one sentence each. Nothing was written.
  returned: when options are wrong
  type: list
  elements: str
  sample: ["wait_timeout: must be at least 1 second, not 0"]
"""

import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._errors import AWS_ERRORS
from ansible_collections.cloudhsm.iam.plugins.module_utils._module import CloudHsmIamModule
from ansible_collections.cloudhsm.iam.plugins.module_utils._service_linked_role import (
    DesiredRole,
    Patience,
    Plan,
    Role,
    RoleError,
    ensure_absent,
    ensure_present,
    find_role,
    input_problems,
    plan_role,
)

ARGUMENT_SPEC: dict[str, t.Any] = {
    "service_name": {"type": "str", "required": True},
    "custom_suffix": {"type": "str"},
    "description": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "wait": {"type": "bool", "default": True},
    "wait_timeout": {"type": "int", "default": 300},
}


def run(module: CloudHsmIamModule, desired: DesiredRole) -> dict[str, t.Any]:
    """Plan, stop there in check mode, else carry out. Returns the module's result."""
    iam = module.iam_client()
    plan = plan_role(desired, find_role(iam, desired))
    if module.check_mode or plan.action == "nothing":
        return _result(module, plan, plan.action != "nothing", plan.after)
    patience = Patience(module.params["wait_timeout"]) if module.params["wait"] else None
    if plan.action == "delete":
        assert plan.before is not None
        deletion = ensure_absent(iam, desired, plan.before, patience)
        result = _result(module, plan, deletion is not None, None)
        return {**result, "deletion": deletion.describe()} if deletion else result
    changed, role = ensure_present(iam, desired, plan, patience)
    return _result(module, plan, changed, role)


def _result(module: CloudHsmIamModule, plan: Plan, changed: bool, role: Role | None) -> dict[str, t.Any]:
    result: dict[str, t.Any] = {"changed": changed, "service_linked_role": role.describe() if role else None}
    if module._diff:
        before = plan.before.describe() if plan.before else {}
        after = plan.after.describe() if plan.after else {}
        result["diff"] = {"before": before, "after": after if changed else before}
    return result


def main() -> None:
    module = CloudHsmIamModule(argument_spec=ARGUMENT_SPEC, supports_check_mode=True)
    params = module.params
    desired = DesiredRole(
        service_name=params["service_name"],
        present=params["state"] == "present",
        custom_suffix=params["custom_suffix"],
        description=params["description"],
    )
    problems = input_problems(desired, params["wait_timeout"])
    if problems:
        module.fail_json(msg=f"Nothing was changed. {'; '.join(problems)}", problems=problems)
    try:
        result = run(module, desired)
    except RoleError as exc:
        module.fail_json(msg=str(exc), **({"deletion": exc.deletion.describe()} if exc.deletion else {}))
    except AWS_ERRORS as exc:
        verb = "make" if desired.present else "delete"
        module.fail_cleanly(exc, f"{verb} the service-linked role of {desired.service_name}")
    module.exit_json(**result)


if __name__ == "__main__":
    main()

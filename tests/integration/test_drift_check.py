# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook drift_check changes nothing, whether or not it is run in check mode, and names all that has drifted."""

from __future__ import annotations

import json
import typing as t

from control_node import ControlNode, Run
from fault_proxy import FaultProxy
from permission_cases import just_bootstrapped

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

ACCOUNT = "123456789012"
PATH = "/aws-service-role/cloudhsm.amazonaws.com/"


def check(node: ControlNode, *users: dict[str, t.Any]) -> Run:
    # As extra vars, which take the place of what playbooks and roles say.
    return node.playbook("cloudhsm.iam.drift_check", "-e", json.dumps({"user_provisioning_users": users}))


def test_it_only_looks_and_names_all_that_has_drifted(node: ControlNode, aws: FaultProxy, iam: IAMClient) -> None:
    just_bootstrapped(iam, ACCOUNT)
    iam.create_user(UserName="ann")
    aws.clear()
    same = check(node, {"name": "ann"})
    assert same.status == 0, same.output
    assert f"Account {ACCOUNT} is as it was made; nothing was changed" in same.output
    assert same.changed_tasks == []

    (role,) = iam.list_roles(PathPrefix=PATH)["Roles"]
    iam.delete_service_linked_role(RoleName=role["RoleName"])
    iam.remove_user_from_group(GroupName="Administrators", UserName="Administrator")
    iam.detach_group_policy(
        GroupName="CloudHSMAdministrators", PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/CloudHSMAdministrators"
    )
    aws.clear()
    drifted = check(node, {"name": "ann", "groups": ["CloudHSMAdministrators"]}, {"name": "zoe"})
    assert drifted.status != 0
    assert drifted.failure == (
        f"Account {ACCOUNT} has drifted: group or policy CloudHSMAdministrators; users missing: zoe; "
        "users changed: Administrator, ann; service-linked role of cloudhsm.amazonaws.com. Nothing was changed"
    )
    assert aws.writes == []
    for line in ("would be created: zoe", "would be updated: ann", "Users, as they would be: ", "would change"):
        assert line in drifted.output
    assert "Group CloudHSMAdministrators: CloudHSM admin policy, changed" not in drifted.output

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook drift_check changes nothing, whether or not it is run in check mode, and names all that has drifted."""

from __future__ import annotations

import json
import typing as t

from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import ControlNode, Run
from helpers.processes.permission_cases import just_bootstrapped

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

ACCOUNT = "123456789012"
PATH = "/aws-service-role/cloudhsm.amazonaws.com/"
POLICY = f"arn:aws:iam::{ACCOUNT}:policy/CloudHSMAdministrators"
ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})


def check(node: ControlNode, *users: dict[str, t.Any]) -> Run:
    # As extra vars, which take the place of what playbooks and roles say.
    return node.playbook("cloudhsm.iam.drift_check", "-e", json.dumps({"user_provisioning_users": users}))


def test_it_only_looks_and_names_all_that_has_drifted(node: ControlNode, aws: FaultProxy, iam: IAMClient) -> None:
    just_bootstrapped(iam, ACCOUNT)
    iam.create_user(UserName="ann")
    aws.clear()
    same = check(node, {"name": "ann"})
    assert same.status == 0, same.output
    assert f"Account {ACCOUNT} matches your variables. This check changed nothing" in same.output
    assert same.changed_tasks == []

    (role,) = iam.list_roles(PathPrefix=PATH)["Roles"]
    iam.delete_service_linked_role(RoleName=role["RoleName"])
    iam.remove_user_from_group(GroupName="Administrators", UserName="Administrator")
    iam.detach_group_policy(GroupName="CloudHSMAdministrators", PolicyArn=POLICY)
    aws.clear()
    drifted = check(node, {"name": "ann", "groups": ["CloudHSMAdministrators"]}, {"name": "zoe"})
    assert drifted.status != 0
    assert drifted.failure == (
        f"Drift in account {ACCOUNT}: the group CloudHSMAdministrators lacks the policy {POLICY}; "
        "Administrator is not in Administrators; "
        "the service-linked role of cloudhsm.amazonaws.com does not exist; "
        "ann is not in CloudHSMAdministrators; the user zoe does not exist. This check changed nothing"
    )
    assert aws.writes == []


def test_more_rights_than_were_asked_for_are_drift_unless_told_otherwise(
    node: ControlNode, aws: FaultProxy, iam: IAMClient
) -> None:
    just_bootstrapped(iam, ACCOUNT)
    iam.create_user(UserName="mallory")
    iam.add_user_to_group(GroupName="Administrators", UserName="mallory")
    administrator_access = "arn:aws:iam::aws:policy/AdministratorAccess"
    iam.attach_group_policy(GroupName="CloudHSMAdministrators", PolicyArn=administrator_access)
    iam.attach_user_policy(UserName="Administrator", PolicyArn="arn:aws:iam::aws:policy/IAMFullAccess")
    iam.put_user_policy(UserName="Administrator", PolicyName="more", PolicyDocument=ALLOW)
    aws.clear()
    strict = check(node)
    assert strict.failure == (
        f"Drift in account {ACCOUNT}: mallory is in Administrators too; "
        f"the group CloudHSMAdministrators also has {administrator_access}; "
        "Administrator also has arn:aws:iam::aws:policy/IAMFullAccess, more. This check changed nothing"
    )
    lenient = node.playbook("cloudhsm.iam.drift_check", "-e", "drift_check_additions=warn")
    assert lenient.status == 0, lenient.output
    assert "mallory is in Administrators too" in lenient.output
    silent = node.playbook("cloudhsm.iam.drift_check", "-e", "drift_check_additions=ignore")
    assert silent.status == 0, silent.output
    assert "mallory" not in silent.output
    assert aws.writes == []


def test_a_failure_does_not_read_like_drift(node: ControlNode, aws: FaultProxy, iam: IAMClient) -> None:
    run = node.playbook("cloudhsm.iam.drift_check", "-e", "bootstrap_cloudhsm_group_access=all")
    assert run.status != 0
    assert not run.failure.startswith("Drift")
    assert "bootstrap_cloudhsm_group_access" in run.failure

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A management account guards CloudHSM in the accounts of its organization."""

from __future__ import annotations

import json
import typing as t

from helpers.accounts.organization import MANAGEMENT, ROLE, Member, make_organization, member_iam
from helpers.moto.clients import client_in
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import ControlNode

PLAYBOOK = "cloudhsm.iam.cloudhsm_guardrails"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
VARIABLES: dict[str, t.Any] = {
    "cloudhsm_guardrails_targets": ["/"],
    "cloudhsm_guardrails_canary_ou": "/Sandbox",
    "cloudhsm_guardrails_canary_wait": 1,
    "cloudhsm_guardrails_regions": ["eu-central-1"],
    "cloudhsm_guardrails_break_glass_roles": ["arn:aws:iam::*:role/BreakGlass"],
    "cloudhsm_guardrails_impact_role_name": ROLE,
    "cloudhsm_guardrails_enable_policy_type": True,
}


def test_one_playbook_guards_as_it_predicts_and_only_once(node: ControlNode, aws: FaultProxy, moto: str) -> None:
    ids = make_organization(moto, [Member("shop", "/Workloads"), Member("box", "/Sandbox")])
    iam = member_iam(moto, ids["shop"])
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    for name in ("Admin", "BreakGlass"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
        iam.attach_role_policy(RoleName=name, PolicyArn=ADMIN)
    iam.create_user(UserName="reader")
    given = ("-e", json.dumps(VARIABLES))
    predicted = node.playbook(PLAYBOOK, *given, "--check", "--diff")
    assert predicted.status == 0, predicted.output
    assert aws.writes == []
    made = node.playbook(PLAYBOOK, *given)
    assert made.status == 0, made.output
    for run in (predicted, made):
        assert f"In shop ({ids['shop']}) 1 of 4 users and roles loses rights" in run.output
        assert "  role Admin: cloudhsm:CopyBackupToRegion, " in run.output
        assert "  exempt: role BreakGlass" in run.output
        # What is read in an account is that account's own. moto makes the role that is assumed, without a policy.
        assert f"In box ({ids['box']}) 0 of 1 users and roles lose rights" in run.output
        assert f"contains the management account {MANAGEMENT}: service control policies don't hold there" in run.output
    organizations: t.Any = client_in(moto, "organizations")
    units = {call.params.get("TargetId") for call in aws.calls if call.action == "AttachPolicy"}
    assert len(units) == 2
    assert [call.action for call in aws.writes] == ["EnablePolicyType", "CreatePolicy", "AttachPolicy", "AttachPolicy"]

    again = node.playbook(PLAYBOOK, *given)
    assert again.status == 0, again.output
    assert "Done: 0 created, 0 changed, 0 deleted, 2 unchanged" in again.output
    assert len(aws.writes) == 4

    gone = node.playbook(PLAYBOOK, *given, "-e", "cloudhsm_guardrails_state=absent")
    assert gone.status == 0, gone.output
    left = organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
    assert [policy["Name"] for policy in left] == ["FullAWSAccess"]

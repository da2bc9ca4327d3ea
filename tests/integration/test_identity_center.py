# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A management account gives access to the accounts of its organization through IAM Identity Center."""

from __future__ import annotations

import json
import typing as t

from helpers.accounts.identity_center import IdentityCenter
from helpers.accounts.organization import MANAGEMENT, Member, make_organization
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import ControlNode

MEMBERS = [
    Member("shop live", "/Workloads/Production", {"stage": "live"}),
    Member("shop test", "/Workloads"),
    Member("billing", "/Workloads/Production"),
    Member("sandbox", "/Sandbox"),
    Member("logs"),
]
PLAYBOOK = "cloudhsm.iam.identity_center_access"
VARIABLES: dict[str, t.Any] = {
    "identity_center_access_permission_sets": [
        {"name": "Administrators", "access": "administrator", "session_duration": 7200},
        {"name": "CloudHSM", "access": "power_user", "boundary": "/hsm/Boundary", "tags": {"team": "hsm"}},
        {"name": "Auditors", "managed_policies": ["SecurityAudit"]},
    ],
    "identity_center_access_groups": [{"name": "Auditors", "members": ["bob"]}],
    "identity_center_access_assignments": [
        {"permission_set": "Administrators", "groups": ["Admins"], "all_accounts": True},
        {"permission_set": "CloudHSM", "users": ["bob"], "organizational_units": ["/Workloads"]},
        {"permission_set": "CloudHSM", "users": ["ann"], "account_tags": {"stage": "live"}},
    ],
}


def test_one_playbook_gives_access_as_it_predicts_and_only_once(node: ControlNode, aws: FaultProxy, moto: str) -> None:
    ids = make_organization(moto, MEMBERS)
    center = IdentityCenter(moto)
    ann, bob = center.add_user("ann"), center.add_user("bob")
    admins = center.add_group("Admins", [ann])
    variables = {
        **VARIABLES,
        "identity_center_access_assignments": [
            *VARIABLES["identity_center_access_assignments"],
            {"permission_set": "Auditors", "groups": ["Auditors"], "accounts": [ids["logs"]]},
        ],
    }
    given = ("-e", json.dumps(variables))
    predicted = node.playbook(PLAYBOOK, *given, "--check", "--diff")
    assert predicted.status == 0, predicted.output
    assert aws.writes == []

    made = node.playbook(PLAYBOOK, *given)
    assert made.status == 0, made.output
    for run, counted in (
        (predicted, "Plan: 8 to create, 0 to change, 0 to delete, 0 unchanged"),
        (made, "Done: 8 created, 0 changed, 0 deleted, 0 unchanged"),
    ):
        assert f"+ assignment Auditors for group Auditors: accounts {ids['logs']}" in run.output
        assert counted in run.output
    (auditors,) = {who for _name, who in center.assigned(ids["logs"]) if who != admins}
    everywhere = ("Administrators", admins)
    assert {name: center.assigned(account) for name, account in {**ids, "management": MANAGEMENT}.items()} == {
        "management": {everywhere},
        "shop live": {everywhere, ("CloudHSM", bob), ("CloudHSM", ann)},
        "shop test": {everywhere, ("CloudHSM", bob)},
        "billing": {everywhere, ("CloudHSM", bob)},
        "sandbox": {everywhere},
        "logs": {everywhere, ("Auditors", auditors)},
    }
    # Eleven requests, asked for together while AWS works on them.
    actions = [call.action for call in aws.calls]
    assert actions.count("CreateAccountAssignment") == 11
    assert actions.count("ListAccountAssignments") == 0

    writes = len(aws.writes)
    again = node.playbook(PLAYBOOK, *given)
    assert again.status == 0, again.output
    assert "Done: 0 created, 0 changed, 0 deleted, 8 unchanged" in again.output
    assert len(aws.writes) == writes

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Somebody leaves an account, and the identity store of another account, by one command."""

from __future__ import annotations

import json
import typing as t

from helpers.accounts.identity_center import IdentityCenter
from helpers.accounts.organization import Member, make_organization
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import ControlNode

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

ORGANIZATION = "222222222222"


def test_who_leaves_loses_both_and_comes_back(node: ControlNode, aws: FaultProxy, iam: IAMClient, moto: str) -> None:
    make_organization(moto, [Member("shop")], ORGANIZATION)
    center = IdentityCenter(moto, ORGANIZATION)
    alice = center.add_user("alice@example.com")
    group = center.add_group("Operators", [alice, center.add_user("bob")])
    arn = center.add_set("Reader")
    center.assign(arn, "GROUP", group, ORGANIZATION)
    center.assign(arn, "USER", alice, ORGANIZATION)
    iam.create_user(UserName="alice")
    where = {
        "region": "us-east-1",
        "role_arn": f"arn:aws:iam::{ORGANIZATION}:role/Offboarding",
        "user_names": {"alice": "alice@example.com"},
    }
    given = json.dumps({"user_offboarding_users": "alice", "user_offboarding_identity_center": where})

    predicted = node.playbook("cloudhsm.iam.suspend_users", "-e", given, "--check", "--diff")
    assert predicted.status == 0, predicted.output
    assert aws.writes == []
    line = f"identity store user alice@example.com (suspended): groups -Operators; assignments -Reader:{ORGANIZATION}"
    assert line in predicted.output
    assert "~ user alice (suspended)" in predicted.output

    made = node.playbook("cloudhsm.iam.suspend_users", "-e", given)
    assert made.status == 0, made.output
    assert made.changed_tasks == predicted.changed_tasks
    assert {who for _set, who in center.assigned(ORGANIZATION)} == {group}
    assert len(iam.list_attached_user_policies(UserName="alice")["AttachedPolicies"]) == 1

    back = node.playbook("cloudhsm.iam.restore_users", "-e", given)
    assert back.status == 0, back.output
    assert {who for _set, who in center.assigned(ORGANIZATION)} == {group, alice}

    gone = node.playbook("cloudhsm.iam.offboard_users", "-e", given)
    assert gone.status == 0, gone.output
    assert "Done: 0 created, 0 changed, 2 deleted, 0 unchanged" in gone.output
    assert [user["UserName"] for user in center.store.list_users(IdentityStoreId=center.store_id)["Users"]] == ["bob"]
    for run in (predicted, made, back, gone):
        assert "session_token" not in run.output

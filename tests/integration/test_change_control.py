# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans by whole runs of ansible-playbook: written, refused, signed, killed and finished. Most is tested in process."""

from __future__ import annotations

import json
import signal
import subprocess
import typing as t
from pathlib import Path

from ansible_collections.cloudhsm.iam.plugins.plugin_utils._plan_files import MARK
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._plan_signatures import NAMESPACE
from helpers.moto.fault_proxy import NO_FAULTS, FaultProxy, Faults
from helpers.processes.control_node import ControlNode, Run

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

CANARY = "Canary-7-wuRrlzZ!"
USERS: list[dict[str, t.Any]] = [
    {"name": f"user{number}", "groups": ["Readers"], "tags": {"number": str(number)}} for number in range(6)
]
USERS[0] |= {"console_access": True, "password": CANARY}


def provision(node: ControlNode, *args: str, **variables: t.Any) -> Run:
    given = json.dumps({"user_provisioning_users": USERS, "user_provisioning_workers": 1, **variables})
    return node.playbook("cloudhsm.iam.provision_users", "-e", given, *args)


def sign(folder: Path) -> dict[str, t.Any]:
    """Sign the plan, and give the variable that asks for that."""
    key = folder / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    subprocess.run(["ssh-keygen", "-q", "-Y", "sign", "-n", NAMESPACE, "-f", key, folder / "plan.json"], check=True)
    signers = folder / "allowed_signers"
    signers.write_text(f"alice {Path(f'{key}.pub').read_text()}")
    signers.chmod(0o600)
    return {"plan_signers": {"allowed_signers": "allowed_signers"}}


def test_a_signed_plan_is_applied_although_its_run_was_killed(
    node: ControlNode, aws: FaultProxy, iam: IAMClient
) -> None:
    node.folder.chmod(0o700)
    plan = node.folder / "plan.json"
    iam.create_group(GroupName="Readers")
    planned = provision(node, "--check", plan_file="plan.json")
    assert planned.status == 0, planned.output
    assert "+ 5 users: groups Readers" not in planned.output, "their tags differ"
    assert "Plan: 6 to create, 0 to change, 0 to delete, 0 unchanged" in planned.output
    assert plan.stat().st_mode & 0o777 == 0o600
    assert CANARY not in planned.output + plan.read_text()
    signers = sign(node.folder)
    iam.create_user(UserName="user3")
    refused = provision(node, apply_plan_file="plan.json", **signers)
    assert "user user3 exists now" in refused.failure
    iam.delete_user(UserName="user3")
    assert aws.writes == []

    aws.faults = Faults(kill=(7, "after"), on_kill=node.kill)
    killed = provision(node, apply_plan_file="plan.json", **signers)
    assert killed.status == -signal.SIGKILL, killed.output
    aws.faults = NO_FAULTS
    assert json.loads(Path(f"{plan}{MARK}").read_text())["state"] == "begun"
    rest = provision(node, apply_plan_file="plan.json", **signers)
    assert rest.status == 0, rest.output
    members = {user["UserName"] for user in iam.get_group(GroupName="Readers")["Users"]}
    assert members == {user["name"] for user in USERS}
    aws.clear()
    again = provision(node, apply_plan_file="plan.json", **signers)
    assert (again.status, again.changed_tasks, aws.writes) == (0, [], []), again.output


def test_what_has_no_plan_refuses_to_run_with_one(node: ControlNode, aws: FaultProxy) -> None:
    run = node.playbook("cloudhsm.iam.service_linked_role", "-e", "apply_plan_file=plan.json")
    assert "apply_plan_file: cloudhsm.iam.iam_service_linked_role has no plan" in run.failure
    slip = node.playbook("cloudhsm.iam.bootstrap", "-e", "aply_plan_file=x", "-e", "apply_plan_files=plan.json")
    assert "apply_plan_files: no role has a variable of that name; did you mean apply_plan_file?" in slip.failure
    assert aws.writes == []

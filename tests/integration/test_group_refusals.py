# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What groups refuse and how they fail: before the first write, or with what was done until then."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Mapping
from pathlib import Path

from helpers.moto.clients import iam_client
from helpers.moto.enforcing_moto import enforce
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import ControlNode, Run
from helpers.processes.playbooks import refused

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

LOOK = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "cloudhsm:List*", "Resource": "*"}]}


def test_groups_that_must_stay(node: ControlNode, aws: FaultProxy, iam: IAMClient) -> None:
    iam.create_user(UserName="boss")
    for group in ("Administrators", "Auditors", "CloudHSMAdministrators"):
        iam.create_group(GroupName=group)
    iam.add_user_to_group(GroupName="Administrators", UserName="boss")
    for group in ("Auditors", "CloudHSMAdministrators"):
        iam.put_group_policy(GroupName=group, PolicyName="own", PolicyDocument=json.dumps(LOOK))
    key = iam.create_access_key(UserName="boss")["AccessKey"]
    node.environment |= {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    inline = "has inline policies, which have to go first: own"
    tasks: list[Mapping[str, t.Any]] = [
        refused("admin_group", "boss, is a member and would be locked out", admin_group_state="absent"),
        refused("admin_group", inline, admin_group_state="absent", admin_group_name="Auditors"),
        refused("cloudhsm_group", inline, cloudhsm_group_state="absent"),
        refused(
            "cloudhsm_group",
            "cloudhsm_group_regions, cloudhsm_group_resource_tags: need cloudhsm_group_policy_profile hardened",
            cloudhsm_group_regions=["eu-central-1"],
            cloudhsm_group_resource_tags={"team": "keys"},
        ),
        {"name": "The end", "ansible.builtin.debug": {"msg": "reached"}},
    ]
    run = node.playbook(node.write_playbook(tasks))
    assert run.status == 0, run.output
    assert run.failure == "reached"
    assert aws.writes == []


def test_names_that_iam_does_not_take_are_refused_before_the_policy_is_made(node: ControlNode, aws: FaultProxy) -> None:
    names = {"cloudhsm_group_name": "keys & co", "cloudhsm_group_policy_name": "Keys", "cloudhsm_group_path": "hsm"}
    told = (
        "cloudhsm_group_name: 'keys & co' can't be a name: 1 to 128 of A-Z a-z 0-9 _+=,.@-;"
        " cloudhsm_group_path: 'hsm' is not a path"
    )
    run = node.playbook(node.write_playbook([refused("cloudhsm_group", told, **names)]))
    assert run.status == 0, run.output
    assert "failed=0" in run.output
    assert "rescued=1" in run.output
    assert aws.writes == []


def test_aws_managed_policies_that_do_not_exist_are_told_before_anything_is_made(
    node: ControlNode, aws: FaultProxy
) -> None:
    names = ["AdministratorAccess", "AdministratorAcess", "Billing"]
    told = (
        "admin_group_aws_managed_policies: AWS has no managed policy AdministratorAcess; check its name, and its path; "
        "admin_group_aws_managed_policies: AWS has no managed policy Billing;"
    )
    task = refused("admin_group", told, admin_group_aws_managed_policies=names, admin_group_require_mfa=True)
    run = node.playbook(node.write_playbook([task]))
    assert run.status == 0, run.output
    assert "rescued=1" in run.output
    assert aws.writes == []


def test_a_failure_between_policy_and_group_tells_what_is_there(enforcing: str, tmp_path: Path) -> None:
    iam = iam_client(enforcing)
    iam.create_user(UserName="maker")
    rights = [{"Effect": "Allow", "Action": ["iam:*", "sts:*"], "Resource": "*"}]
    deny = {"Effect": "Deny", "Action": "iam:CreateGroup", "Resource": "*"}
    key = iam.create_access_key(UserName="maker")["AccessKey"]
    node = ControlNode(tmp_path, enforcing)
    node.environment |= {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    role = {"name": "It", "ansible.builtin.include_role": {"name": "cloudhsm.iam.cloudhsm_group"}}
    play = node.write_playbook([{**role, "vars": {"cloudhsm_group_name": "Keys"}}])

    def run_with(*statements: t.Any) -> Run:
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_user_policy(UserName="maker", PolicyName="given", PolicyDocument=document)
        enforce(enforcing, True)
        try:
            return node.playbook(play)
        finally:
            enforce(enforcing, False)

    failed = run_with(*rights, deny)
    assert failed.status != 0
    assert "done before that, and kept: iam_managed_policy Keys" in " ".join(failed.output.split())
    finished = run_with(*rights)
    assert finished.status == 0, finished.output
    group = iam.list_attached_group_policies(GroupName="Keys")["AttachedPolicies"]
    assert [policy["PolicyName"] for policy in group] == ["Keys"]

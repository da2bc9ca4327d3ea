# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Groups that must stay are refused before the first write, and the message says why."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Mapping

from control_node import ControlNode
from fault_proxy import FaultProxy

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

LOOK = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "cloudhsm:List*", "Resource": "*"}]}


def refused(role: str, words: str, **variables: t.Any) -> dict[str, t.Any]:
    """A block that fails unless the role refuses with these words."""
    task = {"name": "It", "ansible.builtin.include_role": {"name": f"cloudhsm.iam.{role}"}, "vars": variables}
    check = {"that": "words in ansible_failed_result.msg", "fail_msg": "{{ ansible_failed_result.msg }}"}
    return {
        "name": "Refused",
        "block": [task, {"name": "Not so", "ansible.builtin.meta": "end_play"}],
        "rescue": [{"name": "The message", "ansible.builtin.assert": check, "vars": {"words": words}}],
    }


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

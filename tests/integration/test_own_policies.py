# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One's own policies through Ansible: as YAML and the file system have them, and what is refused of them."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from pathlib import Path

import yaml
from helpers.documents.case_files import case_bytes, case_file
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import ControlNode
from helpers.processes.playbooks import refused

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


def variables(case: str, file: str) -> dict[str, t.Any]:
    found: dict[str, t.Any] = yaml.safe_load(case_bytes(case, file))
    return found


def play(node: ControlNode, groups: Mapping[str, str], case: str, file: str) -> Path:
    """A play of groups with the variables of a case, which are written as its author wrote them."""
    path = node.folder / f"{case}.yml"
    tasks = [
        {"ansible.builtin.include_role": {"name": "cloudhsm.iam.cloudhsm_group"}, "vars": {"cloudhsm_group_name": name}}
        for name in groups
    ]
    case_file(case, file, node.folder)
    path.write_text(
        yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "vars_files": [file], "tasks": tasks}])
    )
    return path


def test_policies_are_taken_as_yaml_and_files_have_them(
    node: ControlNode, aws: FaultProxy, iam: IAMClient, tmp_path: Path
) -> None:
    case_file("own-policy-json-text", "policy.json", tmp_path)
    for case, name in (("own-policy-json-text", "Text"), ("own-policy-version-date", "Date")):
        path = play(node, {name: case}, case, "vars.yml")
        run = node.playbook(path)
        assert run.status == 0, run.output
        again = node.playbook(path)
        assert "changed=0" in again.output
        version = iam.get_policy_version(PolicyArn=f"arn:aws:iam::123456789012:policy/{name}", VersionId="v1")
        document: t.Any = version["PolicyVersion"]["Document"]
        assert document["Version"] == "2012-10-17"
    assert {call.action for call in aws.writes} == {"CreatePolicy", "CreateGroup", "AttachGroupPolicy"}


def test_what_iam_would_refuse_is_refused_before_the_first_write(node: ControlNode, aws: FaultProxy) -> None:
    (federated,) = t.cast("list[t.Any]", variables("own-policy-malformed", "fed_bad.yml"))
    tasks: list[Mapping[str, t.Any]] = [
        refused(
            "cloudhsm_group",
            "cloudhsm_group_policy: Statement[0] has the Sid 'Allow HSM'",
            **variables("own-policy-malformed", "ownbad.yml"),
        ),
        refused(
            "federated_access",
            "federated_access_policy_options.policy: Statement[0] has the Action 'DescribeClusters'",
            **federated["tasks"][0]["vars"],
        ),
        {"name": "The end", "ansible.builtin.debug": {"msg": "reached"}},
    ]
    run = node.playbook(node.write_playbook(tasks))
    assert run.failure == "reached", run.output
    assert aws.writes == []

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What people write, through Ansible itself: nobody else is made, changed or deleted than those who were meant."""

from __future__ import annotations

import json
import re
import shlex
import typing as t
from pathlib import Path

import pytest
from helpers.documents.case_files import case_bytes, case_file
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import ControlNode

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

METADATA = Path(__file__).resolve().parents[2] / "extensions" / "molecule" / "federated_access" / "metadata.xml"
EATEN = "must be text, not a number: put it in quotes, as YAML changes 0123 to 83"


def names(iam: IAMClient) -> set[str]:
    return {user["UserName"] for user in iam.list_users()["Users"]}


def test_a_number_that_yaml_made_deletes_nobody(node: ControlNode, aws: FaultProxy, iam: IAMClient) -> None:
    for name in ("83", "0123"):
        iam.create_user(UserName=name)
    play = case_file("numeric-user-names", "octal.yml", node.folder)
    for check in ((), ("--check",)):
        run = node.playbook(play, *check)
        assert run.status != 0
        assert run.failure == f"Nothing was changed. users[0]: name: {EATEN}"
    assert (aws.calls, names(iam)) == ([], {"83", "0123"})


def test_numbers_are_told_before_passwords_are_stored(node: ControlNode, aws: FaultProxy) -> None:
    play = case_file("numeric-user-names", "stored.yml", node.folder)
    said = {node.playbook(play, *check).failure for check in ((), ("--check",))}
    assert said == {f"Nothing was changed. users[0]: name: {EATEN}"}
    assert aws.calls == []
    assert not (node.folder / "x").exists()


def test_tags_that_aws_refuses_are_told_with_item_and_field(node: ControlNode, aws: FaultProxy) -> None:
    run = node.playbook(case_file("tag-checks", "play.yml", node.folder))
    assert run.status == 0, run.output
    for said in (
        "users[0] (alice): tags.note: the value has characters that IAM does not allow in tags: U+000A",
        "users[1] (bob): tags.note: the value has characters that IAM does not allow in tags: U+0009",
        "users[0] (u3): tags.managedby: differs only by case from the ownership tag ManagedBy (managed_by_tag)",
        "managed_by_tag: the key has 0 characters",
        "managed_by_tag: keys that begin with aws: are reserved by AWS",
    ):
        assert said in run.output, said
    assert aws.calls == []


def test_a_list_without_users_deletes_nobody(node: ControlNode, aws: FaultProxy, iam: IAMClient) -> None:
    iam.create_user(UserName="alice", Tags=[{"Key": "cloudhsm.iam/managed", "Value": "true"}])
    file = case_file("users-empty-file-purges", "users.csv", node.folder)
    from_file = f"{{{{ lookup('ansible.builtin.file', '{file}') | cloudhsm.iam.users_from_text }}}}"
    everybody: dict[str, t.Any]
    for everybody in (
        {"user_provisioning_users": from_file},
        {"user_provisioning_users": []},
        {"user_provisioning_users": [{"name": "alice"}], "user_provisioning_state": "absent"},
    ):
        given = {**everybody, "user_provisioning_purge_users": "yes", "user_provisioning_onboarding": "two_phase"}
        run = node.playbook("cloudhsm.iam.provision_users", "-e", json.dumps(given))
        assert run.status != 0
        assert "purge_users: users has nobody with state present" in run.failure, run.output
    assert (aws.writes, names(iam)) == ([], {"alice"})
    meant = json.dumps(
        {
            "user_provisioning_users": [],
            "user_provisioning_purge_users": True,
            "user_provisioning_purge_users_allow_empty": True,
        }
    )
    assert node.playbook("cloudhsm.iam.provision_users", "-e", meant).status == 0
    assert names(iam) == set()


def commands(file: str) -> list[list[str]]:
    """The command lines of a script."""
    text = case_bytes("list-as-text", file).decode().replace("\\\n", " ")
    return [shlex.split(line)[1:] for line in text.splitlines() if line and not line.startswith("#")]


def test_a_list_on_a_command_line_is_a_list(node: ControlNode, aws: FaultProxy, iam: IAMClient) -> None:
    bootstrap, federated, _awx = commands("run.sh")
    made = node.playbook(bootstrap[0], *bootstrap[1:])
    assert made.status == 0, made.output
    assert names(iam) == {"Administrator", "alice", "bob"}
    options = [option.replace("=metadata.xml", f"={METADATA}") for option in federated[1:]]
    made = node.playbook(federated[0], *options, "-e", "federated_access_role_name=Federated")
    assert made.status == 0, made.output
    trust = iam.get_role(RoleName="Federated")["Role"]["AssumeRolePolicyDocument"]
    assert "Department" in re.findall(r"[A-Z]\w+", json.dumps(trust))
    assert '"D"' not in json.dumps(trust)
    aws.clear()
    for wrong in ("alice,bob,", "user,manager"):
        given = json.dumps({"bootstrap_cloudhsm_administrators": wrong})
        refused = node.playbook(bootstrap[0], "-e", given)
        assert refused.status != 0
        assert "bootstrap_cloudhsm_administrators: line 1: " in refused.output
    for option in ("bootstrap_cloudhsm_administrators", "bootstrap_users", "bootstrap_administrator_name"):
        number = 0o123 if option.endswith("name") else [{"name": 0o123} if option.endswith("users") else 0o123]
        refused = node.playbook(bootstrap[0], "-e", json.dumps({option: number}))
        assert refused.status != 0
        assert "must be text, not a number" in refused.output
    assert aws.writes == []


@pytest.mark.parametrize("file", ["utf16.csv", "semicolon.csv"])
def test_files_of_spreadsheets_are_read_or_refused(node: ControlNode, aws: FaultProxy, file: str) -> None:
    path = case_file("users-csv-dialects", file, node.folder)
    run, result = node.task(
        "ansible.builtin.debug",
        {"msg": f"{{{{ lookup('ansible.builtin.file', '{path}') | cloudhsm.iam.users_from_text }}}}"},
    )
    assert "Traceback" not in run.output
    if file == "utf16.csv":
        assert result["failed"]
        assert "utf" in result["msg"].lower()
    else:
        assert result["msg"] == [{"name": "alice", "groups": ["Readers"]}]
    assert aws.calls == []

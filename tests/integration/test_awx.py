# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every job template of the AWX pattern as AWX runs it, and what is kept of the jobs."""

from __future__ import annotations

import json
import typing as t

import pytest
import yaml
from aws_clients import iam_client
from awx_job import PATTERN, ROOT, Awx
from control_node import ControlNode
from fault_proxy import FaultProxy
from organization import Member, make_organization, member_iam

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


@pytest.fixture
def awx(node: ControlNode) -> Awx:
    return Awx(node)


def passwords(aws: FaultProxy) -> list[str]:
    """Those that were set."""
    found = [call.params["Password"] for call in aws.calls if call.action == "CreateLoginProfile"]
    assert all(len(password) == 32 for password in found)
    return found


def users(iam: IAMClient) -> list[str]:
    return sorted(user["UserName"] for user in iam.list_users()["Users"])


def test_an_account_is_bootstrapped_and_what_drifts_is_told(awx: Awx, aws: FaultProxy, iam: IAMClient) -> None:
    wanted: dict[str, t.Any] = {
        "cloudhsm_administrators": "alice\nbob\n",
        "bootstrap_credentials_store": "ssm_parameter",
    }
    made = awx.launch("bootstrap_account", **wanted)
    assert made.status == 0, made.output
    assert users(iam) == ["Administrator", "alice", "bob"]
    set_passwords = passwords(aws)
    assert len(set_passwords) == 3

    aws.clear()
    as_it_was = awx.launch("drift_check", "--check", **wanted)
    assert as_it_was.status == 0, as_it_was.output
    assert (as_it_was.changed, aws.writes) == ([], [])

    iam.remove_user_from_group(GroupName="CloudHSMAdministrators", UserName="bob")
    iam.detach_group_policy(GroupName="Administrators", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    aws.clear()
    more = {"users.csv": "name,groups\nalice,CloudHSMAdministrators\ncarol,CloudHSMAdministrators\n"}
    drifted = awx.launch("drift_check", "--check", files=more, users_file="users.csv", **wanted)
    assert drifted.status != 0
    assert drifted.failure == (
        "Account 123456789012 has drifted: group Administrators; users missing: carol; users changed: bob. "
        "Nothing was changed"
    )
    assert aws.writes == []
    assert awx.find_secrets(*set_passwords) == []


def test_users_come_as_text_or_from_a_file(awx: Awx, aws: FaultProxy, iam: IAMClient) -> None:
    iam.create_group(GroupName="Readers")
    text = "name,groups,console_access\nalice,Readers,yes\nbob,Readers;Nobody Knows,perhaps\nBob,,\n"
    refused = awx.launch("provision_users", users_text=text)
    assert refused.status != 0
    for part in ("line 3 (bob): console_access: must be true or false", "line 4 (Bob): name: is in line 3 too"):
        assert part in refused.failure
    assert aws.writes == []

    given = "- name: alice\n  groups: [Readers]\n  console_access: true\n- name: bob\n"
    made = awx.launch("provision_users", users_text=given)
    assert made.status == 0, made.output
    assert users(iam) == ["alice", "bob"]
    (password,) = passwords(aws)

    aws.clear()
    file = {"users.csv": "name,groups\nalice,Readers\ncarol,Readers\n"}
    predicted = awx.launch("provision_users", "--check", files=file, users_file="users.csv")
    assert predicted.status == 0, predicted.output
    assert "would be created: carol" in predicted.output
    assert aws.writes == []

    report = awx.launch("access_report")
    assert report.status == 0, report.output
    assert report.stats["access_report"]["123456789012"]["summary"]["users"] == 2
    assert awx.find_secrets(password) == []


def test_users_that_leave_are_locked_out_and_then_deleted(awx: Awx, aws: FaultProxy, iam: IAMClient) -> None:
    for name in ("alice", "bob", "zoe"):
        iam.create_user(UserName=name)
        iam.create_login_profile(UserName=name, Password="Chosen-by-the-user-1")
    leaving: dict[str, t.Any] = {"user_offboarding_users": "alice, bob\n"}
    suspended = awx.launch("suspend_users", **leaving)
    assert suspended.status == 0, suspended.output
    assert users(iam) == ["alice", "bob", "zoe"]
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_login_profile(UserName="alice")
    aws.clear()
    refused = awx.launch("offboard_users", user_offboarding_max_deletions=1, **leaving)
    assert refused.status != 0
    assert "max_deletions" in refused.failure
    assert aws.writes == []
    deleted = awx.launch("offboard_users", **leaving)
    assert deleted.status == 0, deleted.output
    assert users(iam) == ["zoe"]
    assert awx.find_secrets() == []


def test_another_account_than_the_one_meant_is_left_alone(awx: Awx, aws: FaultProxy) -> None:
    refused = awx.launch("service_linked_role", expected_account="999999999999")
    assert refused.status != 0
    assert "123456789012" in refused.failure
    assert aws.writes == []
    made = awx.launch("service_linked_role")
    assert made.status == 0, made.output
    assert [call.action for call in aws.writes] == ["CreateServiceLinkedRole"]
    assert awx.find_secrets() == []


def test_a_slice_of_the_organization_is_bootstrapped(awx: Awx, aws: FaultProxy, moto: str) -> None:
    ids = make_organization(moto, [Member("shop"), Member("sandbox")])
    environment = {**awx.injected, "ANSIBLE_INVENTORY_ENABLED": "auto"}
    source = str(PATTERN / "inventories" / "organization.yml")
    listed = awx.node.run("ansible-inventory", "-i", source, "--list", **environment)
    assert listed.status == 0, listed.output
    hosts = json.loads(listed.output[listed.output.index("{") :])["_meta"]["hostvars"]
    assert set(hosts) == {"master", "shop", "sandbox"}
    # AWX's other slice has the others.
    inventory = {"all": {"hosts": {"shop": hosts["shop"]}}, "groups": {"organization": ["shop"]}}
    job = awx.launch("bootstrap_organization", inventory=inventory, cloudhsm_administrators="alice")
    assert job.status == 0, job.output
    assert "1 of 1 accounts are done" in job.output
    assert users(member_iam(moto, ids["shop"])) == ["Administrator", "alice"]
    assert users(member_iam(moto, ids["sandbox"])) == users(iam_client(moto)) == []
    assert awx.find_secrets(*passwords(aws)) == []


def test_the_definitions_are_what_the_seed_job_makes_of_them(node: ControlNode) -> None:
    setup, kept = PATTERN / "setup.yml", node.folder / "kept.json"
    kinds = [name for name in yaml.safe_load(setup.read_text()) if not name.startswith("__")]
    content = "{{ dict(kinds | zip(query('ansible.builtin.vars', *kinds))) | to_json }}"
    play = node.write_playbook(
        [
            {"name": "Read them", "ansible.builtin.include_vars": str(setup)},
            {"name": "Keep them", "ansible.builtin.copy": {"content": content, "dest": str(kept), "mode": "0600"}},
        ]
    )
    given = {"kinds": kinds, "pattern": {"path": str(setup)}, "organization": "HSM", "aws_credential": "HSM"}
    run = node.playbook(play, "-e", json.dumps(given))
    assert run.status == 0, run.output
    made = json.loads(kept.read_text())
    for template in made["controller_templates"]:
        assert (template["organization"], template["credentials"]) == ("HSM", ["HSM"])
        assert template["survey_spec"]["spec"]
    (schedule,) = made["controller_schedules"]
    assert schedule["enabled"] is False


def test_the_execution_environment_can_be_built(node: ControlNode) -> None:
    definition = PATTERN / "exec_env" / "execution-environment.yml"
    context = node.folder / "context"
    run = node.run("ansible-builder", "create", "--file", str(definition), "--context", str(context))
    assert run.status == 0, run.output
    built = (context / "_build" / "requirements.yml").read_text()
    assert "github.com/cloudhsm/iam" in built
    # What the collection itself asks for, which ansible-builder looks up when it builds.
    needed = yaml.safe_load((ROOT / "meta" / "execution-environment.yml").read_text())["dependencies"]
    for file in needed.values():
        assert (ROOT / file).is_file()

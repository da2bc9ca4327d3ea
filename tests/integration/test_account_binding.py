# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks work in the account that was checked and in no other, whatever is skipped and whoever's credentials come."""

from __future__ import annotations

import json
import re
import shlex
import typing as t
from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from helpers.accounts.organization import make_organization
from helpers.documents.case_files import case_bytes, case_file
from helpers.moto.clients import administrator, client_with, iam_client, sts_client
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import ControlNode, Run
from helpers.processes.permission_cases import METADATA

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

ROOT = Path(__file__).resolve().parents[2]
ACCOUNT = "123456789012"
OTHER = "222222222222"
MODULE_DEFAULTS = {"group/cloudhsm.iam.aws": "{{ account_session_module_defaults | default({}) }}"}

# The least that each module wants to be told before it makes a call.
OPTIONS: dict[str, dict[str, t.Any]] = {
    "cloudhsm_guardrails": {"targets": ["/"], "enable_policy_type": True},
    "guarded_module": {"name": "amazon.aws.iam_group", "options": {"name": "Made", "state": "present"}},
    "iam_access_report": {"folder": "reports"},
    "iam_access_report_info": {},
    "iam_access_table_info": {},
    "iam_account_export": {"folder": "exports"},
    "iam_account_export_info": {},
    "iam_account_guard": {},
    "iam_account_info": {"summary": True},
    "iam_account_password_policy": {"min_pw_length": 14},
    "iam_admin_group": {},
    "iam_administration": {},
    "iam_break_glass": {"region": "us-east-1", "stores": [{"store": "secretsmanager"}, {"store": "ssm_parameter"}]},
    "iam_cloudhsm_group": {},
    "iam_cloudhsm_role": {"name": "Made"},
    "iam_customer_managed_policy": {
        "name": "Made",
        "document": {"Version": "2012-10-17", "Statement": {"Effect": "Deny", "Action": "*", "Resource": "*"}},
    },
    "iam_group_provisioning": {},
    "iam_group_with_policies": {"name": "Made", "require_mfa": True},
    "iam_oidc_provider": {"name": "https://token.actions.githubusercontent.com", "audiences": ["sts.amazonaws.com"]},
    "iam_saml_access": {"provider_name": "Made", "saml_metadata": METADATA.read_text()},
    "iam_service_linked_role": {"service_name": "cloudhsm.amazonaws.com"},
    "iam_service_linked_role_info": {},
    "iam_single_user": {"user": "eve", "create": True},
    "iam_user_credentials": {"job": "replace_mfa_device", "user": "eve"},
    "iam_user_offboarding": {},
    "iam_user_provisioning": {},
    "iam_users": {"users": [{"name": "ann"}]},
    "identity_center_access": {"region": "us-east-1"},
    "identity_center_access_info": {"region": "us-east-1"},
    "identity_center_provisioning": {"region": "us-east-1"},
    "identity_center_sign_ins_info": {"region": "us-east-1", "users": ["ann"]},
    "identity_center_users": {"region": "us-east-1", "users": [{"name": "ann"}], "missing": "ignore"},
    "plan_history_info": {"history": "s3://example-history/iam"},
    "root_access": {"state": "enabled"},
    "sts_session": {"role_arn": f"arn:aws:iam::{OTHER}:role/any"},
}
# And what those need that go by the variables of roles.
VARIABLES: dict[str, t.Any] = {
    "group_provisioning_groups": [{"name": "Readers"}],
    "user_offboarding_users": "nobody",
    "user_offboarding_missing": "ignore",
    "user_provisioning_users": [{"name": "eve"}],
}
# What iam_group_with_policies would ask for, so that it begins with its first change.
FOUND = {
    "account": {"account_id": ACCOUNT, "partition": "aws", "caller_user_name": None},
    "groups": [],
    "policies": [],
    "users": [],
}


def action_group() -> list[str]:
    groups = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())["action_groups"]["modules"]
    return [name for name in groups if isinstance(name, str)]


def tasks_of(options: Mapping[str, Mapping[str, t.Any]]) -> list[Mapping[str, t.Any]]:
    return [
        {
            "name": name,
            f"cloudhsm.iam.{name}": dict(given),
            "vars": VARIABLES,
            "ignore_errors": True,
            "register": "told",
        }
        for name, given in options.items()
    ]


def test_every_module_refuses_another_account_before_any_other_call(node: ControlNode, aws: FaultProxy) -> None:
    assert sorted(OPTIONS) == sorted(action_group())
    tasks = tasks_of({name: {**given, "expected_account_ids": ["999999999999"]} for name, given in OPTIONS.items()})
    tasks += tasks_of(
        {"iam_group_with_policies": {"name": "Made", "found": FOUND, "expected_account_ids": ["999999999999"]}}
    )
    known = {**OPTIONS["iam_customer_managed_policy"], "account": FOUND}
    tasks += tasks_of({"iam_customer_managed_policy": {**known, "expected_account_ids": ["999999999999"]}})
    run = node.playbook(node.write_playbook(tasks))
    told = rf'"msg": "(?:Nothing was changed\. )?These credentials belong to account {ACCOUNT}, called as'
    assert len(re.findall(told, run.output)) == len(tasks), run.output
    assert run.output.count("expected 999999999999") >= len(tasks)
    assert [call.action for call in aws.calls] == ["GetCallerIdentity"] * len(tasks)


def test_the_right_account_is_asked_for_once(node: ControlNode, aws: FaultProxy, moto: str) -> None:
    make_organization(moto, [])
    client_with(moto, "s3").create_bucket(Bucket="example-history")
    # iam_administration is made of the others, each of which asks.
    modules = {name: given for name, given in OPTIONS.items() if name != "iam_administration"}
    tasks = tasks_of({name: {**given, "expected_account_ids": [ACCOUNT]} for name, given in modules.items()})
    run = node.playbook(node.write_playbook(tasks))
    assert "...ignoring" not in run.output, run.output
    # The users' action may run its module twice.
    assert aws.counts()["GetCallerIdentity"] <= len(tasks) + 1


@pytest.mark.parametrize("wrong", [["12345"], "12345"])
def test_an_account_id_has_twelve_digits(node: ControlNode, aws: FaultProxy, wrong: t.Any) -> None:
    run, result = node.task("cloudhsm.iam.iam_account_info", {"expected_account_ids": wrong})
    assert result["msg"].startswith("expected_account_ids: 12345: an account ID has 12 digits; put it in quotes"), run
    assert aws.calls == []


@pytest.fixture
def profiles(node: ControlNode, moto: str) -> None:
    """[default] of one account, [other] of another, and no keys in the environment."""
    node.environment.pop("AWS_ACCESS_KEY_ID")
    node.environment.pop("AWS_SECRET_ACCESS_KEY")
    role = sts_client(moto).assume_role(RoleArn=f"arn:aws:iam::{OTHER}:role/any", RoleSessionName="tests")
    keys = role["Credentials"]
    path = node.folder / "credentials"
    path.write_text(
        "[default]\naws_access_key_id = testing\naws_secret_access_key = testing\n"
        f"[other]\naws_access_key_id = {keys['AccessKeyId']}\naws_secret_access_key = {keys['SecretAccessKey']}\n"
        f"aws_session_token = {keys['SessionToken']}\n"
    )
    node.environment["AWS_SHARED_CREDENTIALS_FILE"] = str(path)


def made_in(iam: IAMClient) -> set[str]:
    """Everything of any account that these tests could have made."""
    return (
        {group["GroupName"] for group in iam.list_groups()["Groups"]}
        | {role["RoleName"] for role in iam.list_roles()["Roles"]}
        | {policy["PolicyName"] for policy in iam.list_policies(Scope="Local")["Policies"]}
        | {provider["Arn"] for provider in iam.list_saml_providers()["SAMLProviderList"]}
    )


def has_password_policy(iam: IAMClient) -> bool:
    try:
        iam.get_account_password_policy()
    except iam.exceptions.NoSuchEntityException:
        return False
    return True


@pytest.mark.usefixtures("profiles")
@pytest.mark.parametrize("group", ["group/aws", "group/amazon.aws.aws"])
def test_module_defaults_of_amazon_aws_lead_into_no_other_account(node: ControlNode, moto: str, group: str) -> None:
    play = case_bytes("module-defaults-split", "play.yml").decode().replace("group/aws", group)
    path = node.folder / "play.yml"
    path.write_text(play)
    (node.folder / "metadata.xml").write_text(METADATA.read_text())
    run = node.playbook(path)
    assert run.status == 0, run.output
    other = administrator(moto, OTHER)
    assert (made_in(other), has_password_policy(other)) == (set(), False)
    # moto keeps this policy per region, and the others once for the account.
    assert {"HsmPeople", f"arn:aws:iam::{ACCOUNT}:saml-provider/Example"} <= made_in(iam_client(moto))
    assert has_password_policy(iam_client(moto))


GUARD = {
    "name": "The guard",
    "ansible.builtin.include_role": {"name": "cloudhsm.iam.account_guard"},
    "vars": {"account_guard_account_ids": [ACCOUNT]},
}
ROLES: dict[str, dict[str, t.Any]] = {
    "cloudhsm_group": {},
    "account_password_policy": {"account_password_policy_min_pw_length": 14},
    "user_provisioning": {
        "user_provisioning_users": [{"name": "ann"}],
        "user_provisioning_onboarding": "two_phase",
    },
    "service_linked_role": {},
    "federated_access": {
        "federated_access_saml_metadata_file": str(METADATA),
        "federated_access_provider_name": "Example",
    },
    "identity_center_access": {"identity_center_access_region": "us-east-1"},
    "cloudhsm_guardrails": {"cloudhsm_guardrails_targets": ["/"]},
    "root_access": {"root_access_state": "enabled"},
    "bootstrap": {},
}


@pytest.mark.usefixtures("profiles")
def test_other_credentials_after_the_guard_are_refused(node: ControlNode, aws: FaultProxy) -> None:
    roles: list[Mapping[str, t.Any]] = [
        {
            "name": role,
            "environment": {"AWS_PROFILE": "other"},
            "block": [{"name": role, "ansible.builtin.include_role": {"name": f"cloudhsm.iam.{role}"}, "vars": given}],
            "rescue": [{"name": "Go on", "ansible.builtin.meta": "noop"}],
        }
        for role, given in ROLES.items()
    ]
    run = node.playbook(node.write_playbook([GUARD, *roles]))
    told = rf'"msg": "(?:Nothing was changed\. )?These credentials belong to account {OTHER}, called as'
    assert len(re.findall(told, run.output)) == len(ROLES), run.output
    assert run.output.count(f"expected {ACCOUNT}") >= len(ROLES)
    assert aws.writes == []


def test_a_hosts_session_ends_where_the_next_one_has_none(node: ControlNode, iam: IAMClient, moto: str) -> None:
    case_file("session-leaks", "account.yml", node.folder)
    run = node.playbook(case_file("session-leaks", "play.yml", node.folder))
    assert run.status == 0, run.output
    assert made_in(iam) & {"MemberGroup", "OwnGroup"} == {"OwnGroup"}
    assert made_in(administrator(moto, OTHER)) & {"MemberGroup", "OwnGroup"} == {"MemberGroup"}


def refused(run: Run, aws: FaultProxy) -> None:
    assert run.status != 0, run.output
    assert aws.writes == []


def test_no_playbook_goes_on_where_session_and_guard_were_left_out(node: ControlNode, aws: FaultProxy) -> None:
    case_file("start-at-task", "inventory.ini", node.folder)
    lines = case_bytes("start-at-task", "run.sh").decode().replace("\\\n", " ").splitlines()
    commands = [shlex.split(line)[1:] for line in lines if line.startswith("ansible-playbook")]
    assert len(commands) == 2
    work = yaml.safe_load((ROOT / "roles" / "bootstrap" / "tasks" / "main.yml").read_text())[0]["name"]
    for command in commands:
        # The tasks of version 1.0 had other names, and the playbook included its roles.
        run = node.playbook(*command[:-1], f"cloudhsm.iam.bootstrap : {work}")
        refused(run, aws)
        assert "account_guard has not checked this account" in run.output


@pytest.mark.parametrize("playbook", sorted(path.stem for path in (ROOT / "playbooks").glob("*.yml")))
def test_each_play_tells_its_tasks_that_the_guard_has_to_come_first(playbook: str) -> None:
    plays = yaml.safe_load((ROOT / "playbooks" / f"{playbook}.yml").read_text())
    assert all("vars" in play for play in plays if '"cloudhsm.iam.' in json.dumps(play["tasks"]))


@pytest.mark.parametrize("skip", [["--skip-tags", "guard"], ["--tags", "work"], ["--start-at-task", "The group"]])
def test_a_list_of_accounts_counts_without_the_guard_too(node: ControlNode, aws: FaultProxy, skip: list[str]) -> None:
    guard = {
        "name": "The guard",
        "tags": "guard",
        "ansible.builtin.import_role": {"name": "cloudhsm.iam.account_guard"},
    }
    group = {
        "name": "The group",
        "tags": "work",
        "ansible.builtin.import_role": {"name": "cloudhsm.iam.cloudhsm_group"},
    }
    work = {"name": "The group", "tags": "work", "cloudhsm.iam.iam_group_with_policies": {"name": "Made"}}
    path = node.write_playbook([guard, work, group])
    run = node.playbook(path, "-e", '{"account_guard_account_ids": ["999999999999"]}', *skip)
    refused(run, aws)
    assert f"These credentials belong to account {ACCOUNT}" in run.output


def test_an_account_id_may_be_a_number(node: ControlNode, iam: IAMClient) -> None:
    inventory = str(case_file("account-id-number", "inventory.yml", node.folder))
    run = node.playbook("cloudhsm.iam.bootstrap", "-i", inventory, "-e", "target_hosts=prod")
    assert run.status == 0, run.output
    assert "CloudHSMAdministrators" in made_in(iam)


@pytest.mark.parametrize("written", ["0123", "12345678901", "1e11", "true"])
def test_what_is_no_account_id_is_to_be_put_in_quotes(node: ControlNode, aws: FaultProxy, written: str) -> None:
    text = case_bytes("account-id-number", "inventory.yml").decode().replace(ACCOUNT, written)
    (node.folder / "inventory.yml").write_text(text)
    run = node.playbook("cloudhsm.iam.bootstrap", "-i", "inventory.yml", "-e", "target_hosts=prod")
    refused(run, aws)
    assert "account_id: " in run.failure
    assert "an account ID has 12 digits; put it in quotes" in run.failure


def test_what_a_playbook_hands_over_counts_beside_the_list(node: ControlNode, aws: FaultProxy) -> None:
    play = [
        {
            "name": "As AWX does",
            "ansible.builtin.import_playbook": "cloudhsm.iam.bootstrap",
            "vars": {"__account_guard_given": {"account_ids": ["999999999999"]}},
        }
    ]
    (node.folder / "play.yml").write_text(json.dumps(play))
    run = node.playbook("play.yml", "-e", json.dumps({"account_guard_account_ids": [ACCOUNT]}))
    refused(run, aws)
    assert f"This is account {ACCOUNT}, called as" in run.failure
    assert "and not 999999999999" in run.failure


def guarded(module: str, **options: t.Any) -> dict[str, t.Any]:
    return {"name": module, "options": options}


def test_a_guarded_module_is_the_module_itself(node: ControlNode, aws: FaultProxy, iam: IAMClient) -> None:
    secret = "Correct-Horse-7-Battery"
    user = guarded("amazon.aws.iam_user", name="ann", state="present", password="{{ secret }}", path="{{ omit }}")
    module = {"cloudhsm.iam.guarded_module": {**user, "expected_account_ids": [ACCOUNT]}}
    tasks: list[Mapping[str, t.Any]] = [
        {"name": "Predict", **module, "check_mode": True},
        {"name": "Make", **module, "register": "made"},
        {"name": "Look", "ansible.builtin.assert": {"that": "made is changed and 'ann' in made | string"}},
        {
            "name": "Fail",
            "cloudhsm.iam.guarded_module": guarded("amazon.aws.iam_user", name="ben", state="present", nmae=1),
        },
    ]
    (node.folder / "vars.json").write_text(json.dumps({"secret": secret}))
    run = node.playbook(node.write_playbook(tasks), "-e", "@vars.json", "-vvvv")
    assert run.changed_tasks == ["Predict", "Make"], run.output
    assert "Unsupported parameters for (amazon.aws.iam_user) module: nmae" in run.output
    assert [user["Path"] for user in iam.list_users()["Users"]] == ["/"]
    assert [call.action for call in aws.writes].count("CreateUser") == 1
    (profile,) = [call for call in aws.writes if call.action == "CreateLoginProfile"]
    assert profile.params["Password"] == secret
    assert secret not in run.output


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (guarded("iam_role"), "name: 'iam_role' is not the full name of a module of amazon.aws or community.aws"),
        (guarded("ansible.builtin.command"), "name: 'ansible.builtin.command' is not the full name"),
        (guarded("amazon.aws.iam_role", profile="other"), "options.profile: is an option of this task"),
        (guarded("amazon.aws.iam_role", aws_access_key="AKIA"), "options.aws_access_key: is an option of this task"),
        ({**guarded("amazon.aws.iam_role"), "state": "absent"}, "state: belongs into options"),
    ],
)
def test_no_guarded_module_has_a_connection_of_its_own(
    node: ControlNode, aws: FaultProxy, options: dict[str, t.Any], words: str
) -> None:
    _run, result = node.task("cloudhsm.iam.guarded_module", options)
    assert result["msg"].startswith(words)
    assert aws.calls == []

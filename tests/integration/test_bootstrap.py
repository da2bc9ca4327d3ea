# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook bootstrap against a server that is there already: what it makes, predicts and leaves alone."""

from __future__ import annotations

import typing as t

import pytest
import yaml
from benchmark.accounts import strategy_settings
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import ControlNode

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

BOOTSTRAP = ("cloudhsm.iam.bootstrap", "-e", '{"bootstrap_cloudhsm_administrators": ["alice", "bob"]}')

# Of an account where nothing has to change, its session and its guard included.
MOST_TASKS = 10
# What else bootstrap can be told, by the variables of the roles that it includes.
MORE = ("-e", '{"cloudhsm_group_require_mfa": true, "user_provisioning_onboarding": "two_phase"}')


def test_check_mode_predicts_a_run_makes_it_and_a_second_run_changes_nothing(
    node: ControlNode, aws: FaultProxy, iam: IAMClient
) -> None:
    predicted = node.playbook(*BOOTSTRAP, "--check", "--diff")
    assert predicted.status == 0, predicted.output
    check_what_is_shown(predicted.output.partition("PLAY RECAP")[0])
    assert aws.writes == []
    assert not (node.home / ".cloudhsm-iam").exists()

    made = node.playbook(*BOOTSTRAP)
    assert made.status == 0, made.output
    assert made.changed_tasks == predicted.changed_tasks
    assert len(made.changed_tasks) == 1
    check_end_state(iam)
    check_first_passwords(node)
    check_forced_changes(aws)

    aws.clear()
    again = node.playbook(*BOOTSTRAP)
    assert again.status == 0, again.output
    assert again.changed_tasks == []
    assert aws.writes == []
    assert again.output.count("TASK [") <= MOST_TASKS, again.output


def test_another_way_of_running_modules_makes_the_same(node: ControlNode, aws: FaultProxy, iam: IAMClient) -> None:
    settings = strategy_settings("mitogen_linear")
    made = node.playbook(*BOOTSTRAP, **settings)
    assert made.status == 0, made.output
    check_end_state(iam)
    check_first_passwords(node)

    aws.clear()
    again = node.playbook(*BOOTSTRAP, **settings)
    assert again.status == 0, again.output
    assert (again.changed_tasks, aws.writes) == ([], [])


def check_what_is_shown(output: str) -> None:
    """The names of all that would be there, and the permissions."""
    for shown in ("Administrator", "alice", "bob", "CloudHSMAdministrators", "AdministratorAccess", "cloudhsm:*"):
        assert shown in output, shown
    assert all(f"+ user {name}: groups " in output for name in ("Administrator", "alice", "bob"))
    assert "Plan: 7 to create, 0 to change, 0 to delete, 0 unchanged" in output


def check_forced_changes(aws: FaultProxy) -> None:
    """Who signs in first has to choose a new password. moto forgets this, so the calls have to tell."""
    profiles = [call.params for call in aws.calls if call.action == "CreateLoginProfile"]
    assert [profile["PasswordResetRequired"] for profile in profiles] == ["true"] * 3
    assert all(len(profile["Password"]) == 32 for profile in profiles)


def check_end_state(iam: IAMClient) -> None:
    """What the guide's page ends with."""
    members = {name: sorted(u["UserName"] for u in iam.get_group(GroupName=name)["Users"]) for name in groups(iam)}
    assert members == {"Administrators": ["Administrator"], "CloudHSMAdministrators": ["alice", "bob"]}
    assert policies(iam, "Administrators") == ["arn:aws:iam::aws:policy/AdministratorAccess"]
    assert policies(iam, "CloudHSMAdministrators") == ["arn:aws:iam::123456789012:policy/CloudHSMAdministrators"]
    (role,) = iam.list_roles(PathPrefix="/aws-service-role/cloudhsm.amazonaws.com/")["Roles"]
    assert role["Description"] == "Created by cloudhsm.iam"
    for user in ("Administrator", "alice", "bob"):
        assert iam.get_login_profile(UserName=user)["LoginProfile"]["UserName"] == user


def check_first_passwords(node: ControlNode) -> None:
    store = node.home / ".cloudhsm-iam" / "credentials.yml"
    assert (store.stat().st_mode & 0o777, store.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    entries = yaml.safe_load(store.read_text())["123456789012"]
    assert {user: entry["state"] for user, entry in entries.items()} == dict.fromkeys(
        ("Administrator", "alice", "bob"), "set"
    )


def groups(iam: IAMClient) -> list[str]:
    return sorted(group["GroupName"] for group in iam.list_groups()["Groups"])


def policies(iam: IAMClient, group: str) -> list[str]:
    return [policy["PolicyArn"] for policy in iam.list_attached_group_policies(GroupName=group)["AttachedPolicies"]]


@pytest.mark.parametrize("confirm", [[], ["-e", "bootstrap_teardown_confirm=999999999999"]])
def test_a_teardown_wants_the_accounts_number(node: ControlNode, aws: FaultProxy, confirm: list[str]) -> None:
    run = node.playbook("cloudhsm.iam.teardown", *confirm)
    assert run.status != 0
    assert "123456789012" in run.failure
    assert aws.writes == []


def test_a_teardown_takes_back_what_was_made_and_nothing_else(
    node: ControlNode, aws: FaultProxy, iam: IAMClient
) -> None:
    iam.create_user(UserName="zoe")
    iam.create_group(GroupName="Administrators")
    iam.add_user_to_group(GroupName="Administrators", UserName="zoe")
    made = node.playbook(*BOOTSTRAP, *MORE)
    assert made.status == 0, made.output
    assert "Pending: Administrator, alice, bob. Run this again" in made.output
    assert groups(iam) == ["Administrators", "CloudHSMAdministrators", "CloudHSMIamOnboarding"]
    assert len(iam.list_policies(Scope="Local")["Policies"]) == 3
    confirm = ("-e", "bootstrap_teardown_confirm=123456789012")
    aws.clear()
    predicted = node.playbook("cloudhsm.iam.teardown", *confirm, "--check")
    assert aws.writes == []
    run = node.playbook("cloudhsm.iam.teardown", *confirm)
    assert run.status == 0, run.output
    assert run.changed_tasks == predicted.changed_tasks
    assert [user["UserName"] for user in iam.list_users()["Users"]] == ["zoe"]
    assert groups(iam) == ["Administrators"]
    assert iam.list_policies(Scope="Local")["Policies"] == []
    assert iam.list_roles(PathPrefix="/aws-service-role/")["Roles"] == []


def test_an_unchanged_account_is_looked_at_once(node: ControlNode, aws: FaultProxy) -> None:
    """Guard included, twelve calls for the first administrator, and one more for each user with console access."""
    assert node.playbook("cloudhsm.iam.bootstrap").status == 0
    before = len(aws.calls)
    second = node.playbook("cloudhsm.iam.bootstrap")
    assert second.status == 0, second.output
    assert second.changed_tasks == []
    asked = [call.action for call in aws.calls[before:]]
    assert len(asked) <= 12, asked
    assert asked.count("GetAccountAuthorizationDetails") == 1


def test_the_roles_results_are_facts_of_the_play(node: ControlNode) -> None:
    """Tasks after bootstrap use them as they use those of the roles by themselves."""
    path = node.write_playbook(
        [
            {"include_role": {"name": "cloudhsm.iam.bootstrap"}, "vars": {"bootstrap_users": [{"name": "carol"}]}},
            {
                "assert": {
                    "that": [
                        "admin_group_result.name == 'Administrators'",
                        "cloudhsm_group_results.CloudHSMAdministrators.state == 'present'",
                        "user_provisioning_result.created == ['Administrator', 'carol']",
                        "service_linked_role_result.role.name == 'AWSServiceRoleForcloudhsm'",
                    ]
                }
            },
            {
                "include_role": {"name": "cloudhsm.iam.user_provisioning"},
                "vars": {"user_provisioning_users": [{"name": "dave", "groups": ["CloudHSMAdministrators"]}]},
            },
            {"assert": {"that": ["user_provisioning_result.created == ['dave']"]}},
            {
                "include_role": {"name": "cloudhsm.iam.user_offboarding"},
                "vars": {"user_offboarding_users": "dave"},
            },
            {"assert": {"that": ["user_offboarding_result.deleted == ['dave']"]}},
        ]
    )
    run = node.playbook(path)
    assert run.status == 0, run.output

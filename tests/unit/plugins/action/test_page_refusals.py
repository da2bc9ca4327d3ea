# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mistakes in all parts of bootstrap are told at once, each by its variable, and nothing has been written then."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path
from unittest import mock

import boto3.session
import pytest
from ansible.errors import AnsibleActionFail
from ansible.parsing.vault import VaultSecretsContext
from helpers.accounts.everything import ACCOUNT, ANYTHING
from helpers.modules.in_process import Result, actions, run_action
from helpers.moto.in_process import Account, account

# What is wrong with what was written, and how the sentence about it begins.
WRITTEN: list[tuple[str, t.Any, str]] = [
    ("bootstrap_cloudhsm_administrators", ["alice", "al ice"], "bootstrap_cloudhsm_administrators[1] (al ice): name: "),
    ("service_linked_role_wait", "perhaps", "service_linked_role_wait: must be true or false, not 'perhaps'"),
    ("bootstrap_credentials_store", "nowhere", "bootstrap_credentials_store: must be one of none, file, "),
    ("cloudhsm_group_allow_backup_copy", "perhaps", "cloudhsm_group_allow_backup_copy: must be true or false, not "),
    ("cloudhsm_group_resource_tags", "a", "cloudhsm_group_resource_tags: must be a dictionary, not 'a'"),
    ("admin_group_path", "staff", "admin_group_path: "),
    ("cloudhsm_group_path", "staff", "cloudhsm_group_path: "),
    ("cloudhsm_group_policy_name", "no spaces here", "cloudhsm_group_policy_name: "),
    ("user_provisioning_password_length", 4, "user_provisioning_password_length: "),
    ("user_provisioning_workers", 99, "user_provisioning_workers: "),
    ("user_provisioning_batch_size", 0, "user_provisioning_batch_size: "),
    ("bootstrap_service_name", "cloudhsm", "bootstrap_service_name: "),
    ("service_linked_role_custom_suffix", "bad suffix", "service_linked_role_custom_suffix: "),
    ("service_linked_role_description", "\u2013", "service_linked_role_description: "),
    ("service_linked_role_wait_timeout", 0, "service_linked_role_wait_timeout: "),
]
USERS: list[tuple[dict[str, t.Any], str]] = [
    ({"name": "carol smith"}, "name: "),
    ({"name": "dora", "path": "nowhere"}, "path: "),
    ({"name": "emil", "tags": {"aws:own": "x"}}, "tags.aws:own: "),
    ({"name": "fay", "managed_policies": ["ReadOnlyAccess"]}, "managed_policies: "),
    ({"name": "gus", "boundary": "Boundary"}, "boundary: "),
    ({"name": "hal", "password": "no-console-1A"}, "password: "),
    ({"name": "ida", "state": "gone"}, "state: "),
    ({"name": "jan", "console_access": "perhaps"}, "console_access: "),
    ({"name": "kim", "protected": True, "state": "absent"}, "protected: "),
]
# What only the account tells to be wrong with a user.
ACCOUNTS: list[tuple[dict[str, t.Any], str]] = [
    ({"name": "bob", "groups": ["Auditors"]}, "groups: "),
    ({"name": "lea", "boundary": f"arn:aws:iam::{ACCOUNT}:policy/Gone"}, "boundary: "),
    ({"name": "max", "managed_policies": [f"arn:aws:iam::{ACCOUNT}:policy/Gone"]}, "managed_policies: "),
    ({"name": "ned", "console_access": True, "password": "short"}, "password: "),
    ({"name": "ole", "state": "suspended"}, "state: "),
    ({"name": "pia", "groups": [f"G{number}" for number in range(10)]}, "groups: "),
]


@pytest.fixture
def aws() -> t.Iterator[Account]:
    """An account with a password policy, and a user in as many groups as IAM allows but one."""
    with account() as made, actions():
        iam: t.Any = boto3.session.Session().client("iam")
        iam.update_account_password_policy(MinimumPasswordLength=14)
        iam.create_user(UserName="pia")
        for number in range(11):
            iam.create_group(GroupName=f"G{number}")
        iam.add_user_to_group(UserName="pia", GroupName="G10")
        iam.create_policy(PolicyName="CloudHSMAdministrators", PolicyDocument=json.dumps(ANYTHING))
        made.calls.clear()
        yield made


def bootstrap(aws: Account, folder: Path, **variables: t.Any) -> Result:
    """What bootstrap says, which has not written anything."""
    path = str(folder / "store" / "first.yml")
    result = run_action("iam_administration", {}, {"bootstrap_credentials_path": path, **variables})
    assert result["failed"], result
    assert aws.writes == []
    assert not (folder / "store").exists()
    return result


def missing(said: list[str], result: Result) -> list[str]:
    return [each for each in said if not any(each in problem for problem in result["problems"])]


def test_mistakes_in_what_was_written_are_told_at_once(aws: Account, tmp_path: Path) -> None:
    wrong = {name: value for name, value, _said in WRITTEN}
    users = [user for user, _said in USERS]
    result = bootstrap(aws, tmp_path, **wrong, bootstrap_users=users)
    said = [said for name, _value, said in WRITTEN if name in wrong]
    said += [f"bootstrap_users[{place}] ({user['name']}): {said}" for place, (user, said) in enumerate(USERS)]
    assert len(said) >= 20
    assert missing(said, result) == [], result["problems"]
    assert not [problem for problem in result["problems"] if problem.startswith("users[")]


@pytest.mark.parametrize(("name", "value", "said"), WRITTEN, ids=[name for name, _value, _said in WRITTEN])
def test_each_mistake_is_enough_for_a_refusal(aws: Account, tmp_path: Path, name: str, value: t.Any, said: str) -> None:
    assert missing([said], bootstrap(aws, tmp_path, **{name: value})) == []


def test_mistakes_that_the_account_shows_are_told_at_once(aws: Account, tmp_path: Path) -> None:
    result = bootstrap(
        aws,
        tmp_path,
        admin_group_members=["nobody"],
        admin_group_aws_managed_policies=["NoSuchAccess"],
        bootstrap_users=[user for user, _said in ACCOUNTS],
    )
    said = [f"bootstrap_users[{place}] ({user['name']}): {said}" for place, (user, said) in enumerate(ACCOUNTS)]
    said += ["admin_group_members: ", "admin_group_aws_managed_policies: ", "the policy arn:aws:iam::"]
    assert missing(said, result) == [], result["problems"]


def test_mistakes_in_users_and_about_their_passwords_are_told_at_once(aws: Account, tmp_path: Path) -> None:
    (tmp_path / "open").mkdir()
    (tmp_path / "open").chmod(0o777)
    result = bootstrap(
        aws,
        tmp_path,
        bootstrap_credentials_path=str(tmp_path / "open" / "first.yml"),
        bootstrap_users=[{"name": "carol smith"}, {"name": "bob", "groups": ["Auditors"]}],
    )
    said = ["bootstrap_users[0] (carol smith): name: ", "bootstrap_users[1] (bob): groups: "]
    said.append("bootstrap_credentials_path: ")
    assert missing(said, result) == [], result["problems"]


def test_a_file_to_encrypt_needs_a_vault_secret_beside_all_else(aws: Account, tmp_path: Path) -> None:
    nothing = VaultSecretsContext([])
    with mock.patch.object(VaultSecretsContext, "current", return_value=nothing):
        result = bootstrap(
            aws, tmp_path, bootstrap_credentials_store="vault_file", bootstrap_users=[{"name": "carol smith"}]
        )
    said = ["bootstrap_users[0] (carol smith): name: ", "bootstrap_credentials_store: vault_file needs a vault secret"]
    assert missing(said, result) == [], result["problems"]


def test_who_must_stay_is_told_beside_all_else(aws: Account, tmp_path: Path) -> None:
    iam: t.Any = boto3.session.Session().client("iam")
    iam.tag_user(UserName="pia", Tags=[{"Key": "cloudhsm.iam/protected", "Value": ""}])
    aws.calls.clear()
    result = bootstrap(
        aws, tmp_path, bootstrap_users=[{"name": "pia", "state": "absent"}], admin_group_aws_managed_policies=["None"]
    )
    assert missing(["pia, marked as protected", "admin_group_aws_managed_policies: "], result) == [], result["problems"]


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"user_provisioning_workrs": 3}, "user_provisioning_workrs: no role has a variable of that name"),
        ({"account_guard_account_ids": ["12"]}, "account_guard_account_ids"),
    ],
)
def test_variables_that_no_task_may_go_on_with_stop_it_at_once(
    aws: Account, tmp_path: Path, variables: dict[str, t.Any], said: str
) -> None:
    with pytest.raises(AnsibleActionFail, match=said):
        bootstrap(aws, tmp_path, **variables)
    assert aws.calls == []


def test_another_account_than_the_expected_one_is_refused(aws: Account, tmp_path: Path) -> None:
    variables = {"account_guard_account_ids": ["999999999999"]}
    result = run_action("iam_administration", {}, {"bootstrap_credentials_path": str(tmp_path / "c.yml"), **variables})
    assert "999999999999" in result["msg"]
    assert aws.writes == []

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""First passwords: where they go, and all the places where they must not be."""

from __future__ import annotations

import json
import os
import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml
from helpers.moto.fault_proxy import FaultProxy, Faults
from helpers.processes import machine
from helpers.processes.control_node import GUARD_CALLS, ControlNode, Run

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

ACCOUNT = "123456789012"
GIVEN = "Given-to-bob-12345"
# On a command line of one test, so that it is not what another one looks for among all processes at the same time.
ENCRYPTED = "Encrypted-for-bob-12345"
USERS: list[dict[str, t.Any]] = [
    {"name": "alice", "console_access": True},
    {"name": "bob", "console_access": True, "password": GIVEN, "password_reset_required": False},
]


def set_passwords(aws: FaultProxy) -> dict[str, str]:
    """The passwords that were really set, from the calls that set them."""
    made = [call.params for call in aws.calls if call.action == "CreateLoginProfile" and call.status == 200]
    return {profile["UserName"]: profile["Password"] for profile in made}


def write_variables(node: ControlNode, users: list[dict[str, t.Any]] | None = None, **more: str) -> Path:
    """A file of variables for the playbook, for its owner only: a password is among them."""
    variables = {
        "user_provisioning_users": USERS if users is None else users,
        "user_provisioning_credentials_store": "file",
        "user_provisioning_credentials_path": str(node.folder / "private" / "passwords.yml"),
        **more,
    }
    path = node.folder / "variables.json"
    path.write_text(json.dumps(variables))
    path.chmod(0o600)
    return path


def provision(node: ControlNode, *args: str, users: list[dict[str, t.Any]] | None = None, **more: str) -> Run:
    variables = write_variables(node, users, **more)
    return node.playbook("cloudhsm.iam.provision_users", "-e", f"@{variables}", *args)


def stored(node: ControlNode) -> dict[str, t.Any]:
    found: dict[str, t.Any] = yaml.safe_load((node.folder / "private" / "passwords.yml").read_text())[ACCOUNT]
    return found


def test_only_what_was_generated_is_stored(node: ControlNode, aws: FaultProxy) -> None:
    run = provision(node)
    assert run.status == 0, run.output
    passwords = set_passwords(aws)
    assert passwords["bob"] == GIVEN
    assert stored(node) == {"alice": {"password": passwords["alice"], "state": "set"}}
    profiles = [call.params for call in aws.calls if call.action == "CreateLoginProfile"]
    forced = {profile["UserName"]: profile["PasswordResetRequired"] for profile in profiles}
    assert forced == {"alice": "true", "bob": "false"}


def test_a_vault_file_is_encrypted_with_the_plays_secret(node: ControlNode, aws: FaultProxy) -> None:
    secret = ("--vault-id", f"ours@{node.vault_password_file()}")
    run = provision(node, *secret, user_provisioning_credentials_store="vault_file")
    assert run.status == 0, run.output
    path = node.folder / "private" / "passwords.yml"
    assert path.read_text().startswith("$ANSIBLE_VAULT;1.2;AES256;ours\n")
    opened = node.run("ansible-vault", "view", *secret, str(path))
    assert yaml.safe_load(opened.output) == {
        ACCOUNT: {"alice": {"password": set_passwords(aws)["alice"], "state": "set"}}
    }


def test_a_password_from_a_vault_is_set_as_it_is(node: ControlNode, aws: FaultProxy) -> None:
    vault = node.vault_password_file()
    encrypted = node.run(
        "ansible-vault", "encrypt_string", "--vault-password-file", str(vault), ENCRYPTED, "--name", "from_vault"
    )
    (node.folder / "secrets.yml").write_text(encrypted.output.partition("Encryption")[0])
    users = [{"name": "bob", "console_access": True, "password": "{{ from_vault }}"}]
    run = provision(node, "-e", "@secrets.yml", "--vault-password-file", str(vault), users=users)
    assert run.status == 0, run.output
    assert set_passwords(aws) == {"bob": ENCRYPTED}


def test_without_a_vault_secret_nothing_begins(node: ControlNode, aws: FaultProxy) -> None:
    run = provision(node, user_provisioning_credentials_store="vault_file")
    assert run.status != 0
    assert "--vault-password-file" in run.failure
    assert [call.action for call in aws.calls] == GUARD_CALLS


def test_without_a_store_the_two_ways_are_told(node: ControlNode, aws: FaultProxy) -> None:
    run = provision(node, user_provisioning_credentials_store="none")
    assert run.status != 0
    for word in ("users[0] (alice)", "credentials_store", "vault_file", "password"):
        assert word in run.failure
    assert aws.writes == []


def test_a_password_is_on_disk_before_it_is_set(node: ControlNode, aws: FaultProxy) -> None:
    aws.faults = Faults(kill=(1, "before"), on_kill=lambda: seen.append((node.folder / "private").exists()))
    seen: list[bool] = []
    provision(node, users=USERS[:1])
    assert seen == [True]


def test_a_killed_run_leaves_no_password_but_in_the_store(node: ControlNode, aws: FaultProxy) -> None:
    aws.faults = Faults(kill=(1, "before"), on_kill=node.kill)
    assert provision(node, users=USERS[:1]).status < 0
    password = stored(node)["alice"]["password"].encode()
    holders = [path for path in node.folder.rglob("*") if path.is_file() and password in path.read_bytes()]
    assert holders == [node.folder / "private" / "passwords.yml"]
    # Ansible would keep a module and its options there.
    assert not list(node.home.rglob("AnsiballZ_*"))


def test_a_later_run_sets_no_password_again(node: ControlNode, aws: FaultProxy) -> None:
    provision(node)
    before = stored(node)
    aws.clear()
    again = provision(node)
    assert again.changed_tasks == []
    assert aws.writes == []
    # By the guard, and by nobody else where no password is set.
    assert [call.action for call in aws.calls].count("GetAccountPasswordPolicy") == 1
    assert stored(node) == before


@pytest.mark.parametrize("store", ["file", "secretsmanager"])
def test_no_password_is_seen_anywhere(node: ControlNode, aws: FaultProxy, store: str) -> None:
    watched: list[str] = []
    # While the first write waits for its answer, everybody on the machine can look at the processes.
    aws.faults = Faults(latency=0.3)
    run = _watched(node, watched, store)
    passwords = set_passwords(aws)
    assert sorted(passwords) == ["alice", "bob"]
    everything = run + "".join(watched)
    for password in (*passwords.values(), GIVEN):
        assert password not in everything
    assert any(node.environment[machine.MARK] in line for line in watched), "no process of the run was seen"
    for path in files_open_to_others(node.folder):
        assert not any(password.encode() in path.read_bytes() for password in passwords.values()), path


def _watched(node: ControlNode, watched: list[str], store: str) -> str:
    """Run with everything shown and everything kept, and look at all processes meanwhile."""
    variables = write_variables(node, user_provisioning_credentials_store=store)
    environment = {**node.environment, "ANSIBLE_LOG_PATH": str(node.folder / "log"), "ANSIBLE_CACHE_PLUGIN": "jsonfile"}
    environment["ANSIBLE_CACHE_PLUGIN_CONNECTION"] = str(node.folder / "facts")
    command = node.command("ansible-playbook", "cloudhsm.iam.provision_users", "-e", f"@{variables}", "-vvvv", "--diff")
    process = subprocess.Popen(
        command, cwd=node.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    with open(node.folder / "output", "w+") as output:
        os.chmod(output.name, 0o600)
        while process.poll() is None:
            watched += [text for _number, text in machine.seen("cmdline", "environ")]
            try:
                output.write(process.communicate(timeout=0.1)[0])
            except subprocess.TimeoutExpired:
                continue
        output.seek(0)
        return output.read() + (node.folder / "log").read_text()


def files_open_to_others(folder: Path) -> list[Path]:
    """Files in the folder that anybody could read, going by their modes and those of the folders they are in."""
    return [
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.stat().st_mode & 0o044
        and all(above.stat().st_mode & 0o011 for above in path.parents if above.is_relative_to(folder))
    ]


@pytest.mark.parametrize("store", ["file", "none", "ssm_parameter"])
def test_no_password_is_in_a_registered_result(node: ControlNode, aws: FaultProxy, store: str) -> None:
    users = USERS if store != "none" else USERS[1:]
    options = {"users": users, "credentials_store": store, "credentials_path": str(node.folder / "private" / "p.yml")}
    _run, result = node.task("cloudhsm.iam.iam_users", options, "--diff")
    assert result["changed"]
    for password in set_passwords(aws).values():
        assert password not in json.dumps(result)


def test_no_password_is_in_ansible_runners_artifacts(node: ControlNode, aws: FaultProxy, iam: IAMClient) -> None:
    project = node.folder / "runner" / "project"
    project.mkdir(parents=True)
    node.write_playbook(
        [
            {
                "name": "The role",
                "ansible.builtin.include_role": {"name": "cloudhsm.iam.user_provisioning"},
                "vars": {
                    "user_provisioning_users": "{{ users }}",
                    "user_provisioning_credentials_store": "file",
                    "user_provisioning_credentials_path": str(node.folder / "private" / "p.yml"),
                },
            }
        ],
        "runner/project/play.yml",
    )
    (node.folder / "runner" / "project" / "users.yml").write_text(yaml.safe_dump({"users": USERS[:1]}))
    run = node.run(
        "ansible-runner", "run", str(node.folder / "runner"), "-p", "play.yml", "--cmdline", "-e @users.yml -vvv"
    )
    assert run.status == 0, run.output
    (password,) = set_passwords(aws).values()
    for path in (node.folder / "runner" / "artifacts").rglob("*"):
        assert not path.is_file() or password.encode() not in path.read_bytes(), path
    assert iam.get_login_profile(UserName="alice")


def test_passwords_satisfy_the_accounts_policy_or_are_refused(
    node: ControlNode, aws: FaultProxy, iam: IAMClient
) -> None:
    iam.update_account_password_policy(MinimumPasswordLength=40, RequireNumbers=True, RequireSymbols=True)
    refused = provision(node)
    assert refused.failure == (
        "Nothing was changed. user_provisioning_users[1] (bob): password: does not satisfy the account's password "
        "policy, which asks for at least 40 characters"
    )
    assert aws.writes == []
    assert not (node.folder / "private" / "passwords.yml").exists()
    users = [USERS[0], {**USERS[1], "password": GIVEN * 3}]
    aws.clear()
    assert provision(node, users=users).status == 0
    passwords = set_passwords(aws)
    assert passwords == {"alice": stored(node)["alice"]["password"], "bob": GIVEN * 3}
    assert len(passwords["alice"]) == 40


def test_a_password_whose_login_profile_has_gone_is_replaced(
    node: ControlNode, aws: FaultProxy, iam: IAMClient
) -> None:
    provision(node, users=USERS[:1])
    first = set_passwords(aws)["alice"]
    iam.delete_login_profile(UserName="alice")
    aws.clear()
    assert provision(node, users=USERS[:1]).status == 0
    second = set_passwords(aws)["alice"]
    assert second != first
    assert stored(node) == {"alice": {"password": second, "state": "set"}}

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Commands that fix findings: a shell runs what is meant, for one and for all, whatever the names are."""

from __future__ import annotations

import json
import subprocess

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.remedies import (
    PROVISION,
    Command,
    Run,
    aws,
    provision,
    together,
)
from helpers.accounts import samples

# In place of the programs: what they were called with, each word with a zero behind it.
SPIES = "aws() { printf '%s\\0' aws \"$@\"; }; ansible-playbook() { printf '%s\\0' ansible-playbook \"$@\"; }\n"


def called(script: str) -> list[str]:
    """The words of all calls that a shell makes of the script."""
    run = subprocess.run(["bash"], input=(SPIES + script).encode(), capture_output=True, check=True)
    assert not run.stderr
    return run.stdout.decode().split("\0")[:-1]


def keys(name: str, key: str) -> Command:
    return aws("update-access-key", " --status Inactive", user_name=name, access_key_id=key)


def test_one_subject_has_a_plain_command() -> None:
    command = keys("alice", "AKIA1")
    assert str(command) == "aws iam update-access-key --user-name alice --access-key-id AKIA1 --status Inactive"
    assert together([command]) == str(command)
    assert called(str(aws("delete-login-profile", user_name="a b"))) == [
        *("aws", "iam", "delete-login-profile", "--user-name"),
        "a b",
    ]


@pytest.mark.parametrize("names", [("alice", "bob"), samples.HOSTILE, ("{user}", "{policy}", "$user", "END")])
def test_a_loop_calls_once_for_each(names: tuple[str, ...]) -> None:
    script = together([aws("delete-login-profile", user_name=name) for name in names])
    assert script.startswith("for user in ")
    assert script.count("delete-login-profile") == 1
    words = ["aws", "iam", "delete-login-profile", "--user-name"]
    assert called(script) == [word for name in names for word in (*words, name)]


@pytest.mark.parametrize("names", [("alice", "bob"), samples.HOSTILE, ("{user}", "{key}", "$1", "fix")])
def test_a_function_is_called_with_each_pair(names: tuple[str, ...]) -> None:
    script = together([keys(name, name[::-1]) for name in names])
    assert script.count("update-access-key") == 1
    expected = [
        word
        for name in names
        for word in (
            *("aws", "iam", "update-access-key", "--user-name", name),
            *("--access-key-id", name[::-1], "--status", "Inactive"),
        )
    ]
    assert called(script) == expected


def test_users_of_a_playbook_are_one_list() -> None:
    script = together([provision("alice", groups=["G"]), provision("o'hara", console_access=False)])
    program, name, option, extra = called(script)
    assert (program, name, option) == ("ansible-playbook", "cloudhsm.iam.provision_users", "-e")
    assert json.loads(extra)["user_provisioning_users"] == [
        {"name": "alice", "groups": ["G"]},
        {"name": "o'hara", "console_access": False},
    ]


def test_a_list_that_is_too_long_for_an_argument_is_a_file(tmp_path: object) -> None:
    script = together([provision(f"user-{number:05}", console_access=False) for number in range(5000)])
    words = called(f"cd {tmp_path}; {script}")
    assert words == ["ansible-playbook", "cloudhsm.iam.provision_users", "-e", "@fix.json"]
    assert script.splitlines()[-1] == f"{PROVISION} @fix.json"
    with open(f"{tmp_path}/fix.json", encoding="utf-8") as stream:
        assert len(json.load(stream)["user_provisioning_users"]) == 5000


def test_different_commands_and_sentences_stand_one_after_the_other() -> None:
    runs: list[Run] = [
        "By hand",
        aws("delete-user-policy", user_name="a", policy_name="p"),
        "By hand",
        aws("delete-group-policy", group_name="g", policy_name="p"),
    ]
    assert together(runs).splitlines() == [
        "By hand",
        "aws iam delete-user-policy --user-name a --policy-name p",
        "aws iam delete-group-policy --group-name g --policy-name p",
    ]
    assert together(["one", "two"], "both") == "both"
    assert together(["one"], "both") == "one"


def test_what_follows_a_loop_names_no_subject() -> None:
    runs = [aws("list-access-keys", after=", then: for {user}", user_name=name) for name in ("a", "b")]
    assert together(runs).endswith("; done, then: for USER")
    assert str(runs[0]).endswith(", then: for a")

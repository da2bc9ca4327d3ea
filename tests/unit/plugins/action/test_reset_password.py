# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A forgotten password is reset, on an account in this process."""

from __future__ import annotations

import typing as t
from pathlib import Path
from unittest import mock

import pytest
import yaml
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._credentials_files import FilePassword
from helpers.accounts.credentials import (
    ACCOUNT,
    CHANGE_PASSWORD,
    Passwords,
    answer_lost,
    client,
    device,
    in_group_with_mfa,
    password_of,
    people,
    run,
)
from helpers.moto.in_process import Account
from helpers.moto.kills import KilledError, killed_at


@pytest.fixture
def aws() -> t.Iterator[Account]:
    with people() as made:
        yield made


@pytest.fixture(params=["file", "secretsmanager", "ssm_parameter"])
def passwords(request: pytest.FixtureRequest, tmp_path: Path) -> Passwords:
    return Passwords(request.param, tmp_path)


def test_a_password_is_reset_and_handed_over(aws: Account, passwords: Passwords) -> None:
    planned = run("reset_password", "eve", check_mode=True, **passwords.options)
    assert (planned["changed"], aws.writes, passwords.entry()) == (True, [], None)
    made = run("reset_password", "eve", **passwords.options)
    assert passwords.entry() == (password_of("eve"), "set")
    assert password_of("eve") not in str(made)
    assert client().get_login_profile(UserName="eve")["LoginProfile"]["PasswordResetRequired"]
    assert made["changes"] == planned["changes"]
    assert made["lines"][0] == planned["lines"][0].replace("would be", "is")
    assert made["lines"][0].startswith("~ user eve: new first password to ")
    assert made["lines"][1] == "Done: 0 created, 1 changed, 0 deleted, 0 unchanged"
    assert made["diff"]["after"]["eve"]["password_reset_required"] is True
    # Again, on purpose or not: another password, which is the one in the store.
    before = password_of("eve")
    run("reset_password", "eve", **passwords.options)
    assert passwords.entry() == (password_of("eve"), "set")
    assert before != password_of("eve")


@pytest.mark.parametrize("after", [False, True])
def test_a_reset_that_is_killed_is_finished_by_the_next(aws: Account, passwords: Passwords, after: bool) -> None:
    assert aws
    known = "Chosen-by-the-user-1"
    for number in range(1, 10):
        try:
            with killed_at(number, after=after):
                run("reset_password", "eve", **passwords.options)
        except KilledError:
            # Somebody has the password that is set, whichever that is: it is the one before, or the store has it.
            assert password_of("eve") in (known, *(passwords.entry() or ())[:1])
            run("reset_password", "eve", **passwords.options)
            assert passwords.entry() == (password_of("eve"), "set")
            known = password_of("eve")
        else:
            break
    # In a file only the call to IAM itself is a write to AWS.
    assert number > (1 if passwords.kind == "file" and not after else 0 if passwords.kind == "file" else 2)


@pytest.mark.parametrize("place", ["password", "was_set"])
def test_a_run_that_is_killed_at_the_file_is_finished_too(aws: Account, tmp_path: Path, place: str) -> None:
    assert aws
    store = Passwords("file", tmp_path)
    with mock.patch.object(FilePassword, place, side_effect=KilledError), pytest.raises(KilledError):
        run("reset_password", "eve", **store.options)
    stored = store.entry()
    assert stored is None if place == "password" else stored == (password_of("eve"), "pending")
    run("reset_password", "eve", **store.options)
    assert store.entry() == (password_of("eve"), "set")


def test_a_password_that_somebody_has_planted_is_never_set(aws: Account) -> None:
    assert aws
    store = Passwords("secretsmanager", Path())
    tags = [{"Key": "cloudhsm.iam/first-password", "Value": "pending"}]
    name = f"/cloudhsm-iam/first-passwords/{ACCOUNT}/eve"
    client("secretsmanager").create_secret(Name=name, SecretString="Planted-by-mallory-1", Tags=tags)
    run("reset_password", "eve", **store.options)
    assert store.entry() == (password_of("eve"), "set")
    assert password_of("eve") != "Planted-by-mallory-1"


def test_a_password_that_aws_refuses_is_taken_back(aws: Account, tmp_path: Path) -> None:
    store = Passwords("file", tmp_path)
    run("reset_password", "eve", **store.options)
    before = store.entry()
    aws.denied.add("UpdateLoginProfile")
    failed = run("reset_password", "eve", **store.options)
    assert failed["failed"]
    assert "may not call iam:UpdateLoginProfile" in failed["msg"]
    assert "Not done: update login profile" in failed["msg"]
    assert store.entry() == before


def test_a_user_without_a_password_gets_one_only_if_it_is_said(aws: Account, tmp_path: Path) -> None:
    store = Passwords("file", tmp_path)
    client().attach_user_policy(UserName="svc-backup", PolicyArn=CHANGE_PASSWORD)
    refused = run("reset_password", "svc-backup", **store.options)
    assert "svc-backup has no password for the console; to give it one, set console_access" in refused["msg"]
    made = run("reset_password", "svc-backup", console_access=True, **store.options)
    assert [change["operation"] for change in made["changes"]] == ["create_login_profile"]
    assert password_of("svc-backup") == yaml.safe_load(store.path.read_text())[ACCOUNT]["svc-backup"]["password"]


def test_who_could_not_change_the_password_is_refused(aws: Account, tmp_path: Path) -> None:
    options = Passwords("file", tmp_path).options
    client().detach_user_policy(UserName="eve", PolicyArn=CHANGE_PASSWORD)
    assert "nothing allows iam:ChangePassword" in run("reset_password", "eve", **options)["msg"]
    in_group_with_mfa()
    refused = run("reset_password", "eve", **options)["msg"]
    assert "iam:ChangePassword needs MFA, and the user has no MFA device yet" in refused
    # Who signs in with MFA is not denied it.
    device("eve", "phone")
    made = run("reset_password", "eve", **options)
    assert "with the MFA device as before" in made["next"][0]


def test_an_answer_that_is_lost_leaves_the_entry_pending(aws: Account, tmp_path: Path) -> None:
    assert aws
    store = Passwords("file", tmp_path)
    with answer_lost("UpdateLoginProfile"):
        assert run("reset_password", "eve", **store.options)["failed"]
    # It may be the user's by now, so it stays where its reader finds it.
    assert store.entry() == (password_of("eve"), "pending")

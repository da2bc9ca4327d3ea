# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the jobs of iam_user_credentials refuse alike, on an account in this process."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from helpers.accounts.credentials import Passwords, client, people, run
from helpers.modules.in_process import run_action
from helpers.moto.in_process import Account


@pytest.fixture
def aws() -> t.Iterator[Account]:
    with people() as made:
        yield made


@pytest.mark.parametrize("job", ["reset_password", "replace_mfa_device", "rotate_access_key"])
def test_wrong_users_are_refused(aws: Account, tmp_path: Path, job: str) -> None:
    store = {} if job == "replace_mfa_device" else Passwords("file", tmp_path).options
    assert "has no user ewe; did you mean eve?" in run(job, "ewe", **store)["msg"]
    assert "user: is missing" in run(job, "", **store)["msg"]
    client().tag_user(UserName="eve", Tags=[{"Key": "cloudhsm.iam/suspended", "Value": "true"}])
    assert "eve is suspended; restore the user first" in run(job, "eve", **store)["msg"]
    client().untag_user(UserName="eve", TagKeys=["cloudhsm.iam/suspended"])
    client().tag_user(UserName="eve", Tags=[{"Key": "cloudhsm.iam/protected", "Value": "true"}])
    aws.calls.clear()
    told = run(job, "eve", check_mode=True, **store).get("msg", "")
    assert ("eve is marked as protected" in told) is (job != "rotate_access_key")
    assert "marked as protected" not in run(job, "eve", check_mode=True, allow_protected=True, **store).get("msg", "")
    assert aws.writes == []


def test_options_of_another_job_and_without_a_store_are_refused(aws: Account) -> None:
    told = run("reset_password", "eve", mfa_device="phone", delete_after_days=3)["problems"]
    assert told == [
        "mfa_device: is for the job replace_mfa_device, and this is reset_password",
        "delete_after_days: is for the job rotate_access_key, and this is reset_password",
        "store: a new password has to be handed over; set it to file, vault_file or another store",
    ]
    told = run("rotate_access_key", "svc-backup", store_prefix="x", store="secretsmanager", min_age_days=-1)["problems"]
    assert [problem.partition(":")[0] for problem in told] == ["min_age_days", "store_prefix"]
    assert "a new key has to be handed over" in run("rotate_access_key", "svc-backup")["msg"]
    assert aws.calls.count("CreateAccessKey") == 0


def test_messages_name_the_variables_of_the_role(aws: Account, tmp_path: Path) -> None:
    assert aws
    (tmp_path / "open").mkdir(mode=0o777)
    variables = {
        "user_credentials_job": "reset_password",
        "user_credentials_user": "eve",
        "user_credentials_store": "file",
        "user_credentials_store_path": str(tmp_path / "open" / "file" / ".." / "x" / "y.yml"),
        "user_credentials_mfa_device": "phone",
    }
    told = run_action("iam_user_credentials", {"variables_prefix": "user_credentials_"}, variables)["problems"]
    assert told[0].startswith("user_credentials_mfa_device: is for the job")

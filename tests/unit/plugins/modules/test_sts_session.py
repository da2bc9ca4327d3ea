# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module sts_session: what it asks AWS for, what it tells, and how it fails."""

from __future__ import annotations

import datetime
import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.modules import sts_session as module

if t.TYPE_CHECKING:
    from helpers.modules.scripted import RunModule, Stubbed

ROLE = "arn:aws:iam::222222222222:role/OrganizationAccountAccessRole"
ENDS = datetime.datetime(2026, 11, 25, 2, tzinfo=datetime.UTC)
ANSWER = {
    "Credentials": {
        "AccessKeyId": "ASIAIOSFODNN7EXAMPLE",
        "SecretAccessKey": "not-a-key",
        "SessionToken": "not-a-token",
        "Expiration": ENDS,
    }
}
ASKED = {"RoleArn": ROLE, "RoleSessionName": "cloudhsm.iam", "DurationSeconds": 3600}


@pytest.mark.parametrize(
    ("options", "asked"),
    [
        ({}, {}),
        ({"session_name": "ours", "duration": 900}, {"RoleSessionName": "ours", "DurationSeconds": 900}),
        ({"external_id": "of-ours"}, {"ExternalId": "of-ours"}),
        ({"tags": {"change": "0042"}}, {"Tags": [{"Key": "change", "Value": "0042"}]}),
    ],
    ids=str,
)
@pytest.mark.parametrize("check", [False, True], ids=["run", "check mode"])
def test_it_assumes_the_role_also_in_check_mode(
    run_module: RunModule, sts: Stubbed, options: dict[str, t.Any], asked: dict[str, t.Any], check: bool
) -> None:
    sts.answers("assume_role", ANSWER, **{**ASKED, **asked})
    result = run_module(module.main, role_arn=ROLE, check=check, **options)
    assert result == {
        "changed": False,
        "credentials": {
            "access_key": "ASIAIOSFODNN7EXAMPLE",
            "secret_key": "not-a-key",
            "session_token": "not-a-token",
        },
        "expires": int(ENDS.timestamp()),
    }


def test_a_refusal_names_the_role(run_module: RunModule, sts: Stubbed) -> None:
    sts.refuses("assume_role", "AccessDenied", "User is not authorized to perform: sts:AssumeRole", **ASKED)
    result = run_module(module.main, role_arn=ROLE)
    assert result["failed"]
    assert ROLE in result["msg"]
    assert "sts:AssumeRole" in result["msg"]


def test_a_role_has_to_be_named(run_module: RunModule) -> None:
    assert "role_arn" in run_module(module.main)["msg"]

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys of GovCloud or China without a region are unknown where IAM is global: each action says what to set."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from helpers.modules.in_process import actions, run_action
from helpers.moto import in_process
from helpers.moto.answers import error
from helpers.moto.in_process import Account, account

Values = dict[str, t.Any]
ROLE = "arn:aws:iam::123456789012:role/Admin"
DOCUMENT = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}
USER: Values = {"user_provisioning_users": [{"name": "alice", "console_access": True}]}
# By the action: its options, and the variables of the play.
ACTIONS: dict[str, tuple[Values, Values]] = {
    "cloudhsm_guardrails": ({"targets": ["/"]}, {}),
    "guarded_module": ({"name": "amazon.aws.iam_group", "expected_account_ids": ["123456789012"]}, {}),
    "iam_account_guard": ({}, {}),
    "iam_account_password_policy": ({"min_pw_length": 14}, {}),
    "iam_admin_group": ({}, {}),
    "iam_administration": ({}, {"bootstrap_credentials_path": "store/first.yml"}),
    "iam_cloudhsm_group": ({}, {}),
    "iam_customer_managed_policy": ({"name": "Reading", "document": DOCUMENT}, {}),
    "iam_service_linked_role": ({"service_name": "cloudhsm.amazonaws.com"}, {}),
    "iam_user_offboarding": ({}, {"user_offboarding_users": ["alice"]}),
    "iam_user_provisioning": (
        {},
        {
            **USER,
            "user_provisioning_credentials_store": "file",
            "user_provisioning_credentials_path": "store/first.yml",
        },
    ),
    "identity_center_access": ({"permission_sets": [{"name": "Readers"}], "region": "us-gov-west-1"}, {}),
    "identity_center_users": ({"users": [{"name": "ann"}], "region": "us-gov-west-1"}, {}),
    "identity_center_provisioning": ({"region": "us-gov-west-1"}, {}),
    "sts_account_session": ({}, {"account_session_role_arn": ROLE}),
}


@pytest.fixture
def aws() -> Iterator[Account]:
    """An account that knows none of the keys."""

    def answer(self: Account, action: str, request: AWSPreparedRequest) -> AWSResponse:
        self.calls.append(action)
        return in_process._response(request, error(403, "InvalidClientTokenId", "The security token is invalid."))

    with account() as made, actions(), mock.patch.object(Account, "answer", answer):
        yield made


@pytest.mark.parametrize("name", ACTIONS)
def test_an_unknown_key_names_the_variable_before_anything_is_written(
    aws: Account, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    options, variables = ACTIONS[name]
    result = run_action(name, options, variables)
    assert result["failed"]
    assert "for GovCloud or China set AWS_REGION too" in result["msg"]
    assert aws.calls
    assert aws.writes == []
    assert list(tmp_path.iterdir()) == []

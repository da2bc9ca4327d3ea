# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who calls is read off the caller's ARN, and the account's alias is not insisted on."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import (
    Caller,
    read_alias,
    read_caller,
    sign_in_url,
)
from botocore.exceptions import ClientError

if t.TYPE_CHECKING:
    from helpers.modules.scripted import Stubbed


@pytest.mark.parametrize(
    ("arn", "partition", "user_name"),
    [
        ("arn:aws:iam::123456789012:user/Administrator", "aws", "Administrator"),
        ("arn:aws:iam::123456789012:user/division/team/alice", "aws", "alice"),
        ("arn:aws-cn:iam::123456789012:user/alice", "aws-cn", "alice"),
        ("arn:aws-us-gov:iam::123456789012:user/a+b=c,d.e@f-g_h", "aws-us-gov", "a+b=c,d.e@f-g_h"),
        ("arn:aws:iam::123456789012:root", "aws", None),
        ("arn:aws-us-gov:sts::123456789012:assumed-role/user/alice", "aws-us-gov", None),
        ("arn:aws:sts::123456789012:federated-user/alice", "aws", None),
    ],
)
def test_partition_and_user_are_read_off_the_arn(arn: str, partition: str, user_name: str | None) -> None:
    caller = Caller(account_id="123456789012", arn=arn, user_id="AIDACKCEVSQ6C2EXAMPLE")
    assert (caller.partition, caller.user_name) == (partition, user_name)


@pytest.mark.parametrize(
    ("arn", "is_root"),
    [
        ("arn:aws:iam::123456789012:root", True),
        ("arn:aws-cn:iam::123456789012:root", True),
        ("arn:aws:iam::123456789012:user/root", False),
        ("arn:aws:sts::123456789012:assumed-role/ops/root", False),
        ("arn:aws:sts::123456789012:root", False),
    ],
)
def test_only_the_root_user_is_root(arn: str, is_root: bool) -> None:
    assert Caller(account_id="123456789012", arn=arn, user_id="123456789012").is_root == is_root


def test_the_caller_is_whom_sts_names(sts: Stubbed) -> None:
    arn = "arn:aws:iam::123456789012:user/alice"
    sts.answers("get_caller_identity", {"Account": "123456789012", "Arn": arn, "UserId": "AIDA"})
    assert read_caller(sts.client) == Caller(account_id="123456789012", arn=arn, user_id="AIDA")


@pytest.mark.parametrize(("aliases", "expected"), [(["example-corp"], "example-corp"), ([], None)])
def test_the_alias_is_read_where_there_is_one(iam: Stubbed, aliases: list[str], expected: str | None) -> None:
    iam.answers("list_account_aliases", {"AccountAliases": aliases, "IsTruncated": False})
    assert read_alias(iam.client) == expected


def test_without_the_permission_there_is_no_alias(iam: Stubbed) -> None:
    iam.refuses("list_account_aliases", "AccessDenied", "User: x is not authorized")
    assert read_alias(iam.client) is None


@pytest.mark.parametrize("code", ["ExpiredToken", "Throttling", "ServiceFailure"])
def test_any_other_error_about_the_alias_is_raised(iam: Stubbed, code: str) -> None:
    iam.refuses("list_account_aliases", code)
    with pytest.raises(ClientError, match=code):
        read_alias(iam.client)


@pytest.mark.parametrize(
    ("partition", "account", "url"),
    [
        ("aws", "example-corp", "https://example-corp.signin.aws.amazon.com/console"),
        ("aws", "123456789012", "https://123456789012.signin.aws.amazon.com/console"),
        ("aws-cn", "123456789012", "https://123456789012.signin.amazonaws.cn/console"),
        ("aws-us-gov", "example-corp", "https://example-corp.signin.amazonaws-us-gov.com/console"),
    ],
)
def test_users_sign_in_at_their_partition(partition: str, account: str, url: str) -> None:
    assert sign_in_url(partition, account) == url

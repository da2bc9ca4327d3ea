# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the proxy refuses in AWS's place."""

from __future__ import annotations

import json
import typing as t
import unicodedata
from collections.abc import Callable

import pytest
from helpers.documents.case_files import case_bytes
from helpers.moto.answers import Answer
from helpers.moto.clients import iam_client
from helpers.moto.fault_proxy import FaultProxy
from helpers.moto.limits import is_tag_text, refused_tags
from hypothesis import given
from hypothesis import strategies as st

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


def rule_of_the_case() -> Callable[[str], bool]:
    """The rule for the characters of tags that the case's own server has."""
    source = case_bytes("mfa-device-with-comma", "strict.py").decode()
    (line,) = [line for line in source.splitlines() if line.startswith("def ok(")]
    names: dict[str, t.Any] = {"unicodedata": unicodedata}
    exec(line, names)
    return t.cast("Callable[[str], bool]", names["ok"])


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_the_rule_for_tags_is_that_of_the_case(text: str) -> None:
    assert is_tag_text(text) == rule_of_the_case()(text)


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"Tags.member.1.Key": "a", "Tags.member.1.Value": "eve,phone"}, "ValidationError"),
        ({"Tags.member.1.Key": "a\tb", "Tags.member.1.Value": ""}, "ValidationError"),
        ({"Tags.member.1.Key": "a", "Tags.member.1.Value": "x" * 257}, "ValidationError"),
        ({"Tags.member.1.Key": "AWS:a", "Tags.member.1.Value": ""}, "InvalidInput"),
        (
            {f"Tags.member.{number}.{part}": "aA"[number - 1] for number in (1, 2) for part in ("Key", "Value")},
            "InvalidInput",
        ),
        ({"Tags": json.dumps([{"Key": "a", "Value": "eve,phone"}])}, "ValidationError"),
        ({"Tags": json.dumps([{"Key": "a", "Value": "=2C ü 9"}]), "UserName": "a,b"}, None),
        ({"TagKeys.member.1": "a,b"}, None),
    ],
)
def test_tags_that_aws_refuses(params: dict[str, str], code: str | None) -> None:
    answer = refused_tags(params)
    assert isinstance(answer, Answer) == (code is not None)
    if answer and code:
        assert code in answer.body.decode()


def test_a_user_can_have_so_much_of_everything(aws: FaultProxy, iam: IAMClient) -> None:
    proxied = iam_client(aws.url)
    iam.create_user(UserName="eve")
    tags: t.Any = [{"Key": f"k{number}", "Value": ""} for number in range(50)]
    proxied.tag_user(UserName="eve", Tags=tags)
    proxied.tag_user(UserName="eve", Tags=[{"Key": "K1", "Value": "again"}])
    refused = proxied.exceptions.LimitExceededException
    with pytest.raises(refused):
        proxied.tag_user(UserName="eve", Tags=[{"Key": "one-more", "Value": ""}])
    names = [policy["Arn"] for policy in iam.list_policies(Scope="AWS", MaxItems=11)["Policies"]]
    for arn in names[:10]:
        proxied.attach_user_policy(UserName="eve", PolicyArn=arn)
    with pytest.raises(refused):
        proxied.attach_user_policy(UserName="eve", PolicyArn=names[10])
    statement = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Sid": "x" * 1800}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]}, indent=4)
    proxied.put_user_policy(UserName="eve", PolicyName="long", PolicyDocument=document)
    proxied.put_user_policy(UserName="eve", PolicyName="long", PolicyDocument=document)
    with pytest.raises(refused):
        proxied.put_user_policy(UserName="eve", PolicyName="more", PolicyDocument=document)

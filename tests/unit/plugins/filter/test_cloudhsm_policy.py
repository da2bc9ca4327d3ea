# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the filter gives, and all that it refuses."""

from __future__ import annotations

import typing as t

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.cloudhsm.iam.plugins.filter import cloudhsm_policy as plugin
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.catalogue import LEVELS
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import Wish, build_policy

policy = plugin.FilterModule().filters()["cloudhsm_policy"]

ARN = "arn:aws:cloudhsm:us-east-1:123456789012:cluster/cluster-abcdefghijk"
OWN = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "cloudhsm:ListTags", "Resource": "*"}}

# The guide's policies, word for word.
GUIDE_EC2 = """
    ec2:CreateNetworkInterface ec2:DescribeNetworkInterfaces ec2:DescribeNetworkInterfaceAttribute
    ec2:DetachNetworkInterface ec2:DeleteNetworkInterface ec2:CreateSecurityGroup ec2:AuthorizeSecurityGroupIngress
    ec2:AuthorizeSecurityGroupEgress ec2:RevokeSecurityGroupEgress ec2:DescribeSecurityGroups ec2:DeleteSecurityGroup
    ec2:CreateTags ec2:DescribeVpcs ec2:DescribeSubnets iam:CreateServiceLinkedRole
"""
GUIDE = {
    "read_only": "cloudhsm:DescribeClusters cloudhsm:DescribeBackups cloudhsm:ListTags",
    "power_user": f"""
        cloudhsm:DescribeClusters cloudhsm:DescribeBackups cloudhsm:CreateCluster cloudhsm:CreateHsm
        cloudhsm:RestoreBackup cloudhsm:CopyBackupToRegion cloudhsm:InitializeCluster cloudhsm:ListTags
        cloudhsm:TagResource cloudhsm:UntagResource {GUIDE_EC2}
    """,
    "admin": f"cloudhsm:* {GUIDE_EC2}",
}


@pytest.mark.parametrize("level", GUIDE)
def test_the_guides_policies_are_the_guides(level: str) -> None:
    made = policy(level)
    assert made["Version"] == "2012-10-17"
    (statement,) = made["Statement"]
    assert sorted(statement["Action"]) == sorted(GUIDE[level].split())
    assert statement == {"Effect": "Allow", "Action": statement["Action"], "Resource": "*"}


@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_every_arn_is_of_the_partition(partition: str) -> None:
    made = policy("admin", profile="hardened", partition=partition, tags={"team": "x"})
    arns = [part for part in str(made).split("'") if part.startswith("arn:")]
    assert len(arns) == 4
    assert {arn.split(":")[1] for arn in arns} == {partition}


def test_ones_own_policy_comes_out_as_it_is() -> None:
    assert policy("admin", policy=OWN) == OWN


def test_more_clusters_than_fit() -> None:
    arns = [f"{ARN[:-2]}{one}{two}" for one in "abcdefghij" for two in "abcdefghij"]
    with pytest.raises(
        AnsibleFilterError, match=r"cluster_arns: the policy has [78],\d{3} characters, and IAM takes 6,144; name fewer"
    ):
        policy("read_only", profile="hardened", cluster_arns=arns)


WRONG: list[tuple[t.Any, dict[str, t.Any], list[str]]] = [
    ("root", {}, [f"the access level: is 'root', and has to be one of {', '.join(LEVELS)}"]),
    (
        ["admin"],
        {"profile": "hard", "partition": "aws-de"},
        ["the access level: ", "profile: ", "partition: there is no policy for the partition 'aws-de'"],
    ),
    ("admin", {"regions": ["us-east-1"], "tags": {"a": "b"}}, ["regions, tags: need profile hardened"]),
    ("admin", {"allow_backup_copy": True}, ["allow_backup_copy: need profile hardened"]),
    (
        "admin",
        {"profile": "hardened", "allow_backup_copy": "perhaps"},
        ["allow_backup_copy: is neither true nor false"],
    ),
    ("admin", {"profile": "hardened", "account_id": "12"}, ["account_id: '12' is not an account ID"]),
    ("admin", {"profile": "hardened", "cluster_arns": []}, ["cluster_arns: must not be an empty list"]),
    ("admin", {"profile": "hardened", "cluster_arns": f"{ARN},"}, ["cluster_arns: must not be an empty list"]),
    ("admin", {"profile": "hardened", "regions": [], "tags": {}}, ["regions: must not be", "tags: must not be"]),
    ("admin", {"profile": "hardened", "tags": ["a"]}, ["tags: must not be an empty dictionary"]),
    (
        "admin",
        {
            "profile": "hardened",
            "account_id": "123456789012",
            "regions": ["us-east-1", "eu-central"],
            "tags": {"aws:x": "y", "team": "a*", "n": 1},
            "cluster_arns": [
                ARN,
                ARN,
                7,
                "cluster-abcdefghijk",
                f"{ARN[:-1]}*",
                ARN.replace("cluster/cluster", "backup/backup"),
                ARN.replace("arn:aws:", "arn:aws-cn:"),
                ARN.replace("123456789012", "999999999999"),
                ARN.replace("us-east-1", "cn-north-1"),
                ARN.replace("us-east-1", "us-west-2"),
                ARN.replace("us-east-1", "us"),
            ],
        },
        [
            "regions[1]: 'eu-central' is not the name of a region",
            "tags: 'aws:x' can't be the key of a tag",
            "tags.team: 'a*' can't be the value of a tag",
            "tags.n: must be text, not a number: put it in quotes",
            f"cluster_arns[1]: '{ARN}' is there twice",
            "cluster_arns[2]: 7 is not a string",
            "cluster_arns[3]: 'cluster-abcdefghijk' is not the ARN of a cluster",
            "cluster_arns[4]: ",
            "cluster_arns[5]: ",
            "is in the partition aws-cn, and the policy is for aws",
            "is of the account 999999999999, and the policy is for 123456789012",
            "has a region that is in the partition aws-cn, not in aws",
            "cluster_arns[9]: 'arn:aws:cloudhsm:us-west-2:123456789012:cluster/cluster-abcdefghijk' is in none of",
            "has a region that is not the name of a region",
        ],
    ),
    ("admin", {"profile": "hardened", "regions": ["us-gov-west-1"]}, ["is in the partition aws-us-gov, not in aws"]),
    ("admin", {"profile": "hardened", "tags": {"a": "1", "A": "1"}}, ["tags: some keys differ by case only"]),
    (
        "read_only",
        {"profile": "hardened", "allow_backup_copy": True},
        ["read_only does not include this right; power_user does"],
    ),
    (
        "power_user",
        {"profile": "hardened", "allow_backup_copy": True, "allow_backup_sharing": True, "cluster_arns": [ARN]},
        [
            "allow_backup_copy: can't be limited to cluster_arns",
            "allow_backup_sharing: the access level power_user does",
        ],
    ),
    ("admin", {"policy": OWN, "profile": "hardened"}, ["can't be combined with profile"]),
    ("admin", {"policy": OWN, "tags": {}, "allow_backup_copy": True}, ["combined with tags, allow_backup_copy"]),
    ("admin", {"policy": {}}, ["policy: has no Version 2012-10-17", "policy: has no Statement"]),
    ("admin", {"policy": "{}"}, ["policy: has no Version 2012-10-17", "policy: has no Statement"]),
    ("admin", {"policy": "policy.json"}, ["policy: is not a policy document: the text is not JSON, line 1: "]),
    ("admin", {"policy": ["Version"]}, ["policy: is not a policy document: a dictionary, or a text of JSON"]),
    ("admin", {"policy": {**OWN, "Statement": [1]}}, ["policy: Statement[0] is not a dictionary"]),
    (
        "admin",
        {
            "policy": {
                "Version": "2012-10-17",
                "Statements": [],
                "Statement": [
                    {"Effect": "allow", "Action": [], "Resource": "*", "Principal": "*", "Condition": "none"},
                    {"Effect": "Deny", "Action": "a:b", "NotAction": "a:b"},
                ],
            }
        },
        [
            "policy: has Statements, which is not an element of a policy",
            "policy: Statement[0] has Principal, which",
            "policy: Statement[0] has no Effect Allow or Deny",
            "policy: Statement[0] has an Action or NotAction that is neither a string nor a list of strings",
            "policy: Statement[0] has a Condition that is not a dictionary",
            "policy: Statement[1] needs one of Action and NotAction",
            "policy: Statement[1] needs one of Resource and NotResource",
        ],
    ),
    (
        "admin",
        {"policy": {**OWN, "Statement": {**OWN["Statement"], "Sid": "a" * 6144}}},  # type: ignore[dict-item]
        ["characters, and IAM takes 6,144"],
    ),
]


@pytest.mark.parametrize(("level", "options", "said"), WRONG)
def test_all_mistakes_are_in_one_message(level: t.Any, options: dict[str, t.Any], said: list[str]) -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        policy(level, **options)
    _document, problems = build_policy(Wish(level, **options))
    assert str(refused.value).endswith("; ".join(problems))
    assert len(problems) == len(said)
    for words in said:
        assert any(words in problem for problem in problems), (words, problems)


def test_mistakes_are_told_by_the_names_that_were_given() -> None:
    names = {name: f"hsm_{name}" for name in Wish.__dataclass_fields__}
    wrong: list[tuple[str, dict[str, t.Any]]] = [(level, options) for level, options, _said in WRONG]
    for level, options in wrong:
        plain, named = (build_policy(Wish(level, **options, names=given))[1] for given in (None, names))
        for one, other in zip(plain, named, strict=True):
            assert other.startswith("hsm_"), other
            assert other.replace("hsm_level", "the access level").replace("hsm_", "") == one


def test_the_options_are_the_documented_ones() -> None:
    documented = yaml.safe_load(plugin.DOCUMENTATION)["options"]
    options = {name: option.get("default") for name, option in documented.items() if name != "_input"}
    assert options == {name: getattr(Wish("admin"), name) for name in options}
    assert set(options) == set(Wish.__dataclass_fields__) - {"level"}

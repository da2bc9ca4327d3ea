# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""No trust policy that passes the checks lets in another repository, project, namespace or account."""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._cloudhsm_role.input import with_defaults
from ansible_collections.cloudhsm.iam.plugins.module_utils._cloudhsm_role.trust import trust_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_trust import saml_trust_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.trust import openings
from helpers.modules.cloudhsm_role import NUMBER, OTHER, all_problems, options
from hypothesis import given, settings
from hypothesis import strategies as st

Values = dict[str, t.Any]
EKS_URL = "https://oidc.eks.eu-west-1.amazonaws.com/id/ABCDEF0123456789"
HOSTS = {
    "github": "token.actions.githubusercontent.com",
    "gitlab": "gitlab.com",
    "eks": EKS_URL.removeprefix("https://"),
}
# What tokens of others hold. Every one of them can be had by anybody who can use the issuer.
FOREIGN = {
    "github": [
        "repo:evil/repo:ref:refs/heads/main",
        "repo:mine-evil/repo:environment:production",
        "repo:minee/repo:pull_request",
        "repo:m/mine:ref:refs/heads/mine",
        "repo:evil/mine:environment:repo:mine/repo",
        "repo:evil@1/mine@2:ref:refs/heads/main",
    ],
    "gitlab": [
        "project_path:evil/project:ref_type:branch:ref:main",
        "project_path:mine-evil/project:ref_type:tag:ref:1",
        "project_path:minee/mine:ref_type:branch:ref:mine/mine",
    ],
    "eks": [
        "system:serviceaccount:evil:client",
        "system:serviceaccount:mine-evil:mine",
        "system:serviceaccount:default:default",
    ],
}
PARTS = ["repo:", "project_path:", "system:serviceaccount:", "mine", "/", ":", "*", "?", "ref", "@1", "-", "repo", "."]
SUBJECTS = st.lists(st.lists(st.sampled_from(PARTS), max_size=8).map("".join), min_size=1, max_size=3)
# Near enough to what is taken, so that something is.
NEAR = st.tuples(
    st.sampled_from(["repo:mine/", "project_path:mine/", "system:serviceaccount:mine:", "repo:mine", "repo:*/", ""]),
    st.lists(st.sampled_from(PARTS), max_size=4).map("".join),
).map("".join)


def assumable(policy: Values, context: dict[str, str]) -> bool:
    """Whether whom the principal names can assume the role with such a request.

    Like IAM, for the operators that our trust policies have. It shares no code with what is tested.
    """
    (statement,) = policy["Statement"]
    return all(
        key in context and any(matches(operator, value, context[key]) for value in values_of(values))
        for operator, keys in statement.get("Condition", {}).items()
        for key, values in keys.items()
    )


def matches(operator: str, pattern: str, value: str) -> bool:
    if operator in ("StringLike", "ArnLike"):
        parts = [{"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern]
        return bool(re.fullmatch("".join(parts), value, re.DOTALL))
    assert operator in ("StringEquals", "Bool")
    return pattern == value


def values_of(values: str | list[str]) -> list[str]:
    return [values] if isinstance(values, str) else values


def trust_of(given_options: Values) -> Values:
    return trust_policy(with_defaults(given_options), "aws", NUMBER)


def of_issuer(issuer: str, subjects: list[str], **more: t.Any) -> Values:
    url = EKS_URL if issuer == "eks" else None
    return options(trust="oidc", oidc_issuer=issuer, oidc_subjects=subjects, oidc_url=url, **more)


@settings(max_examples=300)
@given(st.sampled_from(sorted(HOSTS)), st.one_of(SUBJECTS, st.lists(NEAR, min_size=1, max_size=3)))
def test_no_token_of_another_owner_passes(issuer: str, subjects: list[str]) -> None:
    given_options = of_issuer(issuer, subjects)
    if all_problems(given_options):
        return
    host = HOSTS[issuer]
    for subject in FOREIGN[issuer]:
        context = {f"{host}:aud": "sts.amazonaws.com", f"{host}:sub": subject}
        context |= {f"{host}:aud": "https://gitlab.com"} if issuer == "gitlab" else {}
        assert not assumable(trust_of(given_options), context), (subjects, subject)


@pytest.mark.parametrize(
    ("issuer", "pattern", "own"),
    [
        ("github", "repo:mine/*", "repo:mine/repo:ref:refs/heads/main"),
        ("github", "repo:mine/repo:*", "repo:mine/repo:pull_request"),
        ("gitlab", "project_path:mine/*", "project_path:mine/sub/project:ref_type:branch:ref:main"),
        ("eks", "system:serviceaccount:mine:*", "system:serviceaccount:mine:client"),
    ],
)
def test_tokens_of_the_owner_pass_and_only_for_the_audience(issuer: str, pattern: str, own: str) -> None:
    given_options = of_issuer(issuer, [pattern])
    assert all_problems(given_options) == []
    host, policy = HOSTS[issuer], trust_of(given_options)
    audience = with_defaults(given_options)["oidc_audiences"][0]
    assert assumable(policy, {f"{host}:aud": audience, f"{host}:sub": own})
    assert not assumable(policy, {f"{host}:aud": "https://example.com", f"{host}:sub": own})


@pytest.mark.parametrize("issuer", HOSTS)
@pytest.mark.parametrize(
    "subject",
    [
        "",
        "*",
        "?*",
        "repo:*",
        "repo:mine*",
        "repo:*/mine:*",
        "repo:mine@*/repo:x",
        "repo:${aws:username}/x:*",
        "repo:mine",
        "project_path:*",
        "project_path:mine*/x:y",
        "system:serviceaccount:*:client",
        "system:serviceaccount:mine*:client",
        "environment:production",
    ],
)
def test_an_open_subject_is_refused(issuer: str, subject: str) -> None:
    (problem,) = all_problems(of_issuer(issuer, [subject]))
    assert problem.startswith("cloudhsm_role_oidc_subjects: ")


@given(
    accounts=st.lists(st.sampled_from([NUMBER, OTHER]), max_size=2),
    principals=st.lists(
        st.sampled_from(["*", f"arn:aws:iam::{OTHER}:role/*", f"arn:aws:iam::{OTHER}:role/A"]), max_size=2
    ),
    external_id=st.sampled_from([None, "4711", "*"]),
    mfa=st.booleans(),
)
def test_no_account_is_let_in_as_a_whole(
    accounts: list[str], principals: list[str], external_id: str | None, mfa: bool
) -> None:
    given_options = options(
        trust="account",
        trusted_accounts=accounts,
        trusted_principals=principals,
        external_id=external_id,
        require_mfa=mfa,
    )
    if all_problems(given_options):
        return
    policy = trust_of(given_options)
    named = policy["Statement"][0]["Principal"]["AWS"]
    if f"arn:aws:iam::{OTHER}:root" in named:
        assert not assumable(policy, {})
    assert not [name for name in ([named] if isinstance(named, str) else named) if "*" in name]


def policy_of(principal: t.Any, condition: Values | None = None) -> Values:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return {"Statement": [statement | ({"Condition": condition} if condition else {})]}


GITHUB = {"Federated": f"arn:aws:iam::{NUMBER}:oidc-provider/{HOSTS['github']}"}
AUD, SUB = f"{HOSTS['github']}:aud", f"{HOSTS['github']}:sub"
OWN = "repo:mine/repo:*"


@pytest.mark.parametrize(
    ("policy", "options_told"),
    [
        (policy_of("*"), ["trusted_principals"]),
        (policy_of({"AWS": "*"}), ["trusted_principals"]),
        ({"Statement": [{"Effect": "Allow", "NotPrincipal": {"AWS": OTHER}}]}, ["trusted_principals"]),
        (policy_of({"AWS": OTHER}), ["trusted_accounts"]),
        (policy_of({"AWS": OTHER}, {"StringEqualsIfExists": {"sts:ExternalId": "4711"}}), ["trusted_accounts"]),
        (policy_of({"AWS": OTHER}, {"StringLike": {"sts:ExternalId": ["4711", "*"]}}), ["trusted_accounts"]),
        (policy_of({"AWS": OTHER}, {"BoolIfExists": {"aws:MultiFactorAuthPresent": "true"}}), ["trusted_accounts"]),
        (policy_of({"AWS": OTHER}, {"Bool": {"aws:MultiFactorAuthPresent": "false"}}), ["trusted_accounts"]),
        (policy_of(GITHUB), ["oidc_audiences", "oidc_subjects"]),
        (policy_of(GITHUB, {"StringEquals": {AUD: "x"}}), ["oidc_subjects"]),
        (policy_of(GITHUB, {"StringLike": {AUD: "*", SUB: OWN}}), ["oidc_audiences"]),
        (policy_of(GITHUB, {"StringEquals": {AUD: "x"}, "ForAllValues:StringLike": {SUB: OWN}}), ["oidc_subjects"]),
        (policy_of(GITHUB, {"StringEquals": {AUD: "x"}, "StringNotLike": {SUB: OWN}}), ["oidc_subjects"]),
        (policy_of({"Service": "ecs-tasks.amazonaws.com"}), ["service"]),
        (
            policy_of({"Service": "ecs-tasks.amazonaws.com"}, {"StringEquals": {"aws:SourceAccount": OTHER}}),
            ["service"],
        ),
        (policy_of({"Federated": f"arn:aws:iam::{NUMBER}:saml-provider/Ours"}), ["audiences"]),
        (policy_of({"Federated": "cognito-identity.amazonaws.com"}), ["trust"]),
        (policy_of({"CanonicalUser": "x"}), ["trust"]),
        (policy_of({"Service": "ec2.amazonaws.com"}), []),
        (policy_of({"AWS": NUMBER}), []),
        ({"Statement": [{"Effect": "Deny", "Principal": "*"}]}, []),
        (policy_of(GITHUB, {"StringEquals": {AUD: "x"}, "StringLike": {SUB: OWN}}), []),
        (saml_trust_policy(f"arn:aws:iam::{NUMBER}:saml-provider/Ours", {}, [], []), []),
    ],
)
def test_openings(policy: Values, options_told: list[str]) -> None:
    assert [opening.option for opening in openings(policy, NUMBER)] == options_told

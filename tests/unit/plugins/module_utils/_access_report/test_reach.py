# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Roles: who can assume which, by which chain and how far, who gets in from outside, and what follows from it."""

from __future__ import annotations

import time
import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.report import Wanted, make_report
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Policy
from helpers.accounts import samples
from helpers.accounts.samples import document, group, person, role, snapshot, trust

ACCOUNT = samples.ACCOUNT
TARGET = f"arn:aws:iam::{ACCOUNT}:role/"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"
ASSUME = document("sts:AssumeRole")
EXTERNAL: dict[str, t.Any] = {"Condition": {"StringEquals": {"sts:ExternalId": "x"}}}
OFFICE: dict[str, t.Any] = {"Condition": {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}}
TAGGED: dict[str, t.Any] = {"Condition": {"StringEquals": {"aws:PrincipalTag/team": "hsm"}}}
Report = dict[str, t.Any]


def report(people: t.Iterable[t.Any], *roles: t.Any, groups: t.Iterable[t.Any] = (), **more: t.Any) -> Report:
    account = snapshot(people, groups, roles={one.name: one for one in roles}, **more)
    return make_report(account, Wanted(), samples.NOW)


def named(things: t.Iterable[Report], name: str) -> Report:
    return next(one for one in things if one["name"] == name)


def deny(*principals: t.Any, **more: t.Any) -> dict[str, t.Any]:
    return {**trust(*principals, **more)["Statement"][0], "Effect": "Deny"}


def both(*policies: dict[str, t.Any]) -> dict[str, t.Any]:
    statements = [one for policy in policies for one in policy.get("Statement", [policy])]
    return {"Version": "2012-10-17", "Statement": statements}


PRINCIPAL = "aws:PrincipalArn"


@pytest.mark.parametrize(
    ("expected", "trusts", "policies"),
    [
        # A user that the trust policy names needs nothing else; the account's others need a policy of their own.
        ("yes", trust("user/x"), []),
        ("no", trust("user/y"), [ASSUME]),
        ("no", trust(ROOT), []),
        ("yes", trust(ROOT), [ASSUME]),
        ("yes", trust(ACCOUNT), [ASSUME]),
        ("yes", trust("*"), []),
        ("no", trust("222222222222"), [ASSUME]),
        ("no", trust({"Service": "ec2.amazonaws.com"}), [ASSUME]),
        ("no", trust("user/x", action="sts:AssumeRoleWithSAML"), [ASSUME]),
        ("yes", trust("user/x", action="sts:*"), []),
        # A role that was deleted and made again is another one, and AWS then shows the old one's ID.
        ("no", trust("AIDACKCEVSQ6C2EXAMPLE"), [ASSUME]),
        # Conditions.
        ("mfa", trust("user/x", **samples.MFA), []),
        ("mfa", trust(ROOT), [document("sts:AssumeRole", **samples.MFA)]),
        ("conditional", trust("user/x", **EXTERNAL), []),
        ("conditional", trust("user/x", **OFFICE), []),
        ("conditional", trust(ROOT, **TAGGED), [ASSUME]),
        ("conditional_mfa", trust(ROOT, **samples.MFA), [document("sts:AssumeRole", **OFFICE)]),
        ("yes", trust(ROOT, Condition={"ArnLike": {PRINCIPAL: "arn:aws:iam::*:user/x"}}), [ASSUME]),
        ("no", trust(ROOT, Condition={"ArnEquals": {PRINCIPAL: "arn:aws:iam::*:role/x"}}), [ASSUME]),
        ("no", trust(ROOT, Condition={"ArnNotLike": {PRINCIPAL: "arn:aws:iam::*:user/*"}}), [ASSUME]),
        ("conditional", trust(ROOT, Condition={"ArnLike": {PRINCIPAL: "*:user/x"}}), [ASSUME]),
        ("yes", trust(ROOT, Condition={"StringEquals": {"aws:PrincipalType": "User"}}), [ASSUME]),
        ("no", trust(ROOT, Condition={"StringNotEquals": {"aws:username": "x"}}), [ASSUME]),
        # Denials, of either policy.
        ("no", both(trust("user/x"), deny("user/x")), []),
        ("no", both(trust("user/x"), deny(ROOT)), [ASSUME]),
        ("no", both(trust(ROOT), deny("user/x")), [ASSUME]),
        ("no", both(trust("*"), deny("user/x")), []),
        ("conditional", both(trust(ACCOUNT), deny("user/x", **OFFICE)), [ASSUME]),
        ("yes", both(trust(ROOT), deny("user/y")), [ASSUME]),
        ("no", trust("user/x"), [document("sts:*", effect="Deny")]),
        ("conditional", both(trust("user/x"), deny("user/x", **OFFICE)), []),
        ("yes", both(trust("user/x"), deny("user/y")), []),
        # Which role a policy is about.
        ("no", trust(ROOT), [document("sts:AssumeRole", resource=f"{TARGET}other")]),
        ("yes", trust(ROOT), [document("sts:AssumeRole", resource=f"{TARGET}target")]),
        (
            "conditional",
            trust(ROOT),
            [document("sts:AssumeRole", resource="arn:aws:iam::*:role/${aws:PrincipalTag/r}")],
        ),
        # What can't be read is not taken for closed.
        ("conditional", None, []),
        ("conditional", {"Statement": [{"Effect": "Allow", "NotPrincipal": {"AWS": "x"}, "Action": "*"}]}, []),
    ],
)
def test_who_can_assume_a_role(expected: str, trusts: t.Any, policies: list[t.Any]) -> None:
    one = person("x", inline={str(number): policy for number, policy in enumerate(policies)})
    made = report([one], role("target", trusts, samples.FULL))
    assert made["users"][0]["cloudhsm"]["DeleteCluster"] == expected
    (target,) = made["roles"]
    told = [{"name": "x", "answer": expected, "chain": ["target"]}] if expected != "no" else []
    assert (target["users"], target["assumed_by"]) == (len(told), told)


@pytest.mark.parametrize(("denied", "left"), [("role/a", []), ("role/c", ["a"])])
def test_a_role_that_a_trust_policy_denies_cannot_assume_what_the_account_can(denied: str, left: list[str]) -> None:
    roles = [role("a", trust("user/x"), p=ASSUME), role("target", both(trust(ROOT), deny(denied)), samples.FULL)]
    made = report([person("x")], *roles)
    assert [one["name"] for one in named(made["roles"], "target")["roles"]] == left
    assert made["users"][0]["cloudhsm"]["DeleteCluster"] == ("yes" if left else "no")


@pytest.mark.parametrize(
    ("expected", "trusts", "bounds"),
    [
        ("no", ROOT, document("cloudhsm:*")),
        ("yes", ROOT, document("sts:*")),
        # AWS says both yes and no.
        ("conditional", "user/x", document("cloudhsm:*")),
        ("no", "user/x", both(document("*"), document("sts:*", effect="Deny"))),
    ],
)
def test_a_boundary_counts_for_the_call_and_not_for_the_role(expected: str, trusts: str, bounds: t.Any) -> None:
    policies = {samples.BOUNDARY: Policy(samples.BOUNDARY, bounds)}
    policies |= {samples.FULL: Policy(samples.FULL, samples.POLICIES[samples.FULL])}
    one = person("x", inline={"a": ASSUME}, boundary=samples.BOUNDARY)
    made = report([one], role("target", trust(trusts), samples.FULL), policies=policies)
    assert made["users"][0]["cloudhsm"]["DeleteCluster"] == expected


@pytest.mark.parametrize("order", ["ab", "ba"])
def test_a_boundary_about_the_users_own_name_counts_for_each_user_alone(order: str) -> None:
    own = document("sts:AssumeRole", resource=f"{TARGET}${{aws:username}}")
    policies = {samples.BOUNDARY: Policy(samples.BOUNDARY, own), samples.FULL: Policy(samples.FULL, document("*"))}
    people = [person(name, policies=[samples.FULL], boundary=samples.BOUNDARY) for name in order]
    made = report(people, *(role(name, trust(ROOT)) for name in "ab"), policies=policies)
    assumed = {one["name"]: [user["name"] for user in one["assumed_by"]] for one in made["roles"]}
    assert assumed == {"a": ["a"], "b": ["b"]}


def test_a_chain_is_told_and_cycles_end() -> None:
    roles = [
        role("a", trust("user/x", "role/c"), p=ASSUME),
        role("b", trust(ROOT), p=ASSUME),
        role("c", trust("role/b", "role/c"), samples.FULL),
        role("bounded", trust(ROOT), samples.READ, boundary=samples.BOUNDARY),
    ]
    made = report([person("x"), person("y")], *roles)
    x, y = made["users"]
    (write,) = [path for path in x["access_paths"] if "DeleteCluster" in path["actions"]]
    assert (write["kind"], write["through"], write["answer"], write["more"]) == ("role", ["a", "b", "c"], "yes", 0)
    (read,) = [path for path in x["access_paths"] if "ListTags" in path["actions"]]
    assert (read["through"], read["more"]) == (["a", "bounded"], 1)
    assert y["access_paths"] == []
    c = named(made["roles"], "c")
    assert c["assumed_by"] == [{"name": "x", "answer": "yes", "chain": ["a", "b", "c"]}]
    assert c["roles"] == [{"name": "b", "answer": "yes"}]
    assert set(c["cloudhsm"].values()) == {"yes"}


def test_the_best_path_is_told_with_the_number_of_others() -> None:
    groups = [group("Team", samples.WITH_MFA), group("Readers", samples.READ)]
    people = [person("x", "Team", "Readers"), person("own", policies=[samples.FULL])]
    roles = [
        role("direct", trust("user/x", **EXTERNAL), samples.FULL),
        role("late", trust("role/direct"), samples.FULL),
    ]
    made = report(people, *roles, groups=groups)
    own, x = made["users"]
    (path,) = own["access_paths"]
    assert (path["kind"], path["answer"], len(path["actions"])) == ("user", "yes", 18)
    by_action = {action: path for path in x["access_paths"] for action in path["actions"]}
    # Without MFA is more than with it, certain more than perhaps.
    assert by_action["DescribeClusters"]["through"] == ["Readers"]
    assert by_action["DescribeClusters"]["more"] == 3
    assert (by_action["DeleteCluster"]["through"], by_action["DeleteCluster"]["more"]) == (["direct"], 2)
    assert (x["cloudhsm"]["DescribeClusters"], x["cloudhsm"]["DeleteCluster"]) == ("yes", "yes")


def test_what_a_boundary_takes_away_is_told() -> None:
    made = report([person("x", policies=[samples.FULL], boundary=samples.READ)])
    paths = {path["kind"]: path for path in made["users"][0]["access_paths"]}
    assert set(paths) == {"user", "none"}
    assert paths["user"]["limited_by"] == []
    assert (paths["none"]["limited_by"], paths["none"]["answer"]) == (["boundary"], "no")
    assert "DeleteCluster" in paths["none"]["actions"]


@pytest.mark.parametrize(
    ("expected", "policy"),
    [
        ("yes", document("cloudhsm:*")),
        # Whether a session of a role says that there was MFA, AWS documents otherwise than it has been seen.
        ("conditional_mfa", document("cloudhsm:*", **samples.MFA)),
        ("yes", document("cloudhsm:*", Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})),
        ("conditional", document("cloudhsm:*", **OFFICE)),
        ("no", document("s3:*")),
    ],
)
def test_what_a_role_allows_under_conditions(expected: str, policy: t.Any) -> None:
    made = report([person("x")], role("target", trust("user/x"), p=policy))
    found = {made["users"][0]["cloudhsm"]["DeleteCluster"], made["roles"][0]["cloudhsm"]["DeleteCluster"]}
    assert found == ({expected} if expected != "yes" or "Condition" not in str(policy) else {"conditional"})


def test_who_gets_in_from_outside_is_told_with_the_grade() -> None:
    provider = f"arn:aws:iam::{ACCOUNT}:"
    web, saml = "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"
    signs_in = {"Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}}
    roles = [
        role("partner", trust("222222222222", **EXTERNAL)),
        role("partner-user", trust("arn:aws:iam::222222222222:user/eve", **samples.MFA)),
        role("github", trust({"Federated": f"{provider}oidc-provider/token"}, action=web, **TAGGED)),
        role("people", trust({"Federated": f"{provider}saml-provider/idp"}, action=saml, **signs_in)),
        role("cognito", trust({"Federated": "cognito-identity.amazonaws.com"}, action=web)),
        role("wrong-call", trust({"Federated": f"{provider}saml-provider/idp"})),
        role("open", trust("*")),
        role("closed", both(trust("333333333333"), deny("333333333333"))),
        role("closed-by-arn", both(trust("333333333333"), deny("arn:aws:iam::333333333333:root"))),
        role("closed-by-id", both(trust("arn:aws:iam::333333333333:root"), deny("333333333333"))),
        role("server", trust({"Service": ["ec2.amazonaws.com", "lambda.amazonaws.com"]})),
        role("AWSServiceRoleForX", trust({"Service": "x.amazonaws.com"}), path="/aws-service-role/x.amazonaws.com/"),
        role("AWSReservedSSO_Admin_0123456789abcdef", trust(ROOT), path="/aws-reserved/sso.amazonaws.com/"),
    ]
    made = report([], *roles)
    told = [tuple(one.values()) for one in made["outside_principals"]]
    assert [(kind, name.removeprefix(provider), *rest) for kind, name, *rest in told] == [
        ("account", "222222222222", "conditional", ["partner"]),
        ("account", "arn:aws:iam::222222222222:user/eve", "mfa", ["partner-user"]),
        ("anyone", "*", "yes", ["open"]),
        ("oidc", "oidc-provider/token", "conditional", ["github"]),
        ("saml", "saml-provider/idp", "yes", ["people"]),
        ("service", "ec2.amazonaws.com", "yes", ["server"]),
        ("service", "lambda.amazonaws.com", "yes", ["server"]),
        ("web_identity", "cognito-identity.amazonaws.com", "yes", ["cognito"]),
    ]
    assert made["other_service_linked_roles"] == ["AWSServiceRoleForX"]
    kinds = {one["name"]: (one["kind"], one["permission_set"]) for one in made["roles"]}
    assert kinds["AWSReservedSSO_Admin_0123456789abcdef"] == ("permission_set", "Admin")
    assert kinds["server"] == ("service", None)
    assert kinds["open"] == ("role", None)
    assert "AWSServiceRoleForX" not in kinds


ADMIN = role("admin", trust("role/step", {"Service": "lambda.amazonaws.com"}), samples.ADMINISTRATOR)
STEP = role("step", trust("user/x"), p=document("s3:*"))
OWN = role("own", trust("user/x"), p=document("s3:*"))
LAMBDA = ("lambda:CreateFunction", "lambda:InvokeFunction")


@pytest.mark.parametrize(
    ("expected", "on", "roles", "policies"),
    [
        ("yes", "role step, then role admin", [ADMIN, STEP], []),
        ("no", None, [ADMIN], [ASSUME]),
        ("mfa", "role admin", [role("admin", trust("user/x", **samples.MFA), samples.ADMINISTRATOR)], []),
        ("conditional", "role admin", [role("admin", trust("user/x", **EXTERNAL), samples.ADMINISTRATOR)], []),
        # A role that can make itself an administrator is as good.
        (
            "yes",
            "role own",
            [role("own", trust("user/x"), p=document("iam:PutRolePolicy", resource=f"{TARGET}own"))],
            [],
        ),
        ("yes", "role own", [OWN], [document("iam:AttachRolePolicy", resource=f"{TARGET}own")]),
        ("no", None, [OWN], [document("iam:AttachRolePolicy", resource=f"{TARGET}other")]),
        ("no", None, [role("own", trust("user/y"))], [document("iam:AttachRolePolicy", resource="*")]),
        ("yes", "role admin", [ADMIN], [document("iam:UpdateAssumeRolePolicy", resource=f"{TARGET}admin")]),
        (
            "yes",
            "role plain",
            [role("plain", trust("user/y"))],
            [document("iam:UpdateAssumeRolePolicy", "iam:AttachRolePolicy", resource=f"{TARGET}plain")],
        ),
        # A service that the role trusts acts with it.
        ("yes", "role admin", [ADMIN], [document("iam:PassRole", resource=f"{TARGET}admin"), document(*LAMBDA)]),
        ("some", "roles for the service", [ADMIN], [document("iam:PassRole", "ecs:RunTask")]),
        # What only AWS changes nobody changes.
        (
            "some",
            "roles: role/aws-service-role/*",
            [role("AWSServiceRoleForX", trust(ROOT), samples.ADMINISTRATOR, path="/aws-service-role/x/")],
            [document("iam:UpdateAssumeRolePolicy", resource=f"{TARGET}aws-service-role/*")],
        ),
    ],
)
def test_roles_on_the_way_to_an_administrator(expected: str, on: str | None, roles: t.Any, policies: t.Any) -> None:
    one = person("x", inline={str(number): policy for number, policy in enumerate(policies)})
    (found,) = report([one], *roles)["users"]
    assert found["can_become_administrator"] == expected
    assert found["administrator"] == "no"
    assert on is None or on in [way["on"] for way in found["administrator_ways"] if way["answer"] == expected]


@pytest.mark.parametrize(
    "service",
    [
        *("ec2.amazonaws.com", "ec2.amazonaws.com.cn", "ec2.cn-north-1.amazonaws.com.cn"),
        *("ec2.eu-central-1.amazonaws.com", "ec2.us-gov-west-1.amazonaws.com", "ec2.c2s.ic.gov"),
    ],
)
def test_a_service_acts_with_a_role_in_each_partition(service: str) -> None:
    """In the China Regions, IAM has refused ec2.amazonaws.com (github.com/kubernetes/kops/issues/27)."""
    passes = document("iam:PassRole", "ec2:RunInstances", resource="*")
    admin = role("admin", trust({"Service": service}), samples.ADMINISTRATOR)
    (found,) = report([person("x", inline={"p": passes})], admin)["users"]
    assert "role admin" in [way["on"] for way in found["administrator_ways"]]


def test_another_service_does_not_act_with_the_role() -> None:
    passes = document("iam:PassRole", "ec2:RunInstances", resource="*")
    for service in ("xec2.amazonaws.com", "ec2.example.com", "ec2.amazonaws.com.example"):
        admin = role("admin", trust({"Service": service}), samples.ADMINISTRATOR)
        (found,) = report([person("x", inline={"p": passes})], admin)["users"]
        assert "role admin" not in [way["on"] for way in found["administrator_ways"]], service


@pytest.mark.parametrize(
    ("expected", "bounds", "policy"),
    [
        ("yes", document("iam:DeleteRolePermissionsBoundary"), document("*")),
        ("yes", document("iam:PutRolePermissionsBoundary", resource=f"{TARGET}own"), document("*")),
        # Calls about users do nothing to a role.
        ("no", document("iam:DeleteUserPermissionsBoundary", "iam:PutUserPermissionsBoundary"), document("*")),
        ("no", document("iam:DeleteRolePermissionsBoundary", resource=f"{TARGET}other"), document("*")),
    ],
)
def test_a_roles_boundary_counts_unless_the_role_can_remove_it(expected: str, bounds: t.Any, policy: t.Any) -> None:
    policies = {samples.BOUNDARY: Policy(samples.BOUNDARY, bounds)}
    made = report([], role("own", trust(ROOT), p=policy, boundary=samples.BOUNDARY), policies=policies)
    assert named(made["roles"], "own")["can_become_administrator"] == expected


@pytest.mark.parametrize(
    ("expected", "action"),
    [
        ("some", "DeleteRolePolicy"),
        ("some", "DetachRolePolicy"),
        ("no", "DeleteUserPolicy"),
        ("no", "DetachUserPolicy"),
    ],
)
def test_a_role_that_can_remove_its_denials_is_reported(expected: str, action: str) -> None:
    denied = {"Statement": {"Effect": "Deny", "NotAction": f"iam:{action}", "Resource": "*"}}
    made = report([], role("own", trust(ROOT), p=document("*"), q=denied))
    assert named(made["roles"], "own")["can_become_administrator"] == expected


def test_who_can_take_over_somebody_with_an_administrators_role_can_become_one() -> None:
    takes = document("iam:CreateAccessKey", resource=f"arn:aws:iam::{ACCOUNT}:user/x")
    people = [person("x"), person("y", inline={"p": takes}), person("z")]
    made = report(people, role("admin", trust("user/x"), samples.ADMINISTRATOR))
    assert [user["can_become_administrator"] for user in made["users"]] == ["yes", "yes", "no"]


@pytest.mark.parametrize("alike", [True, False])
def test_a_thousand_users_and_a_hundred_roles_take_no_long_time(alike: bool) -> None:
    people = [
        person(f"u{number}", f"Team{number % 20}", inline=None if alike else {"p": ASSUME, "q": document("ec2:*")})
        for number in range(1000)
    ]
    roles = [
        role(
            f"r{number}", trust(*([ROOT] if number % 3 else [f"user/u{n}" for n in range(20)])), samples.FULL, p=ASSUME
        )
        for number in range(100)
    ]
    start = time.process_time()
    made = report(people, *roles, groups=[group(f"Team{number}", p=ASSUME) for number in range(20)])
    # A second where users are alike, and four where all are different.
    assert time.process_time() - start < 15
    assert made["roles"][1]["users"] == 1000
    assert len(made["roles"][1]["assumed_by"]) == 20

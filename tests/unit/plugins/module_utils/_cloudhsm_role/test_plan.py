# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""iam_cloudhsm_role: what is wrong with its options, and what it plans for an account."""

from __future__ import annotations

import typing as t

import pytest
from helpers.modules.cloudhsm_role import (
    HERE,
    NUMBER,
    OTHER,
    PREFIX,
    account,
    all_problems,
    option_problems,
    options,
    plan,
)

if t.TYPE_CHECKING:
    from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.steps import Plan

Values = dict[str, t.Any]
MARK = {"cloudhsm.iam/managed": "true"}
GITHUB = "token.actions.githubusercontent.com"
SUBJECT = "repo:octo-org/octo-repo:ref:refs/heads/main"
PRINCIPAL = f"arn:aws:iam::{OTHER}:role/Deploy"
OF_ACCOUNT = {"trust": "account", "trusted_principals": [PRINCIPAL]}
OF_GITHUB = {"trust": "oidc", "oidc_issuer": "github", "oidc_subjects": [SUBJECT]}
OF_SERVICE = {"trust": "service", "service": "ecs-tasks.amazonaws.com"}
KINDS: dict[str, Values] = {"ec2": {}, "account": OF_ACCOUNT, "oidc": OF_GITHUB, "service": OF_SERVICE}
EKS_URL = "https://oidc.eks.eu-west-1.amazonaws.com/id/ABCDEF0123456789ABCDEF0123456789"


def modules(planned: Plan) -> list[tuple[str, str]]:
    return [(step.module.rpartition(".")[2], step.options["state"]) for step in planned.steps]


def after(planned: Plan) -> Values:
    """The account once the plan was carried out, with what IAM adds."""
    kinds: dict[str, tuple[str, Values]] = {
        "iam_role": ("roles", {"arn": f"{HERE}:role/CloudHSMClient", "path": "/", "inline_policies": []}),
        "iam_managed_policy": (
            "policies",
            {"arn": f"{HERE}:policy/CloudHSMClient", "attachments": 1, "boundary_of": 0},
        ),
        "iam_instance_profile": ("instance_profiles", {"arn": f"{HERE}:instance-profile/CloudHSMClient"}),
        "iam_oidc_provider": ("oidc_providers", {"arn": f"{HERE}:oidc-provider/{GITHUB}", "trusted_by": []}),
    }
    found: dict[str, list[Values]] = {}
    for step in planned.steps:
        kind, added = kinds[step.module.rpartition(".")[2]]
        found[kind] = [{**added, **step.after}]
    return account(**found)


def statement(given: Values) -> Values:
    """The statement of the trust policy that the role gets."""
    (role,) = [step for step in plan(given).steps if step.module.endswith("iam_role")]
    (only,) = role.options["assume_role_policy_document"]["Statement"]
    return dict(only)


@pytest.mark.parametrize("kind", KINDS)
def test_a_second_run_changes_nothing_and_a_removal_takes_back_everything(kind: str) -> None:
    given = options(**KINDS[kind])
    made = plan(given)
    found = after(made)
    again = plan(given, found)
    assert (again.steps, again.told["cloudhsm_role"]["changed"]) == ([], False)
    assert made.told["cloudhsm_role"]["created"]
    whole = {"oidc_provider_state": "absent"} if kind == "oidc" else {}
    gone = plan({**given, "state": "absent", **whole}, found)
    assert sorted(modules(gone)) == sorted((module, "absent") for module, _state in modules(made))
    assert plan({**given, "state": "absent"}).steps == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_run_after_a_kill_finishes_what_is_left(kind: str) -> None:
    given = options(**KINDS[kind])
    made = plan(given)
    for done in range(len(made.steps)):
        found = after(type(made)(steps=made.steps[:done]))
        assert modules(plan(given, found)) == modules(made)[done:]


def test_a_profile_without_its_role_gets_it() -> None:
    found = after(plan(options()))
    found["instance_profiles"][0]["roles"] = []
    (step,) = plan(options(), found).steps
    assert (step.options["name"], step.options["role"]) == ("CloudHSMClient", "CloudHSMClient")


@pytest.mark.parametrize(
    ("given", "principal", "condition"),
    [
        ({}, {"Service": "ec2.amazonaws.com"}, None),
        (OF_ACCOUNT, {"AWS": PRINCIPAL}, None),
        (
            {
                "trust": "account",
                "trusted_accounts": [OTHER],
                "external_id": "4711",
                "require_mfa": True,
                "organization_id": "o-a1b2c3d4e5",
            },
            {"AWS": f"arn:aws:iam::{OTHER}:root"},
            {
                "StringEquals": {"sts:ExternalId": "4711", "aws:PrincipalOrgID": "o-a1b2c3d4e5"},
                "Bool": {"aws:MultiFactorAuthPresent": "true"},
            },
        ),
        (
            OF_GITHUB,
            {"Federated": f"{HERE}:oidc-provider/{GITHUB}"},
            {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com", f"{GITHUB}:sub": SUBJECT}},
        ),
        (
            {**OF_GITHUB, "oidc_subjects": [SUBJECT, "repo:octo-org/*"]},
            {"Federated": f"{HERE}:oidc-provider/{GITHUB}"},
            {
                "StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"},
                "StringLike": {f"{GITHUB}:sub": [SUBJECT, "repo:octo-org/*"]},
            },
        ),
        (
            {**OF_SERVICE, "source_arns": [f"arn:aws:ecs:eu-west-1:{NUMBER}:*"]},
            {"Service": "ecs-tasks.amazonaws.com"},
            {
                "StringEquals": {"aws:SourceAccount": NUMBER},
                "ArnLike": {"aws:SourceArn": f"arn:aws:ecs:eu-west-1:{NUMBER}:*"},
            },
        ),
    ],
)
def test_the_trust_policy(given: Values, principal: Values, condition: Values | None) -> None:
    made = statement(options(**given))
    assert (made["Principal"], made.get("Condition")) == (principal, condition)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"name": "no good"}, "name: 'no good' can't be a name"),
        ({"access": "none"}, "managed_policies: is needed with cloudhsm_role_access: none"),
        ({"managed_policies": ["ReadOnlyAccess"]}, "managed_policies[0]: 'ReadOnlyAccess' is not the ARN"),
        ({"max_session_duration": 60}, "max_session_duration: must be from 3600"),
        ({"external_id": "4711"}, "external_id: is for cloudhsm_role_trust: account, not ec2"),
        ({**OF_ACCOUNT, "service": "x.amazonaws.com"}, "service: is for cloudhsm_role_trust: service, not account"),
        ({"trust": "account"}, "trusted_accounts: is needed, or cloudhsm_role_trusted_principals"),
        ({**OF_ACCOUNT, "trusted_principals": ["*"]}, "trusted_principals: '*' is not the ARN of a user or a role"),
        ({**OF_ACCOUNT, "trusted_principals": [f"arn:aws:iam::{OTHER}:role/*"]}, "trusted_principals: "),
        ({**OF_ACCOUNT, "trusted_principals": [f"arn:aws:iam::{OTHER}:root"]}, "trusted_principals: "),
        ({**OF_ACCOUNT, "external_id": "x"}, "external_id: 'x' is not an external ID"),
        ({**OF_ACCOUNT, "organization_id": "o-x"}, "organization_id: 'o-x' is not the ID of an organization"),
        (
            {"trust": "account", "trusted_accounts": [OTHER]},
            f"trusted_accounts: everyone in account {OTHER} whose policies allow it could assume the role. Set "
            "cloudhsm_role_external_id, cloudhsm_role_require_mfa, cloudhsm_role_trusted_principals or "
            "cloudhsm_role_allow_whole_account",
        ),
        (
            {"trust": "account", "trusted_accounts": [OTHER], "organization_id": "o-a1b2c3d4e5"},
            "trusted_accounts: everyone",
        ),
        ({"trust": "account", "trusted_accounts": ["12"]}, "trusted_accounts: '12' is not an account ID"),
        ({"trust": "oidc", "oidc_subjects": [SUBJECT]}, "oidc_issuer: is needed: github, gitlab, eks"),
        ({**OF_GITHUB, "oidc_subjects": []}, "oidc_subjects: is needed, because anyone can get a token of this issuer"),
        (
            {**OF_GITHUB, "oidc_subjects": ["repo:octo-org*"]},
            "oidc_subjects: 'repo:octo-org*' does not name a repository",
        ),
        ({**OF_GITHUB, "oidc_audiences": ["*"]}, "oidc_audiences: '*' is not an audience"),
        (
            {**OF_GITHUB, "oidc_url": "https://gitlab.com"},
            "oidc_url: 'https://gitlab.com' is not the issuer URL of github",
        ),
        ({**OF_GITHUB, "oidc_url": "http://example.com"}, "oidc_url: 'http://example.com' is not an issuer URL"),
        ({**OF_GITHUB, "oidc_issuer": "eks"}, "oidc_url: is needed for eks"),
        (
            {**OF_GITHUB, "oidc_issuer": "eks", "oidc_url": EKS_URL},
            f"oidc_subjects: '{SUBJECT}' does not name a namespace",
        ),
        ({**OF_GITHUB, "oidc_provider_state": "absent"}, "oidc_provider_state: can be absent only together with"),
        ({"trust": "service"}, "service: is needed"),
        ({**OF_SERVICE, "service": "ec2.amazonaws.com"}, "service: use cloudhsm_role_trust: ec2"),
        ({**OF_SERVICE, "service": "*"}, "service: '*' is not a service principal"),
        ({**OF_SERVICE, "source_arns": ["*"]}, "source_arns: '*' is not an ARN"),
        ({"policy_options": {"regions": ["us-east-1"]}}, "policy_options.regions: need cloudhsm_role_policy_options."),
    ],
)
def test_one_mistake_is_told_by_the_variables_name(given: Values, said: str) -> None:
    (problem,) = all_problems(options(**given))
    assert problem.startswith(f"{PREFIX}{said}"), problem


def test_all_mistakes_are_told_at_once() -> None:
    given = options(name="no good", max_session_duration=60, trust="account", trusted_principals=["*"], path="x")
    assert len(option_problems(given)) == 4


@pytest.mark.parametrize(
    "given",
    [
        {"trust": "account", "trusted_accounts": [OTHER], "external_id": "4711"},
        {"trust": "account", "trusted_accounts": [OTHER], "require_mfa": True},
        {"trust": "account", "trusted_accounts": [OTHER], "allow_whole_account": True},
        {"trust": "account", "trusted_accounts": [NUMBER]},
        {
            **OF_GITHUB,
            "oidc_issuer": "gitlab",
            "oidc_subjects": ["project_path:group/sub/project:ref_type:branch:ref:main"],
        },
        {
            "trust": "oidc",
            "oidc_issuer": "eks",
            "oidc_url": EKS_URL,
            "oidc_subjects": ["system:serviceaccount:hsm:client"],
        },
        {**OF_GITHUB, "oidc_subjects": ["repo:octo-org@123/octo-repo@456:environment:production"]},
        {"access": "none", "managed_policies": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]},
    ],
)
def test_what_names_its_owner_is_taken(given: Values) -> None:
    assert all_problems(options(**given)) == []


def existing_role(**changes: t.Any) -> Values:
    (role,) = after(plan(options()))["roles"]
    return {**role, **changes}


def profile(**changes: t.Any) -> Values:
    made: Values = {
        "name": "CloudHSMClient",
        "arn": f"{HERE}:instance-profile/CloudHSMClient",
        "path": "/",
        "roles": ["CloudHSMClient"],
        "tags": MARK,
    }
    return {**made, **changes}


def provider(**changes: t.Any) -> Values:
    made: Values = {
        "name": GITHUB,
        "arn": f"{HERE}:oidc-provider/{GITHUB}",
        "audiences": ["sts.amazonaws.com"],
        "tags": {},
        "trusted_by": [],
    }
    return {**made, **changes}


ABSENT = {"state": "absent"}
NO_PROVIDER = {**OF_GITHUB, **ABSENT, "oidc_provider_state": "absent"}


@pytest.mark.parametrize(
    ("given", "found", "said", "way"),
    [
        (
            {},
            {"roles": [existing_role(tags={}, trusts=["ec2.amazonaws.com", PRINCIPAL])]},
            f"name: the role {HERE}:role/CloudHSMClient exists and lets in {PRINCIPAL}, but has no tag",
            {"adopt_role": True},
        ),
        ({}, {"roles": [existing_role(path="/dev/")]}, "path: the role", {"path": "/dev/"}),
        (
            {},
            {"instance_profiles": [profile(tags={}, roles=[])]},
            f"name: the instance profile {HERE}:instance-profile/CloudHSMClient exists, but has no tag",
            {"adopt_instance_profile": True},
        ),
        ({}, {"instance_profiles": [profile(roles=["Other"])]}, "name: the instance profile", {"name": "Else"}),
        (
            {**OF_GITHUB, "oidc_audiences": ["mine"]},
            {"oidc_providers": [provider(trusted_by=["Deploy"])]},
            f"oidc_audiences: the OIDC provider {HERE}:oidc-provider/{GITHUB} exists, but doesn't accept mine",
            {"adopt_oidc_provider": True},
        ),
        (
            ABSENT,
            {"roles": [existing_role()], "instance_profiles": [profile(), profile(name="Web", tags={})]},
            "name: other instance profiles hold the role CloudHSMClient: Web",
            None,
        ),
        (
            ABSENT,
            {"roles": [existing_role()], "instance_profiles": [profile(roles=["Other"])]},
            "name: the instance profile CloudHSMClient holds the role Other",
            None,
        ),
        (
            ABSENT,
            {"roles": [existing_role(inline_policies=["More"])]},
            "name: CloudHSMClient has inline policies",
            None,
        ),
        ({**ABSENT, "name": "Ops"}, {"roles": [existing_role(name="Ops")]}, "name: this run itself is signed in", None),
        (
            NO_PROVIDER,
            {
                "roles": [existing_role()],
                "oidc_providers": [provider(tags=MARK, trusted_by=["CloudHSMClient", "Deploy"])],
            },
            f"oidc_provider_state: other roles trust the provider {GITHUB}: Deploy",
            {"oidc_provider_state": "present"},
        ),
        (
            NO_PROVIDER,
            {"oidc_providers": [provider()]},
            f"oidc_provider_state: the OIDC provider {HERE}:oidc-provider/{GITHUB} has no tag",
            {"adopt_oidc_provider": True},
        ),
    ],
)
def test_what_the_account_holds_is_refused(
    given: Values, found: dict[str, list[Values]], said: str, way: Values | None
) -> None:
    (problem,) = plan(options(**given), account(**found)).problems
    assert problem.startswith(f"{PREFIX}{said}"), problem
    if way and "name" not in way:
        assert (
            plan(
                options(**given, **way) if not set(way) & set(given) else options(**{**given, **way}), account(**found)
            ).problems
            == ()
        )


def test_another_profile_of_the_name_is_left_alone() -> None:
    """It holds no role of ours, and was not made here."""
    found = account(roles=[existing_role()], instance_profiles=[profile(roles=["Other"], tags={})])
    assert modules(plan(options(state="absent"), found)) == [("iam_role", "absent")]


def test_audiences_are_added_and_none_is_taken_away() -> None:
    given = options(**OF_GITHUB, oidc_audiences=["mine"], adopt_oidc_provider=True)
    step = plan(given, account(oidc_providers=[provider()])).steps[0]
    assert (step.options["audiences"], step.after["audiences"]) == (["mine"], ["mine", "sts.amazonaws.com"])


def test_policies_of_others_stay_unless_purged() -> None:
    other = "arn:aws:iam::aws:policy/SecurityAudit"
    found = after(plan(options()))
    found["roles"][0]["managed_policies"].append(other)
    kept = plan(options(), found)
    assert kept.steps == []
    assert any(other in line for line in kept.told["lines"])
    (step,) = plan(options(purge_policies=True), found).steps
    assert step.options["managed_policies"] == [f"{HERE}:policy/CloudHSMClient"]


def test_the_lines_say_who_can_assume_the_role() -> None:
    given = options(trust="account", trusted_accounts=[OTHER], external_id="4711", require_mfa=True)
    told = plan(given).told["lines"][-1]
    assert told == (
        f"arn:aws:iam::{OTHER}:root can assume the role {HERE}:role/CloudHSMClient, with the external ID and MFA"
    )

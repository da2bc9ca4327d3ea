# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Policies, groups and roles with our names that somebody else made first: refused before the first write."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Mapping
from pathlib import Path

import pytest
from helpers.modules.plays import run_role
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import ControlNode
from helpers.processes.playbooks import refused

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


ANYTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
TRUST = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}
MARK: t.Any = [{"Key": "cloudhsm.iam/managed", "Value": "true"}]
METADATA = Path(__file__).resolve().parents[2] / "extensions" / "molecule" / "federated_access" / "metadata.xml"
PROVIDER = "arn:aws:iam::123456789012:saml-provider/Example"

Variables = dict[str, t.Any]
ONBOARDING: Variables = {
    "user_provisioning_onboarding": "two_phase",
    "user_provisioning_users": [{"name": "ann", "groups": []}],
}
# For each policy that a role looks up by its name: the role, its variables, the policy, and what allows it.
CASES: dict[str, tuple[str, Variables, str, str]] = {
    "own": ("cloudhsm_group", {}, "CloudHSMAdministrators", "cloudhsm_group_adopt_policy"),
    "mfa of cloudhsm_group": (
        "cloudhsm_group",
        {"cloudhsm_group_require_mfa": True},
        "CloudHSMIamRequireMFA",
        "cloudhsm_group_adopt_require_mfa_policy",
    ),
    "mfa of admin_group": (
        "admin_group",
        {"admin_group_require_mfa": True},
        "CloudHSMIamRequireMFA",
        "admin_group_adopt_require_mfa_policy",
    ),
    "onboarding": (
        "user_provisioning",
        ONBOARDING,
        "CloudHSMIamSelfService",
        "user_provisioning_onboarding_adopt_policy",
    ),
    "shared": (
        "shared_policy",
        {"shared_policy_name": "Shared", "shared_policy_document": json.loads(ANYTHING)},
        "Shared",
        "shared_policy_adopt",
    ),
    "federated": (
        "federated_access",
        {"federated_access_provider_arn": PROVIDER, "federated_access_policy_name": "Federated"},
        "Federated",
        "federated_access_adopt_policy",
    ),
}


def play(node: ControlNode, role: str, variables: Mapping[str, t.Any]) -> tuple[bool, str]:
    """Whether the role came to its end, and what is to be read."""
    run = node.playbook(node.write_playbook([included(role, variables)]))
    return run.status == 0, " ".join(run.output.split())


def provider(iam: IAMClient, metadata: str = "x" * 1000) -> None:
    iam.create_saml_provider(Name="Example", SAMLMetadataDocument=metadata)


def included(role: str, variables: Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {"name": "It", "ansible.builtin.include_role": {"name": f"cloudhsm.iam.{role}"}, "vars": dict(variables)}


def plant(iam: IAMClient, name: str, path: str, tags: t.Any) -> str:
    """A policy of somebody else's, who may also tag it."""
    return iam.create_policy(PolicyName=name, Path=path, PolicyDocument=ANYTHING, Tags=tags)["Policy"]["Arn"]


def plant_all(iam: IAMClient, path: str, tags: t.Any) -> dict[str, str]:
    """All policies that roles look up by name, by their names, and a provider."""
    provider(iam)
    return {name: plant(iam, name, path, tags) for name in sorted({name for _r, _v, name, _s in CASES.values()})}


def given_to(variables: Variables, switch: str) -> Variables:
    """Another policy of the same role is no matter here."""
    return {**({"cloudhsm_group_adopt_policy": True} if "require_mfa" in switch else {}), **variables}


def adopting(variables: Variables, switch: str) -> Variables:
    """With what allows to go on."""
    return {"cloudhsm_group_adopt_policy": True, **variables, switch: True}


def has_only(iam: IAMClient, planted: Mapping[str, str]) -> bool:
    policies = iam.list_policies(Scope="Local")["Policies"]
    return sorted(policy["Arn"] for policy in policies) == sorted(planted.values())


def test_planted_policies_are_attached_to_nothing(node: ControlNode, aws: FaultProxy, iam: IAMClient) -> None:
    planted = plant_all(iam, "/dev/", MARK)
    tasks: list[Mapping[str, t.Any]] = []
    for role, variables, name, switch in CASES.values():
        given = given_to(variables, switch)
        tasks += [refused(role, planted[name], **given), refused(role, f"set {switch}: true", **given)]
    end = {"name": "The end", "ansible.builtin.debug": {"msg": "reached"}}
    run = node.playbook(node.write_playbook([*tasks, end]))
    assert run.status == 0, run.output
    assert run.failure == "reached"
    assert aws.writes == []

    play = node.write_playbook([included(role, adopting(given, switch)) for role, given, _n, switch in CASES.values()])
    run = node.playbook(play)
    assert run.status == 0, run.output
    assert has_only(iam, planted)
    run = node.playbook(play)
    assert "changed=0" in run.output


def test_planted_policies_without_our_tag_are_attached_to_nothing(aws: FaultProxy, iam: IAMClient) -> None:
    """The same in this process: Ansible does nothing else here than with those at another path."""
    planted = plant_all(iam, "/", [])
    for role, variables, name, switch in CASES.values():
        told = run_role(role, given_to(variables, switch), aws.url) or ""
        assert planted[name] in told
        assert f"set {switch}: true" in told
    assert aws.writes == []

    for role, variables, _name, switch in CASES.values():
        assert run_role(role, adopting(variables, switch), aws.url) is None
    assert has_only(iam, planted)
    aws.calls.clear()
    for role, variables, _name, switch in CASES.values():
        assert run_role(role, adopting(variables, switch), aws.url) is None
    assert aws.writes == []


def test_a_policy_of_one_of_the_names_does_not_stand_for_mfa(node: ControlNode, iam: IAMClient) -> None:
    arn = iam.create_policy(PolicyName="CloudHSMIamRequireMFA", Path="/dev/", PolicyDocument=ANYTHING)["Policy"]["Arn"]
    iam.create_group(GroupName="Administrators")
    iam.attach_group_policy(GroupName="Administrators", PolicyArn=arn)
    done, output = play(node, "admin_group", {"admin_group_purge_policies": True})
    assert done, output
    (left,) = iam.list_attached_group_policies(GroupName="Administrators")["AttachedPolicies"]
    assert left["PolicyName"] == "AdministratorAccess"


@pytest.mark.parametrize("role", ["admin_group", "cloudhsm_group"])
def test_members_of_a_planted_group_get_no_rights(
    node: ControlNode, aws: FaultProxy, iam: IAMClient, role: str
) -> None:
    name = {"admin_group": "Administrators", "cloudhsm_group": "CloudHSMAdministrators"}[role]
    iam.create_group(GroupName=name, Path="/dev/")
    done, output = play(node, role, {})
    assert not done
    assert f"{role}_path: the group arn:aws:iam::123456789012:group/dev/{name} exists, but its path is" in output
    assert aws.writes == []
    done, output = play(node, role, {f"{role}_path": "/dev/"})
    assert done, output
    # What has the rights already keeps its path.
    if role == "admin_group":
        done, output = play(node, role, {})
        assert done, output
        assert "changed=0" in output


ROLES: dict[str, tuple[str, t.Any, str]] = {
    "elsewhere": ("/dev/", MARK, "federated_access_path: the role arn:aws:iam::123456789012:role/dev/CloudHSMAdmin"),
    "untagged": ("/", [], "federated_access_role_name: the role arn:aws:iam::123456789012:role/CloudHSMAdministrators"),
}


@pytest.mark.parametrize("planted", ROLES)
@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_planted_role_gets_no_rights_and_is_not_deleted(
    node: ControlNode, aws: FaultProxy, iam: IAMClient, planted: str, state: str
) -> None:
    path, tags, told = ROLES[planted]
    provider(iam)
    trust = {**TRUST, "Principal": {"Federated": PROVIDER}}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    iam.create_role(RoleName="CloudHSMAdministrators", Path=path, AssumeRolePolicyDocument=document, Tags=tags)
    given = {
        "federated_access_provider_arn": PROVIDER,
        "federated_access_access": "administrator",
        "federated_access_state": state,
    }
    done, output = play(node, "federated_access", given)
    assert not done
    assert told in output
    assert aws.writes == []
    way = {"federated_access_path": path} if tags else {"federated_access_adopt_role": True}
    done, output = play(node, "federated_access", {**given, **way})
    assert done, output


def test_a_planted_provider_gets_no_metadata(node: ControlNode, aws: FaultProxy, iam: IAMClient) -> None:
    theirs = METADATA.read_text().replace("idp.example.com", "evil.example.com")
    provider(iam, theirs)
    given = {
        "federated_access_provider_name": "Example",
        "federated_access_saml_metadata_file": str(METADATA),
        "federated_access_max_session_duration": 60,
    }
    done, output = play(node, "federated_access", given)
    assert not done
    assert "federated_access_max_session_duration: must be from 3600" in output
    given["federated_access_max_session_duration"] = 3600
    done, output = play(node, "federated_access", given)
    assert not done
    assert f"federated_access_provider_name: the SAML provider {PROVIDER} exists, but is of the entity" in output
    assert "set federated_access_adopt_provider: true" in output
    assert aws.writes == []
    assert iam.get_saml_provider(SAMLProviderArn=PROVIDER)["SAMLMetadataDocument"] == theirs
    done, output = play(node, "federated_access", {**given, "federated_access_adopt_provider": True})
    assert done, output
    assert iam.get_saml_provider(SAMLProviderArn=PROVIDER)["SAMLMetadataDocument"] == METADATA.read_text().strip()
    done, output = play(node, "federated_access", given)
    assert "changed=0" in output


def test_what_somebody_else_made_stays_when_a_group_is_deleted(node: ControlNode, iam: IAMClient) -> None:
    arn = iam.create_policy(PolicyName="CloudHSMAdministrators", Path="/dev/", PolicyDocument=ANYTHING)["Policy"]["Arn"]
    iam.create_group(GroupName="CloudHSMAdministrators")
    done, output = play(node, "cloudhsm_group", {"cloudhsm_group_state": "absent"})
    assert done, output
    assert f"The policy {arn} stays" in output
    assert iam.list_groups()["Groups"] == []
    assert [policy["Arn"] for policy in iam.list_policies(Scope="Local")["Policies"]] == [arn]
    done, output = play(node, "cloudhsm_group", {"cloudhsm_group_state": "absent"})
    assert "changed=0" in output
    adopted = {"cloudhsm_group_state": "absent", "cloudhsm_group_adopt_policy": True}
    done, output = play(node, "cloudhsm_group", adopted)
    assert done, output
    assert iam.list_policies(Scope="Local")["Policies"] == []

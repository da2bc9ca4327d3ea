# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""IAM Identity Center in the report: who has which permission set in the account, and what is said if it is closed."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import boto3.session
import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.center_model import CenterRead
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.center_read import MANY, read_center
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.report import Wanted, make_report
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report import files, terminal
from botocore.exceptions import EndpointConnectionError
from helpers.accounts import samples
from helpers.accounts.samples import document, role, snapshot, trust
from helpers.accounts.simulated_identity_center import PRODUCTION, SANDBOX, Simulated, failure
from helpers.modules.in_process import actions, run_action
from helpers.moto.in_process import account

REGION = "eu-central-1"
SAML = trust(
    {"Federated": f"arn:aws:iam::{samples.ACCOUNT}:saml-provider/AWSSSO_x_DO_NOT_DELETE"},
    action=["sts:AssumeRoleWithSAML", "sts:TagSession"],
    Condition={"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
)


@pytest.fixture
def pool() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as executor:
        yield executor


def reserved(name: str, *policies: str, **inline: t.Any) -> t.Any:
    path = "/aws-reserved/sso.amazonaws.com/eu-central-1/"
    return role(f"AWSReservedSSO_{name}_0123456789abcdef", SAML, *policies, path=path, **inline)


def organization() -> Simulated:
    known = Simulated()
    known.users |= {"u-carl": "carl", "u-idle": "idle"}
    known.members["m-2"] = ("g-admins", "u-carl")
    keepers, readers = known.add_set("Keepers"), known.add_set("Readers")
    known.assign(keepers, "g-admins", PRODUCTION)
    known.assign(readers, "u-ann", PRODUCTION)
    known.assign(known.add_set("Elsewhere"), "u-bob", SANDBOX)
    return known


def read(known: Simulated, pool: ThreadPoolExecutor, region: str | None = REGION) -> CenterRead:
    return read_center(lambda: known.service(pool), region, PRODUCTION)


def report(center: CenterRead, *roles: t.Any) -> dict[str, t.Any]:
    return make_report(snapshot([], roles={one.name: one for one in roles}, center=center), Wanted(), samples.NOW)


def test_people_have_what_the_roles_of_their_permission_sets_allow(pool: ThreadPoolExecutor) -> None:
    roles = [
        reserved("Keepers", samples.FULL, samples.READ),
        reserved("Readers", samples.READ, p=document("sts:AssumeRole")),
        role("admin", trust(samples.ACCOUNT), samples.ADMINISTRATOR),
    ]
    made = report(read(organization(), pool), *roles)
    center = made["identity_center"]
    assert (center["state"], center["external_providers"]) == ("read", [])
    assert [(one["name"], one["people"], one["groups"], one["users"]) for one in center["permission_sets"]] == [
        ("Keepers", 2, ["Admins"], []),
        ("Readers", 1, [], ["ann"]),
    ]
    assert [one["role"] for one in center["permission_sets"]] == [one.name for one in roles[:2]]
    ann, carl = center["users"]
    assert (ann["name"], carl["name"]) == ("ann", "carl")
    assert ann["permission_sets"] == [{"name": "Keepers", "groups": ["Admins"]}, {"name": "Readers", "groups": []}]
    assert set(carl["cloudhsm"].values()) == {"yes"}
    assert [(path["kind"], path["through"], path["answer"]) for path in carl["access_paths"]] == [
        ("permission_set", ["Keepers"], "yes")
    ]
    # By a role that trusts the account she becomes an administrator.
    assert (ann["administrator"], ann["can_become_administrator"], carl["can_become_administrator"]) == (
        "no",
        "yes",
        "no",
    )
    assert {path["more"] for path in ann["access_paths"]} == {1, 2}
    page = "".join(files.render(made, files.FORMATS).values())
    assert page.count("Keepers") > 5
    told = terminal.lines(made, 9, everyone=False)
    assert "carl" in told[3]
    assert "permission set Keepers" in told[3]
    assert "IAM Identity Center: 2 people, 2 with access" in told


def test_a_set_without_a_role_allows_nothing(pool: ThreadPoolExecutor) -> None:
    center = report(read(organization(), pool), reserved("Other", samples.FULL))["identity_center"]
    assert [one["role"] for one in center["permission_sets"]] == [None, None]
    assert {answer for user in center["users"] for answer in user["cloudhsm"].values()} == {"no"}


def test_people_of_an_external_provider_are_said_to_be_so(pool: ThreadPoolExecutor) -> None:
    known = organization()
    known.external_ids = [{"Issuer": "https://idp.example.com", "Id": "1"}]
    center = report(read(known, pool))["identity_center"]
    assert center["external_providers"] == ["https://idp.example.com"]
    assert {tuple(user["external_providers"]) for user in center["users"]} == {("https://idp.example.com",)}


def test_what_it_costs_grows_with_assignments_and_not_with_the_store(pool: ThreadPoolExecutor) -> None:
    known = organization()
    known.users |= {f"u-{number}": f"user{number}" for number in range(5000)}
    read(known, pool)
    assert sum(known.calls.values()) <= 12
    known.members |= {f"more-{number}": ("g-admins", f"u-{number}") for number in range(MANY)}
    known.calls.clear()
    assert len(read(known, pool).users) == MANY + 2
    assert (known.calls["describe_user"], known.calls["list_users"]) == (0, 1)


def test_who_has_gone_from_the_store_is_called_by_the_id(pool: ThreadPoolExecutor) -> None:
    known = organization()
    del known.groups["g-admins"], known.users["u-ann"]
    found = read(known, pool)
    assert [one.name for one in found.groups.values()] == ["g-admins"]
    assert [one.name for one in found.users.values()] == ["u-ann"]


@pytest.mark.parametrize(
    ("operation", "exc", "state", "told"),
    [
        ("list_instances", failure("AccessDeniedException"), "unknown", "only the organization's management account"),
        ("list_account_assignments", failure("AccessDeniedException"), "unknown", "only the organization's management"),
        ("describe_organization", failure("AWSOrganizationsNotInUseException"), "none", "The account is in no"),
        ("list_instances", {"Instances": []}, "none", "has no instance in eu-central-1"),
        ("list_users", failure("ThrottlingException"), "read", "was read"),
        ("describe_user", failure("ThrottlingException"), "unknown", "AWS is throttling"),
        ("list_instances", EndpointConnectionError(endpoint_url="https://sso"), "unknown", "can't be reached"),
        ("list_instances", FailedError("Could not connect"), "unknown", "Could not connect"),
    ],
)
def test_what_can_not_be_read_is_told_in_one_line(
    operation: str, exc: t.Any, state: str, told: str, pool: ThreadPoolExecutor
) -> None:
    known = organization()
    known.scripts[operation] = [exc]
    found = read(known, pool)
    assert (found.state, told in found.note) == (state, True), found.note
    made = report(found, reserved("Keepers", samples.FULL))
    # The roles are there all the same, and their rights with them.
    assert made["roles"][0]["permission_set"] == "Keepers"
    assert set(made["roles"][0]["cloudhsm"].values()) == {"yes"}
    assert made["not_read"] == []


def test_without_a_region_nothing_is_asked(pool: ThreadPoolExecutor) -> None:
    known = organization()
    assert read(known, pool, None).note.startswith("IAM Identity Center is unknown: no region is set")
    assert not known.calls


@pytest.mark.parametrize("wanted", [True, False])
def test_it_is_read_from_an_account_unless_it_is_left_out(wanted: bool) -> None:
    with account() as aws, actions():
        session = boto3.session.Session()
        session.client("organizations").create_organization(FeatureSet="ALL")
        sso, store = (session.client(service, region_name="us-east-1") for service in ("sso-admin", "identitystore"))
        (instance,) = sso.list_instances()["Instances"]
        arn, store_id = instance["InstanceArn"], instance["IdentityStoreId"]
        name = {"GivenName": "a", "FamilyName": "b"}
        ann = store.create_user(IdentityStoreId=store_id, UserName="ann", DisplayName="ann", Name=name)["UserId"]
        made = sso.create_permission_set(InstanceArn=arn, Name="Readers")["PermissionSet"]["PermissionSetArn"]
        sso.create_account_assignment(
            InstanceArn=arn,
            PermissionSetArn=made,
            TargetId="123456789012",
            TargetType="AWS_ACCOUNT",
            PrincipalType="USER",
            PrincipalId=ann,
        )
        # moto takes this for what is in the account.
        sso.provision_permission_set(InstanceArn=arn, PermissionSetArn=made, TargetType="ALL_PROVISIONED_ACCOUNTS")
        iam: t.Any = session.client("iam")
        known = reserved("Readers")
        iam.create_role(RoleName=known.name, Path=known.path, AssumeRolePolicyDocument=json.dumps(SAML))
        read_only = json.dumps(document("cloudhsm:Describe*"))
        iam.put_role_policy(RoleName=known.name, PolicyName="p", PolicyDocument=read_only)
        aws.calls.clear()
        told = run_action("iam_access_report_info", {"region": "us-east-1", "identity_center": wanted}, {})
        center = told["report"]["identity_center"]
        assert ("ListInstances" in str(aws.calls)) == wanted
        assert center["state"] == ("read" if wanted else "left_out")
        assert [(user["name"], user["cloudhsm"]["DescribeClusters"]) for user in center["users"]] == (
            [("ann", "yes")] if wanted else []
        )

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Service control policies: read where the caller may, told where not, and what they leave."""

from __future__ import annotations

import json
import typing as t

import boto3.session
import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.controls import (
    ControlPolicy,
    ControlsRead,
    Level,
    controls_of,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.controls_read import read_controls
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.evaluate import Extent
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.report import Wanted, make_report
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError
from botocore.exceptions import ClientError, EndpointConnectionError
from helpers.accounts import samples
from helpers.accounts.samples import document, person, role, snapshot, trust
from helpers.moto.in_process import account

ALL = document("*")
NO_DELETE = document("cloudhsm:Delete*", effect="Deny")


def levels(*documents: t.Sequence[t.Any]) -> ControlsRead:
    named = [[ControlPolicy(f"p-{n}", f"policy {n}", one) for n, one in enumerate(level)] for level in documents]
    return ControlsRead("read", "SCPs were read", tuple(Level(f"ou-{n}", tuple(one)) for n, one in enumerate(named)))


def report(controls: ControlsRead, **more: t.Any) -> dict[str, t.Any]:
    people = [person("x", policies=[samples.FULL]), person("y")]
    roles = {"hsm": role("hsm", trust("user/y"), samples.FULL)}
    return make_report(snapshot(people, roles=roles, controls=controls, **more), Wanted(), samples.NOW)


@pytest.mark.parametrize(
    ("expected", "controls"),
    [
        ("yes", [[ALL], [ALL], [ALL]]),
        ("no", [[ALL], [ALL, NO_DELETE], [ALL]]),
        # Each level has to allow it.
        ("no", [[ALL], [document("ec2:*")], [ALL]]),
        ("no", [[ALL], [ALL], [document("cloudhsm:Describe*")]]),
        ("yes", [[document("cloudhsm:*", "sts:*")], [document("ec2:*"), document("cloudhsm:*", "sts:*")]]),
        ("conditional", [[ALL, document("cloudhsm:*", effect="Deny", Condition={"StringNotEquals": {"a:b": "c"}})]]),
        # A policy that can't be read limits nothing.
        ("yes", [[ALL], ["{"]]),
    ],
)
def test_they_limit_what_people_and_roles_can_do(expected: str, controls: list[t.Any]) -> None:
    made = report(levels(*controls))
    assert [user["cloudhsm"]["DeleteCluster"] for user in made["users"]] == [expected, expected]
    assert made["roles"][0]["cloudhsm"]["DeleteCluster"] == expected
    limited = made["service_control_policies"]["limited_actions"]
    assert limited.get("DeleteCluster", "yes") == expected
    by_action = {action: path for path in made["users"][0]["access_paths"] for action in path["actions"]}
    assert by_action["DeleteCluster"]["limited_by"] == ([] if expected == "yes" else ["scp"])


def test_they_keep_people_from_assuming_roles() -> None:
    made = report(levels([ALL, document("sts:AssumeRole", effect="Deny")]))
    assert made["roles"][0]["users"] == 0
    assert set(made["users"][1]["cloudhsm"].values()) == {"no"}


@pytest.mark.parametrize("state", ["unknown", "none", "not_bound"])
def test_what_is_not_known_or_does_not_bind_limits_nothing(state: str) -> None:
    made = report(ControlsRead(state, "why", levels([NO_DELETE]).levels))
    assert made["users"][0]["cloudhsm"]["DeleteCluster"] == "yes"
    assert made["service_control_policies"]["limited_actions"] == {}
    assert made["not_read"] == []


def read(account_id: str, client: t.Any = None) -> ControlsRead:
    return read_controls(lambda: client or boto3.session.Session().client("organizations"), account_id)


def test_they_are_read_from_the_root_down_to_the_account() -> None:
    with account():
        client: t.Any = boto3.session.Session().client("organizations")
        assert read("123456789012").state == "none"
        client.create_organization(FeatureSet="ALL")
        assert (read("123456789012").state, read("123456789012").levels) == ("not_bound", ())
        root = client.list_roots()["Roots"][0]["Id"]
        client.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
        unit = client.create_organizational_unit(ParentId=root, Name="Work")["OrganizationalUnit"]["Id"]
        made = client.create_account(AccountName="one", Email="one@example.com")["CreateAccountStatus"]["AccountId"]
        client.move_account(AccountId=made, SourceParentId=root, DestinationParentId=unit)
        policy = client.create_policy(
            Content=json.dumps(NO_DELETE), Description="", Name="NoDelete", Type="SERVICE_CONTROL_POLICY"
        )["Policy"]["PolicySummary"]["Id"]
        client.attach_policy(PolicyId=policy, TargetId=unit)
        known = read(made)
        assert known.state == "read"
        assert [level.id for level in known.levels] == [root, unit, made]
        assert "NoDelete" in [one.name for one in known.levels[1].policies]
        controls = controls_of(known)
        assert controls is not None
        assert set(controls.extents("cloudhsm:DeleteCluster", "*")) == {Extent.NONE}
        assert set(controls.extents("cloudhsm:CreateCluster", "*")) == {Extent.ALL}


def error(code: str) -> Exception:
    return ClientError({"Error": {"Code": code, "Message": "No."}}, "ListParents")


@pytest.mark.parametrize(
    ("exc", "told"),
    [
        (
            error("AccessDeniedException"),
            "SCPs unknown: only the management account and accounts that it lets can read them",
        ),
        (error("ServiceException"), "SCPs unknown: could not read them"),
        (EndpointConnectionError(endpoint_url="https://organizations"), "SCPs unknown: could not read them"),
        (FailedError("Could not connect"), "SCPs unknown: Could not connect"),
    ],
)
def test_what_can_not_be_read_is_told_in_one_line(exc: Exception, told: str) -> None:
    class Refusing:
        def describe_organization(self) -> t.NoReturn:
            raise exc

    found = read("123456789012", Refusing())
    assert (found.state, found.levels) == ("unknown", ())
    assert found.note.startswith(told)

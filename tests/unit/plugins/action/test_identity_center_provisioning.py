# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role identity_center_access under change control: its plan is written, and exactly that plan is applied."""

from __future__ import annotations

import copy
import json
import typing as t
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import boto3.session
import jsonschema
import moto_identity_center
import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center import requests
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.suspended import HEAD, folder
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._change_control import ChangeControl
from helpers.accounts.identity_center import IdentityCenter, as_aws_has_it
from helpers.modules.in_process import Result, actions, run_action
from helpers.moto.in_process import Account, account
from helpers.moto.kills import KilledError, killed_at

SCHEMA = json.loads((Path(__file__).parents[4] / "docs/plan_file.schema.json").read_text())
HERE = "123456789012"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
VARIABLES: dict[str, t.Any] = {
    "identity_center_access_region": "us-east-1",
    "identity_center_access_workers": 1,
    "identity_center_access_permission_sets": [
        {"name": "Admins", "access": "administrator", "session_duration": 7200},
        {"name": "Old", "access": "read_only", "managed_policies": [], "boundary": "", "tags": {"new": "yes"}},
        {"name": "Gone", "state": "absent"},
        {"name": "Same"},
    ],
    "identity_center_access_groups": [
        {"name": "Operators of HSMs", "members": ["ann"]},
        {"name": "Old", "members": ["ann"]},
    ],
    "identity_center_access_assignments": [
        {"permission_set": "Admins", "groups": ["Operators of HSMs"], "all_accounts": True},
        {"permission_set": "Old", "users": ["ann"], "accounts": [HERE]},
        {"permission_set": "Gone", "users": ["bob"], "all_accounts": True, "state": "absent"},
    ],
    **{f"identity_center_access_purge_{what}": True for what in ("policies", "tags", "members")},
}


class Center:
    """An organization of two accounts in this process, with something to create, change and delete."""

    def __init__(self, aws: Account, folder: Path) -> None:
        folder.chmod(0o700)
        self.aws = aws
        self.plan = folder / "plan.json"
        organizations: t.Any = boto3.session.Session().client("organizations")
        organizations.create_organization(FeatureSet="ALL")
        made = organizations.create_account(Email="shop@example.com", AccountName="shop")
        self.shop = made["CreateAccountStatus"]["AccountId"]
        self.center = center = IdentityCenter(None)
        self.ann, self.bob = center.add_user("ann"), center.add_user("bob")
        self.group = center.add_group("Old", [self.bob])
        self.old, gone, _same = (center.add_set(name) for name in ("Old", "Gone", "Same"))
        center.change_set(self.old, "attach_managed_policy_to_permission_set", ManagedPolicyArn=READ_ONLY)
        boundary = {"CustomerManagedPolicyReference": {"Name": "Own", "Path": "/"}}
        center.change_set(self.old, "put_permissions_boundary_to_permission_set", PermissionsBoundary=boundary)
        center.assign(self.old, "USER", self.bob, self.shop)
        for where in (HERE, self.shop):
            center.assign(gone, "USER", self.bob, where)

    def run(self, *, check_mode: bool = False, **more: t.Any) -> Result:
        self.aws.calls.clear()
        play = copy.deepcopy({**VARIABLES, **more})
        return run_action("identity_center_provisioning", {}, play, check_mode=check_mode)

    def write(self, **more: t.Any) -> Result:
        told = self.run(check_mode=True, plan_file=str(self.plan), **more)
        assert not told.get("failed"), told["msg"]
        assert self.aws.writes == []
        jsonschema.validate(json.loads(self.plan.read_text()), SCHEMA)
        return told

    def apply(self, **more: t.Any) -> Result:
        return self.run(apply_plan_file=str(self.plan), **more)

    def refused(self, **more: t.Any) -> str:
        told = self.apply(**more)
        assert told.get("failed"), told["lines"]
        assert self.aws.writes == []
        return str(told["msg"])

    def holdings(self) -> t.Any:
        """Everything that there is, by names."""
        center = self.center
        sets = {}
        for arn in center.sso.list_permission_sets(InstanceArn=center.arn)["PermissionSets"]:
            of_set = {"InstanceArn": center.arn, "PermissionSetArn": arn}
            one = center.sso.describe_permission_set(**of_set)["PermissionSet"]
            policies = center.sso.list_managed_policies_in_permission_set(**of_set)["AttachedManagedPolicies"]
            stale = center.sso.list_accounts_for_provisioned_permission_set(
                **of_set, ProvisioningStatus="LATEST_PERMISSION_SET_NOT_PROVISIONED"
            )["AccountIds"]
            tags = center.sso.list_tags_for_resource(InstanceArn=center.arn, ResourceArn=arn)["Tags"]
            inline = center.sso.get_inline_policy_for_permission_set(**of_set).get("InlinePolicy")
            sets[one["Name"]] = (policies, stale, sorted(map(str, tags)), inline, one.get("SessionDuration"))
        pages = center.store.list_groups(IdentityStoreId=center.store_id)["Groups"]
        known = {group["GroupId"]: group["DisplayName"] for group in pages} | {self.ann: "ann", self.bob: "bob"}
        members = {
            known[group]: sorted(
                known[each["MemberId"]["UserId"]]
                for each in center.store.list_group_memberships(IdentityStoreId=center.store_id, GroupId=group)[
                    "GroupMemberships"
                ]
            )
            for group in known
            if group not in (self.ann, self.bob)
        }
        who = {where: {(s, known[p]) for s, p in center.assigned(self.place(where))} for where in ("here", "shop")}
        return sets, members, who

    def place(self, where: str) -> str:
        return HERE if where == "here" else self.shop


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS works on nothing for long."""
    as_aws_has_it()
    monkeypatch.setattr(moto_identity_center, "WORK", 0)
    monkeypatch.setattr(requests, "FIRST_PAUSE", 0.001)


@pytest.fixture
def case(tmp_path: Path) -> Iterator[Center]:
    with account() as aws, actions():
        yield Center(aws, tmp_path)


def test_a_plan_tells_each_object_and_is_applied_once(case: Center) -> None:
    planned = case.write()
    lines = planned["plan"]["lines"]
    assert lines == [
        '+ identity store group "Operators of HSMs": members ann',
        "~ identity store group Old: members +ann -bob",
        "+ permission set Admins: policies AdministratorAccess; session seconds 7200",
        *[line for line in lines if line.startswith(("~ permission set Old: ", "    "))],
        f'+ assignment Admins for group "Operators of HSMs": accounts {", ".join(sorted([HERE, case.shop]))}',
        f"- assignment Gone for user bob: accounts {', '.join(sorted([HERE, case.shop]))}",
        f"+ assignment Old for user ann: accounts {HERE}",
        "- permission set Gone",
        "Plan: 4 to create, 2 to change, 2 to delete, 1 unchanged",
    ]
    (old,) = [line for line in lines if line.startswith("~ permission set Old: ")]
    for words in ("policies -ReadOnlyAccess", "statement", "permissions boundary /Own removed", "tags +new=yes -old"):
        assert words in old, words
    still = case.run(check_mode=True, apply_plan_file=str(case.plan))
    assert f"The plan in {case.plan} still applies" in still["lines"]
    done = case.apply(approved_plan_digest=planned["plan"]["digest"], plan_max_age="8h")
    assert (done["changed"], bool(case.aws.writes)) == (True, True), done.get("msg")
    assert "Done: 4 created, 2 changed, 2 deleted, 1 unchanged" in done["lines"]
    assert done["facts"]["identity_center_access_result"]["counts"]["assignments_created"] == 3
    again = case.apply()
    assert (again["changed"], case.aws.writes) == (False, []), again.get("msg")
    assert "To be taken away, and not there: Gone" in again["lines"]


def _tag(case: Center) -> None:
    tags = [{"Key": "k", "Value": "v"}]
    case.center.sso.tag_resource(InstanceArn=case.center.arn, ResourceArn=case.old, Tags=tags)


def _attach(case: Center) -> None:
    policy = "arn:aws:iam::aws:policy/Billing"
    case.center.change_set(case.old, "attach_managed_policy_to_permission_set", ManagedPolicyArn=policy)


def _assign(case: Center) -> None:
    case.center.assign(case.old, "USER", case.ann, case.shop)


def _join(case: Center) -> None:
    member = {"UserId": case.center.add_user("eve")}
    case.center.store.create_group_membership(IdentityStoreId=case.center.store_id, GroupId=case.group, MemberId=member)


def _make(case: Center) -> None:
    case.center.add_set("Admins")


CHANGES: list[tuple[Callable[[Center], None], str]] = [
    (_tag, "account: permission set Old has changed: tags"),
    (_attach, "account: permission set Old has changed: managed policies +arn:aws:iam::aws:policy/Billing"),
    (_assign, "account: assignment Old for user ann exists now"),
    (_join, "account: identity store group Old has changed: members +eve"),
    (_make, "account: permission set Admins exists now"),
]


@pytest.mark.parametrize(("change", "said"), CHANGES, ids=[said for _change, said in CHANGES])
def test_whatever_others_change_stops_the_run(case: Center, change: Callable[[Center], None], said: str) -> None:
    case.write()
    change(case)
    assert said in case.refused()


def test_other_variables_are_another_plan(case: Center) -> None:
    case.write()
    sets = [{"name": "Admins", "access": "read_only"}, *VARIABLES["identity_center_access_permission_sets"][1:]]
    refused = case.refused(identity_center_access_permission_sets=sets, identity_center_access_workers=2)
    assert "variables: identity_center_access_permission_sets (Admins) has changed" in refused
    assert "workers" not in refused


def undisturbed(folder: Path) -> tuple[t.Any, int]:
    """What a run comes to, and how many writes it makes."""
    with account() as aws, actions():
        case = Center(aws, folder)
        case.write()
        assert case.apply()["changed"]
        writes = len(aws.writes)
        return case.holdings(), writes


def test_a_run_killed_anywhere_is_finished_by_the_same_plan(tmp_path_factory: pytest.TempPathFactory) -> None:
    end, writes = undisturbed(tmp_path_factory.mktemp("whole"))
    # Some eight moments, the last of them when all is written and not yet noted.
    for number in sorted({*range(1, writes + 1, 1 + writes // 8), writes}):
        with account() as aws, actions():
            case = Center(aws, tmp_path_factory.mktemp("killed"))
            case.write()
            unnoted = mock.patch.object(ChangeControl, "finish", side_effect=KilledError)
            with killed_at(number, after=number % 3 > 0), unnoted, pytest.raises(KilledError):
                case.apply()
            rest = case.apply()
            assert not rest.get("failed"), (number, rest["msg"])
            assert case.holdings() == end, number
            again = case.apply()
            assert (again["changed"], aws.writes) == (False, []), (number, again.get("msg"))


def ending(until: object) -> dict[str, t.Any]:
    """Variables of an assignment that ends, and of nothing else."""
    items = [
        {
            "permission_set": "Same",
            "groups": ["Old"],
            "users": ["ann"],
            "all_accounts": True,
            "until": until,
            "reason": "INC-1234, at night",
        }
    ]
    lists = {"permission_sets": [], "groups": [], "assignments": items}
    return {f"identity_center_access_{name}": each for name, each in lists.items()}


@contextmanager
def at(now: str) -> Iterator[None]:
    """The time by AWS's clock, of which moto in this process says nothing."""
    with mock.patch.object(caller, "time_of_answer", return_value=now):
        yield


@pytest.mark.parametrize("until", ["2026-12-01T18:00Z", datetime(2026, 12, 1, 18, tzinfo=UTC)], ids=["text", "YAML's"])
def test_a_plan_with_an_end_is_applied_until_then(case: Center, until: object) -> None:
    variables = ending(until)
    with at("2026-12-01T10:00:00Z"):
        planned = case.write(**variables)
    places = ", ".join(sorted([HERE, case.shop]))
    end = 'until 2026-12-01T18:00Z ("INC-1234, at night")'
    assert planned["plan"]["lines"] == [
        f"+ permission set Same-261201T1800Z: copy of Same {end}; 1 statement; "
        'description "Copy of Same that ends 2026-12-01T18:00Z"; session seconds 3600',
        f"+ assignment Same-261201T1800Z for group Old: {end}; accounts {places}",
        f"+ assignment Same-261201T1800Z for user ann: {end}; accounts {places}",
        "Plan: 3 to create, 0 to change, 0 to delete, 0 unchanged",
    ]
    with at("2026-12-01T18:00:00Z"):
        assert "assignment Same-261201T1800Z for group Old" in case.refused(**variables)
    with at("2026-12-01T17:59:59Z"):
        done = case.apply(**variables)
        fact = done["facts"]["identity_center_access_result"]
        assert [one.get("group", one.get("user")) for one in fact["temporary"]] == ["Old", "ann"]
        case.write(**variables)
    with at("2026-12-01T18:00:01Z"):
        assert "plan: permission set Same-261201T1800Z would be deleted too" in case.refused(**variables)
        told = case.run(check_mode=True, **variables)
        assert told["warnings"] == [
            "identity_center_access_assignments[0] (Same) ended 2026-12-01T18:00Z: nobody is assigned anything by it; "
            "take it off the list"
        ]
        fact = told["facts"]["identity_center_access_result"]
        assert [one.get("group", one.get("user")) for one in fact["ended"]] == ["Old", "ann"]


def test_who_is_suspended_is_told_and_left_alone(case: Center) -> None:
    ssm: t.Any = boto3.session.Session().client("ssm")
    name = f"{folder('/cloudhsm-iam/suspended-users', case.center.store_id, case.ann)}/{HEAD}"
    ssm.put_parameter(Name=name, Value="{}", Type="String")
    for check_mode in (True, False):
        told = case.run(check_mode=check_mode)
        assert not told.get("failed"), told["msg"]
        assert "Suspended, and left alone: ann" in told["lines"]
        assert told["facts"]["identity_center_access_result"]["suspended"] == ["ann"]
        assert not any("ann" in line for line in told["lines"] if line[:1] in "+~-")
    assert case.run()["changed"] is False


ENDS: list[tuple[str, str]] = [
    ("2026-12-01T10:00:00Z", "2026-12-01T18:00Z"),
    ("2026-12-01T12:00:00Z", "2026-12-02T18:00Z"),
    ("2026-12-03T12:00:00Z", "2026-12-02T18:00Z"),
]


@pytest.mark.parametrize("place", range(len(ENDS)), ids=["made", "moved", "ended"])
def test_a_run_with_ends_that_is_killed_anywhere_is_finished_by_the_next(
    tmp_path_factory: pytest.TempPathFactory, place: int
) -> None:
    number = 0
    end: t.Any = None
    while True:
        with account() as aws, actions():
            case = Center(aws, tmp_path_factory.mktemp("killed"))
            for now, until in ENDS[:place]:
                with at(now):
                    assert not case.run(**ending(until)).get("failed")
            now, until = ENDS[place]
            with at(now):
                if number:
                    with killed_at(number, after=number % 3 > 0), suppress(KilledError):
                        case.run(**ending(until))
                rest = case.run(**ending(until))
                assert not rest.get("failed"), (number, rest["msg"])
                writes = len(aws.writes)
                end = end or case.holdings()
                assert case.holdings() == end, number
                again = case.run(**ending(until))
                assert (again["changed"], aws.writes) == (False, []), number
        if number and not writes:
            break
        number += 1
    assert number > 4


def test_all_mistakes_are_told_at_once_with_the_names_of_variables(case: Center) -> None:
    told = case.run(
        identity_center_access_max_deletions=1,
        identity_center_access_groups=[{"name": "Old", "members": ["nobody"]}],
        plan_file="/nowhere/plan.json",
    )
    assert case.aws.writes == []
    for words in (
        "plan_file: only check mode writes a plan",
        "identity_center_access_groups[0] (Old): members: the identity store has no user nobody",
        "identity_center_access_max_deletions: 4 objects would be deleted",
    ):
        assert words in told["msg"], told["msg"]

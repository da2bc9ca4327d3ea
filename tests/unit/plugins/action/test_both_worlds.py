# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""People leave IAM and the identity store by one plan."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import boto3.session
import jsonschema
import pytest
import yaml
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._change_control import ChangeControl
from helpers.accounts.identity_store import HERE, Store, at_once, bobs, nothing
from helpers.modules.in_process import Result, actions, run_action
from helpers.moto import in_process
from helpers.moto.in_process import Account, account
from helpers.moto.kills import KilledError, killed_at
from moto_identity_center import SIGNED_IN

SCHEMA = json.loads((Path(__file__).parents[4] / "docs/plan_file.schema.json").read_text())
MODES = ("delete", "suspend")


class Worlds:
    """bob is in both worlds, eve in the identity store, carl in IAM, where he is called charles there."""

    def __init__(self, aws: Account, folder: Path) -> None:
        folder.chmod(0o700)
        self.plan = folder / "plan.json"
        self.aws = aws
        self.store = Store(aws)
        self.store.ids["charles"] = self.store.center.add_user("charles")
        self.iam: t.Any = boto3.session.Session().client("iam")
        self.iam.create_group(GroupName="Readers")
        for name in ("bob", "carl", "dora", "root-of-all"):
            self.iam.create_user(UserName=name)
            self.iam.create_access_key(UserName=name)
        self.iam.add_user_to_group(UserName="bob", GroupName="Readers")

    def run(self, users: str, mode: str = "suspend", check_mode: bool = False, **variables: t.Any) -> Result:
        self.aws.calls.clear()
        where = {"region": "us-east-1", "user_names": {"carl": "charles"}}
        told = {"user_offboarding_users": users, "user_offboarding_identity_center": where, **variables}
        result = run_action("iam_user_offboarding", {"mode": mode}, told, check_mode=check_mode)
        assert not (check_mode and self.aws.writes)
        return result

    def users(self) -> set[str]:
        return {user["UserName"] for user in self.iam.list_users()["Users"]}

    def denies(self, name: str) -> bool:
        attached = self.iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]
        return "AWSDenyAll" in {policy["PolicyName"] for policy in attached}


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[Worlds]:
    with account() as aws, actions(), at_once():
        yield Worlds(aws, tmp_path)


def test_a_suspension_covers_both_and_the_restoration_gives_the_stores_part_back(worlds: Worlds) -> None:
    planned = worlds.run("bob, eve, dora", check_mode=True)
    lines = planned["plan"]["lines"]
    assert [line.partition(":")[0] for line in lines] == [
        "~ user bob (suspended)",
        "~ user dora (suspended)",
        "~ identity store user bob (suspended)",
        "~ identity store user eve (suspended)",
        "Plan",
    ]
    held = " ".join(f"-Reader:{where}" for where in sorted([HERE, worlds.store.shop]))
    assert lines[2].endswith(f': groups -"Operators of HSMs"; assignments {held}')
    done = worlds.run("bob, eve, dora")
    assert done["changed"], done.get("msg")
    assert worlds.denies("bob")
    assert worlds.store.holdings("bob") == nothing()
    fact = done["facts"]["user_offboarding_result"]
    assert (fact["suspended"], fact["identity_store"]["suspended"]) == (["bob", "dora"], ["bob", "eve"])
    told = "\n".join(done["lines"])
    assert "Only IAM has dora; the identity store has no such user" in told
    assert "Only the identity store has eve; the account has no such IAM user" in told
    again = worlds.run("bob, eve, dora")
    assert (again["changed"], worlds.aws.writes) == (False, [])
    back = worlds.run("bob", mode="restore")
    assert back["facts"]["user_offboarding_result"]["identity_store"]["restored"] == ["bob"]
    assert worlds.store.holdings("bob") == bobs(worlds.store)
    assert worlds.denies("bob")
    assert "user_provisioning_restore_suspended" in back["lines"][-1]
    assert "the identity store has no user dora" in worlds.run("dora", mode="restore")["msg"]


def test_a_deletion_covers_both_by_the_names_that_each_has(worlds: Worlds) -> None:
    done = worlds.run("bob carl", mode="delete")
    assert done["changed"], done.get("msg")
    assert worlds.users() == {"dora", "root-of-all"}
    assert worlds.store.holdings("bob") is worlds.store.holdings("charles") is None
    gone = worlds.run("bob carl", mode="delete")
    assert gone["msg"].startswith("Nothing was changed. user_offboarding_users: neither the account")
    assert not worlds.run("bob carl", mode="delete", user_offboarding_missing="ignore")["changed"]


@pytest.mark.parametrize("mode", MODES)
def test_a_misspelt_name_changes_nothing_in_either(worlds: Worlds, mode: str) -> None:
    told = worlds.run("bob, evee", mode=mode)
    assert (told["failed"], worlds.aws.writes) == (True, [])
    assert "evee" in told["msg"]


def test_the_refusals_of_both_are_told_at_once(worlds: Worlds) -> None:
    worlds.iam.create_group(GroupName="Administrators")
    worlds.iam.add_user_to_group(UserName="bob", GroupName="Administrators")
    told = worlds.run("bob, ann", mode="delete", user_offboarding_max_deletions=0)
    assert worlds.aws.writes == []
    for words in (
        "user_offboarding_users: nobody would be left with AdministratorAccess through IAM Identity Center",
        "user_offboarding_max_deletions: 2 users of the identity store would be deleted",
        "Administrators",
        "allows (0)",
    ):
        assert words in told["msg"], told["msg"]


def test_what_fails_in_one_world_does_not_keep_the_other_from_locking_out(worlds: Worlds) -> None:
    worlds.aws.denied.add("AttachUserPolicy")
    worlds.aws.denied.add("PutUserPolicy")
    failed = worlds.run("bob")
    assert failed["failed"]
    assert "Changed before that, and kept: the users of the identity store. Not finished: the users." in failed["msg"]
    assert worlds.store.holdings("bob") == nothing()
    worlds.aws.denied.clear()
    assert worlds.run("bob")["changed"]
    assert worlds.denies("bob")


def test_who_is_listed_for_access_again_is_told(worlds: Worlds) -> None:
    lists: dict[str, t.Any] = {
        "identity_center_access_groups": [{"name": "Ops", "members": ["Bob"]}],
        "identity_center_access_assignments": [{"permission_set": "Reader", "users": ["bob"], "state": "absent"}],
    }
    assert "access again: bob (identity_center_access_groups)" in worlds.run("bob", **lists)["lines"][-1]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("us-east-1", ": must be a dictionary"),
        ({"regoin": "x"}, ".regoin: is no key of it; did you mean region?"),
        ({"profile": "org"}, ".account_id: is missing"),
        ({"role_arn": "Admin"}, ".role_arn: must be the ARN of a role"),
        ({"role_arn": f"arn:aws:iam::{HERE}:role/x", "account_id": "1" * 12}, ".account_id: is not the account of"),
        ({"external_id": "x"}, ".external_id: is for role_arn"),
        ({"user_names": {"a": "x", "b": "X"}}, ".user_names: a and b are the same user"),
        ({"region": 7}, ".region: "),
        ({"notes_prefix": "/aws/x", "region": "us-east-1"}, ".notes_prefix: must be a path"),
    ],
)
def test_mistakes_in_the_variable_are_told_with_its_keys(worlds: Worlds, value: t.Any, said: str) -> None:
    told = worlds.run("bob", user_offboarding_identity_center=value)
    assert (told["failed"], worlds.aws.writes) == (True, [])
    assert f"user_offboarding_identity_center{said}" in told["msg"]


def test_another_accounts_credentials_have_to_be_of_that_account(worlds: Worlds) -> None:
    role = "arn:aws:iam::210987654321:role/Offboarding"
    # Whatever role is assumed, the credentials are those of this account.
    with mock.patch.object(in_process, "KEYS", ()):
        told = worlds.run("bob", user_offboarding_identity_center={"region": "us-east-1", "role_arn": role})
    assert "AssumeRole" in worlds.aws.calls
    assert "210987654321" in told["msg"]
    assert worlds.aws.writes == []


def planned(folder: Path, aws: Account, mode: str) -> Worlds:
    worlds = Worlds(aws, folder)
    told = worlds.run("bob carl eve", mode=mode, check_mode=True, plan_file=str(worlds.plan))
    assert not told.get("failed"), told["msg"]
    jsonschema.validate(json.loads(worlds.plan.read_text()), SCHEMA)
    return worlds


@pytest.mark.parametrize("mode", MODES)
def test_a_plan_is_finished_wherever_the_run_is_killed(mode: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    with account() as aws, actions(), at_once():
        worlds = planned(tmp_path_factory.mktemp("whole"), aws, mode)
        assert worlds.run("bob carl eve", mode=mode, apply_plan_file=str(worlds.plan))["changed"]
        writes = len(aws.writes)
    # Some six moments, the last of them when all is written and not yet noted.
    for number in sorted({*range(1, writes + 1, 1 + writes // 6), writes}):
        with account() as aws, actions(), at_once():
            worlds = planned(tmp_path_factory.mktemp("killed"), aws, mode)
            given: dict[str, t.Any] = {"apply_plan_file": str(worlds.plan)}
            unnoted = mock.patch.object(ChangeControl, "finish", side_effect=KilledError)
            with killed_at(number, after=number % 3 > 0), unnoted, pytest.raises(KilledError):
                worlds.run("bob carl eve", mode=mode, **given)
            rest = worlds.run("bob carl eve", mode=mode, **given)
            assert not rest.get("failed"), (number, rest["msg"])
            gone = None if mode == "delete" else nothing()
            assert [worlds.store.holdings(name) for name in ("bob", "charles", "eve")] == [gone, gone, gone]
            assert mode == "suspend" or worlds.users() == {"dora", "root-of-all"}
            again = worlds.run("bob carl eve", mode=mode, user_offboarding_missing="ignore", **given)
            assert (again["changed"], aws.writes) == (False, []), (number, again.get("msg"))


def test_whatever_changes_in_the_store_stops_the_plan(worlds: Worlds) -> None:
    worlds.run("bob", check_mode=True, plan_file=str(worlds.plan))
    worlds.store.center.assign(worlds.store.admin, "USER", worlds.store.ids["bob"], HERE)
    told = worlds.run("bob", apply_plan_file=str(worlds.plan))
    assert worlds.aws.writes == []
    assert f"account: identity store user bob has changed: assignments +Admin:{HERE}" in told["msg"]


def test_only_who_has_signed_in_is_suspended_in_iam_alone(worlds: Worlds) -> None:
    center = worlds.store.center
    center.store.delete_user(IdentityStoreId=center.store_id, UserId=worlds.store.ids["charles"])
    center.add_user("charles", Title=SIGNED_IN)
    planned = worlds.run("bob carl dora", mode="move", check_mode=True)
    assert not planned.get("failed"), planned["msg"]
    assert planned["plan"]["lines"][0].startswith("~ user carl (suspended)")
    done = worlds.run("bob carl dora", mode="move")
    fact = done["facts"]["user_offboarding_result"]
    assert (fact["suspended"], fact["waiting"]) == (["carl"], ["bob", "dora"])
    assert done["lines"][-2:] == [
        "Not in the identity store, and left alone: dora",
        "Not suspended, because no sign-in through IAM Identity Center was found in the last 90 days: bob. If you know "
        "better, list them in user_offboarding_signed_in",
    ]
    assert [worlds.denies(name) for name in ("bob", "carl")] == [False, True]
    assert not {"DeleteGroupMembership", "PutParameter", "DeleteAccountAssignment"} & set(worlds.aws.writes)
    confirmed = worlds.run("bob", mode="move", user_offboarding_signed_in="bob")
    assert confirmed["changed"]
    assert worlds.denies("bob")
    assert "LookupEvents" not in worlds.aws.calls
    assert worlds.store.holdings("bob") == bobs(worlds.store)
    wrong = worlds.run("bob", mode="move", user_offboarding_signed_in=["bbo"])
    assert "user_offboarding_signed_in: bbo is not in user_offboarding_users" in wrong["msg"]
    idle = worlds.run("dora", mode="move")
    assert (idle["changed"], worlds.aws.writes) == (False, [])


def test_the_levels_of_groups_move_as_the_reviewed_file_says(worlds: Worlds, tmp_path: Path) -> None:
    worlds.iam.attach_group_policy(GroupName="Readers", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    worlds.iam.add_user_to_group(UserName="carl", GroupName="Readers")
    given = {"folder": str(tmp_path), "identity_center": True, "identity_center_names": {"carl": "charles"}}
    written = run_action("iam_account_export", given, {})
    path = tmp_path / f"account-{HERE}-identity-center.yml"
    assert f"The variables for IAM Identity Center are in {path}; review them first" in written["lines"]
    assert not run_action("iam_account_export", given, {})["changed"]
    variables = yaml.safe_load(path.read_text())
    play = {**variables, "identity_center_access_region": "us-east-1"}
    made = run_action("identity_center_provisioning", {}, play)
    assert made["changed"], made.get("msg")
    assert f"+ assignment Readers for group Readers: accounts {HERE}" in made["lines"]
    assert "+ identity store group Readers: members bob, charles" in made["lines"]

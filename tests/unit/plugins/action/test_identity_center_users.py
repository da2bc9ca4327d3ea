# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users of the identity store are suspended, restored and deleted, wherever a run is killed and whatever fails."""

from __future__ import annotations

import itertools
import typing as t
from collections.abc import Iterator
from unittest import mock

import boto3.session
import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.suspended import read_suspended
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users import notes, sign_ins
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users import run as runs
from helpers.accounts.identity_store import ADMINISTRATOR_ACCESS, HERE, Store, at_once, bobs, nothing
from helpers.modules.in_process import actions, run_action
from helpers.moto.in_process import account
from helpers.moto.kills import KilledError, killed_at


@pytest.fixture
def store() -> Iterator[Store]:
    with account() as aws, actions(), at_once():
        yield Store(aws)


def test_a_suspension_takes_everything_and_a_restoration_gives_it_back(store: Store) -> None:
    predicted = store.run("bob", check_mode=True)
    assert predicted["changed"]
    done = store.run("bob")
    assert done["changes"] == predicted["changes"]
    assert [user["action"] for user in done["users"]] == ["suspended"]
    assert store.aws.writes[:3] == ["PutParameter", "PutParameter", "DeleteGroupMembership"]
    assert store.holdings("bob") == nothing()
    assert store.holdings("eve") == ({"Operators of HSMs"}, set())
    again = store.run("bob")
    assert (again["changed"], store.aws.writes) == (False, [])
    back = store.run("bob", state="restored")
    assert back["users"][0]["groups"] == ["Operators of HSMs"]
    assert store.holdings("bob") == bobs(store)
    assert store.parameters() == []
    idle = store.run("bob", state="restored")
    assert (idle["changed"], idle["lines"]) == (False, ["bob is not suspended in the identity store"])


LISTED: dict[str, t.Any] = {
    "region": "us-east-1",
    "workers": 1,
    "groups": [{"name": "Operators of HSMs", "members": ["bob", "eve"]}],
    "assignments": [
        {"permission_set": "Reader", "users": ["bob"], "accounts": [HERE]},
        {
            "permission_set": "Reader",
            "users": ["bob", "eve"],
            "all_accounts": True,
            "exclude_accounts": [HERE],
            "until": "2099-12-01T18:00Z",
            "reason": "INC-1234",
        },
    ],
}


def listed(store: Store, *, check_mode: bool = False, **options: t.Any) -> t.Any:
    """The result of identity_center_access, where bob is still listed."""
    store.aws.calls.clear()
    return run_action("identity_center_access", {**LISTED, **options}, {}, check_mode=check_mode)


def test_who_is_suspended_gets_nothing_from_a_list_that_still_names_them(store: Store) -> None:
    store.run("bob")
    predicted = listed(store, check_mode=True)
    assert store.aws.writes == []
    done = listed(store)
    assert (predicted["suspended"], done["suspended"]) == (["bob"], ["bob"])
    assert done["changes"] == predicted["changes"]
    assert {change["user"] for change in done["changes"] if "user" in change} == {"eve"}
    assert store.holdings("bob") == nothing()
    assert done["temporary"][0]["user"] == "eve"
    again = listed(store)
    assert (again["changed"], again["suspended"], store.aws.writes) == (False, ["bob"], [])
    assert store.run("bob", state="restored")["changed"]
    assert not listed(store, assignments=LISTED["assignments"][:1])["suspended"]
    assert store.holdings("bob") == bobs(store)


def test_notes_elsewhere_are_found_where_the_option_says(store: Store) -> None:
    store.run("bob", notes_prefix="/elsewhere")
    assert listed(store, notes_prefix="/elsewhere", check_mode=True)["suspended"] == ["bob"]
    assert listed(store, check_mode=True)["suspended"] == []
    wrong = listed(store, notes_prefix="/aws/x", variables_prefix="access_")
    assert wrong["problems"][0].startswith("access_notes_prefix: must be a path such as /cloudhsm-iam/suspended-users/")


def test_without_the_permission_nobody_is_known_to_be_suspended_and_a_warning_says_so(store: Store) -> None:
    store.run("bob")
    store.aws.denied = {"GetParameters"}
    done = listed(store)
    assert not done.get("failed"), done
    assert done["warnings"] == [
        "The caller may not call ssm:GetParameters, so nobody knows whether bob, eve are suspended"
    ]
    assert done["suspended"] == []
    held = store.holdings("bob")
    assert held
    assert held[0] == {"Operators of HSMs"}


def test_notes_of_many_are_asked_for_ten_at_a_time() -> None:
    ssm = mock.Mock()
    ssm.get_parameters.side_effect = lambda Names: {  # noqa: N803
        "Parameters": [{"Name": name} for name in Names if name.endswith(("/7/note", "/11/note"))]
    }
    users = {f"user{number}": str(number) for number in range(23)}
    assert read_suspended(ssm, "/notes/", "d-1", users) == {"user7", "user11"}
    assert [len(call.kwargs["Names"]) for call in ssm.get_parameters.mock_calls] == [10, 10, 3]


def test_users_are_deleted_after_all_are_locked_out(store: Store) -> None:
    store.run("eve")
    done = store.run("bob", "eve", state="absent")
    assert [user["action"] for user in done["users"]] == ["deleted", "deleted"]
    assert store.aws.writes[-2:] == ["DeleteUser", "DeleteUser"]
    assert store.holdings("bob") is store.holdings("eve") is None
    assert store.parameters() == []
    assert store.run("bob", state="absent")["problems"] == ["users: the identity store has no user bob"]
    ignored = store.run("bob", state="absent", missing="ignore")
    assert (ignored["changed"], ignored["missing"]) == (False, ["bob"])


@pytest.mark.parametrize("state", ["suspended", "restored", "absent"])
def test_a_run_killed_anywhere_is_finished_by_the_next(state: str) -> None:
    number = 0
    while True:
        number += 1
        with account() as aws, actions(), at_once(), mock.patch.object(notes, "LENGTH", 60):
            store = Store(aws)
            if state == "restored":
                store.run("bob")
            try:
                with killed_at(number, after=number % 2 > 0):
                    store.run("bob", state=state)
            except KilledError:
                done = store.run("bob", state=state, missing="ignore")
                assert not done.get("failed"), (number, done["msg"])
            else:
                assert number > 3
                break
            if state == "suspended":
                assert store.holdings("bob") == nothing()
                store.run("bob", state="restored")
            assert store.holdings("bob") == (None if state == "absent" else bobs(store)), number
            # A user who no longer exists can't be found by name, nor can what was noted.
            assert state == "absent" or store.parameters() == [], number


@pytest.mark.parametrize("state", ["suspended", "restored"])
def test_a_run_killed_while_it_extends_a_note_is_finished_by_the_next(state: str) -> None:
    for number in itertools.count(1):
        with account() as aws, actions(), at_once(), mock.patch.object(notes, "LENGTH", 60):
            store = Store(aws)
            store.run("bob")
            store.center.assign(store.admin, "USER", store.ids["bob"], HERE)
            try:
                with killed_at(number, after=False):
                    store.run("bob")
            except KilledError:
                pass
            else:
                assert number > 5
                break
            done = store.run("bob", state=state)
            assert not done.get("failed"), (number, done["msg"])
            groups, assignments = bobs(store)
            if state == "suspended":
                assert store.holdings("bob") == nothing(), number
                store.run("bob", state="restored")
            assert store.holdings("bob") == (groups, assignments | {("Admin", HERE)}), number
            assert store.parameters() == [], number


def test_without_a_note_nothing_is_taken_away(store: Store) -> None:
    store.aws.denied.add("PutParameter")
    failed = store.run("bob", "eve")
    assert failed["failed"]
    assert "PutParameter" in failed["msg"]
    assert failed["not_done"]
    assert store.holdings("bob") == bobs(store)


def test_one_users_failure_keeps_nobody_from_being_locked_out(store: Store) -> None:
    store.aws.denied.add("DeleteAccountAssignment")
    failed = store.run("bob", "eve", state="absent")
    assert [user["action"] for user in failed["users"]] == ["failed", "deleted"]
    assert store.holdings("bob") == (set(), bobs(store)[1])
    assert [one["operation"] for one in failed["not_done"]] == ["delete_user"]
    store.aws.denied.clear()
    assert store.run("bob", state="absent")["users"][0]["action"] == "deleted"


def test_what_does_not_exist_any_more_is_named(store: Store) -> None:
    store.run("bob")
    store.center.store.delete_group(IdentityStoreId=store.center.store_id, GroupId=store.operators)
    back = store.run("bob", state="restored")
    assert back["lines"] == ["bob does not get back what is not there any more: group Operators of HSMs"]
    assert store.holdings("bob") == (set(), bobs(store)[1])


def test_where_a_provider_fills_the_store_direct_assignments_go_alone(store: Store) -> None:
    issuers = frozenset({"https://idp.example.com"})
    with mock.patch(
        "ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users.snapshot.read_issuers"
    ) as read:
        read.return_value = issuers
        gone = store.run("bob", "eve", state="absent")
        assert [user["action"] for user in gone["users"]] == ["changed", "unchanged"]
        assert store.holdings("bob") == ({"Operators of HSMs"}, set())
        assert gone["lines"] == [
            "https://idp.example.com fills the identity store, so this run takes away direct assignments only. Delete "
            "bob, eve there"
        ]
        assert not store.run("bob", state="absent")["changed"]
        assert "Disable bob there" in store.run("bob")["lines"][0]


def test_the_last_administrator_through_a_group_of_the_provider_keeps_the_access(store: Store) -> None:
    store.center.assign(store.admin, "USER", store.ids["bob"], HERE)
    with mock.patch(
        "ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users.snapshot.read_issuers"
    ) as read:
        read.return_value = frozenset({"https://idp.example.com"})
        done = store.run("ann", "bob")
        assert not done.get("failed"), done["msg"]
        assert [user["action"] for user in done["users"]] == ["suspended", "suspended"]
        assert store.holdings("ann") == ({"Admins"}, set())
        center, store_id = store.center, store.center.store_id
        listed = center.store.list_group_memberships(IdentityStoreId=store_id, GroupId=store.admins)
        (membership,) = [one["MembershipId"] for one in listed["GroupMemberships"]]
        center.store.delete_group_membership(IdentityStoreId=store_id, MembershipId=membership)
        center.assign(store.admin, "USER", store.ids["bob"], HERE)
        assert "nobody would be left with AdministratorAccess" in store.run("ann", "bob")["msg"]


def as_caller(arn: str, module: t.Any = runs) -> t.Any:
    return mock.patch.object(module, "read_caller", return_value=Caller(arn.split(":")[4], arn, "AROA:x"))


def test_a_delegated_administrator_whose_account_has_no_sign_ins_is_refused(store: Store) -> None:
    asked = {"region": "us-east-1", "users": ["bob"]}
    assert not run_action("identity_center_sign_ins_info", asked, {}).get("failed")
    store.aws.calls.clear()
    with as_caller(f"arn:aws:iam::{store.shop}:user/delegate", sign_ins):
        refused = run_action("identity_center_sign_ins_info", asked, {})
    assert refused["failed"]
    assert f"AWS records sign-ins in the account {HERE}, which owns the instance" in refused["msg"]
    assert f"user/delegate; use credentials of {HERE}" in refused["msg"]
    assert "LookupEvents" not in store.aws.calls


def test_an_administrator_for_some_time_is_not_one_who_is_left(store: Store) -> None:
    copy = store.center.add_set("Admin-261201T1800Z")
    store.center.change_set(copy, "attach_managed_policy_to_permission_set", ManagedPolicyArn=ADMINISTRATOR_ACCESS)
    store.center.assign(copy, "USER", store.ids["bob"], HERE)
    assert "nobody would be left with AdministratorAccess" in store.run("ann")["problems"][0]


def test_refusals(store: Store) -> None:
    last = store.run("ann", "eve")
    assert last["problems"] == [
        "users: nobody would be left with AdministratorAccess through IAM Identity Center; give it to somebody else "
        "first"
    ]
    many = store.run("bob", "eve", state="absent", max_deletions=1)
    assert many["problems"] == ["max_deletions: 2 users of the identity store would be deleted, at most 1 are allowed"]
    with as_caller(f"arn:aws:sts::{HERE}:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/BOB"):
        assert "would lock out themselves" in store.run("bob")["msg"]
    with as_caller(f"arn:aws:iam::{store.shop}:user/delegate"):
        assert f"an assignment in the management account {HERE}" in store.run("bob")["msg"]
    wrong = run_action(
        "identity_center_users",
        {"region": "us-east-1", "users": [{"name": ""}, {"name": "bob"}, {"name": "Bob"}], "notes_prefix": "/aws/x"},
        {},
    )
    assert [problem.partition(":")[0] for problem in wrong["problems"]] == [
        "users[0]",
        "users[2] (Bob)",
        "notes_prefix",
    ]


def test_a_note_that_somebody_changed_is_refused_and_does_not_stop_a_deletion(store: Store) -> None:
    store.run("bob")
    client: t.Any = boto3.session.Session().client("ssm")
    (name,) = [name for name in store.parameters() if name.endswith("-1")]
    client.put_parameter(Name=name, Value='{"groups":{},"assignments":[]}', Type="String", Overwrite=True)
    for state in ("suspended", "restored"):
        assert "was changed by somebody else" in store.run("bob", state=state)["msg"]
        assert store.aws.writes == []
    assert store.run("bob", state="absent")["changed"]
    assert store.parameters() == []


def test_a_second_suspension_adds_to_the_note(store: Store) -> None:
    store.run("bob")
    store.center.assign(store.reader, "USER", store.ids["bob"], HERE)
    store.run("bob")
    store.run("bob", state="restored")
    assert store.holdings("bob") == bobs(store)

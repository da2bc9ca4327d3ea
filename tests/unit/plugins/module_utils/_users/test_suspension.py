# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Locking users out without deleting them, leaving them so, and the way back."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import OWNED, PROTECTED, SUSPENDED
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.password_policy import PasswordRules
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.denial import (
    DENY_EVERYTHING,
    INLINE_LENGTH,
    SUSPENDED_POLICY,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import (
    Account,
    ActualUser,
    Credentials,
    DesiredUser,
    Options,
    UserPlan,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.plan import plan_deletion, plan_user, plan_users
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.suspension import (
    NOTE,
    left_off,
    noted,
    option_problems,
    warning,
)
from helpers.accounts.simulated_iam import (
    CALLER,
    DENY_ALL,
    EMPTY,
    OTHER_POLICIES,
    POLICIES,
    actual_users,
    carry_out,
    prepared_users,
    user,
)
from hypothesis import assume, given, settings
from hypothesis import strategies as st

SWITCHED_ON = frozenset({"AKIA1", "AKIA2", "APKA1", "CERT1", "ACCA1"})
BACK = Options(restore_suspended=True, allow_password_change=False)
PURGE = Options(purge_groups=True, purge_tags=True, purge_policies=True)
EVERYTHING = user(
    console_access=True,
    tags={"team": "a"},
    groups=frozenset({"Readers"}),
    managed_policies=frozenset(POLICIES[:1]),
    credentials=Credentials(
        access_keys=("AKIA1", "AKIA2"),
        active_access_keys=("AKIA2",),
        mfa_devices=("arn:aws:iam::123456789012:mfa/phone",),
        ssh_public_keys=("APKA1",),
        active_ssh_public_keys=("APKA1",),
        signing_certificates=("CERT1",),
        active_signing_certificates=("CERT1",),
        service_specific_credentials=("ACCA1",),
        active_service_specific_credentials=("ACCA1",),
    ),
)


def account_of(*users: ActualUser) -> Account:
    return replace(EMPTY, users={user.name: user for user in users})


def suspend(account: Account, name: str = "alice") -> UserPlan:
    return plan_user(DesiredUser(name, suspended=True), account, Options())


def active(user: ActualUser) -> set[str]:
    """All credentials of the user that are switched on."""
    have = user.credentials
    return {one for field, listed in vars(have).items() if field.startswith("active_") for one in listed}


def after(plan: UserPlan, account: Account, until: int | None = None) -> Account:
    assert plan.problems == ()
    return carry_out(account, plan.changes[:until])


def bring_back(account: Account, desired: DesiredUser, *credentials: str) -> Account:
    options = replace(BACK, restore_credentials=frozenset(credentials))
    return after(plan_user(desired, account, options), account)


def test_first_a_note_then_everything_is_denied_then_each_way_in_is_closed() -> None:
    assert [change.describe() for change in suspend(account_of(EVERYTHING)).changes] == [
        {
            "user": "alice",
            "operation": "tag_user",
            "tags": {SUSPENDED: "true", f"{NOTE}1": "ACCA1 AKIA2 APKA1 CERT1 console"},
        },
        {"user": "alice", "operation": "attach_user_policy", "policy": DENY_ALL},
        {"user": "alice", "operation": "update_access_key", "access_key_id": "AKIA2", "status": "Inactive"},
        {"user": "alice", "operation": "update_ssh_public_key", "ssh_public_key_id": "APKA1", "status": "Inactive"},
        {"user": "alice", "operation": "update_signing_certificate", "certificate_id": "CERT1", "status": "Inactive"},
        {
            "user": "alice",
            "operation": "update_service_specific_credential",
            "service_specific_credential_id": "ACCA1",
            "status": "Inactive",
        },
        {"user": "alice", "operation": "delete_login_profile"},
    ]


def test_the_way_back_ends_with_the_rights() -> None:
    account = after(suspend(account_of(EVERYTHING)), account_of(EVERYTHING))
    desired = DesiredUser("alice", console_access=True, groups=frozenset({"Readers", "Auditors"}))
    plan = plan_user(desired, account, replace(BACK, restore_credentials=SWITCHED_ON - {"AKIA1"}))
    assert [change.operation for change in plan.changes] == [
        "update_access_key",
        "update_ssh_public_key",
        "update_signing_certificate",
        "update_service_specific_credential",
        "add_user_to_group",
        "create_login_profile",
        "detach_user_policy",
        "untag_user",
    ]
    assert {change.params["Status"] for change in plan.changes[:4]} == {"Active"}
    assert plan.changes[-1].params["TagKeys"] == [SUSPENDED, f"{NOTE}1"]


@given(st.one_of(actual_users("alice"), prepared_users("alice")))
def test_nothing_is_left_to_act_with_and_all_else_stays(before: ActualUser) -> None:
    account = account_of(before)
    plan = suspend(account)
    locked = after(plan, account).users["alice"]
    assert locked == plan.after
    assert locked.suspended
    assert not locked.console_access
    assert locked.credentials is not None
    assert not any(value for field, value in vars(locked.credentials).items() if field.startswith("active_"))
    assert before.credentials is not None
    kept = replace(before.credentials, **{f: () for f in vars(locked.credentials) if f.startswith("active_")})
    assert locked.credentials == kept
    for field in ("groups", "boundary", "path"):
        assert getattr(locked, field) == getattr(before, field)
    assert locked.inline_policies - {SUSPENDED_POLICY} == before.inline_policies
    given_up = before.managed_policies - locked.managed_policies
    assert len(given_up) <= 1
    assert not given_up or before.inline_length > INLINE_LENGTH - 100
    assert suspend(account_of(locked)).changes == ()


@settings(max_examples=40)
@given(actual_users("alice"))
def test_whoever_was_suspended_comes_back_as_before_wherever_the_run_was_stopped(before: ActualUser) -> None:
    assume(not before.marked)
    # Who has to change a password needs a right to, which this account gives to all, so that none has to be attached.
    account = replace(account_of(before), password_rules=PasswordRules(changeable=True))
    plan = suspend(account)
    for cut in range(1, len(plan.changes) + 1):
        midway = after(plan, account, cut)
        assert midway.users["alice"].marked
        forced = bool(before.password_reset_required)
        desired = DesiredUser("alice", console_access=before.console_access, password_reset_required=forced)
        assert bring_back(midway, desired, *active(before)).users["alice"] == before


@settings(max_examples=60)
@given(st.one_of(actual_users("alice"), prepared_users("alice")), st.booleans(), st.booleans())
def test_a_way_back_that_was_stopped_is_finished_by_the_next_run(
    before: ActualUser, console: bool, purge: bool
) -> None:
    account = after(suspend(account_of(before)), account_of(before))
    tags = {"team": "b"} if purge or len(before.tags) < 50 else {}
    desired = DesiredUser("alice", console_access=console, groups=frozenset({"Readers"}), tags=tags)
    assert_finished_from_everywhere(account, desired, replace(BACK, purge_tags=purge))


def assert_finished_from_everywhere(account: Account, desired: DesiredUser, options: Options) -> None:
    plan = plan_user(desired, account, options)
    whole = after(plan, account)
    assert not whole.users["alice"].marked
    for cut in range(len(plan.changes)):
        midway = after(plan, account, cut)
        assert midway.users["alice"].suspended or cut >= len(plan.changes) - 2
        assert after(plan_user(desired, midway, options), midway) == whole


@pytest.mark.parametrize("wish", [{"tags": {"new": "1"}}, {"protected": False}])
def test_who_is_marked_by_many_tags_keeps_them_until_nothing_is_denied(wish: dict[str, t.Any]) -> None:
    tags = {**full_of_tags(49), PROTECTED: OWNED}
    crowded = user(tags=tags, inline_policies=frozenset({"own"}), inline_length=INLINE_LENGTH)
    account = after(suspend(account_of(crowded)), account_of(crowded))
    desired = DesiredUser("alice", console_access=True, **wish)
    assert_finished_from_everywhere(account, desired, replace(BACK, purge_tags=True))


def test_a_suspended_user_that_is_listed_stays_as_it_is() -> None:
    locked = after(suspend(account_of(EVERYTHING)), account_of(EVERYTHING))
    desired = DesiredUser(
        "alice",
        tags={},
        groups=frozenset({"Auditors"}),
        managed_policies=frozenset(),
        console_access=True,
        boundary="",
        path="/new/",
        protected=True,
    )
    (plan,) = plan_users([desired], locked, PURGE)
    assert (plan.changes, plan.problems, plan.action) == ((), (), "unchanged")


def test_purging_on_the_way_back_takes_what_is_not_listed_and_leaves_our_tags() -> None:
    marked = replace(EVERYTHING, tags={"old": "1", "cloudhsm.iam/managed": OWNED, PROTECTED: OWNED})
    locked = replace(
        marked, tags={**marked.tags, SUSPENDED: OWNED}, managed_policies=frozenset({DENY_ALL, POLICIES[0]})
    )
    desired = DesiredUser("alice", tags={}, managed_policies=frozenset({POLICIES[1]}))
    back = plan_user(desired, account_of(locked), replace(PURGE, restore_suspended=True)).after
    assert back is not None
    assert back.tags == {"cloudhsm.iam/managed": OWNED, PROTECTED: OWNED}
    assert back.managed_policies == {POLICIES[1]}


def test_a_denial_that_was_there_before_or_is_asked_for_stays() -> None:
    denied = replace(EVERYTHING, managed_policies=frozenset({DENY_ALL}))
    locked = after(suspend(account_of(denied)), account_of(denied))
    back = bring_back(locked, DesiredUser("alice", console_access=False))
    assert back.users["alice"].managed_policies == {DENY_ALL}
    locked = after(suspend(account_of(EVERYTHING)), account_of(EVERYTHING))
    asked = DesiredUser("alice", console_access=False, managed_policies=frozenset({DENY_ALL}))
    assert DENY_ALL in bring_back(locked, asked).users["alice"].managed_policies


def test_what_was_switched_on_meanwhile_is_switched_off_and_noted_too() -> None:
    locked = after(suspend(account_of(EVERYTHING)), account_of(EVERYTHING)).users["alice"]
    assert locked.credentials
    opened = replace(locked, credentials=replace(locked.credentials, active_access_keys=("AKIA1",)))
    again = suspend(account_of(opened))
    assert [change.operation for change in again.changes] == ["tag_user", "update_access_key"]
    assert again.after is not None
    assert noted(again.after) == {"ACCA1", "AKIA1", "AKIA2", "APKA1", "CERT1", "console"}


def test_notes_that_are_too_long_for_one_tag_go_into_several() -> None:
    certificates = tuple(f"{number}" * 128 for number in range(3))
    have = Credentials(signing_certificates=certificates, active_signing_certificates=certificates)
    plan = suspend(account_of(user(credentials=have)))
    assert plan.after is not None
    assert {key: len(value) for key, value in plan.after.tags.items()} == {
        SUSPENDED: 4,
        f"{NOTE}1": 128,
        f"{NOTE}2": 128,
        f"{NOTE}3": 128,
    }
    assert noted(plan.after) == set(certificates)


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("alise", "state: there is no user 'alise' to suspend; did you mean 'alice'?"),
        ("zoe", "state: there is no user 'zoe' to suspend"),
        ("Alice", "name: the account has this user as 'alice', and IAM ignores case; use that spelling"),
    ],
)
def test_whoever_is_not_there_cannot_be_suspended(name: str, problem: str) -> None:
    plan = suspend(account_of(user()), name)
    assert plan.changes == ()
    assert plan.problems == (problem,)


def test_console_access_that_was_taken_has_to_be_decided_about() -> None:
    locked = after(suspend(account_of(EVERYTHING)), account_of(EVERYTHING))
    plan = plan_user(DesiredUser("alice"), locked, BACK)
    assert plan.changes == ()
    assert [problem.partition(":")[0] for problem in plan.problems] == ["console_access"]
    assert plan_user(DesiredUser("alice", console_access=False), locked, BACK).problems == ()


def test_the_policy_is_that_of_the_callers_partition() -> None:
    china = replace(CALLER, arn="arn:aws-cn:iam::123456789012:user/boss")
    plan = suspend(replace(account_of(user()), caller=china))
    assert [change.params["PolicyArn"] for change in plan.changes if "PolicyArn" in change.params] == [
        "arn:aws-cn:iam::aws:policy/AWSDenyAll"
    ]


def test_a_suspended_user_can_be_deleted_and_is_denied_until_no_right_is_left() -> None:
    fuller = replace(EVERYTHING, managed_policies=frozenset({"arn:aws:iam::aws:policy/ZZZ", POLICIES[0]}))
    locked = after(suspend(account_of(fuller)), account_of(fuller))
    plan = plan_deletion(locked.users["alice"], EMPTY, Options())
    assert plan.changes[plan.urgent - 1].describe()["policy"] == DENY_ALL
    assert carry_out(locked, plan.changes).users == {}


@pytest.mark.parametrize("purge", [True, False])
def test_the_mark_of_a_protected_user_comes_and_goes_only_when_asked_for(purge: bool) -> None:
    switches = Options(purge_tags=purge)
    marked = account_of(user(tags={PROTECTED: OWNED, "team": "a"}))
    assert plan_user(DesiredUser("alice", tags={"team": "a"}), marked, switches).changes == ()
    assert [c.describe() for c in plan_user(DesiredUser("alice", protected=False), marked, switches).changes] == [
        {"user": "alice", "operation": "untag_user", "tag_keys": [PROTECTED]}
    ]
    bare = account_of(user())
    assert [c.describe() for c in plan_user(DesiredUser("alice", protected=True), bare, switches).changes] == [
        {"user": "alice", "operation": "tag_user", "tags": {PROTECTED: "true"}}
    ]
    new = plan_user(DesiredUser("alice", protected=True), EMPTY, switches)
    assert [change.operation for change in new.changes] == ["create_user"]
    assert new.after is not None
    assert new.after.protected


def full_of_tags(count: int) -> dict[str, str]:
    return {f"k{number}": "" for number in range(count)}


@pytest.mark.parametrize(
    ("count", "marks"), [(48, {SUSPENDED, f"{NOTE}1"}), (49, {SUSPENDED}), (50, {SUSPENDED_POLICY})]
)
def test_who_has_no_room_for_notes_or_the_mark_is_locked_out_without(count: int, marks: set[str]) -> None:
    """ "suspension-and-50-tags": mallory had 49."""
    account = account_of(replace(EVERYTHING, tags=full_of_tags(count)))
    locked = after(suspend(account), account).users["alice"]
    assert locked.suspended
    assert {*locked.tags, *locked.inline_policies} - set(full_of_tags(count)) == marks
    assert suspend(account_of(locked)).changes == ()
    back = bring_back(account_of(locked), DesiredUser("alice", console_access=False))
    assert not back.users["alice"].locked
    assert back.users["alice"].tags == full_of_tags(count)


def test_who_has_no_room_for_a_policy_is_denied_by_one_of_its_own() -> None:
    account = account_of(replace(EVERYTHING, managed_policies=frozenset(OTHER_POLICIES)))
    plan = suspend(account)
    assert [c.operation for c in plan.changes][:2] == ["tag_user", "put_user_policy"]
    assert json.loads(plan.changes[1].params["PolicyDocument"]) == DENY_EVERYTHING
    locked = after(plan, account)
    assert locked.users["alice"].suspended
    back = bring_back(locked, DesiredUser("alice", console_access=False)).users["alice"]
    assert (back.managed_policies, back.inline_policies, back.locked) == (frozenset(OTHER_POLICIES), frozenset(), False)


def test_who_has_no_room_for_any_policy_loses_one() -> None:
    crowded = replace(
        EVERYTHING,
        managed_policies=frozenset(OTHER_POLICIES),
        inline_policies=frozenset({"own"}),
        inline_length=INLINE_LENGTH,
        tags=full_of_tags(50),
    )
    account = after(suspend(account_of(crowded)), account_of(crowded))
    locked = account.users["alice"]
    assert locked.suspended
    assert not locked.can_act
    assert len(locked.managed_policies & set(OTHER_POLICIES)) == 9
    assert suspend(account).changes == ()
    # The usual list leaves the user alone, and nobody knows any more what it had.
    listed = DesiredUser("alice", managed_policies=frozenset(), tags={})
    assert plan_user(listed, account, PURGE).changes == ()
    assert ["which had no room for notes" in why for why in plan_user(listed, account, BACK).problems] == [True]
    back = plan_user(replace(listed, console_access=False), account, BACK)
    assert back.after == replace(locked, managed_policies=locked.managed_policies - {DENY_ALL})
    assert "check its access keys" in str(warning(back, BACK))


def test_a_policy_that_a_suspension_took_to_make_room_is_noted_and_named_when_the_user_is_restored() -> None:
    crowded = replace(EVERYTHING, managed_policies=frozenset(OTHER_POLICIES), inline_length=INLINE_LENGTH)
    account = after(suspend(account_of(crowded)), account_of(crowded))
    (lost,) = crowded.managed_policies - account.users["alice"].managed_policies
    wish = DesiredUser("alice", console_access=False)
    told = str(warning(plan_user(wish, account, BACK), BACK))
    assert f"alice is restored without {lost}. The suspension detached this" in told
    assert "these stay inactive: ACCA1" in told
    # Nothing is lost if the list gives the policy back.
    again = replace(wish, managed_policies=frozenset({lost}))
    assert "restored without" not in str(warning(plan_user(again, account, BACK), BACK))


@pytest.mark.parametrize("lacks", [{"tags": {}}, {"inline_length": 0}, {"managed_policies": frozenset()}])
def test_who_has_room_for_a_mark_is_not_marked_by_the_policy_alone(lacks: dict[str, t.Any]) -> None:
    crowded = user(
        tags=full_of_tags(50), inline_length=INLINE_LENGTH, managed_policies=frozenset({DENY_ALL}), console_access=True
    )
    assert crowded.suspended
    assert not replace(crowded, **lacks).marked


def test_a_denial_that_can_not_be_noted_as_older_stays_after_the_way_back() -> None:
    denied = replace(EVERYTHING, managed_policies=frozenset({DENY_ALL}), tags=full_of_tags(49))
    locked = after(suspend(account_of(denied)), account_of(denied))
    back = bring_back(locked, DesiredUser("alice", console_access=False)).users["alice"]
    assert back.managed_policies == {DENY_ALL}
    assert not back.marked


def test_a_tag_alone_makes_nobody_suspended() -> None:
    forged = user(tags={SUSPENDED: OWNED}, groups=frozenset({"Readers"}), console_access=True)
    assert not forged.suspended
    # The usual list counts as ever, and a lock-out is one in earnest.
    listed = DesiredUser("alice", groups=frozenset({"Auditors"}))
    assert [c.operation for c in plan_user(listed, account_of(forged), PURGE).changes] == [
        "remove_user_from_group",
        "add_user_to_group",
    ]
    assert [c.operation for c in suspend(account_of(forged)).changes] == [
        "tag_user",
        "attach_user_policy",
        "delete_login_profile",
    ]
    # On the other hand nobody relies on who may be suspended.
    assert not forged.can_act


def test_a_denial_that_somebody_altered_is_put_right() -> None:
    locked = user(tags={SUSPENDED: OWNED}, inline_policies=frozenset({SUSPENDED_POLICY}), altered_deny=True)
    assert not locked.suspended
    plan = suspend(account_of(locked))
    assert [change.operation for change in plan.changes] == ["put_user_policy"]
    assert after(plan, account_of(locked)).users["alice"].suspended


def test_notes_switch_nothing_on() -> None:
    """Whoever may tag users could have written them, also about keys that were off before."""
    locked = after(suspend(account_of(EVERYTHING)), account_of(EVERYTHING)).users["alice"]
    forged = replace(locked, tags={**locked.tags, f"{NOTE}1": "AKIA1 AKIA2 APKA1 console"})
    desired = DesiredUser("alice", console_access=False)
    assert active(bring_back(account_of(forged), desired).users["alice"]) == set()
    assert left_off(plan_user(desired, account_of(locked), BACK), BACK) == ["ACCA1", "AKIA2", "APKA1", "CERT1"]
    assert active(bring_back(account_of(forged), desired, "AKIA2", "AKIA9").users["alice"]) == {"AKIA2"}


def test_only_those_who_are_named_come_back() -> None:
    both = {name: replace(EVERYTHING, name=name) for name in ("alice", "bob")}
    account = account_of(*both.values())
    for name in both:
        account = after(suspend(account, name), account)
    desired = [DesiredUser(name, console_access=False) for name in both]
    alice, bob = plan_users(desired, account, Options(restore_users=frozenset({"alice"})))
    assert (alice.action, bob.action) == ("updated", "unchanged")
    assert bob.after is not None
    assert bob.after.suspended


def test_names_of_those_who_shall_come_back_are_checked() -> None:
    account = account_of(user("alice"), user("bob"))
    desired = [DesiredUser("alice"), DesiredUser("bob", suspended=True)]
    options = Options(restore_users=frozenset({"alise", "alice", "bob"}))
    assert list(option_problems(desired, account, options)) == [
        "restore_suspended: 'alise' is not a user of the account; did you mean 'alice'?",
        "restore_suspended: 'bob' is not listed as present",
    ]

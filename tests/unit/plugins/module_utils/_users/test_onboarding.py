# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two phases: on random accounts nobody gets anything early, on small ones what happens step by step."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import SUSPENDED
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import membership_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._users import onboarding
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.denial import SUSPENDED_POLICY
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.guard import refusals
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import (
    Account,
    ActualUser,
    DesiredUser,
    Options,
    UserPlan,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.plan import plan_user, plan_users
from helpers.accounts.simulated_iam import (
    EMPTY,
    ONBOARDING,
    POLICIES,
    account_with,
    accounts,
    carry_out,
    options,
    wishes,
)
from hypothesis import given

TWO_PHASES = Options(onboarding_group=ONBOARDING)
PENDING = frozenset({ONBOARDING})
READERS = frozenset({"Readers"})
MFA_POLICY = "arn:aws:iam::123456789012:policy/CloudHSMIamRequireMFA"
ALICE = DesiredUser(
    "alice", groups=READERS, managed_policies=frozenset(POLICIES[:1]), tags={"team": "a"}, console_access=True
)


def done(plan: UserPlan) -> list[tuple[str, t.Any]]:
    """The calls of a plan, each with what it is about."""
    return [
        (change.operation, change.params.get("GroupName", change.params.get("PolicyArn"))) for change in plan.changes
    ]


def pending(**fields: t.Any) -> Account:
    """An account with alice, who can sign in and is pending."""
    state: dict[str, t.Any] = {
        "groups": PENDING,
        "console_access": True,
        "password_reset_required": True,
        "has_mfa": False,
        "tags": {"team": "a"},
    }
    return account_with("alice", **state | fields)


def memberships(user: ActualUser) -> set[str]:
    """The groups of which the user has a temporary membership, or a part of one."""
    return {found.group for arn in user.managed_policies if (found := membership_of(arn))}


@given(accounts(), wishes(), options)
def test_nobody_who_is_pending_gets_anything_early(
    account: Account, desired: list[DesiredUser], switches: Options
) -> None:
    switches = replace(switches, onboarding_group=ONBOARDING)
    wanted = {wish.name: wish for wish in desired}
    for plan in plan_users(desired, account, switches):
        if plan.after is None or plan.after.suspended or plan.problems or plan.name not in wanted:
            continue
        before = plan.before or ActualUser(plan.name, "")
        is_new = plan.makes_login_profile and not (before.groups or before.managed_policies or before.inline_policies)
        forced = before.password_reset_required if before.console_access else wanted[plan.name].password_reset_required
        signs_in = before.console_access or plan.makes_login_profile
        ready = signs_in and not forced and before.has_mfa
        if is_new and not ready:
            assert ONBOARDING in plan.after.groups
        if ONBOARDING in plan.after.groups:
            assert plan.after.groups - PENDING <= before.groups
            assert plan.after.plain_policies <= before.plain_policies
            # A membership that somebody has altered is made whole again, which may take one policy more.
            assert memberships(plan.after) <= memberships(before)
            assert onboarding.waits_for(plan.after)
        elif ONBOARDING in before.groups:
            assert ready or wanted[plan.name].console_access is False


@given(accounts(), wishes(), options)
def test_at_no_moment_of_a_run_is_a_pending_user_in_another_new_group(
    account: Account, desired: list[DesiredUser], switches: Options
) -> None:
    for plan in plan_users(desired, account, replace(switches, onboarding_group=ONBOARDING)):
        for cut in range(len(plan.changes) + 1):
            midway = carry_out(account, plan.changes[:cut]).users.get(plan.name)
            if midway and ONBOARDING in midway.groups:
                assert midway.groups - PENDING <= (plan.before.groups if plan.before else frozenset())


def test_a_new_user_gets_the_way_in_and_what_is_no_right() -> None:
    plan = plan_user(replace(ALICE, path="/hsm/", boundary=POLICIES[1]), EMPTY, TWO_PHASES)
    assert done(plan) == [("create_user", None), ("add_user_to_group", ONBOARDING), ("create_login_profile", None)]
    assert plan.changes[0].params["PermissionsBoundary"] == POLICIES[1]
    assert plan.changes[0].params["Path"] == "/hsm/"
    assert plan.later_policies == set(POLICIES[:1])
    assert onboarding.describe_pending([plan], TWO_PHASES) == [{"name": "alice", "waiting_for": ["password", "mfa"]}]


@pytest.mark.parametrize(
    ("state", "missing"),
    [
        ({}, ["password", "mfa"]),
        ({"has_mfa": True}, ["password"]),
        ({"password_reset_required": False}, ["mfa"]),
        ({"has_mfa": None, "password_reset_required": None}, ["password", "mfa"]),
    ],
)
@pytest.mark.parametrize("purge", [False, True])
def test_who_has_not_done_both_stays_pending(state: dict[str, t.Any], missing: list[str], purge: bool) -> None:
    switches = replace(TWO_PHASES, purge_groups=purge, purge_policies=purge)
    plan = plan_user(ALICE, pending(**state), switches)
    assert plan.changes == ()
    assert onboarding.describe_pending([plan], switches) == [{"name": "alice", "waiting_for": missing}]


@pytest.mark.parametrize("purge", [False, True])
def test_who_has_done_both_leaves_before_anything_comes(purge: bool) -> None:
    account = pending(password_reset_required=False, has_mfa=True)
    switches = replace(TWO_PHASES, purge_groups=purge, purge_policies=purge)
    plan = plan_user(ALICE, account, switches)
    assert done(plan) == [
        ("remove_user_from_group", ONBOARDING),
        ("add_user_to_group", "Readers"),
        ("attach_user_policy", POLICIES[0]),
    ]
    assert onboarding.describe_pending([plan], switches) == []
    stopped = carry_out(account, plan.changes[:1])
    assert done(plan_user(ALICE, stopped, switches)) == done(plan)[1:]


def test_where_no_change_of_the_password_is_forced_only_mfa_counts() -> None:
    plan = plan_user(replace(ALICE, password_reset_required=False), EMPTY, TWO_PHASES)
    assert onboarding.describe_pending([plan], TWO_PHASES) == [{"name": "alice", "waiting_for": ["mfa"]}]


def test_a_creation_that_was_stopped_goes_on_in_the_first_phase() -> None:
    plan = plan_user(ALICE, EMPTY, TWO_PHASES)
    for cut in range(1, len(plan.changes)):
        midway = carry_out(EMPTY, plan.changes[:cut])
        assert done(plan_user(ALICE, midway, TWO_PHASES)) == done(plan)[cut:]


@pytest.mark.parametrize("console", [None, False])
def test_users_who_do_not_sign_in_are_not_held_back(console: bool | None) -> None:
    machine = replace(ALICE, console_access=console)
    assert ("add_user_to_group", "Readers") in done(plan_user(machine, EMPTY, TWO_PHASES))


def test_a_pending_user_who_shall_not_sign_in_any_more_is_let_go() -> None:
    plan = plan_user(replace(ALICE, console_access=False, managed_policies=None), pending(), TWO_PHASES)
    assert [operation for operation, _about in done(plan)] == [
        "delete_login_profile",
        "remove_user_from_group",
        "add_user_to_group",
    ]


def test_who_has_nothing_left_to_do_is_let_in_at_once_also_after_a_stop() -> None:
    """Somebody took the login profile of a pending user away, and no change of the next password is forced."""
    account = pending(console_access=False, password_reset_required=None, has_mfa=True)
    wish = replace(ALICE, password_reset_required=False)
    plan = plan_user(wish, account, TWO_PHASES)
    assert [operation for operation, _about in done(plan)][-1] == "create_login_profile"
    for cut in range(1, len(plan.changes)):
        assert done(plan_user(wish, carry_out(account, plan.changes[:cut]), TWO_PHASES)) == done(plan)[cut:]


def test_users_who_are_there_and_not_pending_are_treated_as_always() -> None:
    account = account_with("alice", console_access=True, groups=frozenset({"Auditors"}), password_reset_required=True)
    assert done(plan_user(ALICE, account, TWO_PHASES)) == done(plan_user(ALICE, account, Options()))
    machine = account_with("alice", groups=frozenset({"Auditors"}))
    assert ("add_user_to_group", "Readers") in done(plan_user(ALICE, machine, TWO_PHASES))


def test_purging_takes_from_pending_users_what_nobody_asked_for() -> None:
    account = pending(groups=PENDING | {"Auditors", "Readers"}, managed_policies=frozenset(POLICIES[:2]))
    plan = plan_user(ALICE, account, replace(TWO_PHASES, purge_groups=True, purge_policies=True))
    assert done(plan) == [("remove_user_from_group", "Auditors"), ("detach_user_policy", POLICIES[1])]


def test_pending_users_go_as_all_others_do() -> None:
    plan = plan_user(DesiredUser("alice", present=False), pending(), TWO_PHASES)
    assert plan.action == "deleted"
    assert onboarding.describe_pending([plan], TWO_PHASES) == []


def test_the_onboarding_group_is_nobodys_to_ask_for() -> None:
    plan = plan_user(replace(ALICE, groups=PENDING), EMPTY, TWO_PHASES)
    assert plan.problems == (
        f"groups: {ONBOARDING!r} is the onboarding group, which users enter and leave by themselves",
    )
    assert not plan_user(replace(ALICE, groups=PENDING), EMPTY, Options()).problems


def test_mistakes_about_the_second_phase_are_mistakes_in_the_first() -> None:
    plan = plan_user(replace(ALICE, groups=frozenset({"Nowhere"})), EMPTY, TWO_PHASES)
    assert plan.problems == ("groups: the account has no group 'Nowhere'; create it first",)


def test_the_group_has_to_be_there() -> None:
    elsewhere = Options(onboarding_group="Elsewhere")
    assert list(onboarding.refusals(EMPTY, elsewhere)) == [
        "onboarding_group: the account has no group 'Elsewhere'; create it first"
    ]
    assert not list(onboarding.refusals(EMPTY, replace(elsewhere, pending_groups=frozenset({"Elsewhere"}))))
    assert not list(onboarding.refusals(EMPTY, Options()))


def test_a_pending_user_is_no_member_of_a_protected_group_yet() -> None:
    account = account_with("boss", groups=frozenset({"Administrators"}))
    desired = [DesiredUser("boss", present=False), replace(ALICE, groups=frozenset({"Administrators"}))]
    switches = replace(TWO_PHASES, protected_groups=frozenset({"Administrators"}))
    assert (
        "leaves the protected group Administrators"
        in refusals(plan_users(desired, account, switches), account, switches)[0]
    )
    immediate = replace(switches, onboarding_group=None)
    assert refusals(plan_users(desired, account, immediate), account, immediate) == []


def requiring(account: Account, arn: str = MFA_POLICY) -> Account:
    return replace(account, group_policies={"Readers": frozenset({arn}), "Auditors": frozenset(POLICIES)})


@pytest.mark.parametrize(
    "arn", [MFA_POLICY, MFA_POLICY.replace("policy/", "policy/security/team/"), MFA_POLICY.replace("Iam", "IAM")]
)
def test_who_could_never_sign_in_is_refused_with_the_ways_out(arn: str) -> None:
    (problem,) = plan_user(ALICE, requiring(EMPTY, arn), Options()).problems
    assert problem.startswith("password_reset_required: Readers lets nobody change a password without MFA")
    assert "two_phase" in problem
    assert "password_reset_required to false" in problem


@pytest.mark.parametrize(
    ("desired", "switches"),
    [
        (ALICE, TWO_PHASES),
        (replace(ALICE, password_reset_required=False), Options()),
        (replace(ALICE, groups=frozenset({"Auditors"})), Options()),
        (replace(ALICE, console_access=None), Options()),
        (ALICE, Options(require_mfa_policy_name="AnotherName")),
    ],
)
def test_who_can_sign_in_is_not_refused(desired: DesiredUser, switches: Options) -> None:
    assert plan_user(desired, requiring(EMPTY), switches).problems == ()


@pytest.mark.parametrize("has_mfa", [True, False, None])
def test_a_restored_user_who_kept_the_mfa_device_can_change_the_new_password(has_mfa: bool | None) -> None:
    inline = frozenset({SUSPENDED_POLICY})
    before = {"tags": {SUSPENDED: "true"}, "inline_policies": inline, "groups": READERS, "has_mfa": has_mfa}
    plan = plan_user(ALICE, requiring(account_with("alice", **before)), Options(restore_suspended=True))
    assert bool(plan.problems) == (not has_mfa)


def test_a_group_of_which_an_earlier_task_says_so_requires_mfa() -> None:
    assert plan_user(ALICE, EMPTY, Options(require_mfa_groups=READERS)).problems
    assert plan_user(ALICE, EMPTY, Options(require_mfa_groups=frozenset({"READERS"}))).problems


def test_a_user_who_gets_console_access_later_can_be_locked_out_too() -> None:
    account = requiring(account_with("alice", groups=READERS))
    for switches in (Options(), TWO_PHASES):
        assert plan_user(ALICE, account, switches).problems


def test_joining_such_a_group_before_the_first_sign_in_is_refused() -> None:
    waiting = requiring(account_with("alice", console_access=True, password_reset_required=True))
    (problem,) = plan_user(ALICE, waiting, Options()).problems
    assert problem.startswith("groups: Readers lets nobody change a password without MFA")
    inside = requiring(account_with("alice", console_access=True, password_reset_required=True, groups=READERS))
    assert plan_user(ALICE, inside, Options()).problems == ()

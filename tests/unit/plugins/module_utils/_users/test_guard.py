# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans that are refused: the caller, too many deletions, emptied groups, and quotas."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import PROTECTED, SUSPENDED
from ansible_collections.cloudhsm.iam.plugins.module_utils._users import guard
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import (
    Account,
    ActualUser,
    Credentials,
    DesiredUser,
    Options,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.plan import plan_users
from helpers.accounts.simulated_iam import user

ADMINS = frozenset({"Administrators"})
DENY_ALL = "arn:aws:iam::aws:policy/AWSDenyAll"
PROTECTED_GROUPS = Options(protected_groups=ADMINS, purge_groups=True)


def account_of(*users: ActualUser, caller: str = "user/ops/boss") -> Account:
    who = Caller("123456789012", f"arn:aws:iam::123456789012:{caller}", "AIDAEXAMPLE")
    return Account(who, {user.name: user for user in users}, ADMINS | {"Readers"})


def refusals(account: Account, desired: list[DesiredUser], options: Options = PROTECTED_GROUPS) -> list[str]:
    return guard.refusals(plan_users(desired, account, options), account, options)


def test_the_caller_is_not_deleted() -> None:
    account = account_of(user("boss"))
    assert refusals(account, [DesiredUser("boss", present=False)]) == [
        "the plan deletes boss, the user who runs it; run it with another user's credentials"
    ]


def test_the_caller_is_not_suspended() -> None:
    assert refusals(account_of(user("boss", console_access=True)), [DesiredUser("boss", suspended=True)]) == [
        "the plan suspends boss, the user who runs it; run it with another user's credentials"
    ]


def test_protected_users_are_not_deleted() -> None:
    marked = {PROTECTED: "true", "cloudhsm.iam/managed": "true"}
    account = account_of(user("ann", tags=marked), user("bob"), user("eve", tags=marked))
    (problem,) = refusals(account, [DesiredUser(name, present=False) for name in ("ann", "bob", "eve")])
    assert problem.startswith("the plan deletes ann, eve, marked as protected (tag cloudhsm.iam/protected)")
    assert "protected: false in a run of its own" in problem
    (problem,) = refusals(account, [DesiredUser("eve")], Options(purge_users=True))
    assert problem.startswith("the plan deletes ann, marked as protected")


def test_a_user_is_protected_until_the_end_of_the_run_that_takes_the_mark_away() -> None:
    account = account_of(user("ann", tags={PROTECTED: "whatever"}))
    assert refusals(account, [DesiredUser("ann", present=False, protected=False)]) != []
    assert refusals(account, [DesiredUser("ann", protected=False)]) == []


def test_protected_users_are_not_suspended() -> None:
    account = account_of(user("ann", tags={PROTECTED: "true"}), user("bob"))
    (problem,) = refusals(account, [DesiredUser("ann", suspended=True), DesiredUser("bob", suspended=True)])
    assert problem.startswith("the plan suspends ann, marked as protected")


def test_the_caller_keeps_console_access() -> None:
    account = account_of(user("boss", console_access=True))
    assert "takes console access from boss" in refusals(account, [DesiredUser("boss", console_access=False)])[0]


@pytest.mark.parametrize("caller", ["root", "assumed-role/boss/session"])
def test_a_caller_that_is_no_user_is_not_mistaken_for_one(caller: str) -> None:
    arn_service = "sts" if caller.startswith("assumed") else "iam"
    account = account_of(user("boss"), caller=caller)
    account = replace(account, caller=replace(account.caller, arn=f"arn:aws:{arn_service}::123456789012:{caller}"))
    assert refusals(account, [DesiredUser("boss", present=False)]) == []


def test_more_deletions_than_allowed_are_refused_and_listed() -> None:
    account = account_of(*(user(f"u{number}") for number in range(3)))
    goodbye = [DesiredUser(f"u{number}", present=False) for number in range(3)]
    (problem,) = refusals(account, goodbye, Options(max_deletions=2))
    assert problem.startswith("the plan deletes 3 users (u0, u1, u2), more than max_deletions allows (2)")
    assert refusals(account, goodbye, Options(max_deletions=3)) == []


def test_purged_users_count_as_deletions() -> None:
    account = account_of(user("old", tags={"cloudhsm.iam/managed": "true"}))
    assert refusals(account, [], Options(purge_users=True, max_deletions=0)) != []


def test_the_last_member_of_a_protected_group_stays() -> None:
    account = account_of(user("ann", groups=ADMINS), user("bob"))
    for leaving in (
        DesiredUser("ann", present=False),
        DesiredUser("ann", groups=frozenset()),
        DesiredUser("ann", leaves=ADMINS),
    ):
        (problem,) = refusals(account, [leaving])
        assert problem.startswith("the plan leaves the protected group Administrators without members (now ann)")


def test_a_member_of_a_protected_group_may_go_when_another_stays_or_comes() -> None:
    account = account_of(user("ann", groups=ADMINS), user("bob"), user("eve", groups=ADMINS))
    assert refusals(account, [DesiredUser("ann", present=False)]) == []
    account = account_of(user("ann", groups=ADMINS), user("bob"))
    assert refusals(account, [DesiredUser("ann", present=False), DesiredUser("bob", groups=ADMINS)]) == []
    assert refusals(account, [DesiredUser("ann", present=False), DesiredUser("new", groups=ADMINS)]) == []


def test_the_last_member_of_a_protected_group_who_can_act_is_not_suspended() -> None:
    locked = user("eve", groups=ADMINS, tags={SUSPENDED: "true"})
    account = account_of(user("ann", groups=ADMINS), locked)
    for leaving in (DesiredUser("ann", suspended=True), DesiredUser("ann", present=False)):
        (problem,) = refusals(account, [leaving])
        assert problem.startswith(
            "the plan leaves the protected group Administrators without members "
            "(now ann; suspended, which does not count: eve)"
        )
    # A tag can be forged, and a denial can come without one: nobody is relied on who has either.
    for sign in ({"tags": {SUSPENDED: "true"}}, {"managed_policies": frozenset({DENY_ALL})}):
        account = account_of(user("ann", groups=ADMINS), user("eve", groups=ADMINS, **sign))
        assert refusals(account, [DesiredUser("ann", suspended=True)]) != []
    account = account_of(user("ann", groups=ADMINS), locked)
    # One who comes back in the same run can act after it.
    back = [DesiredUser("ann", suspended=True), DesiredUser("eve")]
    assert refusals(account, back, replace(PROTECTED_GROUPS, restore_suspended=True)) == []
    assert refusals(account, back) != []
    # A suspended member may go.
    assert refusals(account, [DesiredUser("eve", present=False)]) == []


def test_suspensions_are_not_capped() -> None:
    account = account_of(*(user(f"u{number}") for number in range(3)))
    locked = [DesiredUser(f"u{number}", suspended=True) for number in range(3)]
    assert refusals(account, locked, Options(max_deletions=0)) == []


def test_a_protected_group_that_is_empty_already_stops_nothing() -> None:
    assert refusals(account_of(user("ann")), [DesiredUser("ann", present=False)]) == []


def quota_problems(account: Account, desired: list[DesiredUser], live: dict[str, int]) -> list[tuple[str, str]]:
    return list(guard.quota_problems(plan_users(desired, account, Options()), account, live))


def test_groups_are_counted_with_those_that_the_user_has_now() -> None:
    ten = frozenset(f"g{number}" for number in range(10))
    account = replace(account_of(user("ann", groups=ten)), groups=ten | {"Readers"})
    desired = [DesiredUser("ann", groups=frozenset({"Readers"}))]
    assert guard.over_default_quota(plan_users(desired, account, Options()), account)
    assert quota_problems(account, desired, {}) == [
        ("ann", "groups: the user would have 11, with those it has now; IAM allows 10")
    ]


def test_a_quota_that_aws_has_raised_counts() -> None:
    policies = frozenset(f"arn:aws:iam::aws:policy/p{number}" for number in range(15))
    desired = [DesiredUser("new", managed_policies=policies)]
    assert quota_problems(account_of(), desired, {"AttachedPoliciesPerUserQuota": 20}) == []
    ((name, problem),) = quota_problems(account_of(), desired, {"AttachedPoliciesPerUserQuota": 12})
    assert (name, problem) == (
        "new",
        "managed_policies: the user would have 15, with those it has now; IAM allows 12",
    )


def test_tags_are_counted_with_those_that_the_user_has_now() -> None:
    account = account_of(user("ann", tags={f"old{number}": "" for number in range(49)}))
    assert quota_problems(account, [DesiredUser("ann", tags={"a": "1"})], {}) == []
    assert quota_problems(account, [DesiredUser("ann", tags={"a": "1", "b": "2"})], {})[0][0] == "ann"


def test_the_account_can_be_full() -> None:
    account = account_of(user("ann"), user("bob"))
    assert quota_problems(account, [DesiredUser("new")], {"UsersQuota": 3}) == []
    assert quota_problems(account, [DesiredUser("new"), DesiredUser("more")], {"UsersQuota": 3}) == [
        ("more", "the account would have 4 users; its quota is 3")
    ]


def test_a_user_that_is_over_quota_already_and_does_not_change_is_no_problem() -> None:
    groups = frozenset(f"g{number}" for number in range(12))
    account = replace(account_of(user("ann", groups=groups)), groups=groups)
    assert quota_problems(account, [DesiredUser("ann")], {}) == []


def has_key(name: str, *, active: bool = True, **fields: t.Any) -> ActualUser:
    keys = Credentials(access_keys=("AKIA1",), active_access_keys=("AKIA1",) if active else ())
    return user(name, groups=ADMINS, credentials=keys, **fields)


@pytest.mark.parametrize("leaving", [{"present": False}, {"suspended": True}, {"groups": frozenset()}])
def test_who_can_neither_sign_in_nor_use_a_key_does_not_stay_for_the_others(leaving: dict[str, t.Any]) -> None:
    ann = has_key("ann")
    for helpless in (user("robot", groups=ADMINS), has_key("robot", active=False)):
        (problem,) = refusals(account_of(ann, helpless), [DesiredUser("ann", **leaving)])
        assert problem.startswith(
            "the plan leaves the protected group Administrators without members who can sign in or use an access key "
            "(now ann, robot; no password and no active access key: robot)"
        )
        # The helpless one may go.
        assert refusals(account_of(ann, helpless), [DesiredUser("robot", **leaving)]) == []
    # What was not read is taken to be there.
    unknown = user("robot", groups=ADMINS, console_access=None)
    assert refusals(account_of(ann, unknown), [DesiredUser("ann", **leaving)]) == []


def test_a_replacement_needs_a_way_in() -> None:
    account = account_of(has_key("ann"))
    gone = DesiredUser("ann", present=False)
    assert refusals(account, [gone, DesiredUser("new", groups=ADMINS)]) != []
    assert refusals(account, [gone, DesiredUser("new", groups=ADMINS, console_access=True)]) == []


@pytest.mark.parametrize("spelling", ["Administrators", "administrators", "ADMINISTRATORS"])
def test_protected_groups_are_found_in_any_case(spelling: str) -> None:
    options = Options(protected_groups=frozenset({spelling}))
    account = account_of(user("ann", groups=ADMINS))
    (problem,) = refusals(account, [DesiredUser("ann", present=False)], options)
    assert problem.startswith("the plan leaves the protected group Administrators without members")


def test_protected_groups_that_are_not_there_are_refused() -> None:
    def told(*groups: str, **more: t.Any) -> list[str]:
        return refusals(account_of(user("ann")), [], Options(protected_groups=frozenset(groups), **more))

    assert told("Administators", "Nowhere-near") == [
        "protected_groups: the account has no group 'Administators'; did you mean 'Administrators'?",
        "protected_groups: the account has no group 'Nowhere-near'; take it out of the list, or create it first",
    ]
    assert told("Coming", pending_groups=frozenset({"coming"})) == []
    # The default, in an account that has no such group.
    other = replace(account_of(user("ann")), groups=frozenset({"Readers"}))
    assert refusals(other, [DesiredUser("ann")], PROTECTED_GROUPS) == []


def test_protected_users_keep_console_access_and_protected_groups() -> None:
    glass = user("glass", groups=ADMINS | {"Readers"}, console_access=True, tags={PROTECTED: "true"})
    account = account_of(glass, has_key("ann"))

    def told(**wish: t.Any) -> list[str]:
        return refusals(account, [DesiredUser("glass", **wish)])

    (problem,) = told(console_access=False)
    assert problem.startswith("the plan takes console access from glass, marked as protected")
    (problem,) = told(groups=frozenset({"Readers"}))
    assert problem.startswith("the plan takes from the protected group Administrators glass, marked as protected")
    assert told(groups=ADMINS) == []
    # Every way to delete a user goes through the same plan.
    purged = replace(glass, tags={PROTECTED: "true", "cloudhsm.iam/managed": "true"})
    assert refusals(account_of(purged, has_key("ann")), [], Options(purge_users=True)) != []


def test_whom_others_wait_for_is_who_takes_their_place() -> None:
    account = account_of(has_key("ann"), user("bob"))
    gone = DesiredUser("ann", present=False)

    def standing(*more: DesiredUser, account: Account = account) -> guard.Standing:
        (one,) = guard.standings(plan_users([gone, *more], account, PROTECTED_GROUPS), account, PROTECTED_GROUPS)
        return one

    new = DesiredUser("new", groups=ADMINS, console_access=True)
    assert standing(new).relied_on == {"new"}
    assert standing(new).leaving == {"ann"}
    # Where somebody stays nobody has to be waited for.
    stays = account_of(has_key("ann"), has_key("eve"))
    assert standing(new, account=stays).relied_on == frozenset()


def test_who_leaves_one_protected_group_is_not_waited_for_by_another() -> None:
    account = account_of(has_key("ann"), replace(has_key("bob"), groups=frozenset({"Readers"})))
    options = replace(PROTECTED_GROUPS, protected_groups=ADMINS | {"Readers"})
    swap = [DesiredUser("ann", groups=frozenset({"Readers"})), DesiredUser("bob", groups=ADMINS)]
    assert len(refusals(account, swap, options)) == 2


def test_as_things_are_just_before_counts() -> None:
    account = account_of(has_key("ann"), has_key("bob"))
    gone = [DesiredUser("ann", suspended=True)]
    (standing,) = guard.standings(plan_users(gone, account, PROTECTED_GROUPS), account, PROTECTED_GROUPS)
    assert guard.held(standing, account.users) is None
    for meanwhile in (has_key("bob", tags={SUSPENDED: "true"}), replace(has_key("bob"), groups=frozenset())):
        why = guard.held(standing, {**account.users, "bob": meanwhile})
        assert why is not None
        assert "Administrators could act for it any more, because bob can't act for it now" in why
    assert guard.held(standing, {"ann": account.users["ann"]}) is not None


def test_quotas_stop_no_lock_out() -> None:
    full = user("ann", tags={f"k{number}": "" for number in range(50)}, groups=frozenset({"Readers"}))
    for gone in (DesiredUser("ann", suspended=True), DesiredUser("ann", present=False)):
        assert quota_problems(account_of(full), [gone], {"AttachedPoliciesPerUserQuota": 0}) == []

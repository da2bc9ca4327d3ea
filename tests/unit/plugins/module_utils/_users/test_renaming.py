# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Renaming users: what is planned, what is refused, and what another run makes of one that was stopped."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import OWNED, PROTECTED, SUSPENDED
from ansible_collections.cloudhsm.iam.plugins.module_utils._users import renaming
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.guard import refusals
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.input import parse_users
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import (
    Account,
    ActualUser,
    DesiredUser,
    Options,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.plan import plan_user, plan_users, unlisted_users
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.result import describe_diff, describe_plan
from helpers.accounts.simulated_iam import DENY_ALL, EMPTY, TAG, user

ADMINS = frozenset({"Administrators"})
EVA = DesiredUser("eva", previous_name="eve")


def account_of(*users: ActualUser) -> Account:
    return replace(EMPTY, users={each.name: each for each in users})


def test_what_can_be_done_under_the_old_name_is_and_a_password_comes_last() -> None:
    desired = replace(EVA, groups=frozenset({"Readers"}), path="/hsm/", console_access=True)
    plan = plan_user(desired, account_of(user("eve", groups=frozenset({"Auditors"}))), Options())
    assert [(c.operation, c.user, c.params["UserName"]) for c in plan.changes] == [
        ("update_user", "eve", "eve"),
        ("add_user_to_group", "eve", "eve"),
        ("attach_user_policy", "eve", "eve"),
        ("update_user", "eve", "eve"),
        ("create_login_profile", "eva", "eva"),
    ]
    assert plan.changes[-2].describe() == {"user": "eve", "operation": "update_user", "new_name": "eva"}
    told = describe_plan(plan)
    assert (told["name"], told["renamed_from"], told["action"]) == ("eva", "eve", "updated")
    assert told["arn"] == "arn:aws:iam::123456789012:user/hsm/eva"
    assert told["groups"] == ["Auditors", "Readers"]
    diff = describe_diff([plan])
    assert (list(diff["before"]), list(diff["after"])) == (["eve"], ["eva"])


def test_once_renamed_there_is_nothing_to_do_and_a_user_that_never_was_is_created() -> None:
    assert plan_user(EVA, account_of(user("eva")), Options()).changes == ()
    plan = plan_user(EVA, EMPTY, Options())
    assert (plan.action, plan.renamed_from) == ("created", None)


def test_purging_never_deletes_who_is_being_renamed() -> None:
    account = account_of(user("eve", tags={TAG: OWNED}), user("old", tags={TAG: OWNED}))
    assert unlisted_users([EVA], account, Options(purge_users=True)) == ["old"]


@pytest.mark.parametrize(
    ("there", "desired", "problem"),
    [
        (("eve", "eva"), EVA, "previous_name: the account has both 'eve' and 'eva', so 'eve' can't be renamed"),
        (("Eve",), EVA, "previous_name: the account has this user as 'Eve', and IAM ignores case"),
        (("eve", "Eva"), EVA, "name: the account has this user as 'Eva'"),
    ],
)
def test_what_can_not_be_renamed_is_a_problem(there: tuple[str, ...], desired: DesiredUser, problem: str) -> None:
    plan = plan_user(desired, account_of(*map(user, there)), Options())
    assert plan.changes == ()
    assert [text[: len(problem)] for text in plan.problems] == [problem]


def test_a_suspended_user_is_renamed_only_when_restored() -> None:
    locked = user("eve", tags={SUSPENDED: OWNED}, managed_policies=frozenset({DENY_ALL}))
    (problem,) = plan_user(EVA, account_of(locked), Options()).problems
    assert problem.startswith("previous_name: 'eve' is suspended")
    plan = plan_user(EVA, account_of(locked), Options(restore_users=frozenset({"eva"})))
    assert plan.changes[-1].params == {"UserName": "eve", "NewUserName": "eva"}
    assert plan.after is not None
    assert not plan.after.locked


@pytest.mark.parametrize(
    ("eve", "wish", "refusal"),
    [
        (user("eve", tags={PROTECTED: OWNED}), EVA, "the plan renames eve, marked as protected"),
        (
            user("eve", groups=ADMINS, console_access=True),
            replace(EVA, leaves=ADMINS),
            "the plan renames eve, and takes it or its way in from the protected group Administrators",
        ),
        (
            user("eve", groups=ADMINS, console_access=True),
            replace(EVA, console_access=False),
            "the plan renames eve, and takes it or its way in from the protected group Administrators",
        ),
    ],
)
def test_renaming_is_no_way_around_protection(eve: ActualUser, wish: DesiredUser, refusal: str) -> None:
    account = account_of(eve, user("ann", groups=ADMINS, console_access=True))
    options = Options(protected_groups=ADMINS)
    assert [text[: len(refusal)] for text in refusals(plan_users([wish], account, options), account, options)] == [
        refusal
    ]


def test_the_last_administrator_can_be_renamed() -> None:
    account, options = account_of(user("eve", groups=ADMINS)), Options(protected_groups=ADMINS)
    assert refusals(plan_users([EVA], account, options), account, options) == []


def test_the_caller_is_not_renamed() -> None:
    account = account_of(user("root-like"))
    plans = plan_users([DesiredUser("other", previous_name="root-like")], account, Options())
    (problem,) = refusals(plans, account, Options())
    assert problem.startswith("the plan renames root-like, the user who runs it")


@pytest.mark.parametrize(
    ("users", "problem"),
    [
        ([{"name": "eva", "previous_name": "eva"}], "users[0] (eva): previous_name: is the name itself"),
        ([{"name": "Eve", "previous_name": "eve"}], "users[0] (Eve): previous_name: differs from the name only by"),
        (
            [{"name": "eva", "previous_name": "eve"}, {"name": "Eve"}],
            "users[0] (eva): previous_name: 'eve' is listed as a user too",
        ),
        (
            [{"name": "eva", "previous_name": "eve"}, {"name": "evi", "previous_name": "EVE"}],
            "users[1] (evi): previous_name: 'EVE' is the previous name of another user",
        ),
        ([{"name": "eva", "previous_name": "e v"}], "users[0] (eva): previous_name: 'e v' has characters"),
        ([{"name": "eva", "previous_name": "e" * 65}], "users[0] (eva): previous_name: has 65 characters"),
        ([{"name": "eva", "previous_name": 7}], "users[0] (eva): previous_name: must be text"),
        *(
            (
                [{"name": "eva", "previous_name": "eve", "state": state}],
                "users[0] (eva): previous_name: is given, and only users that are present are renamed; this ",
            )
            for state in ("absent", "suspended")
        ),
    ],
)
def test_wrong_previous_names_are_refused(users: list[dict[str, t.Any]], problem: str) -> None:
    assert [text[: len(problem)] for text in parse_users(users, TAG)[1]] == [problem]


def test_a_first_password_that_stays_under_the_previous_name_is_told() -> None:
    with_password = plan_user(EVA, account_of(user("eve", console_access=None)), Options())
    assert "it stays there under that name" in (renaming.warning(with_password, "file") or "")
    assert renaming.warning(with_password, "none") is None
    without = plan_user(EVA, account_of(user("eve", console_access=False)), Options())
    assert renaming.warning(without, "file") is None


def test_the_item_is_told_also_after_one_that_is_no_dictionary() -> None:
    _users, problems = parse_users(["alice", {"name": "eva", "previous_name": "eva"}], TAG)
    assert "users[1] (eva): previous_name: is the name itself, and IAM ignores case; leave it out" in problems

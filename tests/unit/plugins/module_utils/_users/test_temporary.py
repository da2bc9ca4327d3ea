# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Memberships that end by themselves: what is read from a list, what is planned, and what people are shown."""

from __future__ import annotations

import typing as t
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import MANAGED
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.drift import of_users
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.item_lines import lines
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.items import USER, Item, Plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._users import guard
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.input import parse_users
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import (
    Account,
    DesiredUser,
    Options,
    TemporaryGroup,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.plan import plan_user, plan_users
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.result import describe_diff, describe_temporary
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.temporary import ended_warning
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._users_text import read_users
from helpers.accounts.simulated_iam import EMPTY, carry_out, user
from helpers.accounts.simulated_temporary import DOCUMENTS, LATER, NOW, PAST, SOON, counted, policies_of, policy_arn

READERS = TemporaryGroup("Readers", LATER, "INC-1234")
WISH = DesiredUser("alice", temporary=(READERS,))
NO_SWITCHES = Options()
ARN = policy_arn("alice", "Readers")


def account_with(*memberships: TemporaryGroup, name: str = "alice", **fields: t.Any) -> Account:
    """An account in which the user has these memberships."""
    policies = {one.arn: one for wish in memberships for one in policies_of(name, wish)}
    users = {name: user(name, **{"managed_policies": frozenset(policies), **fields})}
    caller = replace(EMPTY.caller, now=NOW)
    return counted(replace(EMPTY, caller=caller, users=users, temporary_policies=policies, group_documents=DOCUMENTS))


def operations(account: Account, desired: DesiredUser, options: Options = NO_SWITCHES) -> list[str]:
    return [change.operation for change in plan_user(desired, account, options).changes]


@pytest.mark.parametrize(
    "until", ["2026-12-01T18:00Z", "2026-12-01 19:00:00+01:00", datetime(2026, 12, 1, 18, 0, 59, tzinfo=UTC)]
)
def test_a_time_is_read_as_text_and_as_yaml_has_it(until: object) -> None:
    wish = {"group": "Readers", "until": until, "reason": " on  call "}
    (read,), problems = parse_users([{"name": "alice", "temporary_groups": [wish]}], MANAGED)
    assert problems == []
    assert read.temporary == (TemporaryGroup("Readers", "2026-12-01T18:00:00Z", "on call"),)


@pytest.mark.parametrize(
    "text",
    [
        "name,temporary_groups\nalice,Readers 2027-01-01T00:00Z on call; Auditors 2027-01-01T00:00:00Z INC-1234\n",
        "- name: alice\n  temporary_groups:\n"
        "  - {group: Readers, until: 2027-01-01T00:00Z, reason: on call}\n"
        "  - {group: Auditors, until: 2027-01-01T01:00+01:00, reason: INC-1234}\n",
    ],
)
def test_a_form_or_file_can_name_them(text: str) -> None:
    users, problems = read_users(text)
    assert problems == []
    (read,), problems = parse_users(users, MANAGED)
    assert problems == []
    assert read.temporary == (
        TemporaryGroup("Readers", LATER, "on call"),
        TemporaryGroup("Auditors", LATER, "INC-1234"),
    )


def test_a_cell_without_a_reason_is_a_problem() -> None:
    _users, (problem,) = read_users("name,temporary_groups\nalice,Readers 2027-01-01T00:00Z\n")
    assert problem == (
        "line 2 (alice): temporary_groups: 'Readers 2027-01-01T00:00Z' needs a group, a time and a reason"
    )


@pytest.mark.parametrize(
    ("item", "problem"),
    [
        ("Readers", "temporary_groups[0]: must be a dictionary with group, until, reason, not a string"),
        ({"group": 1, "until": LATER, "reason": "x"}, "temporary_groups[0].group: must be text, not a number"),
        ({"group": "a b", "until": LATER, "reason": "x"}, "temporary_groups[0].group: 'a b' can't be a name"),
        ({"group": "a", "until": "2027-01-01T00:00", "reason": "x"}, "temporary_groups[0].until: has no"),
        ({"group": "a", "until": LATER, "reason": "two\nlines"}, "temporary_groups[0].reason: must be one line"),
        ({"group": "a", "until": LATER, "reason": "x", "why": "y"}, "temporary_groups[0].why: is not an option"),
    ],
)
def test_what_is_wrong_is_said_with_its_field(item: object, problem: str) -> None:
    _users, (said,) = parse_users([{"name": "alice", "temporary_groups": [item]}], MANAGED)
    assert said.startswith(f"users[0] (alice): {problem}")


def test_a_new_member_gets_a_policy_and_no_membership() -> None:
    plan = plan_user(WISH, account_with(), Options())
    create, attach = (change.describe() for change in plan.changes)
    assert create == {
        "user": "alice",
        "operation": "create_policy",
        "policy_name": ARN.rpartition("/")[2],
        "path": "/cloudhsm.iam/temporary/alice/Readers/",
        "tags": {MANAGED: "true", "cloudhsm.iam/until": LATER, "cloudhsm.iam/reason": "INC-1234"},
    }
    assert attach == {"user": "alice", "operation": "attach_user_policy", "policy": ARN}
    assert plan.after is not None
    assert (plan.after.groups, plan.after.plain_policies) == (frozenset(), frozenset())
    assert describe_temporary([plan])["temporary"] == [{"user": "alice", **READERS.describe()}]


@pytest.mark.parametrize(
    ("wish", "options", "expected"),
    [
        (DesiredUser("alice"), Options(purge_groups=True, purge_policies=True), []),
        (DesiredUser("alice", managed_policies=frozenset()), Options(purge_policies=True), []),
        (DesiredUser("alice", temporary=()), Options(), []),
        (DesiredUser("alice", temporary=()), Options(purge_groups=True), ["detach_user_policy", "delete_policy"]),
        (DesiredUser("alice", leaves=frozenset({"Readers"})), Options(), ["detach_user_policy", "delete_policy"]),
        (WISH, Options(), []),
        (replace(WISH, suspended=True), Options(), ["tag_user", "attach_user_policy"]),
        (replace(WISH, present=False), Options(), ["detach_user_policy", "delete_policy", "delete_user"]),
    ],
)
def test_a_membership_stays_until_somebody_ends_it(wish: DesiredUser, options: Options, expected: list[str]) -> None:
    assert operations(account_with(READERS), wish, options) == expected


@pytest.mark.parametrize("wish", [DesiredUser("alice"), replace(WISH, temporary=(replace(READERS, until=PAST),))])
def test_what_has_ended_is_removed_whether_it_is_listed_or_not(wish: DesiredUser) -> None:
    account = account_with(replace(READERS, until=PAST))
    plan = plan_user(wish, account, Options())
    assert [change.operation for change in plan.changes] == ["detach_user_policy", "delete_policy"]
    assert describe_temporary([plan]) == {
        "temporary": [],
        "ended": [{"user": "alice", "group": "Readers", "until": PAST, "reason": "INC-1234", "ended": True}],
    }
    assert bool(ended_warning([wish], NOW)) == bool(wish.temporary)


def test_the_denials_of_several_policies_are_removed_last() -> None:
    account = account_with(TemporaryGroup("Readers", PAST, "INC-1234"))
    first = account.temporary_policies[ARN]
    second = replace(first, arn=policy_arn("alice", "Readers", 2))
    holder = replace(account.users["alice"], managed_policies=frozenset({first.arn, second.arn}))
    account = replace(account, users={"alice": holder}, temporary_policies={one.arn: one for one in (first, second)})
    changes = plan_user(DesiredUser("alice"), counted(account), Options()).changes
    detached = [change.params["PolicyArn"] for change in changes if change.operation == "detach_user_policy"]
    assert detached == [second.arn, first.arn]


def test_a_temporary_member_does_not_count_for_a_protected_group() -> None:
    """The only real member leaves; one whose membership ends can't take its place."""
    admins = TemporaryGroup("Administrators", LATER, "INC-1234")
    account = account_with(admins, console_access=True)
    last = user("root-like", groups=frozenset({"Administrators"}), console_access=True)
    account = account.with_users({"root-like": last})
    options = Options(protected_groups=frozenset({"Administrators"}))
    desired = [
        DesiredUser("root-like", leaves=frozenset({"Administrators"})),
        DesiredUser("alice", temporary=(admins,)),
    ]
    (refusal,) = guard.refusals(plan_users(desired, account, options), account, options)
    assert "leaves the protected group Administrators without members" in refusal


def test_the_caller_may_end_its_own_temporary_right() -> None:
    account = account_with(READERS, name="root-like")
    desired = DesiredUser("root-like", leaves=frozenset({"Readers"}))
    plans = plan_users([desired], account, Options())
    assert plans[0].changes
    assert guard.refusals(plans, account, Options()) == []


def test_a_pending_user_gets_none_before_it_is_done() -> None:
    options = Options(onboarding_group="Onboarding")
    account = replace(account_with(), users={})
    wish = replace(WISH, console_access=True)
    plan = plan_user(wish, account, options)
    assert "create_policy" not in [change.operation for change in plan.changes]
    pending = carry_out(account, plan.changes)
    done = replace(pending.users["alice"], password_reset_required=False, has_mfa=True)
    assert operations(pending.with_users({"alice": done}), wish, options) == [
        "remove_user_from_group",
        "create_policy",
        "attach_user_policy",
    ]


def test_a_group_made_in_the_same_play_is_planned_without_its_policies() -> None:
    wish = DesiredUser("alice", temporary=(replace(READERS, group="Coming"),))
    options = Options(pending_groups=frozenset({"Coming"}))
    plan = plan_user(wish, account_with(), options)
    assert [change.operation for change in plan.changes] == ["create_policy", "attach_user_policy"]
    assert "PolicyDocument" not in plan.changes[0].params


def test_quotas_of_the_user_and_of_the_account_are_kept() -> None:
    full = frozenset(f"arn:aws:iam::aws:policy/Number{number}" for number in range(10))
    account = replace(account_with(managed_policies=full), policy_count=1500)
    plans = [plan_user(WISH, account, Options())]
    assert [problem.split(":")[0] for _name, problem in guard.quota_problems(plans, account, {})] == [
        "managed_policies",
        "temporary_groups",
    ]
    raised = {"AttachedPoliciesPerUserQuota": 20, "PoliciesQuota": 5000}
    assert list(guard.quota_problems(plans, account, raised)) == []


def shown(account: Account, desired: DesiredUser) -> str:
    plan = plan_user(desired, account, Options())
    diff = describe_diff([plan])
    item = Item(USER, "alice", "changed", diff["before"]["alice"], diff["after"]["alice"])
    return lines(Plan([item]), True)[0]


def test_lines_tell_group_end_and_reason() -> None:
    sooner = DesiredUser("alice", temporary=(replace(READERS, until=SOON, reason="on call"),))
    assert shown(account_with(), WISH) == ("~ user alice: temporary groups +Readers until 2027-01-01T00:00Z (INC-1234)")
    assert shown(account_with(READERS), sooner) == (
        '~ user alice: temporary groups +Readers until 2026-11-27T12:01Z ("on call")'
    )
    over = account_with(replace(READERS, until=PAST))
    assert shown(over, DesiredUser("alice")) == "~ user alice: temporary groups -Readers (ended 2026-11-27T12:00Z)"
    leaving = DesiredUser("alice", leaves=frozenset({"Readers"}))
    assert shown(account_with(READERS), leaving) == "~ user alice: temporary groups -Readers (until 2027-01-01T00:00Z)"


def test_the_drift_check_names_a_membership_once() -> None:
    plan = plan_user(DesiredUser("alice", temporary=(replace(READERS, until=SOON),)), account_with(READERS), Options())
    result = {
        "users": [{"name": "alice", "action": "updated"}],
        "changes": [change.describe() for change in plan.changes],
    }
    assert len(plan.changes) == 3
    assert list(of_users(result)) == ["the temporary membership of alice in Readers differs, is missing, or has ended"]


@pytest.mark.parametrize(("owner", "group"), [("Alice", "Readers"), ("alice", "readers"), ("Alice", "Auditors")])
def test_a_policy_of_the_same_name_in_another_case_is_removed_before_the_new_one_is_made(
    owner: str, group: str
) -> None:
    """The user or the group was deleted, and exists again in another case. IAM ignores case in names."""
    wish = TemporaryGroup(group.capitalize(), LATER, "INC-1234")
    old = policies_of(owner, wish)
    left = [replace(one, arn=policy_arn(owner, group, number)) for number, one in enumerate(old, 1)]
    account = replace(account_with(), temporary_policies={one.arn: one for one in left})
    desired = replace(WISH, temporary=(wish,))
    plan = plan_user(desired, counted(account), NO_SWITCHES)
    after = carry_out(account, plan.changes)
    assert after.temporary_policies.keys() == {one.arn for one in policies_of("alice", wish)}
    assert plan_user(desired, after, NO_SWITCHES).changes == ()


def test_a_policy_of_somebody_elses_in_another_case_is_in_the_way() -> None:
    (old,) = policies_of("alice", READERS)
    foreign = replace(old, arn=policy_arn("Alice", "readers"), tags={})
    account = replace(account_with(), temporary_policies={foreign.arn: foreign})
    (problem,) = plan_user(WISH, account, NO_SWITCHES).problems
    assert f"the account has a policy {foreign.arn}, which lacks the tag" in problem

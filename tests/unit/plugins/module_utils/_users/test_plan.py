# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The planner: on random accounts what must always hold, and on small ones what is planned exactly."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import MFA_NOTE, OWNED, PROTECTED
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.password_policy import PasswordRules
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import membership_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import (
    Account,
    ActualUser,
    Credentials,
    DesiredUser,
    Options,
    TemporaryGroup,
    UserPlan,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.plan import (
    plan_deletion,
    plan_user,
    plan_users,
    unlisted_users,
)
from helpers.accounts.simulated_iam import (
    BOUNDARIES,
    CHANGE_PASSWORD,
    DENY_ALL,
    EMPTY,
    GROUPS,
    OTHER_POLICIES,
    POLICIES,
    TAG,
    accounts,
    carry_out,
    options,
    user,
    wishes,
)
from helpers.documents.case_files import case_bytes
from hypothesis import given, settings

GRANTS = ("add_user_to_group", "attach_user_policy")


def account_of(*users: ActualUser) -> Account:
    return replace(EMPTY, users={user.name: user for user in users})


def temporary_groups(account: Account) -> dict[str, tuple[TemporaryGroup, ...]]:
    return {name: user.temporary_groups for name, user in account.users.items()}


def operations(plan: UserPlan) -> list[str]:
    return [change.operation for change in plan.changes]


def comes_back(plan: UserPlan) -> bool:
    return bool(plan.before and plan.before.marked and plan.after and not plan.after.marked)


@given(accounts(), wishes(), options)
def test_the_changes_lead_to_the_state_that_the_plan_shows(
    account: Account, desired: list[DesiredUser], switches: Options
) -> None:
    plans = plan_users(desired, account, switches)
    after = carry_out(account, [change for plan in plans for change in plan.changes])
    # A user whose new name is refused keeps the old one.
    shown = {plan.after.name if plan.after else plan.name: plan.after for plan in plans}
    for name, wanted in shown.items():
        assert not wanted or wanted.temporary_groups == after.users[name].temporary_groups
        assert (replace(after.users[name], credentials=None) if name in after.users else None) == (
            replace(wanted, credentials=None) if wanted else None
        )
    renamed = {plan.renamed_from for plan in plans}
    assert {n: u for n, u in after.users.items() if n not in shown} == {
        n: u for n, u in account.users.items() if n not in shown and n not in renamed
    }


@given(accounts(), wishes(), options)
def test_a_second_run_has_nothing_to_do(account: Account, desired: list[DesiredUser], switches: Options) -> None:
    plans = plan_users(desired, account, switches)
    after = carry_out(account, [change for plan in plans for change in plan.changes])
    assert [change for plan in plan_users(desired, after, switches) for change in plan.changes] == []


@settings(max_examples=40, deadline=None)
@given(accounts(), wishes(), options)
def test_a_run_cut_off_anywhere_is_finished_by_the_next(
    account: Account, desired: list[DesiredUser], switches: Options
) -> None:
    plans = plan_users(desired, account, switches)
    whole = carry_out(account, [change for plan in plans for change in plan.changes])
    for plan in plans:
        for cut in range(len(plan.changes)):
            midway = carry_out(account, plan.changes[:cut])
            again = plan_users(desired, midway, switches)
            finished = carry_out(midway, [change for redone in again for change in redone.changes])
            assert finished == whole
            assert temporary_groups(finished) == temporary_groups(whole)


@given(accounts(), wishes())
def test_without_purge_nothing_is_taken_from_users_that_stay(account: Account, desired: list[DesiredUser]) -> None:
    leaves = {wish.name: wish.leaves for wish in desired}
    temporary = {wish.name: wish.temporary or () for wish in desired}
    for plan in plan_users(desired, account, Options()):
        if plan.before and plan.after:
            assert plan.before.groups - leaves[plan.name] <= plan.after.groups
            assert plan.before.plain_policies <= plan.after.plain_policies
            named = leaves[plan.name] | {one.group for one in temporary[plan.name]}
            there = {one.group for one in plan.after.temporary_groups}
            assert {one.group for one in plan.before.temporary_groups if not one.ended} - named <= there
            assert plan.before.tags.keys() - {PROTECTED} <= plan.after.tags.keys()


@given(accounts(), wishes(), options)
def test_only_listed_or_owned_users_are_deleted(
    account: Account, desired: list[DesiredUser], switches: Options
) -> None:
    listed = {wish.name for wish in desired}
    absent = {wish.name for wish in desired if not wish.present}
    for plan in plan_users(desired, account, switches):
        if plan.action == "deleted":
            assert plan.before is not None
            owned = switches.purge_users and plan.name not in listed and plan.before.tags.get(TAG) == OWNED
            assert plan.name in absent or owned


@given(accounts(), wishes(), options)
def test_rights_shrink_before_they_grow_and_the_way_in_comes_last(
    account: Account, desired: list[DesiredUser], switches: Options
) -> None:
    for plan in plan_users(desired, account, switches):
        done = operations(plan)
        if comes_back(plan):
            # Nothing that the user has counts until everything is no longer denied. The new name comes last.
            called = list(plan.changes)
            if plan.renamed_from:
                assert (done.pop(), "new_name" in called.pop().describe()) == ("update_user", True)
            assert done.pop() == "untag_user"
            if done and called[-2].describe().get("policy") == DENY_ALL:
                done.pop()
        if "create_login_profile" in done:
            assert done[-1] == "create_login_profile"
        if "create_user" in done:
            assert done[0] == "create_user"
        # A temporary right that moves to a new name is there under the new one first.
        done = [o for o, c in zip(done, plan.changes, strict=False) if not membership_of(c.params.get("PolicyArn", ""))]
        boundary = [i for i, o in enumerate(done) if o.endswith("_user_permissions_boundary")]
        grants = [i for i, o in enumerate(done) if o in GRANTS]
        assert not boundary or not grants or boundary[0] < grants[0]


def rights(user: ActualUser | None) -> frozenset[str]:
    """What gives the user rights. The policies of a temporary membership are one, under whatever name."""
    if user is None or user.denied:
        return frozenset()
    temporary = {f"until {found.group}" for arn in user.managed_policies if (found := membership_of(arn))}
    return user.groups | user.plain_policies | user.inline_policies | temporary


def is_within(boundary: str | None, known: ActualUser | None, right: str) -> bool:
    """Whether a right under this boundary is surely one that the known user has, whatever the boundaries allow."""
    return known is not None and right in rights(known) and known.boundary in (None, boundary)


def check_every_moment(plan: UserPlan, now: Account) -> None:
    """No moment has a right that is there neither before nor after, or something new beside something that goes."""
    for change in plan.changes:
        now = carry_out(now, [change])
        user = now.users.get(plan.renamed_from or plan.name) or now.users.get(plan.name)
        has = rights(user)
        assert all(
            user and (is_within(user.boundary, plan.before, one) or is_within(user.boundary, plan.after, one))
            for one in has
        )
        assert has <= rights(plan.before) or has <= rights(plan.after)


@given(accounts(), wishes(), options)
def test_no_moment_has_a_right_that_is_there_neither_before_nor_after(
    account: Account, desired: list[DesiredUser], switches: Options
) -> None:
    for plan in plan_users(desired, account, switches):
        check_every_moment(plan, account)


@pytest.mark.parametrize("boundaries", [(None, ""), (None, BOUNDARIES[0]), (BOUNDARIES[0], ""), tuple(BOUNDARIES)])
@pytest.mark.parametrize("policies", [{OTHER_POLICIES[0], DENY_ALL}, {OTHER_POLICIES[1]}, {DENY_ALL}, set()])
@pytest.mark.parametrize("wanted", [{OTHER_POLICIES[2], DENY_ALL}, {OTHER_POLICIES[1]}, set()])
def test_a_denial_of_everything_comes_before_what_is_given_and_goes_after_what_is_taken(
    boundaries: tuple[str | None, str], policies: set[str], wanted: set[str]
) -> None:
    before = user(managed_policies=frozenset(policies), groups=frozenset({"Readers"}), boundary=boundaries[0])
    groups = frozenset({"Auditors"})
    desired = DesiredUser("alice", groups=groups, managed_policies=frozenset(wanted), boundary=boundaries[1])
    plan = plan_user(desired, account_of(before), Options(purge_policies=True, purge_groups=True))
    check_every_moment(plan, account_of(before))


@given(accounts(), wishes(), options)
def test_no_plan_holds_a_password(account: Account, desired: list[DesiredUser], switches: Options) -> None:
    plans = plan_users(desired, account, switches)
    assert "Secret-1-given" not in repr(plans)
    assert "Secret-1-given" not in repr(desired)


def test_a_new_user_is_made_with_everything_in_one_call_each() -> None:
    desired = DesiredUser(
        "alice",
        path="/hsm/",
        tags={"team": "payments"},
        groups=frozenset({"Readers", "Auditors"}),
        managed_policies=frozenset(POLICIES[:1]),
        boundary="arn:aws:iam::123456789012:policy/boundary",
        console_access=True,
        password_reset_required=False,
    )
    plan = plan_user(desired, EMPTY, Options())
    assert [change.describe() for change in plan.changes] == [
        {
            "user": "alice",
            "operation": "create_user",
            "path": "/hsm/",
            "tags": {TAG: "true", "team": "payments"},
            "boundary": "arn:aws:iam::123456789012:policy/boundary",
        },
        {"user": "alice", "operation": "add_user_to_group", "group": "Auditors"},
        {"user": "alice", "operation": "add_user_to_group", "group": "Readers"},
        {"user": "alice", "operation": "attach_user_policy", "policy": POLICIES[0]},
        {"user": "alice", "operation": "create_login_profile", "password_reset_required": False},
    ]
    assert plan.action == "created"
    assert plan.after is not None
    assert plan.after.arn == "arn:aws:iam::123456789012:user/hsm/alice"


def test_what_is_left_out_is_left_alone() -> None:
    before = user(groups=frozenset(GROUPS), tags={"team": "a"}, boundary="arn:aws:iam::123456789012:policy/boundary")
    everything = Options(purge_groups=True, purge_tags=True, purge_policies=True)
    assert plan_user(DesiredUser("alice"), account_of(before), everything).changes == ()


def test_a_user_leaves_the_named_groups_and_no_other() -> None:
    before = user(groups=frozenset({"Auditors", "Readers", "Administrators"}))
    desired = DesiredUser("alice", leaves=frozenset({"Readers", "CloudHSMAdministrators"}))
    plan = plan_user(desired, account_of(before), Options())
    assert [change.describe() for change in plan.changes] == [
        {"user": "alice", "operation": "remove_user_from_group", "group": "Readers"}
    ]


def test_purging_tags_keeps_the_ownership_tag_and_those_of_aws() -> None:
    before = user(tags={TAG: OWNED, "aws:cloudformation:stack": "x", "old": "1"})
    plan = plan_user(DesiredUser("alice", tags={"new": "2"}), account_of(before), Options(purge_tags=True))
    assert [change.describe() for change in plan.changes] == [
        {"user": "alice", "operation": "untag_user", "tag_keys": ["old"]},
        {"user": "alice", "operation": "tag_user", "tags": {"new": "2"}},
    ]


def test_a_password_is_never_set_for_a_user_that_has_one() -> None:
    before = user(console_access=True)
    desired = DesiredUser("alice", console_access=True, password="another", password_reset_required=True)
    assert plan_user(desired, account_of(before), Options()).changes == ()


def test_a_user_is_deleted_with_all_it_has_and_locked_out_first() -> None:
    before = user(
        console_access=True,
        groups=frozenset({"Readers"}),
        managed_policies=frozenset(POLICIES[:1]),
        inline_policies=frozenset({"inline"}),
        boundary="arn:aws:iam::123456789012:policy/boundary",
        credentials=Credentials(
            access_keys=("AKIA1", "AKIA2"),
            active_access_keys=("AKIA2",),
            mfa_devices=("arn:aws:iam::123456789012:mfa/phone", "GAHT12345678"),
            ssh_public_keys=("APKA1",),
            signing_certificates=("CERT1",),
            service_specific_credentials=("ACCA1",),
        ),
    )
    assert operations(plan_deletion(before, EMPTY, Options())) == [
        "update_access_key",
        "remove_user_from_group",
        "delete_ssh_public_key",
        "delete_signing_certificate",
        "delete_service_specific_credential",
        "delete_user_policy",
        "detach_user_policy",
        "delete_login_profile",
        "delete_access_key",
        "delete_access_key",
        "tag_user",
        "deactivate_mfa_device",
        "deactivate_mfa_device",
        "delete_virtual_mfa_device",
        "delete_user",
    ]
    assert plan_deletion(before, EMPTY, Options()).urgent == 8


def test_a_virtual_mfa_device_that_a_stopped_run_left_is_deleted() -> None:
    phone = "arn:aws:iam::123456789012:mfa/phone"
    left = user(tags={f"{MFA_NOTE}1": phone})
    assert operations(plan_deletion(left, EMPTY, Options())) == ["delete_virtual_mfa_device", "delete_user"]
    both = replace(left, credentials=Credentials(mfa_devices=(phone, "arn:aws:iam::123456789012:mfa/tablet")))
    assert [
        change.params for change in plan_deletion(both, EMPTY, Options()).changes if change.operation == "tag_user"
    ] == [{"UserName": "alice", "Tags": [{"Key": f"{MFA_NOTE}2", "Value": "arn:aws:iam::123456789012:mfa/tablet"}]}]


def test_a_user_with_all_the_tags_that_iam_allows_can_be_deleted() -> None:
    full = {f"k{number}": "" for number in range(50)}
    phone = Credentials(mfa_devices=("arn:aws:iam::123456789012:mfa/phone",))
    assert "tag_user" not in operations(plan_deletion(user(tags=full, credentials=phone), EMPTY, Options()))


def test_users_without_the_ownership_tag_are_not_purged() -> None:
    owned, other = user("owned", tags={TAG: OWNED}), user("other", tags={TAG: "false"})
    account = account_of(owned, other, user("plain"), user("listed", tags={TAG: OWNED}))
    assert unlisted_users([DesiredUser("listed")], account, Options(purge_users=True)) == ["owned"]
    assert unlisted_users([DesiredUser("listed")], account, Options()) == []


def test_purging_looks_at_the_tag_that_was_chosen() -> None:
    account = account_of(user("ours", tags={"made-by": OWNED}), user("default", tags={TAG: OWNED}))
    assert unlisted_users([], account, Options(purge_users=True, managed_by_tag="made-by")) == ["ours"]


@pytest.mark.parametrize(
    ("desired", "problem"),
    [
        (DesiredUser("Alice"), "name: the account has this user as 'alice'"),
        (DesiredUser("alice", groups=frozenset({"readers"})), "groups: the account has no group 'readers'; did you"),
        (DesiredUser("alice", groups=frozenset({"HSM"})), "groups: the account has no group 'HSM'; create it first"),
        (DesiredUser("alice", leaves=frozenset({"readers"})), "leave_groups: the account has no group 'readers'; did"),
        (DesiredUser("alice", leaves=frozenset({"HSM"})), "leave_groups: the account has no group 'HSM'; take it out"),
        (DesiredUser("alice", tags={"Team": "b"}), "tags.Team: the user has this tag as 'team'"),
        (
            DesiredUser("alice", managed_policies=frozenset({"arn:aws-cn:iam::aws:policy/ReadOnlyAccess"})),
            "managed_policies: 'arn:aws-cn:iam::aws:policy/ReadOnlyAccess' is in another partition",
        ),
        (
            DesiredUser("alice", boundary="arn:aws-us-gov:iam::123456789012:policy/x"),
            "boundary: 'arn:aws-us-gov:iam::123456789012:policy/x' is in another partition",
        ),
    ],
)
def test_what_does_not_fit_the_account_is_a_problem_and_plans_nothing(desired: DesiredUser, problem: str) -> None:
    plan = plan_user(desired, account_of(user(tags={"team": "a"})), Options())
    assert plan.changes == ()
    assert [text[: len(problem)] for text in plan.problems] == [problem]


def test_groups_that_an_earlier_task_makes_count_in_check_mode() -> None:
    desired = DesiredUser("alice", groups=frozenset({"Coming"}))
    assert plan_user(desired, EMPTY, Options()).problems
    assert not plan_user(desired, EMPTY, Options(pending_groups=frozenset({"Coming"}))).problems


def test_a_user_that_is_to_be_absent_and_is_needs_nothing() -> None:
    plan = plan_user(DesiredUser("nobody", present=False), EMPTY, Options())
    assert (plan.action, plan.changes, plan.before, plan.after) == ("unchanged", (), None, None)


def test_a_device_whose_name_no_tag_can_hold_is_noted_and_deleted_by_the_next_run() -> None:
    """IAM takes a comma in the name of a virtual MFA device, and not in a tag."""
    expected = case_bytes("mfa-device-with-comma", "expected.txt").decode()
    assert "Expected: deleted." in expected
    (name,) = re.findall(r'device named "(.*?)"', expected)
    phone = f"arn:aws:iam::123456789012:mfa/{name}"
    account = account_of(user(credentials=Credentials(mfa_devices=(phone,))))
    plan = plan_deletion(account.users["alice"], EMPTY, Options())
    # The simulated IAM refuses such a tag.
    for cut in range(len(plan.changes) + 1):
        midway = carry_out(account, plan.changes[:cut])
        again = plan_deletion(midway.users["alice"], EMPTY, Options()) if midway.users else plan
        assert phone in {c.params.get("SerialNumber") for c in again.changes}


@given(accounts(), wishes(), options)
def test_whoever_has_to_change_the_first_password_can(
    account: Account, desired: list[DesiredUser], switches: Options
) -> None:
    switches = replace(switches, allow_password_change=True)
    for plan in plan_users(desired, account, switches):
        after = plan.after
        if after and plan.makes_login_profile and after.password_reset_required and not plan.problems:
            allowed = account.password_rules.changeable or switches.onboarding_group in after.groups
            assert allowed or after.denied or CHANGE_PASSWORD in after.managed_policies
            made = next(i for i, one in enumerate(plan.changes) if one.operation == "create_login_profile")
            given = [i for i, one in enumerate(plan.changes) if one.params.get("PolicyArn") == CHANGE_PASSWORD]
            assert all(index < made for index in given if plan.changes[index].operation == "attach_user_policy")


@pytest.mark.parametrize("purge", [True, False])
def test_the_right_to_change_the_password_stays_as_long_as_there_is_one(purge: bool) -> None:
    switches = Options(purge_policies=purge)
    wish = DesiredUser("alice", managed_policies=frozenset(POLICIES[:1]), console_access=True)
    made = carry_out(EMPTY, plan_user(wish, EMPTY, switches).changes)
    assert made.users["alice"].managed_policies == {POLICIES[0], CHANGE_PASSWORD}
    changed = replace(made.users["alice"], password_reset_required=False)
    for known in (changed, replace(changed, console_access=None)):
        wish = replace(wish, console_access=known.console_access)
        assert plan_user(wish, account_of(known), switches).changes == ()
    no_console = plan_user(replace(wish, console_access=False), account_of(changed), switches)
    assert operations(no_console) == ["delete_login_profile", *(["detach_user_policy"] if purge else [])]


def test_who_was_left_without_the_right_by_an_earlier_release_gets_it() -> None:
    stuck = user(console_access=True, password_reset_required=True, groups=frozenset({"Readers"}))
    plan = plan_user(DesiredUser("alice", console_access=True), account_of(stuck), Options())
    assert [change.params.get("PolicyArn") for change in plan.changes] == [CHANGE_PASSWORD]


def test_nobody_gets_the_right_who_does_not_have_to_change_the_password() -> None:
    for wish, switches in (
        (DesiredUser("alice", console_access=True, password_reset_required=False), Options()),
        (DesiredUser("alice", console_access=True), Options(allow_password_change=False)),
        (DesiredUser("alice"), Options()),
    ):
        assert "attach_user_policy" not in operations(plan_user(wish, EMPTY, switches))


def test_without_the_right_and_without_any_other_nobody_could_sign_in() -> None:
    switches = Options(allow_password_change=False)
    wish = DesiredUser("alice", console_access=True)
    (problem,) = plan_user(wish, EMPTY, switches).problems
    assert problem.startswith("password_reset_required: the user has to change the password to sign in")
    assert "allow_password_change" in problem
    everybody = replace(EMPTY, password_rules=PasswordRules(changeable=True))
    assert plan_user(wish, everybody, switches).problems == ()
    assert plan_user(replace(wish, groups=frozenset({"Readers"})), EMPTY, switches).problems == ()


def test_members_that_an_earlier_task_adds_are_members() -> None:
    account = replace(EMPTY, users={"ann": ActualUser("ann", "arn")}, groups=frozenset({"Readers"}))
    joined = account.with_members({"readers": ["ann", "nobody"], "Coming": ["ann"]})
    assert joined.users == {"ann": ActualUser("ann", "arn", groups=frozenset({"Readers", "Coming"}))}

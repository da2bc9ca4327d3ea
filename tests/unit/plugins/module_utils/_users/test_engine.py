# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole run: what is refused before the first write, and the second look after a conflict."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import IncompleteReadError
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import PROTECTED as MARK
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import SUSPENDED
from ansible_collections.cloudhsm.iam.plugins.module_utils._users import engine, snapshot, temporary_read
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.denial import SUSPENDED_POLICY
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import (
    Account,
    ActualUser,
    Change,
    Credentials,
    DesiredUser,
    Options,
    Outcome,
    UserPlan,
)
from helpers.accounts.simulated_iam import (
    ALICE,
    CHANGE_PASSWORD,
    EMPTY,
    NEW_GROUP,
    OWNED_TAGS,
    POLICIES,
    TAG,
    account_with,
    user,
)

if t.TYPE_CHECKING:
    from helpers.modules.scripted import Stubbed

DEFAULTS = Options()
KEY = "AKIAEXAMPLEEXAMPLE00"


class Accounts:
    """The accounts that the run gets to read, one after the other; an exception among them is raised."""

    def __init__(self) -> None:
        self.next: list[Account | Exception] = [EMPTY]

    def read(self, *_clients: object) -> Account:
        found = self.next.pop(0)
        if isinstance(found, Exception):
            raise found
        return found


@pytest.fixture
def accounts(monkeypatch: pytest.MonkeyPatch) -> Accounts:
    """The bulk read has tests of its own; here it gives what it is told to."""
    given = Accounts()
    monkeypatch.setattr(snapshot, "read_account", given.read)
    return given


@pytest.fixture
def service(iam: Stubbed, sts: Stubbed, accounts: Accounts) -> Iterator[engine.Service]:
    with ThreadPoolExecutor(1) as pool:
        yield engine.Service(iam.client, sts.client, pool)


def refused(service: engine.Service, *desired: DesiredUser, options: Options = DEFAULTS) -> list[str]:
    with pytest.raises(engine.RefusedError) as error:
        engine.make_plan(service, desired, options, passwords_come_later=False)
    return error.value.problems


def run(
    service: engine.Service, *desired: DesiredUser, options: Options = DEFAULTS
) -> tuple[list[UserPlan], list[Outcome]]:
    plans, account = engine.make_plan(service, desired, options, passwords_come_later=False)
    return plans, engine.carry_out(service, plans, desired, options, account=account, tell=print)


def test_everything_that_stands_in_the_way_is_told_at_once(
    service: engine.Service, accounts: Accounts, iam: Stubbed
) -> None:
    accounts.next = [account_with("boss", console_access=None)]
    iam.refuses("get_login_profile", "NoSuchEntity", UserName="boss")
    iam.refuses("get_group", "NoSuchEntity", GroupName="Nowhere", MaxItems=1)
    iam.refuses("get_policy", "NoSuchEntity", PolicyArn=POLICIES[0])
    problems = refused(
        service,
        DesiredUser("ann", groups=frozenset({"Nowhere"})),
        DesiredUser("bob", console_access=True),
        DesiredUser("boss", console_access=True),
        DesiredUser("eve", managed_policies=frozenset(POLICIES[:1])),
        options=Options(protected_groups=frozenset()),
    )
    assert [problem.split(": ")[:2] for problem in problems] == [
        ["users[0] (ann)", "groups"],
        ["users[1] (bob)", "console_access"],
        ["users[2] (boss)", "console_access"],
        ["users[3] (eve)", "managed_policies"],
    ]
    assert "there is no policy" in problems[3]
    assert "credentials_store" in problems[1]


def test_a_group_that_the_bulk_read_did_not_show_yet_is_no_mistake(service: engine.Service, iam: Stubbed) -> None:
    iam.answers("get_group", {"Group": NEW_GROUP, "Users": []}, GroupName="New", MaxItems=1)
    desired = [DesiredUser("ann", groups=frozenset({"New"}))]
    plans, _account = engine.make_plan(service, desired, Options(), passwords_come_later=False)
    assert [change.operation for change in plans[0].changes] == ["create_user", "add_user_to_group"]


def test_the_live_quotas_are_asked_only_when_the_default_ones_are_not_enough(
    service: engine.Service, accounts: Accounts, iam: Stubbed
) -> None:
    many = frozenset(f"arn:aws:iam::123456789012:policy/p{number:02}" for number in range(12))
    for arn in sorted(many):
        iam.answers("get_policy", {"Policy": {}}, PolicyArn=arn)
    iam.answers("get_account_summary", {"SummaryMap": {"AttachedPoliciesPerUserQuota": 11}})
    (problem,) = refused(service, DesiredUser("ann", managed_policies=many))
    assert problem.endswith("managed_policies: the user would have 12, with those it has now; IAM allows 11")


def test_guards_refuse_before_the_first_write(service: engine.Service, accounts: Accounts, iam: Stubbed) -> None:
    accounts.next = [account_with("old", console_access=None, tags={"cloudhsm.iam/managed": "true"})]
    iam.refuses("get_login_profile", "NoSuchEntity", UserName="old")
    for listed in ("access_keys", "mfa_devices", "ssh_public_keys", "signing_certificates"):
        key = {"access_keys": "AccessKeyMetadata", "mfa_devices": "MFADevices", "ssh_public_keys": "SSHPublicKeys"}
        iam.answers(f"list_{listed}", {key.get(listed, "Certificates"): []}, UserName="old")
    iam.answers("list_service_specific_credentials", {}, UserName="old")
    # A user who goes may have policies that stand for temporary memberships.
    more = {"Filter": ["Group", "LocalManagedPolicy"], "MaxItems": 1000}
    iam.answers("get_account_authorization_details", {"GroupDetailList": [], "Policies": []}, **more)
    assert "max_deletions" in refused(service, options=Options(purge_users=True, max_deletions=0))[0]


def test_a_user_that_somebody_else_made_meanwhile_is_finished(
    service: engine.Service, accounts: Accounts, iam: Stubbed
) -> None:
    accounts.next = [EMPTY, account_with("alice")]
    iam.refuses("create_user", "EntityAlreadyExists", UserName="alice", Path="/", Tags=OWNED_TAGS)
    iam.answers("add_user_to_group", {}, UserName="alice", GroupName="Readers")
    _plans, (outcome,) = run(service, DesiredUser("alice", groups=frozenset({"Readers"})))
    assert outcome.error is None
    assert [change.operation for change in outcome.done] == ["add_user_to_group"]


def test_what_was_done_before_the_conflict_is_not_forgotten(
    service: engine.Service, accounts: Accounts, iam: Stubbed
) -> None:
    accounts.next = [
        account_with("alice", groups=frozenset()),
        account_with("alice", groups=frozenset({"Auditors", "Readers"})),
    ]
    iam.answers("add_user_to_group", {}, UserName="alice", GroupName="Auditors")
    iam.refuses("add_user_to_group", "ConcurrentModification", UserName="alice", GroupName="Readers")
    _plans, (outcome,) = run(service, DesiredUser("alice", groups=frozenset({"Auditors", "Readers"})))
    assert outcome.error is None
    assert [change.params["GroupName"] for change in outcome.done] == ["Auditors"]
    assert outcome.plan.after is not None
    assert outcome.plan.after.groups == {"Auditors", "Readers"}


def test_a_conflict_that_stays_is_given_up(service: engine.Service, accounts: Accounts, iam: Stubbed) -> None:
    accounts.next = [account_with("alice", groups=frozenset())] * 3
    for _look in range(3):
        iam.refuses("add_user_to_group", "NoSuchEntity", "gone", UserName="alice", GroupName="Readers")
    _plans, (outcome,) = run(service, DesiredUser("alice", groups=frozenset({"Readers"})))
    assert outcome.error is not None
    assert "gone" in outcome.error
    assert outcome.done == ()


@pytest.mark.parametrize("failure", [IncompleteReadError("cut"), None])
def test_a_second_look_that_fails_loses_nothing(
    service: engine.Service, accounts: Accounts, iam: Stubbed, failure: Exception | None
) -> None:
    error = failure or iam.client.exceptions.ClientError({"Error": {"Code": "Throttling"}}, "GetAccount…")
    accounts.next = [EMPTY, error]
    iam.answers("create_user", {"User": ALICE}, UserName="alice", Path="/", Tags=OWNED_TAGS)
    iam.refuses("add_user_to_group", "ConcurrentModification", UserName="alice", GroupName="Readers")
    _plans, (outcome,) = run(service, DesiredUser("alice", groups=frozenset({"Readers"})))
    assert [change.operation for change in outcome.done] == ["create_user"]
    assert [change.operation for change in outcome.not_done] == ["add_user_to_group"]
    assert outcome.error is not None


def test_a_second_look_never_makes_a_password(service: engine.Service, accounts: Accounts, iam: Stubbed) -> None:
    # The first look found console access, and the second finds that somebody took it away.
    accounts.next = [account_with("alice", console_access=None), account_with("alice", console_access=None)]
    iam.answers(
        "get_login_profile", {"LoginProfile": {"UserName": "alice", "CreateDate": "2026-11-24"}}, UserName="alice"
    )
    iam.refuses("add_user_to_group", "ConcurrentModification", UserName="alice", GroupName="Readers")
    iam.refuses("get_login_profile", "NoSuchEntity", UserName="alice")
    _plans, (outcome,) = run(service, DesiredUser("alice", console_access=True, groups=frozenset({"Readers"})))
    assert outcome.error == engine.PASSWORD_WAYS


def test_a_user_that_no_longer_fits_after_a_conflict_fails_with_the_reason(
    service: engine.Service, accounts: Accounts, iam: Stubbed
) -> None:
    accounts.next = [account_with("alice"), account_with("Alice")]
    iam.refuses("add_user_to_group", "NoSuchEntity", UserName="alice", GroupName="Readers")
    _plans, (outcome,) = run(service, DesiredUser("alice", groups=frozenset({"Readers"})))
    assert outcome.error is not None
    assert outcome.error.startswith("name: the account has this user as 'Alice'")


def test_a_password_that_the_account_would_not_take_is_refused_without_showing_it(
    service: engine.Service, iam: Stubbed
) -> None:
    iam.refuses("get_account_password_policy", "NoSuchEntity")
    (problem,) = refused(
        service,
        DesiredUser("ann", console_access=True, password="Secret-of-ann"),
        DesiredUser("bob", console_access=True, password="secret"),
    )
    assert problem.startswith(
        "users[1] (bob): password: does not satisfy the account's password policy, which asks for at least 8 "
        "characters, 3 of the four kinds"
    )
    assert "secret" not in problem


def test_a_password_that_is_not_to_be_set_is_not_checked(
    service: engine.Service, accounts: Accounts, iam: Stubbed
) -> None:
    accounts.next = [account_with("alice", console_access=None)]
    iam.answers(
        "get_login_profile", {"LoginProfile": {"UserName": "alice", "CreateDate": "2026-11-24"}}, UserName="alice"
    )
    desired = [DesiredUser("alice", console_access=True, password="short")]
    engine.make_plan(service, desired, Options(), passwords_come_later=True)


def test_the_plan_tells_what_passwords_that_come_later_have_to_have(service: engine.Service, iam: Stubbed) -> None:
    iam.answers(
        "get_account_password_policy",
        {
            "PasswordPolicy": {
                "MinimumPasswordLength": 40,
                **dict.fromkeys(("RequireSymbols", "RequireNumbers", "RequireUppercaseCharacters"), False),
                **dict.fromkeys(("RequireLowercaseCharacters", "AllowUsersToChangePassword"), False),
                "ExpirePasswords": False,
            }
        },
    )
    desired = [DesiredUser("ann", console_access=True)]
    _plans, account = engine.make_plan(service, desired, Options(), passwords_come_later=True)
    assert account.password_rules.length == 40


def password_policy(change: bool) -> dict[str, t.Any]:
    asked = ("RequireSymbols", "RequireNumbers", "RequireUppercaseCharacters", "RequireLowercaseCharacters")
    return {
        "PasswordPolicy": {
            "MinimumPasswordLength": 8,
            **dict.fromkeys(asked, False),
            "ExpirePasswords": False,
            "AllowUsersToChangePassword": change,
        }
    }


@pytest.mark.parametrize("everybody_may", [True, False])
def test_the_right_to_change_the_password_comes_where_the_account_does_not_give_it(
    service: engine.Service, iam: Stubbed, everybody_may: bool
) -> None:
    iam.answers("get_account_password_policy", password_policy(everybody_may))
    wish = DesiredUser("ann", console_access=True, password="Secret-of-ann-1")
    ((plan,), _account) = engine.make_plan(service, [wish], DEFAULTS, passwords_come_later=False)
    attached = [change.params["PolicyArn"] for change in plan.changes if change.operation == "attach_user_policy"]
    assert attached == ([] if everybody_may else [CHANGE_PASSWORD])


def test_who_may_not_look_at_the_password_policy_gives_the_right(service: engine.Service, iam: Stubbed) -> None:
    iam.refuses("get_account_password_policy", "AccessDenied")
    wish = DesiredUser("ann", console_access=True)
    ((plan,), _account) = engine.make_plan(service, [wish], DEFAULTS, passwords_come_later=True)
    assert [change.operation for change in plan.changes] == [
        "create_user",
        "attach_user_policy",
        "create_login_profile",
    ]


@pytest.fixture
def read_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    """The accounts have all that is read of single users."""
    for module, name in ((snapshot, "read_details"), (temporary_read, "with_temporary")):
        monkeypatch.setattr(module, name, lambda _iam, _pool, account, *_users, **_options: account)


@pytest.mark.usefixtures("read_in_full")
@pytest.mark.parametrize(
    ("wish", "does"),
    [(DesiredUser("alice", present=False), "deletes"), (DesiredUser("alice", suspended=True), "suspends")],
)
def test_a_user_who_was_marked_as_protected_meanwhile_is_left_alone(
    service: engine.Service, accounts: Accounts, iam: Stubbed, wish: DesiredUser, does: str
) -> None:
    have = Credentials(access_keys=(KEY,), active_access_keys=(KEY,))
    tags = {SUSPENDED: "true", f"{SUSPENDED}-had-1": KEY, TAG: "true"}
    before = account_with("alice", credentials=have, tags=tags, inline_policies=frozenset({SUSPENDED_POLICY}))
    marked = replace(before.users["alice"], tags={**tags, MARK: "true"})
    accounts.next = [before, replace(before, users={"alice": marked})]
    iam.refuses("update_access_key", "ConcurrentModification", UserName="alice", AccessKeyId=KEY, Status="Inactive")
    if does == "deletes":
        # A lock-out closes the other ways in also after an error.
        iam.refuses("delete_user_policy", "ConcurrentModification", UserName="alice", PolicyName=SUSPENDED_POLICY)
    _plans, (outcome,) = run(service, wish)
    assert outcome.error is not None
    assert outcome.error.startswith(f"the plan {does} alice, marked as protected (tag {MARK})")


@pytest.mark.usefixtures("read_in_full")
def test_the_mark_that_a_run_sets_is_not_held_against_it(
    service: engine.Service, accounts: Accounts, iam: Stubbed
) -> None:
    marked = {TAG: "true", MARK: "true"}
    accounts.next = [account_with("old", tags={TAG: "true"}), account_with("old", tags=marked)]
    rename = {"UserName": "old", "NewUserName": "alice"}
    iam.answers("tag_user", {}, UserName="old", Tags=[{"Key": MARK, "Value": "true"}])
    iam.refuses("update_user", "EntityTemporarilyUnmodifiable", **rename)
    iam.answers("update_user", {}, **rename)
    _plans, (outcome,) = run(service, DesiredUser("alice", previous_name="old", protected=True))
    assert outcome.error is None


ADMINS = frozenset({"Administrators"})
PROTECTED = Options(protected_groups=ADMINS, purge_groups=True)


def administrators(*users: ActualUser) -> Account:
    have = Credentials(access_keys=("AKIA1",), active_access_keys=("AKIA1",))
    known = {one.name: replace(one, groups=ADMINS, credentials=have) for one in users}
    return replace(EMPTY, users=known)


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[Account]:
    """The accounts that the last look before the first administrator goes finds, one after the other."""
    found: list[Account] = []
    monkeypatch.setattr(snapshot, "read_users_and_groups", lambda _iam: (found.pop(0).users, {}))
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    return found


def test_another_run_has_taken_the_other_administrator_meanwhile(
    service: engine.Service, accounts: Accounts, now: list[Account]
) -> None:
    before = administrators(user("ann"), user("bob"))
    accounts.next = [before]
    now.append(administrators(user("ann"), user("bob", tags={SUSPENDED: "true"})))
    # Nothing is scripted: there is no call.
    _plans, (outcome,) = run(service, DesiredUser("ann", groups=frozenset()), options=PROTECTED)
    assert outcome.error is not None
    assert outcome.error.startswith("left as it is: no member of the protected group Administrators could act for it")
    assert "bob" in outcome.error
    assert [change.operation for change in outcome.not_done] == ["remove_user_from_group"]


def test_the_administrator_goes_when_the_successor_is_there(
    service: engine.Service, accounts: Accounts, now: list[Account], iam: Stubbed
) -> None:
    accounts.next = [
        replace(EMPTY, users={**administrators(user("ann")).users, "new": user("new", console_access=True)})
    ]
    # The successor is not seen at once.
    now += [administrators(user("ann")), administrators(user("ann"), user("new"))]
    # And once more after the first has left.
    now.append(administrators(user("new")))
    iam.answers("add_user_to_group", {}, UserName="new", GroupName="Administrators")
    iam.answers("remove_user_from_group", {}, UserName="ann", GroupName="Administrators")
    wishes = [DesiredUser("ann", groups=frozenset()), DesiredUser("new", groups=ADMINS)]
    _plans, outcomes = run(service, *wishes, options=PROTECTED)
    assert [outcome.error for outcome in outcomes] == [None, None]


def test_the_administrator_stays_when_the_successor_can_not_come(
    service: engine.Service, accounts: Accounts, now: list[Account], iam: Stubbed
) -> None:
    accounts.next = [
        replace(EMPTY, users={**administrators(user("ann")).users, "new": user("new", console_access=True)})
    ]
    now.append(administrators(user("ann")))
    iam.refuses("add_user_to_group", "AccessDenied", UserName="new", GroupName="Administrators")
    wishes = [DesiredUser("ann", groups=frozenset()), DesiredUser("new", groups=ADMINS)]
    _plans, (ann, new) = run(service, *wishes, options=PROTECTED)
    assert new.error is not None
    assert ann.error is not None
    assert "because new can't act for it now" in ann.error


def test_what_is_not_known_of_those_who_stay_is_asked_for(
    service: engine.Service, accounts: Accounts, iam: Stubbed
) -> None:
    robot = user("robot", groups=ADMINS, console_access=None, credentials=None)
    accounts.next = [administrators(user("ann")).with_users({"robot": robot})]
    iam.refuses("get_login_profile", "NoSuchEntity", UserName="robot")
    iam.answers("list_access_keys", {"AccessKeyMetadata": []}, UserName="robot")
    (problem,) = refused(service, DesiredUser("ann", groups=frozenset()), options=PROTECTED)
    assert "no password and no active access key: robot" in problem


def test_a_protected_group_that_was_just_made_is_no_mistake(service: engine.Service, iam: Stubbed) -> None:
    iam.answers("get_group", {"Group": NEW_GROUP, "Users": []}, GroupName="New", MaxItems=1)
    engine.make_plan(service, [], Options(protected_groups=frozenset({"New"})), passwords_come_later=False)


def test_a_second_look_keeps_the_devices_that_nobody_has_any_more() -> None:
    device = Change("ann", "delete_virtual_mfa_device", {"SerialNumber": "arn:aws:iam::123456789012:mfa/ann"})
    goes = Change("ann", "delete_user", {"UserName": "ann"})
    first = Outcome(UserPlan("ann", ActualUser("ann", ""), None, (device, goes)), conflict=True)
    again = UserPlan("ann", ActualUser("ann", ""), None, (goes,))
    assert engine._with_devices(again, first).changes == (device, goes)
    gone = engine._with_devices(UserPlan("ann", None, None), first)
    assert (gone.changes, gone.action) == ((device,), "deleted")
    assert engine._with_devices(again, replace(first, done=(device,))) == again

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""First passwords in a store of AWS's: stored before they are set, never lost, never of use to anybody else."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.apply import apply_plans
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import PENDING, SET, StoreError
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import DesiredUser, Options, Outcome, UserPlan
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.passwords import WAITS, StoredPasswords
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.plan import plan_users
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.stores import Entry
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.stores import Store as StoreProtocol
from botocore.exceptions import ClientError
from helpers.accounts.simulated_iam import account_with

if t.TYPE_CHECKING:
    from helpers.modules.scripted import Stubbed

FOLDER = "/p/123456789012/"
ANN = f"{FOLDER}ann"


class MemoryStore:
    """A store that keeps its entries in memory, and refuses what it is told to."""

    kind = "secretsmanager"

    def __init__(self) -> None:
        self.entries: dict[str, tuple[str, Entry]] = {}
        self.refused: set[str] = set()
        self.calls: list[str] = []
        self.before_replace: Callable[[], None] = lambda: None
        self.flaws: tuple[str, ...] = ()
        self.former: tuple[str, Entry] | None = None

    def _called(self, call: str) -> None:
        self.calls.append(call)
        if call in self.refused:
            raise ClientError(
                {"Error": {"Code": "AccessDeniedException", "Message": f"not authorized to perform: s:{call}"}}, call
            )

    def create(self, name: str, password: str, description: str) -> bool:
        self._called("create")
        if name in self.entries:
            return False
        self.entries[name] = password, Entry(PENDING)
        return True

    def find(self, name: str) -> Entry | None:
        self._called("find")
        return self.entries[name][1] if name in self.entries else None

    def examine(self, name: str, entry: Entry) -> Entry | None:
        self._called("examine")
        return replace(entry, flaws=self.flaws, leaving=False)

    def replace(self, name: str, entry: Entry, password: str) -> bool:
        self._called("replace")
        self.before_replace()
        if replace(self.entries[name][1], leaving=False) != entry:
            return False
        self.former = self.entries[name]
        self.entries[name] = password, Entry(PENDING, f"{entry.version}+")
        return True

    def put_back(self, name: str, entry: Entry) -> None:
        self._called("put_back")
        if self.former is not None and self.entries[name][1].version == f"{entry.version}+":
            self.entries[name] = self.former

    def mark(self, name: str, state: str) -> None:
        self._called("mark")
        password, entry = self.entries[name]
        self.entries[name] = password, replace(entry, state=state)

    def delete(self, name: str) -> None:
        self._called("delete")
        del self.entries[name]


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def open_passwords(store: MemoryStore, *desired: DesiredUser, has_login_profile: bool = False) -> StoredPasswords:
    return StoredPasswords(
        desired, store, FOLDER, 20, has_login_profile=lambda _user: has_login_profile, sleep=waits.append
    )


waits: list[float] = []


@pytest.fixture(autouse=True)
def _no_waits() -> Iterator[None]:
    waits.clear()
    yield
    waits.clear()


def outcome(*operations: str, user: str = "ann") -> Outcome:
    """What was done for a user, as far as the store is concerned."""
    desired = {
        "create_login_profile": DesiredUser(user, console_access=True),
        "delete_login_profile": DesiredUser(user, console_access=False),
        "delete_user": DesiredUser(user, present=False),
    }
    account = account_with(user, console_access=operations[0] != "create_login_profile")
    (plan,) = plan_users([desired[operations[-1]]], account, Options())
    return Outcome(plan, tuple(change for change in plan.changes if change.operation in operations))


def test_a_new_users_password_costs_one_call_and_is_stored_when_it_is_given(store: MemoryStore) -> None:
    passwords = open_passwords(store)
    password = passwords.password("ann")
    assert len(password) == 20
    assert store.entries == {ANN: (password, Entry(PENDING))}
    assert passwords.password("ann") == password
    assert store.calls == ["create"]


def test_a_given_password_is_not_stored(store: MemoryStore) -> None:
    passwords = open_passwords(store, DesiredUser("ann", console_access=True, password="Given-1"))
    assert passwords.password("ann") == "Given-1"
    passwords.settled(outcome("create_login_profile"))
    assert store.calls == []


@pytest.mark.parametrize("state", [PENDING, SET, "anything"])
def test_a_password_that_the_run_has_not_written_is_never_given(store: MemoryStore, state: str) -> None:
    store.entries[ANN] = "Planted-password-12345", Entry(state)
    password = open_passwords(store).password("ann")
    assert password != "Planted-password-12345"
    assert store.entries[ANN] == (password, Entry(PENDING, "+"))
    # There is no way to read one.
    assert not hasattr(StoreProtocol, "read")


def test_an_entry_that_others_can_read_gets_no_password(store: MemoryStore) -> None:
    store.entries[ANN] = "Planted-1", Entry(PENDING)
    store.flaws = ("has a resource policy", "is replicated to other regions")
    with pytest.raises(StoreError) as error:
        open_passwords(store).password("ann")
    assert str(error.value) == (
        f"Could not store the first password of ann: {ANN} already exists and has a resource policy and is "
        "replicated to other regions; remove it, or choose another credentials_prefix"
    )
    assert not error.value.conflict
    assert store.entries[ANN] == ("Planted-1", Entry(PENDING))


def test_a_password_that_was_set_is_not_used_again(store: MemoryStore) -> None:
    passwords = open_passwords(store)
    first = passwords.password("ann")
    passwords.settled(outcome("create_login_profile"))
    assert store.entries[ANN] == (first, Entry(SET))
    second = open_passwords(store).password("ann")
    assert second != first
    assert store.entries[ANN] == (second, Entry(PENDING, "+"))


def test_an_entry_that_somebody_marked_for_deletion_is_replaced(store: MemoryStore) -> None:
    store.entries[ANN] = "Old-1", Entry(PENDING, leaving=True)
    assert open_passwords(store).password("ann") != "Old-1"
    assert store.entries[ANN][1] == Entry(PENDING, "+")


def test_what_another_run_has_just_stored_is_replaced_only_after_another_look(store: MemoryStore) -> None:
    store.entries[ANN] = "Old-1", Entry(SET, "1")

    def other_run() -> None:
        store.entries[ANN] = "Other-1", Entry(PENDING, "2")
        store.before_replace = lambda: None

    store.before_replace = other_run
    password = open_passwords(store).password("ann")
    assert store.entries[ANN] == (password, Entry(PENDING, "2+"))
    assert store.calls == ["create", "find", "examine", "replace"] * 2


@pytest.mark.parametrize("state", [PENDING, SET])
def test_a_password_that_may_be_set_by_now_is_left_alone(store: MemoryStore, state: str) -> None:
    store.entries[ANN] = "Other-1", Entry(state)
    passwords = open_passwords(store, has_login_profile=True)
    with pytest.raises(StoreError, match="ann got console access in the meantime") as error:
        passwords.password("ann")
    assert error.value.conflict
    assert store.entries[ANN] == ("Other-1", Entry(state))


def test_the_deletion_of_an_entry_is_not_cancelled_for_a_user_who_has_a_password(store: MemoryStore) -> None:
    store.entries[ANN] = "Other-1", Entry(SET, leaving=True)
    with pytest.raises(StoreError, match="ann got console access in the meantime"):
        open_passwords(store, has_login_profile=True).password("ann")
    assert store.calls == ["create", "find"]


def test_where_another_run_made_the_login_profile_its_password_comes_back(store: MemoryStore) -> None:
    store.entries[ANN] = "Other-1", Entry(PENDING, "1")
    passwords = open_passwords(store)
    password = passwords.password("ann")
    failed = replace(outcome("create_login_profile"), done=(), error="EntityAlreadyExists", conflict=True)
    assert passwords.settled(failed) == failed
    assert store.entries[ANN] == ("Other-1", Entry(PENDING, "1"))
    # If it turns out that there is none, a password is made anew.
    assert passwords.password("ann") != password


def test_a_password_that_may_have_been_set_is_not_taken_back(store: MemoryStore) -> None:
    store.entries[ANN] = "Old-1", Entry(PENDING, "1")
    passwords = open_passwords(store)
    password = passwords.password("ann")
    passwords.settled(replace(outcome("create_login_profile"), done=(), error="the connection broke"))
    assert store.entries[ANN] == (password, Entry(PENDING, "1+"))


def test_what_somebody_else_made_is_left_alone(store: MemoryStore) -> None:
    store.entries[ANN] = "Theirs", Entry(None)
    passwords = open_passwords(store)
    with pytest.raises(StoreError, match=f"{ANN} already exists and was not made by this collection"):
        passwords.password("ann")
    passwords.settled(outcome("delete_login_profile"))
    assert store.entries == {ANN: ("Theirs", Entry(None))}
    assert not {"examine", "replace", "mark", "delete"} & set(store.calls)


def test_an_entry_that_is_being_deleted_is_waited_for_but_not_forever(store: MemoryStore) -> None:
    store.create = lambda *_entry: False  # type: ignore[method-assign]
    with pytest.raises(StoreError, match=r"another run is changing /p/123456789012/ann; run again"):
        open_passwords(store).password("ann")
    assert waits == list(WAITS)


@pytest.mark.parametrize("operations", [("delete_login_profile",), ("delete_login_profile", "delete_user")])
def test_the_password_goes_with_the_access(store: MemoryStore, operations: tuple[str, ...]) -> None:
    store.entries = {ANN: ("Old-1", Entry(SET)), f"{FOLDER}bob": ("Old-2", Entry(SET))}
    assert open_passwords(store).settled(outcome(*operations)).error is None
    assert list(store.entries) == [f"{FOLDER}bob"]


def test_a_stopped_deletion_is_made_up_for_with_the_user(store: MemoryStore) -> None:
    store.entries[ANN] = "Old-1", Entry(SET)
    account = account_with("ann", console_access=False)
    (plan,) = plan_users([DesiredUser("ann", present=False)], account, Options())
    open_passwords(store).settled(Outcome(plan, plan.changes))
    assert store.entries == {}


def test_users_without_an_entry_can_go_too(store: MemoryStore) -> None:
    done = outcome("delete_login_profile")
    assert open_passwords(store).settled(done) is done
    assert store.calls == ["find"]


@pytest.mark.parametrize(
    ("operation", "call", "words"),
    [
        ("create_login_profile", "mark", "note as set the first password of ann"),
        ("delete_login_profile", "delete", "remove the first password of ann"),
    ],
)
def test_what_goes_wrong_afterwards_is_told_and_undoes_nothing(
    store: MemoryStore, operation: str, call: str, words: str
) -> None:
    passwords = open_passwords(store)
    if call == "mark":
        passwords.password("ann")
    else:
        store.entries[ANN] = "Old-1", Entry(SET)
    store.refused = {call}
    done = outcome(operation)
    settled = passwords.settled(done)
    assert settled.done == done.done
    assert settled.error is not None
    assert words in settled.error
    assert ANN in settled.error
    both = passwords.settled(replace(done, error="Could not do more"))
    assert both.error == f"Could not do more; {settled.error}"


def plans_for(*desired: DesiredUser) -> list[UserPlan]:
    return plan_users(desired, account_with("bob", console_access=True), Options())


NEW = DesiredUser("ann", console_access=True)
LEAVER = DesiredUser("bob", present=False)


def test_a_caller_without_rights_is_told_before_anything_is_changed(store: MemoryStore) -> None:
    store.refused = {"create"}
    with pytest.raises(StoreError, match=r"store the first password of ann .*may not call s:create"):
        open_passwords(store, NEW).check(plans_for(NEW), write=True)


def test_a_check_writes_nothing_without_being_allowed_to(store: MemoryStore) -> None:
    open_passwords(store, NEW).check(plans_for(NEW), write=False)
    assert store.calls == ["find"]
    store.refused = {"find"}
    for plans, write in ((plans_for(NEW), False), (plans_for(LEAVER), True)):
        with pytest.raises(StoreError, match="may not call s:find"):
            open_passwords(store, NEW).check(plans, write=write)


def test_a_run_that_does_not_need_the_store_does_not_ask_it(store: MemoryStore) -> None:
    open_passwords(store).check(plans_for(DesiredUser("bob", console_access=True)), write=True)
    assert store.calls == []


def test_one_users_taken_name_does_not_stop_the_run(store: MemoryStore) -> None:
    store.entries[ANN] = "Theirs", Entry(None)
    open_passwords(store, NEW).check(plans_for(NEW), write=True)


def test_a_user_whose_password_can_not_be_stored_gets_no_login_profile_and_others_do(
    store: MemoryStore, iam: Stubbed
) -> None:
    store.entries[ANN] = "Theirs", Entry(None)
    passwords = open_passwords(store)
    account = account_with("ann", console_access=False).with_users(account_with("bob", console_access=False).users)
    desired = [DesiredUser("ann", console_access=True), DesiredUser("bob", console_access=True)]
    plans = plan_users(desired, account, Options(allow_password_change=False))
    # The one call to IAM is bob's.
    iam.stubber.add_response(
        "create_login_profile", {"LoginProfile": {"UserName": "bob", "CreateDate": "2026-11-24"}}, None
    )
    with ThreadPoolExecutor(1) as pool:
        ann, bob = apply_plans(plans, passwords, iam.client, pool)
    assert ann.error is not None
    assert "was not made by this collection" in ann.error
    assert [change.operation for change in ann.not_done] == ["create_login_profile"]
    assert bob.error is None
    assert store.entries[f"{FOLDER}bob"][1] == Entry(SET)
    assert passwords.set_by([ann, bob]) == ["bob"]


def test_where_passwords_are_is_told_in_words(store: MemoryStore) -> None:
    assert open_passwords(store).describe("eu-central-1", ["ann"]) == {
        "store": "secretsmanager",
        "path": FOLDER,
        "region": "eu-central-1",
        "location": "Secrets Manager under /p/123456789012/ (eu-central-1)",
        "users": ["ann"],
    }

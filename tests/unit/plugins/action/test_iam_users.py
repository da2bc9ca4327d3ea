# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The controller's part of iam_users: what becomes of the store after the account was changed."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping

import pytest
from ansible_collections.cloudhsm.iam.plugins.action import iam_users as action
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import StoreError

PASSWORDS = {"made": "1", "there": "2", "failed": "3"}
RESULT: dict[str, t.Any] = {
    "changed": True,
    "account": {"account_id": "123456789012"},
    "changes": [
        {"user": "made", "operation": "create_login_profile"},
        {"user": "given", "operation": "create_login_profile"},
        {"user": "gone", "operation": "delete_user"},
    ],
    "failed_users": [{"name": "failed", "msg": "the connection broke"}],
}


class Store:
    """Notes what it is told, or is full."""

    def __init__(self, full: bool = False) -> None:
        self.full = full
        self.told: tuple[object, ...] = ()

    def settle(self, account_id: str, made: Mapping[str, str], unused: Mapping[str, str], gone: Iterable[str]) -> None:
        if self.full:
            raise StoreError("credentials_path: /p.yml can't be written: No space left on device; make room")
        self.told = account_id, made, unused, gone


def settled(store: Store, result: Mapping[str, t.Any], passwords: Mapping[str, str] | None = None) -> dict[str, t.Any]:
    return action._settled(t.cast(t.Any, store), dict(result), PASSWORDS if passwords is None else passwords)


def test_what_was_set_is_noted_and_what_was_not_is_taken_back() -> None:
    store = Store()
    result = settled(store, RESULT)
    # Of the user who failed nobody knows whether the password was set: both are kept.
    assert store.told == ("123456789012", {"made": "1"}, {"there": "2"}, ["gone"])
    assert result == {**RESULT, "passwords_set": ["made"]}


def test_a_run_that_was_refused_says_nothing_about_passwords() -> None:
    store = Store()
    assert settled(store, {"failed": True, "msg": "refused"}) == {"failed": True, "msg": "refused"}
    assert store.told == ()


@pytest.mark.parametrize("said", [None, "1 user not finished"])
def test_a_full_disk_is_told_with_what_was_done(said: str | None) -> None:
    result = settled(Store(full=True), {**RESULT, "msg": said} if said else RESULT)
    assert result["failed"]
    assert result["changes"] == RESULT["changes"]
    assert result["passwords_set"] == ["made"]
    assert result["msg"] == "; ".join(
        filter(
            None,
            [
                said,
                "The account was changed, as changes says, and the passwords that were set are in the store. The "
                "store could not be updated with what became of them: credentials_path: /p.yml can't be written: No "
                "space left on device; make room",
            ],
        )
    )


def test_where_nothing_concerns_the_store_it_is_left_alone() -> None:
    store = Store(full=True)
    result = settled(store, {**RESULT, "changes": [], "failed_users": []}, {})
    assert not result.get("failed")

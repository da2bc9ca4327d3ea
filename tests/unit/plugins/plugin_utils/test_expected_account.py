# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which account a task may work in follows from what the play knows, and from all of it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._expected_account import (
    GUARD_ROLE,
    NOT_CHECKED,
    SESSION_ROLE,
    expected_account,
    written_ids,
)
from hypothesis import given
from hypothesis import strategies as st

A, B = "111111111111", "222222222222"
ARN_A, ARN_B = (f"arn:aws:iam::{account}:role/Admin" for account in (A, B))


def bound(account: str, session: str = "") -> dict[str, t.Any]:
    return {"__account_guard_bound": {"account_id": account, "session": session}}


def session(arn: str) -> dict[str, t.Any]:
    return {"__account_session": {"role_arn": arn, "expires": 1}}


@pytest.mark.parametrize(
    ("known", "ids"),
    [
        ({}, None),
        ({"account_guard_account_ids": [A, B]}, [A, B]),
        ({"account_guard_account_ids": f"{A}, {B}"}, [A, B]),
        ({"account_guard_account_ids": int(A)}, [A]),
        ({"account_guard_account_ids": [A, B], "account_id": B}, [B]),
        ({"account_id": int(A)}, [A]),
        # Anything may be called so in somebody's inventory.
        ({"account_id": "customer 7"}, None),
        (session(ARN_A), [A]),
        ({"__account_session": {}}, None),
        (bound(A), [A]),
        # What was checked before the session began is another account.
        ({**bound(A), **session(ARN_B)}, [B]),
        ({**bound(B, ARN_B), **session(ARN_B), "account_id": B}, [B]),
        ({**bound(A, ARN_A), "__account_session": {}}, None),
        ({"__account_guard_given": {"account_ids": [A]}, "account_guard_account_ids": [A, B]}, [A]),
        ({**bound(A), "__account_guard_required": True}, [A]),
    ],
)
def test_all_that_the_play_knows_counts(known: dict[str, t.Any], ids: list[str] | None) -> None:
    assert expected_account(known, None) == (ids, [])


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"account_guard_account_ids": []}, "account_guard_account_ids: lists no account"),
        ({"account_guard_account_ids": ["12345"]}, "account_guard_account_ids: 12345: an account ID has 12 digits"),
        ({"account_guard_account_ids": [A], "account_id": B}, f"the host's account_id is {B}"),
        ({"account_id": A, **session(ARN_B)}, f"the role of the session is {ARN_B}"),
        ({**bound(A), "account_id": B}, f"account_guard has checked {A}"),
        (
            {"account_id": 83, "account_role_arn": ARN_A},
            "account_id: 83: an account ID has 12 digits; put it in quotes",
        ),
        ({"__account_guard_required": True}, NOT_CHECKED),
        ({"__account_guard_required": True, **bound(A), **session(ARN_A)}, NOT_CHECKED),
        ({"__account_guard_required": True, **bound(A, ARN_A), "__account_session": {}}, NOT_CHECKED),
    ],
)
def test_what_does_not_agree_or_was_not_checked_is_refused(known: dict[str, t.Any], words: str) -> None:
    ids, problems = expected_account(known, "somebody.elses.account_guard")
    assert ids is None
    assert words in "; ".join(problems)


def test_the_roles_that_find_out_need_no_check_before() -> None:
    known = {"__account_guard_required": True, "account_guard_account_ids": [], "account_id": A}
    assert expected_account(known, SESSION_ROLE) == (None, [])
    assert expected_account(known, GUARD_ROLE) == ([A], [])
    assert expected_account({**known, "account_id": 83}, GUARD_ROLE).problems


ACCOUNT_IDS = st.from_regex(r"[0-9]{12}", fullmatch=True)


@given(st.lists(ACCOUNT_IDS, min_size=1), st.sampled_from([",", ", ", " ", "\n", ",\n  "]))
def test_ids_are_read_alike_however_they_are_written(ids: list[str], between: str) -> None:
    assert written_ids(ids) == ids
    assert written_ids(between.join(ids)) == ids
    assert written_ids([between.join(ids)]) == ids


KNOWN = st.fixed_dictionaries(
    {},
    optional={
        "account_guard_account_ids": st.lists(st.sampled_from([A, B]), unique=True),
        "account_id": st.sampled_from([A, B]),
        "__account_session": st.sampled_from([{}, {"role_arn": ARN_A}, {"role_arn": ARN_B}]),
        "__account_guard_bound": st.builds(
            lambda account, arn: {"account_id": account, "session": arn},
            st.sampled_from([A, B]),
            st.sampled_from(["", ARN_A, ARN_B]),
        ),
        "__account_guard_required": st.just(True),
    },
)


@given(KNOWN)
def test_nothing_widens_what_something_else_allows(known: dict[str, t.Any]) -> None:
    ids, problems = expected_account(known, None)
    assert bool(ids) != bool(problems) or (ids is None and not problems)
    for account in ids or []:
        assert account in known.get("account_guard_account_ids", [account])
        assert account == known.get("account_id", account)
        assert account in (known.get("__account_session") or {}).get("role_arn", account)

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which account a task may work in follows from what the play knows, and from all of it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.expected_account import read_account_ids
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._expected_account import NOT_CHECKED, expected_account
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
    assert expected_account(known) == (ids, [])


@pytest.mark.parametrize(
    ("known", "words"),
    [
        ({"account_guard_account_ids": []}, "account_guard_account_ids: lists no account"),
        ({"account_guard_account_ids": None}, "account_guard_account_ids: lists no account"),
        ({"account_guard_account_ids": f"{A},"}, "account_guard_account_ids: line 1: ends with a comma"),
        ({"account_guard_account_ids": [83]}, "account_guard_account_ids: 83: an account ID has 12 digits"),
        ({"__account_guard_given": {"account_ids": []}}, "__account_guard_given.account_ids: lists no account"),
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
    ids, problems = expected_account(known)
    assert ids is None
    assert words in "; ".join(problems)


def test_the_task_that_finds_out_needs_no_check_before() -> None:
    known = {"__account_guard_required": True, "account_guard_account_ids": [], "account_id": A}
    assert expected_account(known, finds_out=True) == ([A], [])
    assert expected_account({**known, "account_id": 83}, finds_out=True).problems


ACCOUNT_IDS = st.from_regex(r"[0-9]{12}", fullmatch=True)


@given(st.lists(ACCOUNT_IDS, min_size=1), st.sampled_from([",", ", ", " ", "\n", ",\n  "]))
def test_ids_are_read_alike_however_they_are_written(ids: list[str], between: str) -> None:
    # A comma may not end a text.
    text = between.join(ids)
    for written in (ids, text, [text], [ids], tuple(ids)):
        assert read_account_ids(written) == (ids, [])


@pytest.mark.parametrize("written", [83, True, 1e11, [83], "83", "x", {"a": 1}, "12345678901234", "١٢٣٤٥٦٧٨٩٠١٢"])
def test_what_is_no_account_id_is_to_be_put_in_quotes(written: t.Any) -> None:
    _ids, problems = read_account_ids(written)
    assert len(problems) == 1
    assert "an account ID has 12 digits; put it in quotes, or YAML changes one that begins with 0" in problems[0]


@pytest.mark.parametrize(("written", "problem"), [("1, 2,", "ends with a comma"), (",1", "comma with nothing before")])
def test_what_separates_account_ids_is_checked_too(written: str, problem: str) -> None:
    assert problem in read_account_ids(written)[1][0]


@pytest.mark.parametrize("nothing", [None, "", [], " "])
def test_nothing_is_no_account_id(nothing: t.Any) -> None:
    assert read_account_ids(nothing) == ([], [])


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
    ids, problems = expected_account(known)
    assert bool(ids) != bool(problems) or (ids is None and not problems)
    for account in ids or []:
        assert account in known.get("account_guard_account_ids", [account])
        assert account == known.get("account_id", account)
        assert account in (known.get("__account_session") or {}).get("role_arn", account)

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who has access, as a table in a terminal: levels, widths, and what is left out; and the action that reads it."""

from __future__ import annotations

import json
import typing as t

import boto3.session
import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.catalogue import ACTIONS, LEVELS
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import Wish, build_policy
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report.terminal import HEADS, cells, level, lines
from helpers.modules.in_process import actions, run_action
from helpers.moto.in_process import account
from hypothesis import given
from hypothesis import strategies as st

User = dict[str, t.Any]
NAMES = [action.name.partition(":")[2] for action in ACTIONS]
NOTHING = dict.fromkeys(NAMES, "no")
ANSWERS = st.sampled_from(["no", "yes", "some", "conditional", "mfa", "some_mfa", "conditional_mfa"])


def user(name: str = "eve", **more: t.Any) -> User:
    have = {"password": None, "mfa": None, "access_keys": None, "password_last_used": None}
    have |= {key: more.pop(key) for key in list(more) if key in have}
    return {
        "name": name,
        "groups": [],
        "administrator": "no",
        "cloudhsm": NOTHING,
        "access_paths": [],
        "credentials": have,
        **more,
    }


def report(*users: User, **more: t.Any) -> dict[str, t.Any]:
    told = {"account": {"account_id": "123456789012", "account_alias": "corp"}, "generated_at": "now", "not_read": []}
    told["service_control_policies"] = {"note": "SCPs unknown"}
    told["identity_center"] = {"state": "left_out", "users": []}
    told["temporary"] = []
    return {**told, "users": list(users), **more}


def allowed(*names: str, answer: str = "yes") -> User:
    return user(cloudhsm={**NOTHING, **dict.fromkeys(names, answer)})


@pytest.mark.parametrize(
    ("who", "told"),
    [
        (user(), "none"),
        (user(administrator="yes"), "administrator"),
        (user(administrator="mfa"), "administrator (with MFA)"),
        (user(administrator="conditional"), "administrator (partly)"),
        (allowed(*NAMES), "admin"),
        (allowed(*NAMES, answer="mfa"), "admin (with MFA)"),
        (allowed(*NAMES, answer="some_mfa"), "admin (partly, with MFA)"),
        (allowed("DescribeClusters", "DescribeBackups", "ListTags"), "read_only"),
        (allowed("DeleteCluster"), f"1 of {len(ACTIONS)} actions"),
        (allowed("DeleteCluster", "DeleteBackup", answer="conditional"), f"2 of {len(ACTIONS)} actions (partly)"),
    ],
)
def test_what_a_user_can_do_is_told_by_a_level(who: User, told: str) -> None:
    assert level(who) == told


def test_a_user_is_a_line() -> None:
    key = {"active": True, "last_used": 3}
    told = cells(user(password=True, mfa=False, access_keys=[key, {**key, "active": False}], password_last_used=40))
    assert told == ("eve", "-", "none", "-", "yes", "no", "1", "3 days ago")
    assert cells(user())[4:] == ("?", "?", "?", "-")
    assert cells(user(password_last_used=0))[-1] == "today"
    assert cells(user(password_last_used=1))[-1] == "1 day ago"


def test_users_without_access_are_counted_and_shown_only_when_asked_for() -> None:
    whole = report(user("eve"), user("ann", administrator="yes"), not_read=["passwords: not allowed"])
    assert lines(whole, 200, everyone=False) == [
        "Account 123456789012 (corp) at now",
        "user  groups  CloudHSM       by  console  MFA  keys  last active",
        "ann   -       administrator  -   ?        ?    ?     -",
        "2 users: 1 with access to CloudHSM, 1 of them administrators",
        "SCPs unknown",
        "Not read: passwords: not allowed",
    ]
    assert [line.split()[0] for line in lines(whole, 200, everyone=True)[2:4]] == ["eve", "ann"]
    assert lines(report(user()), 200, everyone=False) == [
        "Account 123456789012 (corp) at now",
        "1 user: 0 with access to CloudHSM, 0 of them administrators",
        "SCPs unknown",
    ]


def test_a_long_list_is_cut_and_its_total_told() -> None:
    told = lines(report(*(user(f"u{number}", administrator="yes") for number in range(300))), 5, everyone=False)
    assert (len(told), told[-3]) == (10, "… and 295 more")
    assert told[-2].startswith("300 users: 300 with access")


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        (["Auditors", "Readers"], "Auditors, Readers"),
        (["A" * 20, "B" * 30, "C"], f"{'A' * 20} +2"),
        (["A" * 50], f"{'A' * 25}…"),
        (["A" * 50, "B"], f"{'A' * 22}… +1"),
    ],
)
def test_groups_that_have_no_room_are_counted(groups: list[str], told: str) -> None:
    assert cells(user(groups=groups))[1] == told


def path(kind: str, *through: str, actions: int = 1, more: int = 0) -> dict[str, t.Any]:
    told = {"answer": "no" if kind == "none" else "yes", "limited_by": ["scp"] if kind == "none" else []}
    return {"actions": NAMES[:actions], "kind": kind, "through": list(through), "more": more, **told}


@pytest.mark.parametrize(
    ("found", "told"),
    [
        ([], "-"),
        ([path("user")], "own policies"),
        ([path("group", "Team"), path("role", "a", "b", actions=9)], "role a, then role b +1"),
        ([path("role", "a", more=3)], "role a +3"),
        ([path("none")], "-"),
        ([path("role", "a" * 64)], f"role {'a' * 26}…"),
    ],
)
def test_the_path_of_most_actions_is_told(found: list[t.Any], told: str) -> None:
    assert cells(user(access_paths=found))[3] == told


@given(
    st.lists(st.text("abcXYZ09+=,.@_-", min_size=1, max_size=128), max_size=10),
    st.text("abc", min_size=1, max_size=64),
    st.dictionaries(st.sampled_from(NAMES), ANSWERS),
    ANSWERS,
)
def test_no_line_is_wider_than_a_terminal(
    groups: list[str], name: str, answers: dict[str, str], administrator: str
) -> None:
    paths = [path("group", group, more=1234) for group in groups]
    who = user(name, access_paths=paths, groups=groups, cloudhsm={**NOTHING, **answers}, administrator=administrator)
    told = lines(report(who, user(administrator="yes")), 200, everyone=True)
    assert max(map(len, told)) <= 160
    starts = [told[1].index(head) for head in HEADS]
    assert all(line[start - 1] == " " for line in told[2:4] for start in starts[1:])


def test_who_has_something_until_when_is_told_and_cut() -> None:
    right = {
        "kind": "membership",
        "holder_kind": "user",
        "holder": "alice",
        "gives": "Keepers",
        "until": "2026-12-01T18:00:00Z",
        "tagged_until": None,
        "state": "running",
        "reasons": ["INC-1"],
    }
    endless = {**right, "until": None, "state": "endless", "reasons": []}
    long, ended = {**right, "reasons": ["x" * 256]}, {**right, "state": "ended"}
    told = [
        line for line in lines(report(temporary=[ended, endless, right, long]), 3, everyone=False) if "Temp" in line
    ]
    assert told[:2] == [
        "Temporary: alice has group Keepers tagged until unknown, does not end",
        "Temporary: alice has group Keepers until 2026-12-01T18:00:00Z (INC-1)",
    ]
    assert len(told[2]) == 160
    assert lines(report(temporary=[right, right]), 1, everyone=False)[-2:-1] == ["… and 1 more temporary rights"]


@pytest.mark.parametrize("access", LEVELS)
def test_the_levels_of_this_collection_are_recognised_in_an_account(access: str) -> None:
    document, problems = build_policy(Wish(access))
    assert not problems
    with account() as aws, actions():
        iam: t.Any = boto3.session.Session().client("iam")
        iam.create_user(UserName="eve")
        iam.create_user(UserName="idle")
        iam.put_user_policy(UserName="eve", PolicyName="own", PolicyDocument=json.dumps(document))
        aws.calls.clear()
        told = run_action("iam_access_table_info", {}, {}, check_mode=True)
        # Only the report on which ages are based is asked for anew.
        assert set(aws.writes) <= {"GenerateCredentialReport"}
        assert told["lines"][2].split()[:3] == ["eve", "-", access]
        assert "2 users: 1 with access to CloudHSM, 0 of them administrators" in told["lines"]
        assert not told["changed"]


def test_no_table_of_less_than_one_line() -> None:
    with account(), actions():
        assert run_action("iam_access_table_info", {"most": 0}, {})["problems"] == ["most: must be at least 1, not 0"]

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan as people read it: examples, and any plan at all."""

from __future__ import annotations

import json
import re
import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._page import item_lines
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.item_lines import lines, policy_name, shown
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.items import (
    CHANGES,
    GROUP_KIND,
    POLICY,
    USER,
    Item,
    Left,
    Plan,
    plan_of,
    user_action,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.parts import USERS, Part
from hypothesis import given, settings
from hypothesis import strategies as st

AWS = "arn:aws:iam::aws:policy/"
OWN = "arn:aws:iam::123456789012:policy/"
State = dict[str, t.Any]


def user(**state: t.Any) -> State:
    return {"path": "/", "tags": {}, "groups": [], "managed_policies": [], "inline_policies": [], **state}


def policy(*statements: State) -> State:
    return {"path": "/", "tags": {}, "document": {"Statement": list(statements)}}


def line_of(item: Item) -> str:
    return lines(Plan([item]), True)[0]


LOGIN = [{"operation": "create_user"}, {"operation": "create_login_profile"}]
GONE = user(groups=["Old"], access_keys=["AKIA1", "AKIA2"], mfa_devices=["m"], managed_policies=[f"{AWS}Billing"])


@pytest.mark.parametrize(
    ("item", "line"),
    [
        (
            Item(USER, "eve", "created", None, user(groups=["Auditors"]), LOGIN, "/home/me/first.yml"),
            "+ user eve: groups Auditors; console access: on, first password to /home/me/first.yml",
        ),
        (
            Item(USER, "eve", "created", None, user(tags={"cloudhsm.iam/managed": "true", "team": "a b"}), LOGIN),
            '+ user eve: tags +team="a b"; console access: on, with the given password',
        ),
        (
            Item(USER, "al", "changed", user(groups=["Auditors"]), user(groups=["Administrators"])),
            "~ user al: groups +Administrators -Auditors",
        ),
        (Item(USER, "al", "moved", user(), user(path="/hsm/")), "~ user al (moved): path / -> /hsm/"),
        (
            Item(USER, "al", "suspended", user(active_access_keys=["AKIA1"]), user()),
            "~ user al (suspended): access keys inactive: AKIA1",
        ),
        (
            Item(USER, "al", "changed", user(boundary=f"{OWN}x"), user(tags={"cloudhsm.iam/protected": "true"})),
            "~ user al: protected: on; permissions boundary /x removed",
        ),
        (Item(USER, "al", "changed", user(), user(), [{"operation": "put_user_policy"}]), "~ user al: put user policy"),
        (
            Item(USER, "bob", "deleted", GONE, None, [{"operation": "delete_login_profile"}]),
            "- user bob (2 access keys, 1 MFA device): groups Old; policies Billing; password for the console; "
            "access keys AKIA1, AKIA2; MFA devices m",
        ),
        (
            Item(GROUP_KIND, "G", "changed", user(), user(managed_policies=[f"{AWS}ReadOnlyAccess", f"{OWN}Own"])),
            "~ group G: policies +/Own +ReadOnlyAccess",
        ),
        (Item(USER, "zoe", "created", None, user(), [{"operation": "create_user"}]), "+ user zoe"),
        (Item(GROUP_KIND, "G", "deleted", {**user(), "members": ["al"]}), "- group G: members al"),
        (Item(POLICY, "P", "created", None, policy({"Sid": "A"})), "+ policy P: 1 statement"),
    ],
)
def test_an_object_is_a_line(item: Item, line: str) -> None:
    assert line_of(item) == line


def test_a_changed_policy_shows_the_lines_that_change() -> None:
    before = policy({"Sid": "A", "Action": ["a:B", "a:C"]}, {"Sid": "Z", "Action": "z:Z"})
    after = policy({"Sid": "A", "Action": ["a:B", "a:D"]}, {"Sid": "Z", "Action": "z:Z"})
    told = lines(Plan([Item(POLICY, "P", "changed", before, after)]), True)
    assert told[0] == "~ policy P: 1 statement changed"
    assert [line.split() for line in told if line.startswith(("    +", "    -"))] == [["-", '"a:C"'], ["+", '"a:D"']]
    assert not any("z:Z" in line for line in told)


def test_a_single_statement_is_one_of_a_list() -> None:
    statement = {"Sid": "A"}
    before, after = {**policy(), "document": {"Statement": statement}}, policy(statement)
    assert line_of(Item(POLICY, "P", "changed", before, after)) == "~ policy P"


def test_users_that_are_alike_are_grouped() -> None:
    made = [Item(USER, f"user{number:03}", "created", None, user(groups=["HSM"])) for number in range(300)]
    told = lines(Plan([*made, Item(USER, "zoe", "created", None, user())]), True)
    assert told[0] == "+ 300 users: groups HSM"
    assert [name for line in told[1:-2] for name in line.removeprefix("  + ").split(", ")] == [
        item.name for item in made
    ]
    assert told[-2:] == ["+ user zoe", "Plan: 301 to create, 0 to change, 0 to delete, 0 unchanged"]
    assert len(told) < 50


@pytest.mark.parametrize(
    ("user_result", "before", "after", "action"),
    [
        ({"action": "created"}, None, user(), "created"),
        ({"action": "updated", "state": "suspended"}, user(), user(), "suspended"),
        ({"action": "updated"}, user(tags={"cloudhsm.iam/suspended": "true"}), user(), "restored"),
        ({"action": "updated"}, user(inline_policies=["CloudHSMIamSuspended"]), user(), "restored"),
        ({"action": "updated"}, user(groups=["New"]), user(groups=["HSM"]), "admitted"),
        ({"action": "updated"}, user(groups=["New"]), user(groups=["New", "HSM"]), "changed"),
        ({"action": "updated"}, user(), user(path="/a/"), "moved"),
    ],
)
def test_changes_of_users_are_told_apart(
    user_result: State, before: State | None, after: State | None, action: str
) -> None:
    assert user_action(user_result, before, after, "New") == action


def test_what_waits_is_counted() -> None:
    users = [
        {"name": "eve", "action": "unchanged", "state": "present"},
        {"name": "zoe", "action": "unchanged", "state": "suspended"},
    ]
    result = {"users": users, "changes": [], "pending": [{"name": "eve"}], "diff": {"before": {}, "after": {}}}
    told = lines(plan_of([Part("users", "the users", USERS, {})], {"users": result}, kept=1), False)
    assert told == ["Done: 0 created, 0 changed, 0 deleted, 2 unchanged, 1 pending, 1 suspended and left alone, 1 kept"]


def test_policies_of_aws_and_of_the_account_are_told_apart() -> None:
    assert policy_name(f"{AWS}job-function/Billing") == "job-function/Billing"
    assert policy_name(f"{OWN}a/Billing") == "/a/Billing"
    assert policy_name("Billing\n+ user x") == '"Billing\\n+ user x"'


TEXTS = st.text(max_size=12) | st.sampled_from(
    [
        "a\n+ user mallory",
        "x; groups +Administrators",
        "a, b",
        "\u202eevil",
        "\u2028",
        "\x1b[2K",
        "é",
        "a\\",
        '"',
        "a b",
    ]
)


@given(TEXTS)
def test_a_word_stays_a_word(text: str) -> None:
    word = shown(text)
    assert word.isprintable()
    assert (json.loads(word) if word.startswith('"') else word) == text
    assert word == text if re.fullmatch(r"[A-Za-z0-9+=.@_-]+", text) else word.startswith('"') or "/" in text + ":*/"


STATES = st.fixed_dictionaries(
    {"path": st.sampled_from(["/", "/a/"]), "tags": st.dictionaries(TEXTS, TEXTS, max_size=2)},
    optional={
        **{name: st.lists(TEXTS, max_size=3) for name in ("groups", "managed_policies", "access_keys", "members")},
        "boundary": st.none() | TEXTS,
        "description": TEXTS,
        "document": st.fixed_dictionaries({"Statement": st.lists(st.fixed_dictionaries({"Sid": TEXTS}), max_size=3)}),
    },
)
ITEMS = st.builds(
    Item,
    st.sampled_from([USER, GROUP_KIND, POLICY, "service-linked role"]),
    TEXTS,
    st.sampled_from([*CHANGES, "created", "deleted", "unchanged"]),
    st.none() | STATES,
    st.none() | STATES,
)


@settings(max_examples=150, deadline=None)
@given(items=st.lists(ITEMS, max_size=70, unique_by=lambda item: (item.kind, item.name)), left=st.builds(Left))
def test_any_plan_is_lines_with_all_names_and_true_totals(items: list[Item], left: Left) -> None:
    plan = Plan(items, left)
    told = lines(plan, True)
    assert all(line.isprintable() for line in told)
    objects = [line for line in told[:-1] if not line.startswith("    ")]
    assert len(objects) <= len(plan.changing)
    assert all(line.startswith(("+ ", "~ ", "- ", "  + ", "  ~ ", "  - ")) for line in objects)
    for item in plan.changing:
        assert any(shown(item.name) in line for line in objects if line.lstrip().startswith(item.sign))
    numbers = [int(number) for number in re.findall(r"(\d+) (?:to|unch)", told[-1])]
    assert numbers == [
        sum(item.action == "created" for item in items),
        sum(item.action in CHANGES for item in items),
        sum(item.action == "deleted" for item in items),
        sum(item.action == "unchanged" for item in items),
    ]
    if len(plan.changing) > item_lines.SHORT:
        assert objects == told[:-1]

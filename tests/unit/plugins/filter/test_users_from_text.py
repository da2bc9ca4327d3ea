# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users out of YAML and CSV, and each mistake with its line and field."""

from __future__ import annotations

import csv
import io
import typing as t

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.cloudhsm.iam.plugins.filter.users_from_text import FilterModule
from hypothesis import given
from hypothesis import strategies as st

users_from_text = FilterModule().filters()["users_from_text"]

USERS: list[dict[str, t.Any]] = [
    {"name": "alice", "groups": ["CloudHSMAdministrators", "Readers"], "console_access": True},
    {"name": "bob", "path": "/hsm/", "tags": {"team": "audit", "stage": "a b"}},
    {"name": "mallory", "state": "absent"},
]


@pytest.mark.parametrize(
    "text",
    [
        yaml.safe_dump(USERS),
        f"---\n# Those of the second floor\n{yaml.safe_dump(USERS)}",
        str(USERS),
        """\ufeffname,groups,console_access,path,tags,state\r
alice,CloudHSMAdministrators;Readers,yes,,,\r
bob,,,/hsm/,team=audit; stage=a b,\r
\r
mallory,,,,,absent\r
""",
        """
Name, Groups ,Console_Access,path,tags,state
alice,"CloudHSMAdministrators
Readers",TRUE,"",,
bob,,,/hsm/,team=audit;stage=a b,
mallory,,,,,absent""",
    ],
)
def test_both_forms_give_the_same_users(text: str) -> None:
    assert users_from_text(text) == USERS


@pytest.mark.parametrize("text", ["", "\n\n", "[]", "---\n", "name,groups\n", "# nobody yet\n"])
def test_no_users_are_an_empty_list(text: str) -> None:
    assert users_from_text(text) == []


CSV = "name,groups,console_access\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("alice,bob\n", ["line 1: has no column name"]),
        (f"{CSV}alice,Readers\n", ["line 2 (alice): has 2 cells, and there are 3 columns"]),
        (f"{CSV}\n,Readers,yes\n", ["line 3: name: is missing"]),
        (f"{CSV}alice,,perhaps\nal ice,,\n", ["line 2 (alice): console_access: must be", "line 3 (al ice): name: "]),
        (f"{CSV}bob,,\nBob,,\n", ["line 3 (Bob): name: is in line 2 too"]),
        ("name,group\nbob,Readers\n", ["line 2 (bob): group: is not an option of a user; did you mean groups?"]),
        ("name,password\nbob,Secret-1\n", ["line 2 (bob): password: can't be given as text"]),
        ("name,name\nbob,bob\n", ["line 2 (bob): name: is there twice"]),
        ('name,groups\n"bob,Readers\n', ["line 2: is not CSV: unexpected end of data"]),
        ("name: alice\n", ["line 1: is not a list of users"]),
        ("- alice\n- {name: bob}\n- [bob]\n", ["line 1: is not a user", "line 3: is not a user"]),
        ("- name: alice\n  groups: Readers\n", ["line 2 (alice): groups: must be a list, not a string"]),
        ("- name: alice\n  tags:\n    aws:x: y\n", ["line 2 (alice): tags.aws:x: keys that begin with aws:"]),
        ("- groups: []\n- name: x\n  name: y\n", ["line 1: name: is missing", "line 3 (x): name: is there twice"]),
        ("- name: a\n  password: Secret-1\n", ["line 2 (a): password: can't be given as text"]),
        ("- name: alice\n groups: []\n", ["line 2: is not YAML: "]),
        ("- &a {name: alice}\n- *a\n", ["line 2: is not YAML: aliases (*name) are not taken"]),
        ("- name: !vault x\n", ["line 1: is not YAML: could not determine a constructor"]),
        ("- name: a\x00\n", ["line 1: has the character U+0000"]),
        ("name\n\x1b[31mbob\n", ["line 2: has the character U+001B"]),
        ("- name: a\n  path: 2026-99-99\n", ["line 2 (a): path: is no value: month must be in 1..12"]),
        ("- " * 5000, ["line 1: is not a list of users: it goes too deep"]),
    ],
)
def test_each_mistake_is_told_with_line_and_field(text: str, said: list[str]) -> None:
    with pytest.raises(AnsibleFilterError) as refused:
        users_from_text(text)
    message = str(refused.value)
    assert message.startswith("The users can't be read. ")
    assert message.count("line ") >= len(said)
    for part in said:
        assert part in message
    assert "Secret-1" not in message


def test_what_is_no_text_is_refused() -> None:
    with pytest.raises(AnsibleFilterError, match="The users are not text"):
        users_from_text(USERS)


names = st.from_regex(r"[A-Za-z0-9_]{1,20}", fullmatch=True).map(lambda name: f"u{name}")
groups = st.lists(names, min_size=1, max_size=3, unique_by=str.lower)
users = st.lists(
    st.fixed_dictionaries({"name": names}, optional={"groups": groups}),
    unique_by=lambda user: str(user["name"]).lower(),
    max_size=5,
)


@given(users)
def test_what_was_written_is_read(wanted: list[dict[str, t.Any]]) -> None:
    assert users_from_text(yaml.safe_dump(wanted)) == wanted
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(["name", "groups"])
    writer.writerows([user["name"], " ".join(user.get("groups", []))] for user in wanted)
    assert users_from_text(written.getvalue()) == wanted


@given(st.text())
def test_any_other_text_is_refused_in_words(text: str) -> None:
    try:
        said = "" if isinstance(users_from_text(text), list) else "no list"
    except AnsibleFilterError as exc:
        said = str(exc)
    assert not said or said.startswith("The users can't be read. line ")

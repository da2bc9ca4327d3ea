# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Users out of YAML and CSV, and each mistake with its line and field."""

from __future__ import annotations

import csv
import io
import time
import typing as t
from contextlib import suppress

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from ansible_collections.cloudhsm.iam.plugins.filter.users_from_text import FilterModule
from helpers.documents.case_files import case_bytes
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
        ("name,groups\n1E+10,Ops\n", ["line 2 (1E+10): name: '1E+10' is how spreadsheets shorten numbers"]),
        ("name;groups\nbob;1,2E+05\n", ["line 2 (bob): groups: '1,2E+05' is how spreadsheets shorten numbers"]),
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
        ("- name: !vault x\n", ["line 1: is not YAML: tags such as !vault are not taken"]),
        ("- !vault {name: x}\n", ["line 1: is not YAML: tags such as !vault are not taken"]),
        ("- name: !!int 0123\n", ["line 1: is not YAML: tags such as tag:yaml.org,2002:int are not taken"]),
        ("- <<: {name: x}\n", ["line 1: <<: is not an option of a user"]),
        ("- {[a]: b}\n", ["line 1: is not a list of users: what is before a colon has to be text"]),
        ("- name: a\n---\n- name: b\n", ["line 3: begins another document"]),
        ("- name: a\n  tags: {x: y, x: z}\n", ["line 2 (a): tags.x: is there twice"]),
        ("- name: a\n  tags: {x: }\n", ["line 2 (a): tags.x: the value must be text, not nothing"]),
        ("- name: a\n  groups: [b, [c]]\n", ["line 2 (a): groups[1]: must be text, not a list"]),
        ("name,tags\na,team\n", ["line 2 (a): tags: 'team' has no value; write team= for an empty one"]),
        ("name,tags\na,x=1;x=2\n", ["line 2 (a): tags.x: is there twice"]),
        ("name,tags\na,x=1;X=2\n", ["line 2 (a): tags.X: differs only by case from 'x'"]),
        ('name,tags\na,"x=1,y=2"\n', ["line 2 (a): tags.x: the value has characters that IAM does not allow"]),
        ('name,groups\na,"Readers,"\n', ["line 2 (a): groups: has nothing between two separators"]),
        ('name,groups\na,"Readers,Readers"\n', ["line 2 (a): groups: names 'Readers' more than once"]),
        ("name,groups,\na,Readers,x\n", ["line 2 (a): has a value in column 3, which has no name"]),
        ("name,groups\na,Admins, Readers\n", ["line 2 (a): has 3 cells, and there are 2 columns"]),
        ("name,user\na,b\n", ["line 2 (a): user: is not an option of a user"]),
        ("\udcff\udcfen\x00a\x00m\x00e\x00", ["line 1: is UTF-16"]),
        ("name,tags\nalice,city=Z\udcfcrich\n", ["line 2: is not UTF-8; save it as UTF-8"]),
        ('name,tags\n"ali\nce",a=b\n', ["line 2 (ali ce): name: "]),
        ("n\x00a\x00m\x00e\x00\n\x00", ["line 1: is UTF-16"]),
        ("- name: a\x00\n", ["line 1: has the character U+0000"]),
        ("name\n\x1b[31mbob\n", ["line 2: has the character U+001B"]),
        ("- name: a\n  path: 2026-99-99\n", ["line 2 (a): path: '2026-99-99' must begin and end with"]),
        ("- " * 5000, ["line 1: is not a"]),
        ("- name: " + "[" * 5000, ["line 1: is not a list of users: it goes too deep"]),
        ("- name: " + "{a: " * 5000, ["line 1: is not a list of users: it goes too deep"]),
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


@pytest.mark.parametrize(
    "file", ["semicolon.csv", "sep.csv", "tab.tsv", "username.csv", "groups-by-comma.csv", "utf16.csv"]
)
def test_what_spreadsheets_export_is_read_or_refused(file: str) -> None:
    text = case_bytes("users-csv-dialects", file)
    if file == "utf16.csv":
        for read in (text.decode("utf-8", "surrogateescape"), text.decode("utf-8", "replace")):
            with pytest.raises(AnsibleFilterError, match="line 1: is UTF-16, which spreadsheets call Unicode text"):
                users_from_text(read)
        return
    groups = ["Admins", "Readers"] if file == "groups-by-comma.csv" else ["Readers"]
    assert users_from_text(text.decode()) == [{"name": "alice", "groups": groups}]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("first", ["", "\ufeff", "sep={}\n", '\ufeff"sep={}"\r\n', "\n\n"])
@pytest.mark.parametrize("name", ["name", "Name", "USERNAME", "User name", "user_name", "user"])
def test_dialects_of_csv_give_the_same_users(delimiter: str, end: str, first: str, name: str) -> None:
    lines = [(name, "groups", "Console access"), ("alice", '"Admins, Readers"', "TRUE"), ("0042", "", "")]
    text = first.format(delimiter) + "".join(delimiter.join(cells) + end for cells in lines)
    wanted = [{"name": "alice", "groups": ["Admins", "Readers"], "console_access": True}, {"name": "0042"}]
    assert users_from_text(text) == wanted


SHEET = [
    ["Name", "Groups", "Tags", "Console access"],
    ["alice", "ops,dev", "team=a b;note=\u2028x", "TRUE"],
    ['="0123"', "ops", "note=x", ""],
    ["=1,2", "", "", "false"],
]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("begin", ["", "\ufeff", "\ufeff\ufeff", "sep={}\n", "sep={}\r\n\ufeff"])
@pytest.mark.parametrize("style", [(0, 0, ""), (1, 2, ""), (0, 2, "\u00a0"), (1, 0, " ")])
def test_a_spreadsheet_exports_it_all_ways(
    delimiter: str, end: str, begin: str, style: tuple[t.Literal[0, 1], int, str]
) -> None:
    quoting, trailing, around = style
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, quoting=quoting, lineterminator=end)
    for row in SHEET:
        writer.writerow([cell and cell + around for cell in row] + [""] * trailing)
    writer.writerows([[""] * (4 + trailing)] * trailing)
    assert users_from_text(begin.format(delimiter) + written.getvalue()) == [
        {
            "name": "alice",
            "groups": ["ops", "dev"],
            "tags": {"team": "a b", "note": "x"},
            "console_access": True,
        },
        {"name": "0123", "groups": ["ops"], "tags": {"note": "x"}},
        {"name": "=1,2", "console_access": False},
    ]


def test_only_a_line_break_ends_a_line() -> None:
    assert users_from_text("name,tags\nalice,note=a\u2028b\n") == [{"name": "alice", "tags": {"note": "a\u2028b"}}]


@pytest.mark.parametrize("groups", ["A,B", "A, B", "A;B", "A; B", "A B", "A ; B", "A\nB"])
def test_groups_in_one_cell(groups: str) -> None:
    assert users_from_text(f'name,groups\nalice,"{groups}"\n') == [{"name": "alice", "groups": ["A", "B"]}]


def test_names_and_tags_are_read_as_they_are_written() -> None:
    text = case_bytes("users-yaml-numbers", "users.yml").decode()
    # IAM has no colon in names.
    with pytest.raises(
        AnsibleFilterError, match=r"read\. line 5 \(12:30\): name: '12:30' has characters[^;]*; use [^;]*$"
    ):
        users_from_text(text)
    users = users_from_text(text.replace("12:30", "1_000"))
    assert [user["name"] for user in users] == ["0012345", "007", "1.10", "1_000"]
    assert users[0]["tags"] == {"cost-center": "0042"}


WRITTEN = [
    "0123",
    "1_000",
    "0x1F",
    "1.10",
    "2026-01-02",
    "yes",
    "True",
    "null1",
    "1e3",
    "0o17",
    ".5",
    "=",
]


@pytest.mark.parametrize("value", WRITTEN)
@pytest.mark.parametrize("form", ["- name: {0}\n  tags: {{t: {0}}}", '[{{"name": "{0}", "tags": {{"t": {0}}}}}]'])
def test_no_spelling_is_changed_by_yaml(form: str, value: str) -> None:
    assert users_from_text(form.format(value)) == [{"name": value, "tags": {"t": value}}]


@pytest.mark.parametrize("value", ["true", "True", "yes", "on", "1", "TRUE"])
def test_switches_are_booleans(value: str) -> None:
    assert users_from_text(f"- name: a\n  console_access: {value}\n  protected: {value}\n") == [
        {"name": "a", "console_access": True, "protected": True}
    ]


LAUGHS = "- &a [lol, lol, lol]\n" + "".join(
    f"- &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(20)
)
LONG = {
    "laughs": LAUGHS,
    "too long": "- name: alice\n" * 100_000,
    "deep": "- name: " + "[" * 999_000,
    "deep maps": "{" * 999_000,
    "deep lists": "- " * 499_000,
    "keys": "- name: a\n" + "".join(f"  k{number}: x\n" for number in range(70_000)),
    "wrong users": "- nam: alice\n" * 70_000,
    "same user": "- name: alice\n" * 70_000,
    "one word": "- name: " + "a" * 900_000,
    "columns": "name" + ",groups" * 100_000 + "\nalice\n",
    "rows": "name,group\n" + "alice,Readers\n" * 70_000,
    "blanks": f"name,groups\nalice,{' ' * 900_000}x\n",
    "quotes": 'name,groups\nalice,"' + '""' * 450_000,
    "semicolons": "name,tags\nalice," + ";" * 900_000,
    "tags": "name,tags\nalice," + "a=b;" * 30_000,
    "question marks": "? " * 450_000,
    "anchors": "- name: " + "&a " * 300_000,
    "comments": "#\n" * 450_000 + "x",
    "strings": "- name: '" + "''" * 450_000,
}


@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_whatever_a_text_is_it_is_refused_soon_and_in_short(text: str) -> None:
    begun = time.process_time()
    with pytest.raises(AnsibleFilterError) as refused:
        users_from_text(text)
    assert time.process_time() - begun < 2
    assert len(str(refused.value)) < 30_000


def test_many_empty_rows_are_no_users() -> None:
    assert users_from_text("name,groups\n" + ",\n" * 400_000) == []


def test_a_full_account_is_read() -> None:
    users = [{"name": f"user{number}", "groups": ["Readers"], "path": "/hsm/"} for number in range(5000)]
    assert users_from_text(yaml.dump(users, Dumper=yaml.CSafeDumper)) == users
    with pytest.raises(AnsibleFilterError, match="line 10001: is one user more than IAM allows"):
        users_from_text("".join(f"- name: user{number}\n  path: /hsm/\n" for number in range(5001)))


@given(st.text(alphabet="-: {}[]&*!|>'\"#%@`,?~\n\t na=;0", max_size=60))
def test_no_mixture_of_signs_is_anything_but_users_or_a_message(text: str) -> None:
    with suppress(AnsibleFilterError):
        assert isinstance(users_from_text(text), list)

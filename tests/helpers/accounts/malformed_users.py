# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wrong lists of users, each with the start of the message that it has to get."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator

NOT = "that IAM does not allow in tags"
Case = tuple[t.Any, str]

# Characters that IAM has in no name, path or ARN.
BAD_IN_NAMES = " /:*?!#$%&()[]{}<>|\\\"'`~^;äß\t\né"
SCALARS: list[t.Any] = [7, 1.5, True, "text"]
NOT_STRINGS: list[t.Any] = [True, 0o123, 1_000, 20.5, ["x"], {"x": 1}]
# How a value is to be written that YAML has read as something else.
EATEN = "must be text, not a number: put it in quotes, as YAML changes 0123 to 83"
NOT_LISTS: list[t.Any] = ["Readers", 7, True, {"Readers": 1}]
NOT_BOOLEANS: list[t.Any] = ["maybe", 2, ["yes"], {"x": 1}, ""]


def cases() -> list[Case]:
    """All of them."""
    return [
        *_not_a_list(),
        *_names(),
        *_wrong_types(),
        *_wrong_choices(),
        *_paths(),
        *_tags(),
        *_groups(),
        *_policies(),
        *_passwords(),
        *_contradictions(),
    ]


def _user(**fields: t.Any) -> list[dict[str, t.Any]]:
    return [{"name": "alice", **fields}]


def _not_a_list() -> Iterator[Case]:
    for value in (None, "alice", 7, True, {"name": "alice"}):
        yield value, "users: must be a list"
    for item in (None, "alice", 7, True, ["alice"]):
        yield [item], "users[0]: must be a dictionary"
    yield [{"name": "alice"}, "bob"], "users[1]: must be a dictionary"


def _names() -> Iterator[Case]:
    for missing in ({}, {"name": None}, {"name": ""}):
        yield [missing], "users[0]: name: is missing"
    for value in NOT_STRINGS:
        yield [{"name": value}], "users[0]: name: must be text, not "
    for number in (0o123, 1_000, 1230, 1.1):
        for state in ("present", "absent", "suspended"):
            yield [{"name": number, "state": state}], f"users[0]: name: {EATEN}"
    for character in BAD_IN_NAMES:
        name = f"ali{character}ce"
        yield [{"name": name}], f"users[0] ({name}): name: {name!r} has characters that IAM does not allow"
    for length in (65, 128, 1000):
        yield [{"name": "a" * length}], f"users[0] ({'a' * 80 if length > 80 else 'a' * length}): name: has {length} ch"
    yield [{"name": "bob"}, {"name": "bob"}], "users[1] (bob): name: is also users[0] (bob)"
    for other in ("Bob", "BOB", "boB"):
        yield [{"name": "bob"}, {"name": other}], f"users[1] ({other}): name: differs only by case from users[0] (bob)"


def _wrong_types() -> Iterator[Case]:
    for field in ("path", "boundary", "password"):
        for value in NOT_STRINGS:
            yield _user(**{field: value}), f"users[0] (alice): {field}: must be text, not "
    for field in ("groups", "leave_groups", "managed_policies"):
        for value in NOT_LISTS:
            yield _user(**{field: value}), f"users[0] (alice): {field}: must be a list"
        for element in (7, None, ["x"], {"x": 1}):
            yield _user(**{field: [element]}), f"users[0] (alice): {field}[0]: must be text, not "
    for field in ("console_access", "password_reset_required", "protected"):
        for value in NOT_BOOLEANS:
            yield _user(**{field: value}), f"users[0] (alice): {field}: must be true or false"
    for value in (*SCALARS, ["team=a"]):
        yield _user(tags=value), "users[0] (alice): tags: must be a dictionary"


def _wrong_choices() -> Iterator[Case]:
    for state in ("gone", "Present", "deleted", "suspend", "", True, 7, ["present"]):
        yield _user(state=state), "users[0] (alice): state: must be present, absent or suspended"
    for wrong, meant in (("group", "groups"), ("boundry", "boundary"), ("managed_policy", "managed_policies")):
        yield _user(**{wrong: "x"}), f"users[0] (alice): {wrong}: is not an option of a user; did you mean {meant}?"
    for unknown in ("zzz", "mfa", "email"):
        yield _user(**{unknown: "x"}), f"users[0] (alice): {unknown}: is not an option of a user"


def _paths() -> Iterator[Case]:
    for path in ("", "hsm", "/hsm", "hsm/", "/h sm/", "/hsm/\n", "/hsmä/", "\\hsm\\", "/\x7f/", "//\t/"):
        yield _user(path=path), f"users[0] (alice): path: {path!r} must begin and end with a slash"
    for length in (513, 2000):
        yield _user(path="/" + "a" * (length - 2) + "/"), f"users[0] (alice): path: has {length} characters"


def _tags() -> Iterator[Case]:
    for character in "!#$%^&*()[]{}<>|;'\"`~?\\,":
        yield _user(tags={f"te{character}am": "a"}), f"users[0] (alice): tags.te{character}am: the key has characters"
        yield _user(tags={"team": f"a{character}b"}), "users[0] (alice): tags.team: the value has characters"
    yield _user(tags={"": "a"}), "users[0] (alice): tags.: the key has 0 characters"
    yield _user(tags={"k" * 129: "a"}), f"users[0] (alice): tags.{'k' * 80}: the key has 129 characters"
    yield _user(tags={"team": "v" * 257}), "users[0] (alice): tags.team: the value has 257 characters"
    for key in ("aws:team", "AWS:team", "Aws:x"):
        yield _user(tags={key: "a"}), f"users[0] (alice): tags.{key}: keys that begin with aws: are reserved"
    for character, shown in (("\n", "U+000A"), ("\t", "U+0009"), ("\x00", "U+0000"), ("\u200b", "U+200B")):
        yield (
            _user(tags={"team": f"a{character}"}),
            f"users[0] (alice): tags.team: the value has characters {NOT}: {shown}",
        )
        yield _user(tags={f"a{character}": ""}), f"users[0] (alice): tags.a{character}: the key has characters {NOT}"
    for value in (True, None, ["a"], {"a": "b"}):
        yield _user(tags={"team": value}), "users[0] (alice): tags.team: the value must be text, not "
    for number in (0o42, 1.5, 0):
        yield _user(tags={"cost-center": number}), f"users[0] (alice): tags.cost-center: the value {EATEN}"
    yield _user(tags={"CloudHSM.IAM/Managed": "x"}), "users[0] (alice): tags.CloudHSM.IAM/Managed: differs only by case"
    yield _user(tags={"team": "a", "Team": "b"}), "users[0] (alice): tags.Team: differs only by case from 'team'"
    yield _user(tags={"cloudhsm.iam/managed": "true"}), "users[0] (alice): tags.cloudhsm.iam/managed: is the ownership"
    for key in ("cloudhsm.iam/protected", "cloudhsm.iam/suspended", "CloudHSM.IAM/anything"):
        yield (
            _user(tags={key: "true"}),
            f"users[0] (alice): tags.{key}: keys that begin with cloudhsm.iam/ are reserved",
        )
    yield _user(tags={f"k{number}": "v" for number in range(50)}), "users[0] (alice): tags: lists 50"


def _groups() -> Iterator[Case]:
    for group in ("", "two words", "a/b", "gröup", "g" * 129, "all*"):
        yield _user(groups=[group]), f"users[0] (alice): groups: {group[:140]!r} can't be the name of a group"
        yield (
            _user(leave_groups=[group]),
            f"users[0] (alice): leave_groups: {group[:140]!r} can't be the name of a group",
        )
    for group in ("Readers", "readers"):
        both = _user(groups=["Readers"], leave_groups=[group])
        yield both, f"users[0] (alice): leave_groups: {group!r} is listed in groups too; list it once"
    yield _user(groups=["Readers", "Readers"]), "users[0] (alice): groups: names 'Readers' more than once"
    for count in (11, 50):
        yield _user(groups=[f"g{n}" for n in range(count)]), f"users[0] (alice): groups: lists {count}, IAM allows 10"


def _policies() -> Iterator[Case]:
    wrong = (
        "ReadOnlyAccess",
        "arn:aws:iam::aws:role/x",
        "arn:aws:s3:::bucket",
        "arn:aws:iam::12345:policy/x",
        "arn:aws:iam::aws:policy/",
        "arn:aws:iam::aws:policy/with space",
        "ARN:aws:iam::aws:policy/ReadOnlyAccess",
        " arn:aws:iam::aws:policy/ReadOnlyAccess",
        "arn:aws:iam:us-east-1:aws:policy/ReadOnlyAccess",
    )
    for arn in wrong:
        message = f"{arn!r} is not the ARN of a managed policy"
        yield _user(managed_policies=[arn]), f"users[0] (alice): managed_policies: {message}"
        yield _user(boundary=arn), f"users[0] (alice): boundary: {message}"
    arn = "arn:aws:iam::aws:policy/ReadOnlyAccess"
    yield _user(managed_policies=[arn, arn]), f"users[0] (alice): managed_policies: names {arn!r} more than once"
    many = [f"arn:aws:iam::123456789012:policy/p{number}" for number in range(21)]
    yield _user(managed_policies=many), "users[0] (alice): managed_policies: lists 21, IAM allows 20"


def _passwords() -> Iterator[Case]:
    for length in (0, 129, 500):
        given = _user(console_access=True, password="x" * length)
        yield given, f"users[0] (alice): password: has {length} characters"
    for password in ("snowman-☃", "nul-\x00", "bell-\x07", "chinese-密码"):
        yield _user(console_access=True, password=password), "users[0] (alice): password: has characters that IAM does"


def _contradictions() -> Iterator[Case]:
    for console in (None, False):
        wrong = _user(console_access=console, password="Given-1-password")
        yield wrong, "users[0] (alice): password: is given, but console_access is not true"
    for state in ("absent", "suspended"):
        message = f"users[0] (alice): protected: is true, and a protected user can't be {state}"
        yield _user(state=state, protected=True), message
    yield _user(password="Given-1-password"), "users[0] (alice): password: is given, but console_access is not true"

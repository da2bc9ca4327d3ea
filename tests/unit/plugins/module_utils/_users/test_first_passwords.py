# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Generated passwords."""

from __future__ import annotations

import string
import unicodedata

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import (
    SYMBOLS,
    generate_password,
    typing_problem,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.input import parse_users
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize("length", [8, 9, 32, 128])
def test_a_generated_password_has_all_kinds_of_characters(length: int) -> None:
    for _try in range(50):
        password = generate_password(length)
        assert len(password) == length
        assert set(password) <= set(string.ascii_letters + string.digits + SYMBOLS)
        for kind in (string.ascii_lowercase, string.ascii_uppercase, string.digits, SYMBOLS):
            assert set(password) & set(kind)


def test_generated_passwords_differ() -> None:
    assert len({generate_password(32) for _try in range(200)}) == 200


@given(st.from_regex(limits.PASSWORD, fullmatch=True))
def test_what_iam_takes_and_nobody_can_type_is_refused(password: str) -> None:
    controls = any(unicodedata.category(character) == "Cc" for character in password)
    assert (typing_problem(password) is not None) == (controls or password != password.strip())


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        (
            "Welcome-2026!\n",
            "ends in a line break, which nobody can type; echo adds one, printf '%s' or echo -n does not",
        ),
        ("Welcome-2026!\r\n", "ends in a line break"),
        ("Welcome-2026! ", "begins or ends with white space, which is easily lost; leave it out"),
        ("\u00a0Welcome-2026!", "begins or ends with white space"),
        ("Welcome\t2026!", "has control characters, such as a tab or a line break, which nobody can type"),
        ("Welcome\u00852026!", "has control characters"),
        ("\n", "ends in a line break"),
    ],
)
def test_why_it_is_refused_is_told_without_the_password(password: str, problem: str) -> None:
    users = [{"name": "alice", "console_access": True, "password": password}]
    (told,) = parse_users(users, "")[1]
    assert told.startswith(f"users[0] (alice): password: {problem}")
    assert "Welcome" not in told

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Generated passwords."""

from __future__ import annotations

import string

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._passwords import SYMBOLS, generate_password


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

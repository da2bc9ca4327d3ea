# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a misspelt name probably meant."""

from __future__ import annotations

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import nearest


@pytest.mark.parametrize(
    ("name", "meant"),
    [("alise", ["alice"]), ("ALICE", ["alice"]), ("bob", ["Bob"]), ("nobody-at-all", []), ("", [])],
)
def test_a_name_is_found_whatever_its_case(name: str, meant: list[str]) -> None:
    assert nearest(name, ["alice", "Bob"]) == meant


def test_the_nearest_is_first_and_no_more_than_asked_for() -> None:
    known = ["alina", "alice", "alicia"]
    assert nearest("alice", known, 2)[0] == "alice"
    assert len(nearest("alice", known, 2)) == 2
    assert nearest("alic", known, alike=0.95) == []

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who would be made again by a list."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.offboarding import still_listed


@pytest.mark.parametrize(
    "value",
    [
        [{"name": "bob"}],
        [{"name": "BOB", "state": "present"}],
        ["bob"],
        "bob, zoe",
        "bob",
        [{"name": "bob", "state": "absent"}, {"name": "bob"}],
    ],
)
def test_a_list_names_a_user(value: t.Any) -> None:
    assert still_listed(["alice", "bob"], {"ours": value, "others": []}) == ["bob (ours)"]


@pytest.mark.parametrize(
    "value", [None, [], "", 7, {"bob": 1}, [7, None, {"nom": "bob"}], [{"name": "bob", "state": "absent"}], ["bobby"]]
)
def test_others_do_not(value: t.Any) -> None:
    assert still_listed(["alice", "bob"], {"ours": value}) == []

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all playbooks of the collection have in common."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

PLAYBOOKS = sorted((Path(__file__).resolve().parents[2] / "playbooks").glob("*.yml"))


def test_there_are_playbooks() -> None:
    assert len(PLAYBOOKS) >= 4


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_every_play_begins_with_the_guard(path: Path) -> None:
    for play in yaml.safe_load(path.read_text()):
        # Whatever runs before the tasks would run before the guard.
        assert not {"roles", "pre_tasks"} & set(play)
        first = play["tasks"][0]
        assert first["ansible.builtin.include_role"] == {"name": "cloudhsm.iam.account_guard"}
        assert set(first) == {"name", "ansible.builtin.include_role"}, "nothing may switch the guard off"

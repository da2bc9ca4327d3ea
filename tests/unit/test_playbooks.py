# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all playbooks of the collection have in common."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

SESSION = "{{ account_session_module_defaults | default({}) }}"
PLAYBOOKS = sorted((Path(__file__).resolve().parents[2] / "playbooks").glob("*.yml"))


def test_there_are_playbooks() -> None:
    assert len(PLAYBOOKS) >= 4


@pytest.mark.parametrize("path", PLAYBOOKS, ids=lambda path: path.stem)
def test_every_play_begins_with_the_accounts_session_and_the_guard(path: Path) -> None:
    plays = [play for play in yaml.safe_load(path.read_text()) if "_role'" in str(play)]
    assert plays
    for play in plays:
        # Whatever runs before the tasks would run before the guard.
        assert not {"roles", "pre_tasks"} & set(play)
        assert play["module_defaults"] == {"group/cloudhsm.iam.modules": SESSION}
        assert play["vars"] == {"__account_guard_required": True}
        first_two = play["tasks"][0].get("block", play["tasks"])[:2]
        for task, role in zip(first_two, ("account_session", "account_guard"), strict=True):
            how = "import_role" if "ansible.builtin.import_role" in task else "include_role"
            # The role's action checks the variables by the same specification, without a task more.
            assert task[f"ansible.builtin.{how}"] == {"name": f"cloudhsm.iam.{role}", "rolespec_validate": False}
            assert set(task) == {"name", f"ansible.builtin.{how}"}, "nothing may switch these off"

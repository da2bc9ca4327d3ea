# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines about a long run: what they count, when they come, and how they get to the controller."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.progress import VARIABLE, tell_controller
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import DesiredUser, Options, Outcome, UserPlan
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.plan import plan_users
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.progress import in_batches
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._progress import show_progress
from helpers.accounts.simulated_iam import account_with

# u0 exists already, the others do not.
PLANS = plan_users([DesiredUser(f"u{number}") for number in range(5)], account_with("u0"), Options())


def outcomes(plans: list[UserPlan]) -> Iterator[Outcome]:
    for plan in plans:
        if plan.changes:
            failed = {"u2": Outcome(plan, error="no"), "u3": Outcome(plan, error="no", conflict=True)}
            yield failed.get(plan.name, Outcome(plan, plan.changes))


def test_each_batch_is_told_with_what_became_of_its_users() -> None:
    lines: list[str] = []
    passed = list(in_batches(PLANS, outcomes(PLANS), 2, lines.append))
    assert [outcome.plan.name for outcome in passed] == ["u1", "u2", "u3", "u4"]
    assert lines == [
        "users 1-2 of 5: 1 created, 1 unchanged",
        "users 3-4 of 5: 1 to look at again, 1 failed",
        "users 5-5 of 5: 1 created",
    ]


def test_a_batch_is_told_before_the_next_one_is_waited_for() -> None:
    lines: list[str] = []
    for outcome in in_batches(PLANS, outcomes(PLANS), 2, lines.append):
        if outcome.plan.name == "u4":
            assert len(lines) == 2


def test_a_run_of_one_batch_says_nothing() -> None:
    lines: list[str] = []
    assert len(list(in_batches(PLANS, outcomes(PLANS), 5, lines.append))) == 4
    assert lines == []


def test_lines_are_shown_while_the_run_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[str] = []
    seen = threading.Event()

    def show(line: str) -> None:
        shown.append(line)
        seen.set()

    with show_progress(show) as path:
        monkeypatch.setenv(VARIABLE, path)
        assert Path(path).stat().st_mode & 0o777 == 0o600
        tell_controller("first")
        assert seen.wait(10)
        tell_controller("second")
        tell_controller("third")
    assert shown == ["first", "second", "third"]
    assert not Path(path).exists()


def test_half_a_line_waits_for_its_end() -> None:
    shown: list[str] = []
    with show_progress(shown.append) as path, open(path, "a", encoding="utf-8") as stream:
        stream.write("users 1-2")
        stream.flush()
        time.sleep(0.7)
        assert shown == []
        stream.write(" of 5\n")
    assert shown == ["users 1-2 of 5"]


def test_a_file_that_is_not_there_is_not_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for place in (tmp_path / "gone", tmp_path, tmp_path / "no" / "folder"):
        monkeypatch.setenv(VARIABLE, str(place))
        tell_controller("line")
    monkeypatch.delenv(VARIABLE)
    tell_controller("line")
    assert list(tmp_path.iterdir()) == []

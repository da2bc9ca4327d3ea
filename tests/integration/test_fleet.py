# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The benchmark of a fleet runs, and both of its sides end in the state that it checks."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmark import accounts
from benchmark.accounts import Case, Cost, Costs


@pytest.mark.parametrize("who", ["ours", "theirs"])
def test_two_accounts_end_as_wanted_and_cost_something(who: accounts.Who, tmp_path: Path) -> None:
    (tmp_path / "ansible.cfg").touch()
    costs = accounts.measure(Case(who, "linear", 2, 2), tmp_path)
    assert all(figure > 0 for cost in costs for figure in cost)


def test_the_page_tells_what_was_missed() -> None:
    def costs(processor: float) -> Costs:
        return Costs(*(Cost(processor, 1.0, 80.0) for _turn in range(2)))

    measured = {case: costs(2.0 if case.who == "theirs" else 1.0) for case in accounts.cases(100)}
    reached = [row[-1] for row in accounts.goals(measured, 100)]
    assert (reached[0], reached[1]) == ("yes", "**no**")
    page = accounts.section(measured, 100)
    assert "| Nothing to change, ours over theirs | 0.50 | at most 0.3 | **no** |" in page
    assert "{" not in page


def test_the_middle_of_several_measurements_counts() -> None:
    several = [Costs(Cost(cpu, 1.0, 80.0), Cost(cpu / 2, 1.0, 80.0)) for cpu in (3.0, 1.0, 2.0)]
    assert accounts.median(several) == Costs(Cost(2.0, 1.0, 80.0), Cost(1.0, 1.0, 80.0))

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Measures one thing at a time, and keeps what was found."""

from __future__ import annotations

import statistics
import typing as t
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import moto_server
from helpers.moto.fault_proxy import Call, read_log

from . import fleet
from .contestants import Contestants, Run, Who
from .fleet import Person
from .servers import proxied


class DifferentStateError(Exception):
    """A run left the account in another state than it should have, so its time means nothing."""


@dataclass(frozen=True)
class Sizes:
    """How much is measured."""

    small: int = 50
    medium: int = 200
    large: int = 1000
    huge: int = 5000
    console: int = 50
    # How many users the loop is timed with where all of them would take too long.
    loop: tuple[int, int] = (5, 25)
    repeats: int = 3


QUICK = Sizes(small=6, medium=10, large=40, huge=200, console=5, loop=(2, 4), repeats=1)


@dataclass(frozen=True)
class Goal:
    """One line of the result: a case, what came out, and what was wanted."""

    case: str
    found: str
    goal: str
    reached: bool


@dataclass(frozen=True)
class Time:
    """What one of the three needed. Of several runs, the one in the middle."""

    where: str
    who: Who
    users: int
    seconds: tuple[float, ...]

    @property
    def middle(self) -> float:
        """The median."""
        return statistics.median(self.seconds)


@dataclass
class Findings:
    """All that came out."""

    goals: list[Goal] = field(default_factory=list)
    times: list[Time] = field(default_factory=list)
    # By one of the three, how often each action was called.
    calls: dict[Who, Counter[str]] = field(default_factory=dict)
    calls_users: int = 0
    notes: list[str] = field(default_factory=list)


class Phase(t.NamedTuple):
    """From the start of the first write call to the end of the last."""

    seconds: float
    writes: int

    @property
    def rate(self) -> float:
        """Write calls a second."""
        return self.writes / self.seconds if self.seconds else 0.0


def phase(calls: Sequence[Call]) -> Phase:
    """The time in which these calls change something."""
    writes = [call for call in calls if call.is_write]
    if not writes:
        return Phase(0.0, 0)
    return Phase(max(call.ended for call in writes) - min(call.started for call in writes), len(writes))


class Stage:
    """Where the three appear: one moto server for all, emptied before each run that begins with nothing."""

    def __init__(self, folder: Path, moto: str, sizes: Sizes) -> None:
        self.folder = folder
        self.moto = moto
        self.sizes = sizes
        self.contestants = Contestants(folder)
        self.findings = Findings()
        self._log = folder / "calls.jsonl"

    def empty(self) -> None:
        """An account with nothing but the four groups."""
        moto_server.reset(self.moto)
        fleet.make_groups(self.moto)

    @contextmanager
    def watched(self, latency: float, upstream: str | None = None) -> Iterator[str]:
        """An endpoint whose calls can be read afterwards."""
        with proxied(upstream or self.moto, self._log, latency) as url:
            yield url

    def calls(self) -> list[Call]:
        """The calls that went through the endpoint that was watched last."""
        return read_log(self._log)

    def check(self, persons: list[Person], account: str) -> None:
        """Make sure that exactly these users are there, as they are wanted."""
        if fleet.found(account) != fleet.wanted(persons):
            raise DifferentStateError(f"the account does not hold the {len(persons)} users as wanted")

    def time(self, where: str, who: Who, users: int, runs: Sequence[Run]) -> Time:
        """Keep and tell how long runs took."""
        time = Time(where, who, users, tuple(run.seconds for run in runs))
        self.findings.times.append(time)
        print(f"   ({who}) {users} users, {where}: {time.middle:.2f} s", flush=True)
        return time

    def goal(self, case: str, found: str, goal: str, reached: bool) -> None:
        """Keep and tell whether a goal was reached."""
        self.findings.goals.append(Goal(case, found, goal, reached))
        print(f"{'reached' if reached else 'MISSED '}  {case}: {found} (goal: {goal})", flush=True)

    def note(self, text: str) -> None:
        """Keep and tell something that explains a figure."""
        self.findings.notes.append(text)
        print(f"   {text}", flush=True)


def extrapolated(first: Time, second: Time, users: float) -> float:
    """The time for more users, on the line through two measured times."""
    slope = (second.middle - first.middle) / (second.users - first.users)
    return second.middle + slope * (users - second.users)

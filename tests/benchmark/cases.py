# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is measured, and what is to come out."""

from __future__ import annotations

import math
import statistics
import typing as t
from collections import Counter
from collections.abc import Mapping, Sequence

import moto_server
from helpers.moto.fault_proxy import Call

from . import fleet
from .contestants import Run, Who
from .fleet import Person
from .servers import filled
from .stage import Stage, Time, extrapolated, phase

# As many as the role has workers, and the script has.
THREADS = 8
# What a call to IAM takes from afar.
LATENCY = 0.08
ON_MOTO = "from nothing, moto directly"
AFAR = "from nothing, 80 ms a call"
UNCHANGED = "nothing to change, moto directly"
PEAK = "Peak memory of the largest process"


def small(stage: Stage) -> None:
    """Few users from nothing; all three with the same users, so that their end states can be compared directly."""
    persons = fleet.people(stage.sizes.small)
    times: dict[Who, Time] = {}
    states = []
    for who, repeats in _turns(stage):
        runs = []
        for _turn in range(repeats):
            stage.empty()
            runs.append(stage.contestants.run(who, persons, stage.moto))
            stage.check(persons, stage.moto)
        states.append(fleet.found(stage.moto))
        times[who] = stage.time(ON_MOTO, who, len(persons), runs)
    equal = states[0] == states[1] == states[2]
    stage.goal(
        f"End states of (a), (b) and (c), {len(persons)} users", "equal" if equal else "different", "equal", equal
    )
    factor = times["a"].middle / times["b"].middle
    stage.goal(f"{len(persons)} users {ON_MOTO}", f"{factor:.1f} times faster than (a)", "at least 12", factor >= 12)


def medium(stage: Stage) -> None:
    """More users from nothing, over a distance. The loop is timed with fewer, and all requests are counted there."""
    loops = []
    for users in stage.sizes.loop:
        for who in t.cast("tuple[Who, ...]", ("a", "b", "c")):
            time, calls = _afar(stage, who, users, 1)
            stage.findings.calls[who] = Counter(call.action for call in calls)
            if who == "a":
                loops.append(time)
    stage.findings.calls_users = stage.sizes.loop[1]
    users = stage.sizes.medium
    for workers in (THREADS, 2 * THREADS):
        ours, _calls = _afar(stage, "b", users, stage.sizes.repeats, workers)
        _compare_with_loop(stage, _at(AFAR, workers, f"{users} users "), ours, loops, 40)
        bare, _calls = _afar(stage, "c", users, stage.sizes.repeats, workers)
        factor = extrapolated(loops[0], loops[1], users) / bare.middle
        stage.note(f"The least that {workers} threads can need for {users} users is (c): {factor:.1f} times faster.")


def unchanged(stage: Stage) -> None:
    """Many users, all as they are wanted."""
    persons = fleet.people(stage.sizes.large)
    with filled(persons, stage.folder) as url:

        def timed(who: Who, users: int, repeats: int) -> Time:
            runs = [stage.contestants.run(who, persons[:users], url) for _turn in range(repeats)]
            stage.check(persons, url)
            return stage.time(UNCHANGED, who, users, runs)

        loops = [timed("a", users, 1) for users in stage.sizes.loop]
        ours = timed("b", len(persons), stage.sizes.repeats)
        bare = timed("c", len(persons), stage.sizes.repeats)
    case = f"{len(persons)} users, {UNCHANGED}"
    _compare_with_loop(stage, case, ours, loops, 100)
    factor = ours.middle / bare.middle
    stage.goal(f"{case}, beside (c)", f"{factor:.1f} times its time", "at most 4 times", factor <= 4)


def large(stage: Stage) -> None:
    """Many users from nothing over a distance: the time in which calls are made, and what a second run does."""
    persons = fleet.people(stage.sizes.large)
    phases: dict[Who, list[float]] = {"b": [], "c": []}
    runs: dict[Who, list[Run]] = {"b": [], "c": []}
    # In turns, so that what else the machine does meets both.
    for _turn in range(stage.sizes.repeats):
        for who, done in runs.items():
            run, calls = _watched_run(stage, who, persons)
            done.append(run)
            phases[who].append(phase(calls).seconds)
    for who, done in runs.items():
        stage.time(AFAR, who, len(persons), done)
    middle = {who: statistics.median(seconds) for who, seconds in phases.items()}
    factor = middle["b"] / middle["c"]
    case = f"{len(persons)} users {AFAR}: from the first write call to the end of the last"
    found = f"{middle['b']:.1f} s, {factor:.2f} times that of (c), {middle['c']:.1f} s"
    stage.goal(case, found, "at most 1.1 times", factor <= 1.1)
    each = {who: ", ".join(f"{seconds:.1f} s" for seconds in phases[who]) for who in phases}
    stage.note(f"{case}: {each['b']} for (b); {each['c']} for (c), in turns.")
    # Not timed, because this one also tells its changes. What comes after it looks at the same account.
    _writes(stage, *_watched_run(stage, "b", persons, inside=True))
    _second_run(stage, persons)
    _moto_alone(stage, persons, middle)


def plan_file(stage: Stage) -> None:
    """Many users from nothing over a distance: by themselves, and out of a plan file. In turns, as above.

    A plan file takes two whole runs, one that writes it and one that applies it. Both count.
    """
    persons = fleet.people(stage.sizes.large)
    path = stage.folder / "plans" / "plan.json"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    seconds: dict[str, list[float]] = {"without": [], "plan": [], "apply": [], "history": []}

    def timed(which: str, arguments: Sequence[str] = (), **variables: str) -> None:
        with stage.watched(LATENCY) as url:
            run = stage.contestants.run("b", persons, url, variables=variables, arguments=list(arguments))
        seconds[which].append(run.seconds)
        if not arguments:
            stage.check(persons, stage.moto)
            stage.empty()

    stage.empty()
    for _turn in range(stage.sizes.repeats):
        timed("without")
        path.unlink(missing_ok=True)
        timed("plan", ["--check"], plan_file=str(path))
        timed("apply", apply_plan_file=str(path))
        timed("history", plan_history=str(path.parent / "history"))
    both = [sum(each) for each in zip(seconds["plan"], seconds["apply"], strict=True)]
    middle = {which: statistics.median(times) for which, times in seconds.items()}
    factor = statistics.median(both) / middle["without"]
    case = f"{len(persons)} users {AFAR}, by a plan file: to write and to apply it"
    found = f"{statistics.median(both):.1f} s, {factor:.2f} times that without, {middle['without']:.1f} s"
    stage.goal(case, found, "at most 1.1 times", factor <= 1.1)
    stage.note(
        f"{case}: {middle['plan']:.1f} s to write it, {middle['apply']:.1f} s to apply it. A run without a plan file "
        f"that keeps a history in a folder: {middle['history']:.1f} s."
    )


def _watched_run(
    stage: Stage, who: Who, persons: list[Person], workers: int = THREADS, inside: bool = False
) -> tuple[Run, list[Call]]:
    stage.empty()
    with stage.watched(LATENCY) as url:
        run = stage.contestants.run(who, persons, url, inside=inside, workers=workers)
    stage.check(persons, stage.moto)
    return run, stage.calls()


def _writes(stage: Stage, run: Run, calls: Sequence[Call]) -> None:
    made = Counter(call.action for call in calls if call.is_write)
    planned = Counter({_action(operation): number for operation, number in run.changes.items()})
    stage.goal(
        f"Write calls, {run.users} users from nothing",
        f"{made.total()} calls for {planned.total()} changes",
        "the same number of each action",
        made == planned,
    )


def _second_run(stage: Stage, persons: list[Person]) -> None:
    """Nothing to change: no writes, and few reads."""
    with stage.watched(0) as url:
        stage.contestants.run("b", persons, url)
    calls = stage.calls()
    writes = phase(calls).writes
    reads = len(calls) - writes
    most = math.ceil(len(persons) / 1000) + 3
    stage.goal(f"Write calls of a second run, {len(persons)} users", str(writes), "0", writes == 0)
    stage.goal(f"Read calls of a second run, {len(persons)} users", str(reads), f"at most {most}", reads <= most)


def _moto_alone(stage: Stage, persons: list[Person], afar: Mapping[Who, float]) -> None:
    """How fast the server itself is: what it can't do, nobody can."""
    rates: dict[Who, float] = {}
    for who in afar:
        stage.empty()
        with stage.watched(0) as url:
            stage.contestants.run(who, persons, url)
        rates[who] = phase(stage.calls()).rate
        stage.empty()
        stage.time(ON_MOTO, who, len(persons), [stage.contestants.run(who, persons, stage.moto)])
    writes = 2 * len(persons)
    stage.note(
        f"Write calls a second through the proxy: without latency {rates['b']:.0f} by (b) and {rates['c']:.0f} by (c), "
        f"which is about what moto can do; with 80 ms a call {writes / afar['b']:.0f} and {writes / afar['c']:.0f}. "
        f"8 threads that wait 80 ms for each call and for nothing else would make {THREADS / LATENCY:.0f}."
    )


def console(stage: Stage) -> None:
    """Console access has to be asked for user by user; nothing else has to."""
    persons = [{**person, "console_access": True} for person in fleet.people(stage.sizes.console)]
    store = stage.folder / "private"
    store.mkdir(mode=0o700)
    variables = {
        "user_provisioning_credentials_store": "file",
        "user_provisioning_credentials_path": str(store / "first.yml"),
    }
    stage.empty()
    stage.contestants.run("b", t.cast("list[Person]", persons), stage.moto, variables=variables)
    with stage.watched(0) as url:
        stage.contestants.run("b", t.cast("list[Person]", persons), url, variables=variables)
    calls = stage.calls()
    writes = phase(calls).writes
    reads = len(calls) - writes
    most = math.ceil(len(persons) / 1000) + len(persons) + 3
    case = f"a second run, {len(persons)} users with console access"
    stage.goal(f"Write calls of {case}", str(writes), "0", writes == 0)
    stage.goal(f"Read calls of {case}", str(reads), f"at most {most}", reads <= most)


def memory(stage: Stage) -> None:
    """Very many users."""
    persons = fleet.people(stage.sizes.huge)
    with filled(persons, stage.folder) as url:
        idle = stage.contestants.run("b", persons, url, inside=True)
        stage.check(persons, url)
    stage.empty()
    busy = stage.contestants.run("b", persons, stage.moto, inside=True)
    stage.check(persons, stage.moto)
    for what, run in (("nothing to change", idle), ("from nothing", busy)):
        stage.note(f"{run.users} users, {what}: {run.seconds:.0f} s on moto.")
        found = f"{run.peak_megabytes:.0f} MB"
        # No memory noted means that nothing was measured, which must not pass as little.
        reached = 0 < run.peak_megabytes <= 250
        stage.goal(f"{PEAK}, {run.users} users, {what}", found, "at most 250 MB", reached)


def page(stage: Stage) -> None:
    """The whole page, with nothing to change."""
    moto_server.reset(stage.moto)
    stage.contestants.bootstrap(stage.moto)
    with stage.watched(0) as url:
        stage.contestants.bootstrap(url)
    calls = len(stage.calls())
    stage.goal("Calls of bootstrap, nothing to change", str(calls), "at most 12", calls <= 12)
    # In turns, so that what else the machine does meets both.
    turns = [
        (stage.contestants.bootstrap(stage.moto), stage.contestants.empty_playbook(stage.moto))
        for _turn in range(stage.sizes.repeats)
    ]
    ours, empty = (statistics.median(seconds) for seconds in zip(*turns, strict=True))
    stage.goal(
        "bootstrap, nothing to change, beside a playbook without a task",
        f"{ours:.1f} s, {ours / empty:.1f} times the other's {empty:.1f} s",
        "at most 2.5 times",
        ours / empty <= 2.5,
    )


def _turns(stage: Stage) -> tuple[tuple[Who, int], ...]:
    return (("a", 1), ("b", stage.sizes.repeats), ("c", stage.sizes.repeats))


def _afar(stage: Stage, who: Who, users: int, repeats: int, workers: int = THREADS) -> tuple[Time, list[Call]]:
    persons = fleet.people(users)
    done = [_watched_run(stage, who, persons, workers) for _turn in range(repeats)]
    return stage.time(_at(AFAR, workers), who, users, [run for run, _calls in done]), done[-1][1]


def _at(place: str, workers: int, before: str = "") -> str:
    return f"{before}{place}" if workers == THREADS else f"{before}{place}, {workers} workers"


def _compare_with_loop(stage: Stage, case: str, ours: Time, loops: Sequence[Time], goal: int) -> None:
    whole = extrapolated(loops[0], loops[1], ours.users)
    measured = " and ".join(f"{time.middle:.0f} s for {time.users}" for time in loops)
    stage.note(f"{case}: (a) extrapolated to {whole:.0f} s, on the line through {measured} users.")
    factor = whole / ours.middle
    stage.goal(case, f"{factor:.1f} times faster than (a), which is extrapolated", f"at least {goal}", factor >= goal)


def _action(operation: str) -> str:
    """IAM's name of a call, from boto3's."""
    return "".join(word.capitalize() for word in operation.split("_"))

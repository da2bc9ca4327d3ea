# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an audit of root users takes: whether the cost of an account stays the same, however many there are.

make bench-root-users       up to 100 accounts at 80 ms a call, a few minutes; writes its part of docs/benchmarks.md

Each size is run in turns as a whole ansible-playbook, and the run that took the least processor time counts. What a run
of a single account takes is taken off, so that the rest is the other accounts' share.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import typing as t
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from helpers.accounts.organization import Member, make_organization
from helpers.accounts.root_users import say_root_user, switch_on
from helpers.moto.fault_proxy import FaultProxy
from helpers.moto.fault_rules import Faults
from helpers.processes.control_node import ControlNode
from moto_server import MotoServer
from rendering import render

from .page import DOCS_PAGE, machine, with_section

HEADING = "## Root users of many accounts"
HERE = Path(__file__).resolve().parent
SIZES = (1, 10, 50, 100)
TURNS = 4
LATENCY = 0.08
CALLS = 5
# AWS lists some accounts at a time, which takes another request now and then.
LISTING = 0.05
GOAL = 1.1


class Cost(t.NamedTuple):
    """Of one run: seconds of the processor and requests, and of each account but the first the share of both."""

    accounts: int
    seconds: float
    calls: int
    seconds_each: float = 0
    calls_each: float = 0


def fill(url: str, accounts: int) -> None:
    """Make an organization of so many members, whose root users have three credentials each."""
    ids = make_organization(url, [Member(f"member {number}") for number in range(accounts)])
    switch_on(url)
    for number, account in enumerate(ids.values()):
        devices = [f"arn:aws:iam::{account}:mfa/root-account-mfa-device"]
        say_root_user(url, account, password=True, access_keys=[f"AKIAROOTEXAMPLE{number:05}"], mfa_devices=devices)


def audit(url: str, home: Path, accounts: int) -> Cost:
    """One run of the playbook."""
    home.mkdir()
    with FaultProxy(url, Faults(latency=LATENCY)) as proxy:
        before = processor_time()
        run = ControlNode(home, proxy.url).playbook("cloudhsm.iam.lock_root_users")
        seconds = processor_time() - before
        if run.status or f"root users of {accounts} account" not in run.output.replace("\n", " "):
            raise RuntimeError(run.output)
        return Cost(accounts, seconds, len(proxy.calls))


def processor_time() -> float:
    """Seconds that processes have taken which this one began and which have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def shares(costs: Sequence[Cost]) -> list[Cost]:
    """The costs, with what each account but the first takes."""
    (alone, *others) = costs
    return [
        alone,
        *(
            cost._replace(
                seconds_each=(cost.seconds - alone.seconds) / (cost.accounts - 1),
                calls_each=(cost.calls - alone.calls) / (cost.accounts - 1),
            )
            for cost in others
        ),
    ]


def main() -> int:
    """Measure everything, and write it down."""
    runs: dict[int, list[Cost]] = {size: [] for size in SIZES}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        servers = {size: stack.enter_context(MotoServer(managed_policies=False)) for size in SIZES}
        for size, server in servers.items():
            fill(server.url, size)
        for turn in range(TURNS):
            for size, server in servers.items():
                runs[size].append(audit(server.url, Path(folder) / f"{turn}-{size}", size))
                print(f"{size} accounts: {runs[size][-1].seconds:.1f} s, {runs[size][-1].calls} requests", flush=True)
    costs = shares([min(found, key=lambda cost: cost.seconds) for found in runs.values()])
    *_few, fewer, most = costs
    growth = most.seconds_each / fewer.seconds_each
    flat = all(CALLS <= cost.calls_each <= CALLS + LISTING for cost in costs[1:])
    text = render(
        HERE / "root_users_section.md.j2",
        costs=costs,
        turns=TURNS,
        milliseconds=round(LATENCY * 1000),
        calls=CALLS,
        listing=LISTING,
        flat=flat,
        fewer=fewer.accounts,
        most=most.accounts,
        growth=growth,
        goal=GOAL,
        machine=machine(),
    )
    print(with_section(DOCS_PAGE.parent, HEADING, text))
    return 0 if flat and growth <= GOAL else 2


if __name__ == "__main__":
    sys.exit(main())

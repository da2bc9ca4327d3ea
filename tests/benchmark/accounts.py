# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a fleet costs: bootstrap in every account of an organization, beside a playbook of amazon.aws's modules.

make bench-fleet                        100 accounts, about a quarter of an hour; writes its part of docs/benchmarks.md
BENCH_ACCOUNTS=20 make bench-fleet      the same with fewer

Each run is a whole ansible-playbook against a moto server of its own, with two users an account: first from nothing,
then with nothing to change. What counts is the processor time of all its processes, moto's not among them. After
each run every account is read and has to hold what was wanted. mitogen is measured where it is installed.

What is compared runs with 10 accounts, in turns and three times, of which the median counts. With all accounts, which
shows whether an account costs the same among many, only ours runs.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import tempfile
import time
import typing as t
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from helpers.accounts.organization import Member, make_organization, member_iam
from moto_server import MotoServer, offline_environment
from rendering import render

from .contestants import BIN, FailedRunError
from .page import FLEET, machine, with_section
from .stage import DifferentStateError

Who = t.Literal["ours", "theirs"]
Strategy = t.Literal["linear", "mitogen_linear"]
DOCS = Path(__file__).resolve().parents[2] / "docs"
HERE = Path(__file__).resolve().parent
FEW = 10
TURNS = 3
SUBSET = "organization:!master"
OURS = """
- ansible.builtin.import_playbook: cloudhsm.iam.bootstrap_organization
  vars:
    bootstrap_cloudhsm_administrators: [alice]
"""
# Only what amazon.aws has modules for: no service-linked role, no guard, and nobody knows the passwords it sets.
THEIRS = HERE / "amazon_fleet.yml"
MEMBERS_WANTED = {"Administrators": ["Administrator"], "CloudHSMAdministrators": ["alice"]}


@dataclass(frozen=True)
class Case:
    """One way to run a fleet."""

    who: Who
    strategy: Strategy
    forks: int
    accounts: int


class Cost(t.NamedTuple):
    """What one run took: processor seconds and time an account, and memory of the largest process in MB."""

    processor: float
    elapsed: float
    megabytes: float


class Costs(t.NamedTuple):
    """From nothing, and again with nothing to change."""

    nothing: Cost
    again: Cost


def measure(case: Case, folder: Path) -> Costs:
    """Run a case twice. Raises FailedRunError, and DifferentStateError when an account is not as wanted."""
    with MotoServer() as server:
        ids = make_organization(server.url, [Member(f"account-{number:03}") for number in range(case.accounts)])
        playbook = folder / "ours.yml"
        playbook.write_text(OURS)
        (folder / "org.yml").write_text("plugin: cloudhsm.iam.organization_accounts\n")
        costs = []
        for _turn in range(2):
            costs.append(_run(case, playbook if case.who == "ours" else THEIRS, server.url, folder))
            for account_id in ids.values():
                _check(server.url, account_id)
    return Costs(*costs)


def _run(case: Case, playbook: Path, url: str, folder: Path) -> Cost:
    base = {key: value for key, value in os.environ.items() if not key.startswith(("ANSIBLE_", "PYTHON"))}
    environment = {
        **offline_environment(url, base),
        "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "HOME": tempfile.mkdtemp(dir=folder),
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        **strategy_settings(case.strategy),
    }
    command = [str(BIN / "ansible-playbook"), "-i", str(folder / "org.yml"), "-f", str(case.forks), "-l", SUBSET]
    output = folder / "output"
    started = time.monotonic()
    with output.open("w") as stream:
        actions = [(os.POSIX_SPAWN_DUP2, stream.fileno(), descriptor) for descriptor in (1, 2)]
        arguments = [*command, str(playbook)]
        process = os.posix_spawn(command[0], arguments, environment, file_actions=actions)
        status, usage, peak = _wait(process)
    if status:
        raise FailedRunError(f"{case} ended with {status}:\n{output.read_text()[-3000:]}")
    return Cost(
        (usage.ru_utime + usage.ru_stime) / case.accounts,
        (time.monotonic() - started) / case.accounts,
        peak / 1e6,
    )


def _wait(process: int) -> tuple[int, resource.struct_rusage, int]:
    """Status and use of a process and its children, and its own peak of memory in bytes.

    What the system itself reports as the peak counts the process that started it as well.
    """
    peak = 0
    while True:
        with suppress(OSError):
            for line in Path(f"/proc/{process}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    peak = int(line.split()[1]) * 1024
        ended, status, usage = os.wait4(process, os.WNOHANG)
        if ended:
            return status, usage, peak
        time.sleep(0.2)


def strategy_settings(strategy: Strategy) -> dict[str, str]:
    """What has Ansible use the strategy, as environment variables."""
    chosen: dict[str, str] = {"ANSIBLE_STRATEGY": strategy}
    found = find_spec("ansible_mitogen") if strategy == "mitogen_linear" else None
    if found is None or not found.submodule_search_locations:
        return chosen
    folder = Path(found.submodule_search_locations[0]) / "plugins" / "strategy"
    return {**chosen, "ANSIBLE_STRATEGY_PLUGINS": str(folder)}


def _check(url: str, account_id: str) -> None:
    iam = member_iam(url, account_id)
    found = {name: [user["UserName"] for user in iam.get_group(GroupName=name)["Users"]] for name in MEMBERS_WANTED}
    if found != MEMBERS_WANTED:
        raise DifferentStateError(f"account {account_id} has {found}")


THEIRS_FEW = Case("theirs", "linear", 2, FEW)
OURS_FEW = Case("ours", "linear", 2, FEW)
MITOGEN_FEW = Case("ours", "mitogen_linear", 2, FEW)
THEIR_MITOGEN_FEW = Case("theirs", "mitogen_linear", 2, FEW)


def cases(accounts: int) -> Iterator[Case]:
    """All runs, in order; those that come several times are to be measured as often."""
    mitogen = find_spec("ansible_mitogen") is not None
    compared = [THEIRS_FEW, OURS_FEW, *([MITOGEN_FEW, THEIR_MITOGEN_FEW] if mitogen else [])]
    yield from compared * TURNS
    yield Case("ours", "linear", 4, FEW)
    if mitogen:
        yield Case("ours", "mitogen_linear", 4, FEW)
    if accounts > FEW:
        yield Case("ours", "linear", 2, accounts)


def median(costs: Sequence[Costs]) -> Costs:
    """The middle of several measurements, figure by figure."""
    return Costs(*(Cost(*map(statistics.median, zip(*turn, strict=True))) for turn in zip(*costs, strict=True)))


def goals(measured: Mapping[Case, Costs], accounts: int) -> list[tuple[str, str, str, str]]:
    """Lines of the table of goals."""
    rows = []

    def row(what: str, value: float, most: float) -> None:
        rows.append((what, f"{value:.2f}", f"at most {most}", "yes" if value <= most else "**no**"))

    theirs, few = measured[THEIRS_FEW], measured[OURS_FEW]
    row("From nothing, ours over theirs", few.nothing.processor / theirs.nothing.processor, 0.7)
    row("Nothing to change, ours over theirs", few.again.processor / theirs.again.processor, 0.3)
    if MITOGEN_FEW in measured:
        fast, their_fast = measured[MITOGEN_FEW], measured[THEIR_MITOGEN_FEW]
        row("From nothing, both with mitogen", fast.nothing.processor / their_fast.nothing.processor, 0.6)
    many = measured.get(Case("ours", "linear", 2, accounts))
    if many and accounts > FEW:
        row(f"{accounts} accounts over {FEW}, from nothing", many.nothing.processor / few.nothing.processor, 1.05)
        row(f"{accounts} accounts over {FEW}, nothing to change", many.again.processor / few.again.processor, 1.05)
        memory = many.nothing.megabytes / few.nothing.megabytes
        row(f"Memory of the control process, {accounts} accounts over {FEW}", memory, 1.05)
    return rows


def sizing(costs: Costs, processors: int) -> list[tuple[str, ...]]:
    """How long so many accounts take on so many nodes, as far as processors are what there is too little of."""
    rows = []
    for accounts, nodes in ((10, 1), (100, 1), (500, 1), (500, 4), (2000, 4)):
        minutes = [cost.processor * accounts / processors / nodes / 60 for cost in costs]
        rows.append((str(accounts), str(2 * processors), str(nodes), *(f"{m:.1f}" for m in minutes)))
    return rows


def section(measured: Mapping[Case, Costs], accounts: int) -> str:
    """This benchmark's part of the page."""
    rows = [
        (
            *(case.who, case.strategy, str(case.forks), str(case.accounts)),
            *(f"{cost.processor:.2f}" for cost in costs),
            *(f"{cost.elapsed:.2f}" for cost in costs),
            f"{max(cost.megabytes for cost in costs):.0f}",
        )
        for case, costs in measured.items()
    ]
    ours = measured[Case("ours", "linear", 2, max(accounts, FEW))]
    try:
        mitogen = f"mitogen {version('mitogen')}"
    except PackageNotFoundError:
        mitogen = "mitogen is not installed, and not measured"
    return render(
        HERE / "fleet_section.md.j2",
        accounts=max(accounts, FEW),
        few=FEW,
        turns=TURNS,
        goals=goals(measured, accounts),
        costs=rows,
        sizing=sizing(ours, 2),
        machine=f"{machine()}\n- {mitogen}",
    )


def main() -> int:
    """Measure everything, and write it down."""
    accounts = int(os.environ.get("BENCH_ACCOUNTS", "100"))
    found: dict[Case, list[Costs]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "ansible.cfg").touch()
        try:
            for case in cases(accounts):
                costs = measure(case, folder)
                found.setdefault(case, []).append(costs)
                print(case, *(f"{cost.processor:.2f} s" for cost in costs), flush=True)
        except (FailedRunError, DifferentStateError) as exc:
            print(f"The benchmark is broken off: {exc}", file=sys.stderr)
            return 1
    measured = {case: median(costs) for case, costs in found.items()}
    print(with_section(DOCS, FLEET, section(measured, accounts)))
    return 0 if all(row[-1] == "yes" for row in goals(measured, accounts)) else 2


if __name__ == "__main__":
    sys.exit(main())

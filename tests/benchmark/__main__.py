# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Benchmarks: the same users made in three ways, side by side on this machine.

make bench                  everything, less than a quarter of an hour; writes docs/benchmarks.md
BENCH_QUICK=1 make bench    the same with few users in two minutes; writes to a temporary folder, which it names
BENCH_LOOP=5,25             how many users the slow loop is timed with before its time is extrapolated

(a) is a playbook that loops amazon.aws.iam_user and ends with amazon.aws.iam_group, (b) is a playbook with the role
cloudhsm.iam.user_provisioning, and (c) is a bare boto3 script with as many threads as the role has workers. Each is
timed as a whole process against a moto server, once directly and once through a proxy that adds 80 ms to each call
and counts the calls. After every run the account is read and has to hold exactly what was wanted.

    fleet.py        the users, and what the account holds
    contestants.py  the three, as processes; bare_script.py is (c)
    servers.py      proxy and moto as processes; filled_moto.py is one with users in it
    stage.py        one measurement
    cases.py        what is measured, with the goals
    page.py         the results

Nothing is skipped: a run that fails, or leaves another state than wanted, ends the benchmark with status 1 and nothing
is written. A goal that is missed is written down as missed, and ends the benchmark with status 2.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import moto_server

from . import cases, page
from .contestants import FailedRunError
from .stage import QUICK, DifferentStateError, Sizes, Stage

DOCS = Path(__file__).resolve().parents[2] / "docs"
CASES = (
    cases.small,
    cases.medium,
    cases.unchanged,
    cases.large,
    cases.plan_file,
    cases.console,
    cases.memory,
    cases.page,
)


def main() -> int:
    """Measure everything, and write it down."""
    quick = bool(os.environ.get("BENCH_QUICK"))
    sizes = QUICK if quick else Sizes()
    if loop := os.environ.get("BENCH_LOOP"):
        first, second = (int(part) for part in loop.split(","))
        sizes = replace(sizes, loop=(first, second))
    target = Path(tempfile.mkdtemp(prefix="bench-")) if quick else DOCS
    target.mkdir(exist_ok=True)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, moto_server.MotoServer() as server:
        environment = moto_server.offline_environment(server.url)
        # A profile of the person who started this must not count in this process either.
        os.environ.clear()
        os.environ.update(environment)
        stage = Stage(Path(folder), server.url, sizes)
        try:
            for case in CASES:
                print(f"== {case.__name__}", flush=True)
                case(stage)
        except (FailedRunError, DifferentStateError) as exc:
            print(f"The benchmark is broken off: {exc}", file=sys.stderr)
            return 1
        findings = stage.findings
    findings.notes.append(f"All of this took {(time.monotonic() - started) / 60:.0f} minutes.")
    print(page.write(findings, target, quick))
    # With a handful of users, starting Ansible is all there is to see.
    return 0 if quick or all(goal.reached for goal in findings.goals) else 2


if __name__ == "__main__":
    sys.exit(main())

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page with the figures."""

from __future__ import annotations

import datetime
import os
import platform
import typing as t
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path

from .contestants import NAMES, Who
from .fleet import GROUPS
from .stage import Findings

DOCS_PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
FLEET = "## A fleet of accounts"
TEMPLATE = """# Benchmarks

Written by `make bench` on {date}{quick}. Every figure is measured, or says how it was extrapolated.

Three ways to the same end state, which is read back after every run and has to be the same: users with a path, two
tags, and one of {groups} groups that are there already. (The ownership tag that this collection adds does not count.)

{names}

A time is that of a whole process, from its start to its end: `ansible-playbook` or `python`. Of several runs the
median counts.

**No user has console access here.** With a password given, `amazon.aws.iam_user` sets it anew in every run
(`update_password: always`, its default) and so never has nothing to change; with `on_create` a user who is there
already gets none. Ours sets it once, to whoever has none. These are different end states, and passwords can't be read
back to compare them. What console access costs ours is the line about read calls.

## Goals

{goals}

## Times

![Time over users](benchmarks.svg)

{times}

## Requests

For {calls_users} users from nothing, by kind:

{calls}

## Notes

{notes}
- The 80 ms are added by a proxy in a process of its own (`tests/helpers/moto/fault_proxy.py`), to calls side by side
  at the same time. It also gives pages of 1,000 objects, which moto does not.
- moto is one Python process and answers one call at a time: faster clients only queue there. AWS has other limits,
  above all how many calls of an account it lets through before it throttles. What is measured here is what the
  clients cost, not what AWS can take.
- (a) starts a new Python process for each user, which is most of its time; that is how Ansible loops work. It ran
  once for each figure, because it is slow.
- All processes of a run share this machine: client, proxy and moto, and whatever else ran there.

## Machine

{machine}

## Again

```console
make bench                  # less than a quarter of an hour; writes this page and the picture
BENCH_QUICK=1 make bench    # two minutes with few users, to see that it works; writes to a temporary folder
```

`BENCH_LOOP=5,25` says how many users (a) is timed with before extrapolating.
"""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def write(findings: Findings, folder: Path, quick: bool) -> Path:
    """Write the page. Returns where it is."""
    path = folder / "benchmarks.md"
    goals = [(g.case, g.found, g.goal, "yes" if g.reached else "**no**") for g in findings.goals]
    times = [
        (time.where, str(time.users), f"({time.who})", f"{time.middle:.1f} s", str(len(time.seconds)))
        for time in sorted(findings.times, key=lambda time: (time.where, time.users, time.who))
    ]
    text = TEMPLATE.format(
        quick=" with `BENCH_QUICK=1`, which takes too few users for the goals" if quick else "",
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        groups=len(GROUPS),
        names="\n".join(f"- ({who}) {name}" for who, name in NAMES.items()),
        goals=table(("Case", "Measured", "Goal", "Reached"), goals),
        times=table(("Where", "Users", "Which", "Time", "Runs"), times),
        calls_users=findings.calls_users,
        calls=_calls(findings),
        notes="\n".join(f"- {note}" for note in findings.notes),
        machine=machine(),
    )
    path.write_text(text + _fleet(path if path.exists() else DOCS_PAGE))
    return path


def with_fleet(folder: Path, section: str) -> Path:
    """Put the fleet's part at the end of the page, in the place of an older one. Returns where it is."""
    path = folder / DOCS_PAGE.name
    path.write_text(f"{path.read_text().partition(FLEET)[0].rstrip()}\n\n{FLEET}\n\n{section}")
    return path


def _fleet(path: Path) -> str:
    """The fleet's part, which another benchmark writes."""
    _before, heading, part = path.read_text().partition(FLEET)
    return f"\n{heading}{part}" if heading else ""


def _calls(findings: Findings) -> str:
    whos: t.Final[tuple[Who, ...]] = ("a", "b", "c")
    actions = sorted({action for calls in findings.calls.values() for action in calls})
    rows = [(action, *(str(findings.calls[who][action]) for who in whos)) for action in actions]
    total = ("**all**", *(f"**{findings.calls[who].total()}**" for who in whos))
    return table(("Action", "(a)", "(b)", "(c)"), [*rows, total])


def machine() -> str:
    """What all of this ran on."""
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("ansible-core", "ansible", "boto3", "botocore", "moto", "aiohttp")
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return "\n".join(
        [
            f"- {os.cpu_count()} processors ({_processor()}), {memory:.0f} GiB",
            f"- {platform.system()} {platform.release()}, average load over 15 minutes {os.getloadavg()[2]:.1f}",
            f"- Python {platform.python_version()}, {packages}",
            f"- amazon.aws {_amazon_aws()}",
        ]
    )


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []:
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def _amazon_aws() -> str:
    from ansible_collections.amazon.aws.plugins.module_utils.common import (  # what the package has, not what pip says
        AMAZON_AWS_COLLECTION_VERSION,
    )

    return str(AMAZON_AWS_COLLECTION_VERSION)

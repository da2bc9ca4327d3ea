# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page with the figures."""

from __future__ import annotations

import datetime
import os
import platform
import typing as t
from importlib.metadata import version
from pathlib import Path

from rendering import render

from .contestants import NAMES, Who
from .fleet import GROUPS
from .stage import Findings

HERE = Path(__file__).resolve().parent
DOCS_PAGE = HERE.parents[1] / "docs" / "benchmarks.md"
FLEET = "## A fleet of accounts"


def write(findings: Findings, folder: Path, quick: bool) -> Path:
    """Write the page. Returns where it is."""
    path = folder / "benchmarks.md"
    goals = [(g.case, g.found, g.goal, "yes" if g.reached else "**no**") for g in findings.goals]
    times = [
        (time.where, str(time.users), f"({time.who})", f"{time.middle:.1f} s", str(len(time.seconds)))
        for time in sorted(findings.times, key=lambda time: (time.where, time.users, time.who))
    ]
    text = render(
        HERE / "benchmarks.md.j2",
        findings=findings,
        quick=" with `BENCH_QUICK=1`, which takes too few users for the goals" if quick else "",
        date=datetime.datetime.now(datetime.UTC).date().isoformat(),
        groups=len(GROUPS),
        names=NAMES,
        goals=goals,
        times=times,
        calls=_calls(findings),
        machine=machine(),
    )
    path.write_text(text + _fleet(path if path.exists() else DOCS_PAGE))
    return path


def with_section(folder: Path, heading: str, section: str) -> Path:
    """Put another benchmark's part into the page, in the place of an older one or at the end. Returns where it is."""
    path = folder / DOCS_PAGE.name
    before, _heading, old = path.read_text().partition(f"{heading}\n")
    _old, next_heading, after = old.partition("\n## ")
    path.write_text(f"{before.rstrip()}\n\n{heading}\n\n{section.strip()}\n{next_heading}{after}")
    return path


def _fleet(path: Path) -> str:
    """The fleet's part, which another benchmark writes."""
    _before, heading, part = path.read_text().partition(FLEET)
    return f"\n{heading}{part}" if heading else ""


def _calls(findings: Findings) -> list[tuple[str, ...]]:
    whos: t.Final[tuple[Who, ...]] = ("a", "b", "c")
    actions = sorted({action for calls in findings.calls.values() for action in calls})
    rows = [(action, *(str(findings.calls[who][action]) for who in whos)) for action in actions]
    total = ("**all**", *(f"**{findings.calls[who].total()}**" for who in whos))
    return [*rows, total]


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

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prints the supported versions from pyproject.toml. Needs only Python 3.11.

tools/supported.py pairs              each pair of Python and ansible-core, one per line
tools/supported.py pairs --json       the same as a workflow matrix
tools/supported.py overrides SERIES   requirements that replace pinned ones for a series of ansible-core, or "oldest"
"""

from __future__ import annotations

import json
import sys
import tomllib
import typing as t
from collections.abc import Iterator
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"


class Series(t.NamedTuple):
    """A series of ansible-core, the newest Ansible package with it, and its control node Python versions."""

    core: str
    ansible: str
    pythons: tuple[str, ...]


class Supported(t.NamedTuple):
    """The supported versions: the oldest of everything, the first unsupported ones, and the series in between."""

    oldest: dict[str, str]
    below: dict[str, str]
    series: tuple[Series, ...]

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Each pair of a Python and an ansible-core series."""
        for series in self.series:
            for python in series.pythons:
                yield python, series.core


def load(path: Path = PYPROJECT) -> Supported:
    """Read the table."""
    table = tomllib.loads(path.read_text())["tool"]["cloudhsm-iam"]
    series = tuple(Series(each["ansible-core"], each["ansible"], tuple(each["python"])) for each in table["series"])
    return Supported(table["oldest"], table["below"], series)


def overrides(supported: Supported, core: str) -> list[str]:
    """Requirements that replace the pinned ones of the same packages."""
    if core == "oldest":
        oldest = supported.oldest
        pinned = [f"{name}=={oldest[name]}" for name in ("ansible", "ansible-core", "boto3", "s3transfer")]
        return [*pinned, f"botocore=={oldest['boto3']}"]
    for series in supported.series:
        if series.core == core:
            return [f"ansible=={series.ansible}", f"ansible-core~={core}.0"]
    raise SystemExit(f"ansible-core {core} is not supported; pyproject.toml has what is.")


def main(arguments: list[str]) -> None:
    """Print what the arguments ask for."""
    supported = load()
    match arguments:
        case ["pairs"]:
            lines = [" ".join(pair) for pair in supported.pairs()]
        case ["pairs", "--json"]:
            include = [{"python": python, "core": core} for python, core in supported.pairs()]
            lines = [json.dumps({"include": include})]
        case ["overrides", core]:
            lines = overrides(supported, core)
        case _:
            raise SystemExit(__doc__)
    print("\n".join(lines))


if __name__ == "__main__":
    main(sys.argv[1:])

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The processes of this machine, as anybody on it can see them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

# An environment variable that a test gives to what it starts, and that all its children inherit.
MARK = "TEST_MARK"


def seen(*what: str) -> Iterator[tuple[int, str]]:
    """Process ids with what is asked for of each process: cmdline, environ. Those that end meanwhile are left out."""
    for folder in Path("/proc").glob("[0-9]*"):
        for name in what:
            try:
                yield int(folder.name), (folder / name).read_bytes().replace(b"\0", b" ").decode(errors="replace")
            except OSError:
                continue


def marked(mark: str) -> list[int]:
    """Ids of the processes that have this mark."""
    return [number for number, environment in seen("environ") if f"{MARK}={mark}" in environment]

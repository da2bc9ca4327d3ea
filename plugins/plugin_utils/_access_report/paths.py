# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Describes paths to CloudHSM's actions in words. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping, Sequence

Path = Mapping[str, t.Any]
LIMITS = {"boundary": "the permissions boundary", "scp": "SCPs"}


def words(path: Path) -> str:
    """Return what the path leads through: own policies, a group, a permission set or a chain of roles."""
    if path["kind"] == "user":
        return "own policies"
    if path["kind"] == "none":
        return f"nothing: taken away by {limits(path)}"
    first, *rest = path["through"]
    start = f"{path['kind'].replace('_', ' ')} {first}"
    return ", then role ".join([start, *rest])


def limits(path: Path) -> str:
    """Return what limits the path."""
    return " and ".join(LIMITS[limit] for limit in path["limited_by"])


def whole(path: Path) -> str:
    """Return the path with its actions, its answer, what limits it and how many other paths exist."""
    if path["kind"] == "none":
        return f"{', '.join(path['actions'])}: {words(path)}"
    notes = [path["answer"]]
    notes += [f"limited by {limits(path)}"] if path["limited_by"] else []
    notes += [f"and {path['more']} more"] if path["more"] else []
    return f"{', '.join(path['actions'])}: {words(path)} ({', '.join(notes)})"


def best(paths: Sequence[Path]) -> tuple[str, int]:
    """Return the path that opens the most actions, in words, and how many other paths exist."""
    open_ = [path for path in paths if path["kind"] != "none"]
    if not open_:
        return "", 0
    first = max(open_, key=lambda path: len(path["actions"]))
    others = {words(path) for path in open_} - {words(first)}
    return words(first), max(len(others), *(path["more"] for path in open_))

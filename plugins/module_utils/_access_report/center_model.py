# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What the report knows of IAM Identity Center."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# What is known: read; there is none; it may not or can't be read; or nobody wants it read.
READ, NONE, UNKNOWN, LEFT_OUT = "read", "none", "unknown", "left_out"


@dataclass(frozen=True)
class CenterUser:
    """A user of the identity store, and who issued it; nobody, where it was made there."""

    name: str
    issuers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CenterGroup:
    """A group of the identity store, with the ids of its members."""

    name: str
    members: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CenterSet:
    """A permission set that is provisioned in the account, with the ids of those who have it there."""

    name: str
    arn: str
    groups: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    # Read only of a set whose name is that of a copy which ends.
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CenterRead:
    """What was read, and why it is not more. Users and groups are by their ids."""

    state: str = LEFT_OUT
    note: str = "IAM Identity Center was left out"
    instance_arn: str | None = None
    sets: tuple[CenterSet, ...] = ()
    users: Mapping[str, CenterUser] = field(default_factory=dict)
    groups: Mapping[str, CenterGroup] = field(default_factory=dict)

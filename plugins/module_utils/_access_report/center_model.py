# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What the report knows about IAM Identity Center."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# It was read; the account has none; it could not be read; or it was left out of the report.
READ, NONE, UNKNOWN, LEFT_OUT = "read", "none", "unknown", "left_out"


@dataclass(frozen=True)
class CenterUser:
    """A user of the identity store, and the external issuers of its IDs: none if it was created in the store."""

    name: str
    issuers: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CenterGroup:
    """A group of the identity store, with the IDs of its members."""

    name: str
    members: frozenset[str] = frozenset()


@dataclass(frozen=True)
class CenterSet:
    """A permission set provisioned in the account, with the IDs of the groups and users who have it there."""

    name: str
    arn: str
    groups: frozenset[str] = frozenset()
    users: frozenset[str] = frozenset()
    # Read only if the name looks like that of a copy for temporary assignments.
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class CenterRead:
    """What was read. note says why something is missing. Users and groups are by their IDs."""

    state: str = LEFT_OUT
    note: str = "IAM Identity Center was left out"
    instance_arn: str | None = None
    sets: tuple[CenterSet, ...] = ()
    users: Mapping[str, CenterUser] = field(default_factory=dict)
    groups: Mapping[str, CenterGroup] = field(default_factory=dict)

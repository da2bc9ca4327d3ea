# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Finds suspended users of the identity store by the notes that suspensions leave in Systems Manager.

A suspended user gets nothing, even if a list still names the user. _identity_users writes the notes.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import Plan

# Parameters that one call can read (Systems Manager API reference, GetParameters).
AT_ONCE = 10
# A note's parameter that is written last and deleted first.
HEAD = "note"
DEFAULT_PREFIX = "/cloudhsm-iam/suspended-users/"
_PREFIX = re.compile(r"(/[A-Za-z0-9_.-]+){1,8}/?")
_GIVING = ("create_group_membership", "create_account_assignment")


def prefix_problem(prefix: str | None) -> str | None:
    """Return why notes can't be stored under this prefix; None if they can."""
    if _PREFIX.fullmatch(prefix or "") and not str(prefix).lower().startswith(("/aws", "/ssm")):
        return None
    return "must be a path such as /cloudhsm-iam/suspended-users/, not beginning with aws or ssm"


def folder(prefix: str, store_id: str, user_id: str) -> str:
    """Return the path of a user's note. AWS never gives a user's ID to another user."""
    return f"{prefix.rstrip('/')}/{store_id}/{user_id}"


def who_gains(plan: Plan) -> frozenset[str]:
    """Return the names of users who would get a membership or an assignment."""
    return frozenset(change.user for change in plan.changes if change.user and change.operation in _GIVING)


def read_suspended(ssm: t.Any, prefix: str, store_id: str, users: Mapping[str, str]) -> frozenset[str]:
    """Return the names of suspended users. users has IDs by name. Raises what botocore raises."""
    names = {f"{folder(prefix, store_id, known)}/{HEAD}": name for name, known in sorted(users.items())}
    found: set[str] = set()
    listed = list(names)
    for start in range(0, len(listed), AT_ONCE):
        answer = ssm.get_parameters(Names=listed[start : start + AT_ONCE])
        found |= {names[one["Name"]] for one in answer["Parameters"]}
    return frozenset(found)

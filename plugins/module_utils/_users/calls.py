# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Makes write calls on one user, in the form that plans hold."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Change


def change(user: str, operation: str, **params: t.Any) -> Change:
    """Return one call on this user."""
    return Change(user, operation, {"UserName": user, **params})


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Return tags in the form that IAM takes, always in the same order."""
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]

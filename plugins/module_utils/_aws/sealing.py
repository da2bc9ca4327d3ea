# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The tag of a break-glass user: when its password was sealed, or that a sealing has begun and not ended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import BREAK_GLASS

SEALED, SEALING = "sealed", "sealing"
_FORM = "%Y-%m-%dT%H:%M:%SZ"


def sealed_at(tags: Mapping[str, str]) -> datetime | None:
    """When the password of the user with these tags was sealed; None where it is not sealed."""
    word, _blank, time = tags.get(BREAK_GLASS, "").partition(" ")
    if word != SEALED:
        return None
    try:
        return datetime.strptime(time, _FORM).replace(tzinfo=UTC)
    except ValueError:
        return None

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The steps of a plan: which modules of other collections have something to do."""

from __future__ import annotations

import typing as t


class Step(t.NamedTuple):
    """One module to run, and what it changes."""

    module: str
    options: dict[str, t.Any]
    before: dict[str, t.Any]
    after: dict[str, t.Any]

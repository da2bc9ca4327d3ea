# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who has to change the first password may do so, on a server that enforces policies."""

from __future__ import annotations

import typing as t

if t.TYPE_CHECKING:
    pass

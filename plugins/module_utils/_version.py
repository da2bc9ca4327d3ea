# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The collection's version, as AWS sees it in the user agent. A test keeps it equal to galaxy.yml's."""

from __future__ import annotations

VERSION = "1.0.0"

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

from __future__ import annotations


class ModuleDocFragment:
    """What the collection's modules promise of check mode, diff and action groups."""

    DOCUMENTATION = r"""
options: {}
attributes:
  check_mode:
    description: Can run in check mode and report what it would change, without changing anything.
  diff_mode:
    description: In diff mode, shows what it changes, or would change in check mode.
  idempotent:
    description: If it runs twice in a row with the same arguments, the second run changes nothing.
"""

    CHANGES = r"""
options: {}
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
"""

    ACTIONGROUP_AWS = r"""
options: {}
attributes:
  action_group:
    description: Uses the C(module_defaults) of these action groups.
    support: full
    membership:
      - cloudhsm.iam.aws
"""

    INFO_MODULE = r"""
options: {}
attributes:
  check_mode:
    support: full
    details:
      - Never changes anything.
  diff_mode:
    support: N/A
    details:
      - Never changes anything, so there is no diff to show.
  idempotent:
    support: full
    details:
      - Never changes anything.
"""

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
    description: Can run in check mode and tell what it would change, without changing anything.
  diff_mode:
    description: Tells what it changes, or would change in check mode, when in diff mode.
  idempotent:
    description: When run twice in a row with the same arguments, the second run changes nothing.
"""

    ACTIONGROUP_AWS = r"""
options: {}
attributes:
  action_group:
    description: Takes the values of these action groups from C(module_defaults).
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
      - Changes nothing anyway.
  diff_mode:
    support: N/A
    details:
      - Changes nothing, so there is no difference to tell.
  idempotent:
    support: full
    details:
      - Changes nothing anyway.
"""

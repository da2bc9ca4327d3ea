# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

from __future__ import annotations


class ModuleDocFragment:
    """The option by which a task is told the account that it may work in."""

    DOCUMENTATION = r"""
options:
  expected_account_ids:
    description:
      - IDs of the accounts that the task may work in, 12 digits each, preferably in quotes. With credentials of any
        other account, the task fails, and its only call is C(sts:GetCallerIdentity).
      - If you leave it out, the task takes the account from C(account_guard_account_ids), from what the role
        P(cloudhsm.iam.account_guard#role) has checked for this host, from the role that
        P(cloudhsm.iam.account_session#role) has assumed for it, and from the host's C(account_id). All that are set
        must agree. If none is set, any account is accepted.
    type: list
    elements: str
    version_added: 1.1.0
"""

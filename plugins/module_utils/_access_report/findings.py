# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""All findings about an account, the most severe first. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report import (
    rules_account,
    rules_break_glass,
    rules_temporary,
    rules_users,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.finding import SEVERITIES, Facts, Finding

# Findings of the same severity keep this order.
RULES: Sequence[Callable[[Facts], Finding]] = (
    rules_account.root_access_keys,
    rules_account.root_without_mfa,
    rules_break_glass.used,
    rules_users.administrators_without_mfa,
    rules_users.can_become_administrator,
    rules_account.wide_policies,
    rules_users.administrator_keys,
    rules_account.passed_by_keys,
    rules_break_glass.not_ready,
    rules_users.console_without_mfa,
    rules_users.stuck_at_first_sign_in,
    rules_account.drift,
    rules_account.inline_policies,
    rules_users.not_seen,
    rules_users.old_keys,
    rules_users.unused_keys,
    rules_account.no_password_policy,
    rules_users.direct_policies,
    rules_users.outside_groups,
    rules_users.two_keys,
    rules_users.cloudhsm_without_mfa,
    rules_account.no_service_linked_role,
    rules_account.empty_groups,
    *rules_temporary.RULES,
)


def find(facts: Facts) -> list[Finding]:
    """Return the findings of all rules, the most severe first. A finding without subjects shows what was checked."""
    return sorted((rule(facts) for rule in RULES), key=lambda finding: SEVERITIES.index(finding.severity))

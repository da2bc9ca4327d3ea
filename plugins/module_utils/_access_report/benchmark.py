# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The recommendations of the CIS AWS Foundations Benchmark that findings are about.

7.0.0 is the newest edition: Tenable's audit of 6.0.0 (CIS_Amazon_Web_Services_Foundations_v6.0.0_L1, changelog of
2026-04-14) is marked as replaced by the next one. The numbers are from Prowler's file for 7.0.0
(prowler-cloud/prowler, prowler/compliance/aws/cis_7.0_aws.json at 3e000faa31), where section 2 is Identity and Access
Management. AWS Security Hub supports editions up to 5.0.0, where this section is number 1 (Security Hub User Guide,
"CIS AWS Foundations Benchmark in Security Hub CSPM").

docs/access_report.md says how far the report checks each recommendation. A number here means that the finding is about
the recommendation, not that an account without the finding meets it.
"""

from __future__ import annotations

from collections.abc import Mapping

NAME = "CIS Amazon Web Services Foundations Benchmark"
EDITION = "7.0.0"
# By rule. The keys are the names of all rules.
RECOMMENDATIONS: Mapping[str, tuple[str, ...]] = {
    "root_access_keys": ("2.4",),
    "root_without_mfa": ("2.5",),
    "break_glass_used": (),
    # 2.10 is about console users. This finding also includes administrators who have access keys only.
    "administrator_without_mfa": ("2.10",),
    "can_become_administrator": (),
    "wide_policies": ("2.14",),
    "administrator_access_keys": (),
    "mfa_passed_by_keys": (),
    "break_glass_not_ready": (),
    "console_without_mfa": ("2.10",),
    "stuck_at_first_sign_in": (),
    "drift": (),
    "inline_policies": ("2.13",),
    "not_signed_in": ("2.11",),
    "old_access_keys": ("2.12",),
    "unused_access_keys": ("2.11",),
    "weak_password_policy": ("2.8",),
    "direct_policies": ("2.13",),
    "outside_every_group": (),
    # Editions up to 6.0.0 have a recommendation for this; 7.0.0 has none.
    "two_active_access_keys": (),
    "cloudhsm_without_mfa": (),
    "no_service_linked_role": (),
    "empty_groups": (),
    "temporary_without_end": (),
    "temporary_administrator": (),
    "temporary_for_long": (),
    "temporary_ended": (),
}


def described() -> dict[str, str]:
    """Return the edition for the report."""
    return {"name": NAME, "version": EDITION}

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The result of iam_cloudhsm_role, and the sentences that the role cloudhsm_role shows."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.outcome import change, outcome
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.steps import Step
from ansible_collections.cloudhsm.iam.plugins.module_utils._cloudhsm_role.input import ACCOUNT, EC2, OIDC
from ansible_collections.cloudhsm.iam.plugins.module_utils._cloudhsm_role.model import Account
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import kept_notice
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.plan import POLICY_MODULE
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.plan import ROLE, others_line

PROFILE = "amazon.aws.iam_instance_profile"
PROVIDER = "cloudhsm.iam.iam_oidc_provider"
_KINDS = {PROVIDER: "OIDC provider", POLICY_MODULE: "policy", ROLE: "role", PROFILE: "instance profile"}


def present_result(account: Account, steps: Sequence[Step], check_mode: bool) -> dict[str, t.Any]:
    """Return the result if the role should exist."""
    options = account.options
    role: dict[str, t.Any] = {
        "state": "present",
        "changed": bool(steps),
        "created": not account.role,
        "name": options["role_name"],
        "role_arn": account.role_arn,
        "trust": options["trust"],
        "trusted": account.trusted,
        "access": options["access"],
        "managed_policies": account.wanted_policies,
        "instance_profile_arn": account.profile_arn if options["trust"] == EC2 else None,
        "oidc_provider_arn": account.provider_arn if options["trust"] == OIDC else None,
    }
    lines = [_outcome(account, steps, check_mode), *others_line(account), _who_line(account)]
    return {"cloudhsm_role": role, "lines": lines}


def absent_result(account: Account, steps: Sequence[Step], check_mode: bool) -> dict[str, t.Any]:
    """Return the result if the role should be deleted."""
    kept = kept_notice(account.expected_policy, account.policy)
    role = {"state": "absent", "changed": bool(steps), "name": account.options["role_name"]}
    return {"cloudhsm_role": role, "lines": [_outcome(account, steps, check_mode), *([kept] if kept else [])]}


def _outcome(account: Account, steps: Sequence[Step], check_mode: bool) -> str:
    return outcome((change(step, _KINDS[step.module]) for step in steps), account.number, check_mode)


def _who_line(account: Account) -> str:
    options, arn = account.options, account.role_arn
    if options["trust"] == EC2:
        return f"EC2 instances with the instance profile {account.profile_arn} can use the role {arn}"
    if options["trust"] == OIDC:
        subjects = ", ".join(options["oidc_subjects"])
        return f"Tokens of {options['oidc_url']} with these subjects can assume the role {arn}: {subjects}"
    needs = _needs(account) if options["trust"] == ACCOUNT else ""
    return f"{', '.join(account.trusted)} can assume the role {arn}{needs}"


def _needs(account: Account) -> str:
    options = account.options
    parts = {
        "the external ID": options["external_id"],
        "MFA": options["require_mfa"],
        f"membership of {options['organization_id']}": options["organization_id"],
    }
    given = [part for part, wanted in parts.items() if wanted]
    return f", with {' and '.join(given)}" if given else ""

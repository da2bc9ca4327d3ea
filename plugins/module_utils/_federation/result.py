# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The result of iam_saml_access, and the sentences that the role federated_access shows."""

from __future__ import annotations

import typing as t
from collections.abc import Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.outcome import change, outcome
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.steps import Step
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.model import Account
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import kept_notice
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.plan import POLICY_MODULE
from ansible_collections.cloudhsm.iam.plugins.module_utils._roles.plan import ROLE, others_line

# IAM User Guide, "Configure SAML assertions for the authentication response".
ATTRIBUTE = "https://aws.amazon.com/SAML/Attributes"

PROVIDER = "community.aws.iam_saml_federation"
_KINDS = {PROVIDER: "SAML provider", POLICY_MODULE: "policy", ROLE: "role"}


def present_result(account: Account, steps: Sequence[Step], policy_arn: str, check_mode: bool) -> dict[str, t.Any]:
    """Return the result if the role should exist."""
    options = account.options
    attributes = _saml_attributes(account)
    access = {
        "state": "present",
        "changed": bool(steps),
        "created": not account.role,
        "role_name": options["role_name"],
        "role_arn": account.role_arn,
        "provider_arn": account.provider_arn,
        "access": options["access"],
        "policy_arn": policy_arn,
        "sign_in_endpoints": account.endpoints,
        "saml_attributes": attributes,
    }
    lines = [
        _outcome(account, steps, check_mode),
        *others_line(account),
        f"The identity provider sends its assertions to {', '.join(account.endpoints)}, with these attributes:",
        *(f"{name}: {value}" for name, value in attributes.items()),
    ]
    new = [account.provider_arn] if check_mode and any(step.module == PROVIDER for step in steps) else []
    return {"saml_access": access, "pending_providers": [*options["pending_providers"], *new], "lines": lines}


def absent_result(account: Account, steps: Sequence[Step], check_mode: bool) -> dict[str, t.Any]:
    """Return the result if the role should be deleted."""
    kept = kept_notice(account.expected_policy, account.policy)
    access = {"state": "absent", "changed": bool(steps), "role_name": account.options["role_name"]}
    lines = [_outcome(account, steps, check_mode), *([kept] if kept else [])]
    return {"saml_access": access, "pending_providers": account.options["pending_providers"], "lines": lines}


def _outcome(account: Account, steps: Sequence[Step], check_mode: bool) -> str:
    return outcome((change(step, _KINDS[step.module]) for step in steps), account.number, check_mode)


def _saml_attributes(account: Account) -> dict[str, str]:
    """Return the attributes that the identity provider must send in its assertions."""
    return {
        f"{ATTRIBUTE}/Role": f"{account.role_arn},{account.provider_arn}",
        f"{ATTRIBUTE}/RoleSessionName": "the user's name or e-mail address",
        # Without this attribute, a console session lasts one hour, whatever the role allows.
        f"{ATTRIBUTE}/SessionDuration": str(account.options["max_session_duration"]),
        **{f"{ATTRIBUTE}/PrincipalTag:{key}": value for key, value in account.mfa.items()},
    }

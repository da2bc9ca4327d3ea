# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Undoes a lock-out if another run has locked out all other members of a protected group at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import AWS_ERRORS, sentence
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import SUSPENDED
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import membership_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.denial import DENY_ALL, SUSPENDED_POLICY
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Change, Outcome, UserPlan

# Calls that can't be undone, because the plan does not hold what they delete, and what to do instead.
_GONE = {
    "delete_login_profile": "its password is gone; set a new one",
    "delete_ssh_public_key": "its SSH public key {SSHPublicKeyId} is gone; upload it again",
    "delete_signing_certificate": "its signing certificate {CertificateId} is gone; upload it again",
    "delete_service_specific_credential": (
        "its service-specific credential {ServiceSpecificCredentialId} is gone; create a new one"
    ),
    "delete_user_policy": "its inline policy {PolicyName} is gone; write it again",
    "delete_access_key": "its access key {AccessKeyId} is gone; create a new one",
    "deactivate_mfa_device": "its MFA device {SerialNumber} is gone; register it again",
    "delete_user": "the user {UserName} is gone; create it again",
}


def inverse(change: Change) -> Change | None:
    """Return the call that undoes a part of a lock-out; None for other calls, and for those that can't be undone."""
    operation, params = change.operation, dict(change.params)
    if params.get("Status") == "Inactive":
        return replace(change, params={**params, "Status": "Active"})
    if operation == "remove_user_from_group":
        return replace(change, operation="add_user_to_group")
    # A policy that stands for a temporary membership is normally deleted next, so it can't be attached again.
    if operation == "detach_user_policy" and not membership_of(params["PolicyArn"]):
        return replace(change, operation="attach_user_policy")
    if operation == "attach_user_policy" and params["PolicyArn"].endswith(DENY_ALL):
        return replace(change, operation="detach_user_policy")
    if operation == "put_user_policy" and params["PolicyName"] == SUSPENDED_POLICY:
        del params["PolicyDocument"]
        return replace(change, operation="delete_user_policy", params=params)
    keys = [tag["Key"] for tag in params.pop("Tags", ()) if tag["Key"].startswith(SUSPENDED)]
    return replace(change, operation="untag_user", params={**params, "TagKeys": keys}) if keys else None


def undone(outcome: Outcome, call: Callable[[UserPlan, Change], None], why: str) -> Outcome:
    """Undo the calls that locked the user out, the last first, as far as possible. Return the outcome after that."""
    left: list[Change] = []
    errors = [why]
    for change in reversed(outcome.done):
        back = inverse(change)
        if back is None:
            left.append(change)
            errors += [_GONE[change.operation].format(**change.params)] if change.operation in _GONE else []
            continue
        try:
            call(outcome.plan, back)
        except AWS_ERRORS as exc:
            left.append(change)
            errors.append(sentence(exc, f"{back.operation.replace('_', ' ')} {back.user}"))
    return replace(outcome, done=tuple(reversed(left)), error="; ".join(errors), conflict=False)

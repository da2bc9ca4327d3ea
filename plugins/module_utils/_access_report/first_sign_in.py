# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Users who must choose a new password at the next sign-in but are not allowed to. Pure.

This needs iam:ChangePassword, which the account's password policy can give to all users (IAM User Guide, "Permit IAM
users to change their own passwords"). A Deny statement overrides it.
"""

from __future__ import annotations

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.access import Evaluator
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.conditions import Session
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.evaluate import SESSIONS, Extent
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import Person, Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.rules_users import (
    DENIED,
    DENIED_WITHOUT_MFA,
    NOT_ALLOWED,
    UNDECIDED,
)

CHANGE = "iam:ChangePassword"


def stuck(snapshot: Snapshot, evaluator: Evaluator) -> dict[str, str]:
    """Return why each of these users can't, by user name. Empty if the password policy could not be read."""
    if snapshot.password_policy is None:
        return {}
    everybody = bool(snapshot.password_policy.get("AllowUsersToChangePassword", False))
    found = {name: _why(person, evaluator, everybody) for name, person in snapshot.users.items() if _must(person)}
    return {name: why for name, why in found.items() if why}


def _must(person: Person) -> bool:
    """Whether the user must choose a new password. By the credential report, an unused password counts."""
    have = person.credentials
    if have.password_reset_required is None and have.source == "credential_report":
        return bool(have.password) and have.password_use_known and have.password_used is None
    return bool(have.password) and bool(have.password_reset_required)


def _why(person: Person, evaluator: Evaluator, everybody: bool) -> str | None:
    with_mfa = SESSIONS.index(Session.MFA)
    session = with_mfa if person.credentials.mfa else SESSIONS.index(Session.PASSWORD)
    allowed, left = evaluator.may(person, CHANGE)
    mine = Extent.ALL if everybody else allowed[session]
    if min(mine, left[session]) is Extent.ALL:
        return None
    if left[session] is Extent.NONE:
        return DENIED_WITHOUT_MFA if session != with_mfa and left[with_mfa] is not Extent.NONE else DENIED
    if mine is Extent.NONE:
        needs_mfa = session != with_mfa and allowed[with_mfa] is not Extent.NONE
        return DENIED_WITHOUT_MFA if needs_mfa else NOT_ALLOWED
    return UNDECIDED

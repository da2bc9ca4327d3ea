# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Replaces a forgotten password with a new first password, if the user can sign in with it and change it. Pure.

UpdateLoginProfile changes the password of a user who has one. With PasswordResetRequired, the user must change it at
the next sign-in (IAM API reference, UpdateLoginProfile). Nothing else about the user changes.
"""

from __future__ import annotations

from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.access import Evaluator
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.first_sign_in import stuck
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import Credentials
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.rules_users import (
    DENIED_WITHOUT_MFA,
    NOT_ALLOWED,
    UNDECIDED,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.model import (
    Options,
    Plan,
    Situation,
    refused,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.calls import change

_WAYS = {
    NOT_ALLOWED: "attach the AWS managed policy IAMUserChangePassword to the user, or let all users change their "
    "passwords with the role account_password_policy",
    DENIED_WITHOUT_MFA: "take the user out of what requires MFA until the password is changed and MFA is set up, for "
    "instance with the playbook change_user",
}


def make_plan(situation: Situation, options: Options) -> Plan:
    """Return the plan that sets a new password, or why it is refused."""
    user = situation.user
    if not user.console_access and not options.console_access:
        return refused(
            situation,
            f"user: {user.name} has no password for the console; to give it one, set console_access to true",
        )
    why = _why_stuck(situation)
    # A policy that could not be read may allow it.
    if why and why != UNDECIDED and not situation.rights.gaps:
        way = _WAYS.get(why, "change that policy first")
        return refused(
            situation, f"user: {user.name} would have to change the password to sign in, and could not: {why}; {way}"
        )
    operation = "update_login_profile" if user.console_access else "create_login_profile"
    return Plan(
        replace(user, console_access=True, password_reset_required=True),
        (change(user.name, operation, PasswordResetRequired=True),),
        warnings=(f"{user.name} may not be able to change the password: {why}",) if why else (),
        stage="reset",
        told=_told(situation),
    )


def _why_stuck(situation: Situation) -> str | None:
    """Return why the user could not change a password that must be changed, as the access report finds it."""
    person = situation.person
    have = Credentials(password=True, mfa=bool(situation.devices), password_reset_required=True, source="live")
    rights = replace(situation.rights, users={person.user.name: replace(person, credentials=have)})
    return stuck(rights, Evaluator(rights)).get(person.user.name)


def _told(situation: Situation) -> tuple[str, ...]:
    devices = len(situation.devices)
    with_mfa = f", with the MFA device{'s' if devices > 1 else ''} as before" if devices else ""
    return (f"{situation.user.name} signs in with the new password{with_mfa}, and has to change it then",)

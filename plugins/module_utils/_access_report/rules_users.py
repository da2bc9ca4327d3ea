# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What can be wrong with users: how they get in, and what they may do then. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.access import (
    CONDITIONAL,
    CONDITIONAL_MFA,
    MFA,
    SOME,
    SOME_MFA,
    WITHOUT_MFA,
    YES,
    Access,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.finding import (
    Facts,
    Finding,
    Subject,
    aws,
    is_administrator,
    provision,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import AccessKey, Person

# Why somebody who has to choose a new password can't.
NOT_ALLOWED = "nothing allows iam:ChangePassword, neither a policy nor the account's password policy"
DENIED = "a policy denies iam:ChangePassword"
DENIED_WITHOUT_MFA = "iam:ChangePassword needs MFA, and there is no MFA device yet"
UNDECIDED = "iam:ChangePassword is allowed under a condition that the report does not decide"

# Days that a key may go unused from its making; who gets one has to set it up somewhere.
NEW_KEY_DAYS = 14


def administrators_without_mfa(facts: Facts) -> Finding:
    found = [
        Subject(person.user.name, "administrator without an MFA device", _register_mfa(person.user.name))
        for person, access in facts.people()
        if access.administrator in WITHOUT_MFA and person.credentials.mfa is False and _ways_in(person)
    ]
    return Finding(
        "administrator_without_mfa",
        "critical",
        "Administrators without MFA",
        "A password or key that is lost or guessed is enough to take the account over.",
        tuple(found),
    )


GRADES = {
    YES: "yes",
    SOME: "for some",
    CONDITIONAL: "under a condition",
    MFA: "yes, with MFA",
    SOME_MFA: "for some, with MFA",
    CONDITIONAL_MFA: "under a condition, with MFA",
}


def can_become_administrator(facts: Facts) -> Finding:
    found = [
        Subject(person.user.name, _how(access), _take_away(person, access))
        for person, access in facts.people()
        if access.can_rise
    ]
    return Finding(
        "can_become_administrator",
        "high",
        "Users who can make themselves administrators",
        "They are not counted as administrators, or only with MFA, but what they can do in IAM lets them give "
        "themselves any right: always; under a condition that the report does not decide; or for some users, groups, "
        "policies or roles only, where one of these has the rights.",
        tuple(found),
    )


def _how(access: Access) -> str:
    ways = [f"{' with '.join(actions)} on {on}" if actions else on for actions, on, _answer in access.ways]
    if not ways:
        return GRADES[access.can_become_administrator]
    more = f", and {len(ways) - 1} more ways" if len(ways) > 1 else ""
    return f"{GRADES[access.can_become_administrator]}: {ways[0]}{more}"


def _take_away(person: Person, access: Access) -> str:
    actions = sorted({action for actions, _on, _answer in access.ways for action in actions})
    some = ", ".join(actions[:5]) + (", ..." if len(actions) > 5 else "")
    name = shlex.quote(person.user.name)
    return f"In the policies of {name}, take away {some or 'the iam actions'}, or name resources that give no rights"


def stuck_at_first_sign_in(facts: Facts) -> Finding:
    found = []
    for person, _access in facts.people():
        why = facts.stuck.get(person.user.name)
        if why == NOT_ALLOWED:
            partition = facts.snapshot.caller.partition
            run = aws(
                "attach-user-policy",
                user_name=person.user.name,
                policy_arn=f"arn:{partition}:iam::aws:policy/IAMUserChangePassword",
            )
            found.append(Subject(person.user.name, why, run))
        elif why:
            run = aws("update-login-profile", user_name=person.user.name) + " --no-password-reset-required"
            found.append(Subject(person.user.name, why, run))
    return Finding(
        "stuck_at_first_sign_in",
        "medium",
        "People who must change their password and may not",
        "They can't sign in: AWS asks for a new password first, and for iam:ChangePassword to set it.",
        tuple(found),
    )


def console_without_mfa(facts: Facts) -> Finding:
    found = [
        Subject(
            person.user.name,
            "can sign in with a password alone" + (", and change CloudHSM" if _changes(access) else ""),
            _register_mfa(person.user.name),
        )
        for person, access in facts.people()
        if person.credentials.password and person.credentials.mfa is False and access.administrator not in WITHOUT_MFA
    ]
    return Finding(
        "console_without_mfa",
        "high",
        "Console users without MFA",
        "A password that is lost or guessed is enough to sign in as them.",
        tuple(found),
    )


def cloudhsm_without_mfa(facts: Facts) -> Finding:
    found = [
        Subject(
            person.user.name,
            "has MFA, but access keys work without it"
            if any(key.active for key in person.credentials.keys or ())
            else "has MFA, but no policy asks for it",
            "Add to the policy's statements: Condition: {Bool: {aws:MultiFactorAuthPresent: 'true'}}",
        )
        for person, access in facts.people()
        if access.changes_cloudhsm_without_mfa and person.credentials.mfa and not is_administrator(access)
    ]
    return Finding(
        "cloudhsm_without_mfa",
        "low",
        "CloudHSM can be changed without MFA",
        "These users have an MFA device, but their policies do not ask that it was used.",
        tuple(found),
    )


def administrator_keys(facts: Facts) -> Finding:
    found = [
        Subject(person.user.name, f"{_key_name(key)} gives all rights", _deactivate(person.user.name, key))
        for person, access, key in _keys(facts)
        if access.administrator in WITHOUT_MFA
    ]
    return Finding(
        "administrator_access_keys",
        "high",
        "Administrators with access keys",
        "A key works from anywhere and without MFA. Administrators are better off with a role and short sessions.",
        tuple(found),
    )


def old_keys(facts: Facts) -> Finding:
    found = [
        Subject(person.user.name, f"{_key_name(key)} is {days} days old", _deactivate(person.user.name, key))
        for person, _access, key in _keys(facts)
        if (days := facts.days(key.created)) is not None and days > facts.max_key_age
    ]
    return Finding(
        "old_access_keys",
        "medium",
        f"Access keys older than {facts.max_key_age} days",
        "The longer a key is about, the more places it has leaked to. Make a new one, change over, deactivate the old.",
        tuple(found),
    )


def unused_keys(facts: Facts) -> Finding:
    found = [
        Subject(
            person.user.name,
            f"{_key_name(key)}, made {days} days ago, was never used",
            _deactivate(person.user.name, key),
        )
        for person, _access, key in _keys(facts)
        if person.credentials.reported
        and key.use_known
        and key.last_used is None
        and (days := facts.days(key.created)) is not None
        and days > NEW_KEY_DAYS
    ]
    return Finding(
        "unused_access_keys",
        "medium",
        "Access keys that were never used",
        "Nobody misses such a key, and so nobody notices when somebody else uses it.",
        tuple(found),
    )


def two_keys(facts: Facts) -> Finding:
    found = []
    for person, _access in facts.people():
        active = [key for key in person.credentials.keys or () if key.active]
        if len(active) > 1:
            oldest = min(active, key=lambda key: key.created or facts.now)
            found.append(Subject(person.user.name, "has two active keys", _deactivate(person.user.name, oldest)))
    return Finding(
        "two_active_access_keys",
        "low",
        "Users with two active access keys",
        "The second one is for the time of a change from one key to the next.",
        tuple(found),
    )


def not_seen(facts: Facts) -> Finding:
    found = []
    for person, _access in facts.people():
        have = person.credentials
        # Somebody who never signed in counts from when the user was made.
        days = facts.days(have.password_used or (person.created if have.password_use_known else None))
        # Users for emergencies are not expected to sign in.
        expected = have.password and have.reported and not person.user.protected
        if expected and days is not None and days > facts.max_unused:
            never = "never signed in" if have.password_used is None else f"last signed in {days} days ago"
            found.append(Subject(person.user.name, never, provision(person.user.name, console_access=False)))
    return Finding(
        "not_signed_in",
        "medium",
        f"Console users who have not signed in for {facts.max_unused} days",
        "A way in that nobody uses is only of use to others.",
        tuple(found),
    )


def direct_policies(facts: Facts) -> Finding:
    found = [
        Subject(
            person.user.name,
            f"directly attached: {arn.rpartition('/')[2]}",
            aws("detach-user-policy", user_name=person.user.name, policy_arn=arn),
        )
        for person, _access in facts.people()
        for arn in sorted(person.user.managed_policies)
    ]
    return Finding(
        "direct_policies",
        "low",
        "Policies attached to users",
        "Rights by group can be seen and taken back in one place. Put the user into a group that has the policy first.",
        tuple(found),
    )


def outside_groups(facts: Facts) -> Finding:
    found = [
        Subject(
            person.user.name,
            "is in no group"
            + (", and has policies of its own" if person.inline or person.user.managed_policies else ""),
            provision(person.user.name, groups=["GROUP"]),
        )
        for person, _access in facts.people()
        if not person.user.groups
    ]
    return Finding(
        "outside_every_group",
        "low",
        "Users outside every group",
        "Either they need no rights, or they have them in a way that nobody sees.",
        tuple(found),
    )


def _ways_in(person: Person) -> bool:
    have = person.credentials
    return bool(have.password) or any(key.active for key in have.keys or ())


def _register_mfa(name: str) -> str:
    return aws("create-virtual-mfa-device", virtual_mfa_device_name=name, bootstrap_method="QRCodePNG") + (
        f" --outfile {shlex.quote(f'{name}.png')}, then with two codes: "
        + aws("enable-mfa-device", user_name=name)
        + " --serial-number ARN --authentication-code1 CODE --authentication-code2 CODE"
    )


def _keys(facts: Facts) -> Iterable[tuple[Person, Access, AccessKey]]:
    for person, access in facts.people():
        for key in person.credentials.keys or ():
            if key.active:
                yield person, access, key


def _deactivate(name: str, key: AccessKey) -> str:
    if key.key_id:
        return aws("update-access-key", user_name=name, access_key_id=key.key_id, status="Inactive")
    return (
        aws("list-access-keys", user_name=name)
        + ", then: "
        + (aws("update-access-key", user_name=name, status="Inactive") + " --access-key-id KEY")
    )


def _key_name(key: AccessKey) -> str:
    return f"key {key.key_id}" if key.key_id else "a key"


def _changes(access: Access) -> bool:
    return access.changes_cloudhsm_without_mfa

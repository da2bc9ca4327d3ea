# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Findings about users: how they sign in, and what they can do. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.access import Access
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.finding import (
    Facts,
    Finding,
    Subject,
    is_administrator,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import AccessKey, Person
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.remedies import Command, aws, provision
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.words import (
    CONDITIONAL,
    CONDITIONAL_MFA,
    MFA,
    SOME,
    SOME_MFA,
    WITHOUT_MFA,
    YES,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import membership_of

# Why a user who must choose a new password can't.
NOT_ALLOWED = "nothing allows iam:ChangePassword, neither a policy nor the account's password policy"
DENIED = "a policy denies iam:ChangePassword"
DENIED_WITHOUT_MFA = "iam:ChangePassword needs MFA, and the user has no MFA device yet"
UNDECIDED = "iam:ChangePassword is allowed under a condition that the report does not evaluate"

# Days that a new key may be unused, because its owner has to set it up first.
NEW_KEY_DAYS = 14


def administrators_without_mfa(facts: Facts) -> Finding:
    found = [
        Subject(
            person.user.name,
            f"administrator without an MFA device{facts.until(person.user.name, 'administrator')}",
            _register_mfa(person.user.name),
        )
        for person, access in facts.people()
        if access.administrator in WITHOUT_MFA and person.credentials.mfa is False and _ways_in(person)
    ]
    return Finding(
        "administrator_without_mfa",
        "critical",
        "Administrators without MFA",
        "Anyone with their password or access key controls the account.",
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
        Subject(
            person.user.name,
            _how(access) + facts.until(person.user.name, "can_become_administrator"),
            _take_away(person, access),
            item=access.can_become_administrator,
        )
        for person, access in facts.people()
        if access.can_rise
    ]
    return Finding(
        "can_become_administrator",
        "high",
        "Users who can make themselves administrators",
        "Their IAM permissions let them give themselves any permission, although they are not administrators, or only "
        "with MFA. Some can always do this, some under a condition that the report does not evaluate, and some only "
        "through a user, group, policy or role that has the permissions.",
        tuple(found),
        "In the policies of these users, remove the IAM actions that the details name, or name resources that add no "
        "permission",
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
    return f"In the policies of {name}, remove {some or 'the IAM actions'}, or name resources that add no permission"


def stuck_at_first_sign_in(facts: Facts) -> Finding:
    found = []
    for person, _access in facts.people():
        why = facts.stuck.get(person.user.name)
        if why == NOT_ALLOWED:
            partition = facts.snapshot.caller.partition
            policy = f"arn:{partition}:iam::aws:policy/IAMUserChangePassword"
            run = aws("attach-user-policy", f" --policy-arn {policy}", user_name=person.user.name)
            found.append(Subject(person.user.name, why, run))
        elif why:
            run = aws("update-login-profile", " --no-password-reset-required", user_name=person.user.name)
            found.append(Subject(person.user.name, why, run))
    return Finding(
        "stuck_at_first_sign_in",
        "medium",
        "Users who must change their password but are not allowed to",
        "They can't sign in, because AWS asks for a new password first, and setting it needs iam:ChangePassword.",
        tuple(found),
    )


def console_without_mfa(facts: Facts) -> Finding:
    found = [
        Subject(
            person.user.name,
            "can sign in with only a password" + (", and change CloudHSM" if _changes(access) else ""),
            _register_mfa(person.user.name),
        )
        for person, access in facts.people()
        if person.credentials.password and person.credentials.mfa is False and access.administrator not in WITHOUT_MFA
    ]
    return Finding(
        "console_without_mfa",
        "high",
        "Console users without MFA",
        "Anyone with their password can sign in as them.",
        tuple(found),
    )


def cloudhsm_without_mfa(facts: Facts) -> Finding:
    found = [
        Subject(
            person.user.name,
            "has MFA, but access keys work without it"
            if any(key.active for key in person.credentials.keys or ())
            else "has MFA, but no policy requires it",
            "Add to the policy's statements: Condition: {Bool: {aws:MultiFactorAuthPresent: 'true'}}",
        )
        for person, access in facts.people()
        if access.changes_cloudhsm_without_mfa and person.credentials.mfa and not is_administrator(access)
    ]
    return Finding(
        "cloudhsm_without_mfa",
        "low",
        "CloudHSM can be changed without MFA",
        "These users have an MFA device, but their policies do not require it.",
        tuple(found),
    )


def administrator_keys(facts: Facts) -> Finding:
    found = [
        _about_key(person, key, "allows everything")
        for person, access, key in _keys(facts)
        if access.administrator in WITHOUT_MFA
    ]
    return Finding(
        "administrator_access_keys",
        "high",
        "Administrators with access keys",
        "An access key works from anywhere and without MFA. Administrators should use a role with short sessions.",
        tuple(found),
    )


def old_keys(facts: Facts) -> Finding:
    found = [
        _about_key(person, key, f"is {days} days old")
        for person, _access, key in _keys(facts)
        if (days := facts.days(key.created)) is not None and days > facts.max_key_age
    ]
    return Finding(
        "old_access_keys",
        "medium",
        f"Access keys older than {facts.max_key_age} days",
        "The longer a key exists, the more likely it has leaked. Create a new key, and deactivate the old one.",
        tuple(found),
    )


def unused_keys(facts: Facts) -> Finding:
    found = [
        _about_key(person, key, f"created {days} days ago, was never used", ", ")
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
        "No one needs these keys, and no one would notice if someone else used them.",
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
        "A second key should exist only while switching from one key to the next.",
        tuple(found),
    )


def not_seen(facts: Facts) -> Finding:
    found = []
    for person, _access in facts.people():
        have = person.credentials
        # For a user who never signed in, the time counts from the user's creation.
        days = facts.days(have.password_used or (person.created if have.password_use_known else None))
        # Protected users are for emergencies, so they are not expected to sign in.
        expected = have.password and have.reported and not person.user.protected
        if expected and days is not None and days > facts.max_unused:
            never = "never signed in" if have.password_used is None else f"last signed in {days} days ago"
            found.append(Subject(person.user.name, never, provision(person.user.name, console_access=False)))
    return Finding(
        "not_signed_in",
        "medium",
        f"Console users who have not signed in for {facts.max_unused} days",
        "They do not need the password, and no one would notice if someone else used it.",
        tuple(found),
    )


def direct_policies(facts: Facts) -> Finding:
    found = [
        Subject(
            person.user.name,
            f"directly attached: {arn.rpartition('/')[2]}",
            aws("detach-user-policy", user_name=person.user.name, policy_arn=arn),
            item=arn,
        )
        for person, _access in facts.people()
        for arn in sorted(person.user.managed_policies)
        # Policies of temporary memberships have findings of their own.
        if not membership_of(arn)
    ]
    return Finding(
        "direct_policies",
        "low",
        "Policies attached to users",
        "Permissions from groups can be seen and removed in one place. First add the user to a group with the policy.",
        tuple(found),
    )


def outside_groups(facts: Facts) -> Finding:
    found = [
        Subject(
            person.user.name,
            "is in no group" + (", and has its own policies" if person.inline or person.user.managed_policies else ""),
            provision(person.user.name, groups=["GROUP"]),
        )
        for person, _access in facts.people()
        if not person.user.groups
    ]
    return Finding(
        "outside_every_group",
        "low",
        "Users in no group",
        "Either they need no permissions, or their permissions are hard to see.",
        tuple(found),
    )


def _ways_in(person: Person) -> bool:
    have = person.credentials
    return bool(have.password) or any(key.active for key in have.keys or ())


def _register_mfa(name: str) -> Command:
    return aws(
        "create-virtual-mfa-device",
        " --bootstrap-method QRCodePNG --outfile {user}.png",
        ", then with two codes: aws iam enable-mfa-device --user-name {user} --serial-number ARN "
        "--authentication-code1 CODE --authentication-code2 CODE",
        virtual_mfa_device_name=name,
    )


def _keys(facts: Facts) -> Iterable[tuple[Person, Access, AccessKey]]:
    for person, access in facts.people():
        for key in person.credentials.keys or ():
            if key.active:
                yield person, access, key


def _about_key(person: Person, key: AccessKey, what: str, between: str = " ") -> Subject:
    """Return the subject of a finding about a key. A key without a known ID is identified by when it was created."""
    name = f"key {key.key_id}" if key.key_id else "a key"
    created = key.created.isoformat() if key.created else ""
    run = _deactivate(person.user.name, key)
    return Subject(person.user.name, f"{name}{between}{what}", run, item=key.key_id or created)


def _deactivate(name: str, key: AccessKey) -> Command:
    inactive = " --status Inactive"
    if key.key_id:
        return aws("update-access-key", inactive, user_name=name, access_key_id=key.key_id)
    then = f", then: aws iam update-access-key --user-name {{user}}{inactive} --access-key-id KEY"
    return aws("list-access-keys", after=then, user_name=name)


def _changes(access: Access) -> bool:
    return access.changes_cloudhsm_without_mfa

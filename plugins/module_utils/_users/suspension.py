# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Locking users out without deleting them, and the way back. Pure, like the rest of the plan.

What is taken from a user is noted in tags on the user before it is taken. So a run that is stopped anywhere can be
started again, and whoever brings the user back, from whichever machine, finds what there was.
"""

from __future__ import annotations

import difflib
import textwrap
from collections.abc import Iterable
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._users import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.calls import change, tag_list
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import (
    OWNED,
    SUSPENDED,
    Account,
    ActualUser,
    Change,
    Credentials,
    DesiredUser,
    UserPlan,
)

# Start of the keys of the tags that note what a suspended user had: identifiers and the words below, with spaces.
NOTE = f"{SUSPENDED}-had-"
CONSOLE = "console"
DENY_ALL = "deny-all"

# What can be switched off and on: the operation, the name of its identifier, and where Credentials has those.
_SWITCHES = (
    ("update_access_key", "AccessKeyId", "access_keys"),
    ("update_ssh_public_key", "SSHPublicKeyId", "ssh_public_keys"),
    ("update_signing_certificate", "CertificateId", "signing_certificates"),
    ("update_service_specific_credential", "ServiceSpecificCredentialId", "service_specific_credentials"),
)


def deny_all(account: Account) -> str:
    """ARN of the AWS managed policy that denies everything, also to sessions that are open already."""
    return f"arn:{account.caller.partition}:iam::aws:policy/AWSDenyAll"


def noted(user: ActualUser) -> frozenset[str]:
    """What the notes on a suspended user say that it had."""
    return frozenset(word for key, value in user.tags.items() if key.startswith(NOTE) for word in value.split())


def plan_suspension(name: str, account: Account) -> UserPlan:
    """The plan that locks a user out. There has to be one: a slip of the pen must not look like success."""
    before = account.users.get(name)
    if before is None:
        close = difflib.get_close_matches(name, account.users, 1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        return UserPlan(name, None, None, problems=(f"state: there is no user {name!r} to suspend{hint}",))
    policy = deny_all(account)
    have = before.credentials or Credentials()
    after = replace(
        before,
        tags={**before.tags, SUSPENDED: OWNED, **_notes(noted(before) | _at_hand(before, policy))},
        managed_policies=before.managed_policies | {policy},
        console_access=False,
        password_reset_required=None,
        credentials=replace(have, **{f"active_{field}": () for _operation, _key, field in _SWITCHES}),
    )
    new = {key: value for key, value in after.tags.items() if before.tags.get(key) != value}
    changes = [change(name, "tag_user", Tags=tag_list(new))] if new else []
    if policy not in before.managed_policies:
        changes.append(change(name, "attach_user_policy", PolicyArn=policy))
    changes += _switch(name, have, off=True)
    if before.console_access:
        # The console knows no other switch. With the password it forgets nothing that can't be made anew.
        changes.append(change(name, "delete_login_profile"))
    return UserPlan(name, before, after, tuple(changes), urgent=len(changes))


def _at_hand(before: ActualUser, policy: str) -> frozenset[str]:
    """What the user can do now and is about to lose, in the words of the notes."""
    have = before.credentials or Credentials()
    words = {word for _operation, _key, field in _SWITCHES for word in getattr(have, f"active_{field}")}
    if before.console_access:
        words.add(CONSOLE)
    # Once the user is suspended the policy is there because of that.
    if policy in before.managed_policies and not before.suspended:
        words.add(DENY_ALL)
    return frozenset(words)


def _notes(words: Iterable[str]) -> dict[str, str]:
    """The words as tags, as many to a tag as its value can hold."""
    lines = textwrap.wrap(
        " ".join(sorted(words)), limits.TAG_VALUE_LENGTH, break_long_words=False, break_on_hyphens=False
    )
    return {f"{NOTE}{number}": line for number, line in enumerate(lines, 1)}


def _switch(name: str, have: Credentials, *, off: bool, only: frozenset[str] | None = None) -> list[Change]:
    """Switch off what is on, or on what is off. only names those that are meant, where not all are."""
    return [
        change(name, operation, **{key: identifier, "Status": "Inactive" if off else "Active"})
        for operation, key, field in _SWITCHES
        for identifier in getattr(have, field)
        if (identifier in getattr(have, f"active_{field}")) == off and (only is None or identifier in only)
    ]


def restoration_problems(desired: DesiredUser, before: ActualUser | None) -> Iterable[str]:
    """What has to be said for a suspended user to come back."""
    if not before or not before.suspended or before.console_access:
        return
    if desired.console_access is None and CONSOLE in noted(before):
        yield (
            "console_access: the user had it before the suspension, and its password is gone; "
            "say true for a new password, or false for none"
        )


def without_suspension(desired: DesiredUser, before: ActualUser, account: Account) -> ActualUser:
    """The user as if it had never been suspended, but for what was switched off: what other changes start from."""
    policy = deny_all(account)
    stays = DENY_ALL in noted(before) or policy in (desired.managed_policies or ())
    return replace(
        before,
        tags={key: value for key, value in before.tags.items() if not _is_ours(key)},
        managed_policies=before.managed_policies if stays else before.managed_policies - {policy},
    )


def plan_restoration(before: ActualUser, update: UserPlan, account: Account) -> UserPlan:
    """The plan that brings a suspended user back. update is the plan of its other changes, made without_suspension.

    Everything else happens while all is still denied. The tags go last: until then another run can do the rest.
    """
    if update.after is None:
        raise ValueError(f"{update.name} is to be brought back by a plan that deletes it")
    policy = deny_all(account)
    have = before.credentials or Credentials()
    had = noted(before)
    detach = change(before.name, "detach_user_policy", PolicyArn=policy)
    ends = policy in before.managed_policies and policy not in update.after.managed_policies
    changes = [
        *_switch(before.name, have, off=False, only=had),
        *(call for call in update.changes if call != detach),
        *([detach] if ends else []),
        change(before.name, "untag_user", TagKeys=sorted(key for key in before.tags if _is_ours(key))),
    ]
    active = {
        f"active_{field}": tuple(
            identifier
            for identifier in getattr(have, field)
            if identifier in had or identifier in getattr(have, f"active_{field}")
        )
        for _operation, _key, field in _SWITCHES
    }
    after = replace(update.after, credentials=replace(have, **active))
    return UserPlan(before.name, before, after, tuple(changes))


def _is_ours(key: str) -> bool:
    return key == SUSPENDED or key.startswith(NOTE)

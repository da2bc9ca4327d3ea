# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Plans suspensions, which lock users out without deleting them, and restorations. Pure, like the rest of the plan.

Tags on the user note what a suspension takes, before it takes it. So an interrupted run can be repeated, and a person
who restores the user, from any machine, can see what it had. The notes are for people only: anyone who may tag users
can write them, so they never activate a credential.

A user can't prepare itself so that a lock-out fails. If the AWS managed policy can't be attached, an inline policy
denies everything. If the user has too many tags, notes are left out. If a user has room neither for the tag nor for
the inline policy, the managed policy is the mark, and one other policy is detached if there are too many.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import BOOLEANS, nearest, read_list
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import OWNED, SUSPENDED
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tag_text import decode, encode
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.calls import change, tag_list
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.denial import DENY_EVERYTHING, SUSPENDED_POLICY, fits
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import (
    Account,
    ActualUser,
    Change,
    Credentials,
    DesiredUser,
    Options,
    UserPlan,
)

# Prefix of tags that note what a suspended user had: identifiers and the words below, separated by spaces.
NOTE = f"{SUSPENDED}-had-"
CONSOLE = "console"
DENY_ALL = "deny-all"

# Credentials that can be deactivated: the operation, its parameter for the identifier, and the field of Credentials.
_SWITCHES = (
    ("update_access_key", "AccessKeyId", "access_keys"),
    ("update_ssh_public_key", "SSHPublicKeyId", "ssh_public_keys"),
    ("update_signing_certificate", "CertificateId", "signing_certificates"),
    ("update_service_specific_credential", "ServiceSpecificCredentialId", "service_specific_credentials"),
)


def deny_all(account: Account) -> str:
    """Return the ARN of the AWS managed policy that denies everything, also to open sessions."""
    return f"arn:{account.caller.partition}:iam::aws:policy/AWSDenyAll"


def noted(user: ActualUser) -> frozenset[str]:
    """Return what a suspended user had according to the notes in its tags."""
    return frozenset(decode(word) for key, value in user.tags.items() if key.startswith(NOTE) for word in value.split())


def plan_suspension(name: str, account: Account) -> UserPlan:
    """Plan the suspension of a user, who must exist: a misspelled name must not look like success."""
    before = account.users.get(name)
    if before is None:
        close = nearest(name, account.users)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        return UserPlan(name, None, None, problems=(f"state: there is no user {name!r} to suspend{hint}",))
    have = before.credentials or Credentials()
    words = noted(before) | _at_hand(before, deny_all(account)) | _given_up(before, account)
    new = _new_tags(before, _notes(words))
    locked = replace(
        before,
        tags={**before.tags, **new},
        console_access=False,
        password_reset_required=None,
        credentials=replace(have, **{f"active_{field}": () for _operation, _key, field in _SWITCHES}),
    )
    denying, after = _deny(locked, before.marked, account)
    changes = [change(name, "tag_user", Tags=tag_list(new))] if new else []
    changes += denying
    changes += _switch(name, have, off=True)
    if before.console_access:
        # A login profile can't be deactivated. Deleting it loses only the password, which can be replaced.
        changes.append(change(name, "delete_login_profile"))
    return UserPlan(name, before, after, tuple(changes), urgent=len(changes))


def _new_tags(before: ActualUser, notes: Mapping[str, str]) -> dict[str, str]:
    """Return the missing or outdated mark and notes, as many as the user has room for, the mark first."""
    wanted = {SUSPENDED: OWNED, **notes}
    room = max(0, limits.TAGS_PER_USER - len(before.tags))
    fitting = [key for key in wanted if key not in before.tags][:room]
    return {
        key: value
        for key, value in wanted.items()
        if before.tags.get(key) != value and (key in before.tags or key in fitting)
    }


def _deny(locked: ActualUser, marked_before: bool, account: Account) -> tuple[list[Change], ActualUser]:
    """Return the calls that deny the user everything, and the user after them.

    The inline policy replaces the managed one if that can't be attached. It also marks a user who has no room for the
    tag, or for the note that the managed one was attached for another reason.
    """
    name, policy = locked.name, deny_all(account)
    attached = policy in locked.managed_policies
    full = _has_no_place(locked, account)
    theirs = attached and not marked_before and DENY_ALL not in noted(locked)
    inline = SUSPENDED_POLICY in locked.inline_policies
    if inline and not locked.altered_deny:
        return [], locked
    has_room = fits(locked.inline_length)
    if inline or ((full or theirs or SUSPENDED not in locked.tags) and has_room):
        put = change(name, "put_user_policy", PolicyName=SUSPENDED_POLICY, PolicyDocument=json.dumps(DENY_EVERYTHING))
        return [put], replace(locked, inline_policies=locked.inline_policies | {SUSPENDED_POLICY}, altered_deny=False)
    if attached:
        return [], locked
    given_up = _given_up(locked, account)
    changes = [change(name, "detach_user_policy", PolicyArn=arn) for arn in given_up]
    changes.append(change(name, "attach_user_policy", PolicyArn=policy))
    return changes, replace(locked, managed_policies=locked.managed_policies - given_up | {policy})


def _has_no_place(user: ActualUser, account: Account) -> bool:
    """Whether the managed policy that denies everything can't be attached, because others take all places."""
    attached = user.managed_policies
    return deny_all(account) not in attached and len(attached) >= limits.POLICIES_PER_USER


def _given_up(user: ActualUser, account: Account) -> frozenset[str]:
    """Return the policy to detach so that the user can be denied everything: a lock-out may take rights away."""
    inline = SUSPENDED_POLICY in user.inline_policies or fits(user.inline_length)
    return frozenset() if inline or not _has_no_place(user, account) else frozenset(sorted(user.managed_policies)[:1])


def _at_hand(before: ActualUser, policy: str) -> frozenset[str]:
    """Return what the notes have to keep: active credentials, console access, and a denial for another reason."""
    have = before.credentials or Credentials()
    words = {word for _operation, _key, field in _SWITCHES for word in getattr(have, f"active_{field}")}
    if before.console_access:
        words.add(CONSOLE)
    # If the user is suspended already, the suspension attached the policy.
    if policy in before.managed_policies and not before.marked:
        words.add(DENY_ALL)
    return frozenset(words)


def _notes(words: Iterable[str]) -> dict[str, str]:
    """Return the words as tags, as many in each as its value can hold. Words that no value can hold are left out."""
    text = " ".join(sorted(encode(word) for word in words))
    lines = textwrap.wrap(text, limits.TAG_VALUE_LENGTH, break_long_words=False, break_on_hyphens=False)
    short = [line for line in lines if len(line) <= limits.TAG_VALUE_LENGTH]
    return {f"{NOTE}{number}": line for number, line in enumerate(short, 1)}


def _switch(name: str, have: Credentials, *, off: bool, only: frozenset[str] | None = None) -> list[Change]:
    """Return the calls that deactivate active credentials, or activate inactive ones. only limits them to these IDs."""
    return [
        change(name, operation, **{key: identifier, "Status": "Inactive" if off else "Active"})
        for operation, key, field in _SWITCHES
        for identifier in getattr(have, field)
        if (identifier in getattr(have, f"active_{field}")) == off and (only is None or identifier in only)
    ]


def restoration_problems(desired: DesiredUser, before: ActualUser | None) -> Iterable[str]:
    """Yield what the playbook has to specify before a suspended user can be restored."""
    if not before or not before.marked or before.console_access:
        return
    if desired.console_access is not None:
        return
    if CONSOLE in noted(before):
        yield (
            "console_access: the user had it before the suspension, and its password is gone; "
            "set it to true for a new password, or to false for none"
        )
    elif before.full_of_tags:
        yield (
            "console_access: the user may have had it before the suspension, which had no room for notes in the tags; "
            "set it to true for a new password, or to false for none"
        )


def read_restored(value: object) -> tuple[bool | frozenset[str], list[str]]:
    """Read the option O(restore_suspended), a boolean or names (list or text). Return its value and its problems."""
    if value is None or isinstance(value, bool):
        return bool(value), []
    known = BOOLEANS.get(value.strip().lower(), None if value.strip() else False) if isinstance(value, str) else None
    if known is not None:
        return known, []
    if isinstance(value, Mapping) or not isinstance(value, Sequence):
        return False, ["restore_suspended: must be true, false, or a list of names of users"]
    names, problems = read_list(value)
    return frozenset(names), [f"restore_suspended: {problem}" for problem in problems]


def option_problems(desired: Iterable[DesiredUser], account: Account, options: Options) -> Iterable[str]:
    """Yield the problems of the names in restore_suspended."""
    listed = [user.name for user in desired if user.present and not user.suspended]
    for name in sorted(options.restore_users):
        if name not in listed:
            close = nearest(name, listed)
            hint = f"; did you mean {close[0]!r}?" if close else ""
            there = "is not listed as present" if name in account.users else "is not a user of the account"
            yield f"restore_suspended: {name!r} {there}{hint}"


def without_suspension(desired: DesiredUser, before: ActualUser, account: Account) -> ActualUser:
    """Return the user without its suspension, except that credentials stay inactive. Other changes start from it."""
    policy = deny_all(account)
    # If the inline policy denied everything, the managed one was attached for another reason.
    others = DENY_ALL in noted(before) or SUSPENDED_POLICY in before.inline_policies
    stays = others or policy in (desired.managed_policies or ())
    return replace(
        before,
        tags={key: value for key, value in before.tags.items() if not _is_ours(key)},
        managed_policies=before.managed_policies if stays else before.managed_policies - {policy},
        inline_policies=before.inline_policies - {SUSPENDED_POLICY},
        altered_deny=False,
    )


def plan_restoration(before: ActualUser, update: UserPlan, account: Account, wanted: frozenset[str]) -> UserPlan:
    """Plan the restoration of a suspended user. update is the plan of its other changes, made from without_suspension.

    wanted are the identifiers of credentials to activate. If possible, all changes are made while everything is still
    denied. The marks are removed last, so that another run can finish an interrupted restoration.
    """
    if update.after is None:
        raise ValueError(f"{update.name} is to be brought back by a plan that deletes it")
    policy = deny_all(account)
    have = before.credentials or Credentials()
    detach = change(before.name, "detach_user_policy", PolicyArn=policy)
    ends = policy in before.managed_policies and policy not in update.after.managed_policies
    tags = sorted(key for key in before.tags if _is_ours(key))
    others = [call for call in update.changes if call != detach]
    # A user without a mark of its own counts as suspended only while its tags are full, so they change after detach.
    late = [] if _has_own_mark(before) else [call for call in others if call.operation in ("untag_user", "tag_user")]
    # If the marks leave no room for the user's new tags, these are added after the marks are removed.
    crowded = len(update.after.tags) + len(tags) > limits.TAGS_PER_USER
    last = [call for call in others if crowded and call.operation == "tag_user" and call not in late]
    changes = [
        *_switch(before.name, have, off=False, only=wanted),
        *(call for call in others if call not in (*late, *last)),
        *([detach] if ends else []),
        *late,
        *([change(before.name, "untag_user", TagKeys=tags)] if tags else []),
        *last,
        *(
            [change(before.name, "delete_user_policy", PolicyName=SUSPENDED_POLICY)]
            if SUSPENDED_POLICY in before.inline_policies
            else []
        ),
    ]
    active = {
        f"active_{field}": tuple(
            identifier
            for identifier in getattr(have, field)
            if identifier in wanted or identifier in getattr(have, f"active_{field}")
        )
        for _operation, _key, field in _SWITCHES
    }
    after = replace(update.after, credentials=replace(have, **active))
    return UserPlan(before.name, before, after, tuple(changes))


def left_off(plan: UserPlan, options: Options) -> list[str]:
    """Return the credentials that were active before the suspension, by its notes, and stay inactive after the plan."""
    if not plan.before or not plan.before.marked or plan.after is None or plan.after.marked:
        return []
    have = plan.after.credentials or Credentials()
    off = {
        identifier
        for _operation, _key, field in _SWITCHES
        for identifier in getattr(have, field)
        if identifier not in getattr(have, f"active_{field}")
    }
    return sorted(off & noted(plan.before) - options.restore_credentials)


def warning(plan: UserPlan, options: Options) -> str | None:
    """Return a warning about what a restored user does not get back, or may not; None if it needs none."""
    told = [text for text in (_inactive(plan, options), _lost_policy(plan)) if text]
    return ". ".join(told) or _without_notes(plan)


def _inactive(plan: UserPlan, options: Options) -> str | None:
    """Return a warning about credentials of a restored user that stay inactive; None if none do."""
    off = left_off(plan, options)
    if not off:
        return None
    return (
        f"{plan.name} is restored, and these stay inactive: {', '.join(off)}. They were active before the suspension, "
        "as its tags say; list in restore_credentials those to activate again"
    )


def _lost_policy(plan: UserPlan) -> str | None:
    """Return a warning about a policy that the suspension took to make room, and that the restored user lacks."""
    before, after = plan.before, plan.after
    if not before or not before.marked or after is None or after.marked:
        return None
    lost = sorted(word for word in noted(before) - after.managed_policies if word.startswith("arn:"))
    if not lost:
        return None
    return (
        f"{plan.name} is restored without {', '.join(lost)}. The suspension detached this to make room for the policy "
        "that denies everything; attach it again if the user needs it"
    )


def _without_notes(plan: UserPlan) -> str | None:
    """Return a warning that notes on a restored user may be missing, because its tags were full; None if not."""
    before, after = plan.before, plan.after
    if not before or not before.marked or not before.full_of_tags or after is None or after.marked:
        return None
    return (
        f"{plan.name} is restored, and its suspension had no room in the tags for all notes; check its access keys, "
        "and whether it lost a policy (the result of the suspension named it)"
    )


def _has_own_mark(user: ActualUser) -> bool:
    """Whether a suspended user has a mark that can't mean anything else."""
    return SUSPENDED in user.tags or SUSPENDED_POLICY in user.inline_policies


def _is_ours(key: str) -> bool:
    return key == SUSPENDED or key.startswith(NOTE)

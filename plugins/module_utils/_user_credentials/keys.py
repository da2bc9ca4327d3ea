# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Plans the next step to replace an access key without an interruption, from the account's state. Pure.

    one key -> create another -> AWS sees the new one used -> deactivate the old one -> wait -> delete it

This is the order of the IAM User Guide, "Update access keys". A user can have two keys (IAM quotas). Each run takes the
step that is due, and says what the next one waits for. A tag on the user records which key is the new one and which
the old one; until it is set, the store does, beside the secret.

Only the answer of CreateAccessKey has the secret (IAM API reference, CreateAccessKey). So a run that is stopped between
that call and the store leaves a key whose secret nobody has. The record that the run made in the store before shows
which key this is: it was created at that time, did not exist before, and was never used.
"""

from __future__ import annotations

import datetime
import typing as t
from collections.abc import Sequence
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import ROTATION
from ansible_collections.cloudhsm.iam.plugins.module_utils._user_credentials.model import (
    NEW,
    TIME,
    AccessKey,
    KeyEntry,
    Moment,
    Options,
    Plan,
    Situation,
    refused,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.calls import change, tag_list
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import ActualUser, Change, Credentials

# Seconds within which the key is created after the record: one call, which waits at most a minute for its answer.
WINDOW = 120
# Seconds for which the run that made the record may still be at work.
PATIENCE = WINDOW
KEYS = 2


class Marked(t.NamedTuple):
    """The tag's value: the new key, the old key, and the time since which the old key is inactive."""

    new: str
    old: str
    since: Moment | None = None

    def value(self) -> str:
        """Return the tag's value."""
        return " ".join([self.new, self.old, *([self.since.strftime(TIME)] if self.since else [])])


def read_marked(user: ActualUser) -> Marked | None:
    """Return the content of the tag; None if the user has no such tag, or this collection did not write it."""
    words = user.tags.get(ROTATION, "").split()
    if len(words) not in (2, 3):
        return None
    try:
        since = datetime.datetime.strptime(words[2], TIME).replace(tzinfo=datetime.UTC) if words[2:] else None
    except ValueError:
        return None
    return Marked(words[0], words[1], since)


def make_plan(situation: Situation, options: Options, entry: KeyEntry | None) -> Plan:
    """Return the plan of the step that is due. entry is what the store knows about the user's key."""
    user = situation.user
    marked = read_marked(user)
    lost = _no_room(user) or _lost(situation, options, entry)
    if isinstance(lost, str):
        return refused(situation, lost)
    keys = tuple(key for key in situation.keys if key != lost)
    gone = () if lost is None else (change(user.name, "delete_access_key", AccessKeyId=lost.id),)
    if lost is None and marked and len(keys) == 1 and keys[0].id == marked.new:
        return _finished(situation, keys)
    settles = bool(entry and _is_stored(situation, entry))
    if len(keys) < KEYS:
        return _creation(situation, options, keys, gone) if not settles else _first_is_stored(situation)
    pair = _which_is_which(situation, options, keys, marked, entry)
    if isinstance(pair, str):
        return refused(situation, pair)
    new, old = pair
    known = marked if marked and (marked.new, marked.old) == (new.id, old.id) else None
    made = _inactive(situation, options, new, old, known) if not old.active else _active(situation, options, new, old)
    made = _noted(made, situation, Marked(new.id, old.id), known)
    return replace(_not_its_own(made, situation), settles=settles)


def _no_room(user: ActualUser) -> str | None:
    if ROTATION in user.tags or len(user.tags) < limits.TAGS_PER_USER:
        return None
    return f"user: {user.name} has no room for another tag, which notes how far this is"


def _lost(situation: Situation, options: Options, entry: KeyEntry | None) -> AccessKey | str | None:
    """Return the key whose secret is lost, a sentence if it can't be identified, or None."""
    if options.lost_key:
        return _named_as_lost(situation, options.lost_key)
    if entry is None or entry.begun is None:
        return None
    return None if _is_stored(situation, entry) else _left_behind(situation, entry.begun, entry.before)


def _is_stored(situation: Situation, entry: KeyEntry) -> bool:
    """Whether the store has the secret of the key that a run was about to create, but was not marked as done."""
    return bool(entry.begun) and entry.key_id in {key.id for key in situation.keys} - entry.before


def _left_behind(situation: Situation, begun: Moment, before: frozenset[str]) -> AccessKey | str | None:
    made = [key for key in situation.keys if key.id not in before]
    if situation.now < begun + datetime.timedelta(seconds=PATIENCE):
        due = (begun + datetime.timedelta(seconds=PATIENCE)).strftime(TIME)
        return f"user: another run may be creating a key at this moment; if none is, run this again after {due}"
    if not made:
        return None
    (key,) = made if len(made) == 1 else (None,)
    latest = begun + datetime.timedelta(seconds=WINDOW)
    if key and begun <= key.created <= latest and key.used is None:
        return key
    return (
        f"user: an earlier run was stopped at {begun.strftime(TIME)} while it created a key, and it can't be "
        f"told for certain which one: {', '.join(key.described() for key in made)}. To have a key deleted of which "
        "nobody has the secret, name it as lost_key"
    )


def _named_as_lost(situation: Situation, key_id: str) -> AccessKey | str:
    named = next((key for key in situation.keys if key.id == key_id), None)
    if named is None:
        return f"lost_key: {_has(situation)}, and not {key_id}"
    if named.active and named.used:
        return f"lost_key: {named.described()} is in use, so somebody has its secret; deactivate it first"
    return named


def _has(situation: Situation) -> str:
    listed = ", ".join(key.described() for key in situation.keys)
    return f"{situation.user.name} has {listed or 'no access key'}"


def _which_is_which(
    situation: Situation, options: Options, keys: Sequence[AccessKey], marked: Marked | None, entry: KeyEntry | None
) -> tuple[AccessKey, AccessKey] | str:
    """Return the new key and the old one, or why it is unknown which is which."""
    by_id = {key.id: key for key in keys}
    if options.old_key and options.old_key not in by_id:
        return f"old_key: {_has(situation)}, and not {options.old_key}"
    new_id = marked.new if marked and {marked.new, marked.old} == set(by_id) else entry.key_id if entry else ""
    pair = _pair(keys, new_id) if new_id in by_id else None
    if pair and pair[1].created > pair[0].created and pair[0].id != (marked and marked.new):
        # The rotation that the store knows about has ended, and another key was created since.
        if not options.old_key:
            return (
                f"user: {_has(situation)}. {pair[0].id} is in the store, and {pair[1].id} was created after it by "
                "somebody else; name the one to give up as old_key"
            )
        pair = None
    if pair is None and not options.old_key:
        return (
            f"user: {_has(situation)}, and neither was created by this playbook, as far as its notes go; name the one "
            "to give up as old_key"
        )
    if pair is None:
        old, new = _pair(keys, str(options.old_key))
        return new, old
    if options.old_key and options.old_key != pair[1].id:
        return f"old_key: {pair[1].id} is the old key by the notes of an earlier run, and not {options.old_key}"
    return pair


def _pair(keys: Sequence[AccessKey], first: str) -> tuple[AccessKey, AccessKey]:
    """Return the two keys, the one with this ID first."""
    one, other = sorted(keys, key=lambda key: key.id != first)
    return one, other


def _creation(situation: Situation, options: Options, keys: Sequence[AccessKey], gone: tuple[Change, ...]) -> Plan:
    """Return the step that creates a key, after deleting the lost one."""
    user = situation.user
    if not keys and not options.create_first and not gone:
        return refused(situation, f"user: {user.name} has no access key; to create the first, set create_first to true")
    old = keys[0] if keys else None
    age = options.min_age_days
    if old and age is not None and situation.now < old.created + datetime.timedelta(days=age) and not gone:
        due = old.created + datetime.timedelta(days=age)
        return Plan(
            user,
            stage="young",
            told=(f"{old.described()} is less than {age} days old: nothing to do before {_day(due)}",),
        )
    if options.store == "none":
        return refused(situation, "store: a new key has to be handed over; set it to file, vault_file or another store")
    changes = [*gone, change(user.name, "create_access_key")]
    if old:
        changes.append(change(user.name, "tag_user", Tags=tag_list({ROTATION: Marked(NEW, old.id).value()})))
        told = [
            f"Next: put the new key where {old.id} is used, and run this again",
            f"Once AWS has seen the new key used, that run deactivates {old.id}",
        ]
    else:
        told = ["Next: put the new key where it is needed"]
    return Plan(_with_keys(user, keys), tuple(changes), stage="created", told=tuple(told))


def _first_is_stored(situation: Situation) -> Plan:
    """Return the plan after an earlier run that was stopped when the user's first key was in the store already."""
    return Plan(situation.user, stage="created", told=("Next: put the new key where it is needed",), settles=True)


def _active(situation: Situation, options: Options, new: AccessKey, old: AccessKey) -> Plan:
    """Return the plan that deactivates the old key, or waits."""
    user = situation.user
    if not new.active:
        return refused(
            situation, f"user: the new key {new.id} is inactive; activate it, or delete it and run this again"
        )
    if not new.used_since_created:
        return Plan(
            user,
            stage="waits_for_use",
            told=(
                f"Waits: AWS has not seen the new key {new.id} used yet. Its information can be some hours late",
                f"Next: put {new.id} where {old.id} is used, and run this again. Then {old.id} is deactivated",
            ),
        )
    if _still_used(new, old) and not options.deactivate_used:
        return Plan(
            user,
            stage="waits_for_disuse",
            told=(
                f"Waits: the old key {old.id} was used after the new one ({_use(old)}; {new.id}: {_use(new)})",
                f"Next: find what still uses {old.id}, and run this again, or set deactivate_used",
            ),
        )
    since = situation.now
    tags = {ROTATION: Marked(new.id, old.id, since).value()}
    return Plan(
        _with_keys(user, situation.keys, off=old.id),
        (
            change(user.name, "tag_user", Tags=tag_list(tags)),
            change(user.name, "update_access_key", AccessKeyId=old.id, Status="Inactive"),
        ),
        stage="deactivated",
        told=(
            f"{old.id} is inactive from now on. If something fails without it, activate it again: "
            f"aws iam update-access-key --user-name {user.name} --access-key-id {old.id} --status Active",
            *_deletion_is_next(options, old, since),
        ),
    )


def _still_used(new: AccessKey, old: AccessKey) -> bool:
    return old.used is not None and new.used is not None and old.used > new.used


def _use(key: AccessKey) -> str:
    return f"{key.used.strftime(TIME)} for {key.service}" if key.used else "never"


def _inactive(situation: Situation, options: Options, new: AccessKey, old: AccessKey, known: Marked | None) -> Plan:
    """Return the plan that deletes the old key if it has been inactive for long enough, or waits."""
    user, now = situation.user, situation.now
    if not new.active:
        return refused(situation, f"user: the new key {new.id} and the old key {old.id} are inactive; activate one")
    if not new.used_since_created:
        return Plan(
            user,
            stage="waits_for_use",
            told=(f"Waits: AWS has not seen the new key {new.id} used yet, so the inactive {old.id} stays for now",),
        )
    since = known.since if known else None
    # This collection does not write a date in the future.
    if since is None or since > now:
        tags = {ROTATION: Marked(new.id, old.id, now).value()}
        return Plan(
            user,
            (change(user.name, "tag_user", Tags=tag_list(tags)),),
            stage="deactivated",
            told=(f"{old.id} is inactive already; its waiting time begins now", *_deletion_is_next(options, old, now)),
        )
    days = options.delete_after_days
    if days is None or now < since + datetime.timedelta(days=days):
        return Plan(user, stage="waits_for_deletion", told=tuple(_deletion_is_next(options, old, since)))
    kept = tuple(key for key in situation.keys if key != old)
    return Plan(
        replace(_with_keys(user, kept), tags=_without_mark(user)),
        (
            change(user.name, "delete_access_key", AccessKeyId=old.id),
            change(user.name, "untag_user", TagKeys=[ROTATION]),
        ),
        stage="finished",
        told=(_done(new),),
    )


def _deletion_is_next(options: Options, old: AccessKey, since: Moment) -> list[str]:
    days = options.delete_after_days
    if days is None:
        return [
            f"{old.id} is inactive since {since.strftime(TIME)}, and stays until a run with delete_after_days, "
            "such as -e delete_after_days=7"
        ]
    due = since + datetime.timedelta(days=days)
    return [f"Next: run this again after {due.strftime(TIME)}. Then {old.id} is deleted (delete_after_days: {days})"]


def _finished(situation: Situation, keys: Sequence[AccessKey]) -> Plan:
    """Return the plan if the old key is deleted, but the tag is not."""
    user = situation.user
    return Plan(
        replace(user, tags=_without_mark(user)),
        (change(user.name, "untag_user", TagKeys=[ROTATION]),),
        stage="finished",
        told=(_done(keys[0]),),
    )


def _done(new: AccessKey) -> str:
    return f"Done: {new.id} has taken the place of the old key. The next run begins to replace {new.id}"


def _noted(plan: Plan, situation: Situation, pair: Marked, known: Marked | None) -> Plan:
    """Return the plan. If no tag records which key is which, the plan sets it too."""
    user = situation.user
    if known or plan.problems or plan.has("tag_user", "untag_user"):
        return plan
    note = change(user.name, "tag_user", Tags=tag_list({ROTATION: pair.value()}))
    return replace(plan, changes=(note, *plan.changes))


def _not_its_own(plan: Plan, situation: Situation) -> Plan:
    """Return the plan, or a refusal if it would deactivate or delete the key that the run itself calls with."""
    own = situation.own_key
    off = [c for c in plan.changes if c.operation in ("update_access_key", "delete_access_key")]
    if own and any(c.params["AccessKeyId"] == own for c in off):
        return refused(
            situation, f"user: this run calls with {own}, which is to be switched off; run it with the new key"
        )
    return plan


def _with_keys(user: ActualUser, keys: Sequence[AccessKey], off: str = "") -> ActualUser:
    have = user.credentials or Credentials()
    active = tuple(key.id for key in keys if key.active and key.id != off)
    return replace(
        user, credentials=replace(have, access_keys=tuple(key.id for key in keys), active_access_keys=active)
    )


def _without_mark(user: ActualUser) -> dict[str, str]:
    return {key: value for key, value in user.tags.items() if key != ROTATION}


def _day(moment: Moment) -> str:
    return moment.strftime("%Y-%m-%d")

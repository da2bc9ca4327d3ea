# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Makes the plan for users of the identity store who leave or come back, and finds reasons to refuse it. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import Change
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users.model import (
    ABSENT,
    RESTORED,
    SUSPENDED,
    Held,
    Note,
    Options,
    Person,
    Plan,
    Snapshot,
    UserPlan,
    UserWish,
)

# The stages of a run, in order. Access is noted before it is taken away. Memberships come before assignments, because
# AWS removes them faster. Notes are deleted after everything is given back.
NOTE, LEAVE, UNASSIGN, JOIN, ASSIGN, FORGET, DELETE = (
    "note",
    "leave",
    "unassign",
    "join",
    "assign",
    "forget",
    "delete",
)
STAGES = (NOTE, LEAVE, UNASSIGN, JOIN, ASSIGN, FORGET, DELETE)
_SOME = 5
State = dict[str, t.Any]


def make_plan(wishes: Sequence[UserWish], snapshot: Snapshot, options: Options) -> Plan:
    """Return the changes for each user, and the reasons to refuse them."""
    users = tuple(plan_user(wish, snapshot) for wish in wishes)
    return Plan(users, tuple(_refusals(users, snapshot, options)))


def plan_user(wish: UserWish, snapshot: Snapshot) -> UserPlan:
    """Return the plan for one user."""
    person = snapshot.people.get(wish.name)
    if person is None:
        return UserPlan(wish.name, wish.state, None)
    if wish.state == RESTORED:
        return _restored(wish, person, snapshot)
    # An external identity provider would restore deleted users and memberships.
    external = bool(snapshot.issuers)
    before = _state(person, snapshot)
    changes: dict[str, tuple[Change, ...]] = {
        LEAVE: () if external else tuple(_memberships("delete_group_membership", person.memberships, person, snapshot)),
        UNASSIGN: tuple(_assignments("delete_account_assignment", person.assignments, person, snapshot)),
    }
    groups = before["groups"] if external else []
    if wish.state == SUSPENDED:
        note = _with_note(person, snapshot, external)
        changes[NOTE] = (Change("put_parameter", user=wish.name, params={"note": note}),) if note else ()
        after: State | None = {"groups": groups, "assignments": [], "suspended": True}
    else:
        changes[FORGET] = _forgotten(person)
        changes[DELETE] = () if external else (Change("delete_user", user=person.name),)
        after = {"groups": groups, "assignments": [], "suspended": False} if external else None
    return UserPlan(wish.name, wish.state, person, changes, before, after)


def _state(person: Person, snapshot: Snapshot) -> State:
    return {
        "groups": sorted(snapshot.group_names.get(group, group) for group in person.memberships),
        "assignments": sorted(described(one, snapshot) for one in person.assignments),
        "suspended": person.stored.note is not None,
    }


def described(one: Held, snapshot: Snapshot) -> str:
    """Return an assignment as one word: the permission set's name, which has no colon, and the account ID."""
    arn, account = one
    return f"{snapshot.set_names.get(arn, arn.rpartition('/')[2])}:{account}"


def _with_note(person: Person, snapshot: Snapshot, external: bool) -> Note | None:
    """Return the note to write, with all that an earlier run noted; None if the stored note is complete."""
    known = person.stored.note or Note()
    left = {} if external else {group: snapshot.group_names.get(group, group) for group in person.memberships}
    whole = Note({**known.groups, **left}, known.assignments | person.assignments)
    # A group with a new name is still the same group.
    same = whole.groups.keys() == known.groups.keys() and whole.assignments == known.assignments
    return None if person.stored.note and same else whole


def _restored(wish: UserWish, person: Person, snapshot: Snapshot) -> UserPlan:
    note, before = person.stored.note, _state(person, snapshot)
    if note is None:
        # A run that was interrupted may have left parts of a note.
        return UserPlan(wish.name, wish.state, person, {FORGET: _forgotten(person)}, before, before)
    groups = {group: name for group, name in note.groups.items() if group in snapshot.group_names}
    kept = {one for one in note.assignments if one[0] in snapshot.set_names and one[1] in snapshot.active_accounts}
    gone = [f"group {name}" for group, name in sorted(note.groups.items()) if group not in groups]
    gone += [f"assignment {described(one, snapshot)}" for one in sorted(note.assignments - kept)]
    joined = groups.keys() - person.memberships.keys()
    changes = {
        JOIN: tuple(_memberships("create_group_membership", joined, person, snapshot)),
        ASSIGN: tuple(_assignments("create_account_assignment", kept - person.assignments, person, snapshot)),
        FORGET: _forgotten(person),
    }
    names = {snapshot.group_names[group] for group in groups}
    after = {
        "groups": sorted({*before["groups"], *names}),
        "assignments": sorted({*before["assignments"], *(described(one, snapshot) for one in kept)}),
        "suspended": False,
    }
    return UserPlan(wish.name, wish.state, person, changes, before, after, tuple(gone))


def _forgotten(person: Person) -> tuple[Change, ...]:
    names = person.stored.parts
    return (Change("delete_parameters", user=person.name, params={"names": names}),) if names else ()


def _memberships(operation: str, groups: Iterable[str], person: Person, snapshot: Snapshot) -> Iterator[Change]:
    for name, group in sorted((snapshot.group_names.get(group, group), group) for group in groups):
        yield Change(operation, group=name, user=person.name, params={"group_id": group})


def _assignments(operation: str, held: Iterable[Held], person: Person, snapshot: Snapshot) -> Iterator[Change]:
    for arn, account in sorted(held):
        yield Change(
            operation, snapshot.set_names.get(arn, arn), account, user=person.name, params={"permission_set_arn": arn}
        )


def _refusals(users: Sequence[UserPlan], snapshot: Snapshot, options: Options) -> Iterator[str]:
    places = {user.name: f"users[{index}]" for index, user in enumerate(users)}
    missing = [user.name for user in users if user.person is None]
    if missing and not options.missing_ok:
        yield f"users: the identity store has no user {some(missing)}"
    for user in users:
        problem = user.person.stored.problem if user.person and user.state != ABSENT else ""
        if problem:
            yield f"{places[user.name]}: {user.name}: {problem}; see what it says, and delete these parameters"
    yield from _caller(users, snapshot, places)
    yield from _management_account(users, snapshot)
    yield from _administrators(users, snapshot)
    deleted = [user.name for user in users if user.changes.get(DELETE)]
    if len(deleted) > options.max_deletions:
        yield (
            f"max_deletions: {len(deleted)} users of the identity store would be deleted, at most "
            f"{options.max_deletions} are allowed"
        )


def _caller(users: Sequence[UserPlan], snapshot: Snapshot, places: Mapping[str, str]) -> Iterator[str]:
    """Refuse to lock out the caller. A session has the name of its user (User Guide, "Permission sets")."""
    resource = snapshot.caller.arn.rpartition(":")[2]
    if not resource.startswith("assumed-role/AWSReservedSSO_"):
        return
    own = resource.rpartition("/")[2].lower()
    for user in users:
        if user.person and user.person.login.lower() == own and user.state != RESTORED:
            yield f"{places[user.name]}: {user.name} runs this, and would lock out themselves; let somebody else do it"


def _management_account(users: Sequence[UserPlan], snapshot: Snapshot) -> Iterator[str]:
    """Refuse what a delegated administrator can't do in the management account (User Guide, "Delegated admin")."""
    management = snapshot.management_account
    if snapshot.caller.account_id == management:
        return
    named = {
        user.name
        for user in users
        for changes in user.changes.values()
        for change in changes
        if change.account == management
    }
    if named:
        yield (
            f"users: {some(sorted(named))} would lose or get an assignment in the management account {management}, "
            "which only the management account itself may change; run this there"
        )


def _administrators(users: Sequence[UserPlan], snapshot: Snapshot) -> Iterator[str]:
    leaving = {user.person.id for user in users if user.person and user.state != RESTORED}
    # With an external identity provider, memberships stay.
    through_groups = snapshot.group_administrators - (frozenset() if snapshot.issuers else leaving)
    left = (snapshot.direct_administrators - leaving) | through_groups
    if (snapshot.direct_administrators or snapshot.group_administrators) and not left:
        yield (
            "users: nobody would be left with AdministratorAccess through IAM Identity Center; give it to somebody "
            "else first"
        )


def some(names: Sequence[str]) -> str:
    """Return the first names, and how many more follow."""
    more = len(names) - _SOME
    return ", ".join(names[:_SOME]) + (f" and {more} more" if more > 0 else "")

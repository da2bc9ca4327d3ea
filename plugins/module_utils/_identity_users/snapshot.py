# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads users who leave or come back: their access, their notes, and who else is an administrator."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization import (
    list_accounts,
    read_management_account,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center import snapshot as look
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.copies import end_in_name
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import (
    ADMINISTRATOR_ACCESS,
    GROUP,
    USER,
    PermissionSet,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.store import (
    Service,
    or_none,
    read_ids,
    read_issuers,
    read_names,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.suspended import folder
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users import notes
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users.model import (
    RESTORED,
    Held,
    Options,
    Person,
    Snapshot,
    StoredNote,
    UserWish,
)

ACTIVE = "ACTIVE"


@dataclass(frozen=True)
class Clients:
    """The clients of IAM Identity Center, and that of Systems Manager for the notes."""

    center: Service
    ssm: t.Any


def read(
    clients: Clients, caller: Caller, wishes: Sequence[UserWish], options: Options, instance_arn: str | None
) -> Snapshot:
    """Read all that the plan depends on. Raises NoInstanceError, UnknownStateError, and what botocore raises."""
    center = clients.center
    management = read_management_account(center.organizations)
    arn, store_id = look.find_instance(center.sso, management, instance_arn)
    ids = read_ids(center, store_id, USER, [wish.name for wish in wishes])
    snapshot = Snapshot(caller, arn, store_id, management, options.notes_prefix)
    if not ids:
        return snapshot
    sets = look.read_sets(center, arn, ())
    held = _held(center, snapshot, sets, ids.values())
    people = dict(zip(ids, center.pool.map(lambda name: _person(clients, snapshot, name, ids[name]), ids), strict=True))
    stored = center.pool.map(
        lambda one: notes.read_note(clients.ssm, _folder(options, store_id, one.id)), people.values()
    )
    people = {
        name: replace(one, assignments=held.get(one.id, frozenset()), stored=note)
        for (name, one), note in zip(people.items(), stored, strict=True)
    }
    groups = {group for one in people.values() for group in (*one.memberships, *_noted(one.stored))}
    names = read_names(center, store_id, [(GROUP, group) for group in groups])
    leaving = {wish.name for wish in wishes if wish.state != RESTORED}
    comes_back = any(wish.state == RESTORED for wish in wishes)
    accounts = list_accounts(center.organizations) if comes_back else []
    direct, through_groups = _administrators(
        center, snapshot, sets, [people[name] for name in people if name in leaving]
    )
    return replace(
        snapshot,
        people=people,
        group_names={known: name for (_kind, known), name in names.items() if name != known},
        set_names={one.arn: name for name, one in sets.items()},
        active_accounts=frozenset(account.id for account in accounts if account.status == ACTIVE),
        issuers=read_issuers(center.store, store_id),
        direct_administrators=direct,
        group_administrators=through_groups,
    )


def _folder(options: Options, store_id: str, user_id: str) -> str:
    return folder(options.notes_prefix, store_id, user_id)


def _noted(stored: StoredNote) -> Iterable[str]:
    return stored.note.groups if stored.note else ()


def _person(clients: Clients, snapshot: Snapshot, name: str, user_id: str) -> Person:
    store, store_id = clients.center.store, snapshot.store_id
    found = or_none(store.describe_user, IdentityStoreId=store_id, UserId=user_id) or {}
    pages = store.get_paginator("list_group_memberships_for_member").paginate(
        IdentityStoreId=store_id, MemberId={"UserId": user_id}
    )
    memberships = {one["GroupId"]: one["MembershipId"] for page in pages for one in page["GroupMemberships"]}
    return Person(name, user_id, str(found.get("UserName") or name), memberships)


def _held(
    center: Service, snapshot: Snapshot, sets: Mapping[str, PermissionSet], users: Iterable[str]
) -> dict[str, frozenset[Held]]:
    """Return the direct assignments of these users, by user ID.

    Only the management account may list assignments by principal. For other callers, all assignments are read.
    """
    users = set(users)
    if snapshot.caller.account_id == snapshot.management_account:
        found = look.assignments_of_principals(center, snapshot.instance_arn, [(USER, user) for user in users])
    else:
        found = look.assignments_of_sets(
            center, snapshot.instance_arn, look.with_accounts(center, snapshot.instance_arn, sets.values())
        )
    held: dict[str, set[Held]] = {}
    for arn, account, kind, principal in found:
        if kind == USER and principal in users:
            held.setdefault(principal, set()).add((arn, account))
    return {user: frozenset(each) for user, each in held.items()}


def _administrators(
    center: Service, snapshot: Snapshot, sets: Mapping[str, PermissionSet], people: Iterable[Person]
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the IDs of users with AdministratorAccess in any account: directly, and through groups."""
    if not any(one.memberships or one.assignments for one in people):
        return frozenset(), frozenset()
    paginator = center.sso.get_paginator("list_managed_policies_in_permission_set")

    def gives_all(one: PermissionSet) -> bool:
        pages = paginator.paginate(InstanceArn=snapshot.instance_arn, PermissionSetArn=one.arn)
        return any(
            each["Arn"].endswith(ADMINISTRATOR_ACCESS) for page in pages for each in page["AttachedManagedPolicies"]
        )

    # A user with a copy that ends is an administrator only for some time, so copies don't count.
    listed = sorted((one for one in sets.values() if not end_in_name(one.name)), key=lambda one: one.name)
    powerful = [one for one, gives in zip(listed, center.pool.map(gives_all, listed), strict=True) if gives]
    found = look.assignments_of_sets(
        center, snapshot.instance_arn, look.with_accounts(center, snapshot.instance_arn, powerful)
    )
    users = {principal for _arn, _account, kind, principal in found if kind == USER}
    names = read_names(center, snapshot.store_id, [(USER, user) for user in users])
    there = frozenset(known for (_kind, known), name in names.items() if name != known)
    groups = sorted({principal for _arn, _account, kind, principal in found if kind == GROUP})
    members = center.pool.map(lambda group: _members(center, snapshot.store_id, group), groups)
    return there, frozenset().union(*members)


def _members(center: Service, store_id: str, group: str) -> set[str]:
    # A group that no longer exists in the store may still have assignments.
    paginator = center.store.get_paginator("list_group_memberships")
    pages = or_none(lambda **params: list(paginator.paginate(**params)), IdentityStoreId=store_id, GroupId=group)
    return {one["MemberId"]["UserId"] for page in pages or () for one in page["GroupMemberships"]}

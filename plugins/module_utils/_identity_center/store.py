# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads users, groups and group members from the identity store."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import error_code
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import GROUP, USER, Group, Snapshot

if t.TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient

NOT_FOUND = "ResourceNotFoundException"
# Calls, keys of answers, and the unique attribute of a name (Identity Store API reference, UniqueAttribute).
_KINDS = {
    GROUP: ("get_group_id", "displayName", "GroupId", "describe_group", "DisplayName"),
    USER: ("get_user_id", "userName", "UserId", "describe_user", "UserName"),
}
Pair = tuple[str, str]


@dataclass(frozen=True)
class Service:
    """The clients of IAM Identity Center, its identity store and AWS Organizations, and the pool of workers."""

    sso: t.Any
    store: t.Any
    organizations: OrganizationsClient
    pool: Executor


def read_issuers(store: t.Any, store_id: str) -> frozenset[str]:
    """Return the issuers of the store's users and groups, from the first page of each.

    Users and groups from an external identity provider have an identifier with its issuer (Identity Store API
    reference, ExternalId). No AWS call returns the identity source itself.
    """
    users = store.list_users(IdentityStoreId=store_id, MaxResults=100)["Users"]
    groups = store.list_groups(IdentityStoreId=store_id, MaxResults=100)["Groups"]
    return frozenset(external["Issuer"] for one in [*users, *groups] for external in one.get("ExternalIds") or ())


def read_ids(service: Service, store_id: str, kind: str, names: Iterable[str]) -> dict[str, str]:
    """Return the IDs, by name, of the named groups or users that exist."""
    operation, attribute, key, _describe, _name = _KINDS[kind]

    def find(name: str) -> str | None:
        unique = {"AttributePath": attribute, "AttributeValue": name}
        found = or_none(
            getattr(service.store, operation),
            IdentityStoreId=store_id,
            AlternateIdentifier={"UniqueAttribute": unique},
        )
        return found[key] if found else None

    wanted = sorted(names)
    found = zip(wanted, service.pool.map(find, wanted), strict=True)
    return {name: known for name, known in found if known}


def read_names(service: Service, store_id: str, principals: Iterable[Pair]) -> dict[Pair, str]:
    """Return the names of groups and users by kind and ID. For one that no longer exists, the name is the ID."""

    def describe(principal: Pair) -> str:
        kind, known = principal
        _find, _attribute, key, operation, name = _KINDS[kind]
        found = or_none(getattr(service.store, operation), IdentityStoreId=store_id, **{key: known})
        return str(found[name]) if found else known

    wanted = sorted(principals)
    return dict(zip(wanted, service.pool.map(describe, wanted), strict=True))


def or_none(call: Callable[..., t.Any], **params: t.Any) -> t.Any:
    """Return the answer, or None if AWS answers that the resource does not exist."""
    try:
        return call(**params)
    except Exception as exc:
        if error_code(exc) == NOT_FOUND:
            return None
        raise


def with_members(service: Service, snapshot: Snapshot, names: Iterable[str]) -> Snapshot:
    """Return the snapshot with the members of these groups, read only where unknown."""
    wanted = [snapshot.groups[name] for name in sorted(names) if snapshot.groups[name].members is None]
    paginator = service.store.get_paginator("list_group_memberships")

    def members(group: Group) -> Group:
        # A group that no longer exists in the store may still have assignments.
        pages = or_none(
            lambda **params: list(paginator.paginate(**params)),
            IdentityStoreId=snapshot.identity_store_id,
            GroupId=group.id,
        )
        listed = [one for page in pages or () for one in page["GroupMemberships"]]
        return replace(group, members={one["MemberId"]["UserId"]: one["MembershipId"] for one in listed})

    found = {group.name: group for group in service.pool.map(members, wanted)}
    return replace(snapshot, groups={**snapshot.groups, **found})

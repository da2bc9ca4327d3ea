# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""One look at IAM Identity Center, its identity store and the organization: reads side by side, as few as will do.

All of the API shares 20 calls a second (User Guide, "AWS IAM Identity Center quotas"). So who has what is read by
ListAccountAssignmentsForPrincipal, one call for a hundred accounts, where nothing has to be known of others; a set's
assignments account by account only where something is taken away. Names of permission sets come from
DescribePermissionSet alone.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import error_code
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization import (
    Account,
    account_tags,
    list_accounts,
    read_accounts,
    read_management_account,
    read_units,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import (
    GROUP,
    USER,
    Assignment,
    Group,
    Options,
    Organization,
    PermissionSet,
    Snapshot,
    Wanted,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import read_policy

if t.TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient

NOT_FOUND = "ResourceNotFoundException"
ACTIVE = "ACTIVE"
_DURATION = re.compile(r"P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?")
# The attribute that a name is unique by (Identity Store API reference, UniqueAttribute), and the calls.
_KINDS = {
    GROUP: ("get_group_id", "displayName", "GroupId", "describe_group", "DisplayName"),
    USER: ("get_user_id", "userName", "UserId", "describe_user", "UserName"),
}
Pair = tuple[str, str]
# ARN of a permission set, account, and kind and id of who has it.
Found = tuple[str, str, str, str]


class NoInstanceError(Exception):
    """There is no instance to work on; the message is one sentence."""


@dataclass(frozen=True)
class Service:
    """The clients of IAM Identity Center, its identity store and the organization, and the pool of workers."""

    sso: t.Any
    store: t.Any
    organizations: OrganizationsClient
    pool: Executor


def read(service: Service, caller: Caller, wanted: Wanted, options: Options, instance_arn: str | None) -> Snapshot:
    """Look at all that the plan depends on. Raises NoInstanceError, UnknownStateError, and what botocore raises."""
    management = read_management_account(service.organizations)
    arn, store_id = find_instance(service.sso, management, instance_arn)
    organization = service.pool.submit(_read_organization, service.organizations, management, wanted)
    issuers = service.pool.submit(_read_issuers, service.store, store_id) if wanted.groups else None
    names = {kind: _ids(service, store_id, kind, known) for kind, known in _named(wanted).items()}
    sets = read_sets(service, arn, wanted.set_names)
    snapshot = Snapshot(
        caller=caller,
        instance_arn=arn,
        identity_store_id=store_id,
        organization=_with_tags(service, organization.result(), wanted),
        sets=sets,
        groups={name: Group(name, group_id) for name, group_id in names[GROUP].items()},
        users=names[USER],
        issuers=issuers.result() if issuers else frozenset(),
    )
    snapshot = _with_groups(service, snapshot, wanted, options)
    return _with_assignments(service, snapshot, wanted, whole_sets(snapshot, wanted, options))


def find_instance(sso: t.Any, management: str, wanted: str | None) -> tuple[str, str]:
    """ARN and identity store of the instance: the one that was asked for, or else the organization's."""
    found = {
        one["InstanceArn"]: one for page in sso.get_paginator("list_instances").paginate() for one in page["Instances"]
    }
    of_organization = [one for one in found.values() if one.get("OwnerAccountId") == management]
    chosen = of_organization or list(found.values())
    if wanted:
        chosen = [one for arn, one in found.items() if arn == wanted]
    if len(chosen) == 1:
        return chosen[0]["InstanceArn"], chosen[0]["IdentityStoreId"]
    region = sso.meta.region_name
    if chosen:
        raise NoInstanceError(f"instance_arn: is needed, because there are several: {', '.join(sorted(found))}")
    if wanted:
        raise NoInstanceError(f"instance_arn: there is no instance {wanted} in the region {region}")
    raise NoInstanceError(
        f"region: IAM Identity Center has no instance in {region} that this account may manage; set the region that it "
        "is enabled in, and use the management account or the delegated administrator"
    )


def _read_organization(client: OrganizationsClient, management: str, wanted: Wanted) -> Organization:
    """The accounts, with their units where an assignment names one."""
    if any(wish.organizational_units for wish in wanted.assignments):
        units = tuple(read_units(client))
        accounts = read_accounts(client, units)
    else:
        units, accounts = (), list_accounts(client) if wanted.assignments else []
    return Organization(management, {account.id: account for account in accounts}, units)


def _with_tags(service: Service, organization: Organization, wanted: Wanted) -> Organization:
    """The organization with the accounts' tags, which cost a call each, where an assignment goes by them."""
    if not any(wish.account_tags for wish in wanted.assignments):
        return organization

    def tagged(account: Account) -> Account:
        return replace(account, tags=account_tags(service.organizations, account.id))

    active = [account for account in organization.accounts.values() if account.status == ACTIVE]
    found = {account.id: account for account in service.pool.map(tagged, active)}
    return replace(organization, accounts={**organization.accounts, **found})


def _read_issuers(store: t.Any, store_id: str) -> frozenset[str]:
    """Who issued the users and groups of the store, as far as its first pages tell.

    What an external identity provider has put there bears an identifier of its own, with its issuer (Identity Store
    API reference, ExternalId). No call of AWS's tells the identity source itself.
    """
    users = store.list_users(IdentityStoreId=store_id, MaxResults=100)["Users"]
    groups = store.list_groups(IdentityStoreId=store_id, MaxResults=100)["Groups"]
    return frozenset(external["Issuer"] for one in [*users, *groups] for external in one.get("ExternalIds") or ())


def _named(wanted: Wanted) -> dict[str, frozenset[str]]:
    return {GROUP: wanted.group_names, USER: wanted.user_names}


def _ids(service: Service, store_id: str, kind: str, names: Iterable[str]) -> dict[str, str]:
    """The ids of those of the named groups or users that there are, by their names."""
    operation, attribute, key, _describe, _name = _KINDS[kind]

    def find(name: str) -> str | None:
        unique = {"AttributePath": attribute, "AttributeValue": name}
        found = _found(
            getattr(service.store, operation),
            IdentityStoreId=store_id,
            AlternateIdentifier={"UniqueAttribute": unique},
        )
        return found[key] if found else None

    wanted = sorted(names)
    found = zip(wanted, service.pool.map(find, wanted), strict=True)
    return {name: known for name, known in found if known}


def _names(service: Service, store_id: str, principals: Iterable[Pair]) -> dict[Pair, str]:
    """The names of groups and users by kind and id. One that has gone from the store is called by its id."""

    def describe(principal: Pair) -> str:
        kind, known = principal
        _find, _attribute, key, operation, name = _KINDS[kind]
        found = _found(getattr(service.store, operation), IdentityStoreId=store_id, **{key: known})
        return str(found[name]) if found else known

    wanted = sorted(principals)
    return dict(zip(wanted, service.pool.map(describe, wanted), strict=True))


def _found(call: Callable[..., t.Any], **params: t.Any) -> t.Any:
    """The answer, or None where there is no such thing."""
    try:
        return call(**params)
    except Exception as exc:
        if error_code(exc) == NOT_FOUND:
            return None
        raise


def read_sets(service: Service, instance_arn: str, names: Iterable[str] | None) -> dict[str, PermissionSet]:
    """All permission sets by their names; those that are named, or all with None, with what they hold."""
    paginator = service.sso.get_paginator("list_permission_sets")
    arns = [arn for page in paginator.paginate(InstanceArn=instance_arn) for arn in page["PermissionSets"]]
    found = service.pool.map(lambda arn: _describe_set(service.sso, instance_arn, arn), arns)
    sets = {one.name: one for one in found if one}
    wanted = [one for name, one in sets.items() if names is None or name in set(names)]
    detailed = service.pool.map(lambda one: _with_details(service.sso, instance_arn, one), wanted)
    return {**sets, **{one.name: one for one in detailed}}


def _describe_set(sso: t.Any, instance_arn: str, arn: str) -> PermissionSet | None:
    found = _found(sso.describe_permission_set, InstanceArn=instance_arn, PermissionSetArn=arn)
    if not found:
        return None
    one = found["PermissionSet"]
    return PermissionSet(
        name=one["Name"],
        arn=arn,
        description=one.get("Description") or "",
        session_duration=seconds(one.get("SessionDuration") or "PT1H"),
        relay_state=one.get("RelayState") or "",
    )


def seconds(duration: str) -> int:
    """A duration of ISO 8601 in seconds, as far as IAM Identity Center takes any: hours to a day."""
    parts = _DURATION.fullmatch(duration)
    if not parts:
        raise ValueError(f"{duration!r} is not the length of a session")
    days, hours, minutes, rest = (int(part or 0) for part in parts.groups())
    return ((days * 24 + hours) * 60 + minutes) * 60 + rest


def _with_details(sso: t.Any, instance_arn: str, one: PermissionSet) -> PermissionSet:
    of_set = {"InstanceArn": instance_arn, "PermissionSetArn": one.arn}

    def listed(operation: str, key: str, **more: str) -> Iterator[t.Any]:
        return (item for page in sso.get_paginator(operation).paginate(**of_set, **more) for item in page[key])

    inline = sso.get_inline_policy_for_permission_set(**of_set).get("InlinePolicy")
    own = listed("list_customer_managed_policy_references_in_permission_set", "CustomerManagedPolicyReferences")
    tags = sso.get_paginator("list_tags_for_resource").paginate(InstanceArn=instance_arn, ResourceArn=one.arn)
    accounts = "list_accounts_for_provisioned_permission_set"
    return replace(
        one,
        inline_policy=read_policy(inline)[0] if inline else {},
        managed_policies=frozenset(
            policy["Arn"] for policy in listed("list_managed_policies_in_permission_set", "AttachedManagedPolicies")
        ),
        customer_managed_policies=frozenset(map(_reference, own)),
        boundary=_boundary(sso, of_set),
        tags={tag["Key"]: tag["Value"] for page in tags for tag in page["Tags"]},
        provisioned=frozenset(listed(accounts, "AccountIds")),
        outdated=frozenset(listed(accounts, "AccountIds", ProvisioningStatus="LATEST_PERMISSION_SET_NOT_PROVISIONED")),
    )


def _boundary(sso: t.Any, of_set: Mapping[str, str]) -> str:
    """The boundary as an ARN, or as path and name; empty where there is none, which AWS answers with an error."""
    found = _found(sso.get_permissions_boundary_for_permission_set, **of_set)
    boundary = found.get("PermissionsBoundary") if found else None
    if not boundary:
        return ""
    return boundary.get("ManagedPolicyArn") or _reference(boundary["CustomerManagedPolicyReference"])


def _reference(reference: Mapping[str, str]) -> str:
    """A customer managed policy as path and name."""
    return f"{reference.get('Path') or '/'}{reference['Name']}"


def _with_groups(service: Service, snapshot: Snapshot, wanted: Wanted, options: Options) -> Snapshot:
    """The groups that are to be filled, with their members, and the names of those who may have to leave."""
    filled = [wish.name for wish in wanted.groups if wish.members is not None and wish.name in snapshot.groups]
    snapshot = with_members(service, snapshot, filled)
    if not options.purge_members:
        return snapshot
    members = {member for name in filled for member in snapshot.groups[name].members or ()}
    names = _names(
        service, snapshot.identity_store_id, {(USER, member) for member in members - set(snapshot.users.values())}
    )
    return replace(snapshot, users={**snapshot.users, **{name: known for (_kind, known), name in names.items()}})


def with_members(service: Service, snapshot: Snapshot, names: Iterable[str]) -> Snapshot:
    """The snapshot with the members of these groups."""
    wanted = [snapshot.groups[name] for name in sorted(names) if snapshot.groups[name].members is None]
    paginator = service.store.get_paginator("list_group_memberships")

    def members(group: Group) -> Group:
        pages = paginator.paginate(IdentityStoreId=snapshot.identity_store_id, GroupId=group.id)
        listed = [one for page in pages for one in page["GroupMemberships"]]
        return replace(group, members={one["MemberId"]["UserId"]: one["MembershipId"] for one in listed})

    found = {group.name: group for group in service.pool.map(members, wanted)}
    return replace(snapshot, groups={**snapshot.groups, **found})


def whole_sets(snapshot: Snapshot, wanted: Wanted, options: Options) -> frozenset[str]:
    """Permission sets of which it has to be known who else has them: those that something is taken from."""
    known = wanted.set_names & snapshot.sets.keys()
    if options.purge_assignments or snapshot.caller.account_id != snapshot.organization.management_account:
        # AWS lets nobody but the management account list assignments by who has them.
        return frozenset(known)
    absent = {wish.name for wish in wanted.sets if not wish.present}
    loses = absent or options.purge_policies or options.purge_members or any(wish.without for wish in wanted.sets)
    if loses or not all(wish.present for wish in wanted.assignments):
        absent |= {name for name in known if snapshot.sets[name].is_administrator}
    return frozenset(absent & known)


def _with_assignments(service: Service, snapshot: Snapshot, wanted: Wanted, whole: frozenset[str]) -> Snapshot:
    """The snapshot with all assignments of some sets, and for the others with those of whom was asked for."""
    read = [snapshot.sets[name] for name in whole]
    found = _whole_assignments(service, snapshot.instance_arn, read)
    found |= _principals_assignments(service, snapshot, wanted)
    known = {(GROUP, group.id): name for name, group in snapshot.groups.items()}
    known |= {(USER, user_id): name for name, user_id in snapshot.users.items()}
    new = _names(service, snapshot.identity_store_id, {one[2:] for one in found} - known.keys())
    groups = {name: Group(name, known_as) for (kind, known_as), name in new.items() if kind == GROUP}
    users = {name: known_as for (kind, known_as), name in new.items() if kind == USER}
    snapshot = replace(
        snapshot,
        assignments=_assignments(found, snapshot.sets, {**new, **known}),
        read_whole=whole,
        groups={**groups, **snapshot.groups},
        users={**users, **snapshot.users},
    )
    return with_members(service, snapshot, _administrators(snapshot, wanted))


def read_assignments(
    service: Service, instance_arn: str, store_id: str, sets: Mapping[str, PermissionSet]
) -> frozenset[Assignment]:
    """All assignments of these permission sets."""
    found = _whole_assignments(service, instance_arn, sets.values())
    return _assignments(found, sets, _names(service, store_id, {one[2:] for one in found}))


def _assignments(
    found: Iterable[Found], sets: Mapping[str, PermissionSet], principals: Mapping[Pair, str]
) -> frozenset[Assignment]:
    names = {one.arn: name for name, one in sets.items()}
    return frozenset(
        Assignment(names[arn], account, kind, principals[kind, principal])
        for arn, account, kind, principal in found
        if arn in names
    )


def _administrators(snapshot: Snapshot, wanted: Wanted) -> frozenset[str]:
    """Groups whose members count, where administrators may lose something: those who are some, or may become some."""
    sets = {name for name in snapshot.read_whole if snapshot.sets[name].is_administrator}
    if not sets:
        return frozenset()
    assigned = {one.principal for one in snapshot.assignments if one.kind == GROUP and one.permission_set in sets}
    return frozenset((assigned | wanted.group_names) & snapshot.groups.keys())


def _whole_assignments(service: Service, instance_arn: str, sets: Iterable[PermissionSet]) -> set[Found]:
    pairs = [(one.arn, account) for one in sets for account in one.provisioned]
    paginator = service.sso.get_paginator("list_account_assignments")

    def listed(pair: Pair) -> list[Found]:
        arn, account = pair
        pages = paginator.paginate(InstanceArn=instance_arn, PermissionSetArn=arn, AccountId=account)
        return [_found_one(one) for page in pages for one in page["AccountAssignments"]]

    return {one for found in service.pool.map(listed, sorted(pairs)) for one in found}


def _principals_assignments(service: Service, snapshot: Snapshot, wanted: Wanted) -> set[Found]:
    """What those who were asked for have in their own right; what users have through groups is listed as well."""
    if snapshot.caller.account_id != snapshot.organization.management_account:
        return set()
    asked_for = {principal for wish in wanted.assignments for principal in wish.principals}
    principals = [(GROUP, group.id) for name, group in snapshot.groups.items() if (GROUP, name) in asked_for]
    principals += [(USER, user_id) for name, user_id in snapshot.users.items() if (USER, name) in asked_for]
    paginator = service.sso.get_paginator("list_account_assignments_for_principal")

    def listed(principal: Pair) -> list[Found]:
        kind, known = principal
        pages = paginator.paginate(InstanceArn=snapshot.instance_arn, PrincipalType=kind, PrincipalId=known)
        found = [_found_one(one) for page in pages for one in page["AccountAssignments"]]
        return [one for one in found if one[2:] == principal]

    return {one for found in service.pool.map(listed, principals) for one in found}


def _found_one(one: Mapping[str, str]) -> Found:
    return one["PermissionSetArn"], one["AccountId"], one["PrincipalType"], one["PrincipalId"]

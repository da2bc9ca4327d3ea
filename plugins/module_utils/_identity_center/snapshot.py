# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads IAM Identity Center, its identity store and the organization: in parallel, with as few calls as possible.

The whole API shares 20 calls a second (User Guide, "AWS IAM Identity Center quotas"). So assignments are read with
ListAccountAssignmentsForPrincipal, one call for a hundred accounts. Only sets whose other holders matter are read
account by account (see whole_sets). Only DescribePermissionSet returns the name of a permission set.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization import read_management_account
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.selection import ACTIVE, accounts_and_units, with_tags
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.copies import may_be_copy
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import (
    GROUP,
    USER,
    Assignment,
    Group,
    GroupWish,
    Options,
    Organization,
    PermissionSet,
    Snapshot,
    Wanted,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.spellings import Ids, one_spelling
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.store import (
    Pair,
    Service,
    or_none,
    read_ids,
    read_issuers,
    read_names,
    with_members,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import read_policy

if t.TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient

_DURATION = re.compile(r"P(?:(?P<days>\d+)D)?(?:T(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?)?")
# ARN of a permission set, account ID, and kind and ID of the principal.
Found = tuple[str, str, str, str]


class NoInstanceError(Exception):
    """No instance was found, or more than one; the message is one sentence."""


def read(
    service: Service, caller: Caller, wanted: Wanted, options: Options, instance_arn: str | None
) -> tuple[Wanted, Snapshot]:
    """Read all that the plan depends on. Return it, and what is wanted with one spelling of each group and user.

    Raises NoInstanceError, UnknownStateError, and what botocore raises.
    """
    management = read_management_account(service.organizations)
    arn, store_id = find_instance(service.sso, management, instance_arn)
    organization = service.pool.submit(_read_organization, service.organizations, management, wanted)
    issuers = service.pool.submit(read_issuers, service.store, store_id) if wanted.groups else None
    names: Ids = {kind: read_ids(service, store_id, kind, known) for kind, known in _named(wanted).items()}
    wanted, names = one_spelling(wanted, names)
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
    snapshot = _with_sets_of_leavers(service, snapshot, wanted, options)
    return wanted, _with_assignments(service, snapshot, wanted, whole_sets(snapshot, wanted, options))


def find_instance(sso: t.Any, management: str, wanted: str | None) -> tuple[str, str]:
    """Return the ARN and identity store ID of the wanted instance, or else of the organization's or the only one."""
    chosen = choose_instance(sso, management, wanted)
    return chosen["InstanceArn"], chosen["IdentityStoreId"]


def choose_instance(sso: t.Any, management: str, wanted: str | None) -> Mapping[str, t.Any]:
    """Return what ListInstances tells of that instance. Raises NoInstanceError, and what botocore raises."""
    found: dict[str, dict[str, t.Any]] = {
        one["InstanceArn"]: one for page in sso.get_paginator("list_instances").paginate() for one in page["Instances"]
    }
    of_organization = [one for one in found.values() if one.get("OwnerAccountId") == management]
    chosen = of_organization or list(found.values())
    if wanted:
        chosen = [one for arn, one in found.items() if arn == wanted]
    if len(chosen) == 1:
        return chosen[0]
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
    """Read the accounts, with their units if an assignment names one."""
    if not wanted.assignments:
        return Organization(management, {})
    by_unit = any(wish.organizational_units for wish in wanted.assignments)
    accounts, units = accounts_and_units(client, by_unit)
    return Organization(management, {account.id: account for account in accounts}, units)


def _with_tags(service: Service, organization: Organization, wanted: Wanted) -> Organization:
    """Return the organization with the accounts' tags if an assignment selects by tags."""
    if not any(wish.account_tags for wish in wanted.assignments):
        return organization
    active = [account for account in organization.accounts.values() if account.status == ACTIVE]
    found = {account.id: account for account in with_tags(service.organizations, service.pool, active)}
    return replace(organization, accounts={**organization.accounts, **found})


def _named(wanted: Wanted) -> dict[str, frozenset[str]]:
    return {GROUP: wanted.group_names, USER: wanted.user_names}


def read_sets(service: Service, instance_arn: str, names: Iterable[str] | None) -> dict[str, PermissionSet]:
    """Return all permission sets by name. The named ones and their copies have details; with None, all have."""
    paginator = service.sso.get_paginator("list_permission_sets")
    arns = [arn for page in paginator.paginate(InstanceArn=instance_arn) for arn in page["PermissionSets"]]
    found = service.pool.map(lambda arn: _describe_set(service.sso, instance_arn, arn), arns)
    sets = {one.name: one for one in found if one}
    about = names if names is None else set(names)
    wanted = [one for name, one in sets.items() if about is None or name in about or may_be_copy(name, about)]
    detailed = service.pool.map(lambda one: _with_details(service.sso, instance_arn, one), wanted)
    return {**sets, **{one.name: one for one in detailed}}


def with_accounts(service: Service, instance_arn: str, sets: Iterable[PermissionSet]) -> list[PermissionSet]:
    """Return the permission sets with the accounts that have roles for them."""
    paginator = service.sso.get_paginator("list_accounts_for_provisioned_permission_set")

    def provisioned(one: PermissionSet) -> PermissionSet:
        pages = paginator.paginate(InstanceArn=instance_arn, PermissionSetArn=one.arn)
        return replace(one, provisioned=frozenset(account for page in pages for account in page["AccountIds"]))

    return list(service.pool.map(provisioned, sets))


def _describe_set(sso: t.Any, instance_arn: str, arn: str) -> PermissionSet | None:
    found = or_none(sso.describe_permission_set, InstanceArn=instance_arn, PermissionSetArn=arn)
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
    """Return the seconds of an ISO 8601 duration without years, months or weeks. Raises ValueError for other text."""
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
    """Return the boundary as an ARN, or as path and name; empty without one, where AWS returns an error."""
    found = or_none(sso.get_permissions_boundary_for_permission_set, **of_set)
    boundary = found.get("PermissionsBoundary") if found else None
    if not boundary:
        return ""
    return boundary.get("ManagedPolicyArn") or _reference(boundary["CustomerManagedPolicyReference"])


def _reference(reference: Mapping[str, str]) -> str:
    """Return the path and name of a customer managed policy."""
    return f"{reference.get('Path') or '/'}{reference['Name']}"


def _with_groups(service: Service, snapshot: Snapshot, wanted: Wanted, options: Options) -> Snapshot:
    """Add the members of groups with listed members, and with purge_members the names of users who may leave."""
    filled = [wish.name for wish in wanted.groups if wish.members is not None and wish.name in snapshot.groups]
    snapshot = with_members(service, snapshot, filled)
    if not options.purge_members:
        return snapshot
    members = {member for name in filled for member in snapshot.groups[name].members or ()}
    names = read_names(
        service, snapshot.identity_store_id, {(USER, member) for member in members - set(snapshot.users.values())}
    )
    return replace(snapshot, users={**snapshot.users, **{name: known for (_kind, known), name in names.items()}})


def _with_sets_of_leavers(service: Service, snapshot: Snapshot, wanted: Wanted, options: Options) -> Snapshot:
    """Add the details of permission sets that users lose when they leave a group.

    The options may not name these sets, and the last administrators may have one of them.
    """
    left = [snapshot.groups[wish.name] for wish in wanted.groups if _loses_members(wish, snapshot, options)]
    if not left:
        return snapshot
    names = set(snapshot.sets)
    if snapshot.caller.account_id == snapshot.organization.management_account:
        found = assignments_of_principals(service, snapshot.instance_arn, [(GROUP, group.id) for group in left])
        arns = {arn for arn, _account, _kind, _known in found}
        names = {name for name, one in snapshot.sets.items() if one.arn in arns}
    unknown = [snapshot.sets[name] for name in sorted(names - wanted.set_names)]
    detailed = service.pool.map(lambda one: _with_details(service.sso, snapshot.instance_arn, one), unknown)
    return replace(snapshot, sets={**snapshot.sets, **{one.name: one for one in detailed}})


def _loses_members(wish: GroupWish, snapshot: Snapshot, options: Options) -> bool:
    if not options.purge_members or wish.members is None or wish.name not in snapshot.groups:
        return False
    wanted = {snapshot.users.get(name) for name in wish.members}
    return any(member not in wanted for member in snapshot.groups[wish.name].members or ())


def whole_sets(snapshot: Snapshot, wanted: Wanted, options: Options) -> frozenset[str]:
    """Return the names of permission sets whose other holders matter: copies, and sets that may lose holders."""
    copies = {one.name for one in snapshot.copies(wanted.set_names)}
    return _sets_that_lose(snapshot, wanted, options) | copies


def _sets_that_lose(snapshot: Snapshot, wanted: Wanted, options: Options) -> frozenset[str]:
    known = wanted.set_names & snapshot.sets.keys()
    # Includes sets that users may lose with a group: their details were read, too.
    administrators = {name for name, one in snapshot.sets.items() if one.is_administrator}
    if options.purge_assignments or snapshot.caller.account_id != snapshot.organization.management_account:
        # Only the management account may list assignments by principal.
        return frozenset(known | administrators)
    absent = {wish.name for wish in wanted.sets if not wish.present}
    limited = any(wish.without for wish in wanted.sets)
    loses = absent or limited or options.purge_policies or options.purge_members
    if loses or not all(wish.present for wish in wanted.assignments):
        return frozenset((absent & known) | administrators)
    return frozenset(absent & known)


def _with_assignments(service: Service, snapshot: Snapshot, wanted: Wanted, whole: frozenset[str]) -> Snapshot:
    """Add all assignments of some sets, and of the others those that listed principals have."""
    read = [snapshot.sets[name] for name in whole]
    found = assignments_of_sets(service, snapshot.instance_arn, read)
    found |= _principals_assignments(service, snapshot, wanted)
    known = {(GROUP, group.id): name for name, group in snapshot.groups.items()}
    known |= {(USER, user_id): name for name, user_id in snapshot.users.items()}
    new = read_names(service, snapshot.identity_store_id, {one[2:] for one in found} - known.keys())
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
    """Return all assignments of these permission sets."""
    found = assignments_of_sets(service, instance_arn, sets.values())
    return _assignments(found, sets, read_names(service, store_id, {one[2:] for one in found}))


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
    """Return the groups that have an administrator set or may get one, if administrators may lose access."""
    sets = {name for name in snapshot.read_whole if snapshot.sets[name].is_administrator}
    if not sets:
        return frozenset()
    assigned = {one.principal for one in snapshot.assignments if one.kind == GROUP and one.permission_set in sets}
    return frozenset((assigned | wanted.group_names) & snapshot.groups.keys())


def assignments_of_sets(service: Service, instance_arn: str, sets: Iterable[PermissionSet]) -> set[Found]:
    """Return the assignments of these sets in the accounts that have roles for them."""
    pairs = [(one.arn, account) for one in sets for account in one.provisioned]
    paginator = service.sso.get_paginator("list_account_assignments")

    def listed(pair: Pair) -> list[Found]:
        arn, account = pair
        pages = paginator.paginate(InstanceArn=instance_arn, PermissionSetArn=arn, AccountId=account)
        return [_found_one(one) for page in pages for one in page["AccountAssignments"]]

    return {one for found in service.pool.map(listed, sorted(pairs)) for one in found}


def _principals_assignments(service: Service, snapshot: Snapshot, wanted: Wanted) -> set[Found]:
    """Return the direct assignments of listed principals; none if the caller may not list them by principal."""
    if snapshot.caller.account_id != snapshot.organization.management_account:
        return set()
    asked_for = {principal for wish in wanted.assignments for principal in wish.principals}
    principals = [(GROUP, group.id) for name, group in snapshot.groups.items() if (GROUP, name) in asked_for]
    principals += [(USER, user_id) for name, user_id in snapshot.users.items() if (USER, name) in asked_for]
    return assignments_of_principals(service, snapshot.instance_arn, principals)


def assignments_of_principals(service: Service, instance_arn: str, principals: Iterable[Pair]) -> set[Found]:
    """Return the direct assignments of these principals. AWS also lists those that users have through groups."""
    paginator = service.sso.get_paginator("list_account_assignments_for_principal")

    def listed(principal: Pair) -> list[Found]:
        kind, known = principal
        pages = paginator.paginate(InstanceArn=instance_arn, PrincipalType=kind, PrincipalId=known)
        found = [_found_one(one) for page in pages for one in page["AccountAssignments"]]
        return [one for one in found if one[2:] == principal]

    return {one for found in service.pool.map(listed, principals) for one in found}


def _found_one(one: Mapping[str, str]) -> Found:
    return one["PermissionSetArn"], one["AccountId"], one["PrincipalType"], one["PrincipalId"]

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads who has which permission set in the account. What can't be read is noted, and never raises an error.

The whole API shares 20 calls a second (IAM Identity Center User Guide, "AWS IAM Identity Center quotas"), and clients
slow down if AWS throttles them. The report makes two calls for each permission set of the account, two for each group
and one for each user that has a permission set, whatever the size of the store. More than MANY users are read by the
page. A copy of a permission set for temporary assignments takes one more call, for its tags.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Callable, Iterable, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.center_model import (
    NONE,
    READ,
    UNKNOWN,
    CenterGroup,
    CenterRead,
    CenterSet,
    CenterUser,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import (
    AWS_ERRORS,
    error_code,
    is_access_denied,
    is_not_implemented,
    sentence,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization import read_management_account
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import GROUP, USER
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.snapshot import (
    NoInstanceError,
    find_instance,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.store import Service, or_none

# If more users than this have permission sets, all users of the store are read, 100 a page.
MANY = 100
# The end of the names that set_name gives to copies for temporary assignments.
_COPY = re.compile(r".*-\d{6}T\d{4}Z")
_ROLES = "the roles of its permission sets are listed all the same"
_NOT_HERE = f"only the organization's management account and a delegated administrator may read it; {_ROLES}"


def read_center(connect: Callable[[], Service], region: str | None, account_id: str) -> CenterRead:
    """Return the account's permission sets and who has them, or why they are unknown."""
    if not region:
        return _unknown(f"no region is set; {_ROLES}")
    try:
        return _read(connect(), account_id)
    except NoInstanceError:
        return CenterRead(NONE, f"IAM Identity Center has no instance in {region} that this account can see")
    except FailedError as exc:
        return _unknown(f"{exc}; {_ROLES}")
    except AWS_ERRORS as exc:
        if error_code(exc) == "AWSOrganizationsNotInUseException":
            return CenterRead(NONE, "The account is in no organization, so nobody has permission sets in it")
        return _unknown(_why(exc))


def _why(exc: BaseException) -> str:
    if is_access_denied(exc):
        return _NOT_HERE
    if is_not_implemented(exc):
        return "the endpoint does not know it"
    told = sentence(exc, "read it")
    return f"{told[:1].lower()}{told[1:]}; {_ROLES}"


def _unknown(why: str) -> CenterRead:
    return CenterRead(UNKNOWN, f"IAM Identity Center is unknown: {why}")


def _read(service: Service, account_id: str) -> CenterRead:
    arn, store_id = find_instance(service.sso, read_management_account(service.organizations), None)
    paginator = service.sso.get_paginator("list_permission_sets_provisioned_to_account")
    pages = paginator.paginate(InstanceArn=arn, AccountId=account_id)
    arns = [one for page in pages for one in page.get("PermissionSets", [])]
    sets = tuple(service.pool.map(lambda one: _read_set(service.sso, arn, account_id, one), arns))
    wanted = sorted({group for one in sets for group in one.groups})
    groups = dict(
        zip(wanted, service.pool.map(lambda one: _read_group(service.store, store_id, one), wanted), strict=True)
    )
    members = {member for group in groups.values() for member in group.members}
    users = _read_users(service, store_id, members | {user for one in sets for user in one.users})
    return CenterRead(
        READ, "IAM Identity Center was read", arn, tuple(sorted(sets, key=lambda one: one.name)), users, groups
    )


def _read_set(sso: t.Any, instance_arn: str, account_id: str, arn: str) -> CenterSet:
    of_set = {"InstanceArn": instance_arn, "PermissionSetArn": arn}
    name = sso.describe_permission_set(**of_set)["PermissionSet"]["Name"]
    pages = sso.get_paginator("list_account_assignments").paginate(AccountId=account_id, **of_set)
    found = [(one["PrincipalType"], one["PrincipalId"]) for page in pages for one in page["AccountAssignments"]]
    by_kind = {kind: frozenset(known for of_kind, known in found if of_kind == kind) for kind in (GROUP, USER)}
    tags = _read_tags(sso, instance_arn, arn) if _COPY.fullmatch(name) else {}
    return CenterSet(name, arn, by_kind[GROUP], by_kind[USER], tags)


def _read_tags(sso: t.Any, instance_arn: str, arn: str) -> dict[str, str]:
    """Return a permission set's tags. They only say why it exists, so none are returned if AWS denies reading them."""
    try:
        pages = sso.get_paginator("list_tags_for_resource").paginate(InstanceArn=instance_arn, ResourceArn=arn)
        return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}
    except AWS_ERRORS as exc:
        if not is_access_denied(exc):
            raise
        return {}


def _read_group(store: t.Any, store_id: str, group_id: str) -> CenterGroup:
    """Return a group. A group deleted from the store may still have assignments: its ID then serves as its name."""
    of_group = {"IdentityStoreId": store_id, "GroupId": group_id}
    found = or_none(store.describe_group, **of_group)
    if not found:
        return CenterGroup(group_id)
    pages = store.get_paginator("list_group_memberships").paginate(**of_group)
    members = frozenset(one["MemberId"]["UserId"] for page in pages for one in page["GroupMemberships"])
    return CenterGroup(found.get("DisplayName") or group_id, members)


def _read_users(service: Service, store_id: str, ids: Iterable[str]) -> dict[str, CenterUser]:
    wanted = sorted(ids)
    if len(wanted) > MANY:
        pages = service.store.get_paginator("list_users").paginate(IdentityStoreId=store_id)
        there = {one["UserId"]: _user(one) for page in pages for one in page["Users"]}
        return {known: there.get(known, CenterUser(known)) for known in wanted}

    def describe(user_id: str) -> CenterUser:
        found = or_none(service.store.describe_user, IdentityStoreId=store_id, UserId=user_id)
        return _user(found) if found else CenterUser(user_id)

    return dict(zip(wanted, service.pool.map(describe, wanted), strict=True))


def _user(found: Mapping[str, t.Any]) -> CenterUser:
    issuers = frozenset(one["Issuer"] for one in found.get("ExternalIds") or ())
    return CenterUser(found.get("UserName") or found["UserId"], issuers)

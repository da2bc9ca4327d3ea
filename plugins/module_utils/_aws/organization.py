# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads an organization's units, accounts and tags."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import error_code, is_access_denied, sentence

if t.TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient
    from mypy_boto3_organizations.type_defs import AccountTypeDef

ROOT_PATH = "/"


class UnknownUnitError(Exception):
    """A requested organizational unit does not exist or is ambiguous; the message is one sentence."""


class UnknownStateError(Exception):
    """AWS returned an account's state in a field that this botocore does not know; the message is one sentence."""


@dataclass(frozen=True)
class Unit:
    """A root or organizational unit. The path is made of unit names; the root's is /.

    Unit names may contain slashes, so two units can have the same path. Only the id is unique.
    """

    id: str
    path: str
    parent_id: str | None = None

    def as_dict(self) -> dict[str, t.Any]:
        """As JSON for a cache."""
        return asdict(self)


@dataclass(frozen=True)
class Account:
    """An account, as far as inventory hosts and filters need it."""

    id: str
    arn: str
    name: str
    email: str
    status: str
    unit_id: str
    ou_path: str
    tags: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, t.Any]:
        """As JSON for a cache."""
        return asdict(self)


def read_management_account(client: OrganizationsClient) -> str:
    """ID of the organization's management account. Raises botocore's errors."""
    return client.describe_organization()["Organization"]["MasterAccountId"]


def read_units(client: OrganizationsClient) -> list[Unit]:
    """The root and all units below it, parents first, with one call per unit. Raises botocore's errors."""
    units = [
        Unit(root["Id"], ROOT_PATH) for page in client.get_paginator("list_roots").paginate() for root in page["Roots"]
    ]
    paginator = client.get_paginator("list_organizational_units_for_parent")
    # The list grows during the loop, until the lowest level adds nothing.
    for parent in units:
        for page in paginator.paginate(ParentId=parent.id):
            units += [
                Unit(unit["Id"], f"{parent.path.rstrip('/')}/{unit['Name']}", parent.id)
                for unit in page["OrganizationalUnits"]
            ]
    return units


def units_in_scope(units: Sequence[Unit], wanted: Sequence[str]) -> list[Unit]:
    """The units named in wanted by path or id, and all units below them; all units if wanted is empty.

    Raises UnknownUnitError.
    """
    if not wanted:
        return list(units)
    meant = {name: [unit.id for unit in units if name in (unit.id, unit.path)] for name in wanted}
    problems = [
        f"organizational_units: the path {name} is that of {' and '.join(ids)}; give the id"
        for name, ids in meant.items()
        if len(ids) > 1
    ]
    unknown = [name for name, ids in meant.items() if not ids]
    if unknown:
        problems.insert(0, f"organizational_units: the organization has no unit {', '.join(unknown)}")
    if problems:
        raise UnknownUnitError("; ".join(problems))
    tops, parents = {ids[0] for ids in meant.values()}, parents_of(units)
    return [unit for unit in units if tops.intersection(ids_down_to(unit.id, parents))]


def parents_of(units: Iterable[Unit]) -> dict[str, str | None]:
    """Each unit's parent id, by the unit's id; None for a root."""
    return {unit.id: unit.parent_id for unit in units}


def ids_down_to(unit_id: str, parents: Mapping[str, str | None]) -> list[str]:
    """The ids from the root down to this unit, both included."""
    ids, above = [], t.cast("str | None", unit_id)
    while above is not None:
        ids.append(above)
        above = parents[above]
    return ids[::-1]


def read_accounts(client: OrganizationsClient, units: Iterable[Unit]) -> list[Account]:
    """The accounts directly in these units, sorted by name. Raises UnknownStateError and botocore's errors."""
    paginator = client.get_paginator("list_accounts_for_parent")
    # An account that is moved during the read may appear twice.
    found = {
        account["Id"]: _account(account, unit)
        for unit in units
        for page in paginator.paginate(ParentId=unit.id)
        for account in page["Accounts"]
    }
    return sorted(found.values(), key=lambda account: (account.name, account.id))


def _account(account: AccountTypeDef, unit: Unit) -> Account:
    # AWS retired Status in September 2026 in favour of State, which older endpoints and botocores lack.
    status = account.get("State") or account.get("Status")
    if not status:
        raise UnknownStateError(
            f"The state of the account {account['Id']} can't be read with this version of botocore; update boto3"
        )
    return Account(
        id=account["Id"],
        arn=account["Arn"],
        name=account["Name"],
        email=account["Email"],
        status=status,
        unit_id=unit.id,
        ou_path=unit.path,
    )


def account_tags(client: OrganizationsClient, account_id: str) -> dict[str, str]:
    """The tags of an account. Raises botocore's errors."""
    pages = client.get_paginator("list_tags_for_resource").paginate(ResourceId=account_id)
    return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}


def failure_sentence(exc: BaseException) -> str:
    """Why the organization could not be read, and how to fix it."""
    if error_code(exc) == "AWSOrganizationsNotInUseException":
        return (
            "Could not read the organization: the account of these credentials is in none; "
            "use credentials of an organization's management account, or of a delegated administrator"
        )
    said = sentence(exc, "read the organization")
    if is_access_denied(exc):
        return (
            f"{said}; AWS lets only the management account and delegated administrators do this, whatever policies say"
        )
    return said


def list_accounts(client: OrganizationsClient) -> list[Account]:
    """All accounts, without their units. Raises UnknownStateError and botocore's errors."""
    pages = client.get_paginator("list_accounts").paginate()
    return [_account(account, Unit("", "")) for page in pages for account in page["Accounts"]]

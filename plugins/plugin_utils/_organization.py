# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The accounts of an organization: reads, filters, and the names and variables of hosts and groups."""

from __future__ import annotations

import re
import typing as t
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from fnmatch import fnmatchcase

from ansible_collections.cloudhsm.iam.plugins.module_utils._errors import error_code, is_access_denied, sentence

if t.TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient
    from mypy_boto3_organizations.type_defs import AccountTypeDef

# The group of all accounts, whose children are the groups of the organizational units.
ORGANIZATION_GROUP = "organization"
ROOT_PATH = "/"


class UnknownUnitError(Exception):
    """Organizational units that were asked for and do not exist; the message is one sentence."""


class UnknownStateError(Exception):
    """An account whose state AWS tells in a field that this botocore does not know; the message is one sentence."""


@dataclass(frozen=True)
class Unit:
    """A root or organizational unit. The path of a root is /, below it the names of the units count."""

    id: str
    path: str


@dataclass(frozen=True)
class Account:
    """An account, as far as hosts and filters need it."""

    id: str
    arn: str
    name: str
    email: str
    status: str
    unit_id: str
    ou_path: str
    tags: Mapping[str, str] = field(default_factory=dict)

    def as_dict(self) -> dict[str, t.Any]:
        """For a cache, which keeps JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Filters:
    """Which accounts become hosts. An empty filter lets all through, and all filters have to agree."""

    statuses: Sequence[str] = ()
    units: Sequence[str] = ()
    tags: Mapping[str, Sequence[str]] = field(default_factory=dict)
    names: Sequence[str] = ()


class Found(t.NamedTuple):
    """The accounts that become hosts, those that only their status keeps from it, and all units."""

    accounts: list[Account]
    left_out: list[Account]
    units: list[Unit]


def read_management_account(client: OrganizationsClient) -> str:
    """Id of the organization's management account. Raises what botocore raises."""
    return client.describe_organization()["Organization"]["MasterAccountId"]


def find_accounts(client: OrganizationsClient, filters: Filters, read_tags: bool) -> Found:
    """The accounts that pass the filters. Tags cost a call an account, and are read where all other filters agree.

    Raises UnknownUnitError, UnknownStateError, and what botocore raises.
    """
    units = read_units(client)
    accounts = read_accounts(client, units_in_scope(units, filters.units))
    named = [account for account in accounts if _matches_any(account.name, filters.names)]
    tagged = [replace(a, tags=_read_tags(client, a.id)) if read_tags else a for a in named]
    wanted = [account for account in tagged if _has_tags(account, filters.tags)]
    let_in = [account for account in wanted if not filters.statuses or account.status in filters.statuses]
    return Found(let_in, [account for account in wanted if account not in let_in], units)


def read_units(client: OrganizationsClient) -> list[Unit]:
    """The root and all units under it, parents first. One call a unit, which is how the API is."""
    units = [
        Unit(root["Id"], ROOT_PATH) for page in client.get_paginator("list_roots").paginate() for root in page["Roots"]
    ]
    paginator = client.get_paginator("list_organizational_units_for_parent")
    # The list grows while it is walked, until the lowest units add nothing more.
    for parent in units:
        for page in paginator.paginate(ParentId=parent.id):
            units += [
                Unit(unit["Id"], f"{parent.path.rstrip('/')}/{unit['Name']}") for unit in page["OrganizationalUnits"]
            ]
    return units


def units_in_scope(units: Sequence[Unit], wanted: Sequence[str]) -> list[Unit]:
    """Those of the units that were asked for by path or id, with all under them; all when none was asked for.

    Raises UnknownUnitError.
    """
    if not wanted:
        return list(units)
    tops = {unit.path for unit in units if unit.id in wanted or unit.path in wanted}
    unknown = [name for name in wanted if not any(name in (unit.id, unit.path) for unit in units)]
    if unknown:
        raise UnknownUnitError(f"organizational_units: the organization has no unit {', '.join(unknown)}")
    return [unit for unit in units if any(_is_under(unit.path, top) for top in tops)]


def _is_under(path: str, top: str) -> bool:
    return path == top or path.startswith(f"{top.rstrip('/')}/")


def read_accounts(client: OrganizationsClient, units: Iterable[Unit]) -> list[Account]:
    """The accounts directly in these units, by name. Raises UnknownStateError, and what botocore raises."""
    paginator = client.get_paginator("list_accounts_for_parent")
    # One that is moved while this reads may be seen twice.
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


def _read_tags(client: OrganizationsClient, account_id: str) -> dict[str, str]:
    pages = client.get_paginator("list_tags_for_resource").paginate(ResourceId=account_id)
    return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}


def _matches_any(name: str, patterns: Sequence[str]) -> bool:
    return not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)


def _has_tags(account: Account, wanted: Mapping[str, Sequence[str]]) -> bool:
    return all(account.tags.get(key) in values for key, values in wanted.items())


def host_names(accounts: Sequence[Account]) -> dict[str, str]:
    """Host names by account id: the account's name without what Ansible's patterns would trip over.

    Accounts may share a name; each of these gets its id with it.
    """
    plain = {account.id: re.sub(r"[^\w.-]+", "-", account.name).strip("-.") for account in accounts}
    uses = Counter(name.lower() for name in plain.values())
    return {
        account_id: name if name and uses[name.lower()] == 1 else f"{name}-{account_id}".lstrip("-")
        for account_id, name in plain.items()
    }


def unit_groups(units: Iterable[Unit]) -> dict[str, str]:
    """Names of groups by path. Those that would be the same, as of /a/b and /a_b, have the units' ids."""
    plain = {unit: group_name(f"ou{unit.path.replace('/', '_')}") for unit in units if unit.path != ROOT_PATH}
    uses = Counter(plain.values())
    named = {unit.path: name if uses[name] == 1 else group_name(f"{name}_{unit.id}") for unit, name in plain.items()}
    return {ROOT_PATH: ORGANIZATION_GROUP, **named}


def paths_down_to(path: str) -> list[str]:
    """The root's path, and those of all units on the way down to this one, itself included."""
    steps = path.strip("/").split("/") if path != ROOT_PATH else []
    return [ROOT_PATH, *(f"/{'/'.join(steps[: depth + 1])}" for depth in range(len(steps)))]


def tag_groups(tags: Mapping[str, str]) -> list[str]:
    """A group for each tag and value."""
    return [group_name(f"tag_{key}_{value}" if value else f"tag_{key}") for key, value in tags.items()]


def group_name(text: str) -> str:
    """A name that Ansible takes for a group."""
    return re.sub(r"[^A-Za-z0-9_]", "_", text)


def host_variables(account: Account, is_management: bool, assume_role_name: str) -> dict[str, t.Any]:
    """What the inventory tells of an account. The management account has no role that could be assumed."""
    variables: dict[str, t.Any] = {
        "account_id": account.id,
        "account_arn": account.arn,
        "account_name": account.name,
        "account_email": account.email,
        "account_status": account.status,
        "account_ou_id": account.unit_id,
        "account_ou_path": account.ou_path,
        "account_tags": dict(account.tags),
        "account_is_management": is_management,
    }
    if not is_management:
        partition = account.arn.split(":")[1]
        variables["account_role_arn"] = f"arn:{partition}:iam::{account.id}:role/{assume_role_name.lstrip('/')}"
    return variables


def left_out_sentence(left_out: Sequence[Account]) -> str:
    """Which accounts are no hosts although nothing but their status speaks against them."""
    named = ", ".join(f"{account.name} ({account.id}, {account.status})" for account in left_out)
    return f"Left out of the inventory because of their status: {named}; the option statuses would let them in"


def failure_sentence(exc: BaseException) -> str:
    """Why the organization could not be read, and what to do."""
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

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The accounts of an organization: reads, filters, and the names and variables of hosts and groups."""

from __future__ import annotations

import hashlib
import re
import typing as t
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from fnmatch import fnmatchcase

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import error_code, is_access_denied, sentence

if t.TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient
    from mypy_boto3_organizations.type_defs import AccountTypeDef

# The group of all accounts, whose children are the groups of the organizational units.
ORGANIZATION_GROUP = "organization"
ROOT_PATH = "/"
# Names that mean something to Ansible itself: hosts of these names would be worked on, or left out, by mistake.
RESERVED_HOSTS = frozenset({"localhost", "127.0.0.1", "::1", "all", "ungrouped", ORGANIZATION_GROUP})


class UnknownUnitError(Exception):
    """Organizational units that were asked for and are none, or more than one; the message is one sentence."""


class UnknownStateError(Exception):
    """An account whose state AWS tells in a field that this botocore does not know; the message is one sentence."""


@dataclass(frozen=True)
class Unit:
    """A root or organizational unit. The path of a root is /, below it the names of the units count.

    A unit's name may hold slashes, so that two units can have the same path. Only the id tells which unit it is.
    """

    id: str
    path: str
    parent_id: str | None = None

    def as_dict(self) -> dict[str, t.Any]:
        """For a cache, which keeps JSON."""
        return asdict(self)


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
                Unit(unit["Id"], f"{parent.path.rstrip('/')}/{unit['Name']}", parent.id)
                for unit in page["OrganizationalUnits"]
            ]
    return units


def units_in_scope(units: Sequence[Unit], wanted: Sequence[str]) -> list[Unit]:
    """Those of the units that were asked for by path or id, with all under them; all when none was asked for.

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
    """The ids of the units' parents by their own; a root has none."""
    return {unit.id: unit.parent_id for unit in units}


def ids_down_to(unit_id: str, parents: Mapping[str, str | None]) -> list[str]:
    """The root's id, and those of all units on the way down to this one, itself included."""
    ids, above = [], t.cast("str | None", unit_id)
    while above is not None:
        ids.append(above)
        above = parents[above]
    return ids[::-1]


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


def host_names(accounts: Sequence[Account], groups: Iterable[str] = ()) -> dict[str, str]:
    """Host names by account id: the account's name without what Ansible's patterns would trip over.

    Where that is not enough to tell which account it is, the id comes with it: accounts may share a name, or be
    called like a group or like what Ansible means something else by.
    """
    plain = {account.id: re.sub(r"[^\w.-]+", "-", account.name).strip("-.") for account in accounts}
    reserved = RESERVED_HOSTS | {group.lower() for group in groups}
    return _told_apart(plain, lambda account_id, name: f"{name}-{account_id}".lstrip("-"), str.lower, reserved)


def unit_groups(units: Iterable[Unit]) -> dict[str, str]:
    """Names of groups by the units' ids. Those that would be the same, as of /a/b and /a_b, have the ids in them."""
    roots = {unit.id: ORGANIZATION_GROUP for unit in units if unit.path == ROOT_PATH}
    plain = {unit.id: group_name(f"ou{unit.path.replace('/', '_')}") for unit in units if unit.id not in roots}
    return roots | _told_apart(plain, lambda unit_id, name: group_name(f"{name}_{unit_id}"))


def tag_groups(accounts: Iterable[Account]) -> dict[tuple[str, str], str]:
    """A group for each tag and value that an account has, by the two.

    Tags hold more than names of groups can: those that would end in one group have a digest of the tag added.
    """
    tags = sorted({tag for account in accounts for tag in account.tags.items()})
    plain = {tag: group_name("_".join(("tag", *filter(None, tag)))) for tag in tags}
    return _told_apart(plain, lambda tag, name: f"{name}_{_digest(tag)}")


def _digest(tag: tuple[str, str]) -> str:
    return hashlib.sha256("\0".join(tag).encode()).hexdigest()[:12]


_Key = t.TypeVar("_Key")


def _told_apart(
    plain: Mapping[_Key, str],
    longer: Callable[[_Key, str], str],
    spelling: Callable[[str], str] = str,
    reserved: Iterable[str] = (),
) -> dict[_Key, str]:
    """The names, and the longer ones of those that are empty, reserved, or have the same spelling as another.

    A longer name may be what another one is called already, which then gets a longer one itself.
    """
    names, taken = dict(plain), {"", *reserved}
    while True:
        uses = Counter(spelling(name) for name in names.values())
        clashes = [
            key
            for key, name in names.items()
            if name == plain[key] and (spelling(name) in taken or uses[spelling(name)] > 1)
        ]
        if not clashes:
            return names
        names |= {key: longer(key, plain[key]) for key in clashes}


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

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The accounts of an organization as hosts of an inventory: filters, groups and variables."""

from __future__ import annotations

import hashlib
import typing as t
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization import (
    Account,
    Unit,
    account_tags,
    read_accounts,
    read_units,
    units_in_scope,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization_names import group_name, told_apart

if t.TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient


@dataclass(frozen=True)
class Filters:
    """Which accounts become hosts: those that match all filters. Every account matches an empty filter."""

    statuses: Sequence[str] = ()
    units: Sequence[str] = ()
    tags: Mapping[str, Sequence[str]] = field(default_factory=dict)
    names: Sequence[str] = ()


class Found(t.NamedTuple):
    """The accounts that become hosts, those that only their status excludes, and all units."""

    accounts: list[Account]
    left_out: list[Account]
    units: list[Unit]
    # Patterns that match no account's name.
    unmatched: list[str]


def find_accounts(client: OrganizationsClient, filters: Filters, read_tags: bool) -> Found:
    """Return the accounts that match the filters. Tags, a call each, are read only if unit and name match.

    Raises UnknownUnitError, UnknownStateError, and botocore's errors.
    """
    units = read_units(client)
    accounts = read_accounts(client, units_in_scope(units, filters.units))
    named = [account for account in accounts if _matches_any(account.name, filters.names)]
    tagged = [replace(a, tags=account_tags(client, a.id)) if read_tags else a for a in named]
    wanted = [account for account in tagged if _has_tags(account, filters.tags)]
    let_in = [account for account in wanted if not filters.statuses or account.status in filters.statuses]
    unmatched = [name for name in filters.names if not any(_matches_any(account.name, [name]) for account in accounts)]
    return Found(let_in, [account for account in wanted if account not in let_in], units, unmatched)


def _matches_any(name: str, patterns: Sequence[str]) -> bool:
    return not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)


def _has_tags(account: Account, wanted: Mapping[str, Sequence[str]]) -> bool:
    return all(account.tags.get(key) in values for key, values in wanted.items())


def tag_groups(accounts: Iterable[Account]) -> dict[tuple[str, str], str]:
    """Return the name of the group for each tag, by the tag's key and value.

    Tags can have characters that group names can't. If two tags would get the same name, a digest of the tag is added.
    """
    tags = sorted({tag for account in accounts for tag in account.tags.items()})
    plain = {tag: group_name("_".join(("tag", *filter(None, tag)))) for tag in tags}
    return told_apart(plain, lambda tag, name: f"{name}_{_digest(tag)}")


def _digest(tag: tuple[str, str]) -> str:
    return hashlib.sha256("\0".join(tag).encode()).hexdigest()[:12]


def host_variables(account: Account, is_management: bool, assume_role_name: str) -> dict[str, t.Any]:
    """Return the variables of an account's host. The management account has no role to assume."""
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


def unmatched_sentence(patterns: Sequence[str]) -> str:
    """Return a sentence about patterns that match no account's name."""
    return f"names: no account has a name like {', '.join(patterns)}; upper and lower case count"


def left_out_sentence(left_out: Sequence[Account]) -> str:
    """Return a sentence about accounts that are not hosts only because of their status."""
    named = ", ".join(f"{account.name} ({account.id}, {account.status})" for account in left_out)
    return f"Left out of the inventory because of their status: {named}; the option statuses would let them in"

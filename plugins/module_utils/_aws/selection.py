# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Which accounts of an organization are meant: by ID, unit, tags, or all of them."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization import (
    Account,
    Unit,
    UnknownUnitError,
    account_tags,
    list_accounts,
    read_accounts,
    read_units,
    units_in_scope,
)

if t.TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient

ACTIVE = "ACTIVE"


class Selection(t.Protocol):
    """Accounts as options name them: any that one of the first four names, but for those that are excluded."""

    @property
    def accounts(self) -> frozenset[str]:
        """IDs."""

    @property
    def organizational_units(self) -> tuple[str, ...]:
        """Units by path or ID; the units below them count too."""

    @property
    def account_tags(self) -> Mapping[str, str]:
        """Tags, of which an account has to have all."""

    @property
    def all_accounts(self) -> bool:
        """Whether every account is meant."""

    @property
    def exclude_accounts(self) -> frozenset[str]:
        """IDs of accounts that are not meant, however they were named."""


def selected(selection: Selection, accounts: Iterable[Account], units: Sequence[Unit]) -> frozenset[str]:
    """IDs of those of the accounts that are meant. Units that there are not select nothing."""
    known = {account.id: account for account in accounts}
    chosen = set(known) if selection.all_accounts else selection.accounts & known.keys()
    if selection.organizational_units:
        try:
            meant = {unit.id for unit in units_in_scope(units, selection.organizational_units)}
        except UnknownUnitError:
            meant = set()
        chosen |= {account.id for account in known.values() if account.unit_id in meant}
    if selection.account_tags:
        tags = selection.account_tags.items()
        chosen |= {account.id for account in known.values() if tags <= dict(account.tags).items()}
    return frozenset(chosen - selection.exclude_accounts)


def accounts_and_units(client: OrganizationsClient, with_units: bool) -> tuple[list[Account], tuple[Unit, ...]]:
    """All accounts, and the units if the accounts are to know in which they are, which costs a call a unit.

    Raises UnknownStateError, and what botocore raises.
    """
    if not with_units:
        return list_accounts(client), ()
    units = tuple(read_units(client))
    return read_accounts(client, units), units


def with_tags(client: OrganizationsClient, pool: Executor, accounts: Iterable[Account]) -> list[Account]:
    """The accounts with their tags, which cost a call each. Raises what botocore raises."""

    def tagged(account: Account) -> Account:
        return replace(account, tags=account_tags(client, account.id))

    return list(pool.map(tagged, accounts))

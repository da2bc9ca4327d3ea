# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What the inventory calls the accounts and units of an organization. Pure."""

from __future__ import annotations

import re
import typing as t
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization import ROOT_PATH, Account, Unit

# The group of all accounts, whose children are the groups of the organizational units.
ORGANIZATION_GROUP = "organization"
# Names that mean something to Ansible itself: hosts of these names would be worked on, or left out, by mistake.
RESERVED_HOSTS = frozenset({"localhost", "127.0.0.1", "::1", "all", "ungrouped", ORGANIZATION_GROUP})


def host_names(accounts: Sequence[Account], groups: Iterable[str] = ()) -> dict[str, str]:
    """Host names by account id: the account's name without what Ansible's patterns would trip over.

    Where that is not enough to tell which account it is, the id comes with it: accounts may share a name, or be
    called like a group or like what Ansible means something else by.
    """
    plain = {account.id: re.sub(r"[^\w.-]+", "-", account.name).strip("-.") for account in accounts}
    reserved = RESERVED_HOSTS | {group.lower() for group in groups}
    return told_apart(plain, lambda account_id, name: f"{name}-{account_id}".lstrip("-"), str.lower, reserved)


def unit_groups(units: Iterable[Unit]) -> dict[str, str]:
    """Names of groups by the units' ids. Those that would be the same, as of /a/b and /a_b, have the ids in them."""
    roots = {unit.id: ORGANIZATION_GROUP for unit in units if unit.path == ROOT_PATH}
    plain = {unit.id: group_name(f"ou{unit.path.replace('/', '_')}") for unit in units if unit.id not in roots}
    return roots | told_apart(plain, lambda unit_id, name: group_name(f"{name}_{unit_id}"))


_Key = t.TypeVar("_Key")


def told_apart(
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


def ids_named(name: str, units: Sequence[Unit], accounts: Sequence[Account]) -> list[str]:
    """The ids of the root, the units and the accounts that somebody can mean by a name.

    A unit goes by its id, its path and the inventory's group; an account by its id, its name and the inventory's host.
    """
    groups = unit_groups(units)
    hosts = host_names(accounts, groups.values())
    found = [unit.id for unit in units if name in (unit.id, unit.path, groups[unit.id])]
    return found + [account.id for account in accounts if name in (account.id, account.name, hosts[account.id])]

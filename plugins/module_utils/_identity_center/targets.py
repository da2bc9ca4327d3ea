# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Finds the accounts of assignments, and listed names that do not exist."""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization import UnknownUnitError, units_in_scope
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.selection import ACTIVE, selected
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.copies import is_over
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import (
    GROUP,
    USER,
    Assignment,
    AssignmentWish,
    Options,
    Snapshot,
    Wanted,
)


def assignments_of(wanted: Wanted, snapshot: Snapshot) -> tuple[frozenset[Assignment], frozenset[Assignment]]:
    """Return present and absent assignments. Leaves out present ones that have ended or whose user is suspended."""
    both: dict[bool, set[Assignment]] = {True: set(), False: set()}
    for wish in wanted.assignments:
        both[wish.present] |= {
            Assignment(wish.assigned_set, account, kind, principal)
            for account in accounts_of(wish, snapshot)
            for kind, principal in wish.principals
            if not is_over(wish, snapshot) and not _is_left_alone(wish, kind, principal, snapshot)
        }
    return frozenset(both[True]), frozenset(both[False])


def _is_left_alone(wish: AssignmentWish, kind: str, principal: str, snapshot: Snapshot) -> bool:
    """Whether nothing is assigned because the user is suspended."""
    return wish.present and kind == USER and principal in snapshot.suspended


def accounts_of(wish: AssignmentWish, snapshot: Snapshot) -> frozenset[str]:
    """Return the IDs of an assignment's accounts. AWS provisions nothing in accounts that are not active."""
    organization = snapshot.organization
    active = [account for account in organization.accounts.values() if account.status == ACTIVE]
    return selected(wish, active, organization.units)


def target_problems(wanted: Wanted, snapshot: Snapshot, options: Options) -> Iterator[str]:
    """Yield a sentence for each contradiction, and for each listed name that can't be used."""
    present, absent = assignments_of(wanted, snapshot)
    for one in sorted(present & absent):
        yield f"{options.called('assignments')}: {one} is to be present and absent"
    for index, wish in enumerate(wanted.assignments):
        if is_over(wish, snapshot):
            # The names in it may no longer exist.
            continue
        label = f"{options.called('assignments')}[{index}] ({wish.permission_set})"
        yield from (f"{label}: {problem}" for problem in _wish_problems(wish, wanted, snapshot, options))
    for index, group in enumerate(wanted.groups):
        for name in sorted((group.members or frozenset()) - snapshot.users.keys()):
            label = f"{options.called('groups')}[{index}] ({group.name})"
            yield f"{label}: members: the identity store has no user {name}"


def _wish_problems(wish: AssignmentWish, wanted: Wanted, snapshot: Snapshot, options: Options) -> Iterator[str]:
    yield from _account_problems(wish, snapshot)
    if not wish.present:
        # A permission set or principal that does not exist has no assignment to delete.
        return
    made = {one.name for one in wanted.sets if one.present}
    if wish.permission_set and wish.permission_set not in made | snapshot.sets.keys():
        sets = options.called("permission_sets")
        yield f"permission_set: there is no permission set {wish.permission_set}; list it in {sets}"
    groups = {group.name for group in wanted.groups} | snapshot.groups.keys()
    for kind, name in sorted(wish.principals):
        known_names = groups if kind == GROUP else snapshot.users.keys()
        if name not in known_names:
            yield f"{kind.lower()}s: the identity store has no {kind.lower()} {name}"


def _account_problems(wish: AssignmentWish, snapshot: Snapshot) -> Iterator[str]:
    organization = snapshot.organization
    for account in sorted(wish.accounts | wish.exclude_accounts):
        known = organization.accounts.get(account)
        if known is None:
            field = "accounts" if account in wish.accounts else "exclude_accounts"
            yield f"{field}: the organization has no account {account}"
        elif account in wish.accounts and known.status != ACTIVE:
            yield f"accounts: the account {account} is {known.status}, and AWS assigns nothing there"
    try:
        units_in_scope(organization.units, wish.organizational_units)
    except UnknownUnitError as exc:
        yield str(exc)
        return
    if not wish.accounts and not accounts_of(wish, snapshot):
        yield (
            "accounts: no active account of the organization is meant; check organizational_units, account_tags and "
            "exclude_accounts"
        )

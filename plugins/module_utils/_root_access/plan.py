# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Compares the wanted state with the organization: the changes, and every reason against them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization import Account
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.selection import ACTIVE, selected
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.model import (
    ACCESS_KEY,
    CERTIFICATE,
    CREDENTIALS_MANAGEMENT,
    ENABLED,
    KINDS,
    LOCKED,
    MFA_DEVICE,
    PASSWORD,
    RECOVERABLE,
    SESSIONS,
    Change,
    Credential,
    Organization,
    Plan,
    RootUser,
    Snapshot,
    Wanted,
)

TRUST, DELEGATE = "enable_aws_service_access", "register_delegated_administrator"
# The calls that switch the features on, in this order.
SWITCHES = {
    CREDENTIALS_MANAGEMENT: "enable_organizations_root_credentials_management",
    SESSIONS: "enable_organizations_root_sessions",
}
REMOVALS = {
    PASSWORD: "delete_login_profile",
    ACCESS_KEY: "delete_access_key",
    CERTIFICATE: "delete_signing_certificate",
    MFA_DEVICE: "deactivate_mfa_device",
}
RECOVERY = "create_login_profile"


def meant(wanted: Wanted, organization: Organization) -> list[Account]:
    """The accounts that are meant, whatever state they are in, without the management account. All if none is named."""
    if wanted.state == ENABLED:
        return []
    accounts = organization.accounts
    named = selected(wanted, accounts.values(), organization.units) if wanted.selects else frozenset(accounts)
    chosen = named - wanted.exclude_accounts - {organization.management_account}
    return sorted((accounts[one] for one in chosen), key=lambda account: (account.name, account.id))


def to_look_at(wanted: Wanted, organization: Organization) -> list[Account]:
    """Those of them that have a root user whom AWS lets anybody look at."""
    return [account for account in meant(wanted, organization) if account.status == ACTIVE]


def skipped(wanted: Wanted, organization: Organization) -> list[Account]:
    """Those of them that are suspended, or are being closed or set up."""
    return [account for account in meant(wanted, organization) if account.status != ACTIVE]


def make_plan(wanted: Wanted, snapshot: Snapshot) -> Plan:
    """The changes, account after account, and what speaks against them."""
    if wanted.state == ENABLED:
        return Plan(tuple(_switching_on(wanted, snapshot.organization)))
    known = [root for root in snapshot.root_users if root.credentials is not None]
    if wanted.state == LOCKED:
        return _batch(wanted, known)
    if wanted.state == RECOVERABLE:
        locked = [root.account.id for root in known if not root.has(PASSWORD)]
        return Plan(tuple(Change(RECOVERY, account, Credential(PASSWORD)) for account in locked))
    return Plan()


def _batch(wanted: Wanted, root_users: Iterable[RootUser]) -> Plan:
    """As many removals as one run may make, by the accounts' IDs, and what is left for later runs.

    An account is done as a whole or left, unless it has more credentials by itself than a run may remove.
    """
    changes: list[Change] = []
    remaining: dict[str, int] = {}
    room = wanted.max_removals
    for root in sorted(root_users, key=lambda one: one.account.id):
        own = list(_removals(root))
        taken = 0
        if not wanted.batch or root.account.id in wanted.batch:
            taken = len(own) if len(own) <= room else 0 if changes else room
            # Once an account is left, so are those behind it: else a large one could be left forever.
            room = room - taken if taken == len(own) else 0
        changes += own[:taken]
        if own[taken:]:
            remaining[root.account.id] = len(own) - taken
    return Plan(tuple(changes), remaining, tuple(_none_allowed(wanted, remaining)))


def _removals(root: RootUser) -> Iterator[Change]:
    """The removals of an account in an order that leaves no password without the MFA that protects it."""
    for kind in KINDS:
        for credential in root.credentials or ():
            if credential.kind == kind:
                yield Change(REMOVALS[kind], root.account.id, credential)


def _switching_on(wanted: Wanted, organization: Organization) -> Iterator[Change]:
    if not organization.trusted:
        yield Change(TRUST)
    for feature, operation in SWITCHES.items():
        if feature in wanted.features - organization.features:
            yield Change(operation)
    delegate = wanted.delegated_administrator
    if delegate and delegate not in organization.delegated_administrators:
        yield Change(DELEGATE, delegate)


def _none_allowed(wanted: Wanted, remaining: Mapping[str, int]) -> Iterator[str]:
    if not wanted.max_removals and remaining:
        yield f"{wanted.called('max_removals')}: is 0, and {left_words(remaining)} would be removed; raise it"


def left_words(remaining: Mapping[str, int]) -> str:
    """How many credentials of how many accounts, in words."""
    credentials, accounts = sum(remaining.values()), len(remaining)
    return f"{credentials} credential{'s' * (credentials != 1)} of {accounts} account{'s' * (accounts != 1)}"

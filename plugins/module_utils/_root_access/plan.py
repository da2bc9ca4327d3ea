# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Plans the changes from the requested state and the organization, or says why they are not possible."""

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
# The calls that switch on the features, in this order.
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
    """Return the selected accounts, whatever their status, but not the management account. All if none is selected."""
    if wanted.state == ENABLED:
        return []
    accounts = organization.accounts
    named = selected(wanted, accounts.values(), organization.units) if wanted.selects else frozenset(accounts)
    chosen = named - wanted.exclude_accounts - {organization.management_account}
    return sorted((accounts[one] for one in chosen), key=lambda account: (account.name, account.id))


def to_look_at(wanted: Wanted, organization: Organization) -> list[Account]:
    """Return the selected accounts that are active: AWS allows no calls in the others."""
    return [account for account in meant(wanted, organization) if account.status == ACTIVE]


def skipped(wanted: Wanted, organization: Organization) -> list[Account]:
    """Return the selected accounts that are suspended, or being closed or set up."""
    return [account for account in meant(wanted, organization) if account.status != ACTIVE]


def make_plan(wanted: Wanted, snapshot: Snapshot) -> Plan:
    """Return the changes, account by account, or the problems that prevent them."""
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
    """Return as many removals as one run may make, in the order of the account IDs, and what is left for later runs.

    An account is either done completely or left, unless it alone has more credentials than one run may remove.
    """
    changes: list[Change] = []
    remaining: dict[str, int] = {}
    room = wanted.max_removals
    for root in sorted(root_users, key=lambda one: one.account.id):
        own = list(_removals(root))
        taken = 0
        if not wanted.batch or root.account.id in wanted.batch:
            taken = len(own) if len(own) <= room else 0 if changes else room
            # Once an account is left, leave all later ones too. Otherwise a large one might be left forever.
            room = room - taken if taken == len(own) else 0
        changes += own[:taken]
        if own[taken:]:
            remaining[root.account.id] = len(own) - taken
    return Plan(tuple(changes), remaining, tuple(_none_allowed(wanted, remaining)))


def _removals(root: RootUser) -> Iterator[Change]:
    """Yield the removals of an account, the password before the MFA devices that protect it."""
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
    """Return in words how many credentials of how many accounts are left."""
    credentials, accounts = sum(remaining.values()), len(remaining)
    return f"{credentials} credential{'s' * (credentials != 1)} of {accounts} account{'s' * (accounts != 1)}"

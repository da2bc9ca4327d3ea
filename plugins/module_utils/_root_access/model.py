# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The values that input, snapshot, plan and apply of root_access exchange."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization import Account, Unit
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called

# The states that a run can be asked for.
AUDITED, ENABLED, LOCKED, RECOVERABLE = "audited", "enabled", "locked", "recoverable"
STATES = (AUDITED, ENABLED, LOCKED, RECOVERABLE)
# The features of centralized root access, as ListOrganizationsFeatures names them.
CREDENTIALS_MANAGEMENT, SESSIONS = "RootCredentialsManagement", "RootSessions"
FEATURES = (CREDENTIALS_MANAGEMENT, SESSIONS)
# Kinds of credentials, in the order of their removal. MFA protects the password as long as one exists.
PASSWORD, ACCESS_KEY, CERTIFICATE, MFA_DEVICE = "password", "access_key", "signing_certificate", "mfa_device"
KINDS = (PASSWORD, ACCESS_KEY, CERTIFICATE, MFA_DEVICE)
SAID = {
    PASSWORD: "password",
    ACCESS_KEY: "access key",
    CERTIFICATE: "signing certificate",
    MFA_DEVICE: "MFA device",
}


@dataclass(frozen=True)
class Wanted:
    """The options of one run: the state, the accounts, and the switches."""

    state: str = AUDITED
    accounts: frozenset[str] = frozenset()
    organizational_units: tuple[str, ...] = ()
    account_tags: Mapping[str, str] = field(default_factory=dict)
    all_accounts: bool = False
    exclude_accounts: frozenset[str] = frozenset()
    features: frozenset[str] = frozenset(FEATURES)
    # The account that should be the delegated administrator of IAM; empty changes nothing.
    delegated_administrator: str = ""
    organization_id: str = ""
    max_removals: int = 10
    # The only accounts from which this run removes credentials; empty for all accounts.
    batch: frozenset[str] = frozenset()
    reason: str = ""
    # Prefix of the role's variables; empty for the module's own options.
    prefix: str = ""

    def called(self, option: str) -> str:
        """Return the user's name for the option."""
        return called(option, self.prefix)

    @property
    def selects(self) -> bool:
        """Whether any option selects accounts."""
        return bool(self.accounts or self.organizational_units or self.account_tags or self.all_accounts)


@dataclass(frozen=True)
class Organization:
    """The organization, and which parts of centralized root access are switched on."""

    id: str
    management_account: str
    # ALL, or CONSOLIDATED_BILLING for an organization that only shares one bill.
    feature_set: str
    accounts: Mapping[str, Account] = field(default_factory=dict)
    units: tuple[Unit, ...] = ()
    # Whether IAM has trusted access. Without it, the features can't be read.
    trusted: bool = False
    features: frozenset[str] = frozenset()
    delegated_administrators: frozenset[str] = frozenset()
    # AWS's error code if it refused to list the features; otherwise empty.
    refused: str = ""


@dataclass(frozen=True)
class Credential:
    """One credential of the root user. A password has no ID."""

    kind: str
    id: str = ""
    status: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (SAID[self.kind], self.id)))


@dataclass(frozen=True)
class RootUser:
    """The credentials of an account's root user; None if they could not be read. Then error has the reason."""

    account: Account
    credentials: tuple[Credential, ...] | None
    error: str = ""
    # Whether the run tried to read them. False after an error that every other call would have met too.
    begun: bool = True

    def has(self, kind: str) -> bool:
        """Whether the root user has a credential of this kind."""
        return any(one.kind == kind for one in self.credentials or ())


@dataclass(frozen=True)
class Snapshot:
    """The organization and the root users of the selected accounts, as read at one time."""

    caller: Caller
    organization: Organization
    root_users: tuple[RootUser, ...] = ()


@dataclass(frozen=True)
class Change:
    """One write call: the boto3 method, and the account and credential that it is about."""

    operation: str
    account: str = ""
    credential: Credential | None = None

    def describe(self) -> dict[str, t.Any]:
        """Return the change as results show it."""
        told: dict[str, t.Any] = {"operation": self.operation}
        if self.account:
            told["account"] = self.account
        if self.credential:
            told["kind"] = self.credential.kind
            if self.credential.id:
                told["id"] = self.credential.id
        return told

    def __str__(self) -> str:
        """Return the change in words, for the middle of a sentence."""
        words = self.operation.replace("_", " ")
        about = f" ({self.credential.id})" if self.credential and self.credential.id else ""
        return f"{words}{about}{f' in {self.account}' if self.account else ''}"


@dataclass(frozen=True)
class Plan:
    """The changes, account by account, or the problems that prevent them."""

    changes: tuple[Change, ...] = ()
    # How many credentials are left for later runs, by account ID.
    remaining: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """The outcome of a change."""

    change: Change
    error: str | None = None
    # Whether it was tried. If not, error has the reason.
    begun: bool = True

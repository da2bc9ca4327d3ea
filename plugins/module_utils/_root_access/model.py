# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The values that pass between input, snapshot, plan and apply of root_access."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization import Account, Unit
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called

# What a run is for.
AUDITED, ENABLED, LOCKED, RECOVERABLE = "audited", "enabled", "locked", "recoverable"
STATES = (AUDITED, ENABLED, LOCKED, RECOVERABLE)
# The features of centralized root access, as ListOrganizationsFeatures names them.
CREDENTIALS_MANAGEMENT, SESSIONS = "RootCredentialsManagement", "RootSessions"
FEATURES = (CREDENTIALS_MANAGEMENT, SESSIONS)
# Kinds of credentials in the order in which they go. MFA protects the password for as long as there is one.
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
    """What was asked for: the state, the accounts, and the switches of one run."""

    state: str = AUDITED
    accounts: frozenset[str] = frozenset()
    organizational_units: tuple[str, ...] = ()
    account_tags: Mapping[str, str] = field(default_factory=dict)
    all_accounts: bool = False
    exclude_accounts: frozenset[str] = frozenset()
    features: frozenset[str] = frozenset(FEATURES)
    # The account that is to be delegated administrator of IAM; empty leaves that alone.
    delegated_administrator: str = ""
    organization_id: str = ""
    max_removals: int = 10
    # The only accounts that this run removes anything from; empty for all of them.
    batch: frozenset[str] = frozenset()
    reason: str = ""
    # What the names of the options begin with, where a role hands its variables on.
    prefix: str = ""

    def called(self, option: str) -> str:
        """An option as messages name it."""
        return called(option, self.prefix)

    @property
    def selects(self) -> bool:
        """Whether accounts are named in any way."""
        return bool(self.accounts or self.organizational_units or self.account_tags or self.all_accounts)


@dataclass(frozen=True)
class Organization:
    """The organization, and how far centralized root access is switched on."""

    id: str
    management_account: str
    # With ALL an organization can do more than have one bill.
    feature_set: str
    accounts: Mapping[str, Account] = field(default_factory=dict)
    units: tuple[Unit, ...] = ()
    # Whether IAM has trusted access. Without it, the features can't be read.
    trusted: bool = False
    features: frozenset[str] = frozenset()
    delegated_administrators: frozenset[str] = frozenset()
    # AWS's code of the error that it answered with when it was asked for the features; empty where it was none.
    refused: str = ""


@dataclass(frozen=True)
class Credential:
    """One thing that the root user can sign in or sign with. A password has no ID."""

    kind: str
    id: str = ""
    status: str = ""

    def __str__(self) -> str:
        return " ".join(filter(None, (SAID[self.kind], self.id)))


@dataclass(frozen=True)
class RootUser:
    """What the root user of an account has; None where it could not be learned, for the reason that the error says."""

    account: Account
    credentials: tuple[Credential, ...] | None
    error: str = ""
    # Whether it was looked at, or left because of an error that no other call would have done better with.
    begun: bool = True

    def has(self, kind: str) -> bool:
        """Whether it has a credential of this kind."""
        return any(one.kind == kind for one in self.credentials or ())


@dataclass(frozen=True)
class Snapshot:
    """One look at the organization and the root users of the accounts that are meant."""

    caller: Caller
    organization: Organization
    root_users: tuple[RootUser, ...] = ()


@dataclass(frozen=True)
class Change:
    """One write call: a method of boto3's, and what it is about."""

    operation: str
    account: str = ""
    credential: Credential | None = None

    def describe(self) -> dict[str, t.Any]:
        """The change as results show it."""
        told: dict[str, t.Any] = {"operation": self.operation}
        if self.account:
            told["account"] = self.account
        if self.credential:
            told["kind"] = self.credential.kind
            if self.credential.id:
                told["id"] = self.credential.id
        return told

    def __str__(self) -> str:
        """The change in words, for the middle of a sentence."""
        words = self.operation.replace("_", " ")
        about = f" ({self.credential.id})" if self.credential and self.credential.id else ""
        return f"{words}{about}{f' in {self.account}' if self.account else ''}"


@dataclass(frozen=True)
class Plan:
    """What is to be done, account after account, or why nothing is."""

    changes: tuple[Change, ...] = ()
    # What is left for later runs: how many credentials, by the account.
    remaining: Mapping[str, int] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What became of a change."""

    change: Change
    error: str | None = None
    # Never tried, for the reason that the error says.
    begun: bool = True

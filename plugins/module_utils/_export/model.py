# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The values that the reads hand to the export."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Group, Policy, Role
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.policies import Recognised
from ansible_collections.cloudhsm.iam.plugins.module_utils._service_linked_role.plan import Role as ServiceLinkedRole
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Account

Item = dict[str, t.Any]


@dataclass(frozen=True)
class NotExported:
    """Something in the account that no variable can express, and what to do about it."""

    kind: str
    name: str
    what_to_do: str
    # Its owner, such as user alice.
    of: str = ""

    def describe(self) -> dict[str, str]:
        """For results and files."""
        whose = {"of": self.of} if self.of else {}
        return {"kind": self.kind, "name": self.name, **whose, "what_to_do": self.what_to_do}


@dataclass(frozen=True)
class Holdings:
    """The number of a user's keys and devices. None means unknown."""

    access_keys: int | None = None
    mfa_devices: int | None = None
    others: int | None = None


@dataclass(frozen=True)
class Snapshot:
    """The account as read. Parts that the export can do without are None if unreadable, and listed in gaps."""

    account: Account
    groups: Mapping[str, Group]
    policies: Mapping[str, Policy]
    roles: Mapping[str, Role]
    # Names of the users that match the filters.
    selected: tuple[str, ...]
    holdings: Mapping[str, Holdings] = field(default_factory=dict)
    # By ARN: the groups' policies that this collection could have created, and details of policies.
    recognised: Mapping[str, Recognised] = field(default_factory=dict)
    described: Mapping[str, Mapping[str, t.Any]] = field(default_factory=dict)
    service_linked_roles: tuple[ServiceLinkedRole, ...] | None = None
    # With our names; empty if the account has none.
    password_policy: Mapping[str, t.Any] | None = None
    saml_providers: tuple[str, ...] | None = None
    # Roles that users of these providers can assume.
    saml_roles: tuple[Mapping[str, t.Any], ...] = ()
    gaps: tuple[str, ...] = ()
    filtered: bool = False


@dataclass(frozen=True)
class Export:
    """The account in this collection's variables, and what they can't express."""

    variables: Mapping[str, t.Any]
    not_exported: tuple[NotExported, ...] = ()

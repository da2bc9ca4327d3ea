# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The values that pass between the reads and the export."""

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
    """Something of the account that no variable can say, and what to do about it."""

    kind: str
    name: str
    what_to_do: str
    # Whose it is, such as user alice.
    of: str = ""

    def describe(self) -> dict[str, str]:
        """As results and files have it."""
        whose = {"of": self.of} if self.of else {}
        return {"kind": self.kind, "name": self.name, **whose, "what_to_do": self.what_to_do}


@dataclass(frozen=True)
class Holdings:
    """How many keys and devices a user has. None means not known."""

    access_keys: int | None = None
    mfa_devices: int | None = None
    others: int | None = None


@dataclass(frozen=True)
class Snapshot:
    """One read of the account. What could not be read, though the export does without, is None and among the gaps."""

    account: Account
    groups: Mapping[str, Group]
    policies: Mapping[str, Policy]
    roles: Mapping[str, Role]
    # Names of the users that the filters leave.
    selected: tuple[str, ...]
    holdings: Mapping[str, Holdings] = field(default_factory=dict)
    # The policies of groups that this collection could have made, by their ARNs; and their tags and paths.
    recognised: Mapping[str, Recognised] = field(default_factory=dict)
    described: Mapping[str, Mapping[str, t.Any]] = field(default_factory=dict)
    service_linked_roles: tuple[ServiceLinkedRole, ...] | None = None
    # With our names; empty where the account has none.
    password_policy: Mapping[str, t.Any] | None = None
    saml_providers: tuple[str, ...] | None = None
    # The roles that users of these can assume.
    saml_roles: tuple[Mapping[str, t.Any], ...] = ()
    gaps: tuple[str, ...] = ()
    filtered: bool = False


@dataclass(frozen=True)
class Export:
    """The account in this collection's variables, and what is left."""

    variables: Mapping[str, t.Any]
    not_exported: tuple[NotExported, ...] = ()

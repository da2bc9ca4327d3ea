# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The values that input, snapshot, plan and apply of cloudhsm_guardrails exchange."""

from __future__ import annotations

import typing as t
from collections.abc import Mapping
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization import (
    Account,
    Unit,
    ids_down_to,
    parents_of,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called

# End of the name of the policy that only the canary unit has.
TRIAL = "-canary"


@dataclass(frozen=True)
class Rails:
    """What is guaranteed, and the roles that are exempt."""

    switches: frozenset[str] = frozenset()
    regions: tuple[str, ...] = ()
    # ARNs or patterns of ARNs.
    break_glass_roles: tuple[str, ...] = ()
    break_glass_mfa: bool = False
    protect_break_glass_roles: bool = True


@dataclass(frozen=True)
class Wanted:
    """The requested policy and its targets. The document is empty if the policy should be deleted."""

    name: str
    present: bool
    description: str = ""
    document: Mapping[str, t.Any] = field(default_factory=dict)
    # As written: IDs, paths of units, or names.
    targets: tuple[str, ...] = ()
    canary: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def trial(self) -> str:
        """Name of the policy with which the canary tries a change."""
        return f"{self.name}{TRIAL}"


@dataclass(frozen=True)
class Options:
    """The switches of one run."""

    purge_targets: bool = False
    adopt_policy: bool = False
    enable_policy_type: bool = False
    max_detachments: int = 10
    canary_wait: int = 300
    # Prefix of the role's variables; empty for the module's own options.
    prefix: str = ""

    def called(self, option: str) -> str:
        """Return the user's name for the option."""
        return called(option, self.prefix)


@dataclass(frozen=True)
class Policy:
    """A service control policy as found. Without an ID, it does not exist yet."""

    name: str
    id: str = ""
    description: str = ""
    # The text in AWS, which may be written by hand.
    content: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    targets: frozenset[str] = frozenset()
    of_aws: bool = False


@dataclass(frozen=True)
class Organization:
    """The units and accounts that a policy can be attached to."""

    management_account: str
    id: str = ""
    units: tuple[Unit, ...] = ()
    accounts: tuple[Account, ...] = ()
    all_features: bool = True
    # Status of service control policies in the root: ENABLED, PENDING_ENABLE, or empty if they are off.
    policy_type: str = ""

    @property
    def root(self) -> str:
        """ID of the root."""
        return self.units[0].id

    def label(self, target: str) -> str:
        """Return how messages name a target: by path or name, with the ID."""
        known = {unit.id: unit.path for unit in self.units} | {one.id: one.name for one in self.accounts}
        return f"{known[target]} ({target})" if target in known else target

    def accounts_under(self, target: str) -> list[Account]:
        """Return the accounts below a target, including the management account, which policies don't bind."""
        parents = parents_of(self.units)
        return [one for one in self.accounts if target == one.id or target in ids_down_to(one.unit_id, parents)]


@dataclass(frozen=True)
class Snapshot:
    """The organization and its service control policies, as read at one time."""

    caller: Caller
    organization: Organization
    # IDs of all policies, by name.
    names: Mapping[str, str] = field(default_factory=dict)
    policy: Policy | None = None
    trial: Policy | None = None
    # Names of the policies that are attached to each target, by the ID of the target.
    attached: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Change:
    """One step: a boto3 method or the wait for the canary, and what it is about."""

    operation: str
    policy: str = ""
    target: str = ""
    # How messages name the target.
    label: str = ""
    params: Mapping[str, t.Any] = field(default_factory=dict, hash=False)

    @property
    def is_write(self) -> bool:
        """Whether the step changes anything in AWS."""
        return self.operation != WAIT

    def describe(self) -> dict[str, t.Any]:
        """Return the change as results show it."""
        about = {"policy": self.policy, "target": self.target}
        return {"operation": self.operation, **{name: value for name, value in about.items() if value}}

    def __str__(self) -> str:
        """Return the change in words, for the middle of a sentence."""
        named = f"the policy {self.policy}" if self.policy else "service control policies"
        return _WORDS[self.operation].format(policy=named, target=self.label or self.target)


WAIT = "wait_for_canary"
ENABLE, CREATE, UPDATE, TAG, ATTACH, DETACH, DELETE = (
    "enable_policy_type",
    "create_policy",
    "update_policy",
    "tag_resource",
    "attach_policy",
    "detach_policy",
    "delete_policy",
)
_WORDS = {
    WAIT: "see that {policy} holds in {target}",
    ENABLE: "enable service control policies in {target}",
    CREATE: "create {policy}",
    UPDATE: "update {policy}",
    TAG: "tag {policy}",
    ATTACH: "attach {policy} to {target}",
    DETACH: "detach {policy} from {target}",
    DELETE: "delete {policy}",
}


@dataclass(frozen=True)
class Plan:
    """The steps, or the problems that prevent them."""

    changes: tuple[Change, ...] = ()
    # IDs of the requested targets.
    targets: tuple[str, ...] = ()
    canary: str = ""
    # Policies that should be deleted but stay, one sentence each.
    kept: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def writes(self) -> tuple[Change, ...]:
        """The steps that change anything in AWS."""
        return tuple(change for change in self.changes if change.is_write)


@dataclass(frozen=True)
class Outcome:
    """The outcome of a change."""

    change: Change
    error: str | None = None
    # Whether it was tried. False if an earlier step failed.
    begun: bool = True

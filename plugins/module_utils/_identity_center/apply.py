# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Carries out a plan stage by stage: calls about one object in order, different objects in parallel."""

from __future__ import annotations

import threading
import typing as t
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import is_hopeless, sentence
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import (
    GROUP,
    USER,
    Change,
    Outcome,
    Plan,
    Snapshot,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.plan import TAKING
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.requests import (
    KINDS,
    NOT_FOUND,
    Patience,
    Requests,
    attempt,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.store import Service

Tell = Callable[[str], None]
# How progress messages name each stage.
_TOLD = {
    "groups": "Groups and members",
    "sets": "Permission sets",
    "provision": "Permission sets provisioned again",
    "assign": "Assignments",
    "limit": "Permission sets without AdministratorAccess",
    "provision_limited": "Permission sets provisioned again",
    "assign_limited": "Assignments",
    "unassign": "Assignments taken off",
    "leave": "Members who leave",
    "delete": "Permission sets deleted",
}
_REMOVALS = ("delete_", "detach_", "untag_")
_OF_THE_STORE = frozenset({"create_group", "create_group_membership", "delete_group_membership"})


@dataclass
class Ids:
    """ARNs and IDs by name. Those of created objects are added."""

    instance_arn: str
    store_id: str
    sets: dict[str, str]
    groups: dict[str, str]
    users: Mapping[str, str]
    memberships: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @classmethod
    def of(cls, snapshot: Snapshot) -> Ids:
        """Return the ARNs and IDs from a snapshot."""
        return cls(
            snapshot.instance_arn,
            snapshot.identity_store_id,
            {name: one.arn for name, one in snapshot.sets.items()},
            {name: group.id for name, group in snapshot.groups.items()},
            snapshot.users,
            {
                (group.name, snapshot.user_name(user)): membership
                for group in snapshot.groups.values()
                for user, membership in (group.members or {}).items()
            },
        )

    def request(self, change: Change) -> dict[str, t.Any]:
        """Return the parameters of a request that AWS completes asynchronously."""
        arn = self.sets[change.permission_set]
        if change.operation == "provision_permission_set":
            return {"PermissionSetArn": arn, "TargetType": "ALL_PROVISIONED_ACCOUNTS"}
        # A principal that no longer exists in the store is named by its ID.
        kind, principal = (
            (GROUP, self.groups.get(change.group, change.group))
            if change.group
            else (USER, self.users.get(change.user, change.user))
        )
        return {
            "PermissionSetArn": arn,
            "TargetType": "AWS_ACCOUNT",
            "TargetId": change.account,
            "PrincipalType": kind,
            "PrincipalId": principal,
        }


def apply_plan(
    plan: Plan, snapshot: Snapshot, service: Service, patience: Patience, tell: Tell
) -> tuple[list[Outcome], Mapping[str, str]]:
    """Return the outcomes of all changes, and the ARNs of the permission sets by name.

    After a failure, stages that take access away are skipped; stages that give access continue.
    """
    ids = Ids.of(snapshot)
    runner = _Runner(service, ids, patience)
    outcomes: list[Outcome] = []
    for stage, changes in plan.stages.items():
        if not changes:
            continue
        if stage in TAKING and any(outcome.error for outcome in outcomes):
            why = "left as it is, because something before it failed"
            outcomes += [Outcome(change, why, begun=False) for change in changes]
            continue
        tell(f"{_TOLD[stage]}: {len(changes)} to do")
        outcomes += runner.run(changes, [outcome.change for outcome in outcomes if outcome.error])
    return outcomes, ids.sets


class _Runner:
    """Runs the changes of one stage at a time."""

    def __init__(self, service: Service, ids: Ids, patience: Patience) -> None:
        self._service = service
        self._ids = ids
        self._patience = patience
        self._hopeless = threading.Event()

    def run(self, changes: Sequence[Change], failed: Sequence[Change]) -> list[Outcome]:
        """Return the outcomes of the changes. Skips changes that depend on a failed permission set or group."""
        if self._hopeless.is_set():
            return [_left(change, "an error ended the run") for change in changes]
        bad_sets = {change.permission_set for change in failed if change.permission_set and not change.account}
        bad_groups = {change.group for change in failed if change.operation == "create_group"}
        left = [c for c in changes if c.permission_set in bad_sets or (c.group and c.group in bad_groups)]
        outcomes = {change: _left(change, "the permission set or group could not be finished") for change in left}
        rest = [change for change in changes if change not in outcomes]
        for operation in dict.fromkeys(change.operation for change in rest if change.operation in KINDS):
            of_kind = [change for change in rest if change.operation == operation]
            outcomes.update((one.change, one) for one in self._request(of_kind))
        chains = _chains(change for change in rest if change.operation not in KINDS)
        for chain in self._service.pool.map(self._run_chain, chains):
            outcomes.update((one.change, one) for one in chain)
        return [outcomes[change] for change in changes]

    def _request(self, changes: Sequence[Change]) -> list[Outcome]:
        """Send requests of one kind that AWS completes asynchronously."""
        requests = Requests(self._service.sso, self._service.pool, self._ids.instance_arn, self._ids.request)
        outcomes = requests.carry_out(changes, self._patience)
        if requests.hopeless:
            self._hopeless.set()
        return outcomes

    def _run_chain(self, chain: Sequence[Change]) -> list[Outcome]:
        """Run changes about one object in order, up to the first failure."""
        outcomes: list[Outcome] = []
        for change in chain:
            if self._hopeless.is_set():
                outcomes.append(_left(change, "an error ended the run"))
            elif outcomes and outcomes[-1].error:
                outcomes.append(_left(change, "the one before it failed"))
            else:
                outcomes.append(self._call(change))
        return outcomes

    def _call(self, change: Change) -> Outcome:
        done = NOT_FOUND if change.operation.startswith(_REMOVALS) else None
        error = attempt(lambda: self._make(change), self._patience, done, again=not _makes(change))
        if error is None:
            return Outcome(change)
        if is_hopeless(error):
            self._hopeless.set()
        return Outcome(change, sentence(error, str(change)))

    def _make(self, change: Change) -> None:
        """Make one call, and keep the ARN or ID of a created object."""
        ids = self._ids
        if change.operation in _OF_THE_STORE:
            method = getattr(self._service.store, change.operation)
            made = method(IdentityStoreId=ids.store_id, **_store_params(change, ids))
            if change.operation == "create_group":
                ids.groups[change.group] = made["GroupId"]
            return
        method = getattr(self._service.sso, change.operation)
        if change.operation == "create_permission_set":
            made = method(InstanceArn=ids.instance_arn, Name=change.permission_set, **change.params)
            ids.sets[change.permission_set] = made["PermissionSet"]["PermissionSetArn"]
            return
        key = "ResourceArn" if change.operation in ("tag_resource", "untag_resource") else "PermissionSetArn"
        method(InstanceArn=ids.instance_arn, **{key: ids.sets[change.permission_set]}, **change.params)


def _makes(change: Change) -> bool:
    """Whether the change creates something, so that a conflict means it already exists."""
    return change.operation in ("create_permission_set", "create_group", "create_group_membership")


def _store_params(change: Change, ids: Ids) -> dict[str, t.Any]:
    if change.operation == "create_group":
        return {"DisplayName": change.group, **change.params}
    if change.operation == "create_group_membership":
        return {"GroupId": ids.groups[change.group], "MemberId": {"UserId": ids.users[change.user]}}
    return {"MembershipId": ids.memberships[change.group, change.user]}


def _left(change: Change, why: str) -> Outcome:
    return Outcome(change, f"not begun, because {why}", begun=False)


def _chains(changes: Iterable[Change]) -> list[list[Change]]:
    """Return the changes grouped by permission set and group, in order."""
    chains: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        chains.setdefault((change.permission_set, change.group), []).append(change)
    return list(chains.values())

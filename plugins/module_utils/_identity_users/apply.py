# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Carries out a plan, stage by stage, for all users in parallel. Locks out all users before it deletes any."""

from __future__ import annotations

import time
import typing as t
from collections.abc import Callable, Iterable, Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import sentence
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import USER, Change, Outcome
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.requests import (
    CONFLICT,
    KINDS,
    NOT_FOUND,
    Patience,
    Requests,
    attempt,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.suspended import folder
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users import notes
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users.model import Plan, Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users.plan import (
    DELETE,
    FORGET,
    STAGES,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users.snapshot import Clients

# How progress messages name each stage.
_TOLD = {
    "note": "Notes of what is taken away",
    "leave": "Memberships taken away",
    "unassign": "Assignments taken off",
    "join": "Memberships given back",
    "assign": "Assignments given back",
    "forget": "Notes deleted",
    "delete": "Users deleted",
}
# Stages that are skipped for a user after any failure.
_AT_THE_END = (FORGET, DELETE)
# Error codes that mean the object no longer exists, or the user is in the group already.
_DONE = {"delete_group_membership": NOT_FOUND, "delete_user": NOT_FOUND, "create_group_membership": CONFLICT}


def apply_plan(
    plan: Plan, snapshot: Snapshot, clients: Clients, patience: Patience, tell: Callable[[str], None]
) -> list[Outcome]:
    """Return the outcomes of all changes.

    A user whose note can't be written keeps everything. No other failure stops a lockout.
    """
    runner = _Runner(snapshot, clients, patience)
    outcomes: list[Outcome] = []
    for stage in STAGES:
        changes = plan.stage(stage)
        if not changes:
            continue
        tell(f"{_TOLD[stage]}: {len(changes)} to do")
        failed = {one.change.user for one in outcomes if one.error}
        unnoted = {one.change.user for one in outcomes if one.error and one.change.operation == "put_parameter"}
        held = failed if stage in _AT_THE_END else unnoted
        why = "nothing could be noted" if stage not in _AT_THE_END else "something before it failed"
        outcomes += [_left(change, why) for change in changes if change.user in held]
        outcomes += runner.run([change for change in changes if change.user not in held])
    return outcomes


def _left(change: Change, why: str) -> Outcome:
    return Outcome(change, f"not begun, because {why}", begun=False)


class _Runner:
    """Makes the calls of one stage at a time."""

    def __init__(self, snapshot: Snapshot, clients: Clients, patience: Patience) -> None:
        self._snapshot = snapshot
        self._clients = clients
        self._patience = patience

    def run(self, changes: Sequence[Change]) -> list[Outcome]:
        """Return the outcomes of a stage's changes."""
        if not changes:
            return []
        center = self._clients.center
        if changes[0].operation in KINDS:
            requests = Requests(center.sso, center.pool, self._snapshot.instance_arn, self._request)
            return requests.carry_out(changes, self._patience)
        return list(center.pool.map(self._call, changes))

    def _request(self, change: Change) -> Mapping[str, t.Any]:
        return {
            "PermissionSetArn": change.params["permission_set_arn"],
            "TargetType": "AWS_ACCOUNT",
            "TargetId": change.account,
            "PrincipalType": USER,
            "PrincipalId": self._snapshot.people[change.user].id,
        }

    def _call(self, change: Change) -> Outcome:
        error = attempt(lambda: self._make(change), self._patience, _DONE.get(change.operation))
        return Outcome(change) if error is None else Outcome(change, sentence(error, str(change)))

    def _make(self, change: Change) -> None:
        person, store_id = self._snapshot.people[change.user], self._snapshot.store_id
        store, ssm = self._clients.center.store, self._clients.ssm
        if change.operation == "put_parameter":
            where = folder(self._snapshot.notes_prefix, store_id, person.id)
            for name, value in notes.parts_of(change.params["note"], where, self._about(person.login)):
                notes.write(ssm, name, value)
        elif change.operation == "delete_parameters":
            notes.delete(ssm, change.params["names"])
        elif change.operation == "delete_group_membership":
            membership = person.memberships[change.params["group_id"]]
            store.delete_group_membership(IdentityStoreId=store_id, MembershipId=membership)
        elif change.operation == "create_group_membership":
            store.create_group_membership(
                IdentityStoreId=store_id, GroupId=change.params["group_id"], MemberId={"UserId": person.id}
            )
        else:
            store.delete_user(IdentityStoreId=store_id, UserId=person.id)

    def _about(self, name: str) -> dict[str, str]:
        at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        return {"user": name, "at": at, "by": self._snapshot.caller.arn}


def unfinished(outcomes: Iterable[Outcome]) -> set[str]:
    """Return the users for whom a change failed or was not begun."""
    return {one.change.user for one in outcomes if one.error}

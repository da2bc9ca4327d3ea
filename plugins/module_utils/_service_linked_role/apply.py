# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Carries out the plan for a service-linked role, and waits for AWS where needed."""

from __future__ import annotations

import time
import typing as t
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import (
    AWS_ERRORS,
    error_code,
    error_message,
    sentence,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._service_linked_role.plan import (
    DesiredRole,
    Plan,
    Role,
    list_roles,
    plan_role,
    read_role,
)

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

# Seconds between polls. IAM needs a few for a deletion that nothing prevents.
FIRST_POLL = 1.0
SLOWEST_POLL = 5.0
# Seconds to wait until a role that someone else just created is listed; IAM's lists follow its writes within seconds.
SETTLING = 30.0
# The status before the first poll.
SUBMITTED = "SUBMITTED"


@dataclass(frozen=True)
class Deletion:
    """The state or the result of a deletion."""

    task_id: str
    status: str
    reason: str = ""
    # Where the role is still in use: (region, resources there).
    role_usage: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def describe(self) -> dict[str, t.Any]:
        """The deletion as the module returns it."""
        usage = [{"region": region, "resources": list(resources)} for region, resources in self.role_usage]
        return {"task_id": self.task_id, "status": self.status, "reason": self.reason, "role_usage": usage}


@dataclass(frozen=True)
class Outcome:
    """What a run did: the role before and after, and the deletion if it submitted one."""

    changed: bool
    before: Role | None
    after: Role | None
    deletion: Deletion | None = None
    # Names of the service's roles if none of them is the requested one.
    others: tuple[str, ...] = ()


class RoleError(Exception):
    """Why the run failed, in one sentence, and how far it came."""

    def __init__(self, message: str, deletion: Deletion | None = None, changed: bool = False) -> None:
        self.deletion = deletion
        self.changed = changed
        super().__init__(message)


@dataclass(frozen=True)
class Patience:
    """How long to wait, in seconds."""

    timeout: float
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)

    def polls(self) -> Iterator[None]:
        """Yield at once, then after increasing pauses, until the time is up."""
        start = self.clock()
        pause = FIRST_POLL
        while True:
            yield
            left = self.timeout - (self.clock() - start)
            if left <= 0:
                return
            self.sleep(min(pause, left))
            pause = min(pause * 1.5, SLOWEST_POLL)


def ensure(iam: IAMClient, desired: DesiredRole, check_mode: bool, wait: bool, patience: Patience) -> Outcome:
    """Read, plan and, outside check mode, carry out the plan. Raises RoleError."""
    plan = make_plan(iam, desired)
    if check_mode or plan.action == "nothing":
        return Outcome(plan.action != "nothing", plan.before, plan.after, others=plan.others)
    if plan.action == "create":
        return _create(iam, desired, plan, wait, patience)
    if plan.action == "describe":
        return _describe(iam, plan)
    return _delete(iam, desired, plan, wait, patience)


def make_plan(iam: IAMClient, desired: DesiredRole) -> Plan:
    """Read the service's roles and plan. Raises RoleError."""
    with _doing(f"look up {desired}"):
        return plan_role(desired, list_roles(iam, desired.service_name))


def _create(iam: IAMClient, desired: DesiredRole, plan: Plan, wait: bool, patience: Patience) -> Outcome:
    role = t.cast(Role, plan.after)
    optional = {"Description": role.description, "CustomSuffix": role.custom_suffix}
    params: t.Any = {"AWSServiceName": role.service_name, **{key: value for key, value in optional.items() if value}}
    try:
        with _doing(f"make {desired}"):
            made = read_role(iam.create_service_linked_role(**params)["Role"])
    except RoleError as exc:
        return _after_refused_creation(iam, desired, exc, patience)
    # AWS's response need not repeat the description.
    made = replace(made, description=role.description)
    if wait:
        _wait_until_listed(iam, made, patience)
    return Outcome(True, None, made)


def _after_refused_creation(iam: IAMClient, desired: DesiredRole, error: RoleError, patience: Patience) -> Outcome:
    """If the role turns out to exist already, go on as if it had existed from the start."""
    cause = t.cast(BaseException, error.__cause__)
    code, message = error_code(cause), error_message(cause)
    # AWS answers InvalidInput here, emulators EntityAlreadyExists.
    if code == "EntityAlreadyExists" or (code == "InvalidInput" and "has been taken in this account" in message):
        plan = _wait_for_other_role(iam, desired, message, patience)
        return _describe(iam, plan) if plan.action == "describe" else Outcome(False, plan.before, plan.after)
    if code == "InvalidInput":
        options = ["service_name", *([] if desired.custom_suffix is None else ["custom_suffix"])]
        raise RoleError(
            f"{', '.join(map(desired.called, options))}: AWS did not create {desired}: {message}"
        ) from cause
    raise error


def _wait_for_other_role(iam: IAMClient, desired: DesiredRole, message: str, patience: Patience) -> Plan:
    """Wait until the role that someone else just created is listed, then plan again."""
    plan = Plan("create", None, None)
    for _poll in replace(patience, timeout=min(patience.timeout, SETTLING)).polls():
        plan = make_plan(iam, desired)
        if plan.before is not None:
            return plan
    suffix = desired.called("custom_suffix")
    there = (
        f"; the service has {', '.join(plan.others)}, which need different values of {suffix}" if plan.others else ""
    )
    raise RoleError(f"AWS says that {desired} exists ({message}), but does not list it{there}; run again")


def _wait_until_listed(iam: IAMClient, made: Role, patience: Patience) -> None:
    """IAM is eventually consistent: the next call may not find a role that was just created."""
    for _poll in patience.polls():
        if _is_listed(iam, made, f"read the new role {made.name}", changed=True):
            return
    raise RoleError(
        f"{made.name} was created, but AWS did not list it within {patience.timeout:g} seconds; run again", changed=True
    )


def _is_listed(iam: IAMClient, role: Role, doing: str, deletion: Deletion | None = None, changed: bool = False) -> bool:
    """Whether this very role is listed: its ID differs from that of a later role with the same name."""
    with _doing(doing, deletion, changed):
        return any(found.role_id == role.role_id for found in list_roles(iam, role.service_name))


def _describe(iam: IAMClient, plan: Plan) -> Outcome:
    role = t.cast(Role, plan.after)
    with _doing(f"change the description of {role.name}"):
        iam.update_role(RoleName=str(role.name), Description=role.description)
    return Outcome(True, plan.before, role)


def _delete(iam: IAMClient, desired: DesiredRole, plan: Plan, wait: bool, patience: Patience) -> Outcome:
    role = t.cast(Role, plan.before)
    try:
        with _doing(f"delete {role.name}"):
            task_id = iam.delete_service_linked_role(RoleName=str(role.name))["DeletionTaskId"]
    except RoleError as exc:
        if error_code(t.cast(BaseException, exc.__cause__)) == "NoSuchEntity":
            # Someone else deleted it first.
            return Outcome(False, None, None)
        raise
    submitted = Deletion(task_id, SUBMITTED)
    if not wait:
        return Outcome(True, role, None, submitted)
    longer = desired.called("wait_timeout")
    return Outcome(True, role, None, _wait_until_deleted(iam, role, submitted, patience, longer))


def _wait_until_deleted(iam: IAMClient, role: Role, deletion: Deletion, patience: Patience, longer: str) -> Deletion:
    for _poll in patience.polls():
        deletion = _read_deletion(iam, role, deletion)
        if deletion.status == "SUCCEEDED":
            return deletion
        if deletion.status == "FAILED":
            raise RoleError(_refusal(role, deletion), deletion)
    raise RoleError(
        f"The deletion of {role.name} had not ended after {patience.timeout:g} seconds (task {deletion.task_id}, "
        f"{deletion.status}); AWS goes on with it, so run again later or with a longer {longer}",
        deletion,
        changed=True,
    )


def _read_deletion(iam: IAMClient, role: Role, deletion: Deletion) -> Deletion:
    doing = f"read how far the deletion of {role.name} has come (task {deletion.task_id})"
    try:
        with _doing(doing, deletion, changed=True):
            answer = iam.get_service_linked_role_deletion_status(DeletionTaskId=deletion.task_id)
    except RoleError as exc:
        if error_code(t.cast(BaseException, exc.__cause__)) != "NoSuchEntity":
            raise
        # AWS may drop the task's record before it was ever read. Then look for the role itself.
        there = _is_listed(iam, role, doing, deletion, changed=True)
        return replace(deletion, status="IN_PROGRESS" if there else "SUCCEEDED")
    reason = answer.get("Reason", {})
    usage = tuple((use.get("Region", ""), tuple(use.get("Resources", ()))) for use in reason.get("RoleUsageList", ()))
    return Deletion(deletion.task_id, answer["Status"], reason.get("Reason", ""), usage)


def _refusal(role: Role, deletion: Deletion) -> str:
    uses = [f"{region or 'no region given'}: {', '.join(resources)}" for region, resources in deletion.role_usage]
    still = f" Still used in {'; '.join(uses)}." if uses else ""
    return f"AWS did not delete {role.name}: {deletion.reason or 'it gave no reason'}{still}"


@contextmanager
def _doing(what: str, deletion: Deletion | None = None, changed: bool = False) -> Iterator[None]:
    """Turn an AWS error into a RoleError that says what was being done and has the AWS error as its cause."""
    try:
        yield
    except AWS_ERRORS as exc:
        raise RoleError(sentence(exc, what), deletion, changed) from exc

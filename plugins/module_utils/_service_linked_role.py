# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Service-linked roles: found by their path, made, described, and deleted with all the waiting that takes."""

from __future__ import annotations

import re
import time
import typing as t
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._errors import error_code

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_iam.type_defs import RoleTypeDef

# What a new role gets when no description is asked for: shows later that the role was made here.
DEFAULT_DESCRIPTION = "Created by cloudhsm.iam"
ROOT_PATH = "/aws-service-role/"
NAME_START = "AWSServiceRoleFor"
# Roles of these services have an underscore in their own name, and take no suffix.
NAMES_WITH_UNDERSCORE = ".application-autoscaling.amazonaws.com"

# The IAM API reference, CreateServiceLinkedRole.
SERVICE_NAME = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")
SUFFIX = re.compile(r"[\w+=,.@-]+", re.ASCII)
DESCRIPTION = re.compile(r"[\t\n\r\x20-\x7e\xa1-\xff]*")
SERVICE_NAME_LENGTH = 128
SUFFIX_LENGTH = 64
DESCRIPTION_LENGTH = 1000

# Seconds between polls: IAM needs a few for an ordinary deletion.
FIRST_POLL = 1.0
SLOWEST_POLL = 5.0


@dataclass(frozen=True)
class DesiredRole:
    """What was asked for; None for description means "leave alone"."""

    service_name: str
    present: bool = True
    custom_suffix: str | None = None
    description: str | None = None

    @property
    def path(self) -> str:
        """The path that all roles of the service have."""
        return f"{ROOT_PATH}{self.service_name}/"


@dataclass(frozen=True)
class Role:
    """A service-linked role. What is not known before it is made is None."""

    service_name: str
    description: str = ""
    name: str | None = None
    arn: str | None = None
    role_id: str | None = None
    create_date: str | None = None

    def describe(self) -> dict[str, t.Any]:
        """The role as results show it, without what is not known."""
        shown = {
            "service_name": self.service_name,
            "path": f"{ROOT_PATH}{self.service_name}/",
            "description": self.description,
            "name": self.name,
            "arn": self.arn,
            "role_id": self.role_id,
            "create_date": self.create_date,
        }
        return {key: value for key, value in shown.items() if value is not None}


@dataclass(frozen=True)
class Plan:
    """What happens to the role: action is one of create, describe, delete, nothing."""

    action: str
    before: Role | None
    after: Role | None


@dataclass(frozen=True)
class Deletion:
    """How a deletion ended, or how far it has come when it is not waited for."""

    task_id: str
    status: str
    reason: str = ""
    role_usage: tuple[Mapping[str, t.Any], ...] = ()

    def describe(self) -> dict[str, t.Any]:
        """The deletion as results show it."""
        usage = [dict(use) for use in self.role_usage]
        return {"task_id": self.task_id, "status": self.status, "reason": self.reason, "role_usage": usage}


class RoleError(Exception):
    """Something that AWS reported in its own way, in one sentence; deletion tells how far one has come."""

    def __init__(self, message: str, deletion: Deletion | None = None) -> None:
        self.deletion = deletion
        super().__init__(message)


@dataclass(frozen=True)
class Patience:
    """How long to wait, in seconds, and with which clock."""

    timeout: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep

    def polls(self) -> Iterator[float]:
        """Yield the seconds waited so far: at once, then after growing pauses, until the time is up."""
        start = self.clock()
        pause = FIRST_POLL
        while True:
            waited = self.clock() - start
            yield waited
            left = self.timeout - (self.clock() - start)
            if left <= 0:
                return
            self.sleep(min(pause, left))
            pause = min(pause * 1.5, SLOWEST_POLL)


def input_problems(desired: DesiredRole, wait_timeout: int) -> list[str]:
    """What is wrong with the options, one sentence each, beginning with the option's name."""
    problems = []
    name, suffix, description = desired.service_name, desired.custom_suffix, desired.description
    if not SERVICE_NAME.fullmatch(name) or len(name) > SERVICE_NAME_LENGTH:
        problems.append(f"service_name: {name[:140]!r} is not the name of a service, as in cloudhsm.amazonaws.com")
    if suffix is not None and (not SUFFIX.fullmatch(suffix) or len(suffix) > SUFFIX_LENGTH):
        problems.append(f"custom_suffix: {suffix[:80]!r} must be 1 to {SUFFIX_LENGTH} of A-Z a-z 0-9 _+=,.@-")
    if suffix is not None and name.endswith(NAMES_WITH_UNDERSCORE):
        problems.append(f"custom_suffix: roles of {name} take none")
    if description is not None and len(description) > DESCRIPTION_LENGTH:
        problems.append(f"description: has {len(description)} characters, IAM allows {DESCRIPTION_LENGTH}")
    elif description is not None and not DESCRIPTION.fullmatch(description):
        problems.append("description: has characters that IAM does not allow; use printable Latin-1 characters")
    if wait_timeout < 1:
        problems.append(f"wait_timeout: must be at least 1 second, not {wait_timeout}")
    return problems


def list_roles(iam: IAMClient, service_name: str | None = None) -> list[Role]:
    """All service-linked roles, or those of one service."""
    prefix = f"{ROOT_PATH}{service_name}/" if service_name else ROOT_PATH
    pages = iam.get_paginator("list_roles").paginate(PathPrefix=prefix)
    roles = [role for page in pages for role in page["Roles"]]
    return [_role(role) for role in roles if service_name is None or role["Path"] == prefix]


def _role(role: RoleTypeDef) -> Role:
    return Role(
        service_name=role["Path"].removeprefix(ROOT_PATH).rstrip("/"),
        description=role.get("Description", ""),
        name=role["RoleName"],
        arn=role["Arn"],
        role_id=role["RoleId"],
        create_date=role["CreateDate"].isoformat(),
    )


def find_role(iam: IAMClient, desired: DesiredRole) -> Role | None:
    """The role of the service with just this suffix, or with none."""
    for role in list_roles(iam, desired.service_name):
        if _suffix_matches(str(role.name), desired):
            return role
    return None


def _suffix_matches(name: str, desired: DesiredRole) -> bool:
    if desired.custom_suffix is not None:
        return name.endswith(f"_{desired.custom_suffix}")
    return "_" not in name.removeprefix(NAME_START) or desired.service_name.endswith(NAMES_WITH_UNDERSCORE)


def plan_role(desired: DesiredRole, before: Role | None) -> Plan:
    """What to do. Pure."""
    if not desired.present:
        return Plan("delete" if before else "nothing", before, None)
    if before is None:
        description = DEFAULT_DESCRIPTION if desired.description is None else desired.description
        return Plan("create", None, Role(desired.service_name, description))
    if desired.description is not None and desired.description != before.description:
        return Plan("describe", before, replace(before, description=desired.description))
    return Plan("nothing", before, before)


def ensure_present(iam: IAMClient, desired: DesiredRole, plan: Plan, patience: Patience | None) -> tuple[bool, Role]:
    """Carry out a plan that makes or describes the role; patience is None where nothing is waited for.

    Returns whether anything was changed, and the role. Raises RoleError and what botocore raises.
    """
    assert plan.after is not None
    if plan.action == "create":
        made = _create(iam, desired, plan.after.description)
        if made is not None:
            if patience is not None:
                _wait_until_there(iam, desired, patience)
            return True, made
        # Somebody else was faster: take over theirs, as if it had been there from the start.
        plan = plan_role(desired, _wait_until_there(iam, desired, patience or Patience(30)))
    assert plan.after is not None
    if plan.action == "describe":
        iam.update_role(RoleName=str(plan.after.name), Description=plan.after.description)
    return plan.action == "describe", plan.after


def _create(iam: IAMClient, desired: DesiredRole, description: str) -> Role | None:
    """Make the role. None when it turns out to be there already."""
    extra: dict[str, t.Any] = {"CustomSuffix": desired.custom_suffix} if desired.custom_suffix else {}
    if description:
        extra["Description"] = description
    try:
        answer = iam.create_service_linked_role(AWSServiceName=desired.service_name, **extra)
    except iam.exceptions.ClientError as exc:
        message = exc.response["Error"].get("Message", "")
        code = error_code(exc)
        # AWS answers InvalidInput here, emulators EntityAlreadyExists.
        if code == "EntityAlreadyExists" or (code == "InvalidInput" and "has been taken" in message):
            return None
        if code == "InvalidInput":
            raise RoleError(f"service_name: AWS makes no role for {desired.service_name}: {message}") from exc
        raise
    return replace(_role(answer["Role"]), description=description)


def _wait_until_there(iam: IAMClient, desired: DesiredRole, patience: Patience) -> Role:
    """IAM is eventually consistent: a role that was just made may not be listed yet."""
    waited = 0.0
    for waited in patience.polls():
        role = find_role(iam, desired)
        if role is not None:
            return role
    raise RoleError(
        f"The role of {desired.service_name} was made, but could not be read within {waited:.0f} seconds; run again"
    )


def ensure_absent(iam: IAMClient, desired: DesiredRole, role: Role, patience: Patience | None) -> Deletion | None:
    """Delete the role; patience is None where the end is not waited for.

    Returns how the deletion ended, or None when the role had gone meanwhile. Raises RoleError with AWS's
    reason where AWS refuses or does not come to an end in time, and what botocore raises.
    """
    try:
        task_id = iam.delete_service_linked_role(RoleName=str(role.name))["DeletionTaskId"]
    except iam.exceptions.NoSuchEntityException:
        return None
    if patience is None:
        return Deletion(task_id, "SUBMITTED")
    waited, status = 0.0, "NOT_STARTED"
    for waited in patience.polls():
        deletion = _read_deletion(iam, desired, task_id)
        status = deletion.status
        if status == "SUCCEEDED":
            return deletion
        if status == "FAILED":
            raise RoleError(_refusal(role, deletion), deletion)
    raise RoleError(
        f"The deletion of {role.name} had not ended after {waited:.0f} seconds (task {task_id}, {status}); "
        "it goes on in AWS; run again, or raise wait_timeout",
        Deletion(task_id, status),
    )


def _read_deletion(iam: IAMClient, desired: DesiredRole, task_id: str) -> Deletion:
    try:
        answer = iam.get_service_linked_role_deletion_status(DeletionTaskId=task_id)
    except iam.exceptions.NoSuchEntityException:
        # The record of the task can go before it was ever read. Then the role itself tells.
        status = "IN_PROGRESS" if find_role(iam, desired) else "SUCCEEDED"
        return Deletion(task_id, status)
    reason = answer.get("Reason", {})
    usage = tuple(
        {"region": use.get("Region", ""), "resources": list(use.get("Resources", []))}
        for use in reason.get("RoleUsageList", [])
    )
    return Deletion(task_id, answer["Status"], reason.get("Reason", ""), usage)


def _refusal(role: Role, deletion: Deletion) -> str:
    uses = [f"{use['region']}: {', '.join(use['resources'])}" for use in deletion.role_usage]
    still = f" Still used in {'; '.join(uses)}." if uses else ""
    return f"AWS did not delete {role.name}: {deletion.reason or 'no reason given'}{still}"

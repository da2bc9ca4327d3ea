# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Asynchronous requests: sends as many at once as AWS allows, and polls their status together.

AWS allows ten CreateAccountAssignment requests in progress; the same limit is used here for all kinds. AWS makes one
change of an account's roles at a time (User Guide, "AWS IAM Identity Center quotas"). A request that meets another
change anyway gets a ConflictException, which the API reference says to retry.
"""

from __future__ import annotations

import time
import typing as t
from collections import Counter, deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import error_code, is_hopeless, sentence
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import Change, Outcome

UNDER_WAY = 10
# Tries of a request that meets conflicts.
TRIES = 6
# Seconds between status checks, and before a request is sent again.
FIRST_PAUSE = 0.2
LONGEST_PAUSE = 8.0
IN_PROGRESS = "IN_PROGRESS"
SUCCEEDED = "SUCCEEDED"
# Seconds before each retry of a call that meets a conflict.
WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)
CONFLICT = "ConflictException"
NOT_FOUND = "ResourceNotFoundException"


class Kind(t.NamedTuple):
    """How to get the status of a request: keys of answers, calls, and the parameter for the request's ID."""

    status: str
    list_call: str
    listed: str
    describe_call: str
    id_param: str


KINDS: Mapping[str, Kind] = {
    "create_account_assignment": Kind(
        "AccountAssignmentCreationStatus",
        "list_account_assignment_creation_status",
        "AccountAssignmentsCreationStatus",
        "describe_account_assignment_creation_status",
        "AccountAssignmentCreationRequestId",
    ),
    "delete_account_assignment": Kind(
        "AccountAssignmentDeletionStatus",
        "list_account_assignment_deletion_status",
        "AccountAssignmentsDeletionStatus",
        "describe_account_assignment_deletion_status",
        "AccountAssignmentDeletionRequestId",
    ),
    "provision_permission_set": Kind(
        "PermissionSetProvisioningStatus",
        "list_permission_set_provisioning_status",
        "PermissionSetsProvisioningStatus",
        "describe_permission_set_provisioning_status",
        "ProvisionPermissionSetRequestId",
    ),
}


@dataclass(frozen=True)
class Patience:
    """How many seconds to wait without progress, by which clock."""

    timeout: float
    clock: Callable[[], float] = field(default=time.monotonic, repr=False)
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)


def attempt(
    make: Callable[[], None], patience: Patience, done: str | None = None, again: bool = True
) -> Exception | None:
    """Make a call, with retries after a conflict unless again is false. Return the last error, or None.

    done is the code of an error that means nothing is left to do.
    """
    waits = iter(WAITS if again else ())
    while True:
        try:
            make()
            return None
        # An error of one call must not end the run.
        except Exception as exc:  # noqa: BLE001  # pylint: disable=broad-exception-caught
            if done and error_code(exc) == done:
                return None
            wait = next(waits, None) if error_code(exc) == CONFLICT else None
            if wait is None:
                return exc
        patience.sleep(wait)


class Status(t.NamedTuple):
    """Status of a request: AWS's state, the request's ID, and AWS's reason or the call's error."""

    state: str
    request_id: str = ""
    reason: str = ""
    conflict: bool = False
    hopeless: bool = False


class Requests:
    """Sends requests of one kind, and waits until AWS has completed them."""

    def __init__(
        self, sso: t.Any, pool: Executor, instance_arn: str, params_of: Callable[[Change], Mapping[str, t.Any]]
    ) -> None:
        self._sso = sso
        self._pool = pool
        self._instance_arn = instance_arn
        self._params_of = params_of
        self._tries: Counter[Change] = Counter()
        self._outcomes: dict[Change, Outcome] = {}
        self._waiting: deque[Change] = deque()
        self._flying: dict[str, Change] = {}
        # Whether a request met a conflict, which needs time to pass before it is sent again.
        self._in_conflict = False
        # Whether a call failed in a way that every other call would too.
        self.hopeless = False

    def carry_out(self, changes: Sequence[Change], patience: Patience) -> list[Outcome]:
        """Send the requests and return the outcomes in order. Raises nothing."""
        self._waiting.extend(changes)
        until = patience.clock() + patience.timeout
        pause = FIRST_PAUSE
        while (self._waiting or self._flying) and not self.hopeless:
            done, self._in_conflict = len(self._outcomes), False
            self._send(self._startable())
            if self.hopeless:
                break
            if self._in_conflict or (self._flying and not self._startable()):
                patience.sleep(pause)
                pause = min(pause * 1.5, LONGEST_PAUSE)
            if self._flying and not self._startable():
                self._look(changes[0].operation)
            if len(self._outcomes) > done:
                pause, until = FIRST_PAUSE, patience.clock() + patience.timeout
            elif patience.clock() >= until:
                break
        self._give_up(patience.timeout)
        return [self._outcomes[change] for change in changes]

    def _startable(self) -> list[Change]:
        """Return requests that can be sent now: one for each account that has none in progress."""
        busy = {change.account for change in self._flying.values() if change.account}
        chosen: list[Change] = []
        for change in self._waiting:
            if len(chosen) + len(self._flying) >= UNDER_WAY:
                break
            if change.account not in busy:
                chosen.append(change)
                busy |= {change.account} if change.account else set()
        return chosen

    def _send(self, chosen: Sequence[Change]) -> None:
        """Send requests in parallel."""
        for change in chosen:
            self._waiting.remove(change)
        for change, status in zip(chosen, self._pool.map(self._start, chosen), strict=True):
            self._take(change, status)

    def _start(self, change: Change) -> Status:
        kind = KINDS[change.operation]
        self._tries[change] += 1
        try:
            answer = getattr(self._sso, change.operation)(InstanceArn=self._instance_arn, **self._params_of(change))
        # An error of one request must not end the run.
        except Exception as exc:  # noqa: BLE001  # pylint: disable=broad-exception-caught
            if error_code(exc) == NOT_FOUND and change.operation == "delete_account_assignment":
                return Status(SUCCEEDED)
            reason = sentence(exc, str(change))
            return Status("FAILED", reason=reason, conflict=error_code(exc) == CONFLICT, hopeless=is_hopeless(exc))
        return _status(answer[kind.status], change)

    def _take(self, change: Change, status: Status) -> None:
        """Keep the status of a request."""
        self.hopeless = self.hopeless or status.hopeless
        if status.state == IN_PROGRESS:
            self._flying[status.request_id] = change
        elif status.state == SUCCEEDED:
            self._outcomes[change] = Outcome(change)
        elif status.conflict and self._tries[change] < TRIES:
            self._waiting.append(change)
            self._in_conflict = True
        else:
            self._outcomes[change] = Outcome(change, status.reason)

    def _look(self, operation: str) -> None:
        """List the requests in progress, and read how each of the others ended."""
        kind = KINDS[operation]
        try:
            pages = self._sso.get_paginator(kind.list_call).paginate(
                InstanceArn=self._instance_arn, Filter={"Status": IN_PROGRESS}
            )
            going_on = {one["RequestId"] for page in pages for one in page[kind.listed]}
        except Exception as exc:  # noqa: BLE001  # pylint: disable=broad-exception-caught
            self.hopeless = is_hopeless(exc)
            self._fail_flying(sentence(exc, "learn how the requests ended"))
            return
        ended = [(request, change) for request, change in self._flying.items() if request not in going_on]
        for (request, change), status in zip(ended, self._pool.map(self._describe, ended), strict=True):
            del self._flying[request]
            self._take(change, status)

    def _describe(self, request: tuple[str, Change]) -> Status:
        request_id, change = request
        kind = KINDS[change.operation]
        try:
            answer = getattr(self._sso, kind.describe_call)(
                InstanceArn=self._instance_arn, **{kind.id_param: request_id}
            )
        except Exception as exc:  # noqa: BLE001  # pylint: disable=broad-exception-caught
            return Status("FAILED", reason=sentence(exc, f"learn how to {change} ended"), hopeless=is_hopeless(exc))
        return _status(answer[kind.status], change)

    def _fail_flying(self, reason: str) -> None:
        self._outcomes.update((change, Outcome(change, reason)) for change in self._flying.values())
        self._flying.clear()

    def _give_up(self, timeout: float) -> None:
        """Set the outcomes of all unfinished requests."""
        when = "when an error ended the run" if self.hopeless else f"after {timeout:g} seconds in which nothing ended"
        self._fail_flying(f"AWS was still working on it {when}; run again")
        for change in self._waiting:
            self._outcomes.setdefault(change, Outcome(change, "not begun, because the run ended before", begun=False))
        self._waiting.clear()


def _status(answer: Mapping[str, t.Any], change: Change) -> Status:
    reason = str(answer.get("FailureReason") or "AWS gives no reason")
    told = f"Could not {change}: {reason}"
    conflict = "conflict" in reason.lower() or "concurrent" in reason.lower()
    return Status(answer["Status"], str(answer.get("RequestId", "")), told, conflict)

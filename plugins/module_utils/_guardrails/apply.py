# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Carries out a plan step by step, and stops at the first step that fails.

No module of amazon.aws or community.aws manages service control policies, so this makes the calls itself.
"""

from __future__ import annotations

import itertools
import time
import typing as t
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import error_code, sentence
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.catalogue import POLICY_TYPE
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.model import (
    ATTACH,
    CREATE,
    DELETE,
    DETACH,
    ENABLE,
    TAG,
    UPDATE,
    WAIT,
    Change,
    Outcome,
    Plan,
    Snapshot,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.snapshot import read_policy, read_policy_type
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import read_policy as read_document
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import same_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import is_ours

if t.TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient

Tell = Callable[[str], None]
# AWS is still making another change to the organization or its policies (API reference, AttachPolicy).
BUSY = frozenset({"ConcurrentModificationException", "PolicyChangesInProgressException"})
NOT_ENABLED = "PolicyTypeNotEnabledException"
# AWS's errors that mean that the step is already done.
DONE = {
    ENABLE: "PolicyTypeAlreadyEnabledException",
    ATTACH: "DuplicatePolicyAttachmentException",
    DETACH: "PolicyNotAttachedException",
    DELETE: "PolicyNotFoundException",
}
EXISTS = "DuplicatePolicyException"
# AWS returns this for a moment after a policy was detached.
IN_USE = "PolicyInUseException"
LONGEST_WAIT = 16.0
# Seconds between messages while the run waits for the canary.
SILENCE = 60


class Patience:
    """For how many seconds to repeat calls and to watch the canary, and how to wait."""

    def __init__(self, timeout: float, canary: float = 0, sleep: Callable[[float], None] = time.sleep) -> None:
        self.timeout = timeout
        self.canary = canary
        self.sleep = sleep

    def waits(self) -> Iterator[float]:
        """Yield the seconds to wait before each new attempt, until the timeout is used up."""
        left = self.timeout
        for number in itertools.count():
            wait = min(2.0**number, LONGEST_WAIT, left)
            if wait <= 0:
                return
            left -= wait
            yield wait


class NotHeldError(Exception):
    """The canary is not in the expected state. The message is one sentence."""


@dataclass(frozen=True)
class Ways:
    """How a run waits, reports progress, and finds problems in the canary's accounts."""

    patience: Patience
    tell: Tell
    probe: Callable[[], Sequence[str]] = tuple


def apply_plan(plan: Plan, snapshot: Snapshot, client: OrganizationsClient, ways: Ways) -> list[Outcome]:
    """Carry out the plan and return the outcomes of all steps."""
    runner = _Runner(client, snapshot, ways)
    outcomes: list[Outcome] = []
    for change in plan.changes:
        if outcomes and outcomes[-1].error:
            outcomes.append(Outcome(change, "not begun, because one before it failed", begun=False))
        else:
            outcomes.append(runner.run(change))
    return outcomes


class _Runner:
    """Makes the calls of one run, and keeps the IDs of the policies that it created."""

    def __init__(self, client: OrganizationsClient, snapshot: Snapshot, ways: Ways) -> None:
        self._client = client
        self._ids = dict(snapshot.names)
        self._patience = ways.patience
        self._ways = ways
        self._contents = {policy.name: policy.content for policy in (snapshot.policy, snapshot.trial) if policy}
        self._enabled = False

    def run(self, change: Change) -> Outcome:
        """Carry out one step, and repeat it while AWS is busy."""
        waits = self._patience.waits()
        while True:
            try:
                self._make(change)
                return Outcome(change)
            except NotHeldError as exc:
                return Outcome(change, f"Could not {change}: {exc}")
            # Any error is reported with what was done before it.
            except Exception as exc:  # noqa: BLE001  # pylint: disable=broad-exception-caught
                if error_code(exc) == DONE.get(change.operation):
                    return Outcome(change)
                wait = next(waits, None) if self._may_pass(change, error_code(exc)) else None
                if wait is None:
                    return Outcome(change, _told(exc, change))
            self._patience.sleep(wait)

    def _may_pass(self, change: Change, code: str) -> bool:
        """Whether the next attempt may succeed after this error."""
        passing = {ATTACH: NOT_ENABLED if self._enabled else "", DELETE: IN_USE}
        return code in BUSY or (bool(code) and code == passing.get(change.operation))

    def _make(self, change: Change) -> None:
        operation, known = change.operation, self._ids.get(change.policy, "")
        if operation == WAIT:
            self._see(change)
        elif operation == ENABLE:
            self._enable(change.target)
        elif operation == CREATE:
            self._create(change)
        elif operation == UPDATE:
            self._client.update_policy(PolicyId=known, **change.params)
            self._contents[change.policy] = change.params.get("Content", self._contents.get(change.policy, ""))
        elif operation == TAG:
            self._client.tag_resource(ResourceId=known, **change.params)
        elif operation == ATTACH:
            self._client.attach_policy(PolicyId=known, TargetId=change.target)
        elif operation == DETACH:
            self._client.detach_policy(PolicyId=known, TargetId=change.target)
        else:
            self._client.delete_policy(PolicyId=known)

    def _enable(self, root: str) -> None:
        self._enabled = True
        self._client.enable_policy_type(RootId=root, PolicyType=POLICY_TYPE)
        for wait in self._patience.waits():
            if read_policy_type(self._client) == "ENABLED":
                return
            self._patience.sleep(wait)
        raise NotHeldError(f"AWS has not finished after {self._patience.timeout:g} seconds; run again")

    def _create(self, change: Change) -> None:
        try:
            made = self._client.create_policy(**t.cast("t.Any", change.params))["Policy"]["PolicySummary"]["Id"]
        except Exception as exc:
            # The answer to the first attempt may have been lost.
            there = read_policy(self._client, change.policy) if error_code(exc) == EXISTS else None
            if there is None or not is_ours(there.tags, {}) or there.content != change.params["Content"]:
                raise
            made = there.id
        self._ids[change.policy] = made
        self._contents[change.policy] = change.params["Content"]

    def _see(self, change: Change) -> None:
        """Wait, and check that the canary still has the policy as it was written, and that its accounts can be read."""
        left = self._patience.canary
        self._ways.tell(f"{change.policy} is attached to {change.label}; the others follow in {left:g} seconds")
        while left > 0:
            step = min(SILENCE, left)
            self._patience.sleep(step)
            left -= step
            if left > 0:
                self._ways.tell(f"{left:g} seconds to go")
        policy = read_policy(self._client, change.policy)
        if policy is None or change.target not in policy.targets:
            raise NotHeldError("somebody has detached or deleted it meanwhile; nothing else was attached")
        written, found = (read_document(text)[0] for text in (self._contents.get(change.policy, ""), policy.content))
        if not same_policy(written, found):
            raise NotHeldError("somebody has changed its content meanwhile; nothing else was attached")
        wrong = list(self._ways.probe())
        if wrong:
            raise NotHeldError("; ".join(wrong))


def _told(exc: Exception, change: Change) -> str:
    """Return the error in a sentence. AWS names an exceeded limit in a separate field."""
    answer: Mapping[str, t.Any] = getattr(exc, "response", {})
    reason = answer.get("Reason")
    return sentence(exc, str(change)) + (f" ({reason})" if reason else "")

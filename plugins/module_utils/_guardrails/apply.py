# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Carries a plan out, step by step, and stops at the first that fails.

No module of amazon.aws or community.aws knows service control policies, so these calls are our own.
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
# AWS works on something else of the organization, or on what was asked for before (API reference, AttachPolicy).
BUSY = frozenset({"ConcurrentModificationException", "PolicyChangesInProgressException"})
NOT_ENABLED = "PolicyTypeNotEnabledException"
# AWS's errors that say that nothing is left to do.
DONE = {
    ENABLE: "PolicyTypeAlreadyEnabledException",
    ATTACH: "DuplicatePolicyAttachmentException",
    DETACH: "PolicyNotAttachedException",
    DELETE: "PolicyNotFoundException",
}
EXISTS = "DuplicatePolicyException"
# A policy counts as attached for a moment after it has been detached.
IN_USE = "PolicyInUseException"
LONGEST_WAIT = 16.0
# Seconds that the canary waits without a word.
SILENCE = 60


class Patience:
    """How long to go on trying, and how to wait in between."""

    def __init__(self, timeout: float, canary: float = 0, sleep: Callable[[float], None] = time.sleep) -> None:
        self.timeout = timeout
        self.canary = canary
        self.sleep = sleep

    def waits(self) -> Iterator[float]:
        """Seconds to wait before each new try, as long as there is patience."""
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
    """How a run waits, tells what goes on, and finds out what is wrong with the canary's accounts."""

    patience: Patience
    tell: Tell
    probe: Callable[[], Sequence[str]] = tuple


def apply_plan(plan: Plan, snapshot: Snapshot, client: OrganizationsClient, ways: Ways) -> list[Outcome]:
    """The outcomes of all steps."""
    runner = _Runner(client, snapshot, ways)
    outcomes: list[Outcome] = []
    for change in plan.changes:
        if outcomes and outcomes[-1].error:
            outcomes.append(Outcome(change, "not begun, because one before it failed", begun=False))
        else:
            outcomes.append(runner.run(change))
    return outcomes


class _Runner:
    """Makes the calls of one run, and knows the ids of what it made."""

    def __init__(self, client: OrganizationsClient, snapshot: Snapshot, ways: Ways) -> None:
        self._client = client
        self._ids = dict(snapshot.names)
        self._patience = ways.patience
        self._ways = ways
        self._contents = {policy.name: policy.content for policy in (snapshot.policy, snapshot.trial) if policy}
        self._enabled = False

    def run(self, change: Change) -> Outcome:
        """One step, tried again where AWS is busy."""
        waits = self._patience.waits()
        while True:
            try:
                self._make(change)
                return Outcome(change)
            except NotHeldError as exc:
                return Outcome(change, f"Could not {change}: {exc}")
            # Whatever goes wrong is told with what was done before it.
            except Exception as exc:  # noqa: BLE001  # pylint: disable=broad-exception-caught
                if error_code(exc) == DONE.get(change.operation):
                    return Outcome(change)
                wait = next(waits, None) if self._may_pass(change, error_code(exc)) else None
                if wait is None:
                    return Outcome(change, _told(exc, change))
            self._patience.sleep(wait)

    def _may_pass(self, change: Change, code: str) -> bool:
        """Whether an error may be gone at the next try."""
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
            # The answer to the first try may have been lost on the way.
            there = read_policy(self._client, change.policy) if error_code(exc) == EXISTS else None
            if there is None or not is_ours(there.tags, {}) or there.content != change.params["Content"]:
                raise
            made = there.id
        self._ids[change.policy] = made
        self._contents[change.policy] = change.params["Content"]

    def _see(self, change: Change) -> None:
        """Wait, and see that the policy is attached to the canary as it was written, and that nothing broke."""
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
    """What went wrong. AWS gives the limit that was met in a field of its own."""
    answer: Mapping[str, t.Any] = getattr(exc, "response", {})
    reason = answer.get("Reason")
    return sentence(exc, str(change)) + (f" ({reason})" if reason else "")

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Carries out a plan, account by account. A failure ends the changes of its account, and the next account follows."""

from __future__ import annotations

import time
import typing as t
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import error_code, is_hopeless, sentence
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.model import (
    ACCESS_KEY,
    CERTIFICATE,
    MFA_DEVICE,
    Change,
    Outcome,
    Plan,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.plan import DELEGATE, RECOVERY, SWITCHES, TRUST
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.sessions import DELETE, RECOVER, Service, told
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.snapshot import (
    NOT_FOUND,
    NOT_TRUSTED,
    PRINCIPAL,
)

Tell = Callable[[str], None]
# Seconds before a call is tried again while IAM is busy.
WAITS = (0.5, 1.0, 2.0, 4.0, 8.0)
_BUSY = frozenset({"EntityTemporarilyUnmodifiable", "ConcurrentModification", "ConcurrentModificationException"})
# Error codes of changes that another run, or a call whose answer was lost, has already made.
_DONE = {
    RECOVERY: "EntityAlreadyExists",
    DELEGATE: "AccountAlreadyRegisteredException",
}
_IDS = {ACCESS_KEY: "AccessKeyId", CERTIFICATE: "CertificateId", MFA_DEVICE: "SerialNumber"}
_OF_ORGANIZATIONS = frozenset({TRUST, DELEGATE})


def apply_plan(plan: Plan, service: Service, tell: Tell, sleep: Callable[[float], None] = time.sleep) -> list[Outcome]:
    """Make the changes and return the outcomes of all, in order. Raises nothing."""
    runner = _Runner(service, sleep)
    outcomes: list[Outcome] = []
    for account, changes in groupby(plan.changes, key=lambda change: "" if _is_switch(change) else change.account):
        steps = list(changes)
        if account:
            tell(f"Root user of {account}: {len(steps)} to do")
        outcomes += runner.run(account, steps)
    return outcomes


def _is_switch(change: Change) -> bool:
    return change.operation in _OF_ORGANIZATIONS or change.operation in SWITCHES.values()


class _Runner:
    """Makes the changes of one account after the other."""

    def __init__(self, service: Service, sleep: Callable[[float], None]) -> None:
        self._service = service
        self._sleep = sleep

    def run(self, account: str, changes: Sequence[Change]) -> list[Outcome]:
        """Make the changes of an account, or of the organization, up to the first that fails. Return all outcomes."""
        if self._service.hopeless.is_set():
            return _left(changes, "an error ended the run")
        if not account:
            return self._in_order(changes, {True: self._service.organizations, False: self._service.iam})
        task = RECOVER if changes[0].operation == RECOVERY else DELETE
        try:
            root = self._service.root_iam(account, task)
        # An error in one account is that account's failure, not the run's.
        except Exception as exc:  # noqa: BLE001  # pylint: disable=broad-exception-caught
            self._note(exc)
            reason = told(exc, f"become the root user of {account}")
            return [Outcome(changes[0], reason), *_left(changes[1:], "there was no session of the root user")]
        try:
            return self._in_order(changes, {True: root, False: root})
        finally:
            root.close()

    def _in_order(self, changes: Sequence[Change], clients: Mapping[bool, t.Any]) -> list[Outcome]:
        """Make the changes. clients has the client of Organizations under True, and that of IAM under False."""
        for number, change in enumerate(changes):
            error = self._make(clients[change.operation in _OF_ORGANIZATIONS], change)
            if error:
                done = [Outcome(each) for each in changes[:number]]
                return [*done, Outcome(change, error), *_left(changes[number + 1 :], "the one before it failed")]
        return [Outcome(change) for change in changes]

    def _make(self, client: t.Any, change: Change) -> str | None:
        """Make one call. Return why it failed; None if it did not."""
        waits = iter(WAITS)
        while True:
            try:
                getattr(client, change.operation)(**_params(change))
                return None
            except Exception as exc:  # noqa: BLE001  # pylint: disable=broad-exception-caught
                if _is_done(change, error_code(exc)):
                    return None
                wait = next(waits, None) if _is_passing(change, error_code(exc)) else None
                if wait is None:
                    self._note(exc)
                    return sentence(exc, str(change))
            self._sleep(wait)

    def _note(self, exc: BaseException) -> None:
        if is_hopeless(exc):
            self._service.hopeless.set()


def _is_done(change: Change, code: str) -> bool:
    return code == _DONE.get(change.operation, NOT_FOUND) and change.operation not in SWITCHES.values()


def _is_passing(change: Change, code: str) -> bool:
    """Whether the call may succeed in a moment, for example because IAM does not know of its trusted access yet."""
    not_yet = change.operation in SWITCHES.values() and code.removesuffix("Exception") == NOT_TRUSTED
    return not_yet or code in _BUSY


def _params(change: Change) -> dict[str, str]:
    """Return the parameters of a call.

    In a session as the root user, calls have no user name. CreateLoginProfile has no password either: it then allows
    the owner of the account's email address to choose one (IAM API reference, CreateLoginProfile).
    """
    if change.operation == TRUST:
        return {"ServicePrincipal": PRINCIPAL}
    if change.operation == DELEGATE:
        return {"AccountId": change.account, "ServicePrincipal": PRINCIPAL}
    if change.credential and change.credential.id:
        return {_IDS[change.credential.kind]: change.credential.id}
    return {}


def _left(changes: Iterable[Change], why: str) -> list[Outcome]:
    return [Outcome(change, f"not begun, because {why}", begun=False) for change in changes]

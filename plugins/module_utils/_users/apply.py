# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Carries out plans: several users at once on a bounded pool, each user's calls in the plan's order."""

from __future__ import annotations

import threading
import time
import typing as t
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import error_code, is_hopeless, sentence
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import membership_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.first_passwords import StoreError
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import Change, Outcome, UserPlan
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.passwords import PasswordSource
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.undo import inverse, undone

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

# Errors while IAM, which is eventually consistent, does not know a new object yet. That can take some seconds.
SETTLING = frozenset({"NoSuchEntity", "EntityTemporarilyUnmodifiable"})
# Seconds to wait between tries while a new object settles: half a minute in all.
SETTLING_WAITS = (0.2, 0.4, 0.8, 1.6, 3.0, 5.0, 5.0, 5.0, 5.0, 5.0)
# Errors that show that the account changed after the snapshot. A new plan shows what is left to do.
CONFLICTS = frozenset(
    {"EntityAlreadyExists", "NoSuchEntity", "DeleteConflict", "ConcurrentModification", "EntityTemporarilyUnmodifiable"}
)
# Errors that can prevent a lock-out. A new plan then locks the user out another way.
IN_THE_WAY = frozenset({"LimitExceeded"})
REMOVALS = ("delete_", "remove_", "detach_", "deactivate_", "untag_")


def nobody_held(_begun: Mapping[str, Outcome]) -> Mapping[str, str]:
    """Hold no one: the default if no user leaves a protected group."""
    return {}


@dataclass(frozen=True)
class Order:
    """Which users join protected groups before others leave them, by name.

    last are the users who leave a protected group, and relied_on those whose plans are carried out before. In between,
    hold takes the outcomes so far, and returns the users who may not leave after all, with the reasons. recheck does
    the same after they have left; the users that it returns are put back.
    """

    relied_on: frozenset[str] = frozenset()
    last: frozenset[str] = frozenset()
    hold: Callable[[Mapping[str, Outcome]], Mapping[str, str]] = nobody_held
    recheck: Callable[[Mapping[str, Outcome]], Mapping[str, str]] = nobody_held


ANY_ORDER = Order()


def apply_plans(
    plans: Iterable[UserPlan],
    passwords: PasswordSource,
    client: IAMClient,
    pool: Executor,
    sleep: Callable[[float], None] = time.sleep,
    *,
    order: Order = ANY_ORDER,
) -> Iterator[Outcome]:
    """Carry out the plans that have changes; passwords gives those for new login profiles.

    Before all other changes, users who are deleted or suspended are locked out. Users who leave a protected group
    follow after their replacements have joined. Outcomes come in the order of the plans, each as soon as possible.

    One user's failure does not stop the others. After an error that every call would get, such as expired
    credentials, plans that have not begun are not carried out, and their outcomes say so.
    """
    hopeless = threading.Event()

    def work(begun: Outcome, until: int | None = None) -> Outcome:
        if begun.error or not begun.not_done:
            return begun
        if hopeless.is_set():
            how = "locked out, but not finished" if begun.done else "not begun"
            return replace(begun, error=f"{how}, because of the error that ended the run")
        return _go_on(begun, until, call, hopeless)

    def call(plan: UserPlan, change: Change) -> None:
        # IAM may not know the name of a user that was just created or renamed for some seconds.
        new = plan.before is None or change.user != plan.before.name
        # The same is true of a policy that was just created.
        new = new or (change.operation == "attach_user_policy" and bool(membership_of(change.params["PolicyArn"])))
        _call(client, change, passwords, sleep if new else None)

    begun = {plan.name: Outcome(plan) for plan in plans if plan.changes}

    def lock_out(names: Iterable[str]) -> None:
        urgent = [begun[name] for name in names if begun[name].plan.urgent]
        begun.update((o.plan.name, o) for o in pool.map(lambda outcome: work(outcome, outcome.plan.urgent), urgent))

    lock_out([name for name in begun if name not in order.last])
    if order.last:
        first = [outcome for name, outcome in begun.items() if name in order.relied_on]
        begun.update((o.plan.name, o) for o in pool.map(work, first))
        for name, reason in order.hold(begun).items():
            begun[name] = replace(begun[name], error=reason)
        leaving = [outcome for name, outcome in begun.items() if name in order.last]
        begun.update((o.plan.name, o) for o in pool.map(lambda o: work(o, until_gone(o.plan)), leaving))
        for name, reason in order.recheck(begun).items():
            begun[name] = undone(begun[name], call, reason)
    return pool.map(lambda outcome: passwords.settled(work(outcome)), begun.values())


def until_gone(plan: UserPlan) -> int | None:
    """Return how many urgent calls come before one that can't be undone, at least 1; None (all) if none is urgent."""
    urgent = plan.changes[: plan.urgent]
    gone = [place for place, change in enumerate(urgent) if place and inverse(change) is None]
    return min(gone, default=plan.urgent) or None


def _go_on(
    begun: Outcome, until: int | None, call: Callable[[UserPlan, Change], None], hopeless: threading.Event
) -> Outcome:
    """Make the calls of a plan that are not done yet: all, or up to the given number of the plan's calls."""
    plan, done = begun.plan, list(begun.done)
    errors: list[str] = []
    conflict = False
    for change in plan.changes[len(done) : until]:
        try:
            call(plan, change)
        except StoreError as exc:
            return Outcome(plan, tuple(done), str(exc), exc.conflict)
        # An error with one user must not end the run.
        except Exception as exc:  # noqa: BLE001  # pylint: disable=broad-exception-caught
            code = error_code(exc)
            ends = is_hopeless(exc)
            if ends:
                hopeless.set()
            elif change.optional and _is_refused(exc):
                continue
            errors.append(sentence(exc, _words(change)))
            conflict = conflict or code in CONFLICTS or (until is not None and code in IN_THE_WAY)
            # A lock-out goes on after an error, to close the user's other ways in.
            if ends or until is None:
                break
        else:
            done.append(change)
    return Outcome(plan, tuple(done), "; ".join(errors) or None, conflict)


def _is_refused(exc: Exception) -> bool:
    """Whether AWS would refuse every further try. After any other error, the next run tries again."""
    code = error_code(exc)
    status = _metadata(exc).get("HTTPStatusCode", 400)
    return bool(code) and status < 500 and code not in CONFLICTS and "Throttl" not in code


def _metadata(exc: Exception) -> Mapping[str, t.Any]:
    """Return the metadata of AWS's response. Connection errors have no response, or None."""
    found: Mapping[str, t.Any] = (getattr(exc, "response", None) or {}).get("ResponseMetadata", {})
    return found


def _words(change: Change) -> str:
    """Return a change in words, for the middle of a sentence."""
    target = next((str(value) for key, value in change.describe().items() if key in ("group", "policy")), "")
    return f"{change.operation.replace('_', ' ')} {change.user}{f' ({target})' if target else ''}"


def _call(client: IAMClient, change: Change, passwords: PasswordSource, sleep: Callable[[float], None] | None) -> None:
    """Make one write call. sleep is given if it needs a new or renamed user, or a new policy, which have to settle."""
    params = dict(change.params)
    if change.operation == "create_login_profile":
        params["Password"] = passwords.password(change.user)
    method = getattr(client, change.operation)
    waits = iter(() if sleep is None else SETTLING_WAITS)
    while True:
        try:
            method(**params)
            return
        except client.exceptions.ClientError as exc:
            if _is_done(change, exc):
                return
            wait = next(waits, None) if error_code(exc) in SETTLING else None
            if wait is None or sleep is None:
                raise
            sleep(wait)


def _is_done(change: Change, exc: Exception) -> bool:
    """Whether the error means success: the target was gone already, or a try whose response was lost had worked."""
    code = error_code(exc)
    tried_before = _metadata(exc).get("RetryAttempts", 0) > 0
    if code == "NoSuchEntity":
        return change.operation.startswith(REMOVALS) or (tried_before and "NewUserName" in change.params)
    return code == "EntityAlreadyExists" and tried_before

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Carries plans out: users side by side on a bounded pool, each user's calls in the plan's order."""

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

# IAM is eventually consistent: what was just made may be unknown to the next call for some seconds.
SETTLING = frozenset({"NoSuchEntity", "EntityTemporarilyUnmodifiable"})
# Waits in seconds between tries while something just made settles: half a minute in all.
SETTLING_WAITS = (0.2, 0.4, 0.8, 1.6, 3.0, 5.0, 5.0, 5.0, 5.0, 5.0)
# Somebody else changed what the plan was made from: a second look at the account tells what is left to do.
CONFLICTS = frozenset(
    {"EntityAlreadyExists", "NoSuchEntity", "DeleteConflict", "ConcurrentModification", "EntityTemporarilyUnmodifiable"}
)
# What may be in the way of locking somebody out: then a second look finds another way.
IN_THE_WAY = frozenset({"LimitExceeded"})
REMOVALS = ("delete_", "remove_", "detach_", "deactivate_", "untag_")


def nobody_held(_begun: Mapping[str, Outcome]) -> Mapping[str, str]:
    """Where no plan touches a protected group."""
    return {}


@dataclass(frozen=True)
class Order:
    """Who has to be there before whom goes, by names of users.

    relied_on are those whose plans are carried out first, last those who leave a protected group. hold is asked in
    between, with what was done, who may not leave after all: for each of these the reason. recheck is asked the same
    once they have left; they are put back.
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

    First, before anything else is done to anybody, all users that go or are suspended are locked out; those who leave
    a protected group when those are there who take their place. Then the outcomes come in the order of the plans, each
    as soon as it and those before it are there.

    One user's failure does not stop the others. After an error that would meet every call, such as
    expired credentials, users not yet begun are left alone and say so.
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
        # A user that was just made or renamed is unknown by its name for some seconds.
        new = plan.before is None or change.user != plan.before.name
        # So is a policy that was just made.
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
    """How many calls of a plan come before the first that nothing takes back; None for all, where nothing is urgent."""
    urgent = plan.changes[: plan.urgent]
    gone = [place for place, change in enumerate(urgent) if place and inverse(change) is None]
    return min(gone, default=plan.urgent) or None


def _go_on(
    begun: Outcome, until: int | None, call: Callable[[UserPlan, Change], None], hopeless: threading.Event
) -> Outcome:
    """Make the calls of a plan from where it was left to the end, or to the one before the given number."""
    plan, done = begun.plan, list(begun.done)
    errors: list[str] = []
    conflict = False
    for change in plan.changes[len(done) : until]:
        try:
            call(plan, change)
        except StoreError as exc:
            return Outcome(plan, tuple(done), str(exc), exc.conflict)
        # Whatever goes wrong with one user is that user's failure, not the run's.
        except Exception as exc:  # noqa: BLE001  # pylint: disable=broad-exception-caught
            code = error_code(exc)
            ends = is_hopeless(exc)
            if ends:
                hopeless.set()
            elif change.optional and _is_refused(exc):
                continue
            errors.append(sentence(exc, _words(change)))
            conflict = conflict or code in CONFLICTS or (until is not None and code in IN_THE_WAY)
            # One way in that stays open is no reason to leave the others open.
            if ends or until is None:
                break
        else:
            done.append(change)
    return Outcome(plan, tuple(done), "; ".join(errors) or None, conflict)


def _is_refused(exc: Exception) -> bool:
    """Whether AWS will say no however often it is asked; what only went wrong this time is tried by the next run."""
    code = error_code(exc)
    status = _metadata(exc).get("HTTPStatusCode", 400)
    return bool(code) and status < 500 and code not in CONFLICTS and "Throttl" not in code


def _metadata(exc: Exception) -> Mapping[str, t.Any]:
    """What botocore knows of an answer. Errors of a connection have none, or None for one."""
    found: Mapping[str, t.Any] = (getattr(exc, "response", None) or {}).get("ResponseMetadata", {})
    return found


def _words(change: Change) -> str:
    """A change in words, for the middle of a sentence."""
    target = next((str(value) for key, value in change.describe().items() if key in ("group", "policy")), "")
    return f"{change.operation.replace('_', ' ')} {change.user}{f' ({target})' if target else ''}"


def _call(client: IAMClient, change: Change, passwords: PasswordSource, sleep: Callable[[float], None] | None) -> None:
    """Make one write call; sleep is given for users made in this run, which need time to settle."""
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
    """Whether the error says that the call's effect is there: gone already, or made by a try whose answer was lost."""
    code = error_code(exc)
    tried_before = _metadata(exc).get("RetryAttempts", 0) > 0
    if code == "NoSuchEntity":
        return change.operation.startswith(REMOVALS) or (tried_before and "NewUserName" in change.params)
    return code == "EntityAlreadyExists" and tried_before

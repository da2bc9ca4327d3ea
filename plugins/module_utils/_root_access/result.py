# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Results and diffs from plans and outcomes, the same way for check mode and for a real run."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization import Account
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.model import (
    ACCESS_KEY,
    AUDITED,
    CERTIFICATE,
    ENABLED,
    LOCKED,
    MFA_DEVICE,
    PASSWORD,
    RECOVERABLE,
    Change,
    Outcome,
    Plan,
    RootUser,
    Snapshot,
    Wanted,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.objects import describe_objects
from ansible_collections.cloudhsm.iam.plugins.module_utils._root_access.plan import SWITCHES, left_words, skipped

# Tasks that only a root user with credentials can do (IAM User Guide, "Tasks that require root user credentials").
BY_HAND = (
    "What only a root user can do, such as allowing IAM users to see Billing, needs a password again: allow its "
    f"recovery with {{state}}={RECOVERABLE}"
)


def describe(
    wanted: Wanted, snapshot: Snapshot, plan: Plan, outcomes: Sequence[Outcome], check_mode: bool
) -> dict[str, t.Any]:
    """Return the result of a run. If it made no calls, outcomes are those that it would have had."""
    done = [outcome.change for outcome in outcomes if not outcome.error]
    failed = [outcome for outcome in outcomes if outcome.error]
    unknown = [root for root in snapshot.root_users if root.credentials is None]
    organization = snapshot.organization
    result: dict[str, t.Any] = {
        "changed": bool(done),
        "check_mode": check_mode,
        "state": wanted.state,
        "account": {
            "account_id": snapshot.caller.account_id,
            "partition": snapshot.caller.partition,
            "caller_arn": snapshot.caller.arn,
        },
        "organization_id": organization.id,
        "management_account": organization.management_account,
        "features": sorted(_features(wanted, snapshot, done)),
        "accounts": [_account(root, outcomes) for root in snapshot.root_users],
        "skipped_accounts": [_skipped(account) for account in skipped(wanted, organization)],
        "remaining": _remaining(snapshot, plan.remaining),
        "counts": {**_counts(snapshot, done, failed, unknown), "remaining": sum(plan.remaining.values())},
        "changes": [change.describe() for change in done],
        "failed_changes": [{**one.change.describe(), "msg": one.error} for one in failed if one.begun],
        "not_done": [one.change.describe() for one in failed if not one.begun],
        "failed_accounts": [{**_named(root.account), "msg": root.error} for root in unknown],
        "reason": wanted.reason if wanted.state == RECOVERABLE else "",
        "objects": describe_objects(wanted, snapshot, done),
        "lines": list(_lines(wanted, snapshot, plan, outcomes, check_mode)),
    }
    if failed or unknown:
        result["msg"] = _failure_message(failed, unknown)
    return result


def describe_diff(changes: Iterable[Change]) -> dict[str, t.Any]:
    """Return the changing objects before and after, for --diff."""
    before: dict[str, t.Any] = {}
    after: dict[str, t.Any] = {}
    for change in changes:
        if change.credential is None:
            after.setdefault("organization", []).append(change.describe())
        else:
            side = after if change.operation == "create_login_profile" else before
            side.setdefault(change.account, []).append(str(change.credential))
    return {"before": before, "after": after}


def _named(account: Account) -> dict[str, str]:
    return {"account_id": account.id, "name": account.name}


def _remaining(snapshot: Snapshot, remaining: Mapping[str, int]) -> list[dict[str, t.Any]]:
    """Return the accounts of which something is left for later runs, by ID."""
    accounts = {root.account.id: root.account for root in snapshot.root_users}
    return [{**_named(accounts[known]), "credentials": number} for known, number in sorted(remaining.items())]


def _skipped(account: Account) -> dict[str, str]:
    return {**_named(account), "status": account.status}


def _account(root: RootUser, outcomes: Sequence[Outcome]) -> dict[str, t.Any]:
    """Return a root user as results show it: the credentials that were found, and what happened to them."""
    described: dict[str, t.Any] = {
        **_named(root.account),
        "email": root.account.email,
        "action": _action(root, outcomes),
    }
    if root.credentials is None:
        return described

    def ids(kind: str) -> list[str]:
        return [one.id for one in root.credentials or () if one.kind == kind]

    return {
        **described,
        "password": root.has(PASSWORD),
        "access_keys": ids(ACCESS_KEY),
        "signing_certificates": ids(CERTIFICATE),
        "mfa_devices": ids(MFA_DEVICE),
    }


def _action(root: RootUser, outcomes: Sequence[Outcome]) -> str:
    """Return what happened to a root user: failed, locked, recoverable or unchanged."""
    own = [outcome for outcome in outcomes if outcome.change.account == root.account.id and outcome.change.credential]
    if root.credentials is None or any(outcome.error for outcome in own):
        return "failed"
    if not own:
        return "unchanged"
    return RECOVERABLE if own[0].change.operation == "create_login_profile" else LOCKED


def _features(wanted: Wanted, snapshot: Snapshot, done: Iterable[Change]) -> set[str]:
    operations = {change.operation for change in done}
    made = {feature for feature, operation in SWITCHES.items() if operation in operations}
    return set(snapshot.organization.features) | (made if wanted.state == ENABLED else set())


def _counts(
    snapshot: Snapshot, done: Sequence[Change], failed: Sequence[Outcome], unknown: Sequence[RootUser]
) -> dict[str, int]:
    known = [root for root in snapshot.root_users if root.credentials is not None]
    return {
        "accounts": len(known),
        "with_credentials": sum(1 for root in known if root.credentials),
        "with_password": sum(1 for root in known if root.has(PASSWORD)),
        "removed": sum(1 for change in done if change.credential and change.operation != "create_login_profile"),
        "failed": sum(1 for one in failed if one.begun) + len(unknown),
    }


def _lines(
    wanted: Wanted, snapshot: Snapshot, plan: Plan, outcomes: Sequence[Outcome], check_mode: bool
) -> Iterator[str]:
    """Yield the lines below those of the changing objects."""
    done = [outcome.change for outcome in outcomes if not outcome.error]
    if wanted.state == AUDITED:
        yield from _audited(wanted, snapshot)
    elif wanted.state == LOCKED:
        yield from _locked(wanted, plan, done)
    elif wanted.state == RECOVERABLE:
        yield from _recoverable(wanted, snapshot, done, check_mode)
    yield from (f"Failed: {outcome.error}" for outcome in outcomes if outcome.error and outcome.begun)
    yield from (f"Failed: {root.error}" for root in snapshot.root_users if root.credentials is None and root.begun)
    yield from (f"Skipped: {_name(account)} is {account.status}" for account in skipped(wanted, snapshot.organization))


def _audited(wanted: Wanted, snapshot: Snapshot) -> Iterator[str]:
    known = [root for root in snapshot.root_users if root.credentials is not None]
    having = [root for root in known if root.credentials]
    yield (
        f"Looked at the root users of {_count(len(known), 'account')} in the organization {snapshot.organization.id}: "
        f"{len(having)} with credentials, {len(known) - len(having)} without"
    )
    for root in having:
        yield f"{_name(root.account)}: {', '.join(str(one) for one in root.credentials or ())}"
    if having:
        yield f"Nothing was removed. To do that, set {wanted.called('state')}={LOCKED}"


def _locked(wanted: Wanted, plan: Plan, done: Sequence[Change]) -> Iterator[str]:
    if plan.remaining:
        yield f"{left_words(plan.remaining)} left for later runs; run again"
    if done:
        yield BY_HAND.format(state=wanted.called("state"))


def _recoverable(wanted: Wanted, snapshot: Snapshot, done: Sequence[Change], check_mode: bool) -> Iterator[str]:
    for root in snapshot.root_users:
        name = _name(root.account)
        if root.has(PASSWORD):
            yield f"The root user of {name} has a password already, or its recovery is allowed"
        if not done:
            continue
        verb = "Would allow" if check_mode else "Allowed"
        yield f"{verb} password recovery for the root user of {name}: {wanted.reason}"
        yield (
            f"Sign in as the root user with {root.account.email}, choose Forgot password, and register MFA. When the "
            f"work is done, lock the root user again with {wanted.called('state')}={LOCKED}"
        )


def _name(account: Account) -> str:
    return f"{account.id} ({account.name})"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number != 1 else ''}"


def _failure_message(failed: Sequence[Outcome], unknown: Sequence[RootUser]) -> str:
    """Return one message for all failures, with each reason once."""
    begun = [str(outcome.error) for outcome in failed if outcome.begun]
    begun += [root.error for root in unknown if root.begun]
    left = sum(1 for outcome in failed if not outcome.begun) + sum(1 for root in unknown if not root.begun)
    rest = f", {left} not begun" if left else ""
    told = list(dict.fromkeys(begun))
    return f"{_count(len(begun), 'failure')}{rest}; the rest is done. Run again to go on. " + " | ".join(told)

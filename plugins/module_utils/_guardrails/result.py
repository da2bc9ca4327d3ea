# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Results and diffs from plans and outcomes, the same way for check mode and for a real run."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails import catalogue
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.impact import Impact
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
    Options,
    Outcome,
    Plan,
    Policy,
    Snapshot,
    Wanted,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.item_lines import lines as item_lines
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.item_lines import shown
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.items import CONTROL_POLICY, ORGANIZATION, Item
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.items import Plan as Items
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import read_policy

# A line names at most this many accounts or people.
TOLD = 10


def after(policy: Policy | None, changes: Iterable[Change]) -> Policy | None:
    """Return the policy after these steps, all of which are about it; None if it does not exist then."""
    for change in changes:
        if change.operation == DELETE:
            policy = None
        elif change.operation == CREATE:
            params = change.params
            policy = Policy(change.policy, "", params["Description"], params["Content"], _tags(params))
        elif policy and change.operation == UPDATE:
            content = change.params.get("Content", policy.content)
            policy = replace(policy, content=content, description=change.params.get("Description", policy.description))
        elif policy and change.operation == TAG:
            policy = replace(policy, tags={**policy.tags, **_tags(change.params)})
        elif policy and change.operation == ATTACH:
            policy = replace(policy, targets=policy.targets | {change.target})
        elif policy and change.operation == DETACH:
            policy = replace(policy, targets=policy.targets - {change.target})
    return policy


def _tags(params: Mapping[str, t.Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in params["Tags"]}


@dataclass(frozen=True)
class Run:
    """A run and its outcomes. If it made no calls, outcomes are those that it would have had."""

    wanted: Wanted
    snapshot: Snapshot
    plan: Plan
    options: Options
    impacts: Sequence[Impact] = ()
    outcomes: Sequence[Outcome] = ()
    check_mode: bool = False

    @property
    def done(self) -> list[Change]:
        """The steps that were done."""
        return [one.change for one in self.outcomes if not one.error]

    def after(self) -> Policy | None:
        """Return the policy as the run leaves it."""
        return after(self.snapshot.policy, [one for one in self.done if one.policy == self.wanted.name])


def describe(run: Run) -> dict[str, t.Any]:
    """Return the result of a run."""
    done = [change for change in run.done if change.is_write]
    failed = [outcome for outcome in run.outcomes if outcome.error]
    result: dict[str, t.Any] = {
        "changed": bool(done),
        "check_mode": run.check_mode,
        "policy": describe_policy(run.after(), run.wanted.name, run.snapshot),
        "account": {
            "account_id": run.snapshot.caller.account_id,
            "partition": run.snapshot.caller.partition,
            "caller_arn": run.snapshot.caller.arn,
        },
        "management_account": run.snapshot.organization.management_account,
        "changes": [change.describe() for change in done],
        "failed_changes": [{**one.change.describe(), "msg": one.error} for one in failed if one.begun],
        "not_done": [one.change.describe() for one in failed if not one.begun and one.change.is_write],
        "kept": list(run.plan.kept),
        "impact": [describe_impact(impact) for impact in run.impacts],
        "objects": [asdict(item) for item in _items(run)],
        "lines": list(_lines(run)),
    }
    if failed:
        result["msg"] = failure_message(done, failed)
    return result


def describe_policy(policy: Policy | None, name: str, snapshot: Snapshot) -> dict[str, t.Any]:
    """Return the policy as results show it; if it does not exist, only its name."""
    if policy is None:
        return {"name": name, "exists": False}
    return {
        "name": name,
        "exists": True,
        # In check mode, a new policy has no ID.
        "id": policy.id or snapshot.names.get(name, ""),
        "description": policy.description,
        "document": read_policy(policy.content)[0],
        "tags": dict(sorted(policy.tags.items())),
        "targets": sorted(policy.targets),
    }


def describe_impact(impact: Impact) -> dict[str, t.Any]:
    """Return the effect in one account as results show it."""
    return {
        "account": impact.account,
        "name": impact.name,
        "known": not impact.unknown,
        "reason": impact.unknown,
        "checked": impact.checked,
        "losses": [
            {"who": list(loss.who), "actions": {name: list(words) for name, words in loss.actions.items()}}
            for loss in impact.losses
        ],
        "exempt": list(impact.exempt),
    }


def describe_diff(run: Run) -> dict[str, t.Any]:
    """Return the policy before and after, for --diff."""
    both = run.snapshot.policy, run.after()
    before, then = (describe_policy(policy, run.wanted.name, run.snapshot) for policy in both)
    return {"before": before, "after": then}


def _lines(run: Run) -> Iterator[str]:
    """Yield the lines that people read after a run."""
    yield from item_lines(Items(list(_items(run))), run.check_mode)
    wait = next((change for change in run.plan.changes if change.operation == WAIT), None)
    if wait and run.check_mode:
        seconds = run.options.canary_wait
        unit = "second" if seconds == 1 else "seconds"
        yield f"First in {wait.label} alone; the others follow after {seconds} {unit}, if it holds there"
    yield from impact_lines(run.impacts)
    yield from management_lines(run.plan, run.snapshot)
    yield from run.plan.kept
    if not run.wanted.present and run.snapshot.policy is None:
        yield f"There is no policy {run.wanted.name}"
    yield from (f"Failed: {one.error}" for one in run.outcomes if one.error and one.begun)
    yield from _other_targets(run)


def _other_targets(run: Run) -> Iterator[str]:
    """Yield a line about targets that have the policy although the variables do not name them."""
    policy, options = run.snapshot.policy, run.options
    others = sorted((policy.targets if policy else frozenset()) - set(run.plan.targets))
    if run.wanted.present and others and not options.purge_targets:
        yield (
            f"Also attached to {_some(map(run.snapshot.organization.label, others))}, which "
            f"{options.called('targets')} does not name; {options.called('purge_targets')}: true detaches it there"
        )


def _items(run: Run) -> Iterator[Item]:
    """Yield the objects of the run. The canary's policy exists only during a run, unless an interrupted run left it."""
    wanted, snapshot = run.wanted, run.snapshot
    if wanted.present:
        yield _organization(run)
    for name, before in ((wanted.name, snapshot.policy), (wanted.trial, snapshot.trial)):
        about = [change for change in run.done if change.policy == name]
        then = after(before, about)
        if before is None and then is None and not about:
            continue
        calls = [_without_policy(change) for change in about if change.is_write]
        action = "unchanged"
        if calls:
            gone = "tried" if before is None else "deleted"
            action = gone if then is None else "created" if before is None else "changed"
        yield Item(CONTROL_POLICY, name, action, _state(before, snapshot), _state(then, snapshot), calls)


def _organization(run: Run) -> Item:
    """Return the organization as an object: policies apply only if they are enabled there."""
    found = run.snapshot.organization
    enabled = [change for change in run.done if change.operation == ENABLE]
    before = {"name": found.id, "features": [catalogue.POLICY_TYPE] if found.policy_type == "ENABLED" else []}
    then = {**before, "features": [catalogue.POLICY_TYPE]} if enabled else before
    calls = [change.describe() for change in enabled]
    return Item(ORGANIZATION, found.id, "changed" if enabled else "unchanged", before, then, calls)


def _without_policy(change: Change) -> dict[str, t.Any]:
    return {name: value for name, value in change.describe().items() if name != "policy"}


def _state(policy: Policy | None, snapshot: Snapshot) -> dict[str, t.Any] | None:
    if policy is None:
        return None
    return {
        "name": policy.name,
        "description": policy.description,
        "document": read_policy(policy.content)[0],
        "tags": dict(policy.tags),
        "targets": sorted(map(snapshot.organization.label, policy.targets)),
    }


def impact_lines(impacts: Sequence[Impact]) -> Iterator[str]:
    """Yield what people in each account can no longer do, and the accounts for which that is unknown."""
    for impact in impacts:
        if impact.unknown:
            continue
        losing = sum(len(loss.who) for loss in impact.losses)
        yield (
            f"In {shown(impact.name)} ({impact.account}) {losing} of {impact.checked} users and roles "
            f"lose{'s' if losing == 1 else ''} rights"
        )
        for loss in impact.losses:
            ways: dict[str, list[str]] = {}
            for action, (before, then) in loss.actions.items():
                ways.setdefault(f"{before} -> {then}", []).append(action)
            told = (f"{', '.join(actions)} {way}" for way, actions in ways.items())
            yield f"  {_some(map(_named, loss.who))}: {'; '.join(told)}"
        if impact.exempt:
            yield f"  exempt: {_some(map(_named, impact.exempt))}"
    reasons: dict[str, list[str]] = {}
    for impact in impacts:
        if impact.unknown:
            reasons.setdefault(impact.unknown, []).append(f"{shown(impact.name)} ({impact.account})")
    for reason, accounts in reasons.items():
        yield f"Not known who loses rights in {_some(accounts)}: {reason}"


def _named(who: str) -> str:
    kind, _space, name = who.partition(" ")
    return f"{kind} {shown(name)}"


def management_lines(plan: Plan, snapshot: Snapshot) -> Iterator[str]:
    """Yield a line that policies don't bind the management account, if the targets suggest that they do."""
    organization = snapshot.organization
    for target in plan.targets:
        if any(one.id == organization.management_account for one in organization.accounts_under(target)):
            yield (
                f"{organization.label(target)} contains the management account {organization.management_account}: "
                "service control policies don't hold there"
            )


def failure_message(done: Sequence[Change], failed: Sequence[Outcome]) -> str:
    """Return what failed, what was done before, and what was not begun."""
    (first, *_rest) = [one.error for one in failed if one.begun]
    before = f"Done before that, and kept: {', '.join(map(str, done))}. " if done else "Nothing was changed. "
    left = [one.change for one in failed if not one.begun and one.change.is_write]
    not_done = f"Not done: {', '.join(map(str, left))}. " if left else ""
    return f"{first}. {before}{not_done}Run again to go on"


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = len(listed) - TOLD
    return ", ".join(listed[:TOLD]) + (f" and {more} more" if more > 0 else "")

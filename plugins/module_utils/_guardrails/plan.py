# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Plans the steps from the requested guard rails and the organization.

The canary gets anything new first. A policy that is attached nowhere else yet is attached to the canary itself. If the
policy is attached elsewhere and its content changes, the canary first gets a separate policy with the new content,
because a change to a policy applies at once everywhere. Either way, the other targets follow only after the wait. A
later run continues what an interrupted one began.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails import catalogue
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.document import text_of
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
    Plan,
    Policy,
    Snapshot,
    Wanted,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.refusals import refusals
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.targets import Targets, resolve
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import read_policy, same_policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import is_ours, new_tags

ENABLED = "ENABLED"


def make_plan(wanted: Wanted, snapshot: Snapshot, options: Options) -> Plan:
    """Return the steps, and the problems that prevent them."""
    targets = resolve(wanted, snapshot.organization, options)
    if wanted.present:
        changes = tuple(_present(wanted, snapshot, options, targets))
        plan = Plan(changes, targets.ids, targets.canary)
    else:
        plan = _absent(wanted, snapshot, options)
    problems = (*targets.problems, *refusals(wanted, snapshot, options, plan))
    return replace(plan, problems=tuple(dict.fromkeys(problems)))


def has_content(policy: Policy, document: Mapping[str, t.Any]) -> bool:
    """Whether a policy means the same as a document, even if it is written differently."""
    content, problems = read_policy(policy.content)
    return not problems and same_policy(content, document)


def _present(wanted: Wanted, snapshot: Snapshot, options: Options, targets: Targets) -> Iterator[Change]:
    label = snapshot.organization.label
    if snapshot.organization.policy_type != ENABLED and options.enable_policy_type:
        root = snapshot.organization.root
        yield Change(ENABLE, target=root, label=label(root))
    policy, trial, canary = snapshot.policy or Policy(wanted.name), snapshot.trial, targets.canary
    left = [target for target in targets.ids if target not in policy.targets]
    tried = bool(policy.id and canary and policy.targets - {canary} and not has_content(policy, wanted.document))
    if tried:
        yield from _trial(wanted, trial, canary, label)
        trial = replace(trial or Policy(wanted.trial), targets=(trial.targets if trial else frozenset()) | {canary})
    yield from _content(policy, wanted, wanted.name)
    yield from _tags(policy, wanted)
    if canary in left:
        yield Change(ATTACH, wanted.name, canary, label(canary))
    others = [target for target in left if target != canary]
    if canary and others and not tried:
        yield Change(WAIT, wanted.name, canary, label(canary))
    yield from (Change(ATTACH, wanted.name, target, label(target)) for target in others)
    if options.purge_targets:
        gone = sorted(policy.targets - set(targets.ids))
        yield from (Change(DETACH, wanted.name, target, label(target)) for target in gone)
    if trial and (tried or is_ours(trial.tags, {})):
        yield from _removal(trial, label)


def _trial(wanted: Wanted, trial: Policy | None, canary: str, label: t.Callable[[str], str]) -> Iterator[Change]:
    """Yield the steps that try the new content in the canary alone."""
    yield from _content(trial or Policy(wanted.trial), wanted, wanted.trial)
    if not trial or canary not in trial.targets:
        yield Change(ATTACH, wanted.trial, canary, label(canary))
    yield Change(WAIT, wanted.trial, canary, label(canary))


def _content(policy: Policy, wanted: Wanted, name: str) -> Iterator[Change]:
    content = {"Content": text_of(wanted.document)}
    if not policy.id:
        tags = new_tags({}, wanted.tags)
        described = {"Name": name, "Description": wanted.description, "Type": catalogue.POLICY_TYPE}
        yield Change(CREATE, name, params={**described, **content, "Tags": _tag_list(tags)})
        return
    changed = {} if has_content(policy, wanted.document) else content
    if policy.description != wanted.description:
        changed["Description"] = wanted.description
    if changed:
        yield Change(UPDATE, name, params=changed)


def _tags(policy: Policy, wanted: Wanted) -> Iterator[Change]:
    """Yield the step that sets missing or different tags. An adopted policy also gets the ownership tag."""
    new = {key: value for key, value in new_tags({}, wanted.tags).items() if policy.tags.get(key) != value}
    if policy.id and new:
        yield Change(TAG, policy.name, params={"Tags": _tag_list(new)})


def _tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def _removal(policy: Policy, label: t.Callable[[str], str]) -> Iterable[Change]:
    yield from (Change(DETACH, policy.name, target, label(target)) for target in sorted(policy.targets))
    yield Change(DELETE, policy.name)


def _absent(wanted: Wanted, snapshot: Snapshot, options: Options) -> Plan:
    changes: list[Change] = []
    kept: list[str] = []
    for policy in (snapshot.trial, snapshot.policy):
        if policy is None or policy.of_aws:
            continue
        if is_ours(policy.tags, {}) or (options.adopt_policy and policy.name == wanted.name):
            changes += _removal(policy, snapshot.organization.label)
        else:
            kept.append(
                f"The policy {policy.name} stays, because it has no tag cloudhsm.iam/managed, which this collection "
                f"gives to what it creates; with {options.called('adopt_policy')}: true it is deleted as well"
            )
    return Plan(tuple(changes), kept=tuple(kept))

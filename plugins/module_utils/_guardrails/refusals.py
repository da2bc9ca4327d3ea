# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Finds reasons to refuse a plan."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import MANAGED
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails import catalogue
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.model import (
    ATTACH,
    DETACH,
    Options,
    Plan,
    Snapshot,
    Wanted,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import is_ours


def refusals(wanted: Wanted, snapshot: Snapshot, options: Options, plan: Plan) -> Iterator[str]:
    """Yield why the run is refused, one sentence each."""
    if wanted.present:
        yield from _switched_off(snapshot, options)
        yield from _foreign(wanted, snapshot, options)
        yield from _other_spelling(wanted, snapshot, options)
        yield from _too_many_attached(snapshot, options, plan)
    yield from _of_aws(wanted, snapshot, options)
    yield from _too_many_detached(wanted, options, plan)


def _switched_off(snapshot: Snapshot, options: Options) -> Iterator[str]:
    organization = snapshot.organization
    enable = options.called("enable_policy_type")
    if not organization.all_features:
        yield (
            f"{options.called('state')}: the organization has consolidated billing alone, and service control policies "
            "need all features; enable them first (aws organizations enable-all-features)"
        )
    elif organization.policy_type != "ENABLED" and not options.enable_policy_type:
        yield (
            f"{enable}: service control policies are not enabled in the organization, so none would hold. Set it to "
            "true, or enable them with aws organizations enable-policy-type "
            f"--root-id {organization.root} --policy-type {catalogue.POLICY_TYPE}"
        )


def _of_aws(wanted: Wanted, snapshot: Snapshot, options: Options) -> Iterator[str]:
    """Yield a refusal if the policy is AWS's own. Without FullAWSAccess, accounts below a target could do nothing."""
    known = next((name for name in snapshot.names if name.casefold() == wanted.name.casefold()), wanted.name)
    of_aws = snapshot.policy is not None and snapshot.policy.of_aws
    if of_aws or known.casefold() == catalogue.FULL_ACCESS.casefold():
        name = options.called("name")
        yield f"{name}: {known} is AWS's own policy, and is never changed or detached; choose another name"


def _foreign(wanted: Wanted, snapshot: Snapshot, options: Options) -> Iterator[str]:
    """Yield policies of others: they may contain more than the name says, and may be attached elsewhere."""
    adopt = options.called("adopt_policy")
    for policy in filter(None, (snapshot.policy, snapshot.trial)):
        if policy.of_aws or is_ours(policy.tags, {}) or (options.adopt_policy and policy.name == wanted.name):
            continue
        way = f"set {adopt}: true" if policy.name == wanted.name else "delete it"
        yield (
            f"{options.called('name')}: the policy {policy.name} exists, but has no tag {MANAGED}, which this "
            f"collection gives to what it creates. Choose another name, or, if it is yours, {way}"
        )


def _other_spelling(wanted: Wanted, snapshot: Snapshot, options: Options) -> Iterator[str]:
    for name in (wanted.name, wanted.trial):
        for known in snapshot.names:
            if known != name and known.casefold() == name.casefold():
                yield f"{options.called('name')}: {name} differs only by case from the policy {known}, which exists"


def _too_many_attached(snapshot: Snapshot, options: Options, plan: Plan) -> Iterator[str]:
    """Yield targets that would exceed AWS's limit. The canary has two of our policies while it tries a change."""
    new = Counter(change.target for change in plan.changes if change.operation == ATTACH)
    for target, number in new.items():
        there = snapshot.attached.get(target, frozenset())
        if len(there) + number > catalogue.POLICIES_PER_TARGET:
            option = options.called("canary_ou" if target == plan.canary else "targets")
            yield (
                f"{option}: {snapshot.organization.label(target)} has {len(there)} service control policies already "
                f"({', '.join(sorted(there))}), and AWS allows {catalogue.POLICIES_PER_TARGET} there; detach one, or "
                "attach the guard rails to the unit above"
            )


def _too_many_detached(wanted: Wanted, options: Options, plan: Plan) -> Iterator[str]:
    taken = [change for change in plan.changes if change.operation == DETACH and change.policy == wanted.name]
    if len(taken) > options.max_detachments:
        yield (
            f"{options.called('max_detachments')}: the policy would be detached from {len(taken)} targets "
            f"({', '.join(change.label for change in taken[:5])}{' …' if len(taken) > 5 else ''}), at most "
            f"{options.max_detachments} are allowed"
        )

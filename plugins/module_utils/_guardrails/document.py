# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Builds the service control policy from the catalogue. Pure."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails import catalogue
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.catalogue import Rail
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.model import Rails
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import Document, Statement, document

Condition = dict[str, dict[str, t.Any]]


def policy_of(rails: Rails, partition: str) -> Document:
    """Return the policy that guarantees these. The same rails always give the same statements in the same order.

    A deny applies if all of its conditions are met. So one statement is for everyone except the break-glass roles. If
    these need MFA, another statement is for them without MFA.
    """
    statements = [
        {"Sid": sid, "Effect": "Deny", "Action": actions, "Resource": resource, **_conditions(condition)}
        for sid, actions, resource, condition in _denied(rails, partition)
    ]
    return document(*statements)


def text_of(policy: Mapping[str, t.Any]) -> str:
    """Return the policy as text without white space, because AWS counts it."""
    return json.dumps(policy, separators=(",", ":"))


def rails_of(rails: Rails, partition: str) -> Iterator[tuple[Rail, str | list[str], Condition]]:
    """Yield the chosen rails with their resources and their own conditions."""
    for rail in catalogue.RAILS:
        if rail.option in rails.switches:
            yield rail, rail.resource.format(partition=partition), _copied(rail.condition)
    if rails.regions:
        elsewhere = {"StringNotEquals": {catalogue.REGION: list(rails.regions)}}
        yield catalogue.REGIONS, catalogue.EVERYTHING, elsewhere
    if rails.break_glass_roles and rails.protect_break_glass_roles:
        yield catalogue.BREAK_GLASS, list(rails.break_glass_roles), {}


def _denied(rails: Rails, partition: str) -> Iterator[tuple[str, list[str], str | list[str], Condition]]:
    """Yield the parts of each statement. Rails with the same resource and condition share one."""
    merged: dict[str, tuple[str, list[str], str | list[str], Condition]] = {}
    for rail, resource, condition in rails_of(rails, partition):
        key = json.dumps([resource, condition])
        merged.setdefault(key, (rail.sid, [], resource, condition))[1].extend(rail.actions)
    for sid, actions, resource, condition in merged.values():
        for suffix, exempt in _for_whom(rails):
            yield sid + suffix, sorted(actions), resource, {**condition, **exempt}


def _for_whom(rails: Rails) -> Iterator[tuple[str, Condition]]:
    """Yield endings of Sids, each with the condition for whom the statement denies something."""
    roles = list(rails.break_glass_roles)
    if not roles:
        yield "", {}
        return
    yield "", {"ArnNotLike": {catalogue.PRINCIPAL: roles}}
    if rails.break_glass_mfa:
        without = {"BoolIfExists": {catalogue.MFA: "false"}}
        yield "WithoutMFA", {"ArnLike": {catalogue.PRINCIPAL: roles}, **without}


def _conditions(condition: Condition) -> Mapping[str, Condition]:
    return {"Condition": condition} if condition else {}


def _copied(condition: Mapping[str, Mapping[str, t.Any]]) -> Condition:
    return {operator: dict(keys) for operator, keys in condition.items()}


def statements_of(policy: Mapping[str, t.Any]) -> Iterable[Statement]:
    """Return the statements of a policy that this module built."""
    return t.cast("list[Statement]", policy["Statement"])

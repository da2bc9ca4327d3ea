# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""From the catalogue to the service control policy. Pure."""

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
    """The policy that guarantees these: the same statements in the same order whenever the same is asked for.

    A deny counts where all of its conditions are met. So there is one statement for everybody but the break-glass
    roles, and, where these need MFA, another one for them without it.
    """
    statements = [
        {"Sid": sid, "Effect": "Deny", "Action": actions, "Resource": resource, **_conditions(condition)}
        for sid, actions, resource, condition in _denied(rails, partition)
    ]
    return document(*statements)


def text_of(policy: Mapping[str, t.Any]) -> str:
    """The policy as it is sent: AWS counts white space."""
    return json.dumps(policy, separators=(",", ":"))


def rails_of(rails: Rails, partition: str) -> Iterator[tuple[Rail, str | list[str], Condition]]:
    """The rails that are asked for, with what they are about and their own conditions."""
    for rail in catalogue.RAILS:
        if rail.option in rails.switches:
            yield rail, rail.resource.format(partition=partition), _copied(rail.condition)
    if rails.regions:
        elsewhere = {"StringNotEquals": {catalogue.REGION: list(rails.regions)}}
        yield catalogue.REGIONS, catalogue.EVERYTHING, elsewhere
    if rails.break_glass_roles and rails.protect_break_glass_roles:
        yield catalogue.BREAK_GLASS, list(rails.break_glass_roles), {}


def _denied(rails: Rails, partition: str) -> Iterator[tuple[str, list[str], str | list[str], Condition]]:
    """Statements before they are written down: rails with the same resource and condition are one."""
    merged: dict[str, tuple[str, list[str], str | list[str], Condition]] = {}
    for rail, resource, condition in rails_of(rails, partition):
        key = json.dumps([resource, condition])
        merged.setdefault(key, (rail.sid, [], resource, condition))[1].extend(rail.actions)
    for sid, actions, resource, condition in merged.values():
        for suffix, exempt in _for_whom(rails):
            yield sid + suffix, sorted(actions), resource, {**condition, **exempt}


def _for_whom(rails: Rails) -> Iterator[tuple[str, Condition]]:
    """The end of a Sid, and the condition that chooses the people who are denied."""
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
    """The statements of a policy of ours."""
    return t.cast("list[Statement]", policy["Statement"])

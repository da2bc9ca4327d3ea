# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who can do what under the guard rails, worked out from what each of them promises and not from the policy."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails import catalogue
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.document import policy_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.model import Rails
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies import catalogue as cloudhsm
from policy_cells import ACCOUNT, ELSEWHERE, HERE

BREAK_GLASS = "arn:aws:iam::*:role/BreakGlass"
# Every guard rail, and a break-glass role that needs MFA.
RAILS = Rails(frozenset(catalogue.SWITCHES), (HERE,), (BREAK_GLASS,), break_glass_mfa=True)
POLICY = policy_of(RAILS, "aws")
OTHERS = "What no guard rail is about"


@dataclass(frozen=True)
class Person:
    """Somebody who calls: with which policies, as whom, and what AWS knows of MFA."""

    name: str
    arn: str
    # Of everything, or of CloudHSM alone.
    everything: bool = True
    exempt: bool = False
    context: Mapping[str, str] = field(default_factory=dict)


PEOPLE = (
    Person("administrator", f"arn:aws:iam::{ACCOUNT}:role/Admin"),
    Person("root user", f"arn:aws:iam::{ACCOUNT}:root"),
    Person("CloudHSM administrator", f"arn:aws:iam::{ACCOUNT}:user/carol", everything=False),
    Person(
        "break-glass role with MFA",
        f"arn:aws:iam::{ACCOUNT}:role/BreakGlass",
        exempt=True,
        context={catalogue.MFA: "true"},
    ),
    Person("break-glass role without MFA", f"arn:aws:iam::{ACCOUNT}:role/BreakGlass", context={catalogue.MFA: "false"}),
)


@dataclass(frozen=True)
class Request:
    """A call: the option whose guard rail denies it, or none where it stays allowed."""

    option: str
    action: str
    note: str = ""
    resource: str = "*"
    region: str = HERE
    context: Mapping[str, t.Any] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The row's name."""
        return f"`{self.action}`{', ' + self.note if self.note else ''}"


def requests() -> list[Request]:
    """Every row: each action of each guard rail, and its nearest neighbours that stay allowed."""
    return [*_denied(), *_neighbours()]


def _denied() -> Iterator[Request]:
    for rail in catalogue.RAILS:
        for action in rail.actions:
            note = "of a backup" if rail.condition else ""
            context = dict(rail.condition.get("StringEquals", {}))
            yield Request(rail.option, action, note, _resource(action), context=context)
    for each in cloudhsm.ACTIONS:
        yield Request("regions", each.name, "in another region", _resource(each.name, ELSEWHERE), ELSEWHERE)
    for action in catalogue.BREAK_GLASS.actions:
        yield Request("protect_break_glass_roles", action, "", f"arn:aws:iam::{ACCOUNT}:role/BreakGlass")


def _neighbours() -> Iterator[Request]:
    denied = {action for rail in catalogue.RAILS for action in rail.actions}
    for each in cloudhsm.ACTIONS:
        if each.name not in denied:
            yield Request("", each.name, resource=_resource(each.name))
    subnet = {cloudhsm.RAM_TYPE_KEY: "ec2:Subnet"}
    for action in cloudhsm.RAM_OPENING:
        yield Request("", action, "of a subnet", _resource(action), context=subnet)
    yield Request("", "ram:DisassociateResourceShare", "of a backup", _resource("ram:DisassociateResourceShare"))
    for action in ("logs:DeleteLogGroup", "logs:PutRetentionPolicy"):
        yield Request("", action, "of others", f"arn:aws:logs:{HERE}:{ACCOUNT}:log-group:/aws/lambda/f")
    yield Request("", "logs:FilterLogEvents", "of CloudHSM", f"arn:aws:logs:{HERE}:{ACCOUNT}:{_GROUP}")
    other = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling"
    yield Request("", "iam:DeleteServiceLinkedRole", "of another service", other)
    yield Request("", "iam:CreateRole", "of another name", f"arn:aws:iam::{ACCOUNT}:role/Deploy")


_GROUP = "log-group:/aws/cloudhsm/cluster-abcdefghijk"


def _resource(action: str, region: str = HERE) -> str:
    service = action.partition(":")[0]
    if service == "logs":
        stream = ":log-stream:hsm-abcdefghijk" if action == "logs:DeleteLogStream" else ""
        return f"arn:aws:logs:{region}:{ACCOUNT}:{_GROUP}{stream}"
    if action == "iam:DeleteServiceLinkedRole":
        path = f"aws-service-role/{cloudhsm.SERVICE}/{cloudhsm.SERVICE_LINKED_ROLE}"
        return f"arn:aws:iam::{ACCOUNT}:role/{path}"
    if service == "ram" and action != "ram:CreateResourceShare":
        return f"arn:aws:ram:{region}:{ACCOUNT}:resource-share/00000000-0000-0000-0000-000000000000"
    kinds = next((each.resources for each in cloudhsm.ACTIONS if each.name == action), ())
    if not kinds or action == cloudhsm.CREATE_CLUSTER:
        return "*"
    kind = cloudhsm.CLUSTER if cloudhsm.CLUSTER in kinds else cloudhsm.BACKUP
    return f"arn:aws:cloudhsm:{region}:{ACCOUNT}:{kind}/{kind}-abcdefghijk"


def allowed_before(person: Person, row: Request) -> bool:
    """Whether somebody can do it where nothing guards it. CloudHSM's administrator may copy and share backups."""
    if person.everything:
        return True
    shares = row.action in cloudhsm.RAM_SHARING and row.context.get(cloudhsm.RAM_TYPE_KEY) == cloudhsm.RAM_BACKUP
    return row.action.startswith("cloudhsm:") or shares


def allowed_after(person: Person, row: Request) -> bool:
    """Whether somebody can do it under the guard rails."""
    return allowed_before(person, row) and (person.exempt or not row.option)

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Temporary memberships as this collection makes them, and an account with all sorts of temporary rights."""

from __future__ import annotations

import json
import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.center_model import (
    READ,
    CenterGroup,
    CenterRead,
    CenterSet,
    CenterUser,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Policy, Role
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tag_text import encode
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import (
    COPY_OF,
    REASON,
    UNTIL,
    denied_from,
    encode_reason,
    limited,
    policy_name,
    policy_path,
    set_name,
)
from helpers.accounts import samples

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

PAST, SOON, LATER, FAR = (f"{day}T18:00:00Z" for day in ("2026-11-20", "2026-12-01", "2027-01-31", "2099-12-01"))
OWN = f"arn:aws:iam::{samples.ACCOUNT}:policy"
SAML = samples.trust({"Federated": f"arn:aws:iam::{samples.ACCOUNT}:saml-provider/x"}, action="sts:AssumeRoleWithSAML")


def arn_of(user: str, group: str, number: int = 1) -> str:
    """The ARN of a policy of a membership."""
    return f"{OWN}{policy_path(user, group)}{policy_name(user, group, number)}"


def ending(until: str, *actions: str) -> dict[str, t.Any]:
    """A policy of one statement that ends."""
    made = samples.document(*actions)
    return {**made, "Statement": [limited(one, until) for one in made["Statement"]]}


def tags(until: str, reason: str = "INC-1, for the ceremony") -> dict[str, str]:
    """What the policies and permission sets are tagged with."""
    return {UNTIL: until, REASON: encode_reason(reason)}


def set_role(name: str, denial: str | None) -> Role:
    """The role of a permission set that allows everything of CloudHSM."""
    inline: dict[str, t.Any] = {"p": {"Version": "2012-10-17", "Statement": [denied_from(denial)]}} if denial else {}
    path = "/aws-reserved/sso.amazonaws.com/eu-central-1/"
    return samples.role(f"AWSReservedSSO_{name}_0123456789abcdef", SAML, samples.FULL, path=path, **inline)


def snapshot() -> Snapshot:
    """The team, with somebody in each state of a temporary right."""
    hostile = samples.HOSTILE[5][:60]
    memberships = [
        ("dave", "CloudHSMAdministrators", ending(SOON, "cloudhsm:*"), tags(SOON)),
        ("ivan", "Administrators", ending(FAR, "*"), tags(FAR, hostile)),
        ("carol", "CloudHSMOperators", ending(PAST, "cloudhsm:*"), {}),
        ("bob", "Administrators", samples.document("*"), tags(SOON, "Migration")),
        ("frank", "Administrators", ending(LATER, "*"), tags(LATER)),
    ]
    team = samples.team()
    policies = {arn_of(user, group): Policy(arn_of(user, group), doc) for user, group, doc, _tags in memberships}
    names = set_name("Keepers", SOON), set_name("Keepers", PAST)
    roles = [set_role(name, denial) for name, denial in zip(names, (LATER, PAST), strict=True)]
    sets = [
        CenterSet(
            names[0],
            "arn:aws:sso:::permissionSet/ssoins-1/ps-1",
            frozenset({"g-1"}),
            frozenset(),
            {
                **tags(SOON),
                COPY_OF: encode("Keepers"),
            },
        ),
        CenterSet(names[1], "arn:aws:sso:::permissionSet/ssoins-1/ps-2", frozenset(), frozenset({"u-1"}), tags(PAST)),
    ]
    people = {"u-1": CenterUser("ann@example.com")}
    groups = {"g-1": CenterGroup("Operators", frozenset({"u-1"}))}
    users = [
        samples.person(
            name,
            *one.user.groups,
            policies=one.user.managed_policies
            | {arn_of(user, group) for user, group, _doc, _tags in memberships if user == name},
            inline=one.inline,
        )
        for name, one in team.users.items()
    ]
    return samples.snapshot(
        users,
        team.groups.values(),
        policies={**team.policies, **policies},
        policy_tags={arn_of(user, group): told for user, group, _doc, told in memberships},
        roles={**(team.roles or {}), **{one.name: one for one in roles}},
        center=CenterRead(
            READ, "IAM Identity Center was read", "arn:aws:sso:::instance/ssoins-1", tuple(sets), people, groups
        ),
    )


def add_temporary_member(
    iam: IAMClient, user: str, group: str, until: str, *, reason: str = "INC-1", action: str = "cloudhsm:*"
) -> str:
    """A new user with the policy of a membership that ends then. Returns the policy's ARN."""
    statement = limited({"Effect": "Allow", "Action": action, "Resource": "*"}, until)
    tags = {"cloudhsm.iam/managed": "true", UNTIL: until, REASON: encode_reason(reason)}
    made = iam.create_policy(
        PolicyName=policy_name(user, group, 1),
        Path=policy_path(user, group),
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
    )
    arn = made["Policy"]["Arn"]
    iam.create_user(UserName=user)
    iam.attach_user_policy(UserName=user, PolicyArn=arn)
    return arn

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who of an account loses which rights, by the access report's evaluator."""

from __future__ import annotations

import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import (
    Details,
    Group,
    Policy,
    Role,
    User,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails import catalogue
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.document import policy_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.impact import Impact, impact_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.model import Rails

ACCOUNT = "111122223333"
IAM = f"arn:aws:iam::{ACCOUNT}"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
NOW = "2026-11-24T12:00:00Z"
GLASS = "arn:aws:iam::*:role/BreakGlass"


def allow(*actions: str, **more: t.Any) -> dict[str, t.Any]:
    return {"Statement": [{"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}]}


POLICIES = {ADMIN: Policy(ADMIN, allow("*"))}


def user(name: str, **fields: t.Any) -> tuple[str, User]:
    return name, User(name, f"{IAM}:user/{name}", "/", **fields)


def role(name: str, path: str = "/", **fields: t.Any) -> tuple[str, Role]:
    return name, Role(name, f"{IAM}:role{path}{name}", path, **fields)


def impact(details: Details, **rails: t.Any) -> Impact:
    given: dict[str, t.Any] = {"switches": frozenset(), **rails}
    return impact_of(details, policy_of(Rails(**given), "aws"), (ACCOUNT, "shop"), "aws", NOW)


def losses(found: Impact) -> dict[str, dict[str, tuple[str, str]]]:
    return {who: dict(loss.actions) for loss in found.losses for who in loss.who}


def test_administrators_lose_what_is_denied_and_readers_nothing() -> None:
    details = Details(
        users=dict(
            [user("alice", groups=frozenset({"Admins"})), user("bob", inline={"own": allow("cloudhsm:Describe*")})]
        ),
        groups={"Admins": Group("Admins", f"{IAM}:group/Admins", "/", frozenset({ADMIN}))},
        policies=POLICIES,
        roles=dict([role("Admin", managed_policies=frozenset({ADMIN}))]),
    )
    found = impact(details, switches=frozenset({"keep_clusters_and_backups", "keep_logs"}))
    lost = {"cloudhsm:DeleteBackup", "cloudhsm:DeleteCluster", *catalogue.RAILS[-1].actions}
    assert losses(found) == {who: dict.fromkeys(lost, ("yes", "no")) for who in ("user alice", "role Admin")}
    assert found.checked == 3
    # Who loses the same is one.
    assert len(found.losses) == 1


def test_every_rail_is_asked_about() -> None:
    details = Details(policies=POLICIES, roles=dict([role("Admin", managed_policies=frozenset({ADMIN}))]))
    found = impact(
        details, switches=frozenset(catalogue.SWITCHES), regions=("eu-central-1",), break_glass_roles=(GLASS,)
    )
    actions = {action for rail in (*catalogue.RAILS, catalogue.BREAK_GLASS) for action in rail.actions}
    assert losses(found) == {
        "role Admin": dict.fromkeys([*actions, "cloudhsm:* in other regions"], ("yes", "no")),
    }


def test_in_the_open_regions_nothing_but_the_other_rails_counts() -> None:
    details = Details(users=dict([user("alice", inline={"own": allow("cloudhsm:DeleteBackup")})]))
    found = impact(details, regions=("eu-central-1",))
    assert losses(found) == {"user alice": {"cloudhsm:* in other regions": ("some", "no")}}


def test_break_glass_roles_are_exempt_or_need_mfa() -> None:
    details = Details(policies=POLICIES, roles=dict([role("BreakGlass", managed_policies=frozenset({ADMIN}))]))
    given: dict[str, t.Any] = {"switches": frozenset({"deny_backup_copy"}), "break_glass_roles": (GLASS,)}
    assert impact(details, **given).exempt == ("role BreakGlass",)
    assert impact(details, **given).losses == ()
    with_mfa = losses(impact(details, **given, break_glass_mfa=True))
    assert with_mfa["role BreakGlass"]["cloudhsm:CopyBackupToRegion"] == ("yes", "mfa")
    # A role of another path is another role.
    other = Details(policies=POLICIES, roles=dict([role("BreakGlass", "/x/", managed_policies=frozenset({ADMIN}))]))
    assert losses(impact(other, **given))["role BreakGlass"]["cloudhsm:CopyBackupToRegion"] == ("yes", "no")


def test_service_linked_roles_are_not_bound_and_not_looked_at() -> None:
    path = "/aws-service-role/cloudhsm.amazonaws.com/"
    details = Details(
        policies=POLICIES, roles=dict([role("AWSServiceRoleForCloudHSM", path, inline={"x": allow("*")})])
    )
    found = impact(details, switches=frozenset({"keep_logs"}))
    assert (found.checked, found.losses) == (0, ())


def test_boundaries_and_what_can_not_be_read_count_as_in_the_report() -> None:
    boundary = f"{IAM}:policy/Boundary"
    details = Details(
        users=dict(
            [
                user("held", managed_policies=frozenset({ADMIN}), boundary=boundary),
                user("unread", managed_policies=frozenset({f"{IAM}:policy/Gone"})),
                user("spoilt", inline={"own": "no policy"}),
                user("denied", managed_policies=frozenset({ADMIN}), inline={"own": {"Statement": _deny()}}),
            ]
        ),
        policies={**POLICIES, boundary: Policy(boundary, allow("s3:*"))},
    )
    found = losses(impact(details, switches=frozenset({"keep_service_linked_role"})))
    lost = {"iam:DeleteServiceLinkedRole": ("conditional", "no")}
    assert found == {"user spoilt": lost, "user unread": lost}


def test_rights_count_as_they_are_at_the_time_of_the_run() -> None:
    def at(operator: str, time: str) -> dict[str, t.Any]:
        return allow("*", Condition={operator: {"aws:CurrentTime": time}})

    past, ahead = "2026-11-24T11:59:59Z", "2026-11-24T12:00:01Z"
    timed = {
        "ended": at("DateLessThan", past),
        "running": at("DateLessThan", ahead),
        "begun": at("DateGreaterThan", past),
        "later": at("DateGreaterThan", ahead),
    }
    details = Details(
        users=dict(
            [
                *(user(name, inline={"own": document}) for name, document in timed.items()),
                user("managed", managed_policies=frozenset({f"{IAM}:policy/Ended"})),
                user("bounded", managed_policies=frozenset({ADMIN}), boundary=f"{IAM}:policy/Ended"),
            ]
        ),
        policies={**POLICIES, f"{IAM}:policy/Ended": Policy(f"{IAM}:policy/Ended", timed["ended"])},
    )
    found = losses(impact(details, switches=frozenset({"keep_service_linked_role"})))
    lost = {"iam:DeleteServiceLinkedRole": ("yes", "no")}
    assert found == {"user running": lost, "user begun": lost}


def _deny() -> dict[str, t.Any]:
    return {"Effect": "Deny", "Action": "iam:*", "Resource": "*"}

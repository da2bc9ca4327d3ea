# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A management account gives access to the accounts of its organization through IAM Identity Center."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

from helpers.accounts.identity_center import IdentityCenter
from helpers.accounts.organization import MANAGEMENT, Member, make_organization
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import ControlNode

MEMBERS = [
    Member("shop live", "/Workloads/Production", {"stage": "live"}),
    Member("shop test", "/Workloads"),
    Member("billing", "/Workloads/Production"),
    Member("sandbox", "/Sandbox"),
    Member("logs"),
]
PLAYBOOK = "cloudhsm.iam.identity_center_access"
VARIABLES: dict[str, t.Any] = {
    "identity_center_access_permission_sets": [
        {"name": "Administrators", "access": "administrator", "session_duration": 7200},
        {"name": "CloudHSM", "access": "power_user", "boundary": "/hsm/Boundary", "tags": {"team": "hsm"}},
        {"name": "Auditors", "managed_policies": ["SecurityAudit"]},
    ],
    "identity_center_access_groups": [{"name": "Auditors", "members": ["bob"]}],
    "identity_center_access_assignments": [
        {"permission_set": "Administrators", "groups": ["Admins"], "all_accounts": True},
        {"permission_set": "CloudHSM", "users": ["bob"], "organizational_units": ["/Workloads"]},
        {"permission_set": "CloudHSM", "users": ["ann"], "account_tags": {"stage": "live"}},
    ],
}


def test_one_playbook_gives_access_as_it_predicts_and_only_once(node: ControlNode, aws: FaultProxy, moto: str) -> None:
    ids = make_organization(moto, MEMBERS)
    center = IdentityCenter(moto)
    ann, bob = center.add_user("ann"), center.add_user("bob")
    admins = center.add_group("Admins", [ann])
    variables = {
        **VARIABLES,
        "identity_center_access_assignments": [
            *VARIABLES["identity_center_access_assignments"],
            {"permission_set": "Auditors", "groups": ["Auditors"], "accounts": [ids["logs"]]},
        ],
    }
    given = ("-e", json.dumps(variables))
    predicted = node.playbook(PLAYBOOK, *given, "--check", "--diff")
    assert predicted.status == 0, predicted.output
    assert aws.writes == []

    made = node.playbook(PLAYBOOK, *given)
    assert made.status == 0, made.output
    for run, counted in (
        (predicted, "Plan: 8 to create, 0 to change, 0 to delete, 0 unchanged"),
        (made, "Done: 8 created, 0 changed, 0 deleted, 0 unchanged"),
    ):
        assert f"+ assignment Auditors for group Auditors: accounts {ids['logs']}" in run.output
        assert counted in run.output
    (auditors,) = {who for _name, who in center.assigned(ids["logs"]) if who != admins}
    everywhere = ("Administrators", admins)
    assert {name: center.assigned(account) for name, account in {**ids, "management": MANAGEMENT}.items()} == {
        "management": {everywhere},
        "shop live": {everywhere, ("CloudHSM", bob), ("CloudHSM", ann)},
        "shop test": {everywhere, ("CloudHSM", bob)},
        "billing": {everywhere, ("CloudHSM", bob)},
        "sandbox": {everywhere},
        "logs": {everywhere, ("Auditors", auditors)},
    }
    # Eleven requests, asked for together while AWS works on them.
    actions = [call.action for call in aws.calls]
    assert actions.count("CreateAccountAssignment") == 11
    assert actions.count("ListAccountAssignments") == 0

    writes = len(aws.writes)
    again = node.playbook(PLAYBOOK, *given)
    assert again.status == 0, again.output
    assert "Done: 0 created, 0 changed, 0 deleted, 8 unchanged" in again.output
    assert len(aws.writes) == writes


TEMPORARY = """
identity_center_access_permission_sets:
  - {{name: CloudHSM, access: power_user}}
identity_center_access_assignments:
  - permission_set: CloudHSM
    groups: [On call]
    organizational_units: [/Workloads/Production]
    until: {until}
    reason: {reason}
"""
# 2026-12-01, in the morning and at the end of two shifts.
MORNING, EVENING, NIGHT = (f"Tue, 01 Dec 2026 {time} GMT" for time in ("10:00:00", "18:00:00", "23:30:00"))


def test_assignments_end_by_the_clock_of_aws_and_move_with_their_end(
    node: ControlNode, aws: FaultProxy, moto: str, tmp_path: Path
) -> None:
    ids = make_organization(moto, MEMBERS)
    center = IdentityCenter(moto)
    group = center.add_group("On call", [center.add_user("ann")])
    accounts = ", ".join(sorted([ids["shop live"], ids["billing"]]))
    file = tmp_path / "access.yml"

    def run(clock: str, *options: str) -> str:
        aws.clock = clock
        aws.calls.clear()
        ran = node.playbook(PLAYBOOK, "-e", f"@{file}", *options)
        assert ran.status == 0, ran.output
        return ran.output

    def as_predicted(clock: str, *said: str) -> None:
        """A check says it and writes nothing, a run says and does it, and the next finds nothing to do."""
        for mode in (("--check",), ()):
            output = run(clock, *mode)
            assert bool(aws.writes) == (not mode)
            for line in said:
                assert line in output, output
        assert "Done: 0 created, 0 changed, 0 deleted" in run(clock)
        assert aws.writes == []

    def held() -> set[tuple[str, str]]:
        return center.assigned(ids["billing"])

    # A time without quotes is one of YAML's own.
    file.write_text(TEMPORARY.format(until="2026-12-01T18:00:00Z", reason="INC-1234"))
    until = "until 2026-12-01T18:00Z (INC-1234)"
    as_predicted(
        MORNING,
        f"+ permission set CloudHSM-261201T1800Z: copy of CloudHSM {until};",
        f'+ assignment CloudHSM-261201T1800Z for group \\"On call\\": {until}; accounts {accounts}',
    )
    assert held() == {("CloudHSM-261201T1800Z", group)}

    file.write_text(TEMPORARY.format(until='"2026-12-02T00:00+01:00"', reason="INC-1234 goes on"))
    as_predicted(
        MORNING,
        '+ assignment CloudHSM-261201T2300Z for group \\"On call\\": until 2026-12-01T23:00Z (\\"INC-1234 goes on\\")',
        f'- assignment CloudHSM-261201T1800Z for group \\"On call\\": {until}',
    )
    assert held() == {("CloudHSM-261201T2300Z", group)}

    assert "Done: 0 created, 0 changed, 0 deleted" in run(EVENING)
    as_predicted(
        NIGHT,
        "identity_center_access_assignments[0] (CloudHSM) ended 2026-12-01T23:00Z",
        f'- assignment CloudHSM-261201T2300Z for group \\"On call\\": ended 2026-12-01T23:00Z; accounts {accounts}',
        "- permission set CloudHSM-261201T2300Z: ended 2026-12-01T23:00Z",
    )
    assert held() == set()


def test_mistakes_about_ends_are_told_at_once_and_nothing_is_made(
    node: ControlNode, aws: FaultProxy, moto: str, tmp_path: Path
) -> None:
    make_organization(moto, MEMBERS)
    IdentityCenter(moto).add_group("On call")
    file = tmp_path / "access.yml"
    file.write_text(TEMPORARY.format(until="2026-12-01 18:00:00", reason='""'))
    run = node.playbook(PLAYBOOK, "-e", f"@{file}")
    assert run.status != 0
    for said in ("until: has no time zone", "reason: must be one line of text"):
        assert f"identity_center_access_assignments[0] (CloudHSM): {said}" in run.failure, run.failure
    assert aws.writes == []

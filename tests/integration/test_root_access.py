# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A management account locks the root users of its organization's accounts, and gives one a password again.

moto has been completed with the calls that it lacks, as AWS documents them: see tools/moto_root_access.py.
"""

from __future__ import annotations

import json
import typing as t

from helpers.accounts.organization import Member, make_organization
from helpers.accounts.root_users import root_user, say_root_user, switch_on
from helpers.moto.clients import client_in
from helpers.moto.fault_proxy import FaultProxy, Faults
from helpers.processes.control_node import ControlNode

MEMBERS = [Member("shop", "/Workloads", {"stage": "live"}), Member("logs", "/Workloads"), Member("sandbox")]
PLAYBOOK = "cloudhsm.iam.lock_root_users"
SHOP = {
    "password": True,
    "access_keys": ["AKIAROOTEXAMPLE00001"],
    "signing_certificates": ["CERTIFICATEOFTHEROOTUSER1"],
    "mfa_devices": ["arn:aws:iam::111122223333:mfa/root-account-mfa-device"],
}
NOTHING = {"password": False, "access_keys": [], "signing_certificates": [], "mfa_devices": []}


def test_one_playbook_locks_root_users_as_it_predicts_and_gives_a_password_back(
    node: ControlNode, aws: FaultProxy, moto: str
) -> None:
    ids = make_organization(moto, MEMBERS)
    organization = client_in(moto, "organizations").describe_organization()["Organization"]["Id"]
    say_root_user(moto, ids["shop"], **SHOP)
    say_root_user(moto, ids["logs"], password=True)
    confirmed = {"root_access_organization_id": organization}

    def run(*args: str, **variables: t.Any) -> str:
        given = json.dumps({f"root_access_{name}": value for name, value in variables.items()} | confirmed)
        done = node.playbook(PLAYBOOK, "-e", given, *args)
        assert done.status == 0, done.output
        return done.output.replace("\n", " ")

    run("--check", state="enabled")
    assert aws.writes == []
    run(state="enabled")
    assert [call.action for call in aws.writes] == [
        "EnableAWSServiceAccess",
        "EnableOrganizationsRootCredentialsManagement",
        "EnableOrganizationsRootSessions",
    ]
    aws.clear()

    # Every tenth call or so is throttled or fails, and is tried again.
    aws.faults = Faults(throttle=(20.0, 20), errors=0.1)
    told = run()
    assert f"Looked at the root users of 3 accounts in the organization {organization}: 2 with credentials" in told
    assert "access key AKIAROOTEXAMPLE00001" in told
    chosen: dict[str, t.Any] = {"state": "locked", "organizational_units": ["/Workloads"]}
    node.folder.chmod(0o700)
    plan = node.folder / "plan.json"
    checked = run("--check", "-e", f"plan_file={plan}", **chosen)
    assert f"~ root user {ids['shop']} (shop): password removed; access keys -AKIAROOTEXAMPLE00001" in checked
    assert "Plan: 0 to create, 2 to change, 0 to delete, 0 unchanged" in checked
    assert [call.action for call in aws.writes] == []
    assert f"~ root user {ids['logs']} (logs): password removed" in run("-e", f"apply_plan_file={plan}", **chosen)
    assert [root_user(moto, ids[name]) for name in ("shop", "logs")] == [NOTHING, NOTHING]
    done = [call.action for call in aws.writes if call.fault is None]
    assert done.count("DeleteLoginProfile") == 2
    # The accounts' order is that of their IDs.
    shop = ["DeleteLoginProfile", "DeleteAccessKey", "DeleteSigningCertificate", "DeactivateMFADevice"]
    assert done == ([*shop, shop[0]] if ids["shop"] < ids["logs"] else [shop[0], *shop])
    aws.faults = Faults()
    aws.clear()
    assert "Done: 0 created, 0 changed, 0 deleted, 2 unchanged" in run(**chosen)
    assert aws.writes == []

    recover: dict[str, t.Any] = {"state": "recoverable", "accounts": [ids["shop"]], "reason": "See Billing"}
    assert "See Billing" in run(**recover)
    assert [call.action for call in aws.writes] == ["CreateLoginProfile"]
    assert "Password" not in aws.writes[0].params
    assert root_user(moto, ids["shop"]) == {**NOTHING, "password": True}


def test_an_audit_goes_into_a_file_for_the_report(node: ControlNode, moto: str) -> None:
    ids = make_organization(moto, MEMBERS)
    switch_on(moto)
    say_root_user(moto, ids["shop"], **SHOP)
    path = node.folder / "audits" / "root-users.json"
    play = (PLAYBOOK, "-e", "root_access_result_file=audits/root-users.json")
    assert node.playbook(*play, "--check").status == 0
    assert not path.exists()
    made = node.playbook(*play)
    assert made.status == 0, made.output
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    audit = json.loads(path.read_text())
    assert {one["name"]: one["password"] for one in audit["accounts"]} == {
        "shop": True,
        "logs": False,
        "sandbox": False,
    }
    path.write_text("kept")
    assert node.playbook(*play, "-e", "root_access_state=enabled").status == 0
    assert path.read_text() == "kept"
    path.parent.chmod(0o777)
    refused = node.playbook(*play)
    assert refused.status != 0
    assert "root_access_result_file: nothing can be written to" in refused.output.replace("\n", " ")
    path.parent.chmod(0o700)
    assert node.playbook(*play).status == 0
    report = node.playbook("cloudhsm.iam.access_report", "-e", f"access_report_root_users={path}")
    assert report.status == 0, report.output


def test_refusals_name_the_variables_and_change_nothing(node: ControlNode, aws: FaultProxy, moto: str) -> None:
    ids = make_organization(moto, MEMBERS)
    switch_on(moto)
    say_root_user(moto, ids["shop"], **SHOP)
    given = {"root_access_state": "locked", "root_access_accounts": [ids["shop"], "111122223333"]}
    for more, words in (
        ({}, ["root_access_organization_id: is missing"]),
        (
            {"root_access_organization_id": "o-otherorg1234"},
            ["root_access_organization_id: is o-otherorg1234", "root_access_accounts: the organization has no account"],
        ),
    ):
        run = node.playbook(PLAYBOOK, "-e", json.dumps({**given, **more}))
        assert run.status != 0
        assert all(word in run.output.replace("\n", " ") for word in words), run.output
    assert aws.writes == []
    assert root_user(moto, ids["shop"]) == SHOP

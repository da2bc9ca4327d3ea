# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook access_report: a fleet in one run, nothing written to AWS, and an account that is as large as can be."""

from __future__ import annotations

import csv
import datetime
import json
import os
import resource
import subprocess
import sys
import time
import typing as t
from collections.abc import Iterator
from pathlib import Path

import moto_server
import pytest
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report.root_users import audit_text
from helpers.accounts.organization import member_iam
from helpers.accounts.temporary import FAR, PAST, add_temporary_member
from helpers.modules.plays import run_playbook
from helpers.moto.clients import iam_client
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import ControlNode

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

ROOT = Path(__file__).resolve().parents[2]
FIRST, SECOND = "111111111111", "222222222222"
ROLE = "role/OrganizationAccountAccessRole"
FULL = "arn:aws:iam::aws:policy/AWSCloudHSMFullAccess"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
ENDS = ("-findings.csv", "-identity-center.csv", "-roles.csv", "-temporary.csv", ".csv", ".html", ".json", ".md")
# The one call that is not named like a read: AWS makes a report, and changes nothing.
MAKES_REPORT = "GenerateCredentialReport"
# What root_access found in the account that is filled.
AUDITED: dict[str, t.Any] = {
    "organization_id": "o-exampleorgid",
    "management_account": "999999999999",
    "features": ["RootCredentialsManagement"],
    "accounts": [
        {
            "account_id": FIRST,
            "name": "shop",
            "password": True,
            "access_keys": [],
            "signing_certificates": [],
            "mfa_devices": [],
        }
    ],
    "skipped_accounts": [],
    "failed_accounts": [],
}
# Seconds of processor time and calls that a run on 5,000 users may take; it takes about a third of either.
SECONDS, CALLS = 15.0, 60
USERS = 5000


def fill(iam: IAMClient) -> None:
    """An account with an administrator, and with somebody who got more than was wanted."""
    for group, policy in (("Administrators", ADMINISTRATOR), ("Keys", FULL)):
        iam.create_group(GroupName=group)
        iam.attach_group_policy(GroupName=group, PolicyArn=policy)
    for user, group in (("root-like", "Administrators"), ("alice", "Keys")):
        iam.create_user(UserName=user)
        iam.add_user_to_group(UserName=user, GroupName=group)
        iam.create_login_profile(UserName=user, Password="Not-a-secret-12345")
    anything: t.Any = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_user_policy(UserName="alice", PolicyName="more", PolicyDocument=json.dumps(anything))
    iam.create_access_key(UserName="alice")


def inventory(node: ControlNode) -> tuple[str, ...]:
    """Options for two accounts, and for one whose role nobody may assume. A password is among the variables."""
    hosts = {
        "first": {"account_role_arn": f"arn:aws:iam::{FIRST}:{ROLE}"},
        "second": {"account_role_arn": f"arn:aws:iam::{SECOND}:{ROLE}"},
        "third": {"account_guard_account_ids": ["333333333333"]},
    }
    wanted = [
        {"name": "alice", "groups": ["Keys"], "console_access": True, "password": "Given-to-alice-1"},
        {"name": "zoe"},
    ]
    (node.folder / "hosts.json").write_text(
        json.dumps({"all": {"hosts": hosts, "vars": {"user_provisioning_users": wanted}}})
    )
    return ("cloudhsm.iam.access_report", "-i", "hosts.json", "-e", "target_hosts=all")


@pytest.fixture
def reports(node: ControlNode) -> Path:
    """Where the reports go when nothing else is said."""
    return node.home / ".cloudhsm-iam" / "access-reports"


def test_a_fleet_is_reported_on_in_one_run(node: ControlNode, aws: FaultProxy, moto: str, reports: Path) -> None:
    fill(member_iam(moto, FIRST))
    member_iam(moto, SECOND).create_user(UserName="bob")
    (node.folder / "root-users.json").write_text(audit_text(AUDITED, "2026-11-24 12:00:00 UTC"))
    play = (*inventory(node), "-e", "access_report_root_users=root-users.json")
    aws.clear()
    predicted = node.playbook(*play, "--check")
    assert not reports.exists()
    made = node.playbook(*play, "-vvv", ANSIBLE_SHOW_CUSTOM_STATS="true")
    # The third account is not the one that was expected, so the run as a whole fails.
    assert made.status == predicted.status != 0
    assert set(made.changed_tasks) == set(predicted.changed_tasks) != set()
    assert {call.action for call in aws.writes} == {MAKES_REPORT}
    assert "Given-to-alice-1" not in made.output
    assert '"access_report"' in made.output.partition("CUSTOM STATS")[2]

    names = {f"access-report-{account}{end}" for account in (FIRST, SECOND) for end in ENDS}
    names |= {f"access-report-overview.{kind}" for kind in ("csv", "html", "json", "md")}
    names |= {"access-report-overview-root-users.csv"}
    assert {path.name for path in reports.iterdir()} == names
    assert {path.stat().st_mode & 0o777 for path in reports.iterdir()} == {0o600}
    assert reports.stat().st_mode & 0o777 == 0o700
    check_first(reports)
    check_overview(reports)
    assert f"The overview of all accounts is {reports}/access-report-overview.html" in made.output

    again = node.playbook(*play)
    assert again.changed_tasks == []
    assert {path.name for path in reports.iterdir()} == names


def check_first(reports: Path) -> None:
    """What is in the files of the account that was filled."""
    report = json.loads((reports / f"access-report-{FIRST}.json").read_text())
    alice = next(user for user in report["users"] if user["name"] == "alice")
    assert (alice["administrator"], alice["cloudhsm"]["DeleteCluster"]) == ("yes", "yes")
    assert alice["credentials"]["source"] == "live"
    assert report["summary"]["administrators"] == ["alice", "root-like"]
    assert (report["root_credentials"]["state"], report["root_credentials"]["password"]) == ("open", True)
    assert [(entry["name"], entry["state"]) for entry in report["drift"]] == [("zoe", "missing")]
    found = {finding["rule"]: [subject["name"] for subject in finding["subjects"]] for finding in report["findings"]}
    assert found["administrator_without_mfa"] == ["alice", "root-like"]
    assert found["inline_policies"] == ["alice"]
    assert found["administrator_access_keys"] == ["alice"]
    with (reports / f"access-report-{FIRST}.csv").open(newline="") as stream:
        assert [row["user"] for row in csv.DictReader(stream)] == ["alice", "root-like"]


def check_overview(reports: Path) -> None:
    """All accounts are in it, with the one that could not be read."""
    overview = json.loads((reports / "access-report-overview.json").read_text())
    accounts = {account["host"]: account["account_id"] for account in overview["accounts"]}
    assert accounts == {"first": FIRST, "second": SECOND, "third": None}
    assert overview["accounts"][0]["file"] == f"access-report-{FIRST}.html"
    assert [account["account_id"] for account in overview["root_users"]["accounts"]] == [FIRST]


def test_temporary_rights_are_read_by_the_clock_of_aws(
    node: ControlNode, aws: FaultProxy, moto: str, reports: Path
) -> None:
    iam = iam_client(moto)
    add_temporary_member(iam, "later", "Keys", FAR, reason="Key ceremony, once")
    add_temporary_member(iam, "over", "Keys", PAST, action="*")
    arn = add_temporary_member(iam, "always", "Keys", FAR)
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "cloudhsm:*", "Resource": "*"}]}
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=json.dumps(document), SetAsDefault=True)
    aws.clear()
    made = node.playbook("cloudhsm.iam.access_report", "-e", "access_report_max_temporary=36500")
    assert made.status == 0, made.output
    assert {call.action for call in aws.writes} == {MAKES_REPORT}
    assert [call.action for call in aws.calls].count("ListPolicyTags") == 3
    report = json.loads((reports / "access-report-123456789012.json").read_text())
    states = {right["holder"]: (right["state"], right["reasons"]) for right in report["temporary"]}
    assert states == {
        "later": ("running", ["Key ceremony, once"]),
        "over": ("ended", ["INC-1"]),
        "always": ("endless", ["INC-1"]),
    }
    rules = {one["rule"]: [s["name"] for s in one["subjects"]] for one in report["findings"]}
    assert (rules["temporary_without_end"], rules["temporary_ended"]) == (["always"], ["over"])
    assert report["summary"]["administrators"] == []
    assert "Temporary rights: 3, 1 ended, 1 does not end" in made.output
    table = node.playbook("cloudhsm.iam.who_has_access")
    assert f"Temporary: later has group Keys until {FAR} (Key ceremony, once)" in table.output


def test_an_audit_fails_for_what_nobody_has_accepted_and_tells_what_has_changed(
    node: ControlNode, moto: str, reports: Path
) -> None:
    iam = iam_client(moto)
    fill(iam)
    day = (datetime.datetime.now(datetime.UTC) + datetime.timedelta(30)).date()
    ids = ["user/alice", "user/root-like"]
    risks = [
        {"finding": "administrator_without_mfa", "subjects": ids, "reason": "Devices ordered"},
        {"finding": "root_without_mfa", "subjects": ["root"], "reason": "An emulated account"},
    ]
    # Without quotes, as people write it: YAML makes a date of the day.
    (node.folder / "risks.yml").write_text(
        "".join(f"- {json.dumps(risk)[:-1]}, expires: {day}, accepted_by: me}}\n" for risk in risks)
    )
    options = {
        "access_report_accepted_risks_file": "risks.yml",
        "access_report_formats": ["json", "sarif"],
        "access_report_previous": str(reports),
        "access_report_fail_on": "critical",
    }
    play = ("cloudhsm.iam.access_report", "-e", json.dumps(options))
    first = node.playbook(*play)
    assert first.status == 0, first.output
    iam.create_user(UserName="eve")
    iam.add_user_to_group(GroupName="Administrators", UserName="eve")
    iam.create_login_profile(UserName="eve", Password="Not-a-secret-12345")
    second = node.playbook(*play)
    assert second.status != 0
    assert "has findings of severity critical or above: 1 critical" in second.output
    # It fails when everything has been written and shown.
    assert "Since the report of" in second.output
    report = json.loads((reports / "access-report-123456789012.json").read_text())
    assert ("administrator_without_mfa", "user/eve") in {
        (found["rule"], found["id"]) for found in report["difference"]["findings"]["new"]
    }
    assert [user["name"] for user in report["difference"]["users"]] == ["eve"]
    run = json.loads((reports / "access-report-123456789012.sarif").read_text())["runs"][0]
    suppressed = {one["properties"]["subject"] for one in run["results"] if one["suppressions"]}
    assert suppressed - {"root"} == set(ids)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("access_report_formats=pdf", "access_report_formats"),
        ('{"access_report_expected_users": [{"name": "a", "grups": []}]}', "expected_users[0] (a): grups"),
        ("access_report_folder=/proc/nowhere", "the report can't be written to /proc/nowhere"),
    ],
)
def test_what_is_wrong_is_told(node: ControlNode, wrong: str, message: str) -> None:
    run = node.playbook("cloudhsm.iam.access_report", "-e", wrong)
    assert run.status != 0
    assert message in run.output


def test_a_folder_for_reports_is_ones_own_and_in_the_working_directory(node: ControlNode) -> None:
    play = ("cloudhsm.iam.access_report", "-e", "access_report_folder=reports")
    made = node.playbook(*play)
    assert made.status == 0, made.output
    folder = node.folder / "reports"
    assert folder.stat().st_mode & 0o777 == 0o700
    (folder / "access-report-123456789012.md").unlink()
    os.mkfifo(folder / "access-report-123456789012.md")
    assert node.playbook(*play).status == 0
    assert (folder / "access-report-123456789012.md").is_file()
    folder.chmod(0o777)
    refused = node.playbook(*play, "--check")
    assert refused.status != 0
    assert f"the report can't be written to {folder}: other users can write to it" in refused.output


ONBOARDING: dict[str, t.Any] = {"user_provisioning_onboarding": "two_phase"}
BOOTSTRAPS: dict[str, dict[str, t.Any]] = {
    "MFA for all": {
        **ONBOARDING,
        "admin_group_require_mfa": True,
        "admin_group_require_mfa_policy_name": "AdminsNeedMFA",
        "cloudhsm_group_require_mfa": True,
        "cloudhsm_group_policy_name": "HSM",
        "cloudhsm_group_path": "/hsm/",
        "bootstrap_cloudhsm_administrators": "alice, bob",
    },
    "MFA in two phases": {
        **ONBOARDING,
        "cloudhsm_group_require_mfa": True,
        "user_provisioning_onboarding_group": "Newcomers",
        "bootstrap_users": [{"name": "carol", "groups": ["CloudHSMAdministrators"], "console_access": True}],
    },
    "other names, members and purges": {
        "bootstrap_administrator_name": "root-like",
        "bootstrap_admin_group_name": "Admins",
        "bootstrap_cloudhsm_group_name": "Keys",
        "bootstrap_cloudhsm_group_access": "read_only",
        "admin_group_aws_managed_policies": ["AdministratorAccess", "job-function/Billing"],
        "admin_group_members": ["boss"],
        "bootstrap_users": [{"name": "dave", "groups": ["Keys"], "tags": {"team": "a"}, "path": "/staff/"}],
        # These are about the users of provision_users.
        "user_provisioning_purge_users": True,
        "user_provisioning_purge_groups": True,
        "user_provisioning_purge_tags": True,
    },
}


# Of these, the one that ansible-playbook runs.
REAL = "other names, members and purges"


def with_others(iam: IAMClient) -> None:
    """Users and a group that were there before."""
    for name in ("boss", "root-like"):
        iam.create_user(UserName=name, Tags=[{"Key": "team", "Value": "b"}])
    iam.create_group(GroupName="Others")
    iam.add_user_to_group(GroupName="Others", UserName="root-like")


def test_after_a_bootstrap_nothing_differs_from_its_variables(node: ControlNode, moto: str, reports: Path) -> None:
    with_others(iam_client(moto))
    (node.folder / "variables.json").write_text(json.dumps(BOOTSTRAPS[REAL]))
    before = node.playbook("cloudhsm.iam.access_report", "-e", "@variables.json")
    assert before.status == 0, before.output
    assert drift_of(reports)
    made = node.playbook("cloudhsm.iam.bootstrap", "-e", "@variables.json")
    assert made.status == 0, made.output
    after = node.playbook("cloudhsm.iam.access_report", "-e", "@variables.json")
    assert after.status == 0, after.output
    assert drift_of(reports) == []
    assert "differences from your variables 0" in after.output


@pytest.mark.parametrize("name", sorted(BOOTSTRAPS.keys() - {REAL}))
def test_after_other_bootstraps_nothing_differs_either(
    node: ControlNode, aws: FaultProxy, reports: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In this process: what else is among the variables is all the same to Ansible."""
    monkeypatch.chdir(node.folder)
    environment = {"HOME": str(node.home), "PATH": os.environ["PATH"]}
    with_others(iam_client(aws.url))
    assert run_playbook("access_report", BOOTSTRAPS[name], aws.url, **environment) is None
    assert drift_of(reports)
    assert run_playbook("bootstrap", BOOTSTRAPS[name], aws.url, **environment) is None
    assert run_playbook("access_report", BOOTSTRAPS[name], aws.url, **environment) is None
    assert drift_of(reports) == []


def drift_of(reports: Path) -> list[t.Any]:
    (file,) = reports.glob("access-report-*.json")
    drift: list[t.Any] = json.loads(file.read_text())["drift"]
    return drift


@pytest.fixture
def large(tmp_path: Path) -> Iterator[str]:
    """URL of a server with 5,000 users in 40 groups, put there without calls."""
    people = [
        {"name": f"user{number:04}", "path": "/", "tags": {}, "groups": [f"team{number % 40}"]}
        for number in range(USERS)
    ]
    file = tmp_path / "people.json"
    file.write_text(json.dumps(people))
    port = moto_server.free_port()
    url = f"http://127.0.0.1:{port}"
    environment = {
        **moto_server.offline_environment(url),
        "MOTO_IAM_LOAD_MANAGED_POLICIES": "true",
        "PYTHONPATH": str(ROOT / "tools"),
    }
    command = [sys.executable, str(ROOT / "tests" / "benchmark" / "filled_moto.py"), str(port), str(file)]
    with subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + moto_server.START_TIMEOUT
        while not moto_server.answers(url) and time.monotonic() < deadline:
            time.sleep(0.1)
        iam = iam_client(url)
        iam.attach_group_policy(GroupName="team0", PolicyArn=FULL)
        iam.attach_group_policy(GroupName="team1", PolicyArn=ADMINISTRATOR)
        yield url
        # The server ends with its standard input.
        process.communicate()


def processor_time() -> float:
    """Seconds that all children that have ended took."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_5000_users_take_seconds_and_few_calls(large: str, tmp_path: Path) -> None:
    folder = tmp_path / "node"
    folder.mkdir()
    with FaultProxy(large) as proxy:
        node = ControlNode(folder, proxy.url)
        before = processor_time()
        run = node.playbook("cloudhsm.iam.access_report")
        took = processor_time() - before
        calls = len(proxy.calls)
    assert run.status == 0, run.output
    # The whole playbook, of which the server's own time is no part: a busy machine takes longer by the clock.
    assert took < SECONDS
    assert calls < CALLS
    report = json.loads((node.home / ".cloudhsm-iam/access-reports/access-report-123456789012.json").read_text())
    assert len(report["users"]) == USERS
    assert sum(user["cloudhsm"]["CreateHsm"] == "yes" for user in report["users"]) == USERS // 20
    assert {user["credentials"]["source"] for user in report["users"]} == {"credential_report"}
    assert os.path.getsize(node.home / ".cloudhsm-iam/access-reports/access-report-123456789012.html") < 5_000_000

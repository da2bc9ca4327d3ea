# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbooks break_glass and reseal_break_glass, as a command line starts them, and where no half may be."""

from __future__ import annotations

import json
import re
import subprocess
import typing as t
from pathlib import Path

import pytest
import yaml
from helpers.moto.clients import client_with
from helpers.moto.fault_proxy import FaultProxy, Faults
from helpers.processes import machine
from helpers.processes.control_node import ControlNode

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

ACCOUNT = "123456789012"
USER = "break-glass"
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
HALVES = ("first", "second")
FILES = [{"store": "file", "path": f"private/{half}/halves.yml"} for half in HALVES]
IN_AWS = [{"store": "secretsmanager"}, {"store": "ssm_parameter"}]


@pytest.fixture(autouse=True)
def _administrators(iam: IAMClient) -> None:
    iam.create_group(GroupName="Administrators")
    iam.attach_group_policy(GroupName="Administrators", PolicyArn=ADMINISTRATOR)


def variables(node: ControlNode, stores: list[dict[str, t.Any]]) -> tuple[str, str]:
    """The option that gives a file of variables, as the page about break-glass users has it."""
    given = {"break_glass_stores": stores, "account_guard_account_ids": ACCOUNT}
    (node.folder / "break_glass.yml").write_text(yaml.safe_dump(given))
    return "-e", "@break_glass.yml"


def set_passwords(aws: FaultProxy) -> list[str]:
    """The passwords that were really set, from the calls that set them."""
    calls = [call for call in aws.calls if call.action in ("CreateLoginProfile", "UpdateLoginProfile")]
    return [call.params["Password"] for call in calls if call.status == 200]


def halves_in_files(node: ControlNode) -> list[str]:
    found = [yaml.safe_load((node.folder / "private" / half / "halves.yml").read_text()) for half in HALVES]
    entries = [entry[ACCOUNT][USER] for entry in found]
    assert [entry["state"] for entry in entries] == ["set", "set"]
    return [entry[f"{half}_half"] for half, entry in zip(HALVES, entries, strict=True)]


def test_one_command_sets_up_and_one_seals_anew(node: ControlNode, aws: FaultProxy, iam: IAMClient) -> None:
    given = variables(node, FILES)
    checked = node.playbook("cloudhsm.iam.break_glass", "--check", "--diff", *given)
    assert checked.status == 0, checked.output
    assert aws.writes == []
    made = node.playbook("cloudhsm.iam.break_glass", "--diff", *given)
    assert made.status == 0, made.output
    line = re.search(
        r"\+ user break-glass: .*sealed, halves to [^ ]+/first/halves.yml and [^ ]+/second/halves.yml", made.output
    )
    assert line
    assert line[0] in checked.output
    assert "break-glass has no MFA device: register a hardware key for it" in made.output
    assert set_passwords(aws) == ["".join(halves_in_files(node))]

    aws.clear()
    again = node.playbook("cloudhsm.iam.break_glass", *given)
    assert again.changed_tasks == []
    assert aws.writes == []

    resealed = node.playbook("cloudhsm.iam.reseal_break_glass", *given)
    assert resealed.status == 0, resealed.output
    assert "~ user break-glass: sealed anew, halves to " in resealed.output
    assert set_passwords(aws) == ["".join(halves_in_files(node))]
    tags = {tag["Key"]: tag["Value"] for tag in iam.list_user_tags(UserName=USER)["Tags"]}
    assert tags["cloudhsm.iam/break-glass"].startswith("sealed ")


def test_two_vault_files_are_opened_by_two_people_together_alone(node: ControlNode, aws: FaultProxy) -> None:
    secrets = []
    for half in HALVES:
        (node.folder / f"secret-{half}").write_text(f"of-the-{half}-person")
        secrets += ["--vault-id", f"{half}@secret-{half}"]
    stores = [{"store": "vault_file", "path": f"{half}.yml", "vault_id": half} for half in HALVES]
    made = node.playbook("cloudhsm.iam.break_glass", *variables(node, stores), *secrets)
    assert made.status == 0, made.output
    (password,) = set_passwords(aws)
    parts = []
    for half, other in (HALVES, HALVES[::-1]):
        own = node.run("ansible-vault", "view", "--vault-id", f"{half}@secret-{half}", f"{half}.yml")
        parts.append(yaml.safe_load(own.output)[ACCOUNT][USER][f"{half}_half"])
        foreign = node.run("ansible-vault", "view", "--vault-id", f"{other}@secret-{other}", f"{half}.yml")
        assert foreign.status != 0
    assert "".join(parts) == password
    assert parts[1] not in (node.folder / "first.yml").read_text()
    same = node.playbook(
        *("cloudhsm.iam.reseal_break_glass", *variables(node, stores)),
        *("--vault-id", "first@secret-first", "--vault-id", "second@secret-first"),
    )
    assert "break_glass_stores[1].vault_id: has the same secret as first" in same.failure


@pytest.mark.parametrize("stores", [FILES, IN_AWS], ids=["files", "in AWS"])
def test_no_half_is_seen_anywhere_but_in_its_own_store(
    node: ControlNode, aws: FaultProxy, moto: str, stores: list[dict[str, t.Any]]
) -> None:
    project = node.folder / "runner" / "project"
    project.mkdir(parents=True)
    play = {"name": "Seal", "ansible.builtin.include_role": {"name": "cloudhsm.iam.break_glass"}}
    given = {
        "break_glass_stores": [
            {**each, **({"path": str(node.folder / each["path"])} if "path" in each else {})} for each in stores
        ]
    }
    node.write_playbook([{**play, "vars": {**given, "break_glass_reseal": True}}], "runner/project/play.yml")
    # While each call waits for its answer, everybody on the machine can look at the processes.
    aws.faults = Faults(latency=0.1)
    watched: list[str] = []
    command = node.command(
        "ansible-runner", "run", str(node.folder / "runner"), "-p", "play.yml", "--cmdline", "-e seen=no -vvv --diff"
    )
    more = {
        "ANSIBLE_LOG_PATH": str(node.folder / "log"),
        "ANSIBLE_CACHE_PLUGIN": "jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(node.folder / "facts"),
    }
    with (node.folder / "output").open("w") as output:
        process = subprocess.Popen(
            command, cwd=node.folder, env={**node.environment, **more}, stdout=output, stderr=subprocess.STDOUT
        )
        while process.poll() is None:
            watched += [text for _number, text in machine.seen("cmdline", "environ")]
    assert process.returncode == 0, (node.folder / "output").read_text()
    (password,) = set_passwords(aws)
    if stores is FILES:
        parts = halves_in_files(node)
    else:
        name = f"/cloudhsm-iam/break-glass/{{}}/{ACCOUNT}/{USER}".format
        secret = client_with(moto, "secretsmanager").get_secret_value(SecretId=name("first"))["SecretString"]
        parameter = client_with(moto, "ssm").get_parameter(Name=name("second"), WithDecryption=True)["Parameter"]
        parts = [secret, parameter["Value"]]
    assert "".join(parts) == password
    assert any(node.environment[machine.MARK] in line for line in watched), "no process of the run was seen"
    for part in parts:
        assert part not in "".join(watched)
    holders = {
        part: [
            path.relative_to(node.folder)
            for path in node.folder.rglob("*")
            if path.is_file() and part.encode() in path.read_bytes()
        ]
        for part in parts
    }
    own = [[Path(f"private/{half}/halves.yml")] if stores is FILES else [] for half in HALVES]
    assert list(holders.values()) == own
    # What the stores of AWS got: each its own half, and nobody the other.
    for call in aws.calls:
        if call.action not in ("CreateLoginProfile", "UpdateLoginProfile"):
            assert sum(part in json.dumps(dict(call.params)) for part in parts) <= 1, call.action


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_sealing_that_is_killed_is_finished_by_the_next_run(
    node: ControlNode, aws: FaultProxy, iam: IAMClient, moment: t.Literal["before", "after"], number: int
) -> None:
    given = variables(node, FILES)
    assert node.playbook("cloudhsm.iam.break_glass", *given).status == 0
    before = halves_in_files(node)
    aws.clear()
    aws.faults = Faults(kill=(number, moment), on_kill=node.kill)
    assert node.playbook("cloudhsm.iam.reseal_break_glass", *given).status < 0
    kept = [(node.folder / "private" / half / "halves.yml").read_text() for half in HALVES]
    now = (set_passwords(aws) or ["".join(before)])[-1]
    if not (number == 2 and moment == "after"):
        # The proxy notes no status of a call after which the run was killed.
        assert any(now.startswith(part) for part in re.findall(r"first_half: '?([^\s']+)", kept[0]))
        assert any(now.endswith(part) for part in re.findall(r"second_half: '?([^\s']+)", kept[1]))
    aws.clear()
    aws.faults = Faults()
    assert node.playbook("cloudhsm.iam.break_glass", *given).status == 0
    if aws.writes:
        assert set_passwords(aws) == ["".join(halves_in_files(node))]
    else:
        # The run had not begun to seal, or had ended.
        assert (number, moment) in ((1, "before"), (3, "after"))
    tags = {tag["Key"]: tag["Value"] for tag in iam.list_user_tags(UserName=USER)["Tags"]}
    assert tags["cloudhsm.iam/break-glass"].startswith("sealed ")


def test_nothing_takes_a_break_glass_user_away(node: ControlNode, aws: FaultProxy) -> None:
    assert node.playbook("cloudhsm.iam.break_glass", *variables(node, FILES)).status == 0
    aws.clear()
    purge = {"user_provisioning_users": [{"name": "ann"}], "user_provisioning_purge_users": True}
    purged = node.playbook("cloudhsm.iam.provision_users", "-e", json.dumps(purge))
    assert purged.status == 0, purged.output
    assert [call.params["UserName"] for call in aws.writes if "UserName" in call.params] == ["ann"]
    aws.clear()
    for playbook in ("suspend_users", "offboard_users"):
        refused = node.playbook(f"cloudhsm.iam.{playbook}", "-e", f"user_offboarding_users={USER}")
        assert "protected" in refused.failure, refused.output
    assert aws.writes == []


def test_the_report_knows_who_can_do_what_with_the_password(node: ControlNode) -> None:
    assert node.playbook("cloudhsm.iam.break_glass", *variables(node, FILES)).status == 0
    options = ("-e", "access_report_folder=reports", "-e", '{"access_report_formats": ["json"]}')
    made = node.playbook("cloudhsm.iam.access_report", *options)
    assert made.status == 0, made.output
    report = json.loads((node.folder / "reports" / f"access-report-{ACCOUNT}.json").read_text())
    (user,) = [user for user in report["users"] if user["name"] == USER]
    # The two people sign in and can do everything, and nothing has to be changed first.
    assert user["administrator"] == "yes"
    found = {finding["rule"]: [one["detail"] for one in finding["subjects"]] for finding in report["findings"]}
    assert "stuck_at_first_sign_in" not in found
    assert "break_glass_used" not in found
    assert found["break_glass_not_ready"] == ["has no MFA device"]

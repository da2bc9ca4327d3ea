# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Paths and passwords as people give them: what went wrong once, and all paths of all roles."""

from __future__ import annotations

import base64
import json
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.cloudhsm.iam.plugins.plugin_utils import _paths
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report.root_users import audit_text
from helpers.accounts.organization import Member, make_organization
from helpers.accounts.root_users import switch_on
from helpers.documents.case_files import case_bytes, case_file
from helpers.documents.saml import METADATA
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import ControlNode, Run

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

ACCOUNT = "123456789012"
COLLECTION = Path(_paths.__file__).resolve().parents[2]
ALICE = [{"name": "alice", "console_access": True}]


def set_passwords(aws: FaultProxy) -> dict[str, str]:
    made = [call.params for call in aws.calls if call.action == "CreateLoginProfile" and call.status == 200]
    return {profile["UserName"]: profile["Password"] for profile in made}


def stored(path: Path) -> dict[str, t.Any]:
    found: dict[str, t.Any] = yaml.safe_load(path.read_text())[ACCOUNT]
    return found


# Paths


def _paths_of_roles() -> list[str]:
    specs = [yaml.safe_load(path.read_text()) for path in COLLECTION.glob("roles/*/meta/argument_specs.yml")]
    entries = [entry["options"] for spec in specs for entry in spec["argument_specs"].values()]
    return sorted(name for options in entries for name, option in options.items() if option.get("type") == "path")


IN_FILE = {"user_credentials_store": "file"}
# By variable: the playbook, its other variables, and what is there afterwards. A new path has to come here too.
PATHS: dict[str, tuple[str, dict[str, t.Any], str | None]] = {
    "access_report_folder": ("access_report", {"access_report_formats": ["json"]}, f"access-report-{ACCOUNT}.json"),
    "access_report_accepted_risks_file": ("access_report", {"access_report_folder": "reports"}, None),
    "access_report_previous": ("access_report", {"access_report_folder": "reports"}, None),
    "access_report_root_users": ("access_report", {"access_report_folder": "reports"}, None),
    "account_export_folder": ("export_account", {}, f"account-{ACCOUNT}.yml"),
    "bootstrap_credentials_path": ("bootstrap", {}, ""),
    "federated_access_saml_metadata_file": (
        "federated_access",
        {"federated_access_provider_name": "Ours", "federated_access_role_name": "Admins"},
        None,
    ),
    "root_access_result_file": ("lock_root_users", {}, ""),
    "user_credentials_store_path": ("rotate_access_key", {"user": "leaver", "create_first": True, **IN_FILE}, ""),
    "user_offboarding_credentials_path": (
        "offboard_users",
        {"user_offboarding_credentials_store": "file", "user_offboarding_users": ["leaver"]},
        "",
    ),
    "user_provisioning_credentials_path": (
        "provision_users",
        {"user_provisioning_credentials_store": "file", "user_provisioning_users": ALICE},
        "",
    ),
}


AUDIT: dict[str, t.Any] = {"organization_id": "o-exampleorgid", "management_account": ACCOUNT}
AUDIT |= {name: [] for name in ("features", "accounts", "skipped_accounts", "failed_accounts")}
# Files that are there before; None is a folder.
CONTENTS = {
    "access_report_accepted_risks_file": "[]",
    "access_report_previous": None,
    "access_report_root_users": audit_text(AUDIT, "2026-11-27 12:00:00 UTC"),
    "federated_access_saml_metadata_file": METADATA,
}


def in_collection() -> set[Path]:
    folders = [COLLECTION / name for name in ("playbooks", "plugins", "roles")]
    found = {path for folder in folders for path in folder.rglob("*") if "__pycache__" not in path.parts}
    return found | set(COLLECTION.glob("*"))


@pytest.mark.parametrize("variable", _paths_of_roles())
def test_relative_paths_begin_in_the_working_directory(
    node: ControlNode, moto: str, iam: IAMClient, variable: str
) -> None:
    playbook, others, result = PATHS[variable]
    if playbook == "lock_root_users":
        make_organization(moto, [Member("shop")])
        switch_on(moto)
    iam.create_user(UserName="leaver")
    place = node.folder / "ours" / "given"
    if result is None:
        place.parent.mkdir()
        content = CONTENTS[variable]
        place.mkdir() if content is None else place.write_text(content)
    if variable == "user_offboarding_credentials_path":
        place.parent.mkdir(mode=0o700)
        place.write_text(yaml.safe_dump({ACCOUNT: {"leaver": {"password": "x", "state": "set"}}}))
    before = in_collection()
    run = node.playbook(f"cloudhsm.iam.{playbook}", "-e", json.dumps({variable: "ours/given", **others}))
    assert run.status == 0, run.output
    assert in_collection() == before
    if playbook == "access_report" and result is None:
        # What is not found is refused.
        assert (node.folder / "reports").is_dir()
    elif result is None:
        assert iam.list_saml_providers()["SAMLProviderList"]
    elif variable == "user_offboarding_credentials_path":
        assert "leaver" not in stored(place)
    else:
        assert (place / result if result else place).is_file()


def test_the_recommended_file_of_variables_keeps_passwords_beside_itself(node: ControlNode, aws: FaultProxy) -> None:
    given = case_file("relative-path-lands-in-collection", "account.yml", node.folder)
    before = in_collection()
    secret = str(node.vault_password_file())
    run = node.playbook("cloudhsm.iam.bootstrap", "-e", f"@{given}", "--vault-password-file", secret)
    assert run.status == 0, run.output
    assert in_collection() == before
    assert (node.folder / "first-passwords.yml").read_text().startswith("$ANSIBLE_VAULT;")


def test_a_store_that_can_not_be_made_is_refused_before_anything_is_changed(node: ControlNode, aws: FaultProxy) -> None:
    # The command of the case errors-that-escape, and the same without it being only looked at.
    assert case_bytes("errors-that-escape", "config")
    place = "/sys/cred/credentials.yml"
    variables = {
        "user_provisioning_users": ALICE,
        "user_provisioning_credentials_store": "file",
        "user_provisioning_credentials_path": place,
    }
    for playbook, said, options in (
        ("provision_users", "user_provisioning_", ["-e", json.dumps(variables)]),
        ("provision_users", "user_provisioning_", ["-e", json.dumps(variables), "--check"]),
        ("bootstrap", "bootstrap_", ["-e", f"bootstrap_credentials_path={place}", "--check"]),
    ):
        run = node.playbook(f"cloudhsm.iam.{playbook}", *options)
        assert run.status != 0, run.output
        assert f"Nothing was changed. {said}credentials_path: " in run.failure
        assert "/sys" in run.failure
        assert "Traceback" not in run.output
        assert aws.writes == []


@pytest.mark.parametrize("home", [None, "", "/"])
def test_without_a_home_nothing_goes_to_the_root_folder(node: ControlNode, aws: FaultProxy, home: str | None) -> None:
    node.environment["ANSIBLE_HOME"] = str(node.folder / "ansible")
    if home is None:
        del node.environment["HOME"]
    else:
        node.environment["HOME"] = home
    run = node.playbook("cloudhsm.iam.bootstrap", "--check")
    assert aws.writes == []
    # An unset HOME is made up for by the system's own list of users.
    assert " /.cloudhsm-iam" not in run.output
    if home is not None:
        assert run.status != 0
        assert "credentials_path: ~/.cloudhsm-iam/credentials.yml is in the home folder" in run.failure


# Passwords


def test_a_password_that_ends_in_a_line_break_is_refused(node: ControlNode, aws: FaultProxy) -> None:
    play = case_file("password-with-newline", "play.yml", node.folder)
    secret = ("--vault-password-file", str(node.vault_password_file()))
    encrypted = node.run("ansible-vault", "encrypt_string", *secret, "Welcome-2026!\n", "--name", "first_pw")
    (node.folder / "vars.yml").write_text(encrypted.output.partition("Encryption")[0])
    run = node.playbook(play, *secret)
    assert run.failure == (
        "Nothing was changed. users[0] (alice): password: ends in a line break, which nobody can type; echo adds one, "
        "printf '%s' or echo -n does not"
    )
    assert "Welcome" not in run.output
    assert aws.calls == []


def test_names_that_equal_or_hold_a_password_stay_as_they_are(node: ControlNode, aws: FaultProxy) -> None:
    (play,) = yaml.safe_load(case_bytes("no-log-mangles-names", "play.yml"))
    (task,) = play["tasks"]
    ((module, options),) = task.items()
    _run, result = node.task(module, options, "--diff")
    assert [user["name"] for user in result["users"]] == ["Trainee-01", "Trainee-01b"], result
    assert result["credentials"]["users"] == ["Trainee-01b"]
    passwords = set_passwords(aws)
    assert passwords["Trainee-01"] == "Trainee-01"
    assert stored(node.folder / "x" / "credentials.yml") == {
        "Trainee-01b": {"password": passwords["Trainee-01b"], "state": "set"}
    }


def test_names_that_yaml_reads_as_numbers_get_their_password(node: ControlNode, aws: FaultProxy) -> None:
    run = node.playbook(case_file("numeric-user-names", "stored.yml", node.folder))
    if run.status != 0:
        # Refused as a number, and nobody made.
        assert "users[0]" in run.failure
        assert aws.writes == []
        return
    passwords = set_passwords(aws)
    assert stored(node.folder / "x" / "credentials.yml") == {
        name: {"password": passwords[name], "state": "set"} for name in ("4711", "alice")
    }


SYSLOG = """
import os, syslog
def note(*args):
    with open({path!r}, "a", encoding="utf-8", errors="backslashreplace") as stream:
        stream.write(repr(args) + "\\n" + " ".join(map(str, args)) + "\\n")
syslog.syslog = note
"""
LEFT, RIGHT = "LeftPart-1", "RightPart-2"
STRANGE = f"{LEFT}\\\"'\u00a0\u00ad\\n{RIGHT}"


def logged(node: ControlNode, environment: dict[str, str]) -> tuple[Run, str]:
    """Run with a system log of its own, and give what was written to it."""
    log = node.folder / "syslog"
    (node.folder / "site").mkdir()
    (node.folder / "site" / "sitecustomize.py").write_text(SYSLOG.format(path=str(log)))
    node.environment["PYTHONPATH"] = str(node.folder / "site")
    secret = ("--vault-password-file", str(node.vault_password_file()))
    encrypted = node.run("ansible-vault", "encrypt_string", *secret, STRANGE, "--name", "from_vault")
    (node.folder / "secrets.yml").write_text(encrypted.output.partition("Encryption")[0])
    users = [*ALICE, {"name": "bob", "console_access": True, "password": "{{ from_vault }}"}]
    options = {"users": users, "credentials_store": "file", "credentials_path": "private/p.yml"}
    task = {"name": "The task", "cloudhsm.iam.iam_users": options, "environment": environment}
    run = node.playbook(node.write_playbook([task]), "-e", "@secrets.yml", "-vvv", *secret)
    # What runs in the worker is not logged at all.
    return run, log.read_text() if log.exists() else ""


@pytest.mark.parametrize("environment", [{}, {"OF_ITS_OWN": "a process"}], ids=["worker", "process"])
def test_no_password_is_in_the_system_log(node: ControlNode, aws: FaultProxy, environment: dict[str, str]) -> None:
    run, log = logged(node, environment)
    assert run.status == 0, run.output
    passwords = set_passwords(aws)
    assert passwords["bob"] == STRANGE
    assert ("'name': 'bob'" in log) == bool(environment)
    assert ("first_passwords=NOT_LOGGING_PARAMETER" in log) == bool(environment)
    for text in (log, run.output):
        for part in (LEFT, RIGHT, passwords["alice"], base64.b64encode(json.dumps(passwords).encode()).decode()):
            assert part not in text


def test_credentials_of_another_account_are_not_fetched_in_the_background(node: ControlNode, aws: FaultProxy) -> None:
    options = {"role_arn": f"arn:aws:iam::{ACCOUNT}:role/Admin"}
    task = {"name": "The task", "cloudhsm.iam.sts_session": options, "async": 60, "poll": 0}
    run = node.playbook(node.write_playbook([task]))
    assert run.status != 0
    assert "async" in run.failure
    assert aws.calls == []
    assert not (node.home / ".ansible_async").exists()

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An export is what the account has: runs with it change nothing, and an export of the result is the same file.

The file is read as Ansible reads it, and every value in it is templated as Ansible would.
"""

from __future__ import annotations

import json
import shlex
import stat
import typing as t
from pathlib import Path

import boto3.session
import pytest
from ansible.errors import AnsibleActionFail
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report import credentials
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import MANAGED, OWNED
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import Wish, build_policy
from helpers.accounts import everything
from helpers.accounts.everything import ACCOUNT
from helpers.accounts.lived_in import LivedIn, accounts
from helpers.modules.in_process import Result, actions, run_action
from helpers.moto.in_process import Account, account
from hypothesis import HealthCheck, Phase, given, seed, settings

# 300 examples in all, in parts that can run side by side.
PARTS = 4
EXAMPLES = 75
# What the roles do with the variables, by the names of their actions.
RUNS: dict[str, dict[str, t.Any]] = {
    "iam_group_provisioning": {},
    "iam_user_provisioning": {},
    "iam_service_linked_role": {"variables_prefix": "service_linked_role_", "service_name": "cloudhsm.amazonaws.com"},
    "iam_account_password_policy": {"variables_prefix": "account_password_policy_"},
    "iam_saml_access": {"variables_prefix": "federated_access_"},
}


def export(folder: Path, **options: t.Any) -> Result:
    return run_action("iam_account_export", {"folder": str(folder), **options}, {})


def variables_of(folder: Path) -> dict[str, t.Any]:
    """The variables as a play has them that is given the file with -e."""
    loader = DataLoader()
    loaded = loader.load_from_file(str(folder / f"account-{ACCOUNT}.yml"), cache="none", trusted_as_template=True)
    templated: dict[str, t.Any] = Templar(loader=loader, variables={}).template(loaded)
    return templated


def changes_nothing(aws: Account, variables: dict[str, t.Any]) -> None:
    """Runs of all roles with the variables change nothing, and make no call that could."""
    aws.calls.clear()
    for name, options in RUNS.items():
        prefix = options.get("variables_prefix")
        if prefix and not any(variable.startswith(prefix) for variable in variables):
            continue
        done = run_action(name, options, variables)
        assert not done.get("failed"), (name, done["msg"])
        assert not done["changed"], (name, done.get("lines", done))
    assert aws.writes == []


def holds(lived_in: LivedIn, folder: Path, part: int) -> None:
    # Most accounts count as large ones, whose users are not asked for all that they have: that takes longest.
    options = {"live_limit": 0 if part else 100}
    with account() as aws, actions(), pytest.MonkeyPatch.context() as patch:
        # moto's credential report is there as soon as it is asked for again.
        patch.setattr(credentials, "PAUSE", 0.01)
        lived_in.make()
        aws.calls.clear()
        first = export(folder, **options)
        assert not first.get("failed"), first
        assert set(aws.writes) <= {"GenerateCredentialReport"}
        assert first["not_read"] == []
        changes_nothing(aws, variables_of(folder))
        if part == 0:
            second = export(folder, **options)
            assert not second["changed"], second["diff"]


ALICE = LivedIn(
    users=[
        {
            "name": "alice",
            "path": "/hsm/",
            "tags": {"team": "0123"},
            "groups": [],
            "policies": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
            "boundary": None,
            "inline": True,
            "console": True,
            "reset": False,
            "key": True,
        }
    ],
    password_policy={"MinimumPasswordLength": 14},
    service_linked_role="Made by hand",
)


def test_what_may_not_be_read_is_missing_and_said_to_be(tmp_path: Path) -> None:
    with account() as aws, actions():
        ALICE.make()
        whole = export(tmp_path / "whole")
        assert variables_of(tmp_path / "whole")["user_provisioning_users"] == [
            {
                "name": "alice",
                "path": "/hsm/",
                "tags": {"team": "0123"},
                "managed_policies": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
                "console_access": True,
            }
        ]
        assert whole["not_exported"] == {"access keys": 1, "inline policy": 1}
        aws.denied = {"GetLoginProfile", "GetAccountPasswordPolicy", "ListRoles"}
        partial = export(tmp_path / "partial")
        # What a user has is read at once, and without one of the calls nothing of it is known.
        assert [sorted(action for action in aws.denied if action in text) for text in partial["not_read"]] == [
            ["ListRoles"],
            ["GetAccountPasswordPolicy"],
            ["GetLoginProfile"],
            ["GetLoginProfile"],
        ]
        assert partial["lines"][1].startswith("This export is partial. ")
        text = (tmp_path / "partial" / f"account-{ACCOUNT}.yml").read_text()
        assert text.count("# Partial: ") == 4
        read = variables_of(tmp_path / "partial")
        assert read.keys() == {"group_provisioning_groups", "user_provisioning_users"}
        assert "console_access" not in read["user_provisioning_users"][0]
        aws.denied = set()
        changes_nothing(aws, read)
        aws.denied = {"GetAccountAuthorizationDetails"}
        failed = export(tmp_path / "partial")
        assert "GetAccountAuthorizationDetails" in failed["msg"]
        assert (tmp_path / "partial" / f"account-{ACCOUNT}.yml").read_text() == text


def saml_role(name: str, **other: t.Any) -> dict[str, t.Any]:
    return {
        "name": name,
        "provider": "Okta",
        "required": {"MFA": "true"},
        "session_tags": ["team"],
        "audiences": [],
        "more": {},
        "path": "/hsm/",
        "session": 7200,
        "boundary": None,
        "tags": {"team": "0123", MANAGED: OWNED},
        "policies": ["arn:aws:iam::aws:policy/AdministratorAccess"],
        **other,
    }


def test_the_only_saml_role_is_exported(tmp_path: Path) -> None:
    document, _problems = build_policy(Wish("read_only", "hardened", regions=["us-east-1"]))
    policy = {"PolicyName": "Auditors", "PolicyDocument": json.dumps(document), "Path": "/"}
    attached = [f"arn:aws:iam::{ACCOUNT}:policy/Auditors", "arn:aws:iam::aws:policy/AWSDenyAll"]
    lived_in = LivedIn(policies=[policy], saml_roles=[saml_role("Auditors", policies=attached, tags={})])
    with account() as aws, actions():
        lived_in.make()
        done = export(tmp_path)
        variables = variables_of(tmp_path)
        assert {name: value for name, value in variables.items() if name.startswith("federated_access_")} == {
            "federated_access_role_name": "Auditors",
            "federated_access_provider_arn": f"arn:aws:iam::{ACCOUNT}:saml-provider/Okta",
            "federated_access_require_mfa": True,
            "federated_access_mfa_tag_key": "MFA",
            "federated_access_mfa_tag_value": "true",
            "federated_access_session_tags": ["team"],
            "federated_access_access": "read_only",
            "federated_access_policy_options": {"profile": "hardened", "regions": ["us-east-1"]},
            "federated_access_adopt_policy": True,
            "federated_access_path": "/hsm/",
            "federated_access_max_session_duration": 7200,
            "federated_access_adopt_role": True,
        }
        assert done["not_exported"] == {"SAML provider": 1, "policy of a role": 1}
        changes_nothing(aws, variables)


def test_of_several_saml_roles_each_is_listed_with_its_variables(tmp_path: Path) -> None:
    unknown = saml_role("Other", more={"SAML:iss": "https://idp.example.com"})
    of_aws = saml_role("AWSReservedSSO_Admin_0123456789abcdef", path="/aws-reserved/sso.amazonaws.com/")
    roles = [saml_role("One"), saml_role("Two", required={}), saml_role("Three", path="/{{x}}/"), unknown, of_aws]
    with account() as aws, actions():
        LivedIn(saml_roles=roles).make()
        done = export(tmp_path)
        assert done["not_exported"] == {"SAML provider": 1, "SAML role": 4}
        assert not any(name.startswith("federated_access_") for name in variables_of(tmp_path))
        left = DataLoader().load_from_file(str(tmp_path / f"account-{ACCOUNT}-not-exported.yml"), cache="none")
        left = left["account_export_not_exported"]
        listed = {each["name"]: each["what_to_do"] for each in left if each["kind"] == "SAML role"}
        assert set(listed) == {"One", "Two", "Other", "Three"}
        assert "for a template" in listed["Three"]
        assert "would create another role" in listed["Other"]
        for name in ("One", "Two"):
            _program, given = shlex.split(listed[name].partition("run ")[2].replace(" with -e", ""))
            changes_nothing(aws, json.loads(given))


def test_a_part_of_the_account_is_exported(tmp_path: Path) -> None:
    with account(), actions():
        everything.prepare(boto3.session.Session().client("iam"))
        some = export(tmp_path, groups="Old", tags={"team": "*"})
        assert some["counts"] == {"users": 6, "exported_users": 2, "groups": 3, "exported_groups": 2}
        by_name = {"names": ["*er"], "paths": ["/"]}
        assert export(tmp_path, **by_name)["counts"]["exported_users"] == 5
        wrong = export(tmp_path, names=["lost", "leav*"], groups=["Odl"])
        assert wrong["problems"] == [
            "names: the account has no user 'lost'; did you mean 'loser'?",
            "groups: the account has no group 'Odl'; did you mean 'Old'?",
        ]
        wrong = export(tmp_path, paths=["hsm"], tags={"a\n": "b"}, live_limit=-1)
        assert [problem.partition(":")[0] for problem in wrong["problems"]] == ["paths", "tags.a\n", "live_limit"]


def test_an_export_overwrites_only_what_an_export_wrote(tmp_path: Path) -> None:
    file = tmp_path / "exports" / f"account-{ACCOUNT}.yml"
    with account(), actions():
        planned = run_action("iam_account_export", {"folder": str(file.parent)}, {}, check_mode=True)
        assert (planned["changed"], file.parent.exists()) == (True, False)
        empty = export(file.parent)
        assert (empty["changed"], empty["counts"]["users"]) == (True, 0)
        assert planned["diff"] == empty["diff"]
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert not export(file.parent)["changed"]
        ALICE.make()
        assert [step["before"] != step["after"] for step in export(file.parent)["diff"]] == [True, True]
        with file.open("a") as text:
            text.write("user_provisioning_purge_groups: true\n")
        for problem in ("was edited after it was written", "was not written by an export"):
            before = file.read_text()
            with pytest.raises(AnsibleActionFail, match=problem):
                export(file.parent)
            assert file.read_text() == before
            file.write_text("mine: true\n")
        file.unlink()
        file.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(AnsibleActionFail, match="is a symlink; remove it"):
            export(file.parent)
        file.parent.chmod(0o777)
        assert "other users can write to it" in export(file.parent)["msg"]


@pytest.mark.parametrize("part", range(PARTS))
def test_a_run_with_an_export_changes_nothing(part: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    @seed(part)
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(accounts())
    def check(lived_in: LivedIn) -> None:
        holds(lived_in, tmp_path_factory.mktemp("exports"), part)

    check()

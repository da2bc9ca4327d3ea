# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials of GovCloud and of China go to no endpoint of another partition, also where no region is set."""

from __future__ import annotations

import typing as t
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from ansible.plugins.action import ActionBase
from ansible_collections.cloudhsm.iam.plugins.action import guarded_module
from ansible_collections.cloudhsm.iam.plugins.inventory import organization_accounts
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.region import GLOBAL, default_region
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Task
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._local_action import PluginConnection

DOMAINS: dict[str, tuple[str, ...]] = {
    "aws-cn": (".amazonaws.com.cn",),
    "aws-us-gov": (".us-gov-west-1.amazonaws.com", ".us-gov-east-1.amazonaws.com", ".us-gov.amazonaws.com"),
}
STARTS = {"aws-cn": "cn-", "aws-us-gov": "us-gov-"}
REGIONS = {"aws": "eu-central-1", "aws-cn": "cn-northwest-1", "aws-us-gov": "us-gov-west-1"}
KEYS = "aws_access_key_id = A\naws_secret_access_key = B\n"
# What tells the partition, in which PART stands for it and REGION for a region of it.
PROFILES = {
    "region": f"{KEYS}region = REGION",
    "role": "role_arn = arn:PART:iam::123456789012:role/Admin\nsource_profile = keys",
    "role of a source": "role_arn = x\nsource_profile = second\n[profile second]\n"
    "role_arn = arn:PART:iam::123456789012:role/Admin\nsource_profile = keys",
    "region of a source": f"role_arn = x\nsource_profile = second\n[profile second]\n{KEYS}region = REGION",
    "device": f"{KEYS}mfa_serial = arn:PART:iam::123456789012:mfa/me",
    "single sign-on": "sso_start_url = https://example.com\nsso_region = REGION\nsso_account_id = 123456789012\n"
    "sso_role_name = Admin",
    "session of single sign-on": "sso_session = ours\nsso_account_id = 123456789012\nsso_role_name = Admin\n"
    "[sso-session ours]\nsso_start_url = https://example.com\nsso_region = REGION",
    "circle": "region = REGION\nsource_profile = tried",
}


@pytest.fixture(autouse=True)
def _bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ROLE_ARN", "AWS_ENDPOINT_URL", "AWS_URL"):
        monkeypatch.delenv(name, raising=False)
    write_profile(tmp_path, monkeypatch, "", "aws")


def write_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, profile: str, partition: str) -> None:
    text = profile.replace("PART", partition).replace("REGION", REGIONS[partition])
    (tmp_path / "config").write_text(f"[profile keys]\n{KEYS}[profile tried]\n{text}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))


def hosts(options: dict[str, t.Any]) -> list[str]:
    """Where the clients of a task and of the inventory go."""
    ours = Task(options, PluginConnection(options), print)
    inventory = organization_accounts.InventoryModule()
    inventory.get_options = lambda: options
    clients = [ours._client("iam"), ours._client("sts"), inventory.client("organizations")]
    return [str(urlsplit(client.meta.endpoint_url).hostname) for client in clients]


@pytest.fixture
def _no_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is asked for any: that would be a call."""
    monkeypatch.setattr("ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task.check_credentials", print)
    monkeypatch.setattr(
        "ansible_collections.cloudhsm.iam.plugins.inventory.organization_accounts.check_credentials", print
    )


@pytest.mark.usefixtures("_no_credentials")
@pytest.mark.parametrize("partition", ["aws-cn", "aws-us-gov"])
def test_clients_go_to_the_partition_of_the_profile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, partition: str
) -> None:
    write_profile(tmp_path, monkeypatch, PROFILES["role"], partition)
    assert [host for host in hosts({"profile": "tried"}) if not host.endswith(DOMAINS[partition])] == []


@pytest.mark.parametrize("partition", ["aws-cn", "aws-us-gov"])
@pytest.mark.parametrize("kind", PROFILES)
def test_a_profile_tells_its_partition(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, partition: str
) -> None:
    write_profile(tmp_path, monkeypatch, PROFILES[kind], partition)
    assert default_region({"profile": "tried"}).startswith(STARTS[partition])
    monkeypatch.setenv("AWS_PROFILE", "tried")
    assert default_region({}).startswith(STARTS[partition])


@pytest.mark.parametrize("partition", ["aws-cn", "aws-us-gov"])
def test_the_arn_of_a_role_tells_its_partition(monkeypatch: pytest.MonkeyPatch, partition: str) -> None:
    arn = f"arn:{partition}:iam::123456789012:role/Admin"
    for option in ("role_arn", "assume_role_arn"):
        assert default_region({option: arn, "access_key": "A", "secret_key": "B"}).startswith(STARTS[partition])
    monkeypatch.setenv("AWS_ROLE_ARN", arn)
    assert default_region({}).startswith(STARTS[partition])


@pytest.mark.parametrize("kind", PROFILES)
def test_the_partition_aws_has_no_region_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    write_profile(tmp_path, monkeypatch, PROFILES[kind], "aws")
    assert default_region({"profile": "tried"}) == GLOBAL
    assert default_region({"role_arn": "arn:aws:iam::123456789012:role/Admin"}) == GLOBAL
    assert default_region({}) == GLOBAL


@pytest.mark.parametrize("value", ["", "no ARN", "arn:", "arn::", "arn:aws-moon:iam::123456789012:role/x", "mars-1"])
def test_what_tells_nothing_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    write_profile(tmp_path, monkeypatch, f"sso_region = {value}\nrole_arn = {value}", "aws")
    assert default_region({"profile": "tried", "role_arn": value}) == GLOBAL


def test_keys_are_not_those_of_the_default_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "config").write_text("[default]\nsso_region = cn-north-1\n")
    assert default_region({}) == "cn-north-1"
    assert default_region({"access_key": "A", "secret_key": "B"}) == GLOBAL


def test_a_sign_in_by_aws_login_tells_its_partition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Making a client would need one more package."""
    write_profile(tmp_path, monkeypatch, "login_session = arn:PART:sts::123456789012:assumed-role/Admin/me", "aws-cn")
    assert default_region({"profile": "tried"}).startswith("cn-")


@pytest.mark.parametrize(
    ("options", "start"),
    [
        ({"profile": "tried"}, "us-gov-"),
        ({"profile": "tried", "region": "x-1"}, "x-1"),
        ({}, None),
        ({"profile": "nobody"}, None),
    ],
)
def test_modules_of_amazon_aws_are_told_the_region(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, t.Any], start: str | None
) -> None:
    write_profile(tmp_path, monkeypatch, PROFILES["role"], "aws-us-gov")
    monkeypatch.setattr(ActionBase, "run", lambda *_args: {})
    handed: list[dict[str, t.Any]] = []

    def execute(_action: object, *, module_args: dict[str, t.Any], **_how: object) -> dict[str, t.Any]:
        handed.append(module_args)
        return {}

    monkeypatch.setattr(ActionBase, "_execute_module", execute)
    args = {"name": "amazon.aws.iam_group", "options": {"name": "Readers"}, **options}
    task = SimpleNamespace(args=args, check_mode=False, diff=False, environment=[], async_val=0)
    connection = SimpleNamespace(transport="local", become=None)
    guarded_module.ActionModule(task, connection, None, None, SimpleNamespace(template=str), None).run(None, {})
    (given,) = handed
    assert given["name"] == "Readers"
    assert str(given.get("region", "")).startswith(start) if start else "region" not in given

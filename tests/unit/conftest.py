# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the unit tests share: clients with scripted answers, modules run in-process, and no way to the network."""

from __future__ import annotations

import datetime
import json
import os
import socket
import sys
import typing as t
from collections.abc import Callable, Iterator
from pathlib import Path

import boto3
import pytest
import yaml
from ansible.module_utils.common import warnings as ansible_warnings
from ansible.module_utils.testing import patch_module_args
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.module import run_module as run_module_process
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import Module, Task
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._local_action import Running, run_here
from botocore.stub import Stubber
from helpers.modules.scripted import CLOUDHSM, Answer, AwsRole, RunModule, RunTask, Stubbed
from helpers.processes.own_imports import foreign_imports
from hypothesis import HealthCheck, settings

# How long an example takes says more about what else the machine does than about the code.
# A build server gets the same examples each time, so that a change fails for what it does and not for what luck found;
# everywhere else each run looks at new ones.
settings.register_profile(
    "busy", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize="CI" in os.environ
)
settings.load_profile("busy")


@pytest.fixture(scope="session", autouse=True)
def _nothing_of_the_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fail at the end of a run that imported what another machine may not have."""
    yield
    assert foreign_imports(sys.modules, tmp_path_factory.getbasetemp()) == {}


@pytest.fixture(autouse=True)
def _on_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of the developer's own AWS set-up is used, and nothing is called."""
    for name in [name for name in os.environ if name.startswith(("AWS_", "EC2_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "no-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "no-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    def refuse(*where: t.Any, **_options: t.Any) -> t.NoReturn:
        # Not an Exception, which botocore would wrap and retry.
        pytest.fail(f"a unit test tried to use the network: {where}")

    for way in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, way, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


@pytest.fixture(scope="session")
def _session() -> boto3.Session:
    """One for all tests, for it keeps the service models, which take long to load."""
    return boto3.Session(
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE", aws_secret_access_key="not-a-key", region_name="us-east-1"
    )


def _stubbed(client: t.Any) -> Iterator[Stubbed]:
    with Stubber(client) as stubber:
        yield Stubbed(client, stubber)
        stubber.assert_no_pending_responses()


@pytest.fixture
def iam(_session: boto3.Session) -> Iterator[Stubbed]:
    """IAM, as (client, stubber). What was scripted and not called fails the test."""
    yield from _stubbed(_session.client("iam"))


@pytest.fixture
def sts(_session: boto3.Session) -> Iterator[Stubbed]:
    """STS, as (client, stubber). What was scripted and not called fails the test."""
    yield from _stubbed(_session.client("sts"))


@pytest.fixture
def secretsmanager(_session: boto3.Session) -> Iterator[Stubbed]:
    """Secrets Manager, as (client, stubber). What was scripted and not called fails the test."""
    yield from _stubbed(_session.client("secretsmanager"))


@pytest.fixture
def ssm(_session: boto3.Session) -> Iterator[Stubbed]:
    """Systems Manager, as (client, stubber). What was scripted and not called fails the test."""
    yield from _stubbed(_session.client("ssm"))


@pytest.fixture
def organizations(_session: boto3.Session) -> Iterator[Stubbed]:
    """Organizations, as (client, stubber). What was scripted and not called fails the test."""
    yield from _stubbed(_session.client("organizations"))


@pytest.fixture
def aws_role() -> AwsRole:
    """Makes service-linked roles as AWS's answers have them."""

    def make(
        name: str = "AWSServiceRoleForCloudHSM",
        service: str = CLOUDHSM,
        description: str | None = "Created by cloudhsm.iam",
        role_id: str = "AROACKCEVSQ6C2EXAMPLE",
    ) -> Answer:
        path = f"/aws-service-role/{service}/"
        role: Answer = {
            "Path": path,
            "RoleName": name,
            "RoleId": role_id,
            "Arn": f"arn:aws:iam::123456789012:role{path}{name}",
            "CreateDate": datetime.datetime(2026, 11, 24, 10, tzinfo=datetime.UTC),
        }
        return role if description is None else {**role, "Description": description}

    return make


@pytest.fixture
def run_main(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunModule:
    """Runs modules in-process, with the clients that they make themselves."""
    # Tests of filters import the controller's part of Ansible, which would take a module's warnings for its own.
    monkeypatch.setattr("ansible.module_utils._internal.is_controller", False)
    # Where they are kept, they outlive a module that did not run in a process of its own.
    for kept in ("_global_warnings", "_global_deprecations"):
        monkeypatch.setattr(ansible_warnings, kept, type(getattr(ansible_warnings, kept))())

    def run(main: Callable[[], None], *, check: bool = False, diff: bool = False, **options: t.Any) -> Answer:
        # Ansible always says for what it wants tracebacks. Where nobody does, ansible-core 2.19.0 gives all of them.
        args = {**options, "_ansible_check_mode": check, "_ansible_diff": diff, "_ansible_tracebacks_for": []}
        with patch_module_args(args), pytest.raises(SystemExit) as end:
            main()
        result: Answer = json.loads(capsys.readouterr().out)
        assert bool(end.value.code) == result.get("failed", False)
        result.pop("invocation", None)
        return result

    return run


@pytest.fixture(params=["process", "action"])
def run_task(request: pytest.FixtureRequest, run_main: RunModule) -> RunTask:
    """Runs a module's logic in both ways that there are, with the clients that it makes itself."""

    def run(module: Module, **options: t.Any) -> Answer:
        if request.param == "process":
            return run_main(lambda: run_module_process(module), **options)
        return run_here(module, options, Running(check_mode=False, diff=False, tell=print))

    return run


@pytest.fixture
def run_module(monkeypatch: pytest.MonkeyPatch, run_main: RunModule, iam: Stubbed, sts: Stubbed) -> RunModule:
    """Runs modules in-process, with the scripted clients."""
    monkeypatch.setattr(Task, "iam_client", lambda _self, workers=1: iam.client)
    monkeypatch.setattr(Task, "sts_client", lambda _self: sts.client)
    return run_main


@pytest.fixture
def documented() -> Callable[..., set[str]]:
    """Gives the keys that a module's RETURN documents, at the top or inside of what the path names."""

    def keys(returned: str, *path: str) -> set[str]:
        node = yaml.safe_load(returned)
        for step in path:
            node = node[step]["contains"]
        return set(node)

    return keys

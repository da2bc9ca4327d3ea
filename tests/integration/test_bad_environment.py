# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user sees where something around the collection is wrong: one sentence with what to do."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import typing as t
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import ControlNode, Run
from moto_server import free_port

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

MODULES: list[tuple[str, dict[str, t.Any]]] = [
    ("cloudhsm.iam.iam_users", {"users": [{"name": "alice"}]}),
    ("cloudhsm.iam.iam_service_linked_role", {"service_name": "cloudhsm.amazonaws.com"}),
    ("cloudhsm.iam.iam_service_linked_role_info", {}),
    ("cloudhsm.iam.iam_account_info", {"groups": ["Readers"]}),
]


def check(run: Run, *words: str) -> None:
    """One failed task, whose message is a sentence with these words, and no traceback anywhere."""
    assert run.status != 0
    assert run.output.count("fatal: [localhost]") == 1, run.output
    assert "Traceback" not in run.output
    for word in words:
        assert word in run.failure, run.failure


def alone(node: ControlNode, module: str, options: dict[str, t.Any], *args: str, **environment: str) -> Run:
    return node.playbook(node.write_playbook([{"name": "The task", module: options}]), *args, **environment)


@pytest.mark.parametrize(("module", "options"), MODULES)
def test_no_credentials(node: ControlNode, module: str, options: dict[str, t.Any]) -> None:
    del node.environment["AWS_ACCESS_KEY_ID"], node.environment["AWS_SECRET_ACCESS_KEY"]
    check(alone(node, module, options), "no AWS credentials were found", "AWS_ACCESS_KEY_ID", "AWS_PROFILE")


@pytest.mark.parametrize(("module", "options"), MODULES)
def test_an_endpoint_that_nothing_listens_on(node: ControlNode, module: str, options: dict[str, t.Any]) -> None:
    nowhere = f"http://127.0.0.1:{free_port()}"
    run = alone(node, module, options, AWS_URL=nowhere, AWS_ENDPOINT_URL=nowhere)
    check(run, "the endpoint can't be reached", nowhere)


def test_an_endpoint_that_is_not_aws(node: ControlNode, aws: FaultProxy) -> None:
    somewhere = f"{aws.url}/moto-api"
    run = alone(node, *MODULES[0], AWS_URL=somewhere, AWS_ENDPOINT_URL=somewhere)
    check(run, "AWS_ENDPOINT_URL")


def test_a_profile_that_is_not_there(node: ControlNode) -> None:
    del node.environment["AWS_ACCESS_KEY_ID"], node.environment["AWS_SECRET_ACCESS_KEY"]
    check(alone(node, *MODULES[0], AWS_PROFILE="nobody"), "there is no such AWS profile", "nobody")


@pytest.fixture
def nobody(iam: IAMClient, moto: str) -> Iterator[dict[str, str]]:
    """Credentials of a user without any rights, at a server that enforces them."""
    iam.create_user(UserName="nobody")
    key = iam.create_access_key(UserName="nobody")["AccessKey"]
    post(f"{moto}/moto-api/reset-auth", b"0")
    # Past the proxy: the signatures that are checked now hold the server's address.
    there = {"AWS_URL": moto, "AWS_ENDPOINT_URL": moto}
    yield {**there, "AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}
    post(f"{moto}/moto-api/reset-auth", b"inf")


def post(url: str, body: bytes) -> None:
    with urllib.request.urlopen(urllib.request.Request(url, body, {"Content-Type": "text/plain"}), timeout=10):
        pass


@pytest.mark.parametrize(("module", "options"), MODULES)
def test_access_denied(node: ControlNode, nobody: dict[str, str], module: str, options: dict[str, t.Any]) -> None:
    run = alone(node, module, options, **nobody)
    check(run, "user/nobody may not call iam:", "add that action to a policy of the caller's")


def test_a_role_says_the_same(node: ControlNode, nobody: dict[str, str]) -> None:
    check(node.playbook("cloudhsm.iam.bootstrap", **nobody), "user/nobody may not call iam:")


@pytest.fixture
def bare_python(tmp_path: Path) -> Path:
    """A Python that has all that this one has, but for boto3."""
    folder = tmp_path / "bare"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    (there,) = folder.glob("lib/python*/site-packages")
    for package in Path(sysconfig.get_path("purelib")).iterdir():
        if not package.name.startswith(("boto", "s3transfer")):
            (there / package.name).symlink_to(package)
    return folder / "bin" / "python"


@pytest.mark.parametrize(("module", "options"), MODULES)
def test_no_boto3(
    node: ControlNode, bare_python: Path, aws: FaultProxy, module: str, options: dict[str, t.Any]
) -> None:
    """Ansible's own Python will do, and so will the one that ansible_python_interpreter names. Here neither does."""
    play = str(node.write_playbook([{"name": "The task", module: options}]))
    ansible = [str(bare_python), "-m", "ansible", "playbook", play, "-e"]
    # What lies in the test's folder has no place among what is kept.
    node.environment["PYTHONDONTWRITEBYTECODE"] = "1"
    run = node.run_command([*ansible, f"ansible_python_interpreter={bare_python}"])
    check(run, "boto3", str(bare_python))
    assert aws.calls == []
    assert node.run_command([*ansible, f"ansible_python_interpreter={sys.executable}"]).status == 0


@pytest.mark.parametrize(("module", "options"), MODULES)
def test_the_python_of_ansible_will_do(
    node: ControlNode, bare_python: Path, module: str, options: dict[str, t.Any]
) -> None:
    assert alone(node, module, options, "-e", f"ansible_python_interpreter={bare_python}").status == 0

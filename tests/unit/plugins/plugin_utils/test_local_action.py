# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module's logic in the action: when, with what result, and what speaks for a process."""

from __future__ import annotations

import sys
import typing as t
from pathlib import Path
from types import SimpleNamespace

import boto3
import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError, Module, Result, Task
from ansible_collections.cloudhsm.iam.plugins.plugin_utils import _local_action
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._local_action import LocalAction, PluginConnection
from botocore.config import Config

SPEC: dict[str, t.Any] = {
    "name": {"type": "str", "required": True, "aliases": ["title"], "deprecated_aliases": []},
    "password": {"type": "str", "no_log": True},
    "count": {"type": "int", "default": 1},
}


def run(task: Task) -> Result:
    task.warn(f"{task.params['name']} is a strange name")
    if task.params["name"] == "bad":
        raise FailedError(f"{task.params['name']}: {task.params['password']} is wrong", problems=["name"])
    return {"changed": True, "check_mode": task.check_mode, "secret": task.params["password"], "pair": (1, 2)}


class Action(LocalAction):
    """An action with no more of Ansible around it than it looks at."""

    MODULE = Module("cloudhsm.iam.sample", SPEC, run)

    def __init__(self, **differences: t.Any) -> None:
        given = {"transport": "local", "become": None, "environment": [], "async_val": 0, **differences}
        self._connection = SimpleNamespace(transport=given["transport"], become=given["become"])
        names = ("environment", "async_val")
        self._task = SimpleNamespace(check_mode=False, diff=False, **{name: given[name] for name in names})
        self.processes: list[dict[str, t.Any]] = []

    def _execute_module(self, **how: t.Any) -> dict[str, t.Any]:
        kept = {"environment": list(self._task.environment), "check_mode": self._task.check_mode}
        self.processes.append({**how, **kept})
        return {"changed": False}


def here(check_mode: bool | None = None, **args: t.Any) -> dict[str, t.Any]:
    action = Action()
    result = action.run_module(action.MODULE, args, {}, check_mode=check_mode)
    assert action.processes == []
    return result


def test_the_result_is_the_modules_and_secrets_are_masked() -> None:
    result = here(name="good", password="very-secret", secret_key="much-more-secret")
    masked = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    told = {"changed": True, "check_mode": False, "secret": masked, "pair": [1, 2]}
    assert result == {**told, "warnings": ["good is a strange name"]}


def test_a_failure_is_a_result() -> None:
    result = here(name="bad", password="very-secret")
    assert (result["failed"], result["problems"]) == (True, ["name"])
    assert result["msg"] == "bad: ******** is wrong"
    assert result["warnings"] == ["bad is a strange name"]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        ({"nam": "bad"}, "missing required arguments: name"),
        ({"name": "good", "nam": "x"}, "Unsupported parameters for (cloudhsm.iam.sample) module: nam. Supported"),
        ({"name": "good", "count": "many"}, "argument 'count' is of type"),
    ],
)
def test_wrong_options_are_told_as_a_module_tells_them(args: dict[str, t.Any], told: str) -> None:
    result = here(**args)
    assert result["failed"]
    assert told in result["msg"]


def test_a_secret_in_a_wrong_place_is_not_told() -> None:
    """Ansible names a value that is not one of the choices."""
    module = Module("cloudhsm.iam.sample", {"password": {"type": "str", "no_log": True, "choices": ["a"]}}, run)
    result = Action().run_module(module, {"password": "very-secret"}, {})
    assert result["failed"]
    assert "very-secret" not in str(result)


def test_an_option_and_its_alias_are_warned_about() -> None:
    assert here(name="good", title="other")["warnings"][0] == "Both option name and its alias title are set."


def test_the_environment_names_what_the_options_leave_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    module = Module("cloudhsm.iam.sample", {}, lambda task: {"region": task.region})
    assert Action().run_module(module, {}, {})["region"] == "eu-west-1"
    assert Action().run_module(module, {"aws_region": "eu-west-2"}, {})["region"] == "eu-west-2"


@pytest.mark.parametrize("asked", [None, True, False])
def test_check_mode_is_the_tasks_unless_told_otherwise(asked: bool | None) -> None:
    assert here(check_mode=asked, name="good")["check_mode"] is bool(asked)


@pytest.mark.parametrize("python", [None, "/usr/bin/python3.99", "{{ ansible_playbook_python }}"])
def test_the_interpreter_of_processes_makes_no_difference(python: str | None) -> None:
    action = Action()
    result = action.run_module(action.MODULE, {"name": "good"}, {"ansible_python_interpreter": python})
    assert result["changed"]
    assert action.processes == []


ELSEWHERE: list[tuple[dict[str, t.Any], str]] = [
    ({"transport": "ssh"}, "the connection is ssh"),
    ({"become": object()}, "it becomes another user"),
    ({"environment": [{"AWS_PROFILE": "other"}]}, "the task sets an environment"),
    ({"async_val": 60}, "it runs asynchronously"),
]


@pytest.mark.parametrize(("differences", "why"), ELSEWHERE, ids=[why for _differences, why in ELSEWHERE])
def test_elsewhere_and_as_somebody_else_it_is_a_process(
    monkeypatch: pytest.MonkeyPatch, differences: dict[str, t.Any], why: str
) -> None:
    told: list[str] = []
    monkeypatch.setattr(_local_action.display, "vvv", lambda text, host: told.append(f"{host}: {text}"))
    action = Action(**differences)
    before = list(action._task.environment)
    variables = {"inventory_hostname": "web"}
    result = action.run_module(action.MODULE, {"name": "good"}, variables, check_mode=True, environment={"GIVEN": "1"})
    assert result == {"changed": False}
    (process,) = action.processes
    assert (process["module_name"], process["module_args"]) == ("cloudhsm.iam.sample", {"name": "good"})
    assert process["wrap_async"] == action._task.async_val
    assert process["environment"] == [*before, {"GIVEN": "1"}]
    assert process["check_mode"] is True
    assert (action._task.environment, action._task.check_mode) == (before, False)
    assert told == [f"web: cloudhsm.iam.sample runs as a process of its own: {why}"]


def test_a_log_of_endpoints_needs_a_process() -> None:
    assert Action().why_a_process({"debug_botocore_endpoint_logs": True}) == "debug_botocore_endpoint_logs is set"


def test_a_python_without_a_fit_boto3_leaves_it_to_another(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Action().why_a_process({}) is None
    monkeypatch.setattr(boto3, "__version__", "1.34.0")
    assert "needs boto3 1.35.0 or newer" in str(Action().why_a_process({}))
    monkeypatch.setattr(_local_action, "HAS_BOTO3", False)
    assert str(Action().why_a_process({})).endswith("has no boto3")


# A credential process notes each time that it is run.
ASKED = """
import json, pathlib, sys
with pathlib.Path(sys.argv[1]).open("a") as file:
    file.write("asked ")
print(json.dumps({"Version": 1, "AccessKeyId": "AKIAEXAMPLE", "SecretAccessKey": "secret"}))
"""


def test_all_clients_of_a_connection_get_the_credentials_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script, noted, config = tmp_path / "process.py", tmp_path / "noted", tmp_path / "config"
    script.write_text(ASKED)
    config.write_text(f"[profile example]\ncredential_process = {sys.executable} {script} {noted}\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    connection = PluginConnection({"profile": "example", "region": "us-east-1", "endpoint_url": "http://127.0.0.1:9"})
    clients = [connection.client("sts"), connection.client("iam")]
    assert [client._get_credentials().get_frozen_credentials().access_key for client in clients] == ["AKIAEXAMPLE"] * 2
    assert noted.read_text() == "asked "


def test_what_the_user_says_about_botocore_wins_over_what_we_say() -> None:
    ours = Config(connect_timeout=5, read_timeout=6, user_agent_extra="cloudhsm.iam/1.0.0")
    given = {"region": "us-east-1", "access_key": "a", "secret_key": "b", "aws_config": {"read_timeout": 7}}
    config = PluginConnection(given).client("sts", config=ours, region="eu-west-1").meta.config
    assert (config.connect_timeout, config.read_timeout, config.region_name) == (5, 7, "eu-west-1")
    assert "cloudhsm.iam/1.0.0" in config.user_agent_extra
    assert config.user_agent.startswith("Ansible/")

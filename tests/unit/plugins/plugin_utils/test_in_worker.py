# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules in Ansible's worker: when, with what result, and what is left of it afterwards."""

from __future__ import annotations

import os
import sys
import typing as t
from types import SimpleNamespace

import boto3
import pytest
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common import warnings as ansible_warnings
from ansible.module_utils.common.parameters import PASS_VARS
from ansible_collections.cloudhsm.iam.plugins.plugin_utils import _in_worker
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._in_worker import InWorkerAction, Module
from botocore import session

SPEC = {"name": {"type": "str", "required": True}, "password": {"type": "str", "no_log": True}}


def main() -> None:
    module = AnsibleModule(argument_spec=SPEC, supports_check_mode=True)
    ansible_warnings.warn(f"{module.params['name']} is a strange name")
    if module.params["name"] == "bad":
        module.fail_json(msg=f"{module.params['name']}: {module.params['password']} is wrong", problems=["name"])
    os.environ["LEFT_BEHIND"] = "1"
    told = {name: os.environ.get(name) for name in ("GIVEN", "KEPT")}
    module.exit_json(changed=True, told=told, secret=module.params["password"])


class Action(InWorkerAction):
    """An action with no more of Ansible around it than it looks at."""

    MODULE = Module("cloudhsm.iam.sample", main)

    def __init__(self, **differences: t.Any) -> None:
        given = {"transport": "local", "become": None, "environment": [], "async_val": 0, **differences}
        self._connection = SimpleNamespace(transport=given["transport"], become=given["become"])
        self._task = SimpleNamespace(environment=given["environment"], async_val=given["async_val"])
        self._templar = SimpleNamespace(template=lambda value: value)
        self.processes: list[dict[str, t.Any]] = []

    def _update_module_args(self, module_name: str, module_args: dict[str, t.Any], task_vars: t.Any) -> None:
        assert module_name == "cloudhsm.iam.sample"
        # Older versions of ansible-core do it unasked.
        if "inject_invocation" in PASS_VARS:
            module_args["_ansible_inject_invocation"] = True

    def _execute_module(self, **how: t.Any) -> dict[str, t.Any]:
        self.processes.append({**how, "environment": list(self._task.environment)})
        return {"changed": False}


@pytest.fixture(autouse=True)
def no_warnings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ansible keeps those of a process."""
    monkeypatch.setattr(ansible_warnings, "_global_warnings", {})


def here(**args: t.Any) -> dict[str, t.Any]:
    action = Action()
    variables = {"ansible_python_interpreter": sys.executable}
    result = action.run_module(action.MODULE, args, variables, {"GIVEN": "by the action"})
    assert action.processes == []
    return result


def test_the_result_is_the_modules_and_secrets_are_masked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KEPT", "from before")
    result = here(name="good", password="very-secret")
    assert result["changed"] is True
    assert result["told"] == {"GIVEN": "by the action", "KEPT": "from before"}
    # Where Ansible itself runs, a warning is shown, or goes into the result with those of the action.
    assert "good is a strange name" in capsys.readouterr().err
    assert result["invocation"]["module_args"]["password"] == "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
    assert "very-secret" not in str(result)


def test_a_failure_is_a_result() -> None:
    result = here(name="bad", password="very-secret")
    assert (result["failed"], result["problems"]) == (True, ["name"])
    assert result["msg"].startswith("bad: ********")
    assert "very-secret" not in str(result)
    assert here(nam="bad")["msg"] == "missing required arguments: name"


def test_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("KEPT", "from before")
    before, loader = dict(os.environ), session.create_loader
    here(name="good")
    assert dict(os.environ) == before
    assert session.create_loader is loader
    assert capsys.readouterr().out == ""

    def broken() -> None:
        os.environ["LEFT_BEHIND"] = "1"
        raise OSError("the disk is full")

    action = Action()
    with pytest.raises(OSError, match="the disk is full"):
        action.run_module(Module("cloudhsm.iam.sample", broken), {}, {"ansible_python_interpreter": sys.executable})
    assert dict(os.environ) == before


@pytest.mark.parametrize(
    "differences",
    [
        {"transport": "ssh"},
        {"become": object()},
        {"environment": [{"AWS_PROFILE": "other"}]},
        {"async_val": 60},
        {"python": "/usr/bin/python3.99"},
        {"python": None},
    ],
    ids="-".join,
)
def test_elsewhere_and_as_somebody_else_it_is_a_process(differences: dict[str, t.Any]) -> None:
    variables = {"ansible_python_interpreter": differences.pop("python", sys.executable)}
    action = Action(**differences)
    before = list(action._task.environment)
    assert action.run_module(action.MODULE, {"name": "good"}, variables, {"GIVEN": "1"}) == {"changed": False}
    (process,) = action.processes
    assert (process["module_name"], process["module_args"]) == ("cloudhsm.iam.sample", {"name": "good"})
    assert process["wrap_async"] == action._task.async_val
    assert process["environment"] == [*before, {"GIVEN": "1"}]
    assert action._task.environment == before


def test_sessions_share_what_was_read() -> None:
    with _in_worker._common_loader():
        loaders = {boto3.session.Session()._session.get_component("data_loader") for _turn in range(2)}
    assert loaders == {_in_worker._loader(None)}
    own = boto3.session.Session()._session.get_component("data_loader")
    assert own not in loaders

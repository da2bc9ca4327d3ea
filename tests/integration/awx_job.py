# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the job templates of the AWX pattern under ansible-runner, from a private data dir as AWX lays it out."""

from __future__ import annotations

import json
import shutil
import sys
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from control_node import ControlNode

ROOT = Path(__file__).resolve().parents[2]
PATTERN = ROOT / "extensions" / "patterns" / "cloudhsm_iam"
# The answer of everybody's to the question which account it is: moto's.
ACCOUNT = "123456789012"
SECRET_KEY = "AwxSecretKeyOfTheCredential0123456789abc"
SESSION_TOKEN = "AwxSessionTokenOfTheCredential0123456789"

Inventory = Mapping[str, t.Any]
ACCOUNT_INVENTORY: Inventory = {"all": {"hosts": {"localhost": {"ansible_connection": "local"}}}}


class _Unsafe(str):
    """A value that is data and no template: AWX writes all answers that way."""


yaml.SafeDumper.add_representer(_Unsafe, lambda dumper, value: dumper.represent_scalar("!unsafe", str(value)))


@dataclass(frozen=True)
class Job:
    """A job that has ended: how, what it said, and the folder with all that is kept of it."""

    status: int
    events: list[dict[str, t.Any]]
    artifacts: Path

    def results(self, event: str) -> list[dict[str, t.Any]]:
        """Results of the tasks that ended so: runner_on_ok or runner_on_failed."""
        return [item["event_data"].get("res", {}) for item in self.events if item["event"] == event]

    @property
    def changed(self) -> list[str]:
        """Names of the tasks that changed something, or would."""
        ok = [item["event_data"] for item in self.events if item["event"] == "runner_on_ok"]
        return [data["task"] for data in ok if data.get("res", {}).get("changed")]

    @property
    def failure(self) -> str:
        """What the tasks that failed said."""
        return "\n".join(str(result.get("msg")) for result in self.results("runner_on_failed"))

    @property
    def output(self) -> str:
        """What AWX shows."""
        return (self.artifacts / "stdout").read_text()

    @property
    def stats(self) -> dict[str, t.Any]:
        """What the job hands on as its artifact."""
        found = [item["event_data"]["artifact_data"] for item in self.events if "artifact_data" in item["event_data"]]
        return dict(found[-1]) if found else {}


def answers(name: str, given: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """A survey's answers: the defaults, and what was given. Refuses what AWX's form would."""
    survey = yaml.safe_load((PATTERN / "template_surveys" / f"{name}.yml").read_text())
    questions = {question["variable"]: question for question in survey["spec"]}
    assert set(given) <= set(questions), set(given) - set(questions)
    filled = {variable: given.get(variable, question.get("default")) for variable, question in questions.items()}
    if "expected_account" in questions:
        filled["expected_account"] = given.get("expected_account", ACCOUNT)
    for variable, question in questions.items():
        assert filled[variable] is not None or not question["required"], variable
        assert filled[variable] is None or filled[variable] in question.get("choices", [filled[variable]]), variable
    # An answer that was not given is not passed on.
    return {variable: value for variable, value in filled.items() if value is not None}


class Awx:
    """An execution node: a control node whose credentials and variables come from the job's folder alone."""

    def __init__(self, node: ControlNode) -> None:
        self.node = node
        self.count = 0
        environment = node.environment
        self.injected = {name: environment.pop(name) for name in list(environment) if name.startswith("AWS_")}
        # What AWX's credential of the kind Amazon Web Services injects.
        self.injected |= {"AWS_SECRET_ACCESS_KEY": SECRET_KEY, "AWS_SESSION_TOKEN": SESSION_TOKEN}

    def launch(
        self,
        name: str,
        *options: str,
        inventory: Inventory | None = None,
        files: Mapping[str, str] | None = None,
        **given: t.Any,
    ) -> Job:
        """Launch the template with this playbook and these answers, as a check with the option --check."""
        self.count += 1
        folder = self.node.folder / f"awx_{self.count}"
        for part in ("env", "inventory", "project"):
            (folder / part).mkdir(parents=True)
        shutil.copytree(PATTERN, folder / "project" / PATTERN.relative_to(ROOT))
        for path, content in (files or {}).items():
            (folder / "project" / path).write_text(content)
        (folder / "env" / "envvars").write_text(json.dumps(self.injected))
        (folder / "env" / "extravars").write_text(_extra_vars(answers(name, given)))
        (folder / "env" / "settings").write_text(json.dumps({"idle_timeout": 0, "job_timeout": 0}))
        if options:
            (folder / "env" / "cmdline").write_text(" ".join(options))
        _write_inventory(folder / "inventory" / "hosts", inventory or ACCOUNT_INVENTORY)
        playbook = (PATTERN / "playbooks" / f"{name}.yml").relative_to(ROOT)
        command = ["run", str(folder), "-p", str(playbook), "--ident", "job", "--quiet"]
        run = self.node.run("ansible-runner", *command)
        artifacts = folder / "artifacts" / "job"
        paths = sorted(artifacts.glob("job_events/*.json"), key=lambda path: int(path.name.split("-")[0]))
        return Job(run.status, [json.loads(path.read_text()) for path in paths], artifacts)

    def find_secrets(self, *secrets: str) -> list[str]:
        """Names of the kept files that have one of these in them, or one of the credential's."""
        kept = [path for path in self.node.folder.glob("awx_*/artifacts/**/*") if path.is_file()]
        assert kept
        # ansible-runner keeps the environment there, and AWX leaves the file behind on the node.
        kept = [path for path in kept if path.name != "command"]
        wanted = [secret.encode() for secret in (*secrets, SECRET_KEY, SESSION_TOKEN)]
        return [str(path) for path in kept if any(secret in path.read_bytes() for secret in wanted)]


def _extra_vars(given: Mapping[str, t.Any]) -> str:
    """The file of extra variables: the answers, and what AWX tells of the job."""
    marked = {name: _Unsafe(value) if isinstance(value, str) else value for name, value in given.items()}
    awx = {"awx_job_id": 1, "awx_job_launch_type": "manual", "awx_job_template_name": _Unsafe("a template")}
    return yaml.dump({**marked, **awx}, Dumper=yaml.SafeDumper)


def _write_inventory(path: Path, inventory: Inventory) -> None:
    """AWX's inventory is a script that prints all hosts with their variables."""
    hosts: dict[str, t.Any] = inventory["all"]["hosts"]
    # In the execution environment there is but one Python.
    variables = {name: {**given, "ansible_python_interpreter": sys.executable} for name, given in hosts.items()}
    groups = {name: {"hosts": group} for name, group in inventory.get("groups", {}).items()}
    content = {"all": {"hosts": list(hosts)}, **groups, "_meta": {"hostvars": variables}}
    path.write_text(f"#!/bin/sh\ncat <<'END'\n{json.dumps(content)}\nEND\n")
    path.chmod(0o700)

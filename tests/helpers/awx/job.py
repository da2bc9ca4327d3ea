# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the job templates of the AWX pattern under ansible-runner, in the job's surroundings as AWX makes them.

What is the same as in AWX: the environment, which has nothing of AWS's but what the Amazon Web Services credential
injects; the file of extra variables; the inventory script; the working folder, which is the project; and that project
and home folder go when the job has ended. What is not: there is no container, and the emulated account's address is in
the environment.
"""

from __future__ import annotations

import json
import shutil
import typing as t
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from helpers.awx.interface import answer_problems, write_extra_vars
from helpers.processes.control_node import ControlNode

ROOT = Path(__file__).resolve().parents[3]
PATTERN = ROOT / "extensions" / "patterns" / "cloudhsm_iam"
SETUP: dict[str, t.Any] = yaml.safe_load((PATTERN / "setup.yml").read_text())
TEMPLATES: dict[str, dict[str, t.Any]] = {Path(each["playbook"]).stem: each for each in SETUP["controller_templates"]}
# The answer of everybody's to the question which account it is: moto's.
ACCOUNT = "123456789012"
REGION = "eu-central-1"
# Required questions that have no default.
EVERYBODYS = {"expected_account": ACCOUNT, "aws_region": REGION}
SECRET_KEY = "AwxSecretKeyOfTheCredential0123456789abc"
SESSION_TOKEN = "AwxSessionTokenOfTheCredential0123456789"
CREDENTIAL = {
    "AWS_ACCESS_KEY_ID": "AKIAAWXCREDENTIAL000",
    "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
    "AWS_SESSION_TOKEN": SESSION_TOKEN,
}
# Where the emulated account is, and that nothing else is asked for credentials or settings.
EMULATED = {
    *("AWS_ENDPOINT_URL", "AWS_URL", "AWS_EC2_METADATA_DISABLED", "AWS_CONFIG_FILE"),
    "AWS_SHARED_CREDENTIALS_FILE",
}

Inventory = Mapping[str, t.Any]


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


def survey(name: str) -> dict[str, t.Any]:
    """The survey of the template with this playbook."""
    found: dict[str, t.Any] = yaml.safe_load((PATTERN / "template_surveys" / f"{name}.yml").read_text())
    return found


def form(name: str, given: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """What AWX's form sends: what was given, defaults, and '' for each optional question that nobody answered."""
    questions = {question["variable"]: question for question in survey(name)["spec"]}
    assert set(given) <= set(questions), set(given) - set(questions)
    known = {variable: question["default"] for variable, question in questions.items() if "default" in question}
    known |= {
        variable: answer for variable, answer in EVERYBODYS.items() if questions.get(variable, {}).get("required")
    }
    empty = {variable: "" for variable, question in questions.items() if not question["required"]}
    return {**empty, **known, **given}


def account_inventory() -> Inventory:
    """The inventory that setup.yml defines for one account."""
    hosts = [host for host in SETUP["controller_hosts"] if host["inventory"] == "cloudhsm.iam / account"]
    # So infra.aap_configuration's role for hosts has it.
    variables = {host["name"]: json.loads(json.dumps(host["variables"]).replace("{  {", "{{")) for host in hosts}
    return {"all": {"hosts": variables}}


class Awx:
    """An execution node: a control node whose credentials and variables come from the job's folder alone."""

    def __init__(self, node: ControlNode) -> None:
        self.node = node
        self.count = 0
        environment = node.environment
        given = {name: environment.pop(name) for name in list(environment) if name.startswith(("AWS_", "ANSIBLE_"))}
        self.injected = {**{name: given[name] for name in EMULATED}, **CREDENTIAL}

    def launch(self, name: str, *options: str, **given: t.Any) -> Job:
        """Launch the template with this playbook from AWX's form, as a check with the option --check."""
        more = {key: given.pop(key, None) for key in ("inventory", "files", "handed")}
        return self.launch_with(name, form(name, given), *options, **more)

    def launch_with(
        self,
        name: str,
        answers: Mapping[str, t.Any],
        *options: str,
        inventory: Inventory | None = None,
        files: Mapping[str, str] | None = None,
        handed: Mapping[str, t.Any] | None = None,
    ) -> Job:
        """Launch it with just these answers, as AWX's API does. handed are artifacts of earlier jobs of a workflow."""
        assert list(answer_problems(survey(name), answers)) == [], "AWX would not launch that"
        self.count += 1
        folder = self.node.folder / f"awx_{self.count}"
        project = folder / "project"
        for part in ("env", "inventory", "home"):
            (folder / part).mkdir(parents=True)
        shutil.copytree(PATTERN, project / PATTERN.relative_to(ROOT), ignore=shutil.ignore_patterns("__pycache__"))
        for path, content in (files or {}).items():
            (project / path).write_text(content)
        template = TEMPLATES[name]
        (folder / "env" / "envvars").write_text(json.dumps({**self.injected, **_job_environment(folder)}))
        (folder / "env" / "extravars").write_text(
            _extra_vars({**template.get("extra_vars", {}), **answers, **(handed or {})})
        )
        (folder / "env" / "settings").write_text(json.dumps({"idle_timeout": 0, "job_timeout": 0}))
        (folder / "env" / "cmdline").write_text(" ".join(_command_line(template, options)))
        _write_inventory(folder / "inventory" / "hosts", inventory or account_inventory())
        with _read_only(project):
            command = ["run", str(folder), "-p", template["playbook"], "--ident", "job", "--quiet"]
            run = self.node.run("ansible-runner", *command, HOME=str(folder / "home"))
        for thrown_away in ("project", "home"):
            shutil.rmtree(folder / thrown_away)
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


def _content(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() if path.is_file() else b"" for path in sorted(folder.rglob("*"))}


def _set_mode(folder: Path, folders: int, files: int) -> None:
    for path in (folder, *folder.rglob("*")):
        path.chmod(folders if path.is_dir() else files)


@contextmanager
def _read_only(folder: Path) -> Iterator[None]:
    """Takes the right to write away, and sees to it that root, who keeps it, wrote nothing either."""
    before = _content(folder)
    _set_mode(folder, 0o555, 0o444)
    yield
    _set_mode(folder, 0o755, 0o644)
    assert _content(folder) == before, "the job wrote into the project"


def _job_environment(folder: Path) -> dict[str, str]:
    """What AWX sets for a job beside the credential."""
    return {
        "AWX_PRIVATE_DATA_DIR": str(folder),
        "JOB_ID": "1",
        "INVENTORY_ID": "1",
        "MAX_EVENT_RES": "700000",
        "ANSIBLE_FORCE_COLOR": "False",
        "ANSIBLE_RETRY_FILES_ENABLED": "False",
        "ANSIBLE_COLLECTIONS_PATH": f"{folder}/requirements_collections:~/.ansible/collections",
        "ANSIBLE_ROLES_PATH": f"{folder}/requirements_roles:~/.ansible/roles",
    }


def _command_line(template: Mapping[str, t.Any], options: tuple[str, ...]) -> Iterator[str]:
    if template["job_type"] == "check" and "--check" not in options:
        yield "--check"
    yield from ("-u", "root")
    if "forks" in template:
        yield f"--forks={template['forks']}"
    yield from options


def _extra_vars(answers: Mapping[str, t.Any]) -> str:
    """The file of extra variables, the answers, and what AWX tells of the job."""
    told = {"job_id": 1, "job_launch_type": "manual", "job_template_id": 7, "job_template_name": "a template"}
    told |= {"project_revision": "0" * 40, "user_name": "admin", "user_email": "", "user_id": 1, "inventory_id": 1}
    meta = {f"{prefix}_{name}": value for prefix in ("awx", "tower") for name, value in told.items()}
    return write_extra_vars({**answers, **meta})


def _write_inventory(path: Path, inventory: Inventory) -> None:
    """AWX's inventory is a script that prints all hosts with their variables, and two of AWX's own."""
    hosts: dict[str, t.Any] = inventory["all"]["hosts"]
    own = {name: {"remote_tower_enabled": "true", "remote_tower_id": number} for number, name in enumerate(hosts, 1)}
    groups = {name: {"hosts": group} for name, group in inventory.get("groups", {}).items()}
    grouped = {name for group in groups.values() for name in group["hosts"]}
    everything = {"hosts": [name for name in hosts if name not in grouped], "children": list(groups)}
    variables = {name: {**given, **own[name]} for name, given in hosts.items()}
    content = {"all": everything, **groups, "_meta": {"hostvars": variables}}
    path.write_text(f"#! /usr/bin/env python3\n# -*- coding: utf-8 -*-\nprint({json.dumps(content)!r})\n")
    path.chmod(0o700)

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs real ansible processes from an empty home folder, and reads what they print."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import typing as t
import uuid
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from helpers.processes import machine
from moto_server import offline_environment

# Seconds. The slowest run of any test takes a third of this on a busy machine.
TIMEOUT = 300.0
BIN = Path(sys.executable).parent
# As the Makefile has it.
BYTECODE = Path(__file__).resolve().parents[3] / ".venv-pycache"
ACTIONS = Path(__file__).resolve().parent / "actions"
VAULT_PASSWORD = "not-a-secret-of-anybodys"
# All that the role account_guard asks, with which every playbook begins.
GUARD_CALLS = ["GetCallerIdentity", "ListAccountAliases", "GetAccountSummary", "GetAccountPasswordPolicy"]


@dataclass(frozen=True)
class Run:
    """A process that has ended."""

    status: int
    output: str

    @property
    def changed_tasks(self) -> list[str]:
        """Names of the tasks that reported a change, in order."""
        return [name for name, result in _tasks(self.output) if result == "changed"]

    @property
    def failure(self) -> str:
        """What the last failed task said."""
        found: list[str] = re.findall(r'"msg": "((?:[^"\\]|\\.)*)"', self.output)
        return str(json.loads(f'"{found[-1]}"')) if found else ""


def _tasks(output: str) -> list[tuple[str, str]]:
    """Names and results of tasks, as ansible's default callback prints them."""
    name, tasks = "", []
    for line in output.splitlines():
        if line.startswith("TASK ["):
            name = line.removeprefix("TASK [").partition("]")[0]
        elif match := re.match(r"(ok|changed|fatal|failed|skipping): \[", line):
            tasks.append((name, match[1]))
    return tasks


class ControlNode:
    """A folder to work in, an environment with nothing of the developer's in it, and the endpoint."""

    def __init__(self, folder: Path, endpoint: str) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.home.mkdir()
        (folder / "ansible.cfg").touch()
        kept = {key: value for key, value in os.environ.items() if key in ("LANG", "LC_ALL", "TMPDIR")}
        self.environment = {
            **offline_environment(endpoint, kept),
            "PATH": f"{BIN}:/usr/bin:/bin",
            "HOME": str(self.home),
            "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            "ANSIBLE_NOCOLOR": "true",
            "PYTHONPYCACHEPREFIX": str(BYTECODE),
            machine.MARK: uuid.uuid4().hex,
        }

    def kill(self) -> None:
        """Kill all processes of all runs at once: the playbook, its workers, and the module."""
        for number in machine.marked(self.environment[machine.MARK]):
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)

    def command(self, program: str, *args: str) -> list[str]:
        """The command line of one of the programs beside the interpreter that runs the tests."""
        return [str(BIN / program), *args]

    def run(self, program: str, *args: str, **environment: str) -> Run:
        """Run one of these programs to its end."""
        return self.run_command(self.command(program, *args), **environment)

    def run_command(self, command: list[str], **environment: str) -> Run:
        """Run a command to its end. Output and errors are one text, as on a terminal."""
        process = subprocess.run(
            command,
            cwd=self.folder,
            env={**self.environment, **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        return Run(process.returncode, process.stdout)

    def playbook(self, playbook: str | Path, *args: str, **environment: str) -> Run:
        """Run a playbook, by its path or its name in the collection."""
        return self.run("ansible-playbook", str(playbook), *args, **environment)

    def write_playbook(self, tasks: list[Mapping[str, t.Any]], name: str = "play.yml") -> Path:
        """Write a playbook of one play on this machine. JSON is YAML too."""
        play = {"hosts": "localhost", "gather_facts": False, "tasks": tasks}
        path = self.folder / name
        path.write_text(json.dumps([play]))
        return path

    def keep(self, content: str, dest: Path) -> dict[str, t.Any]:
        """A task that writes to a file what a template comes to."""
        actions = self.folder / "action_plugins"
        if not actions.exists():
            # Beside the playbook, where Ansible looks for them.
            actions.symlink_to(ACTIONS)
        return {"name": "Keep it", "keep": {"content": content, "dest": str(dest)}}

    def task(self, module: str, options: Mapping[str, t.Any], *args: str) -> tuple[Run, dict[str, t.Any]]:
        """Run one task. Gives the run, and what a later task would find in the registered result."""
        kept = self.folder / "result.json"
        kept.unlink(missing_ok=True)
        tasks: list[Mapping[str, t.Any]] = [
            {"name": "The task", module: dict(options), "register": "result", "ignore_errors": True},
            {**self.keep("{{ result | to_json }}", kept), "check_mode": False, "diff": False, "no_log": True},
        ]
        run = self.playbook(self.write_playbook(tasks), *args)
        return run, json.loads(kept.read_text()) if kept.exists() else {}

    def vault_password_file(self) -> Path:
        """A file with a vault password, as --vault-password-file wants it."""
        path = self.folder / "vault-password"
        path.write_text(VAULT_PASSWORD)
        path.chmod(0o600)
        return path

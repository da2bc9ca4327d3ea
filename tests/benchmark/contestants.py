# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The three that are compared, each run as a whole process from start to end."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import typing as t
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from moto_server import offline_environment

from .fleet import GROUPS, Person

Who = t.Literal["a", "b", "c"]
NAMES: t.Final[Mapping[Who, str]] = {
    "a": "amazon.aws.iam_user in a loop, then amazon.aws.iam_group",
    "b": "cloudhsm.iam.user_provisioning",
    "c": "plain boto3 with as many threads",
}
BIN = Path(sys.executable).parent
HERE = Path(__file__).resolve().parent

LOOP = """
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - name: Users
      amazon.aws.iam_user:
        name: "{{ item.name }}"
        path: "{{ item.path }}"
        tags: "{{ item.tags }}"
        state: present
      loop: "{{ persons }}"
      loop_control:
        label: "{{ item.name }}"
    - name: Members
      amazon.aws.iam_group:
        name: "{{ item }}"
        users: "{{ persons | selectattr('groups', 'contains', item) | map(attribute='name') }}"
        state: present
      loop: "{{ groups_to_fill }}"
"""
ROLE = """
- hosts: localhost
  connection: local
  gather_facts: false
  roles:
    - role: cloudhsm.iam.user_provisioning
      vars:
        user_provisioning_users: "{{ persons }}"
"""
# The role does not show the list of changes. This task is there only where time is not taken by the process.
KEEP_CHANGES = """
  post_tasks:
    - name: Keep the changes
      ansible.builtin.copy:
        content: "{{ __user_provisioning_done.changes | map(attribute='operation') | list | to_json }}"
        dest: "{{ changes_file }}"
        mode: "0600"
"""
# Runs a command and notes how much memory the largest of its processes needed at most, in KiB. A process of its own,
# because the system counts whoever starts a process as well, and this one is small.
MEASURE = """
import os, sys
child = os.fork()
if child == 0:
    os.execv(sys.argv[2], sys.argv[2:])
_pid, status, usage = os.wait4(child, 0)
with open(sys.argv[1], "w") as file:
    file.write(str(usage.ru_maxrss))
sys.exit(os.waitstatus_to_exitcode(status))
"""
EMPTY = """
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - name: Nothing
      ansible.builtin.meta: noop
"""


class FailedRunError(Exception):
    """One of the three ended with an error, so there is nothing to compare."""


@dataclass(frozen=True)
class Run:
    """One run of one of them."""

    who: Who
    users: int
    seconds: float
    changes: Counter[str] = field(default_factory=Counter)
    peak_megabytes: float = 0.0


class Contestants:
    """Runs them, with nothing of the person who started the benchmark in their environment."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        (folder / "ansible.cfg").touch()
        self._memory = folder / "memory"

    def run(
        self,
        who: Who,
        persons: Sequence[Person],
        endpoint: str,
        *,
        variables: Mapping[str, t.Any] | None = None,
        arguments: Sequence[str] = (),
        inside: bool = False,
        workers: int = 8,
    ) -> Run:
        """Run one of them against an endpoint. inside also looks at the memory and at the changes."""
        data = self._folder / "persons.json"
        changes = self._folder / "changes.json"
        self._memory.unlink(missing_ok=True)
        changes.unlink(missing_ok=True)
        if who == "c":
            data.write_text(json.dumps(persons))
            command = [sys.executable, str(HERE / "bare_script.py"), str(data), str(workers)]
        else:
            given = {
                "ansible_python_interpreter": sys.executable,
                "persons": persons,
                "groups_to_fill": GROUPS,
                "changes_file": str(changes),
                "user_provisioning_workers": workers,
                **(variables or {}),
            }
            data.write_text(json.dumps(given))
            command = [*self._playbook(LOOP if who == "a" else ROLE + KEEP_CHANGES * inside, data), *arguments]
        if inside:
            command = [sys.executable, "-c", MEASURE, str(self._memory), *command]
        seconds = self._timed(command, endpoint)
        operations = json.loads(changes.read_text()) if changes.exists() else []
        return Run(who, len(persons), seconds, Counter(operations), self._peak())

    def bootstrap(self, endpoint: str) -> float:
        """The seconds that the playbook of the whole page takes."""
        return self._timed([str(BIN / "ansible-playbook"), "cloudhsm.iam.bootstrap"], endpoint)

    def empty_playbook(self, endpoint: str) -> float:
        """The seconds that Ansible takes for no task at all."""
        playbook = self._folder / "empty.yml"
        playbook.write_text(EMPTY)
        return self._timed([str(BIN / "ansible-playbook"), str(playbook)], endpoint)

    def _playbook(self, text: str, variables: Path) -> list[str]:
        playbook = self._folder / "playbook.yml"
        playbook.write_text(text)
        program = str(BIN / "ansible-playbook")
        return [program, "--inventory", "localhost,", "--extra-vars", f"@{variables}", str(playbook)]

    def _timed(self, command: Sequence[str], endpoint: str) -> float:
        base = {key: value for key, value in os.environ.items() if not key.startswith(("ANSIBLE_", "PYTHON"))}
        environment = {
            **offline_environment(endpoint, base),
            "ANSIBLE_CONFIG": str(self._folder / "ansible.cfg"),
            "ANSIBLE_HOME": str(self._folder / "ansible"),
            "HOME": str(self._folder),
            "ANSIBLE_COLLECTIONS_PATH": str(self._folder),
            "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        }
        log = self._folder / "output"
        with log.open("w") as output:
            started = time.perf_counter()
            ended = subprocess.run(command, env=environment, stdout=output, stderr=subprocess.STDOUT, check=False)
            seconds = time.perf_counter() - started
        if ended.returncode:
            raise FailedRunError(f"{' '.join(command)} ended with {ended.returncode}:\n{log.read_text()[-3000:]}")
        return seconds

    def _peak(self) -> float:
        """The peak of the largest process, in MB; nothing where it was not asked for."""
        return int(self._memory.read_text()) * 1024 / 1e6 if self._memory.exists() else 0.0

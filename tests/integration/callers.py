# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many callers at once: hosts of one playbook run, each with an account and a policy of its own."""

from __future__ import annotations

import importlib.util
import json
import sys
import typing as t
from collections.abc import Mapping
from pathlib import Path

from aws_clients import administrator
from control_node import ControlNode
from enforcing_moto import enforce
from permission_cases import Case

# For each host what its failed tasks said.
Failures = dict[str, list[str]]


class Callers:
    """Hosts for an inventory. What they run Python by lies in the folder."""

    def __init__(self, url: str, folder: Path) -> None:
        self._url = url
        self._folder = folder
        self._hosts: dict[str, dict[str, t.Any]] = {}

    def add(self, host: str, account: str, case: Case, policy: Mapping[str, t.Any]) -> None:
        """A host whose modules run in the account, prepared for the case, as a user who has just this policy."""
        iam = administrator(self._url, account)
        case.prepare(iam, account)
        iam.create_user(UserName="caller", Path="/callers/")
        iam.put_user_policy(UserName="caller", PolicyName="given", PolicyDocument=json.dumps(policy))
        key = iam.create_access_key(UserName="caller")["AccessKey"]
        self._hosts[host] = {
            **case.variables(account),
            "ansible_connection": "local",
            "ansible_python_interpreter": str(self._interpreter(key["AccessKeyId"], key["SecretAccessKey"])),
        }

    def _interpreter(self, key: str, secret: str) -> Path:
        """Python with the caller's credentials in its environment."""
        path = self._folder / f"python-of-{key}"
        path.write_text(
            f'#!/bin/sh\nAWS_ACCESS_KEY_ID={key} AWS_SECRET_ACCESS_KEY={secret} exec {sys.executable} "$@"\n'
        )
        path.chmod(0o700)
        return path

    def run(self, node: ControlNode, playbook: str, quickly: bool) -> Failures:
        """Run the playbook on all hosts while policies are enforced; quickly is without a process for each task."""
        inventory = self._folder / "inventory.json"
        inventory.write_text(json.dumps({"all": {"hosts": self._hosts}}))
        args = ("--inventory", str(inventory), "--extra-vars", "target_hosts=all", "--forks", "4")
        enforce(self._url, True)
        try:
            run = node.playbook(
                f"cloudhsm.iam.{playbook}",
                *args,
                ANSIBLE_STDOUT_CALLBACK="ansible.posix.json",
                **(_mitogen() if quickly else {}),
            )
        finally:
            enforce(self._url, False)
        return _failures(run.output, self._hosts)


def _mitogen() -> dict[str, str]:
    """Settings that have each host's modules forked from one process, which is four times as fast."""
    found = importlib.util.find_spec("ansible_mitogen")
    assert found is not None
    assert found.submodule_search_locations
    plugins = Path(found.submodule_search_locations[0]) / "plugins" / "strategy"
    return {"ANSIBLE_STRATEGY_PLUGINS": str(plugins), "ANSIBLE_STRATEGY": "mitogen_linear"}


def _failures(output: str, hosts: t.Iterable[str]) -> Failures:
    """What the first failed task of each host said: others only repeat it, as the end of a run over many accounts."""
    told = json.loads(output[output.index("{\n") :])
    failures: Failures = {host: [] for host in hosts}
    for task in (task for play in told["plays"] for task in play["tasks"]):
        for host in set(task["hosts"]) & set(failures):
            result = task["hosts"][host]
            if (result.get("failed") or result.get("unreachable")) and not failures[host]:
                failures[host].append(str(result.get("msg")))
    return failures

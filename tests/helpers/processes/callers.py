# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many callers at once: hosts of one playbook run, each with an account and a policy of its own."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Mapping
from pathlib import Path
from unittest import mock

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report import credentials
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center import requests
from helpers.modules.plays import run_playbook
from helpers.moto.clients import administrator
from helpers.moto.enforcing_moto import enforce
from helpers.processes.control_node import ControlNode
from helpers.processes.permission_cases import Case

STRATEGIES = Path(__file__).resolve().parent / "strategies"

# For each host what its failed tasks said.
Failures = dict[str, list[str]]


class Callers:
    """Hosts for an inventory, which is written to the folder."""

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
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
            "caller_environment": {
                "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
                "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
            },
        }

    def run(self, node: ControlNode, playbook: str) -> Failures:
        """Run the playbook on all hosts while policies are enforced."""
        inventory = self._folder / "inventory.json"
        inventory.write_text(json.dumps({"all": {"hosts": self._hosts}}))
        args = ("--inventory", str(inventory), "--extra-vars", "target_hosts=all", "--forks", "4")
        enforce(self._url, True)
        try:
            run = node.playbook(
                f"cloudhsm.iam.{playbook}",
                *args,
                ANSIBLE_STDOUT_CALLBACK="ansible.posix.json",
                ANSIBLE_STRATEGY_PLUGINS=str(STRATEGIES),
                ANSIBLE_STRATEGY="callers",
            )
        finally:
            enforce(self._url, False)
        return _failures(run.output, self._hosts)

    def run_here(self, playbook: str) -> Failures:
        """What the same playbook comes to for each host, in this process. Modules call the server as ever."""
        enforce(self._url, True)
        try:
            # moto has done what it is asked for as soon as it is asked again.
            with mock.patch.object(requests, "FIRST_PAUSE", 0.01), mock.patch.object(credentials, "PAUSE", 0.01):
                return {host: self._run_one(playbook, variables) for host, variables in self._hosts.items()}
        finally:
            enforce(self._url, False)

    def _run_one(self, playbook: str, variables: Mapping[str, t.Any]) -> list[str]:
        told = run_playbook(playbook, variables, self._url, **variables["caller_environment"])
        return [] if told is None else [told]


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

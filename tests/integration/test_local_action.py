# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules tell the same from an action as from a process of their own."""

from __future__ import annotations

import json
import sys
import typing as t

from helpers.processes.control_node import ControlNode

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

# What has an environment of its own has to be a process.
HOSTS: dict[str, dict[str, str]] = {"here": {}, "apart": {"APART": "1"}}
USERS = [{"name": "ann", "console_access": True, "password": "Correct-Horse-7-Battery"}]
SERVICE = "autoscaling.amazonaws.com"
STEPS: dict[str, dict[str, t.Any]] = {
    "look": {"cloudhsm.iam.iam_account_info": {"groups": ["Admins"], "summary": True}},
    "fail": {"cloudhsm.iam.sts_session": {"role_arn": "no-role"}},
    "misspell": {"cloudhsm.iam.iam_account_info": {"group": ["Admins"]}},
    # Other roles of the service stay, of which the module warns.
    "warn": {
        "cloudhsm.iam.iam_service_linked_role": {"service_name": SERVICE, "state": "absent", "custom_suffix": "ours"}
    },
    "users": {"cloudhsm.iam.iam_users": {"users": USERS}, "check_mode": True},
    "group": {
        "cloudhsm.iam.iam_group_with_policies": {
            "name": "Keys",
            "policy": {"name": "Keys", "cloudhsm": {"level": "read_only"}},
            "require_mfa": True,
        },
        "check_mode": True,
        "diff": True,
    },
}


def test_an_action_and_a_process_tell_the_same(node: ControlNode, iam: IAMClient) -> None:
    iam.create_service_linked_role(AWSServiceName=SERVICE)
    local = {"ansible_connection": "local", "ansible_python_interpreter": sys.executable}
    hosts = {name: {**local, "its_environment": environment} for name, environment in HOSTS.items()}
    (node.folder / "hosts.json").write_text(json.dumps({"all": {"hosts": hosts}}))
    steps = [{"name": name, **step, "register": name, "ignore_errors": True} for name, step in STEPS.items()]
    kept = {
        "name": "Keep the results",
        "ansible.builtin.copy": {
            "content": "{{ {" + ", ".join(f"'{name}': {name}" for name in STEPS) + "} | to_json }}",
            "dest": str(node.folder) + "/{{ inventory_hostname }}.json",
            "mode": "0600",
        },
    }
    path = node.folder / "play.yml"
    play = {"hosts": "all", "gather_facts": False, "environment": "{{ its_environment }}", "tasks": [*steps, kept]}
    path.write_text(json.dumps([play]))
    run = node.playbook(path, "-i", "hosts.json", "-vvv")
    assert run.status == 0, run.output
    here, apart = (json.loads((node.folder / f"{name}.json").read_text()) for name in HOSTS)

    assert [name for name, result in here.items() if result.get("failed")] == ["fail", "misspell"]
    assert "others of that service stay" in str(here["warn"]["warnings"])
    for name in STEPS:
        assert comparable(here[name]) == comparable(apart[name]), name
    assert "Correct-Horse" not in run.output + json.dumps([here, apart])
    assert started(run.output, "here") < started(run.output, "apart")


def comparable(result: dict[str, t.Any]) -> dict[str, t.Any]:
    """Without what tells of the way: where a traceback leads, and what a process gives back beside its result."""
    return {
        key: value for key, value in result.items() if key not in ("exception", "invocation", "module_stderr", "rc")
    }


def started(output: str, host: str) -> int:
    """How many processes Ansible started for modules of the host."""
    return output.count(f"<{host}> EXEC")

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wrong input through Ansible itself: a message with item and field, no traceback, and no call but the guard's."""

from __future__ import annotations

import json

import pytest
from helpers.accounts.malformed_users import cases
from helpers.moto.fault_proxy import FaultProxy
from helpers.processes.control_node import GUARD_CALLS, ControlNode

# In parts that can run side by side.
PARTS = 4


@pytest.mark.parametrize("part", range(PARTS))
def test_every_wrong_list_is_refused_before_the_first_call(node: ControlNode, aws: FaultProxy, part: int) -> None:
    wrong = cases()[part::PARTS]
    (node.folder / "cases.json").write_text(json.dumps({"wrong": [users for users, _start in wrong]}))
    results = node.folder / "results.json"
    play = node.write_playbook(
        [
            {
                "name": "Wrong users",
                "cloudhsm.iam.iam_users": {"users": "{{ item }}"},
                "loop": "{{ wrong }}",
                "loop_control": {"label": ""},
                "register": "refused",
                "ignore_errors": True,
            },
            {
                "name": "Keep what was said",
                "ansible.builtin.copy": {
                    "content": "{{ refused.results | map(attribute='msg') | to_json }}",
                    "dest": str(results),
                    "mode": "0600",
                },
            },
        ]
    )
    run = node.playbook(play, "-e", "@cases.json")
    assert run.status == 0, run.output[-3000:]
    assert "Traceback" not in run.output
    assert aws.calls == []
    said = json.loads(results.read_text())
    for message, (users, start) in zip(said, wrong, strict=True):
        assert message.startswith("Nothing was changed. "), (users, message)
        assert start in message, (users, message)


def test_wrong_types_are_refused_before_the_first_write(node: ControlNode, aws: FaultProxy) -> None:
    for variables in (
        {"user_provisioning_users": "alice"},
        {"user_provisioning_users": [{"groups": ["Readers"]}]},
        {"user_provisioning_state": "gone"},
        {"user_provisioning_workers": "many"},
        {"user_provisioning_credentials_store": "cloud"},
    ):
        run = node.playbook("cloudhsm.iam.provision_users", "-e", json.dumps(variables))
        assert run.status != 0
        (name,) = variables
        assert name in run.output
        assert "Traceback" not in run.output
        assert [call.action for call in aws.calls][: len(GUARD_CALLS)] == GUARD_CALLS
        assert aws.writes == []
        aws.clear()

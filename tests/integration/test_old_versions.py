# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An Ansible that is too old, or without amazon.aws, is told so in one sentence, whichever part is used first."""

from __future__ import annotations

import sys

import pytest
from helpers.processes.control_node import ControlNode

TOO_OLD = "cloudhsm.iam needs ansible-core 2.19 or newer; this is 2.18.1"
# Ansible's own programs, in a process that takes itself for an older one.
PRETEND = """
import sys
from ansible.module_utils import ansible_release
ansible_release.__version__ = "2.18.1"
from ansible.cli.{program} import main
main(["{program}", *sys.argv[1:]])
"""
WITHOUT_AMAZON = """
import sys
from ansible.utils.collection_loader import _collection_finder
whole = _collection_finder._AnsibleCollectionFinder.find_spec
def partial(self, fullname, path=None, target=None):
    return None if fullname.startswith("ansible_collections.amazon") else whole(self, fullname, path, target)
_collection_finder._AnsibleCollectionFinder.find_spec = partial
from ansible.cli.{program} import main
main(["{program}", *sys.argv[1:]])
"""


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        ("playbook", ["cloudhsm.iam.bootstrap"]),
        ("playbook", ["cloudhsm.iam.access_report"]),
        ("adhoc", ["localhost", "-m", "cloudhsm.iam.iam_account_info"]),
        ("adhoc", ["localhost", "-m", "cloudhsm.iam.iam_users"]),
        ("inventory", ["-i", "accounts.yml", "--list"]),
    ],
    ids=lambda value: value[-1] if isinstance(value, list) else value,
)
def test_an_old_ansible_core(node: ControlNode, program: str, arguments: list[str]) -> None:
    (node.folder / "accounts.yml").write_text("plugin: cloudhsm.iam.organization_accounts\n")
    node.environment["ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED"] = "1"
    run = node.run(sys.executable, "-c", PRETEND.format(program=program), *arguments)
    assert run.status != 0
    assert TOO_OLD in " ".join(run.output.split())
    assert "probably a bug" not in run.output
    assert "cannot import" not in run.output


@pytest.mark.parametrize(
    ("program", "arguments"),
    [("playbook", ["cloudhsm.iam.bootstrap"]), ("adhoc", ["localhost", "-m", "cloudhsm.iam.iam_users"])],
)
def test_without_amazon_aws(node: ControlNode, program: str, arguments: list[str]) -> None:
    run = node.run(sys.executable, "-c", WITHOUT_AMAZON.format(program=program), *arguments)
    assert run.status != 0
    assert "needs the collection amazon.aws; run ansible-galaxy collection install amazon.aws" in run.output
    assert "probably a bug" not in run.output

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection as its users get it: built, installed into an empty place, and run by its full names."""

from __future__ import annotations

import json
import re
import tarfile
from pathlib import Path

import pytest
from helpers.processes.control_node import ControlNode, Run

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def installed(node: ControlNode) -> ControlNode:
    """A control node with the built collection in a folder of its own, which goes before the checkout."""
    collections = node.folder / "collections"
    node.environment["ANSIBLE_COLLECTIONS_PATH"] = str(collections)
    check(node.run("ansible-galaxy", "collection", "build", str(ROOT), "--output-path", str(node.folder)))
    (tarball,) = node.folder.glob("cloudhsm-iam-*.tar.gz")
    options = ("--offline", "--force", "-p", str(collections))
    check(node.run("ansible-galaxy", "collection", "install", str(tarball), *options))
    return node


def check(run: Run) -> Run:
    assert run.status == 0, run.output
    return run


def test_it_holds_what_users_need_and_no_more(installed: ControlNode) -> None:
    (tarball,) = installed.folder.glob("cloudhsm-iam-*.tar.gz")
    with tarfile.open(tarball) as archive:
        names = {Path(name).parts[0] for name in archive.getnames()}
    wanted = {"FILES.json", "MANIFEST.json", "LICENSE", "README.md", "CHANGELOG.rst", "changelogs", "meta"}
    wanted |= {"playbooks", "plugins", "requirements.txt", "requirements.yml", "roles"}
    assert wanted <= names
    assert not names & {"tools", "Makefile", "pyproject.toml", ".venv", ".ci", ".git", "requirements-dev.txt"}


def test_every_plugin_and_role_is_documented(installed: ControlNode) -> None:
    modules = sum(1 for path in (ROOT / "plugins" / "modules").glob("*.py"))
    roles = sum(1 for path in (ROOT / "roles").iterdir())
    for kind, count in (("module", modules), ("role", roles)):
        listed = json.loads(check(installed.run("ansible-doc", "-t", kind, "-l", "-j", "cloudhsm.iam")).output)
        assert len(listed) == count
        shown = check(installed.run("ansible-doc", "-t", kind, *sorted(listed))).output
        folder = re.escape(str(installed.folder / "collections"))
        headings = re.findall(rf"^> (?:MODULE|ROLE):? \*?([\w.]+)\*? \({folder}/", shown, re.M)
        assert sorted(headings) == sorted(listed), "the documentation is not the installed one's"


def test_playbooks_and_roles_run_by_their_full_names(installed: ControlNode) -> None:
    run = check(installed.playbook("cloudhsm.iam.service_linked_role", "-v"))
    assert run.changed_tasks == ["cloudhsm.iam.service_linked_role : Create or delete the service-linked role"]
    users = json.dumps({"user_provisioning_users": [{"name": "alice"}]})
    run = check(installed.playbook("cloudhsm.iam.provision_users", "-e", users))
    assert "+ user alice" in run.output
    group = {"ansible.builtin.include_role": {"name": "cloudhsm.iam.cloudhsm_group"}}
    run = check(installed.playbook(installed.write_playbook([{"name": "The group", **group}]), "-vv"))
    assert len(run.changed_tasks) == 1
    assert f"task path: {installed.folder}/collections" in run.output


def test_settings_for_the_action_group_reach_all_modules(installed: ControlNode) -> None:
    for name in ("AWS_URL", "AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        installed.environment[f"KEPT_{name}"] = installed.environment.pop(name)
    settings = {
        "group/cloudhsm.iam.aws": {
            "endpoint_url": installed.environment["KEPT_AWS_URL"],
            "access_key": "testing",
            "secret_key": "testing",
        }
    }
    role = {"ansible.builtin.include_role": {"name": "cloudhsm.iam.bootstrap"}}
    play = {"hosts": "localhost", "gather_facts": False, "module_defaults": settings, "tasks": [role]}
    path = installed.folder / "defaults.yml"
    path.write_text(json.dumps([play]))
    assert len(check(installed.playbook(path)).changed_tasks) == 1

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands of docs/installing.md, run one after the other where the collection is not installed yet."""

from __future__ import annotations

import os
import re
import site
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
import yaml
from helpers.processes.control_node import Run

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "installing.md").read_text()
BLOCKS = re.findall(r"<!-- runs: ([a-z ]+) -->\n```shell\n(.*?)```", PAGE, re.DOTALL)
COMMANDS = {what: text for what, text in BLOCKS if what != "setup"}
VERSION = yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"]


class Machine:
    """A home folder, Ansible with all collections of its package, and nothing of ours."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.home.mkdir()
        programs = folder / "bin"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder / "venv")], check=True)
        python = folder / "venv" / "bin" / "python"
        self._link_packages(Path(sysconfig.get_path("purelib", vars={"base": str(folder / "venv")})))
        programs.mkdir()
        for name in ("galaxy", "playbook", "doc"):
            program = programs / f"ansible-{name}"
            program.write_text(f'#!/bin/sh\nexec {python} -m ansible {name} "$@"\n')
            program.chmod(0o755)
        (folder / "ansible.cfg").touch()
        self.environment = {
            "HOME": str(self.home),
            "PATH": f"{programs}:/usr/bin:/bin",
            "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
            "ANSIBLE_NOCOLOR": "true",
            # The repository that the page names is this checkout.
            "GIT_CONFIG_COUNT": "2",
            "GIT_CONFIG_KEY_0": f"url.{ROOT}.insteadOf",
            "GIT_CONFIG_VALUE_0": "https://github.com/cloudhsm/iam.git",
            "GIT_CONFIG_KEY_1": "safe.directory",
            "GIT_CONFIG_VALUE_1": "*",
        }

    @staticmethod
    def _link_packages(there: Path) -> None:
        [ours] = [Path(folder) for folder in site.getsitepackages() if Path(folder, "ansible_collections").is_dir()]
        for entry in ours.iterdir():
            if entry.name != "ansible_collections" and not (there / entry.name).exists():
                (there / entry.name).symlink_to(entry)
        (there / "ansible_collections").mkdir()
        for entry in (ours / "ansible_collections").iterdir():
            if entry.name != "cloudhsm":
                (there / "ansible_collections" / entry.name).symlink_to(entry)

    @property
    def installed(self) -> Path:
        return self.home / ".ansible/collections/ansible_collections/cloudhsm/iam"

    def run(self, what: str, folder: Path | None = None) -> Run:
        """Run what the page has under this name, as somebody would who pastes it."""
        ended = subprocess.run(
            ["bash", "-euc", COMMANDS[what]],
            cwd=folder or self.home,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        return Run(ended.returncode, ended.stdout)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def check(run: Run, *words: str) -> None:
    assert run.status == 0, run.output
    for word in words:
        assert word in run.output


def test_from_a_clone_and_from_a_tarball_and_again(machine: Machine, tmp_path: Path) -> None:
    assert not machine.installed.exists()
    check(machine.run("clone"), f"cloudhsm.iam:{VERSION} was installed successfully")
    check(machine.run("check"), VERSION, str(machine.installed.parents[1]))
    clone = machine.home / "cloudhsm-iam"

    # Without --force nothing happens, as the page says. With it nothing is left of what was there.
    (machine.installed / "left.txt").touch()
    again = machine.run("clone", tmp_path)
    assert "Nothing to do. All requested collections are already installed" in again.output
    assert "Nothing to do. All requested collections are already installed" in PAGE
    check(machine.run("upgrade", clone), "was installed successfully")
    assert not (machine.installed / "left.txt").exists()

    check(machine.run("build", clone))
    [tarball] = clone.glob("cloudhsm-iam-*.tar.gz")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    tarball.rename(elsewhere / tarball.name)
    (machine.installed / "left.txt").touch()
    check(machine.run("upgrade from a tarball", elsewhere), "was installed successfully")
    assert not (machine.installed / "left.txt").exists()

    other = tmp_path / "other"
    other.mkdir()
    machine.home = machine.home / "other"
    machine.home.mkdir()
    machine.environment["HOME"] = str(machine.home)
    check(machine.run("tarball", elsewhere), "was installed successfully")
    check(machine.run("check", other), VERSION)


def test_the_page_is_run_as_it_stands() -> None:
    assert set(COMMANDS) == {"clone", "check", "build", "tarball", "upgrade", "upgrade from a tarball"}
    assert "ANSIBLE_COLLECTIONS_PATH" not in "".join(COMMANDS.values())
    assert os.sep not in COMMANDS["tarball"]

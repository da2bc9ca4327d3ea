# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tests that lean on what the machine happens to have would be found."""

from __future__ import annotations

import json
import sys
import sysconfig
from pathlib import Path
from types import ModuleType

import boto3
import pytest
from helpers.processes.own_imports import ROOT, foreign_imports

STDLIB = sysconfig.get_path("stdlib")


def module(file: str | None) -> ModuleType:
    made = ModuleType("made")
    made.__file__ = file
    return made


@pytest.mark.parametrize(
    "file",
    [
        "/root/.local/lib/python3.13/site-packages/boto3/__init__.py",
        "/usr/lib/python3/dist-packages/boto3/__init__.py",
        f"{STDLIB}/site-packages/boto3/__init__.py",
        f"{STDLIB}/dist-packages/boto3/__init__.py",
        "/opt/lib/boto3.py",
    ],
)
def test_what_only_this_machine_has_is_found(file: str, tmp_path: Path) -> None:
    assert foreign_imports({"boto3": module(file)}, tmp_path) == {"boto3": file}


def test_what_every_machine_gets_is_not(tmp_path: Path) -> None:
    own = [str(ROOT / "tools" / "supported.py"), boto3.__file__, json.__file__, str(tmp_path / "sample.py"), None]
    assert foreign_imports({str(number): module(file) for number, file in enumerate(own)}, tmp_path) == {}


def test_no_folder_of_the_machines_packages_is_searched() -> None:
    """PYTHONPATH, a user's own packages and those of the base Python."""
    searched = [Path(entry) for entry in sys.path if "-packages" in entry]
    assert searched
    assert [entry for entry in searched if not entry.is_relative_to(sys.prefix)] == []

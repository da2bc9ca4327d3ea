# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Versions that are too old are told in one sentence, before anything else can fail because of them."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import typing as t
from pathlib import Path

import boto3
import botocore
import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils import _requirements
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.module import CloudHsmIamModule
from ansible_collections.cloudhsm.iam.plugins.module_utils._requirements import boto3_problem, problem

if t.TYPE_CHECKING:
    from helpers.modules.scripted import RunModule

ROOT = Path(__file__).resolve().parents[4]
GUARD = "ansible_collections.cloudhsm.iam.plugins.module_utils"
# The oldest Python that ansible-core 2.19 sends a module to.
OLDEST_READER = (3, 8)


def imports(path: Path) -> list[ast.Import | ast.ImportFrom]:
    found = [node for node in ast.parse(path.read_text()).body if isinstance(node, ast.Import | ast.ImportFrom)]
    return [node for node in found if getattr(node, "module", None) != "__future__"]


ENTRIES = [path for kind in ("action", "inventory", "modules") for path in sorted(ROOT.glob(f"plugins/{kind}/*.py"))]
# Some modules hold documentation alone, for their action.
WITH_CODE = [path for path in ENTRIES if imports(path)]
MODULES = [path for path in WITH_CODE if path.parent.name == "modules"]


@pytest.mark.parametrize("path", WITH_CODE, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_the_check_comes_before_every_other_import(path: Path) -> None:
    first = imports(path)[0]
    assert isinstance(first, ast.ImportFrom)
    assert (first.module, [alias.name for alias in first.names]) == (GUARD, ["_requirements"])


@pytest.mark.parametrize("path", [*MODULES, Path(_requirements.__file__)], ids=lambda path: path.stem)
def test_an_old_python_gets_as_far_as_the_check(path: Path) -> None:
    ast.parse(path.read_text(), feature_version=OLDEST_READER)


def test_all_of_them_are_looked_at() -> None:
    assert len(WITH_CODE) >= 14
    assert len(MODULES) >= 6


@pytest.mark.parametrize(
    ("python", "core", "says"),
    [
        ((3, 11, 0), "2.19.0", ""),
        ((3, 14, 1), "2.22.0.dev0", ""),
        ((4, 0, 0), "3.0.0", ""),
        ((3, 11, 0), "2.19.0rc1", ""),
        ((3, 12, 1), "2.16.3", "cloudhsm.iam needs ansible-core 2.19 or newer; this is 2.16.3"),
        ((3, 12, 1), "2.9.27", "cloudhsm.iam needs ansible-core 2.19 or newer; this is 2.9.27"),
        ((3, 9, 2), "2.18.1", "cloudhsm.iam needs ansible-core 2.19 or newer; this is 2.18.1"),
        ((3, 10, 9), "2.19.0", f"cloudhsm.iam needs Python 3.11 or newer; {sys.executable} is Python 3.10.9"),
        ((3, 9, 2), "2.21.0", f"cloudhsm.iam needs Python 3.11 or newer; {sys.executable} is Python 3.9.2"),
    ],
)
def test_what_is_too_old_is_told(python: tuple[int, ...], core: str, says: str) -> None:
    assert problem(python, core) == says


@pytest.mark.parametrize(
    ("versions", "says"),
    [
        (("1.35.0", "1.35.0"), ""),
        (("1.100.2", "1.100.2"), ""),
        (("2.0.0", "2.0.0.dev1"), ""),
        (("1.34.162", "1.35.0"), f"cloudhsm.iam needs boto3 1.35.0 or newer; {sys.executable} has 1.34.162"),
        (("1.35.0", "1.9.0"), f"cloudhsm.iam needs botocore 1.35.0 or newer; {sys.executable} has 1.9.0"),
    ],
)
def test_an_old_boto3_is_told(versions: tuple[str, str], says: str) -> None:
    assert boto3_problem(*versions) == says


@pytest.mark.parametrize("package", [boto3, botocore], ids=lambda package: package.__name__)
def test_a_module_stops_at_an_old_boto3(run_main: RunModule, monkeypatch: pytest.MonkeyPatch, package: t.Any) -> None:
    def main() -> None:
        CloudHsmIamModule(argument_spec={}).exit_json(changed=False)

    assert "failed" not in run_main(main)
    monkeypatch.setattr(package, "__version__", "1.28.0")
    result = run_main(main)
    assert result["msg"].startswith(f"cloudhsm.iam needs {package.__name__} 1.35.0 or newer; ")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_a_module_in_an_old_python_answers_with_the_sentence(path: Path) -> None:
    """As Ansible starts it: a process whose one output is the result."""
    pretend = (
        "import runpy, sys; sys.version_info = (3, 9, 18, 'final', 0); "
        f"runpy.run_module('ansible_collections.cloudhsm.iam.plugins.modules.{path.stem}', run_name='__main__')"
    )
    ended = subprocess.run([sys.executable, "-c", pretend], capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert json.loads(ended.stdout) == {
        "failed": True,
        "msg": f"cloudhsm.iam needs Python 3.11 or newer; {sys.executable} is Python 3.9.18",
    }
    assert ended.stderr == ""

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports in plugins/module_utils point down, as CONTRIBUTING says."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

MODULE_UTILS = Path(__file__).parents[2] / "plugins/module_utils"
OURS = "ansible_collections.cloudhsm.iam.plugins."
# From the bottom to the top. Packages on one floor are resources, which do not know each other.
FLOORS = (
    {"_version", "_requirements"},
    {"_aws"},
    {"_policies"},
    {"_users", "_groups", "_service_linked_role", "_federation", "_password_policy"},
    {"_account"},
    {"_page"},
    {"_access_report"},
)
FILES = sorted(path.relative_to(MODULE_UTILS) for path in MODULE_UTILS.rglob("*.py") if path.stat().st_size)


def package_of(path: Path) -> str:
    return path.parts[0].removesuffix(".py")


def floor_of(package: str) -> int:
    return next(number for number, packages in enumerate(FLOORS) if package in packages)


def imports(path: Path) -> Iterator[str]:
    """Full names of this collection's modules that a file imports, wherever in the file it does so."""
    for node in ast.walk(ast.parse((MODULE_UTILS / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith(OURS):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_each_package_has_a_floor() -> None:
    assert {package_of(path) for path in FILES} == set().union(*FLOORS)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_imports_point_down(path: Path) -> None:
    own = package_of(path)
    for name in imports(path):
        kind, other = name.removeprefix(OURS).split(".")[:2]
        assert kind == "module_utils", f"{path} imports {name}, which only the controller has"
        assert other == own or floor_of(other) < floor_of(own), f"{path} imports {name}, which is not below {own}"


@pytest.mark.parametrize("path", [path for path in FILES if path.name in ("plan.py", "model.py")], ids=str)
def test_plans_and_models_know_neither_boto_nor_ansible(path: Path) -> None:
    for node in ast.walk(ast.parse((MODULE_UTILS / path).read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        assert not [name for name in names if name.split(".")[0] in ("boto3", "botocore", "ansible")]

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Imports in plugins/module_utils point down, as CONTRIBUTING says, and plugins stand on ground that is supported."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

MODULE_UTILS = Path(__file__).parents[2] / "plugins/module_utils"
OURS = "ansible_collections.cloudhsm.iam.plugins."
# From the bottom to the top. Packages on one floor are resources, which do not know each other.
FLOORS = (
    {"_version", "_requirements"},
    {"_aws"},
    {"_policies"},
    {"_roles"},
    {
        "_users",
        "_groups",
        "_identity_center",
        "_service_linked_role",
        "_federation",
        "_cloudhsm_role",
        "_password_policy",
        "_root_access",
    },
    {"_identity_users"},
    {"_account"},
    {"_page"},
    {"_access_report", "_history", "_notification"},
    {"_change_control"},
    {"_export", "_guardrails", "_user_credentials"},
    {"_break_glass"},
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


# What else the steps of a resource might be called. Beside those there are files about one subject each.
STEPS = {
    "input": {"options", "parse", "parser", "validate", "validation"},
    "model": {"models", "types", "values"},
    "snapshot": {"actual", "current", "look", "read", "reader", "state"},
    "plan": {"changes", "diff", "planner"},
    "apply": {"execute", "executor", "write", "writer"},
    "result": {"output", "render", "results"},
    "run": {"main", "module"},
}
# options.py has those of the run; input.py reads the users.
BESIDE_THE_STEP = {Path("_users/options.py")}


@pytest.mark.parametrize("path", [path for path in FILES if package_of(path) != "_aws"], ids=str)
def test_a_step_has_the_same_name_in_each_package(path: Path) -> None:
    named = [step for step, others in STEPS.items() if path.stem in others]
    assert not named or path in BESIDE_THE_STEP, f"{path} does what {named[0]}.py does elsewhere"


@pytest.mark.parametrize("path", [path for path in FILES if path.name in ("plan.py", "model.py")], ids=str)
def test_plans_and_models_know_neither_boto_nor_ansible(path: Path) -> None:
    for node in ast.walk(ast.parse((MODULE_UTILS / path).read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        assert not [name for name in names if name.split(".")[0] in ("boto3", "botocore", "ansible")]


PLUGINS = MODULE_UTILS.parent
ALL_FILES = sorted(path.relative_to(PLUGINS) for path in PLUGINS.rglob("*.py") if path.stat().st_size)
# For tests, as their owners say, or a program that is another collection's own.
UNSUPPORTED = re.compile(
    r"unittest\b|mock\b|ansible\.module_utils\.testing\b|ansible_collections\.(?!cloudhsm\.)\w+\.\w+\.plugins\.modules\b"
)
# What a definition may call: constructors of values, and what only looks at values.
PURE = re.compile(
    r"frozenset|set|tuple|dict(\.fromkeys)?|len|range|enumerate|getattr|type|field|fields|re\.compile|t\.TypeVar|Path|"
    r"json\.dumps|str\.maketrans|uuid\.UUID|Display|trust_as_template|aws_argument_spec|\w+\.(lower|values|items|get)|"
    r"aws_argument_spec\(\)\.items|_?[A-Z]\w*|_short|_left|root_user|root_user\(\w+\)\.problems"
)
# Says in one sentence which version is too old, which has to come before an import fails for it.
CHECKS_AT_IMPORT = Path("module_utils/_requirements.py")


def statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that an import runs, also those inside of classes and of tries."""
    for node in body:
        if isinstance(node, ast.Try):
            yield from statements(node.body + node.orelse + node.finalbody)
            yield from (each for handler in node.handlers for each in statements(handler.body))
        elif isinstance(node, ast.ClassDef):
            yield from statements(node.body)
        else:
            yield node


def has_effect(node: ast.stmt) -> bool:
    """Whether a statement does more than define something."""
    if isinstance(node, ast.If):
        return ast.unparse(node.test) not in ("t.TYPE_CHECKING", "__name__ == '__main__'")
    if isinstance(node, ast.Expr):
        return not isinstance(node.value, ast.Constant)
    if isinstance(node, ast.Assign | ast.AnnAssign):
        calls = [ast.unparse(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)]
        return not all(PURE.fullmatch(call) for call in calls)
    return not isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef | ast.Pass)


@pytest.mark.parametrize("path", ALL_FILES, ids=str)
def test_an_import_only_defines(path: Path) -> None:
    found = [node for node in statements(parsed(PLUGINS / path).body) if has_effect(node)]
    assert [ast.unparse(node) for node in found] == (["_check()"] if path == CHECKS_AT_IMPORT else [])


@pytest.mark.parametrize(
    "text", ["gc.freeze()", "a = open('b').read()", "if a:\n b()", "for a in b:\n pass", "a = b()"]
)
def test_an_effect_is_seen(text: str) -> None:
    (node,) = ast.parse(text).body
    assert has_effect(node)


@pytest.mark.parametrize("path", ALL_FILES, ids=str)
def test_nothing_stands_on_what_is_for_tests_or_private_to_others(path: Path) -> None:
    assert [name for name in imported(PLUGINS / path) if UNSUPPORTED.match(name)] == []


@pytest.mark.parametrize(
    "text",
    [
        "from unittest import mock",
        "import unittest.mock",
        "from ansible.module_utils.testing import patch_module_args",
        "from ansible_collections.amazon.aws.plugins.modules import iam_group",
        "from ansible_collections.amazon.aws.plugins.modules.iam_group import main",
    ],
)
def test_unsupported_ground_is_seen(text: str, tmp_path: Path) -> None:
    (tmp_path / "plugin.py").write_text(text)
    assert [name for name in imported(tmp_path / "plugin.py") if UNSUPPORTED.match(name)]


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imported(path: Path) -> Iterator[str]:
    """Full names of everything that a file imports."""
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


# Longer than what does it, what keeps the results and what says it.
MOST_LINES = 30
TASKS = sorted((PLUGINS.parent / "roles").glob("*/tasks/*.yml"))


@pytest.mark.parametrize("path", TASKS, ids=lambda path: path.parts[-3])
def test_a_role_is_no_program(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MOST_LINES
    assert "{%" not in text
    assert not (path.parents[1] / "vars").exists()

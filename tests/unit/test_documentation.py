# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What pages name is there: variables, plugins, playbooks, files, make targets, and the messages that they explain."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from helpers.documents import documentation
from helpers.documents.documentation import PAGES, ROLES, ROOT, VARIABLES, shown

# Where names come from that are no variables of roles: files, results, variables of playbooks and of patterns.
SOURCES = [path for folder in ("roles", "plugins", "playbooks", "extensions") for path in (ROOT / folder).rglob("*")]
CODE = "\n".join(path.read_text() for path in SOURCES if path.suffix in {".py", ".yml", ".j2", ".json"})
OF_ROLES = re.compile(rf"\b(?:{'|'.join(ROLES)})_\w*[a-z0-9]\b")
PLUGINS = {path.stem for kind in ("filter", "inventory", "modules") for path in ROOT.glob(f"plugins/{kind}/*.py")}
PLAYBOOKS = {path.stem for path in ROOT.glob("playbooks/*.yml")}
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
OMITTED = "…"
EXPRESSION = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
LITERAL = re.compile(r"(?<=')[^']+(?=')")

pages = pytest.mark.parametrize("page", [pytest.param(page, id=shown(page)) for page in PAGES])


@pages
def test_variables_are_there(page: Path) -> None:
    named = set(OF_ROLES.findall(page.read_text())) - set(VARIABLES)
    assert [name for name in sorted(named) if not re.search(rf"\b{name}\b", CODE)] == []


@pages
def test_what_is_named_in_full_is_there(page: Path) -> None:
    named = set(re.findall(r"\bcloudhsm\.iam\.([a-z_]+)", page.read_text()))
    assert named - PLUGINS - PLAYBOOKS - set(ROLES) - {"aws"} == set()


@pages
def test_files_are_there(page: Path) -> None:
    named = re.findall(r"`((?:tests|tools|docs|roles|plugins|playbooks|extensions)/[\w./*-]+)`", page.read_text())
    assert [name for name in named if not list(ROOT.glob(name))] == []


@pages
def test_make_targets_are_there(page: Path) -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z-]+)", page.read_text(), re.MULTILINE))
    assert named <= TARGETS


def test_every_promise_is_proven_by_tests() -> None:
    promises = [row for row in table_rows(ROOT / "docs" / "security_model.md") if len(row) == 2]
    assert len(promises) > 10
    for promise, proof in promises:
        named = re.findall(r"`([^`]*)`", proof)
        assert named, promise
        assert [name for name in named if not is_test(ROOT / name)] == [], promise


def is_test(path: Path) -> bool:
    """Whether this is a file of tests, or a scenario that verifies something."""
    if path.parent == ROOT / "extensions" / "molecule":
        return (path / "verify.yml").is_file()
    return path.name.startswith("test_") and "\ndef test_" in path.read_text()


def table_rows(page: Path) -> Iterator[list[str]]:
    """The cells of a page's tables, without their heads."""
    body = False
    for line in page.read_text().splitlines():
        if not line.startswith("|"):
            body = False
        elif body:
            yield [cell.strip() for cell in line.strip("|").split(" | ")]
        elif set(line) <= set("|- "):
            body = True


def test_every_console_step_has_its_line() -> None:
    steps = [row for row in table_rows(ROOT / "docs" / "from_the_console.md") if row[0].isdigit()]
    assert [int(row[0]) for row in steps] == list(range(1, len(steps) + 1))
    assert len(steps) == 15
    assert all(row[-1] for row in steps)


# --- Messages


def of_python(path: Path) -> Iterator[str]:
    """The texts of a file, with a sign for what they get when it runs."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Constant(str() as text):
                yield text
            case ast.JoinedStr(values):
                parts = (str(value.value) if isinstance(value, ast.Constant) else OMITTED for value in values)
                yield "".join(parts)


def of_yaml(node: object) -> Iterator[str]:
    """The texts of tasks, with a sign for each expression in them, and the texts that stand in expressions."""
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            yield from of_yaml(inner)
    elif isinstance(node, str):
        yield EXPRESSION.sub(OMITTED, node)
        yield OMITTED.join(LITERAL.findall(" ".join(EXPRESSION.findall(node))))


def messages() -> list[str]:
    # A message is one line; documentation has several.
    texts = [text for path in ROOT.glob("plugins/**/*.py") for text in of_python(path) if "\n" not in text.strip()]
    for folder in ("roles/*/tasks", "roles/*/vars", "playbooks"):
        for path in ROOT.glob(f"{folder}/*.yml"):
            texts.extend(of_yaml(yaml.safe_load(path.read_text())))
    return [" ".join(text.split()) for text in texts]


def says(text: str, quoted: str) -> bool:
    """Whether the fixed parts of what is quoted are in the text, in this order."""
    position = 0
    for part in (part.strip() for part in quoted.split(OMITTED)):
        found = text.find(part, position)
        if found < 0:
            return False
        position = found + len(part)
    return True


def quoted_messages() -> list[str]:
    """The headings of the page on troubleshooting that are messages."""
    text = (ROOT / "docs" / "troubleshooting.md").read_text()
    return re.findall(r"^### `(.+)`$", text, re.MULTILINE)


@pytest.fixture(scope="module")
def all_messages() -> list[str]:
    return messages()


def test_there_are_messages_to_look_up() -> None:
    assert len(quoted_messages()) > 25
    assert len(set(quoted_messages())) == len(quoted_messages())


@pytest.mark.parametrize("quoted", quoted_messages())
def test_messages_are_what_the_code_says(quoted: str, all_messages: list[str]) -> None:
    assert len(quoted.replace(OMITTED, "").strip()) > 12, "too short to be told from others"
    assert any(says(text, quoted) for text in all_messages)


def test_another_message_would_be_found() -> None:
    assert says("the plan deletes … users, more than are allowed", "the plan deletes … more than")
    assert not says("the plan deletes … users", "the plan removes … users")
    assert not says("b … a", "a … b")


def test_examples_on_terminals_name_playbooks_that_are_there() -> None:
    named = {
        name
        for block in documentation.BLOCKS
        if block.language == "shell"
        for name in re.findall(r"ansible-playbook (?:-\S+ \S+ )*cloudhsm\.iam\.(\w+)", block.text)
    }
    assert named
    assert named <= PLAYBOOKS


def test_pip_is_only_told_where_debian_lets_it_install() -> None:
    """It refuses to outside of a virtual environment, which has to be made and entered before."""
    told = [block for block in documentation.BLOCKS if re.search(r"^pip3? install", block.text, re.MULTILINE)]
    assert len(told) >= 3
    for block in told:
        assert re.search(r"^python3 -m venv (\S+)\n\. \1/bin/activate\npip install ", block.text, re.MULTILINE), (
            block.where
        )


def test_nothing_is_told_to_be_on_galaxy() -> None:
    from_galaxy = re.compile(r"collection install (?:-\S+ )*cloudhsm\.iam\b")
    assert [page for page in PAGES if from_galaxy.search(page.read_text())] == []


def test_every_way_to_install_links_to_the_page_on_it() -> None:
    for page in PAGES:
        if "ansible-galaxy collection install" in page.read_text() and page.name != "installing.md":
            assert "installing.md" in page.read_text(), page

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the documentation says, taken apart for tests: its pages, the code blocks in them, and plugins' EXAMPLES."""

from __future__ import annotations

import ast
import re
import typing as t
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[3]
# Every page that people read, but for what other tools made from something else.
PAGES = sorted([ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("roles/*/README.md")])
PLUGINS = sorted(
    path for kind in ("filter", "inventory", "lookup", "modules") for path in ROOT.glob(f"plugins/{kind}/*.py")
)
FENCE = re.compile(r"^ *```(?P<language>\w*)\n(?P<text>.*?)^ *```$", re.MULTILINE | re.DOTALL)

Options = dict[str, dict[str, t.Any]]


@dataclass(frozen=True)
class Example:
    """A code block, with the page and line that it is from."""

    where: str
    language: str
    text: str

    @property
    def documents(self) -> list[t.Any]:
        """What it holds as YAML."""
        return list(yaml.safe_load_all(self.text))


def shown(path: Path) -> str:
    """The path as messages show it."""
    return str(path.relative_to(ROOT))


def _blocks(page: Path) -> Iterator[Example]:
    text = page.read_text()
    for found in FENCE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        yield Example(f"{shown(page)}:{line}", found["language"], found["text"])


def _examples_of_plugin(path: Path) -> Iterator[Example]:
    for node in ast.parse(path.read_text()).body:
        match node:
            case ast.Assign(targets=[ast.Name("EXAMPLES")], value=ast.Constant(str() as text)):
                yield Example(f"{shown(path)}:{node.lineno}", "yaml", text)


BLOCKS = [block for page in PAGES for block in _blocks(page)]
EXAMPLES = [
    *(block for block in BLOCKS if block.language == "yaml"),
    *(example for path in PLUGINS for example in _examples_of_plugin(path)),
]

ROLES: dict[str, Options] = {
    path.parents[1].name: yaml.safe_load(path.read_text())["argument_specs"]["main"]["options"]
    for path in sorted(ROOT.glob("roles/*/meta/argument_specs.yml"))
}
VARIABLES: Options = {name: details for options in ROLES.values() for name, details in options.items()}

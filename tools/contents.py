# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the list of the collection's contents, each with its short description.

tools/contents.py FILE      writes the page
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import yaml
from rendering import render

ROOT = Path(__file__).resolve().parents[1]
KINDS = {"modules": "Modules", "filter": "Filters", "inventory": "Inventory plugins"}
# Comment lines at the top of every file.
HEADER = ("# Copyright", "# SPDX", "---")


def playbook(path: Path) -> str:
    """The first line of a playbook's comment."""
    lines = (line for line in path.read_text().splitlines() if not line.startswith(HEADER))
    return next(lines).removeprefix("# ").rstrip(":")


def role(folder: Path) -> str:
    """A role's short description."""
    specs = yaml.safe_load((folder / "meta" / "argument_specs.yml").read_text())
    return str(specs["argument_specs"]["main"]["short_description"])


def plugin(path: Path) -> str:
    """A module's or plugin's short description."""
    for node in ast.parse(path.read_text()).body:
        match node:
            case ast.Assign(targets=[ast.Name("DOCUMENTATION")], value=ast.Constant(str() as text)):
                return str(yaml.safe_load(text)["short_description"])
    raise ValueError(f"{path} has no documentation")


def page() -> str:
    """The whole page."""
    folders = sorted(path for path in ROOT.glob("roles/*") if path.is_dir())
    return render(
        Path(__file__).with_name("contents.md.j2"),
        playbooks={path.stem: playbook(path).rstrip(".") for path in sorted(ROOT.glob("playbooks/*.yml"))},
        roles={folder.name: role(folder) for folder in folders},
        plugins={
            title: {path.stem: plugin(path) for path in sorted(ROOT.glob(f"plugins/{kind}/*.py"))}
            for kind, title in KINDS.items()
        },
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page())

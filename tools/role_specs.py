# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the roles' argument specs as a Python file that plugins can import.

python tools/role_specs.py FILE
"""

from __future__ import annotations

import subprocess
import sys
import typing as t
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
KEPT = ("type", "elements", "choices", "required", "default", "no_log")
HEAD = '''\
# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The variables of the roles. `make docs` generates this file from roles/*/meta/argument_specs.yml; edit those."""

from __future__ import annotations

import typing as t

'''


def read_specs() -> dict[str, dict[str, t.Any]]:
    """Each role's argument spec, by the role's name, with the keys that matter for reading values."""
    specs = {}
    for path in sorted(ROOT.glob("roles/*/meta/argument_specs.yml")):
        options = yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]["main"].get("options", {})
        specs[path.parts[-3]] = {name: _kept(option) for name, option in options.items()}
    return specs


def _kept(option: dict[str, t.Any]) -> dict[str, t.Any]:
    kept = {key: option[key] for key in KEPT if key in option}
    if "options" in option:
        kept["options"] = {name: _kept(inner) for name, inner in option["options"].items()}
    return kept


def render(specs: dict[str, dict[str, t.Any]]) -> str:
    """The file's content, formatted with ruff."""
    source = f"{HEAD}SPECS: dict[str, dict[str, t.Any]] = {specs!r}\n"
    ruff = [str(Path(sys.executable).with_name("ruff")), "format", "--stdin-filename", "specs.py", "-"]
    return subprocess.run(ruff, input=source, capture_output=True, text=True, check=True, cwd=ROOT).stdout


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(render(read_specs()), encoding="utf-8")

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes plugins/plugin_utils/_variables.py: the names of all variables that the collection's roles and playbooks have.

python tools/variables.py PATH
"""

from __future__ import annotations

import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
HEAD = '''# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Names of variables, out of the roles' argument_specs. Made by make docs."""

from __future__ import annotations
'''
# Those of playbooks, which no role has.
OF_PLAYBOOKS = {"bootstrap_organization_serial", "bootstrap_organization_max_fail_percentage"}
# What roles leave for the tasks after them beside ROLE_result.
OTHER_FACTS = {"access_report", "account_session_module_defaults", "cloudhsm_group_results", "federated_access_results"}


def options() -> set[str]:
    """What people may set."""
    found = set(OF_PLAYBOOKS)
    for path in ROOT.glob("roles/*/meta/argument_specs.yml"):
        for entry in yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"].values():
            found |= set(entry["options"])
    return found


def facts() -> set[str]:
    """What is in a play because a role has left it there."""
    return OTHER_FACTS | {f"{path.name}_result" for path in (ROOT / "roles").iterdir()}


def text() -> str:
    """The file."""

    def names(of: set[str]) -> str:
        return "".join(f'        "{name}",\n' for name in sorted(of))

    sets = {"OPTIONS": options(), "FACTS": facts()}
    parts = [f"\n{name} = frozenset(\n    (\n{names(of)}    )\n)\n" for name, of in sets.items()]
    return HEAD + "".join(parts)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), encoding="utf-8")

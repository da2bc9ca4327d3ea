# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The AWX pattern's definitions as infra.aap_configuration gets them: all templates in them evaluated.

Ansible does that in a process of its own, for loading its plugins changes how collections are imported.
"""

from __future__ import annotations

import functools
import json
import subprocess
import sys
import typing as t
from pathlib import Path

SETUP = Path(__file__).resolve().parents[3] / "extensions" / "patterns" / "cloudhsm_iam" / "setup.yml"

Definitions = dict[str, list[dict[str, t.Any]]]


@functools.cache
def _evaluated(given: str) -> str:
    command = [sys.executable, __file__, given]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def definitions(**given: t.Any) -> Definitions:
    """The definitions with these variables set from outside."""
    found: Definitions = json.loads(_evaluated(json.dumps(given, sort_keys=True)))
    return found


def evaluate(given: dict[str, t.Any]) -> Definitions:
    """Each item of each definition, evaluated as the item of a loop is: what is omitted is not there."""
    from ansible.parsing.dataloader import DataLoader
    from ansible.plugins.loader import init_plugin_loader
    from ansible.template import Templar

    init_plugin_loader()
    loader = DataLoader()
    read = dict(loader.load_from_file(str(SETUP), trusted_as_template=True))
    templar = Templar(loader, variables={**read, "pattern": {"path": str(SETUP)}, **given})
    return {kind: [templar.template(item) for item in read[kind]] for kind in read if not kind.startswith("__")}


if __name__ == "__main__":
    print(json.dumps(evaluate(json.loads(sys.argv[1]))))

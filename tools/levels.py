# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the catalogue's access levels into every file where a level can be chosen.

python tools/levels.py FOLDER     writes the updated files into the folder, under their own paths
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.catalogue import ADMIN, LEVELS

ROOT = Path(__file__).parents[1]
PLACES = (
    "plugins/filter/*.py",
    "plugins/modules/*.py",
    "roles/*/meta/argument_specs.yml",
    "extensions/patterns/*/template_surveys/*.yml",
)
# Highest level first, after choices that are not CloudHSM levels.
CHOICES = re.compile(rf"(?<=choices: \[)((?:none, )?(?:administrator, )?){ADMIN}(?:, \w+)*(?=\])")


def with_levels(levels: tuple[str, ...] = LEVELS) -> Iterator[tuple[str, str]]:
    """Each file with a choice of levels, as path and updated text."""
    for place in PLACES:
        for path in sorted(ROOT.glob(place)):
            text, found = CHOICES.subn(lambda match: match[1] + ", ".join(levels[::-1]), path.read_text())
            if found:
                yield str(path.relative_to(ROOT)), text


if __name__ == "__main__":
    for name, content in with_levels():
        target = Path(sys.argv[1]) / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content, encoding="utf-8")

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes the levels of access to CloudHSM wherever one can be chosen, as the catalogue lists them.

python tools/levels.py FOLDER, which gets the files with such a choice under their own paths
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
# The highest level comes first, after what is more than a level of CloudHSM.
CHOICES = re.compile(rf"(?<=choices: \[)((?:none, )?(?:administrator, )?){ADMIN}(?:, \w+)*(?=\])")


def with_levels(levels: tuple[str, ...] = LEVELS) -> Iterator[tuple[str, str]]:
    """The files in which a level can be chosen, by their paths, with all levels in them."""
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

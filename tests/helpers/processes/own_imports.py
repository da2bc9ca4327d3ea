# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a test process imported from elsewhere than the project's own places, and another machine may not have."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parents[3]
# Packages that lie in the standard library's folder and are none of it.
ADDED = ("site-packages", "dist-packages")


def foreign_imports(modules: Mapping[str, ModuleType], temporary: Path) -> dict[str, str]:
    """Modules by name, with their files, that are neither ours, nor our environment's, nor Python's own.

    What a test wrote into the temporary folder is its own.
    """
    found = {}
    for name, module in list(modules.items()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and Path(file).is_absolute() and not _is_ours(Path(file), temporary):
            found[name] = file
    return found


def _is_ours(file: Path, temporary: Path) -> bool:
    own = [ROOT, Path(sys.prefix), temporary]
    if any(file.is_relative_to(folder) for folder in own):
        return True
    library = [Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib")]
    # Debian links folders of the library to others.
    library += [folder.resolve() for folder in library]
    return any(file.is_relative_to(folder) for folder in library) and not set(file.parts) & set(ADDED)

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inputs that once went wrong: tests/cases, or a folder shared/cases beside the checkout, which may have newer ones."""

from __future__ import annotations

import base64
from pathlib import Path

ROOT = Path(__file__).parents[3]
FOLDERS = (ROOT.parent / "shared" / "cases", ROOT / "tests" / "cases")


def case_bytes(case: str, file: str) -> bytes:
    """The content of one file of a case. What an editor or git would change is kept as FILE.base64."""
    for folder in FOLDERS:
        path = folder / case / file
        if path.is_file():
            return path.read_bytes()
        encoded = path.with_name(f"{file}.base64")
        if encoded.is_file():
            return base64.b64decode(encoded.read_text(encoding="ascii"))
    raise FileNotFoundError(f"{case}/{file} is in none of {', '.join(map(str, FOLDERS))}")


def case_file(case: str, file: str, folder: Path) -> Path:
    """The same as a file in a folder of the test's own, where a program is to read it."""
    path = folder / file
    path.write_bytes(case_bytes(case, file))
    return path

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from case_files import case_bytes


def test_bytes_that_an_editor_would_change_are_kept() -> None:
    assert case_bytes("users-csv-dialects", "semicolon.csv").count(b"\r\n") == 2

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from helpers.documents.case_files import FOLDERS, case_bytes


def test_each_case_of_the_checkout_is_read_by_some_test() -> None:
    own = FOLDERS[1]
    tests = "".join(path.read_text(encoding="utf-8") for path in own.parent.glob("*/**/test_*.py"))
    unused = [case.name for case in own.iterdir() if case.is_dir() and f'"{case.name}"' not in tests]
    assert unused == []


def test_each_case_beside_the_checkout_is_in_it_too() -> None:
    shared, own = (sorted(case.name for case in folder.glob("*") if case.is_dir()) for folder in FOLDERS)
    assert [case for case in shared if case not in own] == []


def test_bytes_that_an_editor_would_change_are_kept() -> None:
    assert case_bytes("users-csv-dialects", "semicolon.csv").count(b"\r\n") == 2

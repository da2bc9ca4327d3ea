# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is opened to be read, and what is not."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._regular_files import IrregularFileError, opened


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def socket_at(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(path))


def test_a_file_is_read_by_its_path_or_by_its_name_in_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        for path, within in ((str(tmp_path / "file"), None), ("file", folder)):
            with opened(path, within) as (stream, found):
                assert (stream.read(), found.st_size) == (b"content", 7)
    finally:
        os.close(folder)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: path.symlink_to("/etc/hostname"), "is a symlink"),
        (lambda path: path.symlink_to("nowhere"), "is a symlink"),
        (os.mkfifo, "is not a regular file"),
        (socket_at, "is not a regular file"),
        (Path.mkdir, "is not a regular file"),
    ],
    ids=["link", "dead link", "pipe", "socket", "folder"],
)
def test_nothing_else_is_opened_nor_waited_for(tmp_path: Path, make: Callable[[Path], None], told: str) -> None:
    make(tmp_path / "file")
    before = open_files()
    with pytest.raises(IrregularFileError, match=f"^{told}$"), opened(str(tmp_path / "file")):
        pass
    assert open_files() == before


def test_a_missing_file_is_the_systems_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), opened(str(tmp_path / "file")):
        pass

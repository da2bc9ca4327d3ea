# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Opens regular files to read them. Follows no link, and waits for no pipe."""

from __future__ import annotations

import errno
import os
import stat
import typing as t
from collections.abc import Iterator
from contextlib import contextmanager


class IrregularFileError(Exception):
    """The path is not that of a regular file. The message is a clause, such as "is a symlink"."""


@contextmanager
def opened(path: str, folder: int | None = None) -> Iterator[tuple[t.BinaryIO, os.stat_result]]:
    """Yield the file and its status. folder is the descriptor of the folder that a relative path starts in.

    Raises IrregularFileError and OSError.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
    except OSError as exc:
        if _is_link(path, folder):
            raise IrregularFileError("is a symlink") from exc
        # A socket can't be opened.
        if exc.errno == errno.ENXIO:
            raise IrregularFileError("is not a regular file") from exc
        raise
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise IrregularFileError("is not a regular file")
        with os.fdopen(descriptor, "rb", closefd=False) as stream:
            yield stream, found
    finally:
        os.close(descriptor)


def _is_link(path: str, folder: int | None) -> bool:
    try:
        return stat.S_ISLNK(os.stat(path, dir_fd=folder, follow_symlinks=False).st_mode)
    except OSError:
        return False

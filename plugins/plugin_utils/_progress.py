# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The controller's side of progress reports: reads a file while the module runs."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Seconds between reads of the file.
INTERVAL = 0.5


@contextmanager
def show_progress(show: Callable[[str], None]) -> Iterator[str]:
    """Yield the path of a file, and show each line that is appended to it until the with block ends."""
    descriptor, path = tempfile.mkstemp(prefix="cloudhsm-iam-progress-")
    os.close(descriptor)
    ended = threading.Event()
    reader = threading.Thread(target=_follow, args=(path, show, ended), daemon=True)
    reader.start()
    try:
        yield path
    finally:
        ended.set()
        reader.join()
        os.unlink(path)


def _follow(path: str, show: Callable[[str], None], ended: threading.Event) -> None:
    with open(path, encoding="utf-8") as stream:
        unfinished = ""
        last = False
        while not last:
            # Read once more after the end, for lines that were written just before it.
            last = ended.wait(INTERVAL)
            *lines, unfinished = (unfinished + stream.read()).split("\n")
            for line in lines:
                show(line)

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The report's files on the control node: what is in them, and how they are written."""

from __future__ import annotations

import contextlib
import json
import os
import re
import stat
import tempfile
import typing as t
from collections.abc import Callable, Mapping

from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report import (
    html,
    markdown,
    reach,
    sarif,
    tables,
    temporary,
)
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._regular_files import IrregularFileError, opened

FORMATS = ("html", "md", "csv", "json", "sarif")
# SARIF is for programs that read just that.
DEFAULT = ("html", "md", "csv", "json")
# How reports write the times at which they were made; no other time in them looks so.
_MADE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")
# By format: what comes after the name of the account's files, and what makes the file.
_RENDERERS: Mapping[str, Mapping[str, Callable[[Mapping[str, t.Any]], str]]] = {
    "html": {".html": html.account_page},
    "md": {".md": markdown.account_page},
    "csv": {
        ".csv": tables.people,
        "-findings.csv": tables.findings,
        "-roles.csv": reach.roles_csv,
        "-identity-center.csv": reach.center_csv,
        "-temporary.csv": temporary.csv,
    },
    "json": {".json": lambda report: json.dumps(report) + "\n"},
    "sarif": {".sarif": sarif.account_file},
}


def start_of(report: Mapping[str, t.Any]) -> str:
    """What the names of the account's files begin with."""
    return "access-report-" + re.sub(r"\W", "_", str(report["account"]["account_id"]))


def render(
    report: Mapping[str, t.Any], formats: t.Iterable[str], shown: Mapping[str, t.Any] | None = None
) -> dict[str, str]:
    """Names of files and what is in them. shown is the report as people read it; JSON always has all of it."""
    start = start_of(report)
    return {
        f"{start}{end}": make(report if kind == "json" else shown or report)
        for kind in formats
        for end, make in _RENDERERS[kind].items()
    }


class FolderError(Exception):
    """A folder that no report is written to."""


def check_folder(folder: str) -> None:
    """Raise FolderError for a folder in which somebody else could put files of their own in the place of the report's.

    A folder that is not there yet is made by write, for its owner only.
    """
    try:
        found = os.stat(folder)
    except FileNotFoundError:
        return
    except (OSError, ValueError) as exc:
        raise FolderError(reason(exc)) from exc
    if not stat.S_ISDIR(found.st_mode):
        raise FolderError("it is not a folder")
    if found.st_uid != os.geteuid():
        raise FolderError("another user owns it; use a folder of your own")
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise FolderError(f"other users can write to it; close it with chmod go-w {folder}, or use a folder of its own")


def reason(exc: Exception) -> str:
    """Why the system refuses, in its own words."""
    return (exc.strerror if isinstance(exc, OSError) else None) or str(exc)


def differs(path: str, content: str) -> bool:
    """Whether the file is missing or says something else than this, the time at which it was made aside.

    What is no file, such as a link or a pipe, is neither followed nor waited for: write puts a file in its place.
    """
    try:
        with opened(path) as (stream, _found):
            return _MADE.sub("", stream.read().decode()) != _MADE.sub("", content)
    except (IrregularFileError, OSError, UnicodeDecodeError):
        return True


def write(path: str, content: str) -> None:
    """Replace the file in one step, and never let others read it. Raises OSError."""
    folder = os.path.dirname(path)
    _make(folder)
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".access-report-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            # Whatever the umask takes away.
            os.fchmod(descriptor, 0o600)
            stream.write(content)
            stream.flush()
            os.fsync(descriptor)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _make(folder: str) -> None:
    """Make the folder and those above it that are missing, each for its owner only, whatever the umask."""
    if os.path.isdir(folder):
        return
    _make(os.path.dirname(folder))
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder, 0o700)
        os.chmod(folder, 0o700)

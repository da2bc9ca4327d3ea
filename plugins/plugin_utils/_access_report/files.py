# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The report's files on the control node: their content, and how they are written."""

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
# Without SARIF, which only programs such as code scanning read.
DEFAULT = ("html", "md", "csv", "json")
# When reports, credential reports and audits of root users were generated; no other time has this format.
_MADE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")
# By format: the ends of the files' names, each with the function that renders the file.
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
    """Return what the names of the account's files begin with."""
    return "access-report-" + re.sub(r"\W", "_", str(report["account"]["account_id"]))


def render(
    report: Mapping[str, t.Any], formats: t.Iterable[str], shown: Mapping[str, t.Any] | None = None
) -> dict[str, str]:
    """Return the files' contents by name. shown is the report as people read it; JSON always has all of it."""
    start = start_of(report)
    return {
        f"{start}{end}": make(report if kind == "json" else shown or report)
        for kind in formats
        for end, make in _RENDERERS[kind].items()
    }


class FolderError(Exception):
    """The report can't be written safely to a folder. The message says why."""


def check_folder(folder: str) -> None:
    """Raise FolderError if the path is no folder, or if another user could replace the report's files in it.

    A folder that does not exist passes: write creates it for its owner only.
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
    """Return why the system refuses, in its own words."""
    return (exc.strerror if isinstance(exc, OSError) else None) or str(exc)


def differs(path: str, content: str) -> bool:
    """Whether the file is missing, or differs from content in more than the times of generation.

    A link is not followed, and a pipe not waited for: write puts a file in its place.
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
            # Regardless of the umask.
            os.fchmod(descriptor, 0o600)
            stream.write(content)
            stream.flush()
            os.fsync(descriptor)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _make(folder: str) -> None:
    """Create the folder and its missing parents, each for its owner only, regardless of the umask."""
    if os.path.isdir(folder):
        return
    _make(os.path.dirname(folder))
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder, 0o700)
        os.chmod(folder, 0o700)

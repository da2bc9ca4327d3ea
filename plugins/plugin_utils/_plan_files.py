# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads and writes plan files and their marks, so that no other user can replace them.

Problems are raised as PlanFileError, with one sentence that begins with the path or names it.
"""

from __future__ import annotations

import json
import os
import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._change_control.model import Document, PlanError, read
from ansible_collections.cloudhsm.iam.plugins.plugin_utils import _regular_files as regular_files
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._private_files import (
    Place,
    UnsafeFileError,
    opened,
    place_of,
)

# A plan of 5,000 users has about 10 MB.
LARGEST = 64 * 1024 * 1024
MARK = ".applied"
BEGUN, FINISHED = "begun", "finished"


class PlanFileError(Exception):
    """A file that can't be used. The message is one sentence."""


def read_safely(path: str, largest: int = LARGEST) -> bytes:
    """Return the content of a file. Only its owner may be able to change it, and must be this user or root."""
    try:
        with regular_files.opened(path) as (stream, found):
            _check(found, path)
            if found.st_size > largest:
                raise PlanFileError(f"{path} is larger than {largest} bytes, which no such file is")
            return stream.read(largest)
    except regular_files.IrregularFileError as exc:
        raise PlanFileError(f"{path} {exc}; name the file itself") from exc
    except OSError as exc:
        raise PlanFileError(f"{path} can't be read: {exc.strerror}") from exc


def _check(found: os.stat_result, path: str) -> None:
    if found.st_uid not in (os.geteuid(), 0):
        raise PlanFileError(f"{path} belongs to another user (user ID {found.st_uid}); use a copy of your own")
    if found.st_mode & 0o022:
        raise PlanFileError(f"other users can change {path}; check what it says, then close it: chmod go-w {path}")


def load(path: str) -> tuple[Document, bytes]:
    """Return the plan in a file, and the file's content."""
    content = read_safely(path)
    try:
        return read(content), content
    except PlanError as exc:
        raise PlanFileError(f"{path} {exc}") from exc


def write(path: str, document: Document) -> None:
    """Write a plan. It may replace an older one for the same kind of run and account."""
    place = _place(path)
    try:
        with opened(place) as folder:
            if os.path.lexists(place.path):
                _check_older(place.path, document)
            text = json.dumps(document, indent=1, ensure_ascii=True)
            folder.write(f"{text}\n".encode())
    except (UnsafeFileError, OSError) as exc:
        raise PlanFileError(_sentence(path, exc)) from exc


def _check_older(path: str, new: Document) -> None:
    """Raise unless the file is a plan that the new one may replace."""
    try:
        older, _content = load(path)
    except PlanFileError as exc:
        raise PlanFileError(f"{exc}; name another file, or delete this one") from exc
    for field, words in (("account_id", "the account"), ("kind", "another run:")):
        if older["plan"][field] != new["plan"][field]:
            raise PlanFileError(
                f"{path} has a plan for {words} {older['plan'][field]}; name another file, or delete this one. With "
                "many accounts, put the account ID into the name"
            )
    mark = read_mark(path)
    if mark.get("file_digest") == older["file_digest"] and mark.get("state") == BEGUN:
        raise PlanFileError(f"{path} was begun and is not finished: apply it again first, or name another file")


def read_mark(path: str) -> dict[str, t.Any]:
    """Return the mark beside a plan file, which says how far it is applied; empty if it was never begun."""
    if not os.path.lexists(path + MARK):
        return {}
    try:
        mark = json.loads(read_safely(path + MARK, 65536))
    except ValueError as exc:
        raise PlanFileError(f"{path}{MARK} is not the mark of a plan; delete it if you know why") from exc
    if not isinstance(mark, dict) or not isinstance(mark.get("at"), str):
        raise PlanFileError(f"{path}{MARK} is not the mark of a plan; delete it if you know why")
    return mark


def write_mark(path: str, mark: dict[str, t.Any]) -> None:
    """Mark a plan file as begun or finished. The mark is on the disk when this returns."""
    try:
        with opened(_place(path + MARK)) as folder:
            folder.write(f"{json.dumps(mark, indent=1, sort_keys=True)}\n".encode())
    except (UnsafeFileError, OSError) as exc:
        raise PlanFileError(_sentence(path + MARK, exc)) from exc


def _place(path: str) -> Place:
    place = place_of(path, secret=False)
    if os.path.isdir(place.folder):
        found = os.stat(place.folder)
        if found.st_mode & 0o022:
            raise PlanFileError(
                f"other users can write to the folder {place.folder}; use another one, or close it: "
                f"chmod go-w {place.folder}"
            )
    return place


def _sentence(path: str, exc: Exception) -> str:
    if isinstance(exc, OSError):
        return f"{path} can't be written: {exc.strerror}"
    return str(exc)

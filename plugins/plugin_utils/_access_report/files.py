# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The report's files on the control node: what is in them, and how they are written."""

from __future__ import annotations

import json
import os
import re
import tempfile
import typing as t
from collections.abc import Callable, Mapping

from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report import html, markdown, tables

FORMATS = ("html", "md", "csv", "json")
# How reports write the times at which they were made; no other time in them looks so.
_MADE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")
# By format: what comes after the name of the account's files, and what makes the file.
_RENDERERS: Mapping[str, Mapping[str, Callable[[Mapping[str, t.Any]], str]]] = {
    "html": {".html": html.account_page},
    "md": {".md": markdown.account_page},
    "csv": {".csv": tables.people, "-findings.csv": tables.findings},
    "json": {".json": lambda report: json.dumps(report) + "\n"},
}


def render(report: Mapping[str, t.Any], formats: t.Iterable[str]) -> dict[str, str]:
    """Names of files and what is in them."""
    start = "access-report-" + re.sub(r"\W", "_", str(report["account"]["account_id"]))
    return {f"{start}{end}": make(report) for kind in formats for end, make in _RENDERERS[kind].items()}


def differs(path: str, content: str) -> bool:
    """Whether the file is missing or says something else than this, the time at which it was made aside."""
    try:
        with open(path, encoding="utf-8", newline="") as stream:
            return _MADE.sub("", stream.read()) != _MADE.sub("", content)
    except (FileNotFoundError, UnicodeDecodeError):
        return True


def write(path: str, content: str) -> None:
    """Replace the file in one step, and never let others read it."""
    folder = os.path.dirname(path)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    # mkstemp makes the file with mode 0600.
    descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".access-report-")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as stream:
            stream.write(content)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The content of the export's files, and the check that a file is an export's and was not edited."""

from __future__ import annotations

import hashlib
import os
import re
import typing as t
from collections.abc import Mapping

from ansible_collections.cloudhsm.iam.plugins.plugin_utils._account_export.yaml_text import document
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._regular_files import IrregularFileError, opened

NOT_EXPORTED = "account_export_not_exported"
# The first line of a file, with the digest of all others.
_FIRST = "# Written by cloudhsm.iam.export_account. SHA-256 of the lines below:"
_OWN = re.compile(rf"{_FIRST} (?P<digest>[0-9a-f]{{64}})\n")
# Bytes. Far more than any account needs, so a longer file is not an export's.
_LONGEST = 64 * 1024 * 1024


class ForeignFileError(Exception):
    """A file in the place of the export's that the export must not replace."""


def contents(folder: str, read: Mapping[str, t.Any]) -> dict[str, str]:
    """The files by their paths."""
    number, partition = read["account"]["account_id"], read["account"]["partition"]
    start = os.path.join(folder, f"account-{number}")
    told = [f"Account {number} (partition {partition}) in variables of cloudhsm.iam's roles."]
    told += [f"Partial: {text}" for text in read["not_read"]]
    left = [f"What account {number} has that variables of cloudhsm.iam's roles can't express."]
    found = {
        f"{start}.yml": _signed(told, read["variables"]),
        f"{start}-not-exported.yml": _signed(left, {NOT_EXPORTED: read["not_exported"]}),
    }
    access = read.get("identity_center")
    if access:
        begin = [
            f"The same levels for the people of account {number}, for cloudhsm.iam.identity_center_access. Review it."
        ]
        begin += [f"Partial: {text}" for text in read["not_read"]]
        begin += [f"To do: {text}" for text in access["to_do"]]
        found[f"{start}-identity-center.yml"] = _signed(begin, access["variables"])
    return found


def _signed(told: list[str], variables: Mapping[str, t.Any]) -> str:
    """A file with comments, which are one line each whatever is in them, and with its digest."""
    comments = [f"# {''.join(c if c.isprintable() else ' ' for c in line)}\n" for line in told]
    rest = "".join((*comments, document(variables)))
    return f"{_FIRST} {_digest(rest)}\n{rest}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def read_own(path: str) -> str:
    """The text of an earlier export; empty if the file does not exist.

    Raises ForeignFileError for anything else, and OSError. What is no file, such as a link or a pipe, is neither
    followed nor waited for.
    """
    try:
        with opened(path) as (stream, _found):
            raw = stream.read(_LONGEST + 1)
    except FileNotFoundError:
        return ""
    except IrregularFileError as exc:
        raise ForeignFileError(f"{path} {exc}; remove it, or choose another folder") from exc
    text = raw.decode(errors="replace")
    first = _OWN.match(text)
    if not first:
        raise ForeignFileError(f"{path} was not written by an export; move it, or choose another folder")
    if first["digest"] != _digest(text[first.end() :]):
        raise ForeignFileError(f"{path} was edited after it was written; move it, or choose another folder")
    return text

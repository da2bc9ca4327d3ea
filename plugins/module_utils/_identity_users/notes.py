# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Notes of what suspensions have taken away: Systems Manager parameters in the region of IAM Identity Center.

The identity store has no place for them. An external identity provider may own its attributes, and a permission set can
have only 50 tags. Parameters last as long as the suspension, and need permissions of their own to write and delete. A
parameter holds 4096 characters (Systems Manager API reference, PutParameter), so a long note has several parts. A head
parameter counts the parts. It is written last and deleted first, and without it the note does not exist. The names of
the parts begin with a digest of the note, so that a longer note overwrites no part of the one it replaces: until its
head is written, the earlier note counts. Parts that no head needs stay until the note is deleted, because a run that
suspends may not have the permission to delete parameters.
"""

from __future__ import annotations

import hashlib
import json
import typing as t
from collections.abc import Iterator, Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import error_code
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.suspended import HEAD
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_users.model import Note, StoredNote

# Characters of a part: fewer than the 4096 of a standard parameter.
LENGTH = 4096 - 256
# Parameters that one call can delete (Systems Manager API reference, DeleteParameters).
AT_ONCE = 10
FORMAT = 1
NOT_FOUND = "ParameterNotFound"
# Characters of the digest in the name of a part.
_DIGEST_LENGTH = 16


def parts_of(note: Note, where: str, about: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return names and values of the parameters, in the order to write them. about is for people who read them."""
    whole = json.dumps(
        {"groups": dict(sorted(note.groups.items())), "assignments": sorted(map(list, note.assignments))},
        separators=(",", ":"),
    )
    texts = list(_split(whole))
    digest = _digest(whole)
    head = {"format": FORMAT, "parts": len(texts), "digest": digest, **about}
    told = [(f"{where}/{_part(digest, place)}", text) for place, text in enumerate(texts, 1)]
    # The head has its own parameter, so that its length does not limit the parts.
    return [*told, (f"{where}/{HEAD}", json.dumps(head, sort_keys=True))]


def _part(digest: str, place: int) -> str:
    return f"{digest[:_DIGEST_LENGTH]}-{place}"


def _split(text: str) -> Iterator[str]:
    for start in range(0, len(text), LENGTH):
        yield text[start : start + LENGTH]


def read_note(ssm: t.Any, where: str) -> StoredNote:
    """Return the note under a path. Raises what botocore raises."""
    pages = ssm.get_paginator("get_parameters_by_path").paginate(Path=where)
    found = {one["Name"].removeprefix(f"{where}/"): one["Value"] for page in pages for one in page["Parameters"]}
    # The head comes first, because delete() must begin with it.
    names = tuple(f"{where}/{name}" for name in sorted(found, key=lambda name: (name != HEAD, name)))
    if HEAD not in found:
        return StoredNote(parts=names)
    try:
        head = json.loads(found[HEAD])
        text = "".join(found[_part(head["digest"], place)] for place in range(1, head["parts"] + 1))
        note = json.loads(text)
        assignments = frozenset((str(arn), str(account)) for arn, account in note["assignments"])
        groups = {str(key): str(name) for key, name in note["groups"].items()}
        damaged = head["format"] != FORMAT or head["digest"] != _digest(text)
    except (AttributeError, KeyError, TypeError, ValueError):
        damaged = True
    if damaged:
        return StoredNote(parts=names, problem=f"the note in the parameters {where} was changed by somebody else")
    return StoredNote(Note(groups, assignments), names)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def write(ssm: t.Any, name: str, value: str) -> None:
    """Write one parameter. Raises what botocore raises."""
    ssm.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


def delete(ssm: t.Any, names: Sequence[str]) -> None:
    """Delete the first parameter, then the others. Ignores missing ones. Raises what botocore raises."""
    try:
        ssm.delete_parameters(Names=list(names[:1]))
        for start in range(1, len(names), AT_ONCE):
            ssm.delete_parameters(Names=list(names[start : start + AT_ONCE]))
    except Exception as exc:
        if error_code(exc) != NOT_FOUND:
            raise

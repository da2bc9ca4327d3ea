# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

r"""AWS's rules for tags, which are the same for users, policies, roles, sessions, secrets and parameters.

The API references of IAM, STS and Systems Manager give the pattern [\p{L}\p{Z}\p{N}_.:/=+\-@]*; Secrets Manager says
the same in words. So letters and digits of any script and spaces are allowed; tabs, new lines and commas are not.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import kind, text_problem

# Unicode categories: letters, separators (spaces) and numbers.
_CATEGORIES = ("L", "Z", "N")


def tag_problems(tags: object, field: str = "tags", most: int = limits.TAGS) -> list[str]:
    """The problems in tags: one sentence each, beginning with the field. None means no tags."""
    if tags is None:
        return []
    if not isinstance(tags, Mapping):
        return [f"{field}: must be a dictionary, not {kind(tags)}"]
    problems: list[str] = []
    spelling: dict[str, str] = {}
    for key, value in tags.items():
        name = str(key)
        problems += [f"{field}.{name[:80]}: {problem}" for problem in (*key_problems(key), *_value_problems(value))]
        other = spelling.setdefault(name.lower(), name)
        if other != name:
            problems.append(f"{field}.{name[:80]}: differs only by case from {other!r}, which is the same key to IAM")
    if len(tags) > most:
        problems.append(f"{field}: lists {len(tags)}, AWS allows {most}")
    return problems


def key_problems(key: object) -> Iterator[str]:
    """The problems in a tag's key."""
    problem = text_problem(key)
    if problem or not isinstance(key, str):
        yield f"the key {problem}"
        return
    if not 1 <= len(key) <= limits.TAG_KEY_LENGTH:
        yield f"the key has {len(key)} characters, IAM allows 1 to {limits.TAG_KEY_LENGTH}"
    if key.lower().startswith("aws:"):
        yield "keys that begin with aws: are reserved by AWS"
    yield from _character_problems("key", key)


def _value_problems(value: object) -> Iterator[str]:
    problem = text_problem(value)
    if problem or not isinstance(value, str):
        yield f"the value {problem}"
        return
    if len(value) > limits.TAG_VALUE_LENGTH:
        yield f"the value has {len(value)} characters, IAM allows {limits.TAG_VALUE_LENGTH}"
    yield from _character_problems("value", value)


def foreign_characters(text: str) -> list[str]:
    """The characters of a tag's key or value that AWS does not allow, sorted."""
    return sorted({c for c in text if c not in limits.TAG_SYMBOLS and unicodedata.category(c)[0] not in _CATEGORIES})


def _character_problems(what: str, text: str) -> Iterator[str]:
    bad = foreign_characters(text)
    if bad:
        shown = " ".join(c if c.isprintable() else f"U+{ord(c):04X}" for c in bad[:10])
        yield f"the {what} has characters that IAM does not allow in tags: {shown}"

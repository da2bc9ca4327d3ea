# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Encodes names that others chose as tag values, reversibly, in the characters that AWS allows.

The IAM API reference (data type Tag) gives the pattern [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*, while names in IAM may contain
a comma. Other characters are written as "=" and two hexadecimal digits for each byte of their UTF-8; so are "=" itself
and white space, which separates the words of a value.
"""

from __future__ import annotations

import re

# The pattern's symbols except "=", which starts an encoded byte.
_SYMBOLS = frozenset("_.:/+-@")
_CODED = re.compile(r"(?:=[0-9A-F]{2})+")


def encode(text: str) -> str:
    """Encode the text as one word of a tag value."""
    return "".join(one if _is_plain(one) else _code(one) for one in text)


def decode(word: str) -> str:
    """Decode a word. One that was written without encoding comes back unchanged."""
    return _CODED.sub(_plain, word)


def _is_plain(character: str) -> bool:
    return character in _SYMBOLS or (character.isascii() and character.isalnum())


def _code(character: str) -> str:
    return "".join(f"={byte:02X}" for byte in character.encode())


def _plain(found: re.Match[str]) -> str:
    coded = found.group()
    try:
        return bytes.fromhex(coded.replace("=", "")).decode()
    except UnicodeDecodeError:
        return coded

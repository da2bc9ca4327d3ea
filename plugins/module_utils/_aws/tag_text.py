# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Identifiers that others chose, as the value of a tag: reversible, and only with characters that AWS allows there.

The IAM API reference (data type Tag) gives the pattern [\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*. Names in IAM may have a comma,
which is not in it. What a value can't hold is written as "=" and two hexadecimal digits for each byte of its UTF-8; so
is "=" itself, and white space, which keeps the words of a value apart.
"""

from __future__ import annotations

import re

# The pattern's symbols without "=", which has a meaning of its own here.
_SYMBOLS = frozenset("_.:/+-@")
_CODED = re.compile(r"(?:=[0-9A-F]{2})+")


def encode(text: str) -> str:
    """The text as one word of a tag's value."""
    return "".join(one if _is_plain(one) else _code(one) for one in text)


def decode(word: str) -> str:
    """The text of which this is the word. A word that was written without encoding comes back as it is."""
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

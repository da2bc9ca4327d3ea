# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Decodes a metadata file and normalizes its text to what IAM accepts: UTF-8 without a byte order mark."""

from __future__ import annotations

import codecs
import re

# Byte order marks. Without one, the first two bytes show the encoding (XML 1.0, appendix F).
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_WITHOUT_MARK = ((b"<\x00", "utf-16-le"), (b"\x00<", "utf-16-be"))
# Python's names of the encodings accepted in the XML declaration of a document that starts like ASCII.
_DECLARED = ("utf-8", "ascii", "iso8859-1", "iso8859-15", "cp1252")

_DECLARATION = re.compile(r"\A\s*<\?xml\b[^>]*?\?>")
_DECLARED_ENCODING = re.compile(rb"\A\s*<\?xml\b[^>]*?\bencoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_ENCODING = re.compile(r"(\bencoding\s*=\s*)([\"'])([^\"']*)\2")


class UndecodableError(ValueError):
    """The bytes are not valid in their encoding. The message says why."""


def decoded(content: bytes) -> str:
    """Return the text of a document, including its XML declaration. Raises UndecodableError."""
    mark, encoding = next(((mark, name) for mark, name in _MARKS if content.startswith(mark)), (b"", ""))
    body = content[len(mark) :]
    if not encoding:
        encoding = next((name for start, name in _WITHOUT_MARK if body.startswith(start)), "") or _declared(body)
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as exc:
        line = body.count(b"\n", 0, exc.start) + 1
        wrong = body[exc.start : exc.start + 1].hex().upper()
        raise UndecodableError(
            f"is not {encoding.upper()}, line {line} has the byte 0x{wrong}; save it as UTF-8, or let its first line "
            'name its encoding, as in <?xml version="1.0" encoding="ISO-8859-1"?>'
        ) from exc


def _declared(body: bytes) -> str:
    """Return the encoding in the XML declaration; UTF-8 if it names none. Raises UndecodableError."""
    named = _DECLARED_ENCODING.match(body)
    if not named:
        return "utf-8"
    name = named[1].decode("ascii")
    try:
        encoding = codecs.lookup(name).name
    except LookupError:
        encoding = ""
    if encoding not in _DECLARED:
        raise UndecodableError(
            f"says that its encoding is {name}, which it is not or which is not known; save it as UTF-8"
        )
    return encoding


def normal_form(text: str) -> str:
    """Return the document as IAM accepts and returns it: UTF-8 without byte order mark, with XML line ends.

    It is sent as UTF-8, so its XML declaration must not name another encoding. A signature does not cover the
    declaration.
    """
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").strip()
    return _DECLARATION.sub(lambda line: _ENCODING.sub(_as_utf8, line[0]), plain, count=1)


def _as_utf8(declared: re.Match[str]) -> str:
    if declared[3].lower() in ("utf-8", "us-ascii", "ascii"):
        return declared[0]
    return f"{declared[1]}{declared[2]}UTF-8{declared[2]}"

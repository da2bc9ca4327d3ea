# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The metadata document of a SAML identity provider: what IAM would refuse, told before it is asked."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping
from xml.parsers import expat

# CreateSAMLProvider in the IAM API Reference.
SHORTEST = 1000
LONGEST = 10_000_000

_METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
_ENTITY = f"{_METADATA} EntityDescriptor"
_IDENTITY_PROVIDER = f"{_METADATA} IDPSSODescriptor"
_CERTIFICATE = "http://www.w3.org/2000/09/xmldsig# X509Certificate"


def normal_form(text: str) -> str:
    """The document as IAM takes it and gives it back: without byte order mark, and with the line ends of XML."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").strip()


def metadata_problem(text: str) -> str | None:
    """What is wrong with this document in its normal form, without a subject: "has …" or "is …"; None: nothing."""
    if not SHORTEST <= len(text) <= LONGEST:
        return (
            f"has {len(text)} characters, IAM takes {SHORTEST:,} to {LONGEST:,}; "
            "give the whole metadata document of the identity provider"
        )
    try:
        elements = _elements(text)
    except expat.ExpatError as exc:
        return f"is not XML: line {exc.lineno}, {expat.ErrorString(exc.code)}"
    except _DocumentTypeError:
        return "has a document type (DOCTYPE), which SAML metadata has not"
    if elements[0] != _ENTITY:
        name = elements[0].split(" ")[-1]
        return f"begins with the element {name[:80]}, not with EntityDescriptor as SAML 2.0 metadata does"
    if _IDENTITY_PROVIDER not in elements:
        return "has no IDPSSODescriptor: it is not the metadata of an identity provider"
    return None if _CERTIFICATE in elements else "has no X509Certificate to check signatures with"


def _elements(text: str) -> list[str]:
    """Names of the elements in the order of the document. Raises ExpatError, and _DocumentTypeError at a DOCTYPE."""
    elements: list[str] = []

    def element(name: str, _attributes: Mapping[str, str]) -> None:
        elements.append(name)

    # Entities, and with them documents that grow when they are read, need a document type.
    def document_type(*_details: object) -> t.NoReturn:
        raise _DocumentTypeError

    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.StartElementHandler = element
    parser.StartDoctypeDeclHandler = document_type
    # What the declaration says about the encoding was said of the file; this is text.
    parser.Parse(re.sub(r"\A<\?xml\b[^>]*\?>", "", text, count=1), True)
    return elements


class _DocumentTypeError(Exception):
    """The document has a document type declaration."""

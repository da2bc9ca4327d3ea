# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Checks a SAML metadata document for what IAM would refuse, before any write."""

from __future__ import annotations

import datetime
import hashlib
import re
import typing as t
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_text import normal_form

# CreateSAMLProvider in the IAM API Reference.
SHORTEST = 1000
LONGEST = 10_000_000

_METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
_SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
_ENTITY = f"{_METADATA} EntityDescriptor"
_ENTITIES = f"{_METADATA} EntitiesDescriptor"
_IDENTITY_PROVIDER = f"{_METADATA} IDPSSODescriptor"
_KEY = f"{_METADATA} KeyDescriptor"
_CERTIFICATE = f"{_SIGNATURE} X509Certificate"
# xs:dateTime. SAML requires UTC, so a time without a zone counts as UTC.
_TIME = re.compile(r"(\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?", re.ASCII)
SHOWN = 3


class MetadataError(ValueError):
    """The metadata can't be read. The message says why, without a subject."""


@dataclass
class Metadata:
    """The parts of a metadata document that IAM checks."""

    # Name of the root element.
    root: str = ""
    entities: list[str] = field(default_factory=list)
    is_identity_provider: bool = False
    # Signing certificates in base64, and the number of encryption certificates.
    signing: list[str] = field(default_factory=list)
    encrypting: int = 0
    # validUntil of the entity and of its identity provider descriptor.
    valid_until: list[str] = field(default_factory=list)


def metadata_problem(text: str, now: datetime.datetime | None = None) -> str | None:
    """Return why IAM would refuse a document in normal form, as in "has …" or "is …"; None if it wouldn't."""
    if not SHORTEST <= len(text) <= LONGEST:
        return (
            f"has {len(text)} characters, IAM takes {SHORTEST:,} to {LONGEST:,}; "
            "give the whole metadata document of the identity provider"
        )
    try:
        found = read_metadata(text)
    except MetadataError as exc:
        return str(exc)
    return next(_problems(found, now or datetime.datetime.now(datetime.UTC)), None)


def _problems(found: Metadata, now: datetime.datetime) -> Iterator[str]:
    if found.root == _ENTITIES:
        shown = ", ".join(found.entities[:SHOWN]) + (", …" if len(found.entities) > SHOWN else "")
        yield (
            f"is an aggregate of {len(found.entities)} entities (EntitiesDescriptor): {shown}; give the "
            "EntityDescriptor of your identity provider alone"
        )
    elif found.root != _ENTITY:
        name = found.root.split(" ")[-1]
        yield f"begins with the element {name[:80]}, not with EntityDescriptor as SAML 2.0 metadata does"
    if not found.is_identity_provider:
        yield "has no IDPSSODescriptor: it is not the metadata of an identity provider"
    if not found.entities or not found.entities[0]:
        yield "has an EntityDescriptor without an entityID"
    if not found.signing and found.encrypting:
        yield (
            'has certificates for encryption only (use="encryption"), and none to check signatures with; '
            'IAM needs a KeyDescriptor with use="signing" or without use'
        )
    elif not found.signing:
        yield "has no X509Certificate to check signatures with, in a KeyDescriptor of the IDPSSODescriptor"
    for text in found.valid_until:
        until = _time(text)
        if until is None:
            yield f"has the validUntil {text[:80]!r}, which is no time, such as 2027-12-31T23:59:59Z"
        elif until <= now:
            yield f"expired on {until:%Y-%m-%d} (validUntil); get the present one from the identity provider"


def _time(text: str) -> datetime.datetime | None:
    match = _TIME.fullmatch(text.strip())
    if not match:
        return None
    try:
        return datetime.datetime.fromisoformat(f"{match[1]}{(match[3] or 'Z').replace('Z', '+00:00')}")
    except ValueError:
        # datetime can't hold a year of five digits, so such a document counts as never expiring.
        return datetime.datetime.max.replace(tzinfo=datetime.UTC) if len(match[1].split("-")[0]) > len("2026") else None


def read_metadata(text: str) -> Metadata:
    """Parse the XML text. Raises MetadataError if it is not XML or has a document type declaration."""
    reader = _Reader()
    parser = expat.ParserCreate("utf-8", namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    # Only a document type declaration can define entities, by which a document could expand when parsed.
    parser.StartDoctypeDeclHandler = _document_type
    # Leave out the XML declaration: its encoding is that of the file's bytes, and this is already text.
    try:
        parser.Parse(re.sub(r"\A<\?xml\b[^>]*\?>", "", text, count=1), True)
    except expat.ExpatError as exc:
        raise MetadataError(f"is not XML: line {exc.lineno}, {expat.ErrorString(exc.code)}") from exc
    except UnicodeEncodeError as exc:
        raise MetadataError("is not XML: it has characters that no text can have") from exc
    return reader.found


def entity_id(text: str) -> str | None:
    """Return the identity provider's entity ID; None if the document names none or several."""
    try:
        entities = read_metadata(normal_form(text)).entities
    except MetadataError:
        return None
    return entities[0] or None if len(entities) == 1 else None


def fingerprint(text: str) -> str:
    """Return the SHA-256 of the document in normal form; equal for documents that IAM treats as the same."""
    return hashlib.sha256(normal_form(text).encode()).hexdigest()


def _document_type(*_details: object) -> t.NoReturn:
    raise MetadataError("has a document type (DOCTYPE), which SAML metadata has not")


class _Reader:
    """Handles expat's events."""

    def __init__(self) -> None:
        self.found = Metadata()
        self._open: list[str] = []
        self._use = ""
        self._certificate: list[str] | None = None

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Handle the start of an element."""
        self.found.root = self.found.root or name
        if name == _ENTITY:
            self.found.entities.append(attributes.get("entityID", ""))
        if name == _IDENTITY_PROVIDER:
            self.found.is_identity_provider = True
        if name in (_ENTITY, _IDENTITY_PROVIDER) and "validUntil" in attributes:
            self.found.valid_until.append(attributes["validUntil"])
        if name == _KEY and _IDENTITY_PROVIDER in self._open:
            self._use = attributes.get("use", "")
        if name == _CERTIFICATE and _KEY in self._open and _IDENTITY_PROVIDER in self._open:
            self._certificate = []
        self._open.append(name)

    def end(self, _name: str) -> None:
        """Handle the end of an element."""
        self._open.pop()
        if self._certificate is not None and _CERTIFICATE not in self._open:
            certificate = "".join("".join(self._certificate).split())
            self._certificate = None
            if self._use == "encryption":
                self.found.encrypting += 1
            elif certificate:
                self.found.signing.append(certificate)

    def characters(self, text: str) -> None:
        """Handle text between tags."""
        if self._certificate is not None:
            self._certificate.append(text)

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A metadata document as identity providers write it, with nothing in it that belongs to anybody."""

from __future__ import annotations

_MD = 'xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"'
_DS = 'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
CERTIFICATE = f"<ds:X509Data {_DS}><ds:X509Certificate>{'A' * 1000}</ds:X509Certificate></ds:X509Data>"
KEY = f'<md:KeyDescriptor use="signing">{CERTIFICATE}</md:KeyDescriptor>'
DESCRIPTOR = f"<md:IDPSSODescriptor>{KEY}</md:IDPSSODescriptor>"
ENTITY = 'entityID="https://idp.example.com/metadata"'

METADATA = f"<md:EntityDescriptor {_MD} {ENTITY}>{DESCRIPTOR}</md:EntityDescriptor>"

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A metadata document as identity providers write it, with nothing in it that belongs to anybody."""

from __future__ import annotations

_MD = 'xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata"'
_DS = 'xmlns:ds="http://www.w3.org/2000/09/xmldsig#"'
_CERTIFICATE = f"<ds:X509Certificate {_DS}>{'A' * 1000}</ds:X509Certificate>"

METADATA = f"<md:EntityDescriptor {_MD}><md:IDPSSODescriptor>{_CERTIFICATE}</md:IDPSSODescriptor></md:EntityDescriptor>"

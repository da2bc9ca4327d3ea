# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Gets the SAML metadata for federated_access, from a file on the control node or from text."""

from __future__ import annotations

import base64
import datetime
import os
import stat
import typing as t
from collections.abc import Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.input import FILE_PROBLEM
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_metadata import (
    LONGEST,
    MetadataError,
    read_metadata,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._federation.saml_text import (
    UndecodableError,
    decoded,
    normal_form,
)
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._paths import from_working_directory

try:
    from cryptography import x509
except ImportError:
    # Part of ansible-core's dependencies, and needed only for a warning.
    HAS_CRYPTOGRAPHY = False
else:
    HAS_CRYPTOGRAPHY = True

# UTF-32 has four bytes for each character.
LARGEST = 4 * LONGEST + 4


def with_metadata(options: Mapping[str, t.Any]) -> dict[str, t.Any]:
    """Return the options with the document's text as metadata, or with the problem with the file.

    If metadata is already set, it is kept.
    """
    if options.get("metadata"):
        return dict(options)
    path = options.get("saml_metadata_file")
    if not path:
        return {**options, "metadata": options.get("saml_metadata") or ""}
    try:
        return {**options, "metadata": decoded(_content(from_working_directory(str(path))))}
    except UndecodableError as exc:
        return {**options, "metadata": "", FILE_PROBLEM: f"{path} {exc}"}
    except OSError as exc:
        return {**options, "metadata": "", FILE_PROBLEM: f"{path} can't be read: {exc.strerror or exc}"}


def _content(path: str) -> bytes:
    # Opening something other than a regular file could block forever.
    details = os.stat(path)
    if not stat.S_ISREG(details.st_mode):
        raise OSError("it is not a file")
    if details.st_size > LARGEST:
        raise OSError(f"it has {details.st_size:,} bytes, more than any metadata document")
    with open(path, "rb") as file:
        return file.read(LARGEST)


def certificate_warning(text: str, now: datetime.datetime | None = None) -> str | None:
    """Return a warning if all signing certificates have expired, which IAM accepts; otherwise None."""
    if not HAS_CRYPTOGRAPHY:
        return None
    try:
        found = read_metadata(normal_form(text)).signing
    except MetadataError:
        # Reported elsewhere, with the reason.
        return None
    ends = [end for end in map(_end, found) if end]
    last = max(ends, default=None)
    if last is None or last > (now or datetime.datetime.now(datetime.UTC)):
        return None
    return (
        f"the certificate for signatures in the SAML metadata expired on {last:%Y-%m-%d}; get the present metadata "
        "from the identity provider, or nobody may be able to sign in"
    )


def _end(certificate: str) -> datetime.datetime | None:
    """Return when a certificate expires; None if it can't be read."""
    try:
        return x509.load_der_x509_certificate(base64.b64decode(certificate)).not_valid_after_utc
    except (ValueError, TypeError, AttributeError):
        return None

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Raises botocore's ResponseParserError for responses that do not come from AWS.

botocore raises it only for text that is not XML or JSON, but a proxy's error page can be XML too.
"""

from __future__ import annotations

import typing as t

try:
    from botocore.parsers import ResponseParserError
except ImportError:
    # AnsibleAWSModule says that boto3 is missing before anything here is used.
    pass


def check_answers(client: t.Any) -> None:
    """Make the client raise ResponseParserError for every response that botocore can't interpret."""
    call = client._make_api_call

    def checked(operation: str, params: t.Mapping[str, t.Any]) -> t.Any:
        try:
            answer = call(operation, params)
        except (AttributeError, LookupError, TypeError, ValueError) as exc:
            raise ResponseParserError(
                f"The answer to {operation} does not have the form that AWS documents: {exc!r}"
            ) from exc
        if _has_no_field(client, operation, answer):
            raise ResponseParserError(f"The answer to {operation} has none of the fields that AWS returns")
        return answer

    client._make_api_call = checked


def _has_no_field(client: t.Any, operation: str, answer: t.Mapping[str, t.Any]) -> bool:
    """True if a response has none of its documented fields.

    botocore reads a plain text page as such a response in JSON, and a page in HTML as one of S3.
    """
    service = client.meta.service_model
    if service.metadata.get("protocol") not in ("json", "rest-xml") or not operation.startswith(("Describe", "List")):
        return False
    shape = service.operation_model(operation).output_shape
    return bool(shape and shape.members) and not shape.members.keys() & answer.keys()

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads the history in an Amazon S3 bucket: lists the names, then reads only entries that may match."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import AWS_ERRORS, error_code, sentence
from ansible_collections.cloudhsm.iam.plugins.module_utils._history.input import Filters
from ansible_collections.cloudhsm.iam.plugins.module_utils._history.location import Bucket
from ansible_collections.cloudhsm.iam.plugins.module_utils._history.model import LARGEST, stamp_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._history.select import Found, select

if t.TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

WORKERS = 8
# At most this many names are listed: a run every ten minutes for almost two years.
MOST_NAMES = 100_000
# Error codes that every other entry would get, too.
_ABOUT_ALL = frozenset({"NoSuchBucket", "AllAccessDisabled", "InvalidAccessKeyId", "SignatureDoesNotMatch"})


class TooManyError(Exception):
    """The bucket has more names than the limit. The message is one sentence."""


def read_bucket(client: S3Client, bucket: Bucket, filters: Filters) -> Found:
    """Return the matching entries. Raises AWS_ERRORS, for example if the bucket can't be listed, and TooManyError."""
    names = [key.removeprefix(bucket.prefix) for key in _keys(client, bucket, filters)]
    with ThreadPoolExecutor(WORKERS) as pool:
        return select(names, filters, lambda batch: list(pool.map(lambda name: _content(client, bucket, name), batch)))


def _keys(client: S3Client, bucket: Bucket, filters: Filters) -> Iterator[str]:
    """Yield the keys directly below the prefix that are within the time limits."""
    # S3 lists keys in byte order, so entries come in order of time.
    last = bucket.key(stamp_of(filters.until)) + "~" if filters.until is not None else None
    asked: t.Any = {"Bucket": bucket.name, "Prefix": bucket.prefix, "Delimiter": "/"}
    if filters.since is not None:
        asked["StartAfter"] = bucket.key(stamp_of(filters.since))
    number = 0
    for page in client.get_paginator("list_objects_v2").paginate(**asked):
        for each in page.get("Contents") or ():
            number += 1
            if number > MOST_NAMES:
                raise TooManyError(f"there are more than {MOST_NAMES} objects in this time; set since")
            if last is not None and each["Key"] > last:
                return
            # The console creates such an object for a folder.
            if each["Key"] != bucket.prefix:
                yield each["Key"]


def _content(client: S3Client, bucket: Bucket, name: str) -> bytes | str:
    try:
        body = client.get_object(Bucket=bucket.name, Key=bucket.key(name))["Body"]
        content = body.read(LARGEST + 1)
    except AWS_ERRORS as exc:
        if error_code(exc) in _ABOUT_ALL:
            raise
        return f"can't be read: {sentence(exc, 'read it')}"
    if len(content) > LARGEST:
        return f"is larger than {LARGEST} bytes, which no entry is"
    return bytes(content)

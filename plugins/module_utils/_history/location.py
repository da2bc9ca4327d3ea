# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The location of the history of applied plans: a folder on the control node, or an Amazon S3 bucket. Pure.

Names of buckets: https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
Safe characters of keys: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html
"""

from __future__ import annotations

import re
import typing as t

SCHEME = "s3://"
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", re.ASCII)
_PREFIX = re.compile(r"[A-Za-z0-9!_.*'()-]+(/[A-Za-z0-9!_.*'()-]+)*", re.ASCII)
# An entry's name takes up to about 130 of the 1,024 bytes that a key can have.
_LONGEST_PREFIX = 800
# Text that looks like a URL or an ARN, and so was not meant as a path.
_OTHER = re.compile(r"s3:|[A-Za-z][A-Za-z0-9+.-]*://|arn:", re.IGNORECASE | re.ASCII)


class Bucket(t.NamedTuple):
    """A bucket, and the prefix of the entries' keys: empty, or ending with a slash."""

    name: str
    prefix: str

    def key(self, name: str) -> str:
        return f"{self.prefix}{name}"


def location_problem(location: str) -> str | None:
    """Return why a location is invalid, or None."""
    if not location.startswith(SCHEME):
        if _OTHER.match(location):
            return f"must be the path of a folder, or {SCHEME}BUCKET/PREFIX, not {location!r}"
        return None
    name, _slash, prefix = location.removeprefix(SCHEME).partition("/")
    if not _BUCKET.fullmatch(name) or ".." in name:
        return f"{name!r} can't be the name of a bucket"
    prefix = prefix.rstrip("/")
    if prefix and (
        not _PREFIX.fullmatch(prefix) or len(prefix) > _LONGEST_PREFIX or {".", ".."} & set(prefix.split("/"))
    ):
        return (
            f"the prefix {prefix!r} must be letters, digits and any of !_.*'()-, in parts separated by one slash, and "
            f"at most {_LONGEST_PREFIX} characters"
        )
    return None


def bucket_of(location: str) -> Bucket | None:
    """Return the bucket of a valid location; None for a folder."""
    if not location.startswith(SCHEME):
        return None
    name, _slash, prefix = location.removeprefix(SCHEME).partition("/")
    prefix = prefix.rstrip("/")
    return Bucket(name, f"{prefix}/" if prefix else "")

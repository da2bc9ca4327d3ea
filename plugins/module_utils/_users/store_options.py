# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Checks the options about the store for first passwords."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tags import tag_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.stores import (
    DEFAULT_PREFIX,
    FILE_STORES,
    SERVICES,
    STATE_TAG,
)

# What names may contain in both stores. Parameter Store allows 15 levels; account ID and user take two of them.
_PREFIX = re.compile(r"/(?:[A-Za-z0-9_.-]+/){1,13}")
_PREFIX_LENGTH = 256
_KMS_KEY = re.compile(r"[A-Za-z0-9:/_-]{1,2048}")


def store_problems(options: Mapping[str, t.Any]) -> list[str]:
    """Return the problems of the options about the store, with Ansible's types or as a playbook gives them."""
    kind = str(options.get("credentials_store") or "none")
    problems = []
    if kind in FILE_STORES and not options.get("credentials_path"):
        problems.append("credentials_path: is needed with this credentials_store")
    if kind not in SERVICES:
        return problems + [
            f"{name}: is for credentials_store secretsmanager and ssm_parameter, not for {kind}"
            for name in ("credentials_kms_key_id", "credentials_tags")
            if options.get(name)
        ]
    prefix = options.get("credentials_prefix")
    if prefix is not None:
        problems += [f"credentials_prefix: {problem}" for problem in _prefix_problems(str(prefix))]
    key = options.get("credentials_kms_key_id")
    if key and not _KMS_KEY.fullmatch(str(key)):
        problems.append(
            f"credentials_kms_key_id: {key!r} is no key ID, ARN or alias of a KMS key, as in alias/passwords"
        )
    return problems + _tags_problems(options.get("credentials_tags") or {})


def _prefix_problems(prefix: str) -> t.Iterable[str]:
    if not _PREFIX.fullmatch(prefix):
        yield (
            f"{prefix!r} must begin and end with a slash, with A-Z a-z 0-9 and _.- between slashes and "
            f"at most 13 levels, as in {DEFAULT_PREFIX}"
        )
    if prefix.lower().startswith(("/aws", "/ssm")):
        yield f"{prefix!r} begins with aws or ssm, which AWS keeps to itself"
    if len(prefix) > _PREFIX_LENGTH:
        yield f"has {len(prefix)} characters, at most {_PREFIX_LENGTH} leave room for account and user"


def _tags_problems(tags: object) -> list[str]:
    # The tag with the state takes one of them.
    problems = tag_problems(tags, "credentials_tags", most=limits.TAGS - 1)
    if isinstance(tags, Mapping) and STATE_TAG in tags:
        problems.append(f"credentials_tags.{STATE_TAG}: is set for you; leave it out")
    return problems

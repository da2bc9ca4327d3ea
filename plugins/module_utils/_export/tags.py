# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Which tags of users, groups' policies and roles an export can list. Tags of this collection are never listed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import RESERVED
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tags import tag_problems
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.model import NotExported


def listed_tags(tags: Mapping[str, str]) -> dict[str, str]:
    """The tags that variables can list, sorted by key."""
    return {key: value for key, value in _own(tags) if not tag_problems({key: value})}


def refused_tags(tags: Mapping[str, str], whose: str) -> Iterator[NotExported]:
    """The tags that AWS allowed in the past and refuses today."""
    for key, value in _own(tags):
        if tag_problems({key: value}):
            yield NotExported("tag", key, "AWS does not allow this tag today. No run removes it", whose)


def _own(tags: Mapping[str, str]) -> list[tuple[str, str]]:
    return sorted((key, value) for key, value in tags.items() if not key.lower().startswith(RESERVED))

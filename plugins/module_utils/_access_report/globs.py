# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Patterns of policies, with * for any text and ? for any character: what they match, and what two have in common."""

from __future__ import annotations

import re
from functools import lru_cache

# For meet, in its second pattern: any text without a colon.
FIELD = "\1"


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    wildcards = {"*": ".*", "?": "."}
    return re.compile("".join(wildcards.get(character, re.escape(character)) for character in pattern), re.DOTALL)


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern matches the whole text."""
    return _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=4096)
def meet(one: str, other: str) -> bool:
    """Whether there is a text that both patterns match. The other may have FIELD in it."""
    # below[j]: whether the rest of one, after the character at hand, meets what other has from j on.
    below = [all(character in ("*", FIELD) for character in other[j:]) for j in range(len(other) + 1)]
    for i in range(len(one) - 1, -1, -1):
        row = [False] * (len(other) + 1)
        row[-1] = one[i] == "*" and below[-1]
        for j in range(len(other) - 1, -1, -1):
            if one[i] == "*" or other[j] == "*":
                row[j] = below[j] or row[j + 1]
            elif other[j] == FIELD:
                row[j] = (one[i] != ":" and below[j]) or row[j + 1]
            else:
                row[j] = (one[i] == other[j] or "?" in (one[i], other[j])) and below[j + 1]
        below = row
    return below[0]

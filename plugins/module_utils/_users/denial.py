# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The policies that deny a suspended user everything, and the room that a user has for one of its own."""

from __future__ import annotations

import json
import re
import typing as t
from collections.abc import Mapping

# The AWS managed policy that denies everything, in any partition, and the inline policy that does so where the managed
# one can't be attached. The inline one is also the mark of a suspended user who has no room for the tag.
DENY_ALL = ":iam::aws:policy/AWSDenyAll"
SUSPENDED_POLICY = "CloudHSMIamSuspended"
DENY_EVERYTHING: Mapping[str, t.Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}],
}
# IAM quotas: characters in all inline policies of a user together, white space not counted.
INLINE_LENGTH = 2048


def policy_length(document: object) -> int:
    """The characters of a policy as IAM counts them: without white space."""
    text = document if isinstance(document, str) else json.dumps(document, separators=(",", ":"))
    return len(re.sub(r"\s", "", text))


def fits(inline_length: int) -> bool:
    """Whether a user whose inline policies have so many characters has room for the one that denies everything."""
    return inline_length + policy_length(DENY_EVERYTHING) <= INLINE_LENGTH

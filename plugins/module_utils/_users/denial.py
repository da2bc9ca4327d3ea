# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The policies that deny a suspended user everything, and whether a user has room for the inline one."""

from __future__ import annotations

import json
import re
import typing as t
from collections.abc import Mapping

# The end of the ARN of the AWS managed policy that denies everything, in any partition, and the name of the inline
# policy that does so if the managed one can't be attached. It also marks a suspended user who has no room for the tag.
DENY_ALL = ":iam::aws:policy/AWSDenyAll"
SUSPENDED_POLICY = "CloudHSMIamSuspended"
DENY_EVERYTHING: Mapping[str, t.Any] = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}],
}
# IAM quota: characters of all inline policies of a user together, without white space.
INLINE_LENGTH = 2048


def policy_length(document: object) -> int:
    """Return the number of characters of a policy as IAM counts them: without white space."""
    text = document if isinstance(document, str) else json.dumps(document, separators=(",", ":"))
    return len(re.sub(r"\s", "", text))


def fits(inline_length: int) -> bool:
    """Whether the policy that denies everything fits beside inline policies of inline_length characters."""
    return inline_length + policy_length(DENY_EVERYTHING) <= INLINE_LENGTH

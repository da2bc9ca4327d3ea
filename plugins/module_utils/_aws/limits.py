# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What IAM accepts: patterns from the IAM API reference, quotas from its "IAM and AWS STS quotas" page."""

from __future__ import annotations

import re

NAME = re.compile(r"[\w+=,.@-]+", re.ASCII)
PATH = re.compile(r"/|/[!-\x7e]+/")
POLICY_ARN = re.compile(r"arn:(?P<partition>aws[a-z-]*):iam::(?P<account>aws|\d{12}):policy/[!-\x7e]+")
PASSWORD = re.compile(r"[\t\n\r\x20-\xff]+")
# What is left after letters, numbers and spaces of any script are taken out of a tag.
TAG_SYMBOLS = frozenset("_.:/=+-@")

USER_NAME_LENGTH = 64
GROUP_NAME_LENGTH = 128
ROLE_NAME_LENGTH = 64
POLICY_NAME_LENGTH = 128
PATH_LENGTH = 512
POLICY_ARN_LENGTH = 2048
PASSWORD_LENGTH = 128
TAG_KEY_LENGTH = 128
TAG_VALUE_LENGTH = 256

# Of a user, a role, a policy, a session, a secret or a parameter.
TAGS = 50
TAGS_PER_USER = TAGS
GROUPS_PER_USER = 10
# Adjustable by AWS up to 20: the live quota decides where more than this is asked for.
POLICIES_PER_USER = 10
POLICIES_PER_USER_MAX = 20
USERS_PER_ACCOUNT = 5000

# Ours: IAM answers no faster to more workers, and a generated password has all kinds of characters.
WORKERS = 32
SHORTEST_PASSWORD = 8


def name_problem(name: str, longest: int) -> str | None:
    """Why this can't be the name of a group, a role or a policy, or None. Lengths are in characters."""
    if NAME.fullmatch(name) and len(name) <= longest:
        return None
    return f"{name[:140]!r} can't be a name: 1 to {longest} of A-Z a-z 0-9 _+=,.@-"


def path_problem(path: str) -> str | None:
    """Why this can't be a path, or None."""
    if PATH.fullmatch(path) and len(path) <= PATH_LENGTH:
        return None
    return f"{path[:140]!r} is not a path: it begins and ends with a slash, as in /hsm/"

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
# The characters that tags allow besides letters, numbers and spaces of any script.
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

# Per user, role, policy, session, secret or parameter.
TAGS = 50
TAGS_PER_USER = TAGS
GROUPS_PER_USER = 10
# AWS raises it to at most 20 on request; beyond 10, the account's current quota is read.
POLICIES_PER_USER = 10
POLICIES_PER_USER_MAX = 20
USERS_PER_ACCOUNT = 5000
# Customer managed policies. AWS raises it on request.
POLICIES_PER_ACCOUNT = 1500

# Our own limits: IAM answers no faster to more workers, and a generated password has every kind of character.
WORKERS = 32
SHORTEST_PASSWORD = 8


def name_problem(name: str, longest: int) -> str | None:
    """Why this can't be the name of a group, role or policy; None if it can. longest is in characters."""
    if NAME.fullmatch(name) and len(name) <= longest:
        return None
    return f"{name[:140]!r} can't be a name: 1 to {longest} of A-Z a-z 0-9 _+=,.@-"


def path_problem(path: str) -> str | None:
    """Why this can't be a path; None if it can."""
    if PATH.fullmatch(path) and len(path) <= PATH_LENGTH:
        return None
    return f"{path[:140]!r} is not a path: it begins and ends with a slash, as in /hsm/"

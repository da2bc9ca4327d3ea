# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Chooses a region if none is set. IAM, STS and Organizations are global within a partition.

Credentials of GovCloud or China work only in their own partition, so anything that indicates another partition than aws
decides.
"""

from __future__ import annotations

import os
import typing as t
from collections.abc import Iterator, Mapping

try:
    import botocore.session
    from botocore.exceptions import UnknownRegionError
except ImportError:
    # AnsibleAWSModule says that boto3 is missing before anything here is used.
    pass

if t.TYPE_CHECKING:
    from botocore.session import Session

# botocore's pseudo-region for the whole partition aws.
GLOBAL = "aws-global"
PARTITION = "aws"
_ARNS = ("role_arn", "assume_role_arn")
_KEYS = ("access_key", "secret_key", "session_token")
# Settings of a profile or its sso-session that indicate the partition.
_HINTS = ("region", "sso_region", "role_arn", "mfa_serial", "login_session")


def default_region(options: Mapping[str, t.Any]) -> str:
    """The region for a client if the options, the environment and the profile set none.

    options are a task's, with the environment already merged in. Raises botocore's errors.
    """
    hints = [options.get(name) for name in _ARNS]
    session = botocore.session.Session(profile=options.get("profile") or None)
    if not any(options.get(name) for name in _KEYS):
        hints += [os.environ.get("AWS_ROLE_ARN"), *_hints_of_profile(session)]
    regions = (_region_of(session, str(hint)) for hint in hints if hint)
    return next((region for region in regions if region), GLOBAL)


def _hints_of_profile(session: Session) -> Iterator[str | None]:
    """Values that indicate the partition, from the current profile and its source profiles."""
    config = session.full_config
    profiles, sessions = config.get("profiles", {}), config.get("sso_sessions", {})
    name, seen = session.profile or "default", set[str]()
    while name in profiles and name not in seen:
        seen.add(name)
        found = {**sessions.get(profiles[name].get("sso_session"), {}), **profiles[name]}
        yield from (found.get(hint) for hint in _HINTS)
        name = found.get("source_profile", "")


def _region_of(session: Session, hint: str) -> str | None:
    """A region in the partition of an ARN or region; None for the partition aws and for unknown values."""
    if hint.startswith("arn:"):
        partition = hint.split(":")[1]
        known = [] if partition == PARTITION else session.get_available_regions("sts", partition_name=partition)
        return next(iter(known), None)
    try:
        return None if session.get_partition_for_region(hint) == PARTITION else hint
    except UnknownRegionError:
        return None

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Where calls go when no region is set: IAM, STS and Organizations are global, but for each partition by itself.

Keys of GovCloud or of China are unknown everywhere else. So whatever names another partition than aws counts.
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

# botocore's name for all regions of the partition aws.
GLOBAL = "aws-global"
PARTITION = "aws"
_ARNS = ("role_arn", "assume_role_arn")
_KEYS = ("access_key", "secret_key", "session_token")
# What tells the partition in a profile, and in an sso-session that it names.
_HINTS = ("region", "sso_region", "role_arn", "mfa_serial", "login_session")


def default_region(options: Mapping[str, t.Any]) -> str:
    """The region for a client where the options, the environment and the profile name none.

    options are a task's, which have the environment's values by now. Raises what botocore raises.
    """
    hints = [options.get(name) for name in _ARNS]
    session = botocore.session.Session(profile=options.get("profile") or None)
    if not any(options.get(name) for name in _KEYS):
        hints += [os.environ.get("AWS_ROLE_ARN"), *_hints_of_profile(session)]
    regions = (_region_of(session, str(hint)) for hint in hints if hint)
    return next((region for region in regions if region), GLOBAL)


def _hints_of_profile(session: Session) -> Iterator[str | None]:
    """What tells the partition in the profile that counts, and in those that it takes its credentials from."""
    config = session.full_config
    profiles, sessions = config.get("profiles", {}), config.get("sso_sessions", {})
    name, seen = session.profile or "default", set[str]()
    while name in profiles and name not in seen:
        seen.add(name)
        found = {**sessions.get(profiles[name].get("sso_session"), {}), **profiles[name]}
        yield from (found.get(hint) for hint in _HINTS)
        name = found.get("source_profile", "")


def _region_of(session: Session, hint: str) -> str | None:
    """A region of the partition that an ARN or a region is in; None for the partition aws, and for anything else."""
    if hint.startswith("arn:"):
        partition = hint.split(":")[1]
        known = [] if partition == PARTITION else session.get_available_regions("sts", partition_name=partition)
        return next(iter(known), None)
    try:
        return None if session.get_partition_for_region(hint) == PARTITION else hint
    except UnknownRegionError:
        return None

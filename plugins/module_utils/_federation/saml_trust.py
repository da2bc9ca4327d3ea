# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The trust policy of a role for users of a SAML identity provider."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tags import foreign_characters
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import document, one_or_all

# SAML sign-in endpoint of each partition (IAM User Guide, "SAML:aud").
AUDIENCES = {
    "aws": "https://signin.aws.amazon.com/saml",
    "aws-cn": "https://signin.amazonaws.cn/saml",
    "aws-us-gov": "https://signin.amazonaws-us-gov.com/saml",
}

# CreateSAMLProvider in the IAM API Reference.
PROVIDER_ARN = re.compile(r"arn:(?P<partition>aws[a-z-]*):iam::\d{12}:saml-provider/[\w._-]{1,128}", re.ASCII)


def saml_trust_policy(
    provider_arn: str,
    required_tags: Mapping[str, str],
    session_tags: Sequence[str],
    audiences: Sequence[str],
) -> dict[str, t.Any]:
    """Return the trust policy of a role for users whom the provider signs in.

    The assertion must contain every required tag as a session tag with exactly this value, and may contain tags with
    the keys in session_tags. An assertion with other session tags is refused. Without audiences, the partition's own
    endpoint is used. Raises ValueError, whose message names every mistake.
    """
    problems = trust_problems(provider_arn, required_tags, session_tags, audiences)
    if problems:
        raise ValueError("; ".join(problems))
    match = PROVIDER_ARN.fullmatch(provider_arn)
    partition = match["partition"] if match else "aws"
    keys = [*required_tags, *(key for key in session_tags if key not in required_tags)]
    equals: dict[str, t.Any] = {"SAML:aud": one_or_all(list(audiences) or [AUDIENCES[partition]])}
    equals |= {f"aws:RequestTag/{key}": value for key, value in required_tags.items()}
    condition: dict[str, t.Any] = {"StringEquals": equals}
    if keys:
        condition["ForAllValues:StringEquals"] = {"aws:TagKeys": one_or_all(keys)}
    statement = {
        "Sid": "SignInThroughSaml",
        "Effect": "Allow",
        "Principal": {"Federated": provider_arn},
        # Without sts:TagSession, STS refuses an assertion that has session tags.
        "Action": ["sts:AssumeRoleWithSAML", "sts:TagSession"] if keys else "sts:AssumeRoleWithSAML",
        "Condition": condition,
    }
    return document(statement)


def trust_problems(
    provider_arn: str, required_tags: Mapping[str, str], session_tags: Sequence[str], audiences: Sequence[str]
) -> list[str]:
    """Return problems with the parts of a trust policy, each beginning with the argument's name."""
    problems = []
    match = PROVIDER_ARN.fullmatch(provider_arn)
    if not match:
        problems.append(f"provider_arn: {provider_arn!r} is not the ARN of a SAML provider")
    elif not audiences and match["partition"] not in AUDIENCES:
        problems.append(f"audiences: are needed in the partition {match['partition']}")
    problems += [f"required_tags: {text}" for item in required_tags.items() for text in _tag_problems(*item)]
    problems += [f"session_tags: {text}" for key in session_tags for text in _tag_problems(key, "")]
    if len({key.lower() for key in [*required_tags, *session_tags]}) > limits.TAGS:
        problems.append(f"session_tags: STS takes {limits.TAGS} a session, those that are required among them")
    problems += [
        f"audiences: {audience!r} is not the address of a sign-in endpoint, as in {AUDIENCES['aws']}"
        for audience in audiences
        if not re.fullmatch(r"https://[a-z0-9.-]+/saml", audience)
    ]
    return problems


def _tag_problems(key: str, value: str) -> list[str]:
    problems = []
    if not 1 <= len(key) <= limits.TAG_KEY_LENGTH:
        problems.append(f"the key {key[:40]!r} has {len(key)} characters, STS takes 1 to {limits.TAG_KEY_LENGTH}")
    if key.lower().startswith("aws:"):
        problems.append(f"{key[:40]!r}: keys that begin with aws: are reserved by AWS")
    if len(value) > limits.TAG_VALUE_LENGTH:
        problems.append(f"{key[:40]!r}: the value has {len(value)} characters, STS takes {limits.TAG_VALUE_LENGTH}")
    bad = foreign_characters(key + value)
    if bad:
        problems.append(f"{key[:40]!r} has characters that STS does not take in tags: {' '.join(bad)}")
    return problems

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""All that an account in this process holds, past all calls and so without a question of who may see what."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Iterable, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import (
    REASON,
    decode_reason,
    end_of,
    membership_of,
)
from helpers.accounts.everything import ACCOUNT
from moto.iam.models import iam_backends

Described = dict[str, t.Any]
# By kind and name.
Holdings = dict[tuple[str, str], Described]


def holdings(boundaries: Mapping[str, str]) -> Holdings:
    """Users, groups, customer managed policies and roles. boundaries are those of users, which moto does not keep."""
    iam = iam_backends[ACCOUNT]["aws"]
    found: Holdings = {}
    for user in iam.users.values():
        held = _holder(user)
        lasting = [arn for arn in held["managed_policies"] if not membership_of(arn)]
        found["user", user.name] = {
            **held,
            "managed_policies": lasting,
            "temporary_groups": _memberships(
                user.managed_policies[arn] for arn in held["managed_policies"] if arn not in lasting
            ),
            "tags": iam.tagger.get_tag_dict_for_resource(user.arn),
            "groups": sorted(group.name for group in iam.groups.values() if user in group.users),
            "boundary": boundaries.get(user.name),
            "console_access": bool(user.password),
            "credentials": [*sorted(user.mfa_devices), *(key.access_key_id for key in user.access_keys)],
        }
    for group in iam.groups.values():
        found["group", group.name] = {**_holder(group), "members": sorted(user.name for user in group.users)}
    for policy in iam.managed_policies.values():
        if f":{ACCOUNT}:" in policy.arn:
            versions = [version.document for version in policy.versions if version.is_default]
            found["policy", policy.name] = {
                "arn": policy.arn,
                "path": policy.path,
                "tags": {tag["Key"]: tag["Value"] for tag in policy.tags.values()},
                "document": json.loads(versions[0]),
            }
    for role in iam.roles.values():
        found["role", role.name] = {**_holder(role), "description": role.description}
    return found


def _holder(thing: t.Any) -> Described:
    return {
        "arn": thing.arn,
        "path": thing.path,
        "managed_policies": sorted(thing.managed_policies),
        "inline_policies": sorted(thing.policies),
    }


def _memberships(policies: Iterable[t.Any]) -> list[Described]:
    """What policies give, each membership once: one may need several policies."""
    found: list[Described] = []
    for policy in policies:
        given = _membership(policy)
        found += [] if given in found else [given]
    return found


def _membership(policy: t.Any) -> Described:
    """What a policy that stands for a temporary membership gives, as results of iam_users have it."""
    document = json.loads(next(version.document for version in policy.versions if version.is_default))
    (until,) = {end_of(statement) for statement in document["Statement"]}
    tags = {tag["Key"]: tag["Value"] for tag in policy.tags.values()}
    membership = membership_of(policy.arn)
    assert membership
    return {"group": membership.group, "until": until, "reason": decode_reason(tags[REASON])}

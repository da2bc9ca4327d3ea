# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Parses an item of permission_sets.

Patterns and lengths come from the IAM Identity Center API reference (CreatePermissionSet, PermissionsBoundary,
CustomerManagedPolicyReference) and the User Guide's page "AWS IAM Identity Center quotas".
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import kind
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import RESERVED
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.item import Item
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import ADMINISTRATOR_ACCESS, SetWish
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.catalogue import LEVELS
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import Wish, build_policy

ADMINISTRATOR = "administrator"
ACCESS = (ADMINISTRATOR, *LEVELS[::-1])
POLICY_OPTIONS = ("profile", "policy", "cluster_arns", "regions", "tags", "allow_backup_copy", "allow_backup_sharing")

DESCRIPTION_LENGTH = 700
RELAY_STATE_LENGTH = 240
SESSIONS = range(3600, 43200 + 1)
POLICIES = 20
RELAY_STATE = re.compile(r"""[a-zA-Z0-9&$@#\\/%?=~\-_'"|!:,.;*+\[\] (){}]*""")
# As in job-function/Billing or /hsm/Auditors.
_WITH_PATH = re.compile(r"(?P<path>/?(?:[!-.0-~]+/)*)(?P<name>[\w+=,.@-]{1,128})", re.ASCII)

_SET_KEYS = (
    "name",
    "state",
    "description",
    "session_duration",
    "relay_state",
    "access",
    "policy_options",
    "managed_policies",
    "customer_managed_policies",
    "boundary",
    "tags",
)


def read_set(item: Item, partition: str) -> SetWish:
    """Return the permission set that an item describes."""
    item.only(_SET_KEYS, "a permission set")
    managed = _managed_policies(item, partition)
    own = _customer_managed_policies(item)
    inline, managed, without = _access(item, partition, managed)
    if len(managed or ()) + len(own or ()) > POLICIES:
        item.problem("managed_policies", f"lists more than the {POLICIES} policies that a permission set can have")
    return SetWish(
        name=item.set_name("name"),
        present=item.present(),
        description=item.description(DESCRIPTION_LENGTH),
        session_duration=_session_duration(item),
        relay_state=_relay_state(item),
        inline_policy=inline,
        managed_policies=managed,
        customer_managed_policies=own,
        boundary=_boundary(item, partition),
        tags=_set_tags(item),
        without=without,
    )


def _session_duration(item: Item) -> int | None:
    value = item.item.get("session_duration")
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value in SESSIONS):
        return value
    if isinstance(value, str) and value.isdecimal() and int(value) in SESSIONS:
        return int(value)
    item.problem("session_duration", f"must be from {SESSIONS[0]} to {SESSIONS[-1]} seconds, not {str(value)[:80]}")
    return None


def _relay_state(item: Item) -> str | None:
    text = item.text("relay_state")
    if text and (len(text) > RELAY_STATE_LENGTH or not RELAY_STATE.fullmatch(text)):
        item.problem("relay_state", f"must be up to {RELAY_STATE_LENGTH} characters that a URL can have")
    return text


def _set_tags(item: Item) -> dict[str, str] | None:
    tags = item.tags()
    for key in tags or ():
        if key.lower().startswith(RESERVED):
            item.problem(f"tags.{key[:80]}", f"keys that begin with {RESERVED} are reserved")
    return tags


def _access(
    item: Item, partition: str, managed: frozenset[str] | None
) -> tuple[Mapping[str, t.Any] | None, frozenset[str] | None, frozenset[str]]:
    """Return the access level's inline policy and managed policies, and the policies that only another level has."""
    administrator = f"arn:{partition}{ADMINISTRATOR_ACCESS}"
    access, options = item.text("access"), item.item.get("policy_options") or {}
    if not isinstance(options, Mapping):
        item.problem("policy_options", f"must be a dictionary, not {kind(options)}")
        return None, managed, frozenset()
    # Module arguments contain omitted suboptions as None.
    options = {name: value for name, value in options.items() if value is not None}
    if access is None or access == ADMINISTRATOR:
        if options:
            needed = " or ".join(ACCESS[1:])
            item.problem("policy_options", f"need access to be {needed}; {ADMINISTRATOR} has AdministratorAccess")
        if access is None:
            return None, managed, frozenset()
        return {}, (managed or frozenset()) | {administrator}, frozenset()
    for name in options:
        if name not in POLICY_OPTIONS:
            item.problem(f"policy_options.{name}", f"is not an option; known are {', '.join(POLICY_OPTIONS)}")
    known = {name: value for name, value in options.items() if name in POLICY_OPTIONS}
    if access not in ACCESS:
        item.problem("access", f"must be one of {', '.join(ACCESS)}, not {access[:80]!r}")
        return None, managed, frozenset()
    names = {name: f"policy_options.{name}" for name in POLICY_OPTIONS}
    policy, problems = build_policy(Wish(access, **known, partition=partition, names={**names, "level": "access"}))
    item.problems += problems
    asked_for = administrator in (managed or ())
    return policy, managed, frozenset() if asked_for else frozenset({administrator})


def _managed_policies(item: Item, partition: str) -> frozenset[str] | None:
    listed = item.texts("managed_policies")
    if listed is None:
        return None
    return frozenset(arn for index, name in enumerate(listed) if (arn := _aws_arn(item, index, name, partition)))


def _aws_arn(item: Item, index: int, name: str, partition: str) -> str | None:
    """Return the ARN of an AWS managed policy given by ARN or name."""
    field = f"managed_policies[{index}]"
    if not name.startswith("arn:"):
        if _WITH_PATH.fullmatch(name):
            return f"arn:{partition}:iam::aws:policy/{name.lstrip('/')}"
        item.problem(field, f"{name[:140]!r} can't be the name of an AWS managed policy, as in job-function/Billing")
        return None
    arn = limits.POLICY_ARN.fullmatch(name)
    if not arn:
        item.problem(field, f"{name[:140]!r} is not the ARN of a managed policy")
    elif arn["account"] != "aws":
        item.problem(field, f"{name[:140]} is a customer managed policy; list its name in customer_managed_policies")
    elif arn["partition"] != partition:
        item.problem(field, f"{name[:140]} is in another partition than {partition}")
    return name


def _customer_managed_policies(item: Item) -> frozenset[str] | None:
    listed = item.texts("customer_managed_policies")
    if listed is None:
        return None
    for index, name in enumerate(listed):
        if name.startswith("arn:") or not _WITH_PATH.fullmatch(name):
            item.problem(f"customer_managed_policies[{index}]", f"{name[:140]!r} {_NO_REFERENCE}")
    return frozenset(f"/{name.lstrip('/')}" for name in listed)


_NO_REFERENCE = "can't be the name of a customer managed policy with its path, as in Auditors or /hsm/Auditors"


def _boundary(item: Item, partition: str) -> str | None:
    boundary = item.text("boundary")
    if not boundary:
        return boundary
    if not boundary.startswith("arn:"):
        if not _WITH_PATH.fullmatch(boundary):
            item.problem("boundary", f"{boundary[:140]!r} {_NO_REFERENCE}")
        return f"/{boundary.lstrip('/')}"
    arn = limits.POLICY_ARN.fullmatch(boundary)
    if not arn or arn["account"] != "aws" or arn["partition"] != partition:
        known = f"of an AWS managed policy of the partition {partition}"
        item.problem(
            "boundary", f"{boundary[:140]!r} must be the ARN {known}, or the name of a customer managed policy"
        )
    return boundary

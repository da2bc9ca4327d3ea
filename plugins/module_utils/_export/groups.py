# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Exports groups as variables of the role group_provisioning. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Group
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import MANAGED, OWNED, REQUIRE_MFA_POLICY_NAME
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.model import Item, NotExported, Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.policies import Recognised, recognise
from ansible_collections.cloudhsm.iam.plugins.module_utils._export.tags import listed_tags, refused_tags
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.ownership import is_ours

_INLINE = (
    "No run changes inline policies. Create a customer managed policy with the same document, attach it, and delete "
    "the inline one"
)
_UNKNOWN = (
    "No run detaches it. This collection does not create this policy: to have it in your code, keep it with "
    "the role shared_policy and attach it yourself"
)


def recognised_policies(snapshot: Snapshot) -> dict[str, Recognised]:
    """By ARN: the policies of the exported groups that this collection could have created."""
    caller = snapshot.account.caller
    used = {arn for group in exported_groups(snapshot) for arn in group.managed_policies}
    found = {
        arn: recognise(policy.document, caller.partition, caller.account_id)
        for arn, policy in snapshot.policies.items()
        if arn in used
    }
    return {arn: known for arn, known in found.items() if known}


def exported_groups(snapshot: Snapshot) -> list[Group]:
    """All groups, sorted by name. If users are filtered, only the groups that they are in."""
    members = {group for name in snapshot.selected for group in snapshot.account.users[name].groups}
    names = members & snapshot.groups.keys() if snapshot.filtered else snapshot.groups
    return [snapshot.groups[name] for name in sorted(names)]


def group_items(snapshot: Snapshot) -> tuple[list[Item], list[NotExported]]:
    """The groups as items of group_provisioning_groups, and what these can't express."""
    recognised = snapshot.recognised
    items: list[Item] = []
    left: list[NotExported] = []
    for group in exported_groups(snapshot):
        if limits.name_problem(group.name, limits.GROUP_NAME_LENGTH):
            left.append(NotExported("group", group.name, "Its name has characters that IAM does not allow today"))
            continue
        own, mfa = _chosen(group, recognised)
        items.append(_item(group, snapshot, recognised, own, mfa))
        left += _left(group, snapshot, {own, mfa})
    return items, left


def _chosen(group: Group, recognised: Mapping[str, Recognised]) -> tuple[str | None, str | None]:
    """The group's own policy, and the one that requires MFA. A policy with the group's name comes first."""
    arns = sorted(group.managed_policies & recognised.keys(), key=lambda arn: (_name(arn) != group.name, arn))
    own = next((arn for arn in arns if not recognised[arn].requires_mfa), None)
    mfa = [arn for arn in arns if recognised[arn].requires_mfa]
    return own, next((arn for arn in mfa if _name(arn) == REQUIRE_MFA_POLICY_NAME), next(iter(mfa), None))


def _item(
    group: Group, snapshot: Snapshot, recognised: Mapping[str, Recognised], own: str | None, mfa: str | None
) -> Item:
    item: Item = {"name": group.name}
    if group.path != "/":
        item["path"] = group.path
    aws = [name for arn in group.managed_policies if (name := _aws_name(arn))]
    if aws:
        item["aws_managed_policies"] = sorted(aws)
    if own:
        item |= recognised[own].options
        item |= _own_policy(group, own, snapshot.described.get(own, {}))
    if mfa:
        item["require_mfa"] = True
        if _name(mfa) != REQUIRE_MFA_POLICY_NAME:
            item["require_mfa_policy_name"] = _name(mfa)
        if _is_foreign(snapshot.described.get(mfa, {}), "/"):
            item["adopt_require_mfa_policy"] = True
    return item


def _own_policy(group: Group, arn: str, described: Mapping[str, t.Any]) -> Item:
    """Further options for the group's own policy, with which a run leaves it unchanged."""
    found: Item = {}
    if _name(arn) != group.name:
        found["policy_name"] = _name(arn)
    tags = listed_tags(described.get("tags", {}))
    if tags:
        found["tags"] = tags
    if _is_foreign(described, group.path):
        found["adopt_policy"] = True
    return found


def _is_foreign(described: Mapping[str, t.Any], path: str) -> bool:
    """Whether a run would refuse this policy unless told to adopt it. True if it could not be read."""
    return not described or described["path"] != path or not is_ours(described["tags"], {MANAGED: OWNED})


def _left(group: Group, snapshot: Snapshot, said: Iterable[str | None]) -> Iterator[NotExported]:
    whose = f"group {group.name}"
    for name in sorted(group.inline):
        yield NotExported("inline policy", name, _INLINE, whose)
    for arn in sorted(group.managed_policies - set(said)):
        if not _aws_name(arn):
            yield NotExported("customer managed policy", arn, _UNKNOWN, whose)
    for arn in sorted({arn for arn in said if arn}):
        yield from refused_tags(snapshot.described.get(arn, {}).get("tags", {}), f"policy {arn}")


def _name(arn: str) -> str:
    return arn.rpartition("/")[2]


def _aws_name(arn: str) -> str:
    """Name and path of an AWS managed policy; empty for other policies."""
    return arn.partition(":iam::aws:policy/")[2]

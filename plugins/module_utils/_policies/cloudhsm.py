# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Builds the CloudHSM policies, the guide's and hardened ones, from the catalogue."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._policies import catalogue
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.catalogue import Action, allowed
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import Document, Statement, document

GUIDE = "guide"
HARDENED = "hardened"
PROFILES = (GUIDE, HARDENED)

# By operator and key: a value or a list of values.
Condition = dict[str, dict[str, t.Any]]


@dataclass(frozen=True)
class Limits:
    """Limits of a hardened policy, and options that allow more. None and empty tags mean no limit."""

    cluster_arns: tuple[str, ...] | None = None
    regions: tuple[str, ...] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    # The catalogue's options that are switched on.
    options: frozenset[str] = frozenset()


def guide_policy(level: str) -> Document:
    """The CloudHSM guide's policy for this level, word for word."""
    actions = [action.name for action in catalogue.ACTIONS if allowed(level, action.guide)]
    if level == catalogue.ADMIN:
        actions = ["cloudhsm:*"]
    if allowed(level, catalogue.POWER_USER):
        actions += [*catalogue.GUIDE_EC2, catalogue.CREATE_SERVICE_LINKED_ROLE]
    return document({"Effect": "Allow", "Action": actions, "Resource": "*"})


def hardened_policy(level: str, partition: str, limits: Limits) -> Document:
    """A stricter policy for this level, within these limits."""
    granted = granted_actions(level, limits)
    statements = _cloudhsm_statements(granted, partition, limits)
    if any(action.ec2 for action in granted):
        statements += _ec2_statements(granted, partition, limits)
    if any(action.name == catalogue.CREATE_CLUSTER for action in granted):
        statements.append(_service_linked_role_statement(partition))
    return document(*statements, *_sharing_statements(level, limits), *_deny_statements(level, limits))


def granted_actions(level: str, limits: Limits) -> list[Action]:
    """The actions of a hardened policy.

    Leaves out writes that can't be limited as asked. Reads without resource types always stay.
    """
    return [
        action
        for action in catalogue.ACTIONS
        if allowed(level, action.hardened)
        and (action.option is None or action.option in limits.options)
        and _can_be_limited(action, limits)
    ]


def _can_be_limited(action: Action, limits: Limits) -> bool:
    if _is_open_read(action):
        return True
    # A backup's ARN does not name its cluster, and a new cluster has no ARN yet.
    to_clusters = limits.cluster_arns is None or catalogue.CLUSTER in action.resources
    return to_clusters and (not limits.tags or bool(action.resources))


def _is_open_read(action: Action) -> bool:
    return action.access == "Read" and not action.resources


def _cloudhsm_statements(granted: Iterable[Action], partition: str, limits: Limits) -> list[Statement]:
    """One statement for all CloudHSM actions if nothing limits them, otherwise one for each kind of limit."""
    if limits.cluster_arns is None and not limits.tags:
        return [_allow("CloudHSM", granted, "*", _condition(limits))]
    where: str | list[str] = "*" if limits.cluster_arns is None else list(limits.cluster_arns)
    open_reads = [action for action in granted if _is_open_read(action)]
    others = [action for action in granted if not _is_open_read(action)]
    statements = [_allow("CloudHSMLook", open_reads, "*", _condition(limits))]
    if limits.tags:
        statements += _tagged_statements(others, partition, where, limits)
    else:
        statements.append(_allow("CloudHSMClusters", others, where, _condition(limits)))
    return [statement for statement in statements if statement["Action"]]


def _tagged_statements(
    actions: Iterable[Action], partition: str, where: str | list[str], limits: Limits
) -> list[Statement]:
    creating = [action for action in actions if action.name == catalogue.CREATE_CLUSTER]
    tagging = [action for action in actions if action.access == "Tagging"]
    copying = [action for action in actions if action.name == catalogue.COPY_BACKUP]
    using = [action for action in actions if action not in (*creating, *tagging, *copying)]
    bearing = _condition(limits, "Resource")
    # Members must not set or remove the tags that limit them. Tag keys in conditions ignore case.
    other_tags: Condition = {"ForAllValues:StringNotEqualsIgnoreCase": {"aws:TagKeys": sorted(limits.tags)}}
    return [
        _allow("CloudHSMTagged", using, where, bearing),
        _allow("CloudHSMOtherTags", tagging, where, {**bearing, **other_tags}),
        # A copy inherits its backup's tags unless the request has tags.
        _allow("CloudHSMCopy", copying, where, {**bearing, "Null": {"aws:TagKeys": "true"}}),
        _allow("CloudHSMCreate", creating, where, _condition(limits, "Request")),
        *(_foreign_backup_statements(partition, limits) if creating else []),
    ]


def _foreign_backup_statements(partition: str, limits: Limits) -> list[Statement]:
    """Deny creating a cluster from a backup that lacks one of the tags.

    One statement for each tag, because a statement applies only if all its conditions match.
    """
    return [
        {
            "Sid": f"CloudHSMOthersBackups{number}",
            "Effect": "Deny",
            "Action": [catalogue.CREATE_CLUSTER],
            "Resource": f"arn:{partition}:cloudhsm:*:*:backup/*",
            "Condition": {"StringNotEquals": {f"aws:ResourceTag/{key}": value}},
        }
        for number, (key, value) in enumerate(sorted(limits.tags.items()), start=1)
    ]


def _ec2_statements(granted: Iterable[Action], partition: str, limits: Limits) -> list[Statement]:
    called = {name for action in granted for name in action.ec2}
    by_others = {name for action in catalogue.ACTIONS for name in action.ec2} - called
    others = [name for name in catalogue.GUIDE_EC2 if name != catalogue.EC2_TAGGING and name not in by_others]
    made = [f"arn:{partition}:ec2:*:*:{kind}/*" for kind in catalogue.EC2_MADE]
    return [
        _allow("EC2ForCloudHSM", others, "*", _condition(limits)),
        _allow("EC2TagsForCloudHSM", [catalogue.EC2_TAGGING], made, _condition(limits)),
    ]


def _service_linked_role_statement(partition: str) -> Statement:
    """Allows creating CloudHSM's service-linked role only. IAM is global, so regions don't limit it."""
    path = f"aws-service-role/{catalogue.SERVICE}/{catalogue.SERVICE_LINKED_ROLE}*"
    return _allow(
        "CloudHSMServiceLinkedRole",
        [catalogue.CREATE_SERVICE_LINKED_ROLE],
        f"arn:{partition}:iam::*:role/{path}",
        {"StringLike": {"iam:AWSServiceName": catalogue.SERVICE}},
    )


def _sharing_statements(level: str, limits: Limits) -> list[Statement]:
    """Allow sharing backups through RAM, as AWS recommends. RAM can't be limited by tags of the shared resource."""
    if not _may_share(level) or catalogue.BACKUP_SHARING not in limits.options or limits.tags:
        return []
    regions = _condition(limits)
    backups = {**regions, "StringEquals": {**regions.get("StringEquals", {}), **_SHARED_BACKUP}}
    return [
        _allow("RAMForBackups", catalogue.RAM_SHARING, "*", backups),
        _allow("RAMLook", catalogue.RAM_OTHERS, "*", regions),
    ]


def _may_share(level: str) -> bool:
    return any(allowed(level, one.hardened) for one in catalogue.ACTIONS if one.option == catalogue.BACKUP_SHARING)


_SHARED_BACKUP = {catalogue.RAM_TYPE_KEY: catalogue.RAM_BACKUP}


def _deny_statements(level: str, limits: Limits) -> list[Statement]:
    """Deny what would take keys out of the account, unless it is asked for. Levels that only read don't need this."""
    denied = [action.name for action in catalogue.ACTIONS if action.option and action.option not in limits.options]
    if not allowed(level, catalogue.POWER_USER) or not denied:
        return []
    statements: list[Statement] = [{"Sid": "BackupsStay", "Effect": "Deny", "Action": denied, "Resource": "*"}]
    if catalogue.BACKUP_SHARING not in limits.options:
        unshared = {"Sid": "BackupsAreNotShared", "Effect": "Deny", "Action": list(catalogue.RAM_OPENING)}
        statements.append({**unshared, "Resource": "*", "Condition": {"StringEquals": _SHARED_BACKUP}})
    return statements


def _allow(sid: str, actions: Iterable[Action | str], resource: str | list[str], condition: Condition) -> Statement:
    names = [action if isinstance(action, str) else action.name for action in actions]
    statement = {"Sid": sid, "Effect": "Allow", "Action": names, "Resource": resource}
    return {**statement, "Condition": condition} if condition else statement


def _condition(limits: Limits, tags_of: str | None = None) -> Condition:
    """The condition on regions and, if asked for, on tags of the Resource or the Request."""
    equals: dict[str, str | list[str]] = {}
    if limits.regions is not None:
        equals["aws:RequestedRegion"] = list(limits.regions)
    if tags_of:
        equals |= {f"aws:{tags_of}Tag/{key}": value for key, value in sorted(limits.tags.items())}
    return {"StringEquals": equals} if equals else {}

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which requests the CloudHSM policies should allow, derived from the catalogue alone and not from the policies."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._policies import catalogue
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.catalogue import Action
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.input import Wish

# moto's account and region.
ACCOUNT = "123456789012"
HERE, ELSEWHERE = "us-east-1", "eu-west-1"
TAG = {"team": "keys"}
OWN_CLUSTER = f"arn:aws:cloudhsm:{HERE}:{ACCOUNT}:cluster/cluster-abcdefghijk"

VARIANTS = {
    **{f"{profile} {level}": Wish(level, profile) for profile in ("guide", "hardened") for level in catalogue.LEVELS},
    "admin, one region": Wish("admin", "hardened", regions=[HERE]),
    "admin, one cluster": Wish("admin", "hardened", cluster_arns=[OWN_CLUSTER]),
    "admin, one tag": Wish("admin", "hardened", tags=TAG),
    "admin, copy and share": Wish("admin", "hardened", allow_backup_copy=True, allow_backup_sharing=True),
}

OWN = "own things"
OTHERS = "others' things"
REGION = "another region"
ALWAYS_DENIED = "never"

NEVER = (
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreatePolicyVersion",
    "iam:CreateUser",
    "iam:DeleteRolePolicy",
    "iam:PassRole",
    "iam:PutGroupPolicy",
    "iam:PutUserPolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "kms:Decrypt",
    "ec2:RunInstances",
    "ec2:TerminateInstances",
    "s3:ListAllMyBuckets",
    "secretsmanager:GetSecretValue",
    "sts:AssumeRole",
)


@dataclass(frozen=True)
class Request:
    """A request that a group member tries, and its section in the table."""

    section: str
    action: str
    note: str = ""
    resource: str = "*"
    region: str = HERE
    context: t.Mapping[str, str | list[str]] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The row's label."""
        return f"`{self.action}`{', ' + self.note if self.note else ''}"


def requests() -> list[Request]:
    """Every row."""
    return [
        *_cloudhsm_requests(),
        *_ec2_requests(),
        *_role_requests(),
        *_sharing_requests(),
        *(Request(ALWAYS_DENIED, name) for name in NEVER),
    ]


def _cloudhsm_requests() -> Iterator[Request]:
    own_tag = {f"aws:ResourceTag/{key}": value for key, value in TAG.items()}
    new_tag = {f"aws:RequestTag/{key}": value for key, value in TAG.items()}
    for action in catalogue.ACTIONS:
        new = action.name == catalogue.CREATE_CLUSTER
        keys = {"aws:TagKeys": ["note"]} if action.access == "Tagging" else {}
        tags = new_tag if new else own_tag if action.resources else {}
        yield Request(OWN, action.name, resource=_resource(action, own=True), context={**tags, **keys})
        if action.resources:
            yield Request(OTHERS, action.name, resource=_resource(action, own=False), context=keys)
        yield Request(REGION, action.name, resource=_resource(action, True), region=ELSEWHERE, context={**tags, **keys})
        if action.access == "Tagging":
            yield Request(
                OWN,
                action.name,
                "the limit's tag",
                _resource(action, True),
                context={**own_tag, "aws:TagKeys": list(TAG)},
            )
        if new:
            backup = f"arn:aws:cloudhsm:{HERE}:{ACCOUNT}:backup/backup-zzzzzzzzzzz"
            yield Request(OTHERS, action.name, "from a backup, with the limit's tag", backup, context=new_tag)


def _resource(action: Action, own: bool) -> str:
    if not action.resources or action.name == catalogue.CREATE_CLUSTER:
        return "*"
    name = "abcdefghijk" if own else "zzzzzzzzzzz"
    kind = catalogue.CLUSTER if catalogue.CLUSTER in action.resources else catalogue.BACKUP
    return f"arn:aws:cloudhsm:{HERE}:{ACCOUNT}:{kind}/{kind}-{name}"


def _ec2_requests() -> Iterator[Request]:
    for name in catalogue.GUIDE_EC2:
        tagging = name == catalogue.EC2_TAGGING
        made = f"arn:aws:ec2:{HERE}:{ACCOUNT}:security-group/sg-1" if tagging else "*"
        yield Request(OWN, name, "a security group" if tagging else "", made)
        yield Request(REGION, name, resource=made.replace(HERE, ELSEWHERE), region=ELSEWHERE)
        if tagging:
            yield Request(OTHERS, name, "an instance", f"arn:aws:ec2:{HERE}:{ACCOUNT}:instance/i-1")


def _role_requests() -> Iterator[Request]:
    for section, note, service, role in (
        (OWN, "CloudHSM's", catalogue.SERVICE, catalogue.SERVICE_LINKED_ROLE),
        (OTHERS, "another service's", "autoscaling.amazonaws.com", "AWSServiceRoleForAutoScaling"),
    ):
        arn = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/{service}/{role}"
        yield Request(section, catalogue.CREATE_SERVICE_LINKED_ROLE, note, arn, context={"iam:AWSServiceName": service})


def _sharing_requests() -> Iterator[Request]:
    for name in catalogue.RAM_SHARING:
        backup = {catalogue.RAM_TYPE_KEY: catalogue.RAM_BACKUP}
        yield Request(OWN, name, "a backup", context=backup)
        yield Request(OTHERS, name, "a subnet", context={catalogue.RAM_TYPE_KEY: "ec2:Subnet"})
        yield Request(REGION, name, "a backup", region=ELSEWHERE, context=backup)
    for name in catalogue.RAM_OTHERS:
        yield Request(OWN, name)


def _sharing_allowed(wish: Wish, request: Request) -> bool:
    shares = wish.profile == "hardened" and wish.level == catalogue.ADMIN and wish.allow_backup_sharing
    return bool(shares and wish.tags is None and request.section != OTHERS and _region_allowed(wish, request))


def expected(wish: Wish, request: Request) -> bool:
    """Whether the request should be allowed."""
    if request.section == ALWAYS_DENIED:
        return False
    known = {action.name: action for action in catalogue.ACTIONS}
    if request.action in known:
        return _cloudhsm_allowed(wish, request, known[request.action])
    if request.action.startswith("ram:"):
        return _sharing_allowed(wish, request)
    writes = catalogue.allowed(wish.level, catalogue.POWER_USER)
    if not writes or wish.profile == "guide":
        return writes
    if request.action == catalogue.CREATE_SERVICE_LINKED_ROLE:
        # Only creating a cluster needs the role, and a limit to clusters excludes that.
        return request.section == OWN and wish.cluster_arns is None
    return request.section != OTHERS and _region_allowed(wish, request) and _calls(wish, request.action)


def _calls(wish: Wish, ec2: str) -> bool:
    """Whether a granted action calls this EC2 action, or no action does according to the reference."""
    callers = [action for action in catalogue.ACTIONS if ec2 in action.ec2]
    own = (next(row for row in _cloudhsm_requests() if row.action == action.name) for action in callers)
    return not callers or any(map(_cloudhsm_allowed, [wish] * len(callers), own, callers))


def _region_allowed(wish: Wish, request: Request) -> bool:
    return wish.regions is None or request.region in wish.regions


def _cloudhsm_allowed(wish: Wish, request: Request, action: Action) -> bool:
    lowest = action.guide if wish.profile == "guide" else action.hardened
    if not catalogue.allowed(wish.level, lowest):
        return False
    if wish.profile == "guide":
        return True
    asked = action.option is None or getattr(wish, action.option)
    if not asked or not _region_allowed(wish, request):
        return False
    if (wish.cluster_arns is None and wish.tags is None) or (action.access == "Read" and not action.resources):
        return True
    theirs = request.section == OTHERS
    if wish.cluster_arns is not None:
        return catalogue.CLUSTER in action.resources and not theirs
    return bool(action.resources) and not theirs and request.context.get("aws:TagKeys") != list(TAG)


def emulator_decides(wish: Wish, request: Request) -> bool:
    """Whether moto can decide: it treats every resource as * and ignores conditions."""
    limited = wish.cluster_arns is not None or wish.tags is not None
    narrow = request.action in (catalogue.EC2_TAGGING, catalogue.CREATE_SERVICE_LINKED_ROLE)
    if request.section == REGION or request.action == "iam:PassRole" or request.action.startswith("ram:"):
        return False
    return request.section == ALWAYS_DENIED or (not limited and not (wish.profile == "hardened" and narrow))

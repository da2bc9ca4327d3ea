# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Service-linked roles: the desired one, the existing ones, and the plan."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable
from dataclasses import dataclass, replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_iam.type_defs import RoleTypeDef

# Default description of a new role, which later shows that this collection created it.
DEFAULT_DESCRIPTION = "Created by cloudhsm.iam"
ROOT_PATH = "/aws-service-role/"
NAME_START = "AWSServiceRoleFor"

# A custom suffix follows the first underscore of a role's name. These names have an underscore of their own and take no
# suffix (AWS's pages on each service's service-linked roles). The same is true of all roles of Application Auto
# Scaling, one for each kind of target that it scales.
NAMES_WITH_UNDERSCORE = frozenset(
    NAME_START + own
    for own in (
        "AmazonSSM_AccountDiscovery",
        "AmazonSSM_OpsInsights",
        "AutoScalingPlans_EC2AutoScaling",
        "CloudWatchAlarms_ActionSSM",
        "CloudWatchAlarms_ActionSSMIncidents",
        "CloudWatchMetrics_DbPerfInsights",
        "SecurityIncidentResponse_Triage",
    )
)
SERVICES_WITHOUT_SUFFIX = (
    ".application-autoscaling.amazonaws.com",
    ".application-autoscaling.amazonaws.com.cn",
)

# CreateServiceLinkedRole in the IAM API reference. The check for AWS's domain is our own.
SERVICE_NAME = re.compile(r"[\w+=,@-]+(\.[\w+=,@-]+)*\.amazonaws\.com(\.cn)?", re.ASCII)
SUFFIX = re.compile(r"[\w+=,.@-]+", re.ASCII)
DESCRIPTION = re.compile(r"[\t\n\r\x20-\x7e\xa1-\xff]*")
SERVICE_NAME_LENGTH = 128
SUFFIX_LENGTH = 64
DESCRIPTION_LENGTH = 1000


@dataclass(frozen=True)
class DesiredRole:
    """The desired role. None for description means leave alone."""

    service_name: str
    present: bool = True
    custom_suffix: str | None = None
    description: str | None = None
    # Prefix of the role variables that set the options, for messages.
    prefix: str = ""

    def called(self, option: str) -> str:
        """The user's name for the option."""
        return called(option, self.prefix)

    def __str__(self) -> str:
        suffix = "" if self.custom_suffix is None else f" with the suffix {self.custom_suffix}"
        return f"the service-linked role of {self.service_name}{suffix}"


@dataclass(frozen=True)
class Role:
    """A service-linked role. What is unknown until AWS creates it is None."""

    service_name: str
    description: str = ""
    custom_suffix: str | None = None
    name: str | None = None
    arn: str | None = None
    role_id: str | None = None
    create_date: str | None = None

    def describe(self) -> dict[str, t.Any]:
        """The role as the module returns it, without what is unknown."""
        shown = {
            "name": self.name,
            "arn": self.arn,
            "path": path_of(self.service_name),
            "role_id": self.role_id,
            "description": self.description,
            "service_name": self.service_name,
            "custom_suffix": self.custom_suffix,
            "create_date": self.create_date,
        }
        return {key: value for key, value in shown.items() if value is not None}


@dataclass(frozen=True)
class Plan:
    """What happens to the role: action is one of create, describe, delete, nothing."""

    action: str
    before: Role | None
    after: Role | None
    # Names of the service's roles if none of them is the requested one.
    others: tuple[str, ...] = ()


def input_problems(desired: DesiredRole, wait_timeout: int = 1) -> list[str]:
    """Problems with the options, one sentence each, beginning with the user's name for the option."""
    return [f"{desired.prefix}{problem}" for problem in _input_problems(desired, wait_timeout)]


def _input_problems(desired: DesiredRole, wait_timeout: int) -> list[str]:
    problems = service_name_problems(desired.service_name)
    suffix, description = desired.custom_suffix, desired.description
    if suffix is not None and (not SUFFIX.fullmatch(suffix) or len(suffix) > SUFFIX_LENGTH):
        problems.append(f"custom_suffix: {suffix[:80]!r} must be 1 to {SUFFIX_LENGTH} of A-Z a-z 0-9 _+=,.@-")
    if suffix is not None and desired.service_name.endswith(SERVICES_WITHOUT_SUFFIX):
        problems.append(f"custom_suffix: the role of {desired.service_name} takes none")
    if description is not None and len(description) > DESCRIPTION_LENGTH:
        problems.append(f"description: has {len(description)} characters, IAM allows {DESCRIPTION_LENGTH}")
    if description is not None and not DESCRIPTION.fullmatch(description):
        wrong = sorted({character for character in description if not DESCRIPTION.fullmatch(character)})
        problems.append(
            f"description: IAM allows no {', '.join(map(ascii, wrong[:5]))} in it, only printable Latin-1 characters"
        )
    if wait_timeout < 1:
        problems.append(f"wait_timeout: must be at least 1 second, not {wait_timeout}")
    return problems


def service_name_problems(service_name: str) -> list[str]:
    """Problems with a service's name: none or one sentence."""
    if SERVICE_NAME.fullmatch(service_name) and len(service_name) <= SERVICE_NAME_LENGTH:
        return []
    return [f"service_name: {service_name[:140]!r} is not the name of a service, as in cloudhsm.amazonaws.com"]


def path_of(service_name: str) -> str:
    """The path that all roles of a service share, and no other role has."""
    return f"{ROOT_PATH}{service_name}/"


def suffix_of(service_name: str, name: str) -> str | None:
    """The custom suffix in a role's name; None if it has none."""
    if service_name.endswith(SERVICES_WITHOUT_SUFFIX) or name in NAMES_WITH_UNDERSCORE:
        return None
    return name.removeprefix(NAME_START).partition("_")[2] or None


def list_roles(iam: IAMClient, service_name: str | None = None) -> list[Role]:
    """All service-linked roles, or those of one service. Raises botocore's errors."""
    prefix = path_of(service_name) if service_name else ROOT_PATH
    pages = iam.get_paginator("list_roles").paginate(PathPrefix=prefix)
    roles = [role for page in pages for role in page["Roles"]]
    return [read_role(role) for role in roles if service_name is None or role["Path"] == prefix]


def read_role(role: RoleTypeDef) -> Role:
    """The role in a response from AWS."""
    service_name = role["Path"].removeprefix(ROOT_PATH).rstrip("/")
    return Role(
        service_name=service_name,
        description=role.get("Description", ""),
        custom_suffix=suffix_of(service_name, role["RoleName"]),
        name=role["RoleName"],
        arn=role["Arn"],
        role_id=role["RoleId"],
        create_date=role["CreateDate"].isoformat(),
    )


def pick_role(desired: DesiredRole, roles: Iterable[Role]) -> Role | None:
    """The requested one of a service's roles; None if it does not exist."""

    def lowered(suffix: str | None) -> str | None:
        # Names are case-insensitive in IAM.
        return None if suffix is None else suffix.lower()

    return next((role for role in roles if lowered(role.custom_suffix) == lowered(desired.custom_suffix)), None)


def plan_role(desired: DesiredRole, roles: Iterable[Role]) -> Plan:
    """The plan, from the roles that the service has. Pure."""
    roles = list(roles)
    before = pick_role(desired, roles)
    others = () if before else tuple(sorted(str(role.name) for role in roles))
    if not desired.present:
        return Plan("delete" if before else "nothing", before, None, others)
    if before is None:
        description = DEFAULT_DESCRIPTION if desired.description is None else desired.description
        return Plan("create", None, Role(desired.service_name, description, desired.custom_suffix), others)
    if desired.description is not None and desired.description != before.description:
        return Plan("describe", before, replace(before, description=desired.description))
    return Plan("nothing", before, before)

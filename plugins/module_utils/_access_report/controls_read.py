# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads the service control policies above an account. What can't be read is noted, and never raises an error.

Only the management account, a delegated administrator of AWS Organizations, and accounts that the organization's
resource policy names may read them (AWS Organizations User Guide, "Delegated administrator for AWS Organizations").
"""

from __future__ import annotations

import typing as t

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.controls import (
    NONE,
    NOT_BOUND,
    READ,
    UNKNOWN,
    ControlPolicy,
    ControlsRead,
    Level,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.errors import (
    AWS_ERRORS,
    error_code,
    is_access_denied,
    is_not_implemented,
    sentence,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.task import FailedError

if t.TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_organizations import OrganizationsClient

KIND: t.Final = "SERVICE_CONTROL_POLICY"
_NO_ORGANIZATION = "AWSOrganizationsNotInUseException"
_NOT_HERE = "only the management account and accounts that it lets can read them"


def read_controls(connect: Callable[[], OrganizationsClient], account_id: str) -> ControlsRead:
    """Return the policies from the root down to the account, or why they are unknown."""
    try:
        return _read(connect(), account_id)
    except AWS_ERRORS as exc:
        if error_code(exc) == _NO_ORGANIZATION:
            return ControlsRead(NONE, "The account is in no organization, so no SCPs limit it")
        return ControlsRead(UNKNOWN, f"SCPs unknown: {_why(exc)}")
    except FailedError as exc:
        return ControlsRead(UNKNOWN, f"SCPs unknown: {exc}")


def _read(client: OrganizationsClient, account_id: str) -> ControlsRead:
    organization = client.describe_organization()["Organization"]
    if organization["MasterAccountId"] == account_id:
        return ControlsRead(NOT_BOUND, "This is the management account, which SCPs don't limit")
    if organization.get("FeatureSet") == "CONSOLIDATED_BILLING":
        return ControlsRead(NONE, "The organization has no SCPs, because it uses consolidated billing only")
    levels = _levels(client, account_id)
    if not any(level.policies for level in levels):
        return ControlsRead(NONE, "The organization has SCPs switched off", levels)
    return ControlsRead(READ, "SCPs were read and limit what the report shows", levels)


def _why(exc: BaseException) -> str:
    if is_access_denied(exc):
        return _NOT_HERE
    if is_not_implemented(exc):
        return "the endpoint does not know AWS Organizations"
    told = sentence(exc, "read them")
    return told[:1].lower() + told[1:]


def _levels(client: OrganizationsClient, account_id: str) -> tuple[Level, ...]:
    targets = [account_id]
    while not targets[0].startswith("r-"):
        parents = [
            parent["Id"]
            for page in client.get_paginator("list_parents").paginate(ChildId=targets[0])
            for parent in page["Parents"]
        ]
        targets[:0] = parents[:1]
        if not parents:
            break
    known: dict[str, ControlPolicy] = {}
    return tuple(Level(target, tuple(_policies(client, target, known))) for target in targets)


def _policies(client: OrganizationsClient, target: str, known: dict[str, ControlPolicy]) -> list[ControlPolicy]:
    pages = client.get_paginator("list_policies_for_target").paginate(TargetId=target, Filter=KIND)
    found = []
    for summary in (one for page in pages for one in page["Policies"]):
        if summary["Id"] not in known:
            content = client.describe_policy(PolicyId=summary["Id"])["Policy"]["Content"]
            known[summary["Id"]] = ControlPolicy(summary["Id"], summary["Name"], content)
        found.append(known[summary["Id"]])
    return found

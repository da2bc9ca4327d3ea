# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads the organization, its service control policies, and what is attached to the targets."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable
from concurrent.futures import Executor

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.organization import read_accounts, read_units
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.catalogue import POLICY_TYPE
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.model import (
    Options,
    Organization,
    Policy,
    Snapshot,
    Wanted,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails.targets import resolve

if t.TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient
    from mypy_boto3_organizations.type_defs import PolicySummaryTypeDef


def read(client: OrganizationsClient, pool: Executor, caller: Caller, wanted: Wanted, options: Options) -> Snapshot:
    """Read everything that the plan depends on. Raises UnknownStateError, and botocore's errors."""
    organization = read_organization(client)
    policies = list_policies(client)
    ours = [name for name in (wanted.name, wanted.trial) if name in policies]
    details = {name: pool.submit(_with_details, client, policies[name]) for name in ours}
    found = {name: detail.result() for name, detail in details.items()}
    targets = resolve(wanted, organization, options).ids
    attached = pool.map(lambda target: policies_of_target(client, target), targets)
    return Snapshot(
        caller=caller,
        organization=organization,
        names={name: one["Id"] for name, one in policies.items()},
        policy=found.get(wanted.name),
        trial=found.get(wanted.trial),
        attached=dict(zip(targets, attached, strict=True)),
    )


def read_organization(client: OrganizationsClient) -> Organization:
    """Return the organization with its units and accounts. Raises UnknownStateError, and botocore's errors."""
    described = client.describe_organization()["Organization"]
    units = tuple(read_units(client))
    return Organization(
        management_account=described["MasterAccountId"],
        id=described["Id"],
        units=units,
        accounts=tuple(read_accounts(client, units)),
        all_features=described.get("FeatureSet", "ALL") == "ALL",
        policy_type=read_policy_type(client),
    )


def read_policy_type(client: OrganizationsClient) -> str:
    """Return the status of service control policies in the root; empty if they are off. Raises botocore's errors."""
    roots = (root for page in client.get_paginator("list_roots").paginate() for root in page["Roots"])
    states = {one["Type"]: one["Status"] for root in roots for one in root.get("PolicyTypes", [])}
    return states.get(POLICY_TYPE, "")


def list_policies(client: OrganizationsClient) -> dict[str, PolicySummaryTypeDef]:
    """Return summaries of all service control policies, by name. Raises botocore's errors."""
    pages = client.get_paginator("list_policies").paginate(Filter=POLICY_TYPE)
    return {policy["Name"]: policy for page in pages for policy in page["Policies"]}


def policies_of_target(client: OrganizationsClient, target: str) -> frozenset[str]:
    """Return the names of the policies that are attached to the target itself. Raises botocore's errors."""
    pages = client.get_paginator("list_policies_for_target").paginate(TargetId=target, Filter=POLICY_TYPE)
    return frozenset(policy["Name"] for page in pages for policy in page["Policies"])


def read_policy(client: OrganizationsClient, name: str) -> Policy | None:
    """Return the policy with this name; None if it does not exist. Raises botocore's errors."""
    found = list_policies(client).get(name)
    return _with_details(client, found) if found else None


def _with_details(client: OrganizationsClient, summary: PolicySummaryTypeDef) -> Policy:
    known = summary["Id"]
    tags = client.get_paginator("list_tags_for_resource").paginate(ResourceId=known)
    targets = client.get_paginator("list_targets_for_policy").paginate(PolicyId=known)
    return Policy(
        name=summary["Name"],
        id=known,
        description=summary.get("Description") or "",
        content=client.describe_policy(PolicyId=known)["Policy"]["Content"],
        tags=_tags(tag for page in tags for tag in page["Tags"]),
        targets=frozenset(target["TargetId"] for page in targets for target in page["Targets"]),
        of_aws=bool(summary.get("AwsManaged")),
    )


def _tags(tags: Iterable[t.Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags}

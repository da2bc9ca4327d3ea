# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An organization on a moto server, whose accounts are real and separate there."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from helpers.moto.clients import client_in, iam_client, sts_client

if t.TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_organizations import OrganizationsClient

MANAGEMENT = "123456789012"
ROLE = "OrganizationAccountAccessRole"


@dataclass(frozen=True)
class Member:
    """An account to be made: its name, the path of its unit, and its tags."""

    name: str
    unit: str = "/"
    tags: Mapping[str, str] = field(default_factory=dict)


def make_organization(url: str, members: Iterable[Member], management: str | None = None) -> dict[str, str]:
    """Make an organization with these accounts, in the account that tests begin in or another. Gives ids by name."""
    client: OrganizationsClient = client_in(url, "organizations", management)
    client.create_organization(FeatureSet="ALL")
    root = client.list_roots()["Roots"][0]["Id"]
    units = {"/": root}

    def unit_id(path: str) -> str:
        if path not in units:
            parent, _slash, name = path.rpartition("/")
            made = client.create_organizational_unit(ParentId=unit_id(parent or "/"), Name=name)
            units[path] = made["OrganizationalUnit"]["Id"]
        return units[path]

    ids: dict[str, str] = {}
    for member in members:
        ids[member.name] = account_id = make_account(client, member)
        if member.unit != "/":
            client.move_account(AccountId=account_id, SourceParentId=root, DestinationParentId=unit_id(member.unit))
    return ids


def make_account(client: OrganizationsClient, member: Member) -> str:
    """Make an account in the root of the organization. Returns its id."""
    email = f"{member.name.replace(' ', '.')}@example.com"
    account_id = client.create_account(Email=email, AccountName=member.name)["CreateAccountStatus"]["AccountId"]
    if member.tags:
        tags: t.Any = [{"Key": key, "Value": value} for key, value in member.tags.items()]
        client.tag_resource(ResourceId=account_id, Tags=tags)
    return account_id


def member_iam(url: str, account_id: str) -> IAMClient:
    """IAM of one of the accounts."""
    arn = f"arn:aws:iam::{account_id}:role/{ROLE}"
    return iam_client(url, sts_client(url).assume_role(RoleArn=arn, RoleSessionName="look")["Credentials"])

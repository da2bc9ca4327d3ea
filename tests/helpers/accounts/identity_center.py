# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""IAM Identity Center on a moto server: its users and groups, permission sets by hand, and who has them where."""

from __future__ import annotations

import functools
import typing as t
from collections.abc import Iterable

import boto3.session
from helpers.moto.clients import client_in
from moto_identity_center import complete


class IdentityCenter:
    """The instance of an organization, whose management account is the one that tests begin in, or another."""

    def __init__(self, url: str | None, management: str | None = None) -> None:
        """At this URL, or in this process without one."""
        self.sso, self.store = (
            client_in(url, service, management) if url else boto3.session.Session().client(t.cast("t.Any", service))
            for service in ("sso-admin", "identitystore")
        )
        (instance,) = self.sso.list_instances()["Instances"]
        self.arn: str = instance["InstanceArn"]
        self.store_id: str = instance["IdentityStoreId"]

    def add_user(self, name: str, **more: str) -> str:
        """Make a user. Returns the id."""
        names = {"GivenName": name, "FamilyName": name}
        made = self.store.create_user(
            IdentityStoreId=self.store_id, UserName=name, DisplayName=name, Name=names, **more
        )
        return str(made["UserId"])

    def add_group(self, name: str, members: Iterable[str] = ()) -> str:
        """Make a group with these users, by their ids. Returns the id."""
        group: str = self.store.create_group(IdentityStoreId=self.store_id, DisplayName=name)["GroupId"]
        for member in members:
            self.store.create_group_membership(
                IdentityStoreId=self.store_id, GroupId=group, MemberId={"UserId": member}
            )
        return group

    def add_set(self, name: str, **more: t.Any) -> str:
        """Make a permission set as this collection would mark it. Returns the ARN."""
        tags = [{"Key": "cloudhsm.iam/managed", "Value": "true"}, {"Key": "old", "Value": "yes"}]
        made = self.sso.create_permission_set(InstanceArn=self.arn, Name=name, Tags=tags, **more)
        return str(made["PermissionSet"]["PermissionSetArn"])

    def change_set(self, arn: str, operation: str, **params: t.Any) -> None:
        """Make a call about a permission set."""
        getattr(self.sso, operation)(InstanceArn=self.arn, PermissionSetArn=arn, **params)

    def assign(self, arn: str, kind: str, principal: str, account: str) -> None:
        """Assign a permission set to somebody, by the id."""
        self.change_set(
            arn,
            "create_account_assignment",
            TargetId=account,
            TargetType="AWS_ACCOUNT",
            PrincipalType=kind,
            PrincipalId=principal,
        )

    def assigned(self, account: str) -> set[tuple[str, str]]:
        """Who has what in an account: names of permission sets, and ids."""
        found: set[tuple[str, str]] = set()
        for arn in self.sso.list_permission_sets(InstanceArn=self.arn)["PermissionSets"]:
            of_set = {"InstanceArn": self.arn, "PermissionSetArn": arn}
            name = self.sso.describe_permission_set(**of_set)["PermissionSet"]["Name"]
            listed = self.sso.list_account_assignments(AccountId=account, **of_set)["AccountAssignments"]
            found |= {(name, one["PrincipalId"]) for one in listed}
        return found

    def assignments_of(self, group: str) -> int:
        """How many assignments a group has, by its id."""
        pages = self.sso.get_paginator("list_account_assignments_for_principal").paginate(
            InstanceArn=self.arn, PrincipalId=group, PrincipalType="GROUP"
        )
        return sum(len(page["AccountAssignments"]) for page in pages)


@functools.cache
def as_aws_has_it() -> None:
    """moto in this process knows what it lacks of IAM Identity Center."""
    complete()

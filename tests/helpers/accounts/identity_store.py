# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An organization whose identity store has an administrator and two others, in this process."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import boto3.session
import moto_identity_center
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center import requests
from helpers.accounts.identity_center import IdentityCenter, as_aws_has_it
from helpers.modules.in_process import Result, run_action
from helpers.moto.in_process import Account

HERE = "123456789012"
ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess"
Held = tuple[set[str], set[tuple[str, str]]]


class Store:
    """An organization of two accounts in this process: ann is an administrator, bob and eve have something too."""

    def __init__(self, aws: Account) -> None:
        self.aws = aws
        organizations: t.Any = boto3.session.Session().client("organizations")
        organizations.create_organization(FeatureSet="ALL")
        made = organizations.create_account(Email="shop@example.com", AccountName="shop")
        self.shop = made["CreateAccountStatus"]["AccountId"]
        self.center = center = IdentityCenter(None)
        self.ids = {name: center.add_user(name) for name in ("ann", "bob", "eve")}
        self.admins = center.add_group("Admins", [self.ids["ann"]])
        self.operators = center.add_group("Operators of HSMs", [self.ids["bob"], self.ids["eve"]])
        self.admin, self.reader = center.add_set("Admin"), center.add_set("Reader")
        center.change_set(self.admin, "attach_managed_policy_to_permission_set", ManagedPolicyArn=ADMINISTRATOR_ACCESS)
        center.assign(self.admin, "GROUP", self.admins, HERE)
        center.assign(self.reader, "GROUP", self.operators, HERE)
        for where in (HERE, self.shop):
            center.assign(self.reader, "USER", self.ids["bob"], where)

    def run(self, *users: str, state: str = "suspended", check_mode: bool = False, **options: t.Any) -> Result:
        """The result of identity_center_users."""
        self.aws.calls.clear()
        listed = [{"name": name, "state": state} for name in users]
        given = {"region": "us-east-1", "users": listed, "workers": 1, **options}
        result = run_action("identity_center_users", given, {}, check_mode=check_mode)
        assert not (check_mode and self.aws.writes)
        return result

    def holdings(self, name: str) -> Held | None:
        """The groups of a user, and permission sets with accounts; None for a user who is not there."""
        store, store_id, user = self.center.store, self.center.store_id, self.ids[name]
        if user not in {each["UserId"] for each in store.list_users(IdentityStoreId=store_id)["Users"]}:
            return None
        member = {"UserId": user}
        listed = store.list_group_memberships_for_member(IdentityStoreId=store_id, MemberId=member)
        groups = {self.admins: "Admins", self.operators: "Operators of HSMs"}
        return {groups[one["GroupId"]] for one in listed["GroupMemberships"]}, {
            (permission_set, where)
            for where in (HERE, self.shop)
            for permission_set, who in self.center.assigned(where)
            if who == user
        }

    def parameters(self) -> list[str]:
        """Names of all parameters of notes."""
        client: t.Any = boto3.session.Session().client("ssm")
        found = client.get_parameters_by_path(Path="/cloudhsm-iam", Recursive=True)["Parameters"]
        return [one["Name"] for one in found]


def bobs(store: Store) -> Held:
    """What bob has."""
    return {"Operators of HSMs"}, {("Reader", HERE), ("Reader", store.shop)}


def nothing() -> Held:
    """What somebody has who was suspended."""
    return set(), set()


@contextmanager
def at_once() -> Iterator[None]:
    """AWS works on nothing for long."""
    as_aws_has_it()
    with (
        mock.patch.object(moto_identity_center, "WORK", 0),
        mock.patch.object(requests, "FIRST_PAUSE", 0.001),
        mock.patch.object(requests, "WAITS", ()),
    ):
        yield

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The users that are to be there in the end, and what the account really holds."""

from __future__ import annotations

import typing as t

import boto3

GROUPS = ("bench-auditors", "bench-developers", "bench-managers", "bench-operators")
PATH = "/bench/"
# Ours marks what it made. The others do not, so it does not count when end states are compared.
OWNERSHIP_TAG = "cloudhsm.iam/managed"


class Person(t.TypedDict):
    """One user, as the role takes it."""

    name: str
    path: str
    tags: dict[str, str]
    groups: list[str]


class State(t.NamedTuple):
    """The part of an account that is compared: groups, and path, tags and groups of each user."""

    groups: frozenset[str]
    users: dict[str, tuple[str, dict[str, str], tuple[str, ...]]]


def people(number: int) -> list[Person]:
    """So many users with a path, two tags and one of four groups each."""
    return [
        Person(
            name=f"person{index:05}",
            path=PATH,
            tags={"team": f"team{index % 7}", "cost-center": f"{4000 + index % 13}"},
            groups=[GROUPS[index % len(GROUPS)]],
        )
        for index in range(number)
    ]


def wanted(persons: list[Person]) -> State:
    """The state in which exactly these users are there."""
    return State(frozenset(GROUPS), {p["name"]: (p["path"], p["tags"], tuple(p["groups"])) for p in persons})


def found(endpoint: str) -> State:
    """The state of the account behind an endpoint."""
    iam = boto3.client("iam", endpoint_url=endpoint)
    groups: set[str] = set()
    users: dict[str, tuple[str, dict[str, str], tuple[str, ...]]] = {}
    for page in iam.get_paginator("get_account_authorization_details").paginate(Filter=["User", "Group"]):
        groups.update(group["GroupName"] for group in page["GroupDetailList"])
        for user in page["UserDetailList"]:
            tags = {tag["Key"]: tag["Value"] for tag in user.get("Tags", []) if tag["Key"] != OWNERSHIP_TAG}
            users[user["UserName"]] = (user["Path"], tags, tuple(sorted(user["GroupList"])))
    return State(frozenset(groups), users)


def make_groups(endpoint: str) -> None:
    """The groups that all three find there."""
    iam = boto3.client("iam", endpoint_url=endpoint)
    for name in GROUPS:
        iam.create_group(GroupName=name)

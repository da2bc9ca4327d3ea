# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Accounts to report on: one person, a team with all sorts of things wrong, thousands, and names that mean harm."""

from __future__ import annotations

import datetime
import typing as t
from collections.abc import Iterable

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import (
    AccessKey,
    Credentials,
    Person,
    Snapshot,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Group, Policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Role as AccountRole
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.checks import RootUser
from ansible_collections.cloudhsm.iam.plugins.module_utils._service_linked_role.plan import Role
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import ActualUser

ACCOUNT = "123456789012"
NOW = datetime.datetime(2026, 11, 24, 12, tzinfo=datetime.UTC)
CALLER = Caller(ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/auditor", "AIDACKCEVSQ6C2EXAMPLE", "2026-11-24T12:00:00Z")
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
FULL = "arn:aws:iam::aws:policy/AWSCloudHSMFullAccess"
READ = "arn:aws:iam::aws:policy/AWSCloudHSMReadOnlyAccess"
WITH_MFA = f"arn:aws:iam::{ACCOUNT}:policy/CloudHSMWithMfa"
ONE_CLUSTER = f"arn:aws:iam::{ACCOUNT}:policy/OneCluster"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/Boundary"


def document(*actions: str, resource: str = "*", effect: str = "Allow", **more: t.Any) -> dict[str, t.Any]:
    """A policy of one statement."""
    statement = {"Effect": effect, "Action": list(actions), "Resource": resource, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


MFA: dict[str, t.Any] = {"Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}}}
POLICIES = {
    ADMINISTRATOR: document("*"),
    FULL: document("cloudhsm:*"),
    READ: document("cloudhsm:Get*", "cloudhsm:List*", "cloudhsm:Describe*"),
    WITH_MFA: document("cloudhsm:*", **MFA),
    ONE_CLUSTER: document("cloudhsm:*", resource=f"arn:aws:cloudhsm:eu-central-1:{ACCOUNT}:cluster/cluster-one"),
    BOUNDARY: document("cloudhsm:*", "ec2:*"),
}


def ago(days: int | None) -> datetime.datetime | None:
    """So many days before the report."""
    return None if days is None else NOW - datetime.timedelta(days=days)


def person(
    name: str,
    *groups: str,
    policies: Iterable[str] = (),
    inline: t.Mapping[str, t.Any] | None = None,
    boundary: str | None = None,
    tags: t.Mapping[str, str] | None = None,
    path: str = "/",
    age: int = 200,
    **credentials: t.Any,
) -> Person:
    """A user with a password, MFA and no keys, unless told otherwise."""
    user = ActualUser(
        name=name,
        arn=f"arn:aws:iam::{ACCOUNT}:user{path}{name}",
        path=path,
        groups=frozenset(groups),
        managed_policies=frozenset(policies),
        inline_policies=frozenset(inline or {}),
        boundary=boundary,
        tags=tags or {},
    )
    have: dict[str, t.Any] = {
        "password": True,
        "password_changed": ago(30),
        "password_used": ago(2),
        "mfa": True,
        "keys": (),
        "source": "live",
        "reported": True,
        **credentials,
    }
    return Person(user, t.cast(datetime.datetime, ago(age)), inline or {}, Credentials(**have))


def group(name: str, *policies: str, **inline: t.Any) -> Group:
    """A group with these policies."""
    return Group(name, f"arn:aws:iam::{ACCOUNT}:group/{name}", "/", frozenset(policies), inline)


def trust(*principals: t.Any, **more: t.Any) -> dict[str, t.Any]:
    """A trust policy: names of users of the account, ARNs, or whole elements."""
    own = f"arn:aws:iam::{ACCOUNT}:"
    names = [f"{own}{one}" if str(one).startswith(("user/", "role/")) else one for one in principals]
    call = more.pop("action", "sts:AssumeRole")
    statements = [
        {"Effect": "Allow", "Principal": one if isinstance(one, dict) else {"AWS": one}, "Action": call, **more}
        for one in names
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def role(
    name: str, trusts: t.Any, *policies: str, path: str = "/", boundary: str | None = None, **inline: t.Any
) -> AccountRole:
    """A role with this trust policy and these policies."""
    arn = f"arn:aws:iam::{ACCOUNT}:role{path}{name}"
    return AccountRole(name, arn, path, trusts, frozenset(policies), inline, boundary)


def key(age: int, used: int | None = 1, active: bool = True, key_id: str | None = "AKIAIOSFODNN7EXAMPLE") -> AccessKey:
    """An access key so many days old."""
    return AccessKey(active, key_id, ago(age), ago(used))


def snapshot(people: Iterable[Person], groups: Iterable[Group] = (), **more: t.Any) -> Snapshot:
    """An account in order, with these people and groups."""
    known: dict[str, t.Any] = {
        "policies": {arn: Policy(arn, doc) for arn, doc in POLICIES.items()},
        "service_linked_roles": (Role("cloudhsm.amazonaws.com", name="AWSServiceRoleForCloudHSM"),),
        "root": RootUser(mfa=True, access_keys=False),
        "password_policy": {"MinimumPasswordLength": 14},
        "credential_report_time": ago(0),
        "alias": "example-corp",
        **more,
    }
    by_name = {one.user.name: one for one in people}
    return Snapshot(caller=CALLER, users=by_name, groups={one.name: one for one in groups}, **known)


def one_person() -> Snapshot:
    """The smallest account: an administrator who has just been made, and has everything set up."""
    return snapshot([person("Administrator", "Administrators", age=0)], [group("Administrators", ADMINISTRATOR)])


def team() -> Snapshot:
    """A dozen people, and something for almost every rule."""
    wide = {"everything": document("*")}
    people = [
        person("Administrator", "Administrators"),
        person("alice", "CloudHSMAdministrators", path="/staff/"),
        person("bob", "CloudHSMAdministrators", mfa=False, path="/staff/"),
        person("carol", "CloudHSMAuditors", keys=(key(120),), path="/staff/"),
        person("dave", "CloudHSMOperators", "CloudHSMAuditors"),
        person("erin", "Administrators", mfa=False, keys=(key(400),), age=500),
        person("frank", policies=[FULL], password_used=ago(180)),
        person(
            "grace",
            inline=wide,
            password=False,
            mfa=False,
            keys=(key(20, None), key(10, key_id="AKIAI44QH8DHBEXAMPLE")),
        ),
        person("heidi", "CloudHSMAdministrators", boundary=BOUNDARY),
        person("ivan", "Helpdesk", password_used=None, age=300, password_changed=ago(300)),
        person("break-glass", "Administrators", tags={"cloudhsm.iam/protected": "true"}, password_used=None),
        person("judy", mfa=None, password=None, keys=None, source="unknown", reported=False),
    ]
    groups = [
        group("Administrators", ADMINISTRATOR),
        group("CloudHSMAdministrators", FULL),
        group("CloudHSMAuditors", READ),
        group("CloudHSMOperators", WITH_MFA, ONE_CLUSTER),
        group("Helpdesk", passwords=document("iam:UpdateLoginProfile", "iam:CreateLoginProfile")),
        group("Empty"),
    ]
    oidc = f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    web = "sts:AssumeRoleWithWebIdentity"
    roles = [
        role("hsm-admin", trust("user/frank", "role/deploy", **MFA), FULL),
        role("deploy", trust({"Federated": oidc}, action=web, Condition={"StringEquals": {"x:sub": "repo"}}), READ),
        role("partner", trust("222222222222", Condition={"StringEquals": {"sts:ExternalId": "x"}}), READ),
        role("worker", trust({"Service": "lambda.amazonaws.com"}), ADMINISTRATOR),
        role("AWSServiceRoleForSupport", trust({"Service": "support.amazonaws.com"}), path="/aws-service-role/x/"),
    ]
    return snapshot(
        people,
        groups,
        roles={one.name: one for one in roles},
        root=RootUser(mfa=True, access_keys=True),
        service_linked_roles=(),
        password_policy={},
    )


def thousands(count: int = 5000) -> Snapshot:
    """As many users as an account can have, in forty groups."""
    teams = [f"Team{number:02}" for number in range(36)]
    people = []
    for number in range(count):
        groups = [teams[number % len(teams)]]
        groups += ["CloudHSMAdministrators"] if number % 50 == 0 else ["CloudHSMAuditors"] if number % 9 == 0 else []
        groups += ["Administrators"] if number % 400 == 0 else []
        people.append(
            person(
                f"{'abcdefghij'[number % 10]}user{number:05}",
                *(groups if number % 97 else []),
                mfa=number % 4 != 0,
                password=number % 3 != 0,
                keys=(key(number % 300, None if number % 11 == 0 else 3, key_id=None),) if number % 5 == 0 else (),
                password_used=ago(number % 200),
                source="credential_report",
                age=400,
            )
        )
    groups_there = [group(name, READ) if index % 3 == 0 else group(name) for index, name in enumerate(teams)]
    groups_there += [
        group("Administrators", ADMINISTRATOR),
        group("CloudHSMAdministrators", WITH_MFA),
        group("CloudHSMAuditors", READ),
        group("Leftover"),
    ]
    return snapshot(people, groups_there)


# What is in no name that IAM takes today, and what is: formulas, HTML, Markdown, separators of lines.
HOSTILE = (
    "=cmd|'/C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "</script><script>document.title='owned'</script>",
    "<img src=x onerror=\"document.title='owned'\">",
    "a|b`c`` [link](javascript:alert(1)) **bold**\n# heading",
    "\u2028\u2029\u202e",
    "'; rm -rf ~; echo '",
    "{{ 7 * 7 }}${7*7}",
    "\"onmouseover=\"document.title='owned'",
)


def hostile() -> Snapshot:
    """People, groups and policies whose names try to be more than names."""
    people = [
        person(name, name, policies=[f"arn:aws:iam::{ACCOUNT}:policy/{name}"], inline={name: {}}, mfa=False)
        for name in HOSTILE
    ]
    groups = [group(name, f"arn:aws:iam::{ACCOUNT}:policy/{name}", **{name: document("*")}) for name in HOSTILE]
    return snapshot(people, groups, alias=HOSTILE[4], gaps=HOSTILE)

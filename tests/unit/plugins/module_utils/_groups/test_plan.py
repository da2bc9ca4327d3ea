# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is to be done for a group and its policies, and when nothing is."""

from __future__ import annotations

import typing as t
from dataclasses import replace

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.problem import called
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.steps import Step
from ansible_collections.cloudhsm.iam.plugins.module_utils._groups import plan
from ansible_collections.cloudhsm.iam.plugins.module_utils._groups.input import asked, wanted_policies
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.plan import Policy, policy_arn, policy_step
from hypothesis import given
from hypothesis import strategies as st

ACCOUNT = {"partition": "aws", "account_id": "123456789012"}
OWN, MFA, OTHER = (f"arn:aws:iam::123456789012:policy/{name}" for name in ("Own", "RequireMFA", "Other"))
POLICY = Policy("Own", "Ours", {"Version": "2012-10-17"}, tags={"team": "keys"}, creation_tags={"managed": "true"})
THERE = {
    "name": "Own",
    "arn": OWN,
    "path": "/",
    "attachments": 1,
    "tags": {"team": "keys", "managed": "true", "cost": "12"},
    "document": POLICY.document,
}
GROUP = plan.Group("Admins", attach=(OWN,))
BEFORE = {
    "name": "Admins",
    "arn": "arn:aws:iam::123456789012:group/Admins",
    "path": "/",
    "members": ["ann"],
    "managed_policies": [OWN, OTHER],
    "inline_policies": [],
}


def options(step: Step | None) -> dict[str, t.Any]:
    assert step is not None
    return step.options


def test_a_new_policy_gets_what_it_can_only_get_then() -> None:
    step = policy_step(replace(POLICY, path="/team/"), {})
    assert options(step) == {
        "state": "present",
        "name": "Own",
        "description": "Ours",
        "path": "/team/",
        "policy": POLICY.document,
        "tags": {"cloudhsm.iam/managed": "true", "managed": "true", "team": "keys"},
        "purge_tags": False,
    }
    assert policy_arn(replace(POLICY, path="/team/"), {}, *ACCOUNT.values()).endswith(":policy/team/Own")
    assert policy_arn(POLICY, THERE, *ACCOUNT.values()) == OWN


def test_a_policy_that_is_so_is_left_alone() -> None:
    assert policy_step(POLICY, THERE) is None
    assert policy_step(replace(POLICY, description="Other", path="/other/"), THERE) is None


@pytest.mark.parametrize(
    ("change", "tags"),
    [
        ({"document": {"Version": "2008-10-17"}}, {"team": "keys", "managed": "true", "cost": "12"}),
        ({"tags": {"team": "hsm"}}, {"team": "hsm", "managed": "true", "cost": "12"}),
        ({"purge_tags": True}, {"team": "keys", "managed": "true"}),
    ],
    ids=str,
)
def test_a_policy_that_differs_is_changed_under_the_name_it_has(change: dict[str, t.Any], tags: t.Any) -> None:
    step = policy_step(replace(POLICY, name="OWN", **change), THERE)
    assert options(step)["name"] == "Own"
    assert not {"description", "path"} & set(options(step))
    assert step is not None
    assert step.after["tags"] == tags


@pytest.mark.parametrize(
    ("change", "policies", "members", "purges"),
    [
        ({"attach": (OWN, MFA)}, [OTHER, OWN, MFA], ["ann"], False),
        ({"purge_policies": True}, [OWN], ["ann"], True),
        ({"detach": (OTHER,)}, [OWN], ["ann"], True),
        ({"members": ("ben",)}, [OTHER, OWN], ["ann", "ben"], False),
        ({"members": ("ben",), "exclusive": True}, [OTHER, OWN], ["ben"], False),
        ({"path": "/team/"}, [OTHER, OWN], ["ann"], False),
    ],
    ids=str,
)
def test_a_group_that_differs_is_changed(
    change: dict[str, t.Any], policies: list[str], members: list[str], purges: bool
) -> None:
    step = plan.group_step(replace(GROUP, **change), BEFORE)
    assert step is not None
    assert step.options["managed_policies"] == step.after["managed_policies"] == sorted(policies)
    assert step.after["members"] == members
    assert step.options["purge_policies"] is purges
    assert step.options.get("path") == change.get("path")


def test_a_group_that_is_so_is_left_alone() -> None:
    assert plan.group_step(GROUP, BEFORE) is None
    assert plan.group_step(replace(GROUP, members=("ann",), exclusive=True, path="/"), BEFORE) is None
    assert plan.group_step(GROUP, {}) is not None


ARNS = st.lists(st.sampled_from([OWN, MFA, OTHER, "arn:aws:iam::aws:policy/AdministratorAccess"]), unique=True)
USERS = st.lists(st.sampled_from(["ann", "ben", "cleo"]), unique=True)
GROUPS = st.builds(
    plan.Group,
    name=st.just("Admins"),
    attach=ARNS.map(tuple),
    detach=ARNS.map(tuple),
    purge_policies=st.booleans(),
    members=st.none() | USERS.map(tuple),
    exclusive=st.booleans(),
).filter(lambda group: not set(group.attach) & set(group.detach) and (group.members or not group.exclusive))


@given(GROUPS, ARNS, USERS)
def test_what_was_made_needs_nothing_more(group: plan.Group, had: list[str], were: list[str]) -> None:
    before = {**BEFORE, "managed_policies": had, "members": were}
    step = plan.group_step(group, before)
    after = before if step is None else step.after
    assert set(group.attach) <= set(after["managed_policies"])
    assert not set(group.detach) & set(after["managed_policies"])
    assert plan.group_step(group, after) is None


def test_a_policy_at_another_path_counts_only_where_it_was_adopted() -> None:
    planted, awss = MFA.replace("RequireMFA", "dev/RequireMFA"), "arn:aws:iam::aws:policy/RequireMFA"
    arns = [OWN, MFA, planted, MFA + "2", awss]
    assert plan.attached("requiremfa", arns) == [MFA]
    assert plan.attached("requiremfa", arns, anywhere=True) == [MFA, planted]


def test_members_that_are_not_there_are_named() -> None:
    assert plan.member_problems(["ann", "ben"], False, [{"name": "ann"}]) == [
        "members: the account has no user ben; create it first"
    ]
    assert plan.member_problems(None, True, []) == [
        "exclusive: needs members with at least one user, or the group would be left empty"
    ]
    assert plan.member_problems(["ben"], False, [], "admin_group_") == [
        "admin_group_members: the account has no user ben; create it first"
    ]
    assert plan.member_problems(["Ann", "ben"], True, [{"name": "ann"}]) == [
        "members: the account has no user ben; create it first",
        "members: the account has the user Ann as 'ann', and IAM ignores case; use that spelling",
    ]
    assert called("policy.name", "cloudhsm_group_") == "cloudhsm_group_policy_name"
    assert plan.member_problems(None, False, []) == plan.member_problems(["ann"], True, [{"name": "ann"}]) == []


@pytest.mark.parametrize(
    ("group", "policy", "caller", "told"),
    [
        ({**BEFORE, "inline_policies": ["Old"]}, {}, None, "inline policies, which have to go first: Old"),
        (BEFORE, {}, "ann", "the caller, ann, is a member"),
        (BEFORE, {**THERE, "attachments": 2}, None, "attached to something other than the group Admins"),
        ({}, THERE, None, "also attached to something other than the group Admins; detach"),
        ({**BEFORE, "path": "/dev/"}, {}, None, "stays, because its path is /dev/, not /; if this is the group"),
    ],
    ids=["inline", "caller", "elsewhere", "no group", "another path"],
)
def test_what_may_not_go_is_told(group: t.Any, policy: t.Any, caller: str | None, told: str) -> None:
    (problem,) = plan.removal_problems("Admins", group, policy, caller)
    assert told in problem


def test_a_group_goes_where_it_is_expected() -> None:
    there = {**BEFORE, "path": "/dev/"}
    assert plan.removal_problems("Admins", there, {}, None, path="/dev/") == []
    (problem,) = plan.removal_problems("Admins", BEFORE, {}, None, "admin_group_", path="/dev/")
    assert problem.startswith("admin_group_path: the group arn:aws:iam::123456789012:group/Admins stays")


def test_what_is_there_can_go() -> None:
    assert plan.removal_problems("Admins", BEFORE, THERE, "ben") == []
    assert [(step.module, step.options["name"]) for step in plan.removal_steps(BEFORE, THERE)] == [
        ("amazon.aws.iam_group", "Admins"),
        ("amazon.aws.iam_managed_policy", "Own"),
    ]
    assert plan.removal_steps({}, {}) == []


def wishes(**more: t.Any) -> dict[str, t.Any]:
    return {
        "name": "Admins",
        "state": "present",
        "path": None,
        "policy": None,
        "require_mfa": None,
        "require_mfa_policy_name": "RequireMFA",
        "require_mfa_creation_tags": {},
        "aws_managed_policies": [],
        "members": None,
        "variables_prefix": "",
        **more,
    }


def own(**cloudhsm: t.Any) -> dict[str, t.Any]:
    return {
        "name": "Own",
        "description": "",
        "cloudhsm": cloudhsm,
        "tags": {"year": 2026},
        "creation_tags": {},
        "purge_tags": False,
    }


def test_the_account_is_asked_for_what_is_wanted_only() -> None:
    nothing: dict[str, list[str]] = {"policies": [], "aws_managed_policies": [], "users": []}
    assert asked(wishes()) == {**nothing, "groups": ["Admins"]}
    everything = wishes(
        policy=own(level="admin"), require_mfa=True, aws_managed_policies=["ReadOnlyAccess"], members=["ann"]
    )
    assert asked(everything) == {
        "groups": ["Admins"],
        "policies": ["Own", "RequireMFA"],
        "aws_managed_policies": ["ReadOnlyAccess"],
        "users": ["ann"],
    }
    going = wishes(state="absent", aws_managed_policies=["ReadOnlyAccess"])
    assert asked(going) == {**nothing, "groups": ["Admins"]}


def test_policies_are_made_of_what_is_wanted() -> None:
    policies, problems = wanted_policies(wishes(policy=own(level="admin"), require_mfa=True), ACCOUNT)
    assert problems == []
    assert [policy.name for policy in policies.all] == ["Own", "RequireMFA"]
    assert policies.own[0].tags == {"year": "2026"}
    assert policies.own[0].document["Statement"][0]["Action"][0] == "cloudhsm:*"


@pytest.mark.parametrize(
    ("cloudhsm", "told"),
    [
        ({"level": "all"}, "policy.cloudhsm.level: is 'all'"),
        (
            {"level": "admin", "regions": ["eu-central-1"]},
            "policy.cloudhsm.regions: need policy.cloudhsm.profile hardened",
        ),
        ({"level": "admin", "colour": "blue"}, "policy.cloudhsm: has no colour"),
        ({}, "policy.cloudhsm.level: is None"),
    ],
    ids=str,
)
def test_what_is_wrong_with_a_policy_is_told(cloudhsm: dict[str, t.Any], told: str) -> None:
    _policies, problems = wanted_policies(wishes(policy=own(**cloudhsm)), ACCOUNT)
    assert told in problems[0]


def test_a_roles_users_are_told_the_names_of_its_variables() -> None:
    policy = own(level="admin", regions=["eu-central-1"], tags={"team": "keys"}, names={"tags": "keys_resource_tags"})
    _policies, problems = wanted_policies(wishes(policy=policy, variables_prefix="keys_"), ACCOUNT)
    assert "keys_regions, keys_resource_tags: need" in problems[0]

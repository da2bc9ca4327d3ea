# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the variables of user_provisioning come to, and what is said of it."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.parts import GROUP, USERS
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.provisioning import lines, provisioning_parts
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_variables import read_variables

USER = {"name": "alice", "groups": ["Readers"]}
FACT: dict[str, t.Any] = {
    "sign_in_url": "https://example.com",
    "created": ["alice"],
    "updated": [],
    "deleted": [],
    "unchanged": ["bob"],
    "pending": [],
    "suspended": [],
    "credentials": {},
}


def variables(**given: t.Any) -> dict[str, t.Any]:
    values, problems = read_variables(("user_provisioning",), given, lambda value: value)
    assert problems == []
    return values


def test_users_are_one_part_with_the_groups_that_earlier_roles_made() -> None:
    groups = {"Readers": {"require_mfa": True}, "Writers": {"require_mfa": False}}
    (part,) = provisioning_parts(variables(user_provisioning_users=[USER]), groups)
    assert part.module == USERS
    assert part.options["users"] == [USER]
    assert part.options["pending_groups"] == ["Readers", "Writers"]
    assert part.options["require_mfa_groups"] == ["Readers"]
    assert part.said("users[0] (alice): groups: is wrong") == "user_provisioning_users[0] (alice): groups: is wrong"
    assert part.said("workers: too many") == "user_provisioning_workers: too many"


def test_two_phases_make_the_group_of_pending_users_first() -> None:
    group, users = provisioning_parts(
        variables(user_provisioning_users=[USER], user_provisioning_onboarding="two_phase"), {"Readers": {}}
    )
    assert (group.module, users.module) == (GROUP, USERS)
    assert users.options["onboarding_group"] == group.options["name"]
    assert users.options["pending_groups"] == ["Readers", group.options["name"]]


@pytest.mark.parametrize("given", [{"user_provisioning_users": []}, {"user_provisioning_state": "absent"}])
def test_where_nobody_comes_in_there_is_no_group_of_pending_users(given: dict[str, t.Any]) -> None:
    parts = provisioning_parts(
        variables(**{"user_provisioning_users": [USER], "user_provisioning_onboarding": "two_phase", **given}), {}
    )
    assert [part.module for part in parts] == [USERS]


def test_state_absent_is_that_of_each_user() -> None:
    (part,) = provisioning_parts(variables(user_provisioning_users=[USER], user_provisioning_state="absent"), {})
    assert part.options["users"] == [{**USER, "state": "absent"}]


def test_the_plan_follows_where_users_sign_in() -> None:
    assert list(lines(FACT, ["+ user alice"], True)) == ["Users sign in at https://example.com", "+ user alice"]


def test_who_is_pending_or_suspended_is_told_with_what_to_do() -> None:
    pending = [{"name": "eve", "waiting_for": ["password", "mfa"]}]
    told = list(lines({**FACT, "created": [], "pending": pending, "suspended": ["zoe"]}, [], False))
    assert "still pending: eve (has not changed the password, has no MFA device)" in told
    assert told[-1].endswith("""-e '{"user_provisioning_restore_suspended": ["zoe"]}'""")

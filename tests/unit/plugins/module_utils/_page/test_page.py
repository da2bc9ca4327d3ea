# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page as values: what is wanted, what of it goes again, and how an account differs from it."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import BOOTSTRAP, BOOTSTRAP_GROUPS
from ansible_collections.cloudhsm.iam.plugins.module_utils._page import drift, parts, removal, result
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.wanted import (
    HONOURED,
    ROLES,
    Page,
    conflicts,
    groups_of,
    groups_value,
    wanted,
)
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_specs import SPECS
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._role_variables import read_variables
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).parents[5]
ACCOUNT = "1" * 12
OWN = f"arn:aws:iam::{ACCOUNT}:policy/"
ADMINISTRATOR_ACCESS = "arn:aws:iam::aws:policy/AdministratorAccess"
Described = dict[str, t.Any]


def page(**variables: t.Any) -> Page:
    values, problems = read_variables(ROLES, variables, lambda value: value)
    assert problems == []
    return wanted(values)


def group(name: str, members: list[str], *policies: str, **more: t.Any) -> Described:
    return {
        "name": name,
        "members": members,
        "managed_policies": list(policies),
        "inline_policies": [],
        "path": "/",
        **more,
    }


def policy(name: str, attachments: int = 1, boundary_of: int = 0, **tags: str) -> Described:
    return {
        "name": name,
        "arn": f"{OWN}{name}",
        "path": "/",
        "tags": {key.replace("__", "/"): value for key, value in tags.items()},
        "attachments": attachments,
        "boundary_of": boundary_of,
    }


def made(name: str = "CloudHSMAdministrators", groups: str = "Administrators CloudHSMAdministrators") -> Described:
    return {**policy(name), "tags": {BOOTSTRAP_GROUPS: groups}}


def found(groups: list[Described], *policies: Described) -> Described:
    return {"account": {"account_id": ACCOUNT, "partition": "aws"}, "groups": groups, "policies": list(policies)}


ADMINS = group("Administrators", ["Administrator"], ADMINISTRATOR_ACCESS)
HSM = group("CloudHSMAdministrators", ["alice"], f"{OWN}CloudHSMAdministrators")


# What is wanted


def test_the_defaults_are_those_of_the_page() -> None:
    default = page()
    assert default.groups == ["Administrators", "CloudHSMAdministrators"]
    assert default.admin_group["aws_managed_policies"] == ["AdministratorAccess"]
    assert default.users["users"] == [
        {"name": "Administrator", "groups": ["Administrators"], "console_access": True, "password": None}
    ]
    assert default.service_linked_role["service_name"] == "cloudhsm.amazonaws.com"
    assert default.onboarding_group is None


def test_the_policys_own_name_counts_wherever_it_is_looked_for() -> None:
    named = page(cloudhsm_group_policy_name="HsmPeople")
    assert named.cloudhsm_group["policy"]["name"] == "HsmPeople"
    assert "HsmPeople" in named.asked()["policies"]


def test_the_roles_page_names_all_variables_of_others_that_count() -> None:
    text = (ROOT / "roles" / "bootstrap" / "README.md").read_text(encoding="utf-8")
    section = text.partition("## Variables of the other roles")[2].partition("<!--")[0]
    assert set(re.findall(r"`([a-z_]+)`", section)) == HONOURED
    known = set().union(*(SPECS[role] for role in ROLES))
    assert known >= HONOURED


def test_a_policy_notes_only_the_groups_that_come_with_it() -> None:
    noted = page().in_account(["administrators"])
    assert noted.cloudhsm_group["policy"]["creation_tags"] == {BOOTSTRAP_GROUPS: "CloudHSMAdministrators"}
    assert noted.users["pending_groups"] == ["CloudHSMAdministrators"]


GROUP_NAMES = st.lists(st.text("aZ0_+=,.@-", min_size=1, max_size=9), max_size=4)


@given(GROUP_NAMES)
def test_names_of_groups_survive_in_a_tag_that_takes_no_comma(names: list[str]) -> None:
    value = groups_value(names)
    assert "," not in value
    assert groups_of(value) == names


# What goes again


def test_what_was_made_goes_and_what_was_there_stays() -> None:
    account = found([ADMINS, HSM], made(groups="CloudHSMAdministrators"))
    gone = removal.removal(page(), account, ["Administrator", "alice"])
    assert gone == removal.Removal(("CloudHSMAdministrators",), (), ("Administrators (was there before)",))


@pytest.mark.parametrize(
    "used",
    [
        group("CloudHSMAdministrators", ["zoe"], f"{OWN}CloudHSMAdministrators"),
        group("CloudHSMAdministrators", [], f"{OWN}CloudHSMAdministrators", f"{OWN}More"),
        group("CloudHSMAdministrators", [], inline_policies=["more"]),
    ],
)
def test_groups_that_others_use_by_now_stay(used: Described) -> None:
    gone = removal.removal(page(), found([ADMINS, used], made()), ["Administrator", "alice"])
    assert gone.groups == ("Administrators",)
    assert gone.kept == ("CloudHSMAdministrators (has other members or policies)",)


def test_a_group_at_another_path_is_somebody_elses() -> None:
    moved = [{**each, "path": "/dev/"} for each in (ADMINS, HSM)]
    recorded = made(groups="Administrators CloudHSMAdministrators")
    gone = removal.removal(page(), found(moved, recorded), ["Administrator", "alice"])
    assert gone.groups == ()
    assert gone.kept == ("Administrators (at another path: /dev/)", "CloudHSMAdministrators (at another path: /dev/)")
    told = page(admin_group_path="/dev/", cloudhsm_group_path="/dev/")
    gone = removal.removal(told, found(moved, {**recorded, "path": "/dev/"}), ["Administrator", "alice"])
    assert gone.groups == ("Administrators", "CloudHSMAdministrators")


def test_a_policy_with_a_name_of_its_own_tells_what_was_made() -> None:
    hsm = group("CloudHSMAdministrators", ["alice"], f"{OWN}HsmPeople")
    account = found([ADMINS, hsm], made("HsmPeople"))
    gone = removal.removal(page(cloudhsm_group_policy_name="HsmPeople"), account, ["Administrator", "alice"])
    assert gone.groups == ("Administrators", "CloudHSMAdministrators")


def test_a_policy_that_somebody_planted_at_another_path_tells_nothing() -> None:
    planted = {**made(groups="Administrators CloudHSMAdministrators"), "path": "/dev/"}
    gone = removal.removal(page(), found([ADMINS, HSM], planted), ["Administrator", "alice"])
    assert gone.groups == ()
    told = page(cloudhsm_group_path="/dev/")
    assert removal.removal(told, found([ADMINS], planted), ["Administrator"]).groups == ("Administrators",)


def test_a_shared_policy_goes_with_the_last_that_has_it() -> None:
    mfa = {**policy("CloudHSMIamRequireMFA", attachments=2), "tags": {BOOTSTRAP: "true"}}
    groups = [{**each, "managed_policies": [*each["managed_policies"], mfa["arn"]]} for each in (ADMINS, HSM)]
    deleted = ["Administrator", "alice"]
    assert removal.removal(page(), found(groups, made(), mfa), deleted).policies == ("CloudHSMIamRequireMFA",)
    others: list[Described] = [{"attachments": 3}, {"boundary_of": 1}, {"tags": {}}, {"path": "/dev/"}]
    for more in others:
        gone = removal.removal(page(), found(groups, made(), {**mfa, **more}), deleted)
        assert gone.policies == (), more


def test_a_policy_goes_alone_where_the_group_was_there_before() -> None:
    gone = removal.removal(page(), found([HSM], made(groups="")), ["Administrator", "alice"])
    assert (gone.groups, gone.policies) == ((), ("CloudHSMAdministrators",))
    # It has the record of a group that stays for now.
    used = {**ADMINS, "members": ["Administrator", "zoe"]}
    assert removal.removal(page(), found([used, HSM], made(groups="Administrators")), ["Administrator"]).policies == ()
    # Somebody else made it, or uses it.
    others = {**made(groups=""), "attachments": 2}
    assert removal.removal(page(), found([HSM], policy("CloudHSMAdministrators")), []).policies == ()
    assert removal.removal(page(), found([HSM], others), []).policies == ()


def test_a_policy_that_two_groups_need_is_made_once() -> None:
    step = {"before": {}, "after": {"name": "MFA", "path": "/", "document": {}, "tags": {}}}
    changed = {"before": {"name": "P"}, "after": {"name": "P", "path": "/", "document": {}}}
    (made_policy,) = parts.with_made_policies(found([]), [{"diff": [step, changed]}, {}])["policies"]
    assert (made_policy["name"], made_policy["arn"]) == ("MFA", f"{OWN}MFA")


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"bootstrap_cloudhsm_group_name": "administrators"}, "bootstrap_cloudhsm_group_name: is also"),
        (
            {"user_provisioning_onboarding": "two_phase", "user_provisioning_onboarding_group": "Administrators"},
            "user_provisioning_onboarding_group: is another group",
        ),
        (
            {"admin_group_members": ["bob"], "bootstrap_users": [{"name": "bob", "state": "absent"}]},
            "admin_group_members: bootstrap_users[0] deletes bob",
        ),
        # IAM doesn't distinguish names by case: CreateUser in the IAM API Reference.
        (
            {"admin_group_members": ["bob"], "bootstrap_users": [{"name": "Bob", "state": "absent"}]},
            "admin_group_members: bootstrap_users[0] deletes bob",
        ),
    ],
)
def test_variables_that_contradict_each_other_are_named(variables: dict[str, t.Any], said: str) -> None:
    (problem,) = conflicts(page(**variables))
    assert problem.startswith(said)


def test_other_policies_that_bootstrap_was_told_to_attach_keep_no_group() -> None:
    admins = group("Administrators", ["Administrator"], ADMINISTRATOR_ACCESS, "arn:aws:iam::aws:policy/Billing")
    told = page(admin_group_aws_managed_policies=["AdministratorAccess", "Billing"])
    assert "Administrators" in removal.removal(told, found([admins], made()), ["Administrator"]).groups


def test_a_group_goes_whatever_the_case_in_which_the_variables_name_it() -> None:
    names = ("Administrators", "CloudHSMAdministrators", "CloudHSMIamOnboarding")
    written = page(
        bootstrap_admin_group_name="administrators",
        bootstrap_cloudhsm_group_name="CLOUDHSMADMINISTRATORS",
        user_provisioning_onboarding_group="cloudhsmiamonboarding",
    )
    todo = parts.removal_parts(written, removal.Removal(names, (), ()), with_role=False)
    assert sorted(part.options["name"] for part in todo) == sorted(names)


def test_the_record_goes_last_of_the_groups() -> None:
    told = page(user_provisioning_onboarding="two_phase")
    gone = removal.Removal(("Administrators", "CloudHSMAdministrators", "CloudHSMIamOnboarding"), ("Shared",), ())
    titles = [part.title for part in parts.removal_parts(told, gone, with_role=True)]
    assert titles == [
        "the administrators group Administrators",
        "the group of pending users CloudHSMIamOnboarding",
        "the CloudHSM group CloudHSMAdministrators",
        "the policy Shared",
        "the service-linked role",
    ]


@pytest.mark.parametrize(
    ("roles", "ours"),
    [
        ([], False),
        ([{"description": "Created by cloudhsm.iam"}], True),
        ([{"description": "Somebody's"}], False),
        ([{"description": "Created by cloudhsm.iam", "custom_suffix": "other"}], False),
    ],
)
def test_the_service_linked_role_goes_only_where_it_was_made_here(roles: list[Described], ours: bool) -> None:
    assert removal.owned_role(page(), roles) is ours


def test_the_service_linked_role_goes_whatever_the_case_of_its_suffix_in_the_variables() -> None:
    told = page(service_linked_role_custom_suffix="Blue")
    assert removal.owned_role(told, [{"description": "Created by cloudhsm.iam", "custom_suffix": "blue"}])
    assert not removal.owned_role(told, [{"description": "Created by cloudhsm.iam", "custom_suffix": "green"}])


# How an account differs


def test_who_does_not_exist_is_told_once() -> None:
    told = {
        "users": [{"name": "ann", "action": "created"}, {"name": "bob", "action": "updated"}],
        "changes": [
            {"user": "ann", "operation": "create_user"},
            {"user": "ann", "operation": "add_user_to_group", "group": "G"},
            {"user": "bob", "operation": "add_user_to_group", "group": "G"},
            {"user": "bob", "operation": "tag_user"},
            {"user": "bob", "operation": "untag_user"},
        ],
    }
    assert list(drift.of_users(told)) == [
        "the user ann does not exist",
        "bob is not in G",
        "the tags or credentials of bob differ",
    ]


def test_a_groups_differences_name_what_it_lacks_and_has() -> None:
    steps = [
        {"before_header": "iam_managed_policy P", "before": {}, "after": {}},
        {
            "before_header": "iam_group G",
            "before": {"managed_policies": ["a", "b"], "members": [], "path": "/"},
            "after": {"managed_policies": ["b", "c"], "members": [], "path": "/x/"},
        },
    ]
    assert list(drift.of_groups(steps)) == [
        "the policy P does not exist",
        "the group G lacks the policy c",
        "the group G has the policy a",
        "the group G differs in its path",
    ]


def test_more_rights_are_told_and_what_bootstrap_gives_is_none() -> None:
    told = page(bootstrap_cloudhsm_administrators=["alice"], admin_group_require_mfa=True)
    groups = [{**ADMINS, "managed_policies": [ADMINISTRATOR_ACCESS, f"{OWN}CloudHSMIamRequireMFA"]}, HSM]
    change = "arn:aws:iam::aws:policy/IAMUserChangePassword"
    users: list[Described] = [{"name": "alice", "managed_policies": [change]}]
    asked = told.users["users"]
    assert list(drift.more_rights(told, found(groups), asked, users)) == []
    groups = [{**ADMINS, "members": ["Administrator", "mallory"]}, {**HSM, "inline_policies": ["own"]}]
    users = [{"name": "alice", "managed_policies": [change, ADMINISTRATOR_ACCESS], "inline_policies": ["more"]}]
    assert list(drift.more_rights(told, found(groups), asked, users)) == [
        "mallory is in Administrators too",
        "the group CloudHSMAdministrators also has own",
        f"alice also has {ADMINISTRATOR_ACCESS}, more",
    ]


def test_more_rights_are_found_in_a_group_whose_name_has_another_case() -> None:
    told = page(
        bootstrap_admin_group_name="administrators", bootstrap_users=[{"name": "bob", "groups": ["ADMINISTRATORS"]}]
    )
    groups = [{**ADMINS, "members": ["Administrator", "bob", "mallory"]}]
    said = list(drift.more_rights(told, found(groups), told.users["users"], []))
    assert said == ["mallory is in Administrators too"]


def test_members_of_the_administrators_group_are_wanted_there_alone() -> None:
    told = page(admin_group_members=["Bob"], bootstrap_users=[{"name": "bob"}])
    groups = [{**ADMINS, "members": ["Administrator", "bob", "mallory"]}, {**HSM, "members": ["bob"]}]
    assert list(drift.more_rights(told, found(groups), told.users["users"], [])) == [
        "mallory is in Administrators too",
        "bob is in CloudHSMAdministrators too",
    ]


# IAM doesn't distinguish names by case: CreatePolicy in the IAM API Reference.
def test_a_policy_that_the_variables_name_in_another_case_is_no_further_right() -> None:
    told = page(cloudhsm_group_policy_name="hsmpeople", admin_group_require_mfa_policy_name="requiremfa")
    groups = [
        {**ADMINS, "managed_policies": [ADMINISTRATOR_ACCESS, f"{OWN}RequireMFA"]},
        {**HSM, "members": [], "managed_policies": [f"{OWN}HsmPeople", f"{OWN}dev/HsmPeople"]},
    ]
    assert list(drift.more_rights(told, found(groups), told.users["users"], [])) == [
        f"the group CloudHSMAdministrators also has {OWN}dev/HsmPeople"
    ]


# What is said


@pytest.mark.parametrize(
    ("root", "words"),
    [
        (None, ["allow IAM users to see Billing", "turn on MFA"]),
        ({"password": True, "access_keys": True, "mfa": False}, ["allow IAM users to see Billing", "turn on MFA"]),
        (
            {"password": False, "access_keys": False, "mfa": False},
            ["The root user has no password. Allow its recovery"],
        ),
        ({"password": False, "access_keys": True, "mfa": False}, ["has no password", "has access keys: remove them"]),
    ],
)
def test_nobody_is_asked_to_sign_in_as_a_root_user_without_password(root: Described | None, words: list[str]) -> None:
    told = list(result._by_hand(root))
    assert len(told) == len(words)
    assert all(word in line for word, line in zip(words, told, strict=True))


def test_messages_speak_of_what_was_written() -> None:
    users = next(part for part in parts.parts_of(page(bootstrap_users=[{"name": "bob"}])) if part.key == "users")
    said = users.said("users[1] (bob): name: is also users[0] (Administrator); list each user once")
    assert said.startswith("bootstrap_users[0] (bob): name: is also bootstrap_administrator (Administrator)")
    assert users.said("Nothing was changed. credentials_path: is needed with this credentials_store") == (
        "bootstrap_credentials_path: is needed with this bootstrap_credentials_store"
    )
    assert users.said("workers: must be from 1 to 32, not 99") == (
        "user_provisioning_workers: must be from 1 to 32, not 99"
    )


def test_long_lists_are_cut_and_totals_are_right() -> None:
    assert result.names_of([f"u{number}" for number in range(13)]).endswith("u8, u9, and 3 more")

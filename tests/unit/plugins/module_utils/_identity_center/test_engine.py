# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From options to what AWS has in the end: what is asked, what is changed, and everything that is refused."""

from __future__ import annotations

import json
import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center import snapshot as look
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.plan import duration
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.result import describe_diff, failure_message
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.cloudhsm import guide_policy
from helpers.accounts.identity_center_engine import Engine
from helpers.accounts.simulated_identity_center import (
    ADMINISTRATOR_ACCESS,
    CALLER,
    CLOSED,
    DELEGATE,
    DELEGATED,
    INSTANCE,
    MANAGEMENT,
    PRODUCTION,
    SANDBOX,
    failure,
)
from hypothesis import given
from hypothesis import strategies as st

Result = dict[str, t.Any]
WISHES: dict[str, t.Any] = {
    "permission_sets": [
        {"name": "Admin", "access": "administrator", "session_duration": 7200, "relay_state": "https://example.com/"},
        {
            "name": "Power",
            "access": "power_user",
            "managed_policies": ["job-function/ViewOnlyAccess"],
            "customer_managed_policies": ["Plain", "/hsm/Extra"],
            "boundary": "/hsm/Boundary",
            "tags": {"team": "hsm"},
        },
    ],
    "groups": [{"name": "Operators", "description": "Who runs it", "members": ["bob"]}],
    "assignments": [
        {"permission_set": "Admin", "groups": ["Admins"], "all_accounts": True, "exclude_accounts": [SANDBOX]},
        {"permission_set": "Power", "groups": ["Operators"], "organizational_units": ["/Sandbox"]},
        {"permission_set": "Power", "users": ["ann"], "account_tags": {"stage": "live"}},
    ],
}


def test_all_is_made_as_predicted_and_a_second_run_writes_nothing(engine: Engine) -> None:
    _wanted, _snapshot, plan = engine.planned(**WISHES)
    predicted = [change.describe() for change in plan.changes]
    assert engine.aws.written == []
    result = engine.run(**WISHES)
    assert result["changes"] == predicted
    assert result["counts"]["assignments_created"] == 5
    power = next(one for one in engine.aws.sets.values() if one["Name"] == "Power")
    assert json.loads(power["inline"]) == guide_policy("power_user")
    assert power["policies"] == {"arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"}
    assert power["own"] == [{"Name": "Plain", "Path": "/"}, {"Name": "Extra", "Path": "/hsm/"}]
    assert power["boundary"] == {"CustomerManagedPolicyReference": {"Name": "Boundary", "Path": "/hsm/"}}
    assert {"Key": "team", "Value": "hsm"} in power["Tags"]
    assert {(one[1], one[3]) for one in engine.aws.assignments} == {
        *((account, "g-admins") for account in (MANAGEMENT, DELEGATED, PRODUCTION)),
        (SANDBOX, "g-Operators"),
        (PRODUCTION, "u-ann"),
    }
    engine.aws.written.clear()
    again = engine.run(**WISHES)
    assert (again["changed"], engine.aws.written) == (False, [])
    assert again["lines"] == ["Nothing to change in IAM Identity Center"]


def test_what_limits_comes_before_what_allows(engine: Engine) -> None:
    engine.run(**WISHES)
    written = [name for name, params in engine.aws.written if params.get("PermissionSetArn", "").find("power") > 0]
    assert written.index("put_permissions_boundary_to_permission_set") == 0


def test_reads_of_a_run_that_takes_nothing_do_not_grow_with_the_accounts(administered: Engine) -> None:
    administered.run(assignments=[{"permission_set": "Admin", "groups": ["Admins"], "all_accounts": True}])
    calls = administered.aws.calls
    assert calls["list_account_assignments"] == 0
    assert calls["list_account_assignments_for_principal"] == 1
    assert calls["list_tags_for_resource"] == 1, "of the permission set, and of no account"


@pytest.mark.parametrize(
    ("wish", "operations"),
    [
        ({"session_duration": 7200}, ["update_permission_set", "provision_permission_set"]),
        ({"description": "New"}, ["update_permission_set", "provision_permission_set"]),
        ({"tags": {"team": "hsm"}}, ["tag_resource"]),
        ({"boundary": "Own"}, ["put_permissions_boundary_to_permission_set", "provision_permission_set"]),
        ({"access": "administrator"}, []),
        ({"managed_policies": []}, []),
    ],
)
def test_a_changed_set_is_provisioned_again_where_accounts_have_it(
    administered: Engine, wish: Result, operations: list[str]
) -> None:
    administered.run(permission_sets=[{"name": "Admin", **wish}])
    assert [operation for operation, _params in administered.aws.written] == operations


def test_what_a_killed_run_did_not_provision_is_provisioned_later(administered: Engine) -> None:
    administered.aws.outdated = {PRODUCTION}
    administered.run(permission_sets=[{"name": "Admin"}])
    assert [operation for operation, _params in administered.aws.written] == ["provision_permission_set"]


def test_another_access_level_leaves_nothing_of_the_old_one(administered: Engine) -> None:
    arn = administered.aws.add_set("Other", ADMINISTRATOR_ACCESS, "arn:aws:iam::aws:policy/ReadOnlyAccess")
    administered.run(permission_sets=[{"name": "Admin"}, {"name": "Other", "access": "read_only"}])
    other = administered.aws.sets[arn]
    assert other["policies"] == {"arn:aws:iam::aws:policy/ReadOnlyAccess"}
    administered.run(permission_sets=[{"name": "Other", "access": "administrator"}])
    assert ADMINISTRATOR_ACCESS in other["policies"]
    assert "inline" not in other


def test_texts_that_are_left_out_stay_and_empty_ones_go(engine: Engine) -> None:
    more: dict[str, t.Any] = {
        "Description": "Old",
        "RelayState": "https://example.com/",
        "boundary": {"ManagedPolicyArn": "arn:x"},
    }
    arn = engine.aws.add_set("Admin", **more)
    engine.run(permission_sets=[{"name": "Admin", "relay_state": "", "boundary": ""}])
    one = engine.aws.sets[arn]
    assert (one["Description"], "RelayState" in one, "boundary" in one) == ("Old", False, False)


def test_purging_takes_what_was_not_listed_and_additive_runs_do_not(administered: Engine) -> None:
    aws = administered.aws
    arn = aws.add_set(
        "Power", "arn:aws:iam::aws:policy/ReadOnlyAccess", tags={"cloudhsm.iam/managed": "true", "a": "b"}
    )
    aws.sets[arn]["own"] = [{"Name": "Old", "Path": "/"}]
    aws.assign(arn, "u-bob", SANDBOX)
    aws.assign(arn, "g-gone", SANDBOX)
    wishes: dict[str, t.Any] = {
        "permission_sets": [{"name": "Power", "managed_policies": [], "customer_managed_policies": [], "tags": {}}],
        "assignments": [{"permission_set": "Power", "users": ["ann"], "accounts": [SANDBOX]}],
        "groups": [{"name": "Admins", "members": ["bob"]}],
    }
    administered.run(**wishes)
    assert len(aws.assignments) == 5
    assert len(aws.members) == 2
    administered.run(**wishes, purge_assignments=True, purge_policies=True, purge_tags=True, purge_members=True)
    assert {one[3] for one in aws.assignments if one[0] == arn} == {"u-ann"}
    assert (aws.sets[arn]["policies"], aws.sets[arn]["own"]) == (set(), [])
    assert aws.sets[arn]["Tags"] == [{"Key": "cloudhsm.iam/managed", "Value": "true"}]
    assert list(aws.members.values()) == [("g-admins", "u-bob")]


def test_absent_takes_assignments_off_before_the_set(administered: Engine) -> None:
    arn = administered.aws.add_set("Power")
    administered.aws.assign(arn, "u-bob", SANDBOX, PRODUCTION)
    result = administered.run(permission_sets=[{"name": "Power", "state": "absent"}], purge_assignments=True)
    assert [change["operation"] for change in result["changes"]] == [
        "delete_account_assignment",
        "delete_account_assignment",
        "delete_permission_set",
    ]
    assert result["permission_sets"][0]["action"] == "deleted"
    again = administered.run(permission_sets=[{"name": "Power", "state": "absent"}], purge_assignments=True)
    assert (again["changed"], again["missing"]) == (False, ["Power"])


def test_a_set_that_is_assigned_elsewhere_is_not_deleted(administered: Engine) -> None:
    administered.aws.assign(administered.aws.add_set("Power"), "u-bob", SANDBOX, PRODUCTION)
    problems = administered.problems(
        permission_sets=[{"name": "Power", "state": "absent"}],
        assignments=[{"permission_set": "Power", "state": "absent", "users": ["bob"], "accounts": [SANDBOX]}],
    )
    assert f"Power can't be deleted while it is assigned: in {PRODUCTION} to bob" in problems


@pytest.mark.parametrize(
    "taking",
    [
        {"permission_sets": [{"name": "Admin", "state": "absent"}], "purge_assignments": True},
        {"permission_sets": [{"name": "Admin", "access": "read_only"}]},
        {"permission_sets": [{"name": "Admin", "managed_policies": []}], "purge_policies": True},
        {"assignments": [{"permission_set": "Admin", "state": "absent", "groups": ["Admins"], "all_accounts": True}]},
        {
            "permission_sets": [{"name": "Admin"}],
            "groups": [{"name": "Admins", "members": []}],
            "purge_members": True,
        },
        {
            "assignments": [{"permission_set": "Admin", "groups": ["Empty"], "accounts": [PRODUCTION]}],
            "purge_assignments": True,
        },
    ],
)
def test_nobody_left_with_the_administrator_set_is_refused(administered: Engine, taking: Result) -> None:
    gone = next(iter(administered.aws.sets))
    administered.aws.assign(gone, "u-gone", SANDBOX)
    administered.aws.assign(gone, "g-gone", SANDBOX)
    assert "nobody would be left with AdministratorAccess" in administered.problems(**taking, purge_allow_empty=True)


@pytest.mark.parametrize("caller", [CALLER, DELEGATE])
@pytest.mark.parametrize("named", [[], [{"name": "Other"}]])
def test_the_last_members_of_a_set_that_nobody_named_stay(
    administered: Engine, caller: Caller, named: list[Result]
) -> None:
    administered.aws.add_set("Other")
    emptied = {"groups": [{"name": "Admins", "members": []}], "purge_members": True, "purge_allow_empty": True}
    problems = administered.problems(caller, permission_sets=named, **emptied)
    assert "groups: nobody would be left with AdministratorAccess through Admin" in problems
    replaced = administered.run(caller, groups=[{"name": "Admins", "members": ["bob"]}], purge_members=True)
    assert replaced["counts"]["members_removed"] == 1


REPLACED: Result = {
    "permission_sets": [{"name": "Root", "access": "administrator"}, {"name": "Admin", "access": "read_only"}],
    "assignments": [
        {"permission_set": "Root", "users": ["bob"], "accounts": [MANAGEMENT]},
        {"permission_set": "Admin", "groups": ["Empty"], "accounts": [SANDBOX]},
    ],
}


def test_a_set_of_administrators_is_limited_between_who_replaces_them_and_who_gets_it_then(
    administered: Engine,
) -> None:
    result = administered.run(**REPLACED)
    told = [(change["operation"], change.get("permission_set")) for change in result["changes"]]
    assert told == [
        ("create_permission_set", "Root"),
        ("attach_managed_policy_to_permission_set", "Root"),
        ("create_account_assignment", "Root"),
        ("detach_managed_policy_from_permission_set", "Admin"),
        ("put_inline_policy_to_permission_set", "Admin"),
        ("provision_permission_set", "Admin"),
        ("create_account_assignment", "Admin"),
    ]
    assert administered.run(**REPLACED)["changed"] is False


def test_administrators_stay_where_their_replacement_fails(administered: Engine) -> None:
    administered.aws.scripts["create_account_assignment"] = [failure("AccessDeniedException")]
    result = administered.run(**REPLACED)
    assert administered.aws.sets[next(iter(administered.aws.sets))]["policies"] == {ADMINISTRATOR_ACCESS}
    assert len(administered.aws.assignments) == 2
    assert {change["permission_set"] for change in result["not_done"]} == {"Admin"}


def test_empty_lists_purge_nothing_unless_that_is_said(administered: Engine) -> None:
    administered.aws.assign(administered.aws.add_set("Power"), "u-bob", SANDBOX)
    lists: Result = {
        "permission_sets": [{"name": "Power"}],
        "groups": [{"name": "Empty", "members": []}, {"name": "Admins", "members": []}],
    }
    assert administered.problems(**lists) == ""
    problems = administered.problems(**lists, purge_assignments=True, purge_members=True, prefix="access_")
    assert "access_assignments: is empty, and access_purge_assignments would take off all assignments" in problems
    assert "access_groups[1] (Admins): members: is empty, and access_purge_members would remove all 1" in problems
    assert problems.count("set access_purge_allow_empty to true") == 2


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize(
    "nowhere",
    [
        {"account_tags": {"Stage": "live"}},
        {"organizational_units": ["/Sandbox"], "exclude_accounts": [SANDBOX]},
        {"organizational_units": ["/Empty"]},
    ],
)
def test_an_assignment_that_is_for_no_account_is_told(administered: Engine, state: str, nowhere: Result) -> None:
    administered.aws.units["ou-9"] = "Empty"
    wish = {"permission_set": "Admin", "users": ["bob"], "state": state, **nowhere}
    problems = administered.problems(assignments=[wish], purge_assignments=True)
    assert "assignments[0] (Admin): accounts: no active account of the organization is meant" in problems


def test_another_spelling_of_a_set_is_told(administered: Engine) -> None:
    problems = administered.problems(permission_sets=[{"name": "ADMIN"}])
    assert problems == "permission_sets: ADMIN differs only by case from Admin, which exists"


def test_an_administrator_may_be_replaced(administered: Engine) -> None:
    administered.run(
        permission_sets=[{"name": "Root", "access": "administrator"}, {"name": "Admin", "state": "absent"}],
        assignments=[{"permission_set": "Root", "users": ["bob"], "accounts": [MANAGEMENT]}],
        purge_assignments=True,
    )
    assert {one[3] for one in administered.aws.assignments} == {"u-bob"}


def test_more_deletions_than_allowed_are_refused_and_told(administered: Engine) -> None:
    administered.aws.assign(administered.aws.add_set("Power"), "u-bob", SANDBOX, PRODUCTION)
    problems = administered.problems(
        permission_sets=[{"name": "Power", "state": "absent"}], purge_assignments=True, max_deletions=2
    )
    assert "3 objects would be deleted (2 assignments, 1 permission sets), at most 2 are allowed" in problems


def test_a_delegated_administrator_keeps_off_the_management_account(administered: Engine) -> None:
    wish = {"permission_set": "Admin", "users": ["bob"], "all_accounts": True}
    problems = administered.problems(
        DELEGATE, assignments=[wish], permission_sets=[{"name": "Admin", "relay_state": "x"}]
    )
    assert f"would be assigned or taken in the management account {MANAGEMENT}" in problems
    assert f"permission_sets: Admin is assigned in the management account {MANAGEMENT}" in problems
    administered.run(DELEGATE, assignments=[{**wish, "exclude_accounts": [MANAGEMENT]}])
    assert administered.aws.calls["list_account_assignments_for_principal"] == 0


def test_memberships_of_an_external_provider_are_refused_by_its_name(engine: Engine) -> None:
    engine.aws.external_ids = [{"Issuer": "https://example.okta.com", "Id": "1"}]
    groups = [{"name": "Admins", "members": ["bob"]}, {"name": "New"}]
    problems = engine.problems(groups=groups)
    assert "gets its users and groups from https://example.okta.com" in problems
    assert "change Admins, New there" in problems
    assert engine.problems(groups=[{"name": "Admins", "members": ["ann"]}]) == ""


def test_a_set_that_others_made_is_left_alone_unless_adopted(engine: Engine) -> None:
    engine.aws.add_set("Auditors", ADMINISTRATOR_ACCESS, tags={})
    wishes = [{"name": "Auditors", "access": "read_only"}]
    assert "Auditors exists, but has no tag cloudhsm.iam/managed" in engine.problems(permission_sets=wishes)
    engine.run(permission_sets=wishes, adopt_permission_sets=True)


def test_what_there_is_not_is_told_all_at_once(engine: Engine) -> None:
    wish = {
        "permission_set": "Nix",
        "groups": ["Nobodies"],
        "users": ["eve"],
        "accounts": ["999999999999", CLOSED],
        "organizational_units": ["/Nowhere"],
    }
    both = {"users": ["ann"], "accounts": [SANDBOX]}
    engine.aws.add_set("Power")
    problems = engine.problems(
        assignments=[
            wish,
            {"permission_set": "Power", **both},
            {"permission_set": "Power", "state": "absent", **both},
        ],
        groups=[{"name": "Admins", "members": ["mallory"]}],
    )
    for told in (
        "assignments[0] (Nix): accounts: the organization has no account 999999999999",
        f"accounts: the account {CLOSED} is SUSPENDED",
        "organizational_units: the organization has no unit /Nowhere",
        "permission_set: there is no permission set Nix",
        "groups: the identity store has no group Nobodies",
        "users: the identity store has no user eve",
        f"Power for the user ann in {SANDBOX} is to be present and absent",
        "members: the identity store has no user mallory",
    ):
        assert told in problems


def test_a_role_is_told_the_names_of_its_variables(administered: Engine) -> None:
    problems = administered.problems(
        permission_sets=[{"name": "Admin", "state": "absent"}], prefix="access_", max_deletions=0
    )
    assert "access_permission_sets: Admin can't be deleted" in problems
    assert "set access_purge_assignments: true" in problems
    assert "access_max_deletions: 1 objects would be deleted" in problems


def test_who_has_gone_from_the_store_is_known_by_the_id(administered: Engine) -> None:
    arn = administered.aws.add_set("Power")
    administered.aws.assign(arn, "g-gone", SANDBOX)
    administered.aws.assign(next(iter(administered.aws.sets)), "g-gone", SANDBOX)
    result = administered.run(permission_sets=[{"name": "Power"}], purge_assignments=True, purge_allow_empty=True)
    assert result["changes"] == [
        {"operation": "delete_account_assignment", "permission_set": "Power", "account": SANDBOX, "group": "g-gone"}
    ]


def test_after_a_failure_nothing_is_taken_away(administered: Engine) -> None:
    aws = administered.aws
    aws.scripts["create_account_assignment"] = [failure("AccessDeniedException")]
    result = administered.run(
        permission_sets=[{"name": "Root", "access": "administrator"}],
        assignments=[
            {"permission_set": "Root", "users": ["bob"], "accounts": [MANAGEMENT]},
            {"permission_set": "Admin", "state": "absent", "groups": ["Admins"], "all_accounts": True},
        ],
    )
    assert len(aws.assignments) == 2
    assert [change["operation"] for change in result["not_done"]] == ["delete_account_assignment"] * 2
    assert "AccessDeniedException" in result["failed_changes"][0]["msg"]
    assert result["msg"].startswith("1 change failed, 2 not begun")


def test_a_set_that_could_not_be_finished_is_assigned_to_nobody(engine: Engine) -> None:
    engine.aws.scripts["put_permissions_boundary_to_permission_set"] = [failure("ValidationException")]
    result = engine.run(**WISHES)
    assert {engine.aws.sets[one[0]]["Name"] for one in engine.aws.assignments} == {"Admin"}
    power = next(one for one in engine.aws.sets.values() if one["Name"] == "Power")
    assert (power["policies"], "inline" in power) == (set(), False)
    assert {change.get("permission_set") for change in result["not_done"]} == {"Power"}
    assert [one["action"] for one in result["permission_sets"]] == ["created", "failed"]


def test_what_is_changed_by_somebody_else_is_tried_again(engine: Engine) -> None:
    engine.aws.scripts["attach_managed_policy_to_permission_set"] = [failure("ConflictException")] * 2
    assert engine.run(permission_sets=[{"name": "Admin", "access": "administrator"}])["failed_changes"] == []
    assert engine.slept == [0.5, 1.0]


def test_a_name_that_is_taken_meanwhile_is_not_waited_for(engine: Engine) -> None:
    engine.aws.scripts["create_permission_set"] = [failure("ConflictException")]
    result = engine.run(permission_sets=[{"name": "Admin"}])
    assert (engine.slept, len(result["failed_changes"])) == ([], 1)


def test_expired_credentials_end_the_run(engine: Engine) -> None:
    engine.aws.scripts["create_group"] = [failure("ExpiredTokenException")]
    result = engine.run(**WISHES)
    assert [operation for operation, _params in engine.aws.written] == ["create_group"]
    assert len(result["failed_changes"]) == 1


def test_credentials_that_expire_during_a_request_end_the_run_before_the_next_stage(engine: Engine) -> None:
    engine.run(**WISHES)
    engine.aws.written.clear()
    engine.aws.scripts["provision_permission_set"] = [failure("ExpiredTokenException")]
    more = [{"permission_set": "Admin", "users": ["bob"], "accounts": [MANAGEMENT]}, *WISHES["assignments"]]
    result = engine.run(permission_sets=[{**WISHES["permission_sets"][1], "description": "New"}], assignments=more)
    assert [operation for operation, _params in engine.aws.written] == [
        "update_permission_set",
        "provision_permission_set",
    ]
    assert [one["operation"] for one in result["not_done"]] == ["create_account_assignment"]


def test_the_diff_shows_sets_assignments_and_members(administered: Engine) -> None:
    _wanted, _snapshot, plan = administered.planned(
        permission_sets=[{"name": "Admin", "description": "New"}],
        groups=[{"name": "New", "members": ["bob"]}],
        assignments=[{"permission_set": "Admin", "users": ["bob"], "accounts": [SANDBOX]}],
    )
    diff = describe_diff(plan)
    assert (diff["before"]["Admin"]["description"], diff["after"]["Admin"]["description"]) == ("", "New")
    assert diff["after"]["assignments"] == [{"permission_set": "Admin", "account": SANDBOX, "user": "bob"}]
    assert diff["after"]["members"] == [{"group": "New", "user": "bob"}]
    assert diff["after"]["groups"] == ["New"]


def test_the_instance_of_the_organization_is_taken_unless_another_is_named(engine: Engine) -> None:
    own = {"InstanceArn": "arn:own", "IdentityStoreId": "d-own", "OwnerAccountId": DELEGATED}
    both = {"Instances": [own, engine.aws._list_instances()["Instances"][0]]}
    service = engine.aws.service(engine.pool)
    for wanted, found in ((None, INSTANCE), ("arn:own", "arn:own")):
        engine.aws.scripts["list_instances"] = [both]
        assert look.find_instance(service.sso, MANAGEMENT, wanted)[0] == found


@pytest.mark.parametrize(
    ("instances", "wanted", "told"),
    [
        ([], None, "no instance in eu-central-1 that this account may manage"),
        (["arn:a", "arn:b"], None, "there are several: arn:a, arn:b"),
        (["arn:a"], "arn:c", "there is no instance arn:c in the region eu-central-1"),
    ],
)
def test_which_instance_is_not_guessed(engine: Engine, instances: list[str], wanted: str | None, told: str) -> None:
    listed = [{"InstanceArn": arn, "IdentityStoreId": "d", "OwnerAccountId": DELEGATED} for arn in instances]
    engine.aws.scripts["list_instances"] = [{"Instances": listed}]
    with pytest.raises(look.NoInstanceError, match=told):
        look.find_instance(engine.aws.service(engine.pool).sso, MANAGEMENT, wanted)


@given(st.integers(min_value=1, max_value=43200))
def test_lengths_of_sessions_come_back_as_they_went(seconds: int) -> None:
    assert look.seconds(duration(seconds)) == seconds


@pytest.mark.parametrize("text", ["", "1H", "PT1X", "P1Y"])
def test_what_is_no_length_is_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match="is not the length"):
        look.seconds(text)


def test_each_reason_of_failures_is_told_once(administered: Engine) -> None:
    administered.aws.scripts["create_account_assignment"] = [failure("AccessDeniedException")] * 2
    result = administered.run(assignments=[{"permission_set": "Admin", "users": ["bob"], "accounts": [SANDBOX]}])
    assert result["msg"].count("AccessDeniedException") == 1
    assert failure_message([]).startswith("0 changes failed")

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assignments that end by themselves: made, moved, ended, refused, and never the last administrator's."""

from __future__ import annotations

import json
import typing as t
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.caller import Caller
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import denied_from, set_name
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center import snapshot as look
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.copies import with_end
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.end_refusals import past_ends
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.input import parse
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import Options
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.item_lines import lines
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.items import Item
from ansible_collections.cloudhsm.iam.plugins.module_utils._page.items import Plan as Items
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.cloudhsm import guide_policy
from helpers.accounts.identity_center_engine import Engine, Result
from helpers.accounts.simulated_identity_center import (
    ADMINISTRATOR_ACCESS,
    CALLER,
    DELEGATE,
    MANAGEMENT,
    PRODUCTION,
    SANDBOX,
    failure,
)

BEFORE = replace(CALLER, now="2026-12-01T10:00:00Z")
AFTER = replace(CALLER, now="2026-12-01T18:00:00Z")
END, LATER = "2026-12-01T18:00Z", "2026-12-02T06:00Z"
FULL_END = "2026-12-01T18:00:00Z"
POWER = "Power-261201T1800Z"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
POLICY = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "cloudhsm:*", "Resource": "*"}}


def wish(until: object = END, *accounts: str, **more: t.Any) -> Result:
    return {
        "permission_set": "Power",
        "groups": ["Admins"],
        "accounts": list(accounts or (SANDBOX,)),
        "until": until,
        "reason": "INC-1234",
        **more,
    }


@pytest.fixture
def power(administered: Engine) -> str:
    """A permission set that exists, and that somebody else has for good."""
    aws = administered.aws
    arn = aws.add_set("Power", READ_ONLY, Description="Work", SessionDuration="PT2H", RelayState="https://example.com/")
    aws.sets[arn] |= {
        "inline": json.dumps(POLICY),
        "own": [{"Name": "Extra", "Path": "/hsm/"}],
        "boundary": {"CustomerManagedPolicyReference": {"Name": "Boundary", "Path": "/"}},
    }
    aws.assign(arn, "u-bob", PRODUCTION)
    return arn


def holders(engine: Engine) -> dict[str, set[tuple[str, str]]]:
    """Who has which permission set where."""
    found: dict[str, set[tuple[str, str]]] = {}
    for arn, account, _kind, principal in engine.aws.assignments:
        found.setdefault(engine.aws.sets[arn]["Name"], set()).add((account, principal))
    return found


def the_set(engine: Engine, name: str) -> Result:
    (found,) = (one for one in engine.aws.sets.values() if one["Name"] == name)
    return found


def tags_of(one: Result) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in one["Tags"]}


def told(result: Result) -> list[str]:
    """The lines of a plan."""
    return lines(Items([Item(**each) for each in result["objects"]]), check_mode=True)


@pytest.mark.usefixtures("power")
def test_a_copy_holds_what_the_set_holds_and_denies_everything_from_the_end_on(administered: Engine) -> None:
    result = administered.run(BEFORE, assignments=[wish(END, SANDBOX, PRODUCTION)])
    copy = the_set(administered, POWER)
    assert json.loads(copy["inline"]) == {
        "Version": "2012-10-17",
        "Statement": [POLICY["Statement"], denied_from(FULL_END)],
    }
    assert (copy["policies"], copy["own"]) == ({READ_ONLY}, [{"Name": "Extra", "Path": "/hsm/"}])
    assert copy["boundary"] == {"CustomerManagedPolicyReference": {"Name": "Boundary", "Path": "/"}}
    assert (copy["SessionDuration"], copy["RelayState"]) == ("PT2H", "https://example.com/")
    assert copy["Description"] == "Work (Copy of Power that ends 2026-12-01T18:00Z)"
    assert tags_of(copy) == {
        "cloudhsm.iam/managed": "true",
        "cloudhsm.iam/copy-of": "Power",
        "cloudhsm.iam/until": FULL_END,
        "cloudhsm.iam/reason": "INC-1234",
    }
    held = {(SANDBOX, "g-admins"), (PRODUCTION, "g-admins")}
    assert holders(administered)[POWER] == held
    assert result["ended"] == []
    assert result["temporary"] == [
        {
            "permission_set": "Power",
            "copy_name": POWER,
            "group": "Admins",
            "accounts": [PRODUCTION, SANDBOX],
            "until": FULL_END,
            "reason": "INC-1234",
        }
    ]
    assert f"+ assignment {POWER} for group Admins: until {END} (INC-1234); accounts {PRODUCTION}, {SANDBOX}" in told(
        result
    )
    (made,) = [line for line in told(result) if line.startswith("+ permission set")]
    assert made.startswith(f"+ permission set {POWER}: copy of Power until {END} (INC-1234); policies ReadOnlyAccess")
    assert "copy-of" not in made
    administered.aws.written.clear()
    again = administered.run(BEFORE, assignments=[wish(END, SANDBOX, PRODUCTION)])
    assert (again["changed"], administered.aws.written) == (False, [])
    assert again["temporary"] == result["temporary"]


def test_the_set_may_be_one_that_the_same_run_makes(engine: Engine) -> None:
    sets = [{"name": "Power", "access": "power_user", "tags": {"team": "hsm"}}]
    _wanted, _snapshot, plan = engine.planned(BEFORE, permission_sets=sets, assignments=[wish()])
    predicted = [change.describe() for change in plan.changes]
    result = engine.run(BEFORE, permission_sets=sets, assignments=[wish()])
    assert result["changes"] == predicted
    guide = guide_policy("power_user")
    assert json.loads(the_set(engine, POWER)["inline"]) == {
        **guide,
        "Statement": [*guide["Statement"], denied_from(FULL_END)],
    }
    assert holders(engine) == {POWER: {(SANDBOX, "g-admins")}}


def test_a_set_without_an_inline_policy_has_a_copy_with_the_end_alone(administered: Engine) -> None:
    administered.run(BEFORE, assignments=[wish(permission_set="Admin", users=["bob"], groups=[])])
    copy = the_set(administered, set_name("Admin", FULL_END))
    assert json.loads(copy["inline"]) == {"Version": "2012-10-17", "Statement": [denied_from(FULL_END)]}
    assert copy["policies"] == {ADMINISTRATOR_ACCESS}


@pytest.mark.parametrize("listed", [True, False], ids=["listed", "not listed"])
def test_a_copy_follows_its_set_and_is_provisioned_again(administered: Engine, power: str, listed: bool) -> None:
    administered.run(BEFORE, assignments=[wish()])
    administered.aws.written.clear()
    result = administered.run(
        BEFORE,
        permission_sets=[{"name": "Power", "access": "read_only", "session_duration": 3600}],
        assignments=[wish()] if listed else [],
    )
    copy, base = the_set(administered, POWER), administered.aws.sets[power]
    assert json.loads(copy["inline"])["Statement"] == [*json.loads(base["inline"])["Statement"], denied_from(FULL_END)]
    assert copy["SessionDuration"] == "PT1H"
    provisioned = [one["permission_set"] for one in result["changes"] if one["operation"] == "provision_permission_set"]
    assert provisioned == ["Power", POWER]
    administered.aws.written.clear()
    administered.run(BEFORE, permission_sets=[{"name": "Power"}])
    assert administered.aws.written == []


def test_what_somebody_takes_out_of_a_copy_comes_back(administered: Engine, power: str) -> None:
    administered.run(BEFORE, assignments=[wish()])
    the_set(administered, POWER)["inline"] = administered.aws.sets[power]["inline"]
    administered.run(BEFORE, permission_sets=[{"name": "Power"}])
    assert denied_from(FULL_END) in json.loads(the_set(administered, POWER)["inline"])["Statement"]


@pytest.mark.parametrize(
    "about",
    [
        {"assignments": [wish()]},
        {"permission_sets": [{"name": "Power"}]},
        {"assignments": [wish(LATER, users=["bob"])]},
    ],
    ids=["listed", "set named", "others"],
)
@pytest.mark.usefixtures("power")
def test_what_has_ended_goes_whatever_is_listed(administered: Engine, about: Result) -> None:
    administered.run(BEFORE, assignments=[wish(END, SANDBOX, PRODUCTION)])
    result = administered.run(AFTER, **about)
    assert POWER not in {one["Name"] for one in administered.aws.sets.values()}
    assert POWER not in holders(administered)
    assert [(one["permission_set"], one["accounts"]) for one in result["ended"]] == [("Power", [PRODUCTION, SANDBOX])]
    assert f"- assignment {POWER} for group Admins: ended {END}; accounts {PRODUCTION}, {SANDBOX}" in told(result)
    assert any(line.startswith(f"- permission set {POWER}: ended {END}") for line in told(result))
    administered.aws.written.clear()
    assert administered.run(AFTER, **about)["ended"] == []
    assert administered.aws.written == []


def test_an_end_that_has_passed_makes_nothing_and_is_told_once(administered: Engine) -> None:
    gone = wish(groups=["Gone", "Admins"], permission_set="Forgotten")
    listed = [gone, wish(permission_set="Admin")]
    wanted, snapshot, plan = administered.planned(AFTER, assignments=listed)
    assert (plan.changes, plan.problems) == ((), ())
    assert past_ends(wanted, snapshot, Options(prefix="access_")) == [
        f"access_assignments[0] (Forgotten) ended {END}, access_assignments[1] (Admin) ended {END}: nobody is assigned "
        "anything by it; take it off the list"
    ]


@pytest.mark.usefixtures("power")
def test_before_its_end_a_copy_that_is_not_listed_stays_unless_purged(administered: Engine) -> None:
    administered.run(BEFORE, assignments=[wish()])
    administered.aws.written.clear()
    kept = administered.run(BEFORE, permission_sets=[{"name": "Power"}])
    assert administered.aws.written == []
    assert [one["until"] for one in kept["temporary"]] == [FULL_END]
    purged: Result = {"permission_sets": [{"name": "Power"}], "purge_assignments": True}
    assert "assignments: is empty, and purge_assignments would take off" in administered.problems(BEFORE, **purged)
    result = administered.run(BEFORE, **purged, purge_allow_empty=True)
    assert (result["temporary"], result["ended"]) == ([], [])
    assert holders(administered).keys() == {"Admin"}
    assert {one["Name"] for one in administered.aws.sets.values()} == {"Admin", "Power"}


@pytest.mark.usefixtures("power")
def test_what_has_ended_goes_without_a_switch_for_empty_lists(administered: Engine) -> None:
    administered.run(BEFORE, assignments=[wish()])
    administered.run(AFTER, permission_sets=[{"name": "Power"}])
    assert holders(administered).keys() == {"Admin", "Power"}


@pytest.mark.usefixtures("power")
def test_what_has_ended_counts_as_deletions(administered: Engine) -> None:
    administered.run(BEFORE, assignments=[wish(END, SANDBOX, PRODUCTION)])
    administered.aws.written.clear()
    problems = administered.problems(AFTER, permission_sets=[{"name": "Power"}], max_deletions=2)
    assert "3 objects would be deleted (2 assignments, 1 permission sets), at most 2 are allowed" in problems


@pytest.mark.usefixtures("power")
def test_a_moved_end_is_assigned_before_the_old_one_goes(administered: Engine) -> None:
    administered.run(BEFORE, assignments=[wish(END, SANDBOX, PRODUCTION)])
    result = administered.run(BEFORE, assignments=[wish(LATER, SANDBOX, PRODUCTION, reason="longer")])
    moved = set_name("Power", "2026-12-02T06:00:00Z")
    operations = [
        (one["operation"], one["permission_set"]) for one in result["changes"] if "assign" in one["operation"]
    ]
    assert operations == [("create_account_assignment", moved)] * 2 + [("delete_account_assignment", POWER)] * 2
    assert holders(administered).keys() == {"Admin", "Power", moved}
    assert POWER not in {one["Name"] for one in administered.aws.sets.values()}
    assert [(one["until"], one["reason"]) for one in result["temporary"]] == [("2026-12-02T06:00:00Z", "longer")]


@pytest.mark.usefixtures("power")
def test_the_old_end_stays_where_the_new_one_fails(administered: Engine) -> None:
    administered.run(BEFORE, assignments=[wish()])
    administered.aws.scripts["create_account_assignment"] = [failure("ServiceQuotaExceededException")]
    result = administered.run(BEFORE, assignments=[wish(LATER)])
    assert holders(administered)[POWER] == {(SANDBOX, "g-admins")}
    assert "ServiceQuotaExceededException" in result["msg"]
    assert administered.run(BEFORE, assignments=[wish(LATER)])["failed_changes"] == []
    assert POWER not in holders(administered)


@pytest.mark.usefixtures("power")
def test_one_of_several_who_is_moved_leaves_the_others(administered: Engine) -> None:
    administered.run(BEFORE, assignments=[wish(), wish(users=["bob"])])
    administered.run(BEFORE, assignments=[wish(LATER)])
    assert holders(administered)[POWER] == {(SANDBOX, "u-bob")}


@pytest.mark.usefixtures("power")
def test_without_its_end_an_assignment_stays_for_good(administered: Engine) -> None:
    administered.run(BEFORE, assignments=[wish()])
    result = administered.run(
        BEFORE, assignments=[{"permission_set": "Power", "groups": ["Admins"], "accounts": [SANDBOX]}]
    )
    assert holders(administered)["Power"] == {(PRODUCTION, "u-bob"), (SANDBOX, "g-admins")}
    assert (result["temporary"], POWER in holders(administered)) == ([], False)


@pytest.mark.usefixtures("power")
def test_who_has_it_for_good_would_keep_it_and_is_told_so(administered: Engine) -> None:
    ending = wish(END, PRODUCTION, groups=[], users=["bob"])
    problems = administered.problems(BEFORE, assignments=[ending])
    assert (
        f"assignments: Power for the user bob in {PRODUCTION} is assigned without an end, which would stay" in problems
    )
    for_good = {"permission_set": "Power", "users": ["bob"], "accounts": [PRODUCTION], "state": "absent"}
    administered.run(BEFORE, assignments=[ending, for_good])
    assert holders(administered) == {
        "Admin": {(MANAGEMENT, "g-admins"), (PRODUCTION, "g-admins")},
        POWER: {(PRODUCTION, "u-bob")},
    }
    administered.aws.written.clear()
    administered.run(BEFORE, assignments=[ending, for_good])
    assert administered.aws.written == []


@pytest.mark.usefixtures("power")
def test_absent_takes_every_end_or_the_one_that_is_named(administered: Engine) -> None:
    administered.run(BEFORE, assignments=[wish(), wish(LATER, PRODUCTION)])
    later = set_name("Power", "2026-12-02T06:00:00Z")
    administered.run(BEFORE, assignments=[wish(LATER, SANDBOX, PRODUCTION, state="absent", reason=None)])
    assert holders(administered).keys() == {"Admin", "Power", POWER}
    administered.run(BEFORE, assignments=[wish(LATER, PRODUCTION)])
    absent = {"permission_set": "Power", "groups": ["Admins"], "all_accounts": True, "state": "absent"}
    administered.run(BEFORE, assignments=[absent])
    assert holders(administered).keys() == {"Admin", "Power"}
    assert later not in {one["Name"] for one in administered.aws.sets.values()}


@pytest.mark.usefixtures("power")
def test_the_same_list_with_state_absent_takes_it_all_back(administered: Engine) -> None:
    administered.run(BEFORE, assignments=[wish()])
    administered.run(BEFORE, assignments=[wish()], state="absent")
    assert {one["Name"] for one in administered.aws.sets.values()} == {"Admin", "Power"}


@pytest.mark.usefixtures("power")
def test_a_set_is_deleted_with_its_copies_or_not_at_all(administered: Engine) -> None:
    administered.run(BEFORE, assignments=[wish()])
    administered.aws.written.clear()
    gone = {"permission_sets": [{"name": "Power", "state": "absent"}]}
    assert f"Power can't be deleted while it is assigned: in {PRODUCTION}, {SANDBOX}" in administered.problems(
        BEFORE, **gone
    )
    administered.run(BEFORE, **gone, purge_assignments=True)
    assert {one["Name"] for one in administered.aws.sets.values()} == {"Admin"}


def test_a_set_with_the_name_of_the_copy_is_never_adopted(administered: Engine, power: str) -> None:
    marks = {"cloudhsm.iam/copy-of": "Power", "cloudhsm.iam/until": FULL_END}
    ours = {**marks, "cloudhsm.iam/managed": "true"}
    others = [{**ours, "cloudhsm.iam/until": END}, {**ours, "cloudhsm.iam/copy-of": "Other"}]
    for tags in ({}, {"cloudhsm.iam/managed": "true"}, marks, *others):
        arn = administered.aws.add_set(POWER, ADMINISTRATOR_ACCESS, tags=tags)
        problems = administered.problems(BEFORE, assignments=[wish()], adopt_permission_sets=True)
        assert f"the permission set {POWER} exists, but is not the copy of Power" in problems
        # Nor is it taken for one that has ended.
        assert administered.planned(AFTER, permission_sets=[{"name": "Power"}])[2].changes == ()
        del administered.aws.sets[arn]
    assert power in administered.aws.sets


@pytest.mark.usefixtures("power")
def test_a_copy_is_not_changed_or_assigned_by_its_own_name(administered: Engine) -> None:
    administered.run(BEFORE, assignments=[wish()])
    administered.aws.written.clear()
    problems = administered.problems(
        BEFORE,
        permission_sets=[{"name": POWER, "access": "read_only"}],
        assignments=[{"permission_set": POWER, "users": ["bob"], "accounts": [SANDBOX]}],
    )
    for place in ("permission_sets[0]", "assignments[0]"):
        assert f"{place} ({POWER}): is the copy of Power that ends {END}; name Power instead" in problems


def test_names_that_would_be_mistaken_for_copies_are_refused() -> None:
    twins = [{"name": "Power"}, {"name": POWER}]
    _wanted, problems = parse({"permission_sets": twins}, "aws")
    assert problems == [
        f"permission_sets[1] ({POWER}): name: is that of a copy for assignments which end {END}; choose another name"
    ]
    assert parse({"permission_sets": twins[1:]}, "aws")[1] == []


def test_two_sets_whose_copies_would_have_one_name_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    # The names end in a part of a digest, which two of 65,536 names share.
    monkeypatch.setattr(
        "ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until._digest", lambda *_names: "0123456789ab"
    )
    names = ("A" * 30 + "1", "A" * 30 + "2")
    problems = parse({"assignments": [wish(permission_set=name) for name in names]}, "aws")[1]
    assert problems == [
        f"assignments[1] ({names[1]}): until: the copy of {names[0]} has the same name then; choose another minute"
    ]


@pytest.mark.parametrize(
    ("end", "said"),
    [
        ({"until": "tomorrow"}, "until: 'tomorrow' is not a time"),
        ({"until": "2026-12-01"}, "until: has no time of day or no time zone"),
        ({"until": "2026-12-01 18:00"}, "until: has no time zone"),
        ({"until": 5}, "until: must be text, not a number"),
        ({"until": "2100-01-01T00:00Z"}, "until: must be in a year from 2000 to 2099"),
        ({"reason": None}, "reason: is missing; say why"),
        ({"reason": " "}, "reason: must be one line"),
        ({"reason": 7}, "reason: must be text, not a number"),
        ({"until": None}, "until: is missing; an assignment with a reason has an end"),
        ({"reason": "ä" * 90}, "reason: takes 540 characters in a tag"),
    ],
)
def test_a_wrong_end_is_told(end: Result, said: str) -> None:
    problems = parse({"assignments": [{**wish(), **end}], "variables_prefix": "access_"}, "aws")[1]
    assert len(problems) == 1
    assert problems[0].startswith(f"access_assignments[0] (Power): {said}"), problems


@pytest.mark.parametrize(
    "until",
    [
        datetime(2026, 12, 1, 18, 0, 59, tzinfo=UTC),
        "2026-12-01T19:00+01:00",
        "2026-12-01 18:00:00+00:00",
    ],
)
def test_an_end_can_be_written_in_many_ways(until: object) -> None:
    wanted, problems = parse({"assignments": [wish(until)]}, "aws")
    assert (problems, wanted.assignments[0].until) == ([], FULL_END)


@pytest.mark.usefixtures("power")
def test_one_person_has_one_end(administered: Engine) -> None:
    for_good = {"permission_set": "Power", "groups": ["Admins"], "all_accounts": True}
    problems = administered.problems(BEFORE, assignments=[wish(), for_good, wish(LATER)])
    assert (
        f"assignments: Power for the group Admins in {SANDBOX} is listed until {END} and until {LATER} and without an "
        "end; one person can have one end" in problems
    )


def test_one_copy_has_one_reason() -> None:
    problems = parse({"assignments": [wish(), wish(users=["bob"], groups=[], reason="other")]}, "aws")[1]
    assert problems == [
        f'assignments[1] (Power): reason: others have Power until {END} for another reason, "INC-1234"; give the same '
        "reason, or another minute"
    ]


@pytest.mark.usefixtures("power")
def test_a_reason_changes_for_all_who_have_the_copy_or_for_nobody(administered: Engine) -> None:
    administered.run(BEFORE, assignments=[wish(users=["bob"])])
    administered.aws.written.clear()
    problems = administered.problems(BEFORE, assignments=[wish(reason="New, longer ü")])
    assert f'others have Power until {END} for another reason, "INC-1234"' in problems
    result = administered.run(BEFORE, assignments=[wish(users=["bob"], reason="  New,   longer ü ")])
    assert tags_of(the_set(administered, POWER))["cloudhsm.iam/reason"] == "New=2C longer =C3=BC"
    assert {one["reason"] for one in result["temporary"]} == {"New, longer ü"}
    assert [one["operation"] for one in result["changes"]] == ["tag_resource"]
    assert f'~ permission set {POWER}: copy of Power until {END} ("New, longer ü")' in told(result)


def test_a_policy_that_has_no_room_for_the_end_is_told(administered: Engine, power: str) -> None:
    sizes = {}
    for length in (9000, 10150):
        document = {**POLICY, "Statement": [{**POLICY["Statement"], "Resource": "x" * length}]}  # type: ignore[dict-item]
        administered.aws.sets[power]["inline"] = json.dumps(document)
        sizes[length] = administered.problems(BEFORE, assignments=[wish()])
    assert sizes[9000] == ""
    assert "assignments: until: the inline policy of Power would have 10,3" in sizes[10150]
    assert "and AWS takes 10,240; put a part of it into customer managed policies" in sizes[10150]


def test_a_statement_of_the_same_sid_loses_it() -> None:
    made = with_end({"Version": "2012-10-17", "Statement": {"Sid": "CloudHSMIamUntil", "Effect": "Allow"}}, FULL_END)
    assert made["Statement"] == [{"Effect": "Allow"}, denied_from(FULL_END)]


def test_a_long_description_is_cut_for_the_end(administered: Engine, power: str) -> None:
    administered.aws.sets[power]["Description"] = "x" * 700
    administered.run(BEFORE, assignments=[wish()])
    described = the_set(administered, POWER)["Description"]
    assert (len(described), described.lstrip("x")) == (700, " (Copy of Power that ends 2026-12-01T18:00Z)")


@pytest.mark.parametrize(
    "taking",
    [
        {"assignments": [{"permission_set": "Admin", "state": "absent", "groups": ["Admins"], "all_accounts": True}]},
        {"permission_sets": [{"name": "Admin", "access": "read_only"}]},
        {"groups": [{"name": "Admins", "members": []}], "purge_members": True, "purge_allow_empty": True},
    ],
)
@pytest.mark.parametrize("caller", [BEFORE, replace(DELEGATE, now=BEFORE.now)], ids=["management", "delegated"])
def test_an_administrator_for_some_time_is_not_the_last_administrator(
    administered: Engine, caller: Caller, taking: Result
) -> None:
    for_some_time = wish(permission_set="Admin", groups=[], users=["bob"])
    administered.run(BEFORE, assignments=[for_some_time])
    administered.aws.written.clear()
    assert "nobody would be left with AdministratorAccess" in administered.problems(caller, **taking)
    # Nor is one who gets it in the same run.
    more = {**taking, "assignments": [*taking.get("assignments", []), {**for_some_time, "accounts": [PRODUCTION]}]}
    assert "nobody would be left with AdministratorAccess" in administered.problems(caller, **more)


def test_a_set_that_denies_everything_one_day_makes_no_administrator(administered: Engine) -> None:
    arn = administered.aws.add_set("Night", ADMINISTRATOR_ACCESS, tags={})
    administered.aws.sets[arn]["inline"] = json.dumps(with_end({}, FULL_END))
    administered.aws.assign(arn, "u-bob", SANDBOX)
    gone = {"permission_set": "Admin", "state": "absent", "groups": ["Admins"], "all_accounts": True}
    problems = administered.problems(
        BEFORE, assignments=[gone, {"permission_set": "Night", "users": ["bob"], "accounts": [SANDBOX]}]
    )
    assert "nobody would be left with AdministratorAccess" in problems


def test_a_copy_of_what_is_limited_is_limited_with_it(administered: Engine) -> None:
    administered.run(BEFORE, assignments=[wish(permission_set="Admin", groups=[], users=["bob"])])
    copy = set_name("Admin", FULL_END)
    administered.aws.written.clear()
    replaced: Result = {
        "permission_sets": [{"name": "Root", "access": "administrator"}, {"name": "Admin", "access": "read_only"}],
        "assignments": [{"permission_set": "Root", "users": ["bob"], "accounts": [MANAGEMENT]}],
    }
    administered.aws.scripts["create_account_assignment"] = [failure("AccessDeniedException")]
    administered.run(BEFORE, **replaced)
    assert the_set(administered, copy)["policies"] == {ADMINISTRATOR_ACCESS}
    administered.run(BEFORE, **replaced)
    assert the_set(administered, copy)["policies"] == set()


@pytest.mark.usefixtures("power")
def test_a_delegated_administrator_leaves_what_ended_in_the_management_account(administered: Engine) -> None:
    delegate = replace(DELEGATE, now=AFTER.now)
    administered.run(BEFORE, assignments=[wish(END, MANAGEMENT), wish(LATER, SANDBOX)])
    administered.aws.written.clear()
    left = administered.run(delegate, permission_sets=[{"name": "Power"}])
    assert (administered.aws.written, left["ended"]) == ([], [])
    administered.run(AFTER, permission_sets=[{"name": "Power"}])
    assert holders(administered).keys() == {"Admin", "Power", set_name("Power", "2026-12-02T06:00:00Z")}


@pytest.mark.usefixtures("power")
def test_a_conflict_at_provisioning_is_tried_again(administered: Engine) -> None:
    administered.run(BEFORE, assignments=[wish()])
    administered.aws.scripts["provision_permission_set"] = [failure("ConflictException")] * 2
    result = administered.run(BEFORE, permission_sets=[{"name": "Power", "session_duration": 3600}])
    assert result["failed_changes"] == []


def test_as_many_sets_as_aws_allows_is_told_and_nobody_gets_half_a_copy(administered: Engine, power: str) -> None:
    administered.aws.scripts["create_permission_set"] = [failure("ServiceQuotaExceededException")]
    result = administered.run(BEFORE, assignments=[wish()])
    assert "ServiceQuotaExceededException" in result["msg"]
    assert {one["operation"] for one in result["not_done"]} >= {"create_account_assignment"}
    assert holders(administered)["Power"] == {(PRODUCTION, "u-bob")}
    assert power in administered.aws.sets


@pytest.mark.usefixtures("power")
def test_a_look_finds_the_copies_of_the_sets_that_are_named(administered: Engine) -> None:
    administered.run(BEFORE, assignments=[wish()])
    service = administered.aws.service(administered.pool)
    found = look.read_sets(service, "arn", ["Power"])
    assert (found[POWER].copy_of, found[POWER].until, found[POWER].reason) == ("Power", FULL_END, "INC-1234")
    assert look.read_sets(service, "arn", ["Admin"])[POWER].tags == {}


@pytest.mark.usefixtures("power")
def test_a_copy_that_a_killed_run_did_not_provision_is_provisioned_later(administered: Engine) -> None:
    administered.run(BEFORE, assignments=[wish()])
    administered.aws.written.clear()
    administered.aws.outdated = {SANDBOX}
    result = administered.run(BEFORE, permission_sets=[{"name": "Power"}])
    assert [(one["operation"], one["permission_set"]) for one in result["changes"]] == [
        ("provision_permission_set", POWER)
    ]

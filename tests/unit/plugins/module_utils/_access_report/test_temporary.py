# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rights that end by themselves: who has what until when, what is wrong with them, and what ended rights give."""

from __future__ import annotations

import typing as t
from concurrent.futures import ThreadPoolExecutor

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.center_read import read_center
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.ends import MOST
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.report import Wanted, make_report
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Policy
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tag_text import encode
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import COPY_OF, REASON, UNTIL, set_name
from helpers.accounts import samples
from helpers.accounts.samples import document, group, person, role, snapshot, trust
from helpers.accounts.simulated_identity_center import PRODUCTION, Simulated, failure
from helpers.accounts.temporary import LATER, PAST, SOON, arn_of, ending, set_role, tags
from hypothesis import given
from hypothesis import strategies as st

FAR = "2027-11-24T18:00:00Z"


def report(*policies: tuple[str, str, t.Any, dict[str, str] | None], **wanted: t.Any) -> dict[str, t.Any]:
    """The report of an account with these temporary memberships: user, group, document, tags."""
    arns = {arn_of(user, to): (user, doc, told) for user, to, doc, told in policies}
    users = sorted({user for user, _doc, _told in arns.values()})
    people = [person(name, policies=[arn for arn, one in arns.items() if one[0] == name]) for name in users]
    known = {arn: Policy(arn, doc) for arn, doc in samples.POLICIES.items()}
    known |= {arn: Policy(arn, doc) for arn, (_user, doc, _told) in arns.items()}
    read = {arn: told for arn, (_user, _doc, told) in arns.items() if told is not None}
    account = snapshot(people, [group("Admins", samples.ADMINISTRATOR)], policies=known, policy_tags=read)
    return make_report(account, Wanted(**wanted), samples.NOW)


def found(made: dict[str, t.Any]) -> dict[str, list[dict[str, t.Any]]]:
    return {one["rule"]: one["subjects"] for one in made["findings"] if one["rule"].startswith("temporary")}


def test_who_has_what_until_when_and_why_the_next_to_end_first() -> None:
    made = report(
        ("zoe", "Keepers", ending(LATER, "cloudhsm:*"), tags(LATER)),
        ("alice", "Keepers", ending(SOON, "cloudhsm:*"), tags(SOON, "holiday")),
        ("bob", "Keepers", ending(PAST, "cloudhsm:*"), None),
    )
    told = [(one["holder"], one["gives"], one["until"], one["state"], one["reasons"]) for one in made["temporary"]]
    assert told == [
        ("bob", "Keepers", PAST, "ended", []),
        ("alice", "Keepers", SOON, "running", ["holiday"]),
        ("zoe", "Keepers", LATER, "running", ["INC-1, for the ceremony"]),
    ]
    counts = made["summary"]["temporary"]
    assert counts == {"count": 3, "running": 2, "ended": 1, "endless": 0, "longer": 0, "next_end": SOON}
    by_name = {user["name"]: user for user in made["users"]}
    assert by_name["bob"]["cloudhsm"]["CreateHsm"] == "no"
    assert (by_name["alice"]["cloudhsm"]["CreateHsm"], by_name["alice"]["until"]["CreateHsm"]) == ("yes", SOON)
    (ended,) = found(made)["temporary_ended"]
    arn = arn_of("bob", "Keepers")
    assert ended["id"] == "user/bob#temporary/Keepers"
    assert ended["run"] == (
        f"aws iam detach-user-policy --user-name bob --policy-arn {arn}; aws iam delete-policy --policy-arn {arn}"
    )
    rules = {one["rule"] for one in made["findings"]}
    assert not rules & {"direct_policies", "wide_policies"}


@pytest.mark.parametrize(
    ("doc", "told", "detail"),
    [
        (document("cloudhsm:*"), tags(SOON), f"member of Keepers: said to end on {SOON}, but nothing ends it"),
        (document("cloudhsm:*"), None, "member of Keepers: looks temporary, but nothing ends it"),
        (
            ending(LATER, "cloudhsm:*"),
            tags(SOON),
            f"member of Keepers: said to end on {SOON}, but its policies end it on {LATER}",
        ),
        ("{", tags(SOON), f"member of Keepers: said to end on {SOON}, but nothing ends it"),
    ],
)
def test_what_looks_temporary_and_is_not(doc: t.Any, told: dict[str, str] | None, detail: str) -> None:
    made = report(("bob", "Keepers", doc, told))
    assert [subject["detail"] for subject in found(made)["temporary_without_end"]] == [detail]
    assert made["temporary"][0]["state"] in ("endless", "longer")


def test_one_statement_without_an_end_is_enough() -> None:
    both = {**document("x:*"), "Statement": [*ending(SOON, "a:b")["Statement"], *document("c:d")["Statement"]]}
    made = report(("bob", "Keepers", both, tags(SOON)))
    assert made["temporary"][0]["until"] is None
    denying = {**both, "Statement": [both["Statement"][0], {**both["Statement"][1], "Effect": "Deny"}]}
    assert report(("bob", "Keepers", denying, tags(SOON)))["temporary"][0]["until"] == SOON


def denials(until: str | None) -> dict[str, t.Any]:
    """A policy that only denies, until then or without an end."""
    made = ending(until, "iam:*") if until else document("iam:*")
    return {**made, "Statement": [{**one, "Effect": "Deny"} for one in made["Statement"]]}


@pytest.mark.parametrize(
    ("end", "told", "until", "state"),
    [
        (SOON, SOON, SOON, "running"),
        (PAST, None, PAST, "ended"),
        # A Deny that lasts longer than it should allows nothing more.
        (LATER, SOON, SOON, "running"),
        (None, SOON, SOON, "running"),
    ],
)
def test_a_membership_that_only_denies_is_not_without_an_end(
    end: str | None, told: str | None, until: str, state: str
) -> None:
    made = report(("bob", "NoIam", denials(end), tags(told) if told else None))
    assert (made["temporary"][0]["until"], made["temporary"][0]["state"]) == (until, state)
    assert "temporary_without_end" not in found(made)


def test_denials_in_a_policy_of_their_own_leave_the_end_of_the_others() -> None:
    """Where one policy is too small for a group's statements, its denials can fill the first one."""
    known = {
        arn_of("bob", "Keepers", 1): denials(LATER),
        arn_of("bob", "Keepers", 2): ending(SOON, "cloudhsm:*"),
    }
    policies = {arn: Policy(arn, doc) for arn, doc in known.items()}
    account = snapshot([person("bob", policies=known)], policies=policies)
    (right,) = make_report(account, Wanted(), samples.NOW)["temporary"]
    assert (right["until"], right["state"]) == (SOON, "running")


def test_an_earlier_end_than_the_tag_says_is_no_problem() -> None:
    assert "temporary_without_end" not in found(report(("bob", "K", ending(SOON, "a:b"), tags(LATER))))


def test_a_tag_that_is_no_time_says_nothing() -> None:
    made = report(("bob", "K", ending(SOON, "a:b"), {UNTIL: "soon", REASON: ""}))
    assert (made["temporary"][0]["tagged_until"], made["temporary"][0]["reasons"]) == (None, [])


def test_a_right_for_a_year_and_a_temporary_administrator() -> None:
    made = report(("bob", "Admins", ending(FAR, "*"), tags(FAR)))
    rules = found(made)
    assert {rule: len(subjects) for rule, subjects in rules.items()} == {
        "temporary_for_long": 1,
        "temporary_administrator": 1,
    }
    assert rules["temporary_administrator"][0]["detail"] == (
        f"member of Admins: administrator until {FAR} (INC-1, for the ceremony)"
    )
    assert "temporary_for_long" not in found(report(("bob", "Admins", ending(FAR, "*"), None), max_temporary=366))
    assert made["users"][0]["until"]["administrator"] == FAR


def test_an_administrator_whose_right_has_ended_is_none() -> None:
    made = report(("bob", "Admins", ending(PAST, "*"), tags(PAST)))
    assert (made["summary"]["administrators"], list(found(made))) == ([], ["temporary_ended"])


def test_paths_say_until_when() -> None:
    inline = {"p": {**document("iam:AttachUserPolicy"), "Statement": ending(SOON, "iam:AttachUserPolicy")["Statement"]}}
    made = make_report(snapshot([person("eve", inline=inline)]), Wanted(), samples.NOW)
    (rise,) = [one for one in made["findings"] if one["rule"] == "can_become_administrator"]
    assert rise["subjects"][0]["detail"].endswith(f", until {SOON}")
    boss = person("boss", inline={"p": ending(SOON, "*")}, mfa=False)
    (found_,) = [
        one
        for one in make_report(snapshot([boss]), Wanted(), samples.NOW)["findings"]
        if one["rule"] == "administrator_without_mfa"
    ]
    assert found_["subjects"][0]["detail"] == f"administrator without an MFA device, until {SOON}"


def test_rights_by_a_role_or_under_a_boundary_end_too() -> None:
    known = {arn: Policy(arn, doc) for arn, doc in samples.POLICIES.items()}
    known[samples.BOUNDARY] = Policy(samples.BOUNDARY, ending(LATER, "*"))
    people = [person("ann"), person("ben", policies=[samples.FULL], boundary=samples.BOUNDARY), person("cas")]
    roles = [
        role("hsm", trust("user/ann"), p=ending(SOON, "cloudhsm:*")),
        role("by-trust", trust("user/cas", Condition={"DateLessThan": {"aws:CurrentTime": SOON}}), samples.FULL),
    ]
    account = snapshot(people, policies=known, roles={one.name: one for one in roles})
    users = make_report(account, Wanted(), samples.NOW)["users"]
    assert [user["cloudhsm"]["CreateHsm"] for user in users] == ["yes"] * 3
    assert [user["until"]["CreateHsm"] for user in users] == [SOON, LATER, SOON]


def test_what_ends_earlier_is_told_of_each_right() -> None:
    inline = {"a": ending(SOON, "cloudhsm:CreateHsm"), "b": ending(LATER, "cloudhsm:DeleteHsm"), "c": document("x:y")}
    made = make_report(snapshot([person("eve", inline=inline)]), Wanted(), samples.NOW)
    assert made["users"][0]["until"] == {"CreateHsm": SOON, "DeleteHsm": LATER}


@given(st.lists(st.sampled_from([PAST, SOON, LATER, FAR, None]), min_size=1, max_size=4), st.sampled_from([None, SOON]))
def test_state_and_rights_agree(ends: list[str | None], told: str | None) -> None:
    """Whatever the ends of its statements: what the report calls ended gives nothing, and the rest something."""
    parts = [ending(end, "cloudhsm:CreateHsm") if end else document("cloudhsm:CreateHsm") for end in ends]
    doc = {"Version": "2012-10-17", "Statement": [one for part in parts for one in part["Statement"]]}
    made = report(("bob", "Keepers", doc, tags(told) if told else {}))
    (right,) = made["temporary"]
    gives = made["users"][0]["cloudhsm"]["CreateHsm"]
    assert (gives == "no") == (right["state"] == "ended")
    assert right["until"] == (None if None in ends else max(filter(None, ends)))


# IAM Identity Center


def center_report(until: str, denial: str | None, *, refused: bool = False, known: bool = True) -> dict[str, t.Any]:
    center = Simulated()
    name = set_name("Keepers", until)
    arn = center.add_set(name, tags={**tags(until), COPY_OF: encode("Keepers")})
    center.assign(arn, "g-admins", PRODUCTION)
    center.assign(arn, "u-ann", PRODUCTION)
    if refused:
        center.scripts["list_tags_for_resource"] = [failure("AccessDeniedException")]
    reserved = set_role(name, denial)
    with ThreadPoolExecutor(2) as pool:
        read = read_center(lambda: center.service(pool), "eu-central-1" if known else None, PRODUCTION)
    account = snapshot([], roles={reserved.name: reserved}, center=read)
    return make_report(account, Wanted(), samples.NOW)


def test_assignments_are_listed_with_their_end_and_reason() -> None:
    made = center_report(SOON, SOON)
    told = [(one["holder_kind"], one["holder"], one["gives"], one["until"], one["state"]) for one in made["temporary"]]
    assert told == [
        ("center_group", "Admins", "Keepers", SOON, "running"),
        ("center_user", "ann", "Keepers", SOON, "running"),
    ]
    assert made["temporary"][0]["reasons"] == ["INC-1, for the ceremony"]
    assert made["temporary"][0]["permission_set"] == set_name("Keepers", SOON)
    assert found(made) == {}


def test_an_assignment_that_has_ended_gives_nothing_and_has_the_command_that_deletes_it() -> None:
    made = center_report(PAST, PAST)
    subjects = found(made)["temporary_ended"]
    assert [one["id"].partition("#")[2] for one in subjects] == ["group Admins", "user ann"]
    assert "--principal-type USER --principal-id u-ann --target-type AWS_ACCOUNT" in subjects[1]["run"]
    assert made["identity_center"]["users"][0]["cloudhsm"]["CreateHsm"] == "no"


def test_a_copy_without_its_denial_or_with_a_later_one_is_a_finding() -> None:
    assert len(found(center_report(SOON, None))["temporary_without_end"]) == 2
    assert len(found(center_report(SOON, LATER))["temporary_without_end"]) == 2


def test_refused_tags_leave_the_reason_open() -> None:
    made = center_report(SOON, SOON, refused=True)
    assert [(one["state"], one["reasons"], one["tagged_until"]) for one in made["temporary"]] == [
        ("running", [], None)
    ] * 2


def test_without_identity_center_the_roles_tell_that_somebody_has_something() -> None:
    made = center_report(PAST, PAST, known=False)
    (one,) = made["temporary"]
    assert (one["holder_kind"], one["holder"], one["until"]) == ("unknown", "", PAST)
    assert "identity_center_access" in found(made)["temporary_ended"][0]["run"]


def test_only_copies_cost_a_call() -> None:
    center = Simulated()
    center.assign(center.add_set("Keepers"), "u-ann", PRODUCTION)
    with ThreadPoolExecutor(2) as pool:
        read_center(lambda: center.service(pool), "eu-central-1", PRODUCTION)
    assert not [call for call in center.calls if "tags" in str(call)]


def test_of_many_ends_the_next_are_told() -> None:
    """Each end is evaluated on its own, so their number is limited."""
    days = [f"2026-12-{day:02}T18:00:00Z" for day in range(1, MOST + 6)]
    people = [
        person(f"user{len(days) - place:02}", inline={"p": ending(day, "cloudhsm:*")}) for place, day in enumerate(days)
    ]
    users = make_report(snapshot(people), Wanted(), samples.NOW)["users"]
    told = sorted(user["until"]["CreateHsm"] for user in users if user["until"])
    assert told == days[:MOST]

# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is different from an earlier report: findings and rights; and which files are refused."""

from __future__ import annotations

import copy
import json
import typing as t

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.accepted import parse_risks
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.difference import (
    IncomparableError,
    check_previous,
    compare,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.report import Wanted, make_report
from helpers.accounts import samples
from helpers.accounts.samples import group, person, snapshot


def report(*people: t.Any, accepted: t.Any = (), **wanted: t.Any) -> dict[str, t.Any]:
    risks, problems = parse_risks(accepted, samples.NOW.date())
    assert problems == []
    groups = [group("Readers", samples.READ), group("Full", samples.FULL)]
    return make_report(snapshot(people, groups), Wanted(accepted=risks, **wanted), samples.NOW)


def accept(rule: str, *subjects: str) -> list[dict[str, t.Any]]:
    day = "2027-01-01"
    return [{"finding": rule, "subjects": list(subjects), "reason": "r", "expires": day, "accepted_by": "me"}]


def through_json(made: dict[str, t.Any]) -> t.Any:
    return check_previous(json.loads(json.dumps(made)))


def ids(found: list[dict[str, t.Any]]) -> list[tuple[str, str]]:
    return [(one["rule"], one["id"]) for one in found]


def test_the_same_account_has_no_difference() -> None:
    made = make_report(samples.team(), Wanted(), samples.NOW)
    difference = compare(through_json(made), made)
    assert difference["findings"] == {"new": [], "gone": [], "accepted": [], "no_longer_accepted": []}
    assert (difference["users"], difference["notes"]) == ([], [])
    assert difference["generated_at"] == "2026-11-24 12:00:00 UTC"


def test_new_and_gone_findings_and_rights_are_told_by_user_and_action() -> None:
    before = report(person("alice", "Readers"), person("bob", "Readers", mfa=False), person("carl", "Readers"))
    after = report(person("alice", "Full", mfa=False), person("bob", "Readers"), person("dora", "Readers"))
    difference = compare(through_json(before), after)
    assert ids(difference["findings"]["new"]) == [("console_without_mfa", "user/alice")]
    gone = [("console_without_mfa", "user/bob"), ("empty_groups", "group/Full")]
    assert ids(difference["findings"]["gone"]) == gone
    users = {user["name"]: user for user in difference["users"]}
    assert {name: user["state"] for name, user in users.items()} == {"alice": "changed", "carl": "gone", "dora": "new"}
    changed = {change["right"]: (change["before"], change["after"]) for change in users["alice"]["changes"]}
    assert changed["DeleteCluster"] == ("no", "yes")
    assert "DescribeClusters" not in changed
    lost = {change["right"]: (change["before"], change["after"]) for change in users["carl"]["changes"]}
    assert lost["DescribeClusters"] == ("yes", "no")


def test_who_becomes_an_administrator_is_told() -> None:
    before = report(person("alice"))
    after = report(person("alice", policies=[samples.ADMINISTRATOR]))
    (alice,) = compare(through_json(before), after)["users"]
    assert {"right": "administrator", "before": "no", "after": "yes"} in alice["changes"]


def test_what_is_accepted_is_neither_gone_nor_new() -> None:
    alice = person("alice", "Readers", mfa=False)
    opened, accepted = report(alice), report(alice, accepted=accept("console_without_mfa", "user/alice"))
    for before, after, kind in ((opened, accepted, "accepted"), (accepted, opened, "no_longer_accepted")):
        found = compare(through_json(before), after)["findings"]
        assert {key: ids(one) for key, one in found.items() if one} == {kind: [("console_without_mfa", "user/alice")]}


def test_ages_and_order_make_no_difference() -> None:
    old = samples.key(100)
    older = samples.key(101)
    before, after = (report(person("alice", "Readers", keys=(key,))) for key in (old, older))
    assert ids(compare(through_json(before), after)["findings"]["new"]) == []


def test_what_else_can_make_findings_new_or_gone_is_noted() -> None:
    before = report(person("alice"), max_key_age=30)
    before["not_read"] = ["The credential report: AccessDenied"]
    notes = compare(through_json(before), report(person("alice")))["notes"]
    assert any("could not read everything" in note and "AccessDenied" in note for note in notes)
    assert "Findings may differ because max_key_age was 30, and is 90 now" in notes


def test_another_account_is_refused() -> None:
    before = through_json(report(person("alice")))
    other = copy.deepcopy(before)
    other["account"]["account_id"] = "210987654321"
    with pytest.raises(IncomparableError, match="report of the account 210987654321, and this is the account 1234"):
        compare(other, before)


def test_another_version_is_refused() -> None:
    made = report(person("alice"))
    for version, told in ((None, "no format version"), (2, "format version 2"), ("1", "format version 1,")):
        with pytest.raises(IncomparableError, match=f"another version of this collection wrote it: it has {told}"):
            check_previous({**made, "format_version": version})


@pytest.mark.parametrize("other", [None, [], "x", 7, {}, {"account": {}}, {"accounts": [], "generated_at": "2026"}])
def test_what_is_no_report_is_refused(other: object) -> None:
    with pytest.raises(IncomparableError, match="not an access report in the format json"):
        check_previous(other)


@pytest.mark.parametrize(
    "change",
    [
        {"findings": None},
        {"findings": [{"rule": "x"}]},
        {"findings": [{"rule": "x", "severity": "bad", "title": "x", "subjects": []}]},
        {"findings": [{"rule": "x", "severity": "high", "title": "x", "subjects": [{"id": 1}]}]},
        {"accepted_risks": {}},
        {"users": [{"name": "x"}]},
        {"users": [{"name": "x", "administrator": "maybe", "can_become_administrator": "no", "cloudhsm": {}}]},
        {"users": [{"name": "x", "administrator": "no", "can_become_administrator": "no", "cloudhsm": {"a": []}}]},
        {"not_read": None},
        {"limits": []},
    ],
)
def test_a_damaged_report_is_refused(change: dict[str, t.Any]) -> None:
    with pytest.raises(IncomparableError, match="damaged, or was edited"):
        check_previous({**report(person("alice")), **change})

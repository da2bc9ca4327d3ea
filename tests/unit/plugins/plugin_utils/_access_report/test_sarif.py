# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The findings as SARIF 2.1.0: what its schema requires, written down here, and what GitHub's code scanning needs."""

from __future__ import annotations

import json
import re
import typing as t
import urllib.parse

import pytest
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.accepted import parse_risks
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.report import Wanted, make_report
from ansible_collections.cloudhsm.iam.plugins.module_utils._users.model import DesiredUser
from ansible_collections.cloudhsm.iam.plugins.plugin_utils._access_report import sarif
from helpers.accounts import samples
from helpers.accounts.samples import key, person, snapshot

# Of sarif-schema-2.1.0.json, what our files use: by definition its properties and their types; an exclamation mark
# stands before those that are required. No definition allows properties that are not listed.
SCHEMA: dict[str, dict[str, t.Any]] = {
    "log": {"!version": {"2.1.0"}, "!runs": ["run"], "$schema": str},
    "run": {
        "!tool": "tool",
        "results": ["result"],
        "automationDetails": "runAutomationDetails",
        "columnKind": {"utf16CodeUnits", "unicodeCodePoints"},
        "properties": dict,
    },
    "tool": {"!driver": "toolComponent"},
    "toolComponent": {"!name": str, "version": str, "rules": ["reportingDescriptor"]},
    "runAutomationDetails": {"id": str},
    "reportingDescriptor": {
        "!id": str,
        "shortDescription": "multiformatMessageString",
        "fullDescription": "multiformatMessageString",
        "help": "multiformatMessageString",
        "defaultConfiguration": "reportingConfiguration",
        "properties": dict,
    },
    "multiformatMessageString": {"!text": str},
    "reportingConfiguration": {"level": {"none", "note", "warning", "error"}},
    "result": {
        "!message": "message",
        "ruleId": str,
        "ruleIndex": int,
        "kind": {"notApplicable", "pass", "fail", "review", "open", "informational"},
        "level": {"none", "note", "warning", "error"},
        "locations": ["location"],
        "partialFingerprints": dict,
        "suppressions": ["suppression"],
        "properties": dict,
    },
    "message": {"text": str},
    "location": {"physicalLocation": "physicalLocation", "logicalLocations": ["logicalLocation"]},
    "physicalLocation": {"artifactLocation": "artifactLocation", "region": "region"},
    "artifactLocation": {"uri": str},
    "region": {"startLine": int},
    "logicalLocation": {"name": str, "fullyQualifiedName": str, "kind": str},
    "suppression": {
        "!kind": {"inSource", "external"},
        "status": {"accepted", "underReview", "rejected"},
        "justification": str,
    },
}


def check(value: t.Any, kind: t.Any, place: str = "log") -> None:
    """Assert that a value is what the schema says of this place."""
    if isinstance(kind, str):
        assert isinstance(value, dict), place
        spec = {name.removeprefix("!"): of for name, of in SCHEMA[kind].items()}
        assert value.keys() <= spec.keys(), place
        assert {name[1:] for name in SCHEMA[kind] if name.startswith("!")} <= value.keys(), place
        for name, each in value.items():
            check(each, spec[name], f"{place}.{name}")
    elif isinstance(kind, list):
        assert isinstance(value, list), place
        for number, each in enumerate(value):
            check(each, kind[0], f"{place}[{number}]")
    elif isinstance(kind, set):
        assert value in kind, place
    else:
        # A boolean is a number too in Python.
        assert isinstance(value, kind), place
        assert isinstance(value, bool) == (kind is bool), place


def log(account: Snapshot, accepted: t.Any = (), users: t.Any = ()) -> dict[str, t.Any]:
    risks, problems = parse_risks(accepted, samples.NOW.date())
    assert problems == []
    made: dict[str, t.Any] = json.loads(
        sarif.account_file(make_report(account, Wanted(users, accepted=risks), samples.NOW))
    )
    check(made, "log")
    return made


def results(made: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    found: list[dict[str, t.Any]] = made["runs"][0]["results"]
    return found


RISK = {
    "finding": "console_without_mfa",
    "subjects": ["user/bob"],
    "reason": "The device is on its way",
    "expires": "2026-12-24",
    "accepted_by": "Security team",
}


@pytest.mark.parametrize("make", [samples.one_person, samples.team, samples.hostile, samples.thousands])
def test_it_is_as_the_schema_says_and_has_each_subject_once(make: t.Callable[[], Snapshot]) -> None:
    account = make()
    made = log(account)
    report = make_report(account, Wanted(), samples.NOW)
    assert len(results(made)) == sum(len(finding["subjects"]) for finding in report["findings"])
    prints = [one["partialFingerprints"][sarif.FINGERPRINT] for one in results(made)]
    assert len(prints) == len(set(prints))
    rules = made["runs"][0]["tool"]["driver"]["rules"]
    for one in results(made):
        assert rules[one["ruleIndex"]]["id"] == one["ruleId"]
        assert rules[one["ruleIndex"]]["defaultConfiguration"]["level"] == one["level"]


def test_severities_and_recommendations_are_those_of_the_findings() -> None:
    rules = {rule["id"]: rule for rule in log(samples.team())["runs"][0]["tool"]["driver"]["rules"]}
    levels = {name: rule["defaultConfiguration"]["level"] for name, rule in rules.items()}
    assert levels["administrator_without_mfa"] == levels["console_without_mfa"] == "error"
    assert (levels["inline_policies"], levels["empty_groups"]) == ("warning", "note")
    scores = {name: float(rule["properties"]["security-severity"]) for name, rule in rules.items()}
    # GitHub: critical is over 9.0, high from 7.0.
    assert scores["administrator_without_mfa"] > 9.0 >= scores["console_without_mfa"] >= 7.0
    assert rules["console_without_mfa"]["properties"]["tags"] == ["security", "cis-aws-foundations-7.0.0/2.10"]


def test_what_a_result_is_about_is_named_by_arn() -> None:
    missing = [DesiredUser("zoe", groups=frozenset())]
    found = {one["properties"]["subject"]: one for one in results(log(samples.team(), users=missing))}
    arns = {subject: one["locations"][0]["logicalLocations"][0]["fullyQualifiedName"] for subject, one in found.items()}
    assert arns["user/bob"] == "arn:aws:iam::123456789012:user/staff/bob"
    assert arns["group/Empty"] == "arn:aws:iam::123456789012:group/Empty"
    assert arns["policy/user grace: everything"] == "arn:aws:iam::123456789012:user/grace"
    assert arns["root"] == arns["account"] == "arn:aws:iam::123456789012:root"
    assert next(arn for subject, arn in arns.items() if subject.startswith("user/zoe#missing-")) == (
        "arn:aws:iam::123456789012:user/zoe"
    )


def test_fingerprints_stay_from_run_to_run_and_differ_between_accounts() -> None:
    def prints(age: int, *others: t.Any) -> dict[str, str]:
        alice = person("alice", "G", keys=(key(age),), mfa=False)
        made = log(snapshot([*others, alice]))
        return {one["ruleId"]: one["partialFingerprints"][sarif.FINGERPRINT] for one in results(made)}

    first, later = prints(100), prints(101, person("zoe", "G"))
    assert first == later
    report = make_report(samples.team(), Wanted(), samples.NOW)
    other = {**report, "account": {**report["account"], "account_id": "210987654321"}}
    mine, theirs = (json.loads(sarif.account_file(one)) for one in (report, other))
    taken = {one["partialFingerprints"][sarif.FINGERPRINT] for one in results(mine)}
    assert not taken & {one["partialFingerprints"][sarif.FINGERPRINT] for one in results(theirs)}
    ids = [one["runs"][0]["automationDetails"]["id"] for one in (mine, theirs)]
    assert ids == [f"cloudhsm.iam/access-report/{account}/" for account in (samples.ACCOUNT, "210987654321")]


def test_accepted_risks_are_suppressed_with_their_reason_and_all_others_are_not() -> None:
    before = {one["properties"]["subject"]: one for one in results(log(samples.team()))}
    made = results(log(samples.team(), [RISK]))
    assert len(made) == sum(1 for _one in results(log(samples.team())))
    (accepted,) = [one for one in made if one["suppressions"]]
    assert accepted["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "The device is on its way (accepted by Security team until 2026-12-24)",
        }
    ]
    assert (accepted["ruleId"], accepted["properties"]["subject"]) == ("console_without_mfa", "user/bob")
    assert accepted["partialFingerprints"] == before["user/bob"]["partialFingerprints"]
    # In SARIF, nothing is known of a result without this property.
    assert all("suppressions" in one for one in made)
    expired = results(log(samples.team(), [{**RISK, "expires": "2026-11-23"}]))
    assert not any(one["suppressions"] for one in expired)


def test_github_gets_a_path_and_a_line_and_a_hash_of_each_result() -> None:
    for one in results(log(samples.hostile())):
        place = one["locations"][0]["physicalLocation"]
        assert place["region"]["startLine"] == 1
        assert re.fullmatch(r"aws-iam/[\w.~%/-]+", place["artifactLocation"]["uri"])
        assert ".." not in urllib.parse.unquote(place["artifactLocation"]["uri"]).split("/")
        assert re.fullmatch(r"[0-9a-f]{16}:1", one["partialFingerprints"]["primaryLocationLineHash"])


def test_names_are_neither_links_nor_places_in_messages() -> None:
    for one in results(log(samples.hostile())):
        text = re.sub(r"\\[\\\[\]]|\{\{|\}\}", "", one["message"]["text"])
        assert not re.search(r"[\[\]{}]", text)


def test_nothing_but_the_time_differs_between_two_runs() -> None:
    first, second = log(samples.team()), log(samples.team())
    assert first == second
    assert first["runs"][0]["properties"]["generated_at"] == "2026-11-24 12:00:00 UTC"

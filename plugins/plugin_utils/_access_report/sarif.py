# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""The findings as SARIF 2.1.0, for code scanning and other programs that read it.

SARIF is OASIS's Static Analysis Results Interchange Format. Its results are about files, and ours about objects in an
account: logicalLocations name those by ARN (3.33). GitHub accepts no result without a file and a line ("SARIF support
for code scanning", and GH1003 in microsoft/sarif-sdk), so each result also has line 1 of a path that is built from the
account and the subject.

A subject's ID is the same in every report, so partialFingerprints (3.27.17) do not depend on ages or on the order.
Accepted risks are results with a suppression (3.27.23, 3.35). All other results have an empty list of suppressions.
"""

from __future__ import annotations

import hashlib
import json
import typing as t
import urllib.parse
from collections.abc import Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._version import VERSION

Report = Mapping[str, t.Any]
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "info": "note"}
# GitHub's security-severity of a rule: critical is above 9.0, high from 7.0, medium from 4.0, low below.
_SCORES = {"critical": "9.5", "high": "8.0", "medium": "5.0", "low": "2.0", "info": "0.0"}
# The name of our fingerprint. If it is ever built from other parts, it needs another name.
FINGERPRINT = "cloudhsmIamSubject/v1"


def account_file(report: Report) -> str:
    """Return one run with a result for each subject of each finding and of each accepted risk."""
    ids = list(dict.fromkeys(found["rule"] for found in (*report["findings"], *report["accepted_risks"])))
    benchmark = report["benchmark"]
    rules = {found["rule"]: _rule(found, benchmark) for found in (*report["accepted_risks"], *report["findings"])}
    run = {
        "tool": {
            "driver": {"name": "cloudhsm.iam access report", "version": VERSION, "rules": [rules[i] for i in ids]}
        },
        # GitHub calls this a category. It keeps the reports of several accounts side by side.
        "automationDetails": {"id": f"cloudhsm.iam/access-report/{report['account']['account_id']}/"},
        "columnKind": "unicodeCodePoints",
        "results": list(_results(report, ids)),
        "properties": {
            "generated_at": report["generated_at"],
            "benchmark": f"{benchmark['name']} {benchmark['version']}",
        },
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _rule(found: Mapping[str, t.Any], benchmark: Mapping[str, str]) -> dict[str, t.Any]:
    numbers = found["cis"]
    about = f" {benchmark['name']} {benchmark['version']}: {', '.join(numbers)}." if numbers else ""
    return {
        "id": found["rule"],
        "shortDescription": {"text": found["title"]},
        "fullDescription": {"text": found["why"]},
        "help": {"text": f"{found['why']}{about}"},
        "defaultConfiguration": {"level": LEVELS[found["severity"]]},
        "properties": {
            "security-severity": _SCORES[found["severity"]],
            "tags": ["security", *(f"cis-aws-foundations-{benchmark['version']}/{number}" for number in numbers)],
        },
    }


def _results(report: Report, ids: list[str]) -> Iterator[dict[str, t.Any]]:
    arns = _arns(report)

    def results(found: Mapping[str, t.Any], suppressions: list[dict[str, str]]) -> Iterator[dict[str, t.Any]]:
        for subject in found["subjects"]:
            arn = _arn(report, subject, arns)
            made = _result(report["account"]["account_id"], found, subject, arn)
            yield {**made, "ruleIndex": ids.index(found["rule"]), "suppressions": suppressions}

    for found in report["findings"]:
        yield from results(found, [])
    for found in report["accepted_risks"]:
        if found["state"] == "active":
            until = f"{found['reason']} (accepted by {found['accepted_by']} until {found['expires']})"
            suppression = {"kind": "external", "status": "accepted", "justification": until}
            yield from results(found, [suppression])


def _result(account: str, found: Mapping[str, t.Any], subject: Mapping[str, str], arn: str) -> dict[str, t.Any]:
    digest = hashlib.sha256(json.dumps([account, found["rule"], subject["id"]]).encode()).hexdigest()
    place = "/".join(urllib.parse.quote(part, safe="") for part in (account, subject["kind"], subject["name"]))
    told = f"{subject['name']}: {subject['detail']}"
    # Some viewers show braces doubled, as _plain escapes them, so commands with JSON are only in the properties.
    told += "" if "{" in subject["run"] else f". How to fix: {subject['run']}"
    return {
        "ruleId": found["rule"],
        "kind": "fail",
        "level": LEVELS[found["severity"]],
        "message": {"text": _plain(told)},
        "locations": [
            {
                "physicalLocation": {"artifactLocation": {"uri": f"aws-iam/{place}"}, "region": {"startLine": 1}},
                "logicalLocations": [
                    {
                        "name": subject["name"],
                        "fullyQualifiedName": arn,
                        "kind": "resource",
                    }
                ],
            }
        ],
        "partialFingerprints": {FINGERPRINT: digest, "primaryLocationLineHash": f"{digest[:16]}:1"},
        "properties": {
            "severity": found["severity"],
            "subject": subject["id"],
            "account_id": account,
            "run": subject["run"],
        },
    }


def _plain(text: str) -> str:
    """Return text escaped so that a message shows no part of it as a placeholder or link (3.11.5, 3.11.6)."""
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace("{", "{{").replace("}", "}}")


def _arns(report: Report) -> dict[tuple[str, str], str]:
    """Return ARNs of users, groups and permission sets by kind and name; of owners of inline policies by label."""
    found = {(kind[:-1], thing["name"]): thing["arn"] for kind in ("users", "groups") for thing in report[kind]}
    inline = {
        ("policy", f"{kind[:-1]} {thing['name']}: {policy}"): thing["arn"]
        for kind in ("users", "groups")
        for thing in report[kind]
        for policy in thing["inline_policies"]
    }
    sets = {("permission_set", one["name"]): one["arn"] for one in report["identity_center"]["permission_sets"]}
    return {**inline, **found, **sets}


def _arn(report: Report, subject: Mapping[str, str], arns: Mapping[tuple[str, str], str]) -> str:
    """Return the ARN of what the finding is about. An account as a whole has the ARN of its root, as in policies."""
    kind, name = subject["kind"], subject["name"]
    if name.startswith("arn:"):
        return name
    start = f"arn:{report['account']['partition']}:iam::{report['account']['account_id']}"
    if kind in ("root", "account"):
        return f"{start}:root"
    # A user or group that is missing from the account has no ARN yet.
    return arns.get((kind, name), f"{start}:{kind}/{name}")

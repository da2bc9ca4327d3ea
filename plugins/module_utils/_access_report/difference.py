# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Compares a report with an earlier one of the same account: findings, and who can do what. Pure."""

from __future__ import annotations

import typing as t
from collections.abc import Iterator, Mapping, Sequence

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.finding import SEVERITIES
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.report import FORMAT_VERSION
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.words import ANSWERS, NO

Report = Mapping[str, t.Any]
# Rights of a user in addition to CloudHSM's actions.
RIGHTS = ("administrator", "can_become_administrator")
# Fields that a comparison needs in each part of a report, with their types.
_FINDING = {"rule": str, "severity": str, "title": str, "subjects": list}
_SUBJECT = {"id": str, "name": str, "kind": str, "detail": str}
_RISK = {**_FINDING, "state": str}
_USER = {"name": str, "cloudhsm": dict, **dict.fromkeys(RIGHTS, str)}


class IncomparableError(Exception):
    """A file is no earlier report, or one that can't be compared. The message says why, in one sentence."""


def check_previous(previous: t.Any) -> Report:
    """Return what was read from an earlier report's file. Raises IncomparableError if it is no such report."""
    account = previous.get("account") if isinstance(previous, dict) else None
    if not isinstance(account, dict) or not isinstance(previous.get("generated_at"), str):
        raise IncomparableError("it is not an access report in the format json")
    version = previous.get("format_version")
    if version != FORMAT_VERSION:
        was = "no format version" if version is None else f"format version {str(version)[:20]}"
        raise IncomparableError(
            f"another version of this collection wrote it: it has {was}, and this version compares "
            f"{FORMAT_VERSION}; write the report again first"
        )
    _check_items(previous, "findings", _FINDING, _SUBJECT)
    _check_items(previous, "accepted_risks", _RISK, _SUBJECT)
    _check_items(previous, "users", _USER)
    texts = previous.get("not_read")
    wrong_words = any(word not in ANSWERS for user in previous["users"] for word in _rights(user).values())
    if wrong_words or not isinstance(texts, list) or not isinstance(previous.get("limits"), dict):
        raise IncomparableError("it is damaged, or was edited")
    return t.cast("Report", previous)


def _check_items(
    report: Mapping[str, t.Any], part: str, spec: Mapping[str, type], inner: Mapping[str, type] | None = None
) -> None:
    items = report.get(part)
    if not isinstance(items, list) or not all(_is_of(item, spec) for item in items):
        raise IncomparableError(f"it is damaged, or was edited: {part}")
    if any(item.get("severity", SEVERITIES[0]) not in SEVERITIES for item in items):
        raise IncomparableError(f"it is damaged, or was edited: {part}")
    if inner and not all(_is_of(subject, inner) for item in items for subject in item["subjects"]):
        raise IncomparableError(f"it is damaged, or was edited: subjects of {part}")


def _is_of(item: t.Any, spec: Mapping[str, type]) -> bool:
    return isinstance(item, dict) and all(isinstance(item.get(name), of) for name, of in spec.items())


def compare(previous: Report, report: Report) -> dict[str, t.Any]:
    """Return the difference for the report. Raises IncomparableError for a report of another account."""
    was, now = (one["account"].get("account_id") for one in (previous, report))
    if was != now:
        raise IncomparableError(f"it is a report of the account {str(was)[:20]}, and this is the account {now}")
    before, after = _findings(previous), _findings(report)
    gone = [found for key, found in before.items() if key not in after]
    changed = [(before[key]["accepted"], found) for key, found in after.items() if key in before]
    return {
        "generated_at": previous["generated_at"],
        "findings": {
            "new": _sorted(found for key, found in after.items() if key not in before),
            "gone": _sorted(gone),
            "accepted": _sorted(found for was, found in changed if found["accepted"] and not was),
            "no_longer_accepted": _sorted(found for was, found in changed if was and not found["accepted"]),
        },
        "users": list(_users(previous["users"], report["users"])),
        "notes": list(_notes(previous, report)),
    }


def _sorted(found: t.Iterable[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
    return sorted(found, key=lambda each: SEVERITIES.index(each["severity"]))


def _findings(report: Report) -> dict[tuple[str, str], dict[str, t.Any]]:
    """Return the subjects of all findings, accepted or not, by rule and ID."""
    active = [risk for risk in report["accepted_risks"] if risk["state"] == "active"]
    return {
        (finding["rule"], subject["id"]): {
            **{key: finding[key] for key in ("rule", "severity", "title")},
            **{key: subject[key] for key in ("id", "name", "kind", "detail")},
            "accepted": accepted,
        }
        for accepted, kept in ((False, report["findings"]), (True, active))
        for finding in kept
        for subject in finding["subjects"]
    }


def _rights(user: Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {**{right: user[right] for right in RIGHTS}, **user["cloudhsm"]}


def _users(before: Sequence[t.Any], after: Sequence[t.Any]) -> Iterator[dict[str, t.Any]]:
    """Yield users who are new, gone or have other rights, by name. A user who does not exist can do nothing."""
    old, new = ({user["name"]: user for user in users} for users in (before, after))
    for name in sorted(old.keys() | new.keys()):
        was, now = (_rights(users[name]) if name in users else {} for users in (old, new))
        changes = [
            {"right": right, "before": was.get(right, NO), "after": now.get(right, NO)}
            for right in {**now, **was}
            if was.get(right, NO) != now.get(right, NO)
        ]
        state = "new" if name not in old else "gone" if name not in new else "changed"
        if changes or state != "changed":
            yield {"name": name, "state": state, "changes": changes}


def _notes(previous: Report, report: Report) -> Iterator[str]:
    """Yield reasons why findings may be new or gone although nothing has changed in the account."""
    if previous["not_read"] != report["not_read"]:
        for which, one in (("The earlier", previous), ("This", report)):
            if one["not_read"]:
                what = "; ".join(map(str, one["not_read"]))
                yield f"{which} report could not read everything, so its findings may be incomplete: {what}"
    for name, value in report["limits"].items():
        if previous["limits"].get(name) != value:
            yield f"Findings may differ because {name} was {previous['limits'].get(name)}, and is {value} now"
    if previous.get("compared") != report["compared"]:
        yield "Differences from your variables were looked for in only one of the two reports"

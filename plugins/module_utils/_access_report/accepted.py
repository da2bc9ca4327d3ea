# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Reads accepted risks, and takes them out of the findings. Pure: the day is an argument.

A subject is accepted by its exact ID: a pattern would also accept what nobody has reviewed, such as a policy that is
attached later. Each acceptance expires, at most 366 days ahead.
"""

from __future__ import annotations

import datetime
import re
import typing as t
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.benchmark import RECOMMENDATIONS
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.finding import Finding, Subject
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import kind, nearest, not_a_list, text_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.item import Fields, label

OPTION = "accepted_risks"
# Maximum number of days that a risk may be accepted for.
LONGEST = 366
# Maximum number of characters of each text, such as the reason.
LONGEST_TEXT = 2000
SPEC: dict[str, dict[str, t.Any]] = {
    "finding": {"type": "str", "required": True},
    "subjects": {"type": "list", "elements": "str", "required": True},
    "reason": {"type": "str", "required": True},
    # YAML reads 2027-01-31 as a date. The text means the same.
    "expires": {"type": "raw", "required": True},
    "accepted_by": {"type": "str", "required": True},
    "account_id": {"type": "str"},
}
# By finding and subject: each acceptance's account ID (None for all accounts) and its label in messages.
Known: t.TypeAlias = "dict[tuple[str, str], list[tuple[str | None, str]]]"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Risk:
    """An acceptance of a finding for some of its subjects."""

    finding: str
    subjects: tuple[str, ...]
    reason: str
    expires: datetime.date
    accepted_by: str
    # ID of the only account that it is for; None for all accounts.
    account_id: str | None = None


def parse_risks(value: t.Any, today: datetime.date, labels: Sequence[str] = ()) -> tuple[list[Risk], list[str]]:
    """Return the valid acceptances, and all problems. labels name the items in messages."""
    if value is None or value == "":
        return [], []
    if not isinstance(value, Sequence) or isinstance(value, (str, bytes)):
        return [], [f"{OPTION}: {not_a_list(value)}"]
    risks: list[Risk] = []
    problems: list[str] = []
    known: Known = {}
    for place, item in enumerate(value):
        start = labels[place] if labels else label(OPTION, place)
        if not isinstance(item, Mapping):
            problems.append(f"{start}: must be a dictionary, not {kind(item)}")
            continue
        name = item.get("finding")
        called = f"{start} ({name[:80]})" if isinstance(name, str) and name else start
        fields = _RiskFields(item)
        risk = fields.read(today)
        problems += [f"{called}: {problem}" for problem in fields.problems]
        if risk:
            risks.append(risk)
            problems += _twice(risk, called, known)
    return risks, problems


def _twice(risk: Risk, called: str, known: Known) -> list[str]:
    """Return a problem for each subject that an earlier item accepts too: it is unclear which reason and date count."""
    found = []
    for subject in risk.subjects:
        earlier = known.setdefault((risk.finding, subject), [])
        same = [first for account, first in earlier if None in (account, risk.account_id) or account == risk.account_id]
        if same:
            found.append(f"{called}: subjects: {subject!r} is accepted by {same[0]} too; keep one of them")
        earlier.append((risk.account_id, called))
    return found


class _RiskFields(Fields):
    """Reads one acceptance."""

    def read(self, today: datetime.date) -> Risk | None:
        """Return the acceptance, or None if it has problems."""
        self.only(SPEC, "an accepted risk")
        risk = Risk(
            self._finding(),
            self._subjects(),
            self._text("reason"),
            self._expires(today),
            self._text("accepted_by"),
            self._account(),
        )
        return None if self.problems else risk

    def _text(self, field: str) -> str:
        value = self.item.get(field)
        if value is None or value == "":
            self.problem(field, "is missing")
            return ""
        problem = text_problem(value)
        if problem or not value.strip():
            self.problem(field, problem or "is missing")
            return ""
        if len(value) > LONGEST_TEXT:
            self.problem(field, f"has {len(value):,} characters, at most {LONGEST_TEXT:,} are allowed")
        return str(value.strip())

    def _finding(self) -> str:
        rule = self._text("finding")
        if rule and rule not in RECOMMENDATIONS:
            close = nearest(rule[:80], RECOMMENDATIONS)
            hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(sorted(RECOMMENDATIONS))}"
            self.problem("finding", f"the report has no finding {rule[:80]!r}; {hint}")
        return rule

    def _subjects(self) -> tuple[str, ...]:
        found = self.sequence("subjects")
        if not found:
            if self.item.get("subjects") in (None, []):
                self.problem("subjects", "is missing")
            return ()
        for subject in found:
            problem = text_problem(subject)
            if problem is None and "*" in subject:
                problem = f"{subject[:80]!r} is a pattern; list each subject by its ID, as the report shows it"
            if problem is None and not subject.strip():
                problem = "must not be empty"
            if problem:
                self.problem("subjects", problem)
        return tuple(dict.fromkeys(map(str, found)))

    def _expires(self, today: datetime.date) -> datetime.date:
        value = self.item.get("expires")
        if value is None or value == "":
            self.problem("expires", "is missing; every acceptance ends")
            return today
        if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
            day = value
        elif isinstance(value, str) and _DAY.fullmatch(value.strip()):
            try:
                day = datetime.date.fromisoformat(value.strip())
            except ValueError:
                self.problem("expires", f"{value.strip()} is not a day of the calendar")
                return today
        else:
            given = repr(value[:40]) if isinstance(value, str) else kind(value)
            self.problem("expires", f"must be a day such as {today + datetime.timedelta(90)}, not {given}")
            return today
        if (day - today).days > LONGEST:
            self.problem("expires", f"{day} is more than {LONGEST} days ahead; accept it for a year at most")
        return day

    def _account(self) -> str | None:
        value = self.item.get("account_id")
        if value is None or value == "":
            return None
        problem = text_problem(value)
        if problem is None and not re.fullmatch(r"[0-9]{12}", value):
            problem = "an account ID has 12 digits"
        if problem:
            self.problem("account_id", problem)
        return str(value)


class Accepted(t.NamedTuple):
    """The findings without accepted subjects, and the acceptances for the report."""

    findings: list[Finding]
    described: list[dict[str, t.Any]]


def accept(findings: Iterable[Finding], risks: Sequence[Risk], account_id: str, today: datetime.date) -> Accepted:
    """Take accepted subjects out of findings, which are those of all rules, even without subjects."""
    left = {finding.rule: finding for finding in findings}
    described = []
    for risk in risks:
        if risk.account_id in (None, account_id):
            finding = left[risk.finding]
            matched = [subject for subject in finding.subjects if subject.id in risk.subjects]
            expired = risk.expires < today
            if not expired:
                rest = tuple(subject for subject in finding.subjects if subject.id not in risk.subjects)
                left[risk.finding] = replace(finding, subjects=rest)
            described.append(_described(risk, finding, matched, expired=expired))
    return Accepted([finding for finding in left.values() if finding.subjects], described)


def _described(risk: Risk, finding: Finding, matched: Sequence[Subject], *, expired: bool) -> dict[str, t.Any]:
    found = {subject.id for subject in matched}
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "title": finding.title,
        "why": finding.why,
        "cis": list(RECOMMENDATIONS[finding.rule]),
        "state": "expired" if expired else "active" if matched else "not_found",
        "reason": risk.reason,
        "expires": risk.expires.isoformat(),
        "accepted_by": risk.accepted_by,
        "subjects": [subject.describe() for subject in matched],
        "not_found": [subject for subject in risk.subjects if subject not in found],
    }

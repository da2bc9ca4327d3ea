# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Findings, and the facts that the rules check. Pure: the time is an argument."""

from __future__ import annotations

import datetime
import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.access import Access
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.benchmark import RECOMMENDATIONS
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import Person, Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.remedies import Run, together
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.temporary import Temporary
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.words import NO

SEVERITIES = ("critical", "high", "medium", "low", "info")


class Subject(t.NamedTuple):
    """The user, group, policy, permission set or account that a finding is about, with details and what to run."""

    name: str
    detail: str
    run: Run
    # user, group, policy, permission_set, account or root.
    kind: str = "user"
    # Tells apart several problems of one kind, and grades of one: a policy's name or ARN, a key's ID, a grade.
    # The same in every report, unlike the detail, which contains ages.
    item: str = ""

    @property
    def id(self) -> str:
        """The ID by which accepted risks and later reports recognize this subject of the finding."""
        owner = self.kind if self.kind in ("account", "root") else f"{self.kind}/{self.name}"
        return f"{owner}#{self.item}" if self.item else owner

    def describe(self) -> dict[str, str]:
        """Return the subject in the report's form."""
        return {
            "id": self.id,
            "name": self.name,
            "detail": self.detail,
            "run": str(self.run),
            "kind": self.kind,
        }


@dataclass(frozen=True)
class Finding:
    """One kind of problem, with all its subjects."""

    rule: str
    severity: str
    title: str
    why: str
    subjects: tuple[Subject, ...]
    # What to do, if the subjects have several different sentences for it.
    advice: str = ""

    def describe(self) -> dict[str, t.Any]:
        """Return the finding in the report's form."""
        return {
            "rule": self.rule,
            "severity": self.severity,
            "title": self.title,
            "why": self.why,
            "cis": list(RECOMMENDATIONS[self.rule]),
            "run": together([subject.run for subject in self.subjects], self.advice),
            "subjects": [subject.describe() for subject in self.subjects],
        }


@dataclass(frozen=True)
class Facts:
    """The facts that the rules check. Ages are in days."""

    snapshot: Snapshot
    access: Mapping[str, Access]
    # What each policy of a user or group allows by itself, by ARN or, if inline, by label.
    policies: Mapping[str, Access]
    passed_by_keys: Sequence[str]
    # Differences from the variables, by the playbook that has these variables.
    drift: Mapping[str, Sequence[Mapping[str, t.Any]]]
    now: datetime.datetime
    max_key_age: int
    max_unused: int
    # Groups that the variables name, with or without members.
    wanted_groups: frozenset[str] = frozenset()
    # Why a user who must choose a new password can't, by user name.
    stuck: Mapping[str, str] = field(default_factory=dict)
    # Temporary rights, and how many days ahead they may end.
    temporary: Sequence[Temporary] = ()
    max_temporary: int = 90
    # By user name and right: when the right ends, if that is known.
    ends: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def clock(self) -> str:
        """The time by AWS's clock, in the form of Caller.now."""
        return self.snapshot.caller.now

    def days(self, when: datetime.datetime | None) -> int | None:
        """Return how many whole days ago that was: 0 for the future, None for None."""
        return None if when is None else max(0, (self.now - when).days)

    def until(self, user: str, right: str) -> str:
        """Return the words for when a user's right ends; empty if no end is known."""
        end = self.ends.get(user, {}).get(right)
        return f", until {end}" if end else ""

    def people(self) -> list[tuple[Person, Access]]:
        """Return all users with what they can do, sorted by name."""
        return [(self.snapshot.users[name], self.access[name]) for name in sorted(self.snapshot.users)]


def is_administrator(access: Access) -> bool:
    """Whether all actions, including IAM's, are allowed, if only on some resources, under a condition or with MFA."""
    return access.administrator != NO

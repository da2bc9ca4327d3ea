# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What a finding is, and what the rules look at. Pure: the time is an argument."""

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
    """What a finding is about: its name, details, what to run, and its kind."""

    name: str
    detail: str
    run: Run
    # user, group, policy, permission_set, account or root.
    kind: str = "user"
    # What exactly of it, where it can have several such findings or where the finding can become worse: the name of
    # a policy, the ID of a key, a grade. The same in every report, unlike the details, which tell ages.
    item: str = ""

    @property
    def id(self) -> str:
        """What accepted risks and later reports know this subject of this finding by."""
        owner = self.kind if self.kind in ("account", "root") else f"{self.kind}/{self.name}"
        return f"{owner}#{self.item}" if self.item else owner

    def describe(self) -> dict[str, str]:
        """The subject as the report has it."""
        return {
            "id": self.id,
            "name": self.name,
            "detail": self.detail,
            "run": str(self.run),
            "kind": self.kind,
        }


@dataclass(frozen=True)
class Finding:
    """One kind of problem with all its subjects."""

    rule: str
    severity: str
    title: str
    why: str
    subjects: tuple[Subject, ...]
    # What to do about several subjects, where each has a sentence of its own.
    advice: str = ""

    def describe(self) -> dict[str, t.Any]:
        """The finding as the report has it."""
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
    """What the rules look at. ages in days."""

    snapshot: Snapshot
    access: Mapping[str, Access]
    # By the labels of attached policies: what each allows by itself.
    policies: Mapping[str, Access]
    passed_by_keys: Sequence[str]
    drift: Sequence[Mapping[str, t.Any]]
    now: datetime.datetime
    max_key_age: int
    max_unused: int
    # Expected groups, with or without members.
    wanted_groups: frozenset[str] = frozenset()
    # By user, if known: why the user can't change a password that must be changed.
    stuck: Mapping[str, str] = field(default_factory=dict)
    # Rights that end by themselves, and how many days ahead an end may be.
    temporary: Sequence[Temporary] = ()
    max_temporary: int = 90
    # By user and right: when it ends, if it does.
    ends: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def clock(self) -> str:
        """The time by AWS's clock, in the form of Caller.now."""
        return self.snapshot.caller.now

    def days(self, when: datetime.datetime | None) -> int | None:
        """How many days ago that was."""
        return None if when is None else max(0, (self.now - when).days)

    def until(self, user: str, right: str) -> str:
        """In words, when a right of a user ends; nothing where it does not."""
        end = self.ends.get(user, {}).get(right)
        return f", until {end}" if end else ""

    def people(self) -> list[tuple[Person, Access]]:
        """All users with what they can do, sorted by name."""
        return [(self.snapshot.users[name], self.access[name]) for name in sorted(self.snapshot.users)]


def is_administrator(access: Access) -> bool:
    """Whether everything is allowed, including IAM, maybe under conditions."""
    return access.administrator != NO

# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Rights that end by themselves: memberships of IAM users, and assignments of IAM Identity Center. Pure.

The condition in the policy ends the right. The tags only say when it was meant to end, and why it was given.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.access import Access, Evaluator
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.center_model import (
    READ,
    CenterRead,
    CenterSet,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.evaluate import (
    Statement,
    UnreadablePolicyError,
    read_document,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.roles import permission_set_of
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.words import NO
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Role
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tag_text import decode
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.until import (
    COPY_OF,
    REASON,
    UNTIL,
    Membership,
    decode_reason,
    denial_of,
    end_of,
    has_ended,
    membership_of,
    read_until,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._identity_center.model import GROUP, USER

MEMBERSHIP, ASSIGNMENT = "membership", "assignment"
# Holders: an IAM user; a user or group of the identity store; or people who could not be read.
IAM_USER, CENTER_USER, CENTER_GROUP, UNKNOWN = "user", "center_user", "center_group", "unknown"
# Running; ended; without an end; or running with a later end than the tag says.
STATES = RUNNING, ENDED, ENDLESS, LONGER = "running", "ended", "endless", "longer"


@dataclass(frozen=True)
class Policies:
    """ARNs of the policies that stand for one membership, and whether any is attached to the user."""

    arns: tuple[str, ...]
    attached: bool


@dataclass(frozen=True)
class Assignment:
    """What identifies an assignment to AWS. Without an instance, the assignment could not be read."""

    permission_set: str
    # The permission set's role in the account, if one exists.
    role: Role | None = None
    arn: str = ""
    instance: str | None = None
    principal_type: str = ""
    principal: str = ""


@dataclass(frozen=True)
class Temporary:
    """A temporary right: who has it, what it gives, until when, and why."""

    holder_kind: str
    holder: str
    # The group, or the permission set that was copied.
    gives: str
    # The end by the policies, or by the tag if they are unknown; None without an end.
    until: str | None
    # The end that the tag says; None without a tag, or if it could not be read.
    told: str | None
    reasons: tuple[str, ...]
    by: Policies | Assignment
    administrator: bool = False

    @property
    def kind(self) -> str:
        """MEMBERSHIP or ASSIGNMENT."""
        return MEMBERSHIP if isinstance(self.by, Policies) else ASSIGNMENT

    def state(self, now: str) -> str:
        """Return which of STATES the right is in at this time."""
        if self.until is None:
            return ENDLESS
        if has_ended(self.until, now):
            return ENDED
        return LONGER if self.told and self.until > self.told else RUNNING

    def describe(self, now: str) -> dict[str, t.Any]:
        """Return the right in the report's form."""
        policies = list(self.by.arns) if isinstance(self.by, Policies) else []
        return {
            "kind": self.kind,
            "holder_kind": self.holder_kind,
            "holder": self.holder,
            "gives": self.gives,
            "until": self.until,
            "tagged_until": self.told,
            "reasons": list(self.reasons),
            "state": self.state(now),
            "administrator": self.administrator,
            "policies": policies,
            "permission_set": self.by.permission_set if isinstance(self.by, Assignment) else None,
        }


def temporary_rights(snapshot: Snapshot, evaluator: Evaluator, policies: Mapping[str, Access]) -> tuple[Temporary, ...]:
    """Return all temporary rights, sorted by their end; those without one come first.

    policies is what each policy of a user or group gives by itself.
    """
    found = [*_memberships(snapshot, policies), *_assignments(snapshot, evaluator)]
    return tuple(sorted(found, key=lambda one: (one.until or "", one.holder, one.gives)))


def count_temporary(found: Iterable[Temporary], now: str) -> dict[str, t.Any]:
    """Return how many rights exist, how many are in each state, and when the next one ends."""
    states = [(one.state(now), one.until) for one in found]
    ahead = [until for state, until in states if until and state in (RUNNING, LONGER)]
    counts = {known: sum(state == known for state, _until in states) for known in STATES}
    return {"count": len(states), **counts, "next_end": min(ahead, default=None)}


def temporary_policies(policies: Iterable[str]) -> dict[Membership, list[str]]:
    """Return the ARNs of the policies that stand for each membership. In the keys, its number is 0."""
    found: dict[Membership, list[str]] = {}
    for arn in sorted(policies):
        if member := membership_of(arn):
            found.setdefault(member._replace(number=0), []).append(arn)
    return found


def _memberships(snapshot: Snapshot, policies: Mapping[str, Access]) -> Iterator[Temporary]:
    for member, arns in temporary_policies(snapshot.policies).items():
        tags = [snapshot.policy_tags.get(arn, {}) for arn in arns]
        told = min((end for one in tags if (end := _told(one))), default=None)
        person = snapshot.users.get(member.user)
        attached = person is not None and not person.managed_policies.isdisjoint(arns)
        yield Temporary(
            IAM_USER,
            member.user,
            member.group,
            _end([snapshot.policies[arn].document for arn in arns], told),
            told,
            _reasons(tags),
            Policies(tuple(arns), attached),
            any(policies[arn].administrator != NO for arn in arns if arn in policies),
        )


def _end(documents: Iterable[object], told: str | None) -> str | None:
    """Return when the last Allow statement ceases to apply; None if one never does, or a document is unreadable.

    Statements can have earlier ends of their own, so the right ends with the latest. A Deny that lasts longer allows
    nothing more, so policies that only deny end at the latest when the tag says.
    """
    try:
        statements = [one for document in documents for one in read_document(document)]
    except UnreadablePolicyError:
        return None
    if allowing := [one for one in statements if one.allows]:
        return _latest(map(_end_of, allowing))
    denied_until = max((end for end in map(_end_of, statements) if end), default=None)
    return min((end for end in (denied_until, told) if end), default=None)


def _end_of(statement: Statement) -> str | None:
    return end_of({"Condition": statement.condition})


def _latest(ends: Iterable[str | None]) -> str | None:
    known = list(ends)
    return max((one for one in known if one), default=None) if None not in known else None


def _told(tags: Mapping[str, str]) -> str | None:
    """Return the end that the tag says; None without a valid one."""
    until, problem = read_until(tags.get(UNTIL))
    return None if problem else until


def _reasons(tags: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    found = (decode_reason(value) for one in tags for key, value in sorted(one.items()) if key.startswith(REASON))
    return tuple(dict.fromkeys(reason for reason in found if reason))


def denied_from(role: Role) -> str | None:
    """Return when the role of a permission set begins to deny everything; None if it never does."""
    ends = (denial_of(document) for document in role.inline.values() if isinstance(document, Mapping))
    return min((end for end in ends if end), default=None)


def _assignments(snapshot: Snapshot, evaluator: Evaluator) -> Iterator[Temporary]:
    roles = {name: role for role in evaluator.reach.roles if (name := permission_set_of(role))}
    center = snapshot.center
    for one in center.sets:
        role = roles.get(one.name)
        if UNTIL in one.tags or (role and denied_from(role)):
            for kind, name, type_, principal in _principals(center, one):
                by = Assignment(one.name, role, one.arn, center.instance_arn, type_, principal)
                yield _assignment(kind, name, by, one.tags, evaluator)
    for name, role in roles.items() if center.state != READ else ():
        if denied_from(role):
            yield _assignment(UNKNOWN, "", Assignment(name, role), {}, evaluator)


def _principals(center: CenterRead, one: CenterSet) -> Iterator[tuple[str, str, str, str]]:
    yield from ((CENTER_GROUP, center.groups[group].name, GROUP, group) for group in sorted(one.groups))
    yield from ((CENTER_USER, center.users[user].name, USER, user) for user in sorted(one.users))


def _assignment(kind: str, holder: str, by: Assignment, tags: Mapping[str, str], evaluator: Evaluator) -> Temporary:
    told = _told(tags)
    # Without the role in the account, only the tag is known.
    until = denied_from(by.role) if by.role else told
    administrator = by.role is not None and evaluator.role(by.role).administrator != NO
    gives = decode(tags[COPY_OF]) if tags.get(COPY_OF) else by.permission_set
    return Temporary(kind, holder, gives, until, told, _reasons([tags]), by, administrator)

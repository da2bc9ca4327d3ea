# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""What users and groups can do with CloudHSM, and whether they administer the account. Pure.

A policy is evaluated once, a group once, and users with the same groups and policies once: 5,000 users take no longer
than there are different ones.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.conditions import Session, asks_for_mfa, holds
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.evaluate import (
    ANY,
    Extent,
    Question,
    Rights,
    Statement,
    UnreadablePolicyError,
    read_document,
    rights_of,
    together,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.model import Document, Person, Snapshot
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies import catalogue

NO, CONDITIONAL, SOME, YES = "no", "conditional", "some", "yes"
# With MFA only: the same three.
CONDITIONAL_MFA, SOME_MFA, MFA = "conditional_mfa", "some_mfa", "mfa"
ANSWERS = (NO, CONDITIONAL, SOME, YES, CONDITIONAL_MFA, SOME_MFA, MFA)
WITHOUT_MFA = frozenset({CONDITIONAL, SOME, YES})

# Whoever may do one of these to any user, group or policy can give themselves every right there is.
ESCALATIONS = (
    ("iam:AddUserToGroup", "group"),
    ("iam:AttachGroupPolicy", "group"),
    ("iam:AttachUserPolicy", "user"),
    ("iam:CreateAccessKey", "user"),
    ("iam:CreateLoginProfile", "user"),
    ("iam:CreatePolicyVersion", "policy"),
    ("iam:PutGroupPolicy", "group"),
    ("iam:PutUserPolicy", "user"),
    ("iam:UpdateLoginProfile", "user"),
)


@dataclass(frozen=True)
class Access:
    """What comes out for a user, a group or a policy: one of ANSWERS for each."""

    administrator: str
    can_become_administrator: str
    cloudhsm: Mapping[str, str]

    @property
    def changes_cloudhsm(self) -> bool:
        """Whether more than looking is allowed."""
        return any(answer != NO and action not in READS for action, answer in self.cloudhsm.items())

    @property
    def changes_cloudhsm_without_mfa(self) -> bool:
        """Whether that goes without MFA."""
        return any(answer in WITHOUT_MFA and action not in READS for action, answer in self.cloudhsm.items())


def _short(action: str) -> str:
    return action.partition(":")[2]


READS = frozenset(_short(action.name) for action in catalogue.ACTIONS if action.access == "Read")


class Evaluator:
    """Answers for one account. What can't be read is in problems."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._questions: list[Question] = []
        partition, account = snapshot.caller.partition, snapshot.caller.account_id
        self._cloudhsm = {
            _short(action.name): self._ask(
                action.name,
                [f"arn:{partition}:cloudhsm:{ANY}:{account}:{kind}/{ANY}" for kind in action.resources] or [None],
            )
            for action in catalogue.ACTIONS
        }
        # Everything, and IAM's users too: what lacks IAM (as PowerUserAccess does) makes no administrator.
        self._administrator = [
            *self._ask(f"{ANY}:{ANY}", [ANY]),
            *self._ask(f"iam:{ANY}", [f"arn:{partition}:iam::{account}:user/{ANY}"]),
        ]
        self._escalations = [
            self._ask(action, [f"arn:{partition}:iam::{account}:{kind}/{ANY}"]) for action, kind in ESCALATIONS
        ]
        self._policies: dict[str, Rights] = {}
        self._groups: dict[str, Rights] = {}
        self._known: dict[t.Any, Access] = {}
        self._passed_by_keys: dict[str, bool] = {}
        self.problems: dict[str, str] = {}

    def _ask(self, action: str, resources: Iterable[str | None]) -> list[int]:
        asked = [Question(action, resource) for resource in resources]
        self._questions += asked
        return list(range(len(self._questions) - len(asked), len(self._questions)))

    def user(self, person: Person) -> Access:
        """What a user can do: by its groups, its own policies, and under its boundary."""
        user = person.user
        key = (user.groups, user.managed_policies, user.boundary)
        if not person.inline and key in self._known:
            return self._known[key]
        rights = [self._group_rights(group) for group in user.groups if group in self._snapshot.groups]
        rights += [self._managed(arn) for arn in user.managed_policies]
        rights += [self._inline(f"user {user.name}: {name}", document) for name, document in person.inline.items()]
        every = together(rights, len(self._questions))
        if user.boundary:
            every = every.within(self._managed(user.boundary, limits=True))
        access = self._access(every)
        if not person.inline:
            self._known[key] = access
        return access

    def group(self, name: str) -> Access:
        """What a group gives its members."""
        return self._access(self._group_rights(name))

    def managed_policy(self, arn: str) -> Access:
        """What a managed policy gives by itself."""
        return self._access(self._managed(arn))

    def inline_policy(self, owner: str, name: str, document: Document) -> Access:
        """What an inline policy gives by itself."""
        return self._access(self._inline(f"{owner}: {name}", document))

    def passed_by_keys(self) -> list[str]:
        """Policies read so far that deny without MFA, but not to access keys: Bool where BoolIfExists is needed."""
        return sorted(name for name, passed in self._passed_by_keys.items() if passed)

    def _group_rights(self, name: str) -> Rights:
        if name not in self._groups:
            group = self._snapshot.groups[name]
            rights = [self._managed(arn) for arn in group.managed_policies]
            rights += [self._inline(f"group {name}: {policy}", doc) for policy, doc in group.inline.items()]
            self._groups[name] = together(rights, len(self._questions))
        return self._groups[name]

    def _managed(self, arn: str, limits: bool = False) -> Rights:
        if arn not in self._policies:
            policy = self._snapshot.policies.get(arn)
            self._policies[arn] = self._read(arn, policy.document if policy else None)
        if limits and arn in self.problems:
            # A boundary that can't be read limits nothing: rather too much in the report than too little.
            size = len(self._questions) * len(Session)
            return Rights((int(Extent.ALL),) * size, (0,) * size)
        return self._policies[arn]

    def _inline(self, label: str, document: Document) -> Rights:
        return self._read(label, document)

    def _read(self, label: str, document: Document | None) -> Rights:
        try:
            statements = read_document(document) if document is not None else []
        except UnreadablePolicyError as exc:
            self.problems[label] = f"it is not the JSON of a policy ({exc})"
            statements = []
        if document is None:
            self.problems[label] = "it could not be read"
        self._passed_by_keys[label] = any(map(_passed_by_keys, statements))
        return rights_of(statements, self._questions)

    def _access(self, rights: Rights) -> Access:
        ways = [answer(rights, way) for way in self._escalations]
        return Access(
            administrator=answer(rights, self._administrator, every=True),
            can_become_administrator=YES if YES in ways else MFA if MFA in ways else NO,
            cloudhsm={action: answer(rights, questions) for action, questions in self._cloudhsm.items()},
        )


def answer(rights: Rights, questions: Iterable[int], every: bool = False) -> str:
    """One word for questions that belong together, such as an action's on clusters and on backups.

    With every, nothing but all of them counts.
    """
    asked = list(questions)
    by_session = {s: _joined([rights.extent(question, s) for question in asked], every) for s in Session}
    without = max(by_session[Session.PASSWORD], by_session[Session.KEY])
    most = max(without, by_session[Session.MFA])
    plain = (NO, CONDITIONAL, SOME, YES)
    with_mfa = (NO, CONDITIONAL_MFA, SOME_MFA, MFA)
    return (plain if without is not Extent.NONE else with_mfa)[most]


def _joined(extents: list[Extent], every: bool) -> Extent:
    if every or len(set(extents)) == 1:
        return min(extents)
    return min(max(extents), Extent.SOME)


def _passed_by_keys(statement: Statement) -> bool:
    if statement.allows or not asks_for_mfa(statement.condition):
        return False
    return bool(holds(statement.condition, Session.PASSWORD, False)) and not holds(
        statement.condition, Session.KEY, False
    )

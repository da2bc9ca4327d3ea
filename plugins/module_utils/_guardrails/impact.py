# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Who of an account's users and roles can do what before the guard rails and after. Pure.

By the access report's evaluator. Other service control policies are left out of both. Service-linked roles are not
looked at, because no service control policy binds them ("Service control policies", in the AWS Organizations User
Guide).
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.evaluate import (
    ANY,
    Question,
    Rights,
    Statement,
    UnreadablePolicyError,
    in_force,
    read_document,
    rights_of,
    together,
)
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.globs import matches
from ansible_collections.cloudhsm.iam.plugins.module_utils._access_report.words import NO, answer
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.authorization_details import Details, Role, User
from ansible_collections.cloudhsm.iam.plugins.module_utils._guardrails import catalogue
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies import catalogue as cloudhsm

SERVICE_LINKED = "/aws-service-role/"
_EVERYTHING = [Statement(True, ("*",), False, ("*",), False, {})]
# What a policy that could not be read, or is not understood, may give.
_UNREAD = [Statement(True, ("*",), False, ("*",), False, {"unknown": {"unknown": "unknown"}})]


@dataclass(frozen=True)
class Loss:
    """What some users and roles can do no more, or only in other ways: by action, before and after."""

    who: tuple[str, ...]
    actions: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Impact:
    """What the guard rails come to in one account."""

    account: str
    name: str
    # Why it is not known; empty where it is.
    unknown: str = ""
    # How many users and roles were looked at.
    checked: int = 0
    losses: tuple[Loss, ...] = ()
    # Who could do any of it, and still can, as a break-glass role.
    exempt: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Asked:
    """Questions that belong together, what they are called, and whether they are about regions that are closed."""

    label: str
    numbers: tuple[int, ...]
    elsewhere: bool = False


def impact_of(
    details: Details, document: Mapping[str, t.Any], account: tuple[str, str], partition: str, now: str
) -> Impact:
    """What a policy comes to for the users and roles of an account, which is given by its id and name.

    now is the time of the run, in the form of Caller.now. Rights that have ended, or begin later, do not count.
    """
    questions: list[Question] = []
    denying = read_document(document)
    asked = list(_asked(denying, partition, account[0], questions))
    limits = {
        (exempt, elsewhere): _limits(denying, questions, exempt, elsewhere)
        for exempt in (False, True)
        for elsewhere in (False, True)
    }
    reader = _Reader(details, questions, now)
    losses: dict[tuple[tuple[str, tuple[str, str]], ...], list[str]] = {}
    exempts: list[str] = []
    people = list(_people(details))
    for label, one in people:
        rights = reader.rights(one)
        exempt = any(_is_exempt(statement, one.arn) for statement in denying)
        after = {elsewhere: rights.within(limits[exempt, elsewhere]) for elsewhere in (False, True)}
        changed = {
            each.label: (answer(rights, each.numbers), answer(after[each.elsewhere], each.numbers)) for each in asked
        }
        lost = tuple((action, words) for action, words in changed.items() if words[0] != words[1])
        if lost:
            losses.setdefault(lost, []).append(label)
        elif exempt and any(before != NO for before, _after in changed.values()):
            exempts.append(label)
    found = tuple(Loss(tuple(who), dict(lost)) for lost, who in losses.items())
    return Impact(*account, checked=len(people), losses=found, exempt=tuple(exempts))


def _people(details: Details) -> Iterator[tuple[str, User | Role]]:
    yield from ((f"user {name}", user) for name, user in sorted(details.users.items()))
    for name, role in sorted(details.roles.items()):
        if not role.path.startswith(SERVICE_LINKED):
            yield f"role {name}", role


def _asked(denying: Iterable[Statement], partition: str, account: str, questions: list[Question]) -> Iterator[_Asked]:
    """What is asked about everybody: each action that is denied, once, and CloudHSM as a whole in other regions."""
    seen: set[str] = set()
    for statement in denying:
        if _is_of_regions(statement):
            actions = [action.name for action in cloudhsm.ACTIONS]
            label = "cloudhsm:* in other regions"
        else:
            actions, label = [*statement.actions], ""
        for names in [actions] if label else [[name] for name in actions]:
            title = label or next((known for known in _NAMES if known.lower() == names[0]), names[0])
            if title not in seen:
                seen.add(title)
                first = len(questions)
                questions += _questions(names, statement, partition, account)
                yield _Asked(title, tuple(range(first, len(questions))), bool(label))


_NAMES = [name for rail in (*catalogue.RAILS, catalogue.BREAK_GLASS) for name in rail.actions]


def _questions(names: Iterable[str], statement: Statement, partition: str, account: str) -> Iterator[Question]:
    kinds = {action.name.lower(): action.resources for action in cloudhsm.ACTIONS}
    for name in names:
        if name.lower() in kinds:
            arns = [f"arn:{partition}:cloudhsm:{ANY}:{account}:{kind}/{ANY}" for kind in kinds[name.lower()]]
            yield from (Question(name, arn) for arn in arns)
            yield from () if arns else (Question(name),)
        else:
            for resource in statement.resources:
                yield Question(name, None if resource == "*" else _any_of(resource, account))


def _any_of(pattern: str, account: str) -> str:
    """The ARN of anything that a pattern is about, in one account."""
    fields = pattern.split(":", 5)
    fields[4] = account
    return ":".join(field.replace("*", ANY).replace("?", ANY) for field in fields)


def _is_exempt(statement: Statement, arn: str) -> bool:
    return any(matches(pattern, arn) for pattern in _patterns(statement, "ArnNotLike"))


def _patterns(statement: Statement, operator: str) -> list[str]:
    return list(statement.condition.get(operator, {}).get(catalogue.PRINCIPAL, []))


def _is_of_regions(statement: Statement) -> bool:
    return any(catalogue.REGION in keys for keys in statement.condition.values())


def _limits(denying: Iterable[Statement], questions: Sequence[Question], exempt: bool, elsewhere: bool) -> Rights:
    """What the policy leaves of all rights, to everybody or to a break-glass role, in the open regions or elsewhere."""
    counting = []
    for statement in denying:
        if _is_of_regions(statement) != elsewhere:
            continue
        for_all = not _patterns(statement, "ArnLike")
        for_exempt = not _patterns(statement, "ArnNotLike")
        if for_exempt if exempt else for_all:
            counting.append(replace(statement, condition=_rest(statement.condition)))
    return rights_of([*_EVERYTHING, *counting], questions)


def _rest(condition: Mapping[str, t.Any]) -> Mapping[str, t.Any]:
    """What is left of a condition for a principal that it is for, and for what the questions are about."""
    decided = (catalogue.PRINCIPAL, catalogue.REGION, cloudhsm.RAM_TYPE_KEY)
    left = {
        operator: {key: value for key, value in keys.items() if key not in decided}
        for operator, keys in condition.items()
    }
    return {operator: keys for operator, keys in left.items() if keys}


@dataclass(frozen=True)
class _Reader:
    """What the policies of an account's users and roles allow at a time. Each managed policy is looked at once."""

    details: Details
    questions: Sequence[Question]
    now: str
    _known: dict[str, Rights] = field(default_factory=dict)

    def rights(self, one: User | Role) -> Rights:
        """What a user or role may do by its policies and those of its groups, within its boundary."""
        known = self.details.groups
        groups = [known[name] for name in getattr(one, "groups", ()) if name in known]
        managed = one.managed_policies.union(*(group.managed_policies for group in groups))
        inline = [document for each in (one, *groups) for document in each.inline.values()]
        read = [*map(self._managed, sorted(managed)), *map(self._document, inline)]
        rights = together(read, len(self.questions))
        return rights.within(self._managed(one.boundary)) if one.boundary else rights

    def _managed(self, arn: str) -> Rights:
        if arn not in self._known:
            policy = self.details.policies.get(arn)
            self._known[arn] = self._document(policy.document if policy else None)
        return self._known[arn]

    def _document(self, document: t.Any) -> Rights:
        return rights_of(in_force(_statements(document), self.now), self.questions)


def _statements(document: t.Any) -> list[Statement]:
    if document is None:
        return _UNREAD
    try:
        return read_document(document)
    except UnreadablePolicyError:
        # IAM refuses documents that are no policies, so one that is not understood may allow something.
        return _UNREAD

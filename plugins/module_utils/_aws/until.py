# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Rights that end by themselves: when and why they end, and the conditions with which AWS ends them.

Times are text of one form, 2026-12-01T18:00:00Z, in UTC and whole minutes, so that their order as text is their order
in time. The key aws:CurrentTime is part of each request (IAM User Guide, "AWS global condition context keys").
"""

from __future__ import annotations

import hashlib
import json
import typing as t
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws import limits
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import text_problem
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.marks import RESERVED
from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.tag_text import decode, encode

# Tags on the policies and permission sets that hold a right which ends: why it was given, and of what it is a copy.
REASON = f"{RESERVED}reason"
COPY_OF = f"{RESERVED}copy-of"
UNTIL = f"{RESERVED}until"
# The policies that stand for a temporary membership are at this path, with the user and the group below it.
PATH = f"/{RESERVED}temporary/"
# Characters of the name of a permission set (IAM Identity Center API reference, CreatePermissionSet).
SET_NAME_LENGTH = 32

_FORM = "%Y-%m-%dT%H:%M:00Z"
_EXAMPLE = "as in 2026-12-01T18:00Z"
_KEY = "aws:CurrentTime"
# Both mean the same here, as each request has the key. A statement that has one already, with a time of its own, gets
# the other, so that both have to hold.
_BEFORE = ("DateLessThan", "DateLessThanIfExists")
_BEFORE_OR_AT = ("DateLessThanEquals", "DateLessThanEqualsIfExists")

Statement = Mapping[str, t.Any]


class Membership(t.NamedTuple):
    """Which membership a policy stands for. A long one has several policies, numbered from 1."""

    user: str
    group: str
    number: int


def read_until(value: object) -> tuple[str, str | None]:
    """The time that was written, in the one form, and what is wrong with it. Seconds are dropped.

    YAML turns a time without quotes into a date of its own, which is accepted if it tells the time zone.
    """
    if isinstance(value, str):
        text = value.strip().replace(" ", "T", 1).replace("Z", "+00:00")
        try:
            value = datetime.fromisoformat(text)
        except ValueError:
            return "", f"{text[:80]!r} is not a time; give date, time and time zone, {_EXAMPLE}"
        if value.time() == datetime.min.time() and value.tzinfo is None:
            return "", f"has no time of day or no time zone; give both, {_EXAMPLE}"
    if not isinstance(value, datetime):
        return "", f"{text_problem(value)}; give date, time and time zone, {_EXAMPLE}"
    if value.utcoffset() is None:
        return "", f"has no time zone; give one, {_EXAMPLE} or 2026-12-01T19:00+01:00"
    try:
        return value.astimezone(UTC).strftime(_FORM), None
    except OverflowError:
        return "", f"is out of range; give date, time and time zone, {_EXAMPLE}"


def reason_problem(reason: object) -> str | None:
    """Why this can't be the reason of a right: a tag has to hold it."""
    if not isinstance(reason, str):
        return text_problem(reason)
    if not reason.strip() or not reason.isprintable():
        return "must be one line of text that says why the right is given"
    length = len(encode_reason(reason))
    if length <= limits.TAG_VALUE_LENGTH:
        return None
    return (
        f"takes {length} characters in a tag, which holds {limits.TAG_VALUE_LENGTH}; shorten it (letters, digits and "
        "_.:/+-@ take one character each, all others at least three)"
    )


def encode_reason(reason: str) -> str:
    """The reason as the value of a tag. Blanks stay blanks."""
    return " ".join(map(encode, reason.split()))


def decode_reason(value: str) -> str:
    """The reason out of the value of a tag."""
    return decode(value)


def time_of_answer(answer: Mapping[str, t.Any]) -> str:
    """When AWS gave this answer, by AWS's clock; by this machine's where the answer does not tell."""
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    try:
        told = parsedate_to_datetime(headers["date"])
    except (KeyError, TypeError, ValueError):
        told = datetime.now(UTC)
    return told.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def has_ended(until: str, now: str) -> bool:
    """Whether the right has ended at this time."""
    return until <= now


def limited(statement: Statement, until: str) -> dict[str, t.Any] | None:
    """The statement as it applies until then and not later; None where it has too many conditions on the time already.

    The Sid is left out, since statements of several policies come together.
    """
    condition = {operator: dict(keys) for operator, keys in statement.get("Condition", {}).items()}
    taken = {
        operator.lower() for operator, keys in condition.items() if any(key.lower() == _KEY.lower() for key in keys)
    }
    free = next((operator for operator in _BEFORE if operator.lower() not in taken), None)
    if free is None:
        return None
    spelled = next((operator for operator in condition if operator.lower() == free.lower()), free)
    condition[spelled] = {**condition.get(spelled, {}), _KEY: until}
    return {**{key: value for key, value in statement.items() if key != "Sid"}, "Condition": condition}


def end_of(statement: Statement) -> str | None:
    """When a statement ceases to apply by its conditions, in the one form; None where none says so."""
    return min(_ends(statement.get("Condition", {})), default=None)


def _ends(condition: Mapping[str, t.Any]) -> Iterator[str]:
    before = {operator.lower() for operator in (*_BEFORE, *_BEFORE_OR_AT)}
    for operator, keys in condition.items():
        for key, values in keys.items() if operator.lower() in before and isinstance(keys, Mapping) else ():
            if key.lower() == _KEY.lower():
                # Of several times in one list, one is enough, so that the last counts.
                many = values if isinstance(values, Sequence) and not isinstance(values, str) else [values]
                times = [read_until(value) for value in many]
                if times and not any(problem for _time, problem in times):
                    yield max(time for time, _problem in times)


def denied_from(until: str) -> dict[str, t.Any]:
    """The statement that denies everything from then on."""
    condition = {"DateGreaterThanEquals": {_KEY: until}}
    return {"Sid": "CloudHSMIamUntil", "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}


def denial_of(document: Mapping[str, t.Any]) -> str | None:
    """The time from which a policy's document denies everything by the statement of denied_from; None without one."""
    statements = document.get("Statement", [])
    for statement in [statements] if isinstance(statements, Mapping) else statements:
        keys = statement.get("Condition", {}).get("DateGreaterThanEquals", {})
        until = keys.get(_KEY) if isinstance(keys, Mapping) else None
        if isinstance(until, str) and statement == denied_from(until):
            return until
    return None


def policy_path(user: str, group: str) -> str:
    """The path of the policies that stand for this membership."""
    return f"{PATH}{user}/{group}/"


def policy_name(user: str, group: str, number: int) -> str:
    """The name of such a policy. An account has each name once, at whatever path, so it tells user and group apart."""
    return f"CloudHSMIamTemporary-{_digest(user, group)}-{number}"


def membership_of(arn: str) -> Membership | None:
    """Which membership a policy of this ARN stands for; None where it stands for none."""
    _owner, _policy, name = arn.partition(":policy")
    parts = name.removeprefix(PATH).split("/")
    if not name.startswith(PATH) or len(parts) != len(Membership._fields):
        return None
    user, group, last = parts
    number = last.rpartition("-")[2]
    if not number.isdecimal() or last != policy_name(user, group, int(number)):
        return None
    return Membership(user, group, int(number))


def set_name(permission_set: str, until: str) -> str:
    """The name of the copy of a permission set that ends then. Its tags say of which set it is a copy."""
    stamp = until.replace("-", "").replace(":", "")[2:13] + "Z"
    name = f"{permission_set}-{stamp}"
    if len(name) <= SET_NAME_LENGTH:
        return name
    digest = _digest(permission_set)[:4]
    return f"{permission_set[: SET_NAME_LENGTH - len(stamp) - len(digest) - 2]}-{digest}-{stamp}"


def _digest(*names: str) -> str:
    """A short text that tells names apart as IAM does: without regard to case."""
    return hashlib.sha256(json.dumps([name.lower() for name in names]).encode()).hexdigest()[:12]

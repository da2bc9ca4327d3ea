# Copyright (c) 2026, cloudhsm.iam contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# PRIVATE to this collection: may change at any time, not for use from elsewhere.

"""Checks the policy of a user, group or role for what IAM would refuse, before any write.

Follows the IAM User Guide, "Grammar of the IAM JSON policy language" and the pages of its elements:
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import base64
import datetime
import ipaddress
import re
import typing as t
from collections.abc import Iterable, Iterator, Mapping

from ansible_collections.cloudhsm.iam.plugins.module_utils._aws.input import nearest
from ansible_collections.cloudhsm.iam.plugins.module_utils._policies.document import VERSION, as_list, size_problem

_OLD_VERSION = "2008-10-17"
_ELEMENTS = ("Version", "Id", "Statement")
_STATEMENT = ("Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition")
_PRINCIPALS = ("Principal", "NotPrincipal")

_SID = re.compile(r"[A-Za-z0-9]*")
# Only the action's name may contain wildcards, not the service.
_ACTION = re.compile(r"\*|(\*|[A-Za-z0-9-]+):[A-Za-z0-9*?-]+")
_VARIABLE = re.compile(r"\$\{[^{}]*\}")
# Partition, service, region, account, resource. The service can't contain wildcards.
_ARN = re.compile(r"arn:(aws(-[a-z]+)*|\*):(?P<service>[a-z0-9-]+):(?P<region>[^:\s]*):[^:\s]*:.*", re.DOTALL)
_KEY = re.compile(r"[^:\s]+:\S.*")

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
# Stricter than Python's ipaddress, which also accepts a netmask or zone.
_ADDRESS = re.compile(r"[0-9A-Fa-f.:]+(/\d{1,3})?", re.ASCII)
# ISO 8601 in the W3C profile, or seconds since 1970.
_DATE = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?)?)?|\d{5,}", re.ASCII)

_COMPARISONS = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
_TEXTS = ("Equals", "NotEquals", "EqualsIgnoreCase", "NotEqualsIgnoreCase", "Like", "NotLike")
OPERATORS = (
    *(f"String{name}" for name in _TEXTS),
    *(f"{kind}{name}" for kind in ("Numeric", "Date") for name in _COMPARISONS),
    *(f"Arn{name}" for name in ("Equals", "NotEquals", "Like", "NotLike")),
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "Null",
)
_SAMPLE_DATES = "2026-12-31 or 2026-12-31T23:59:59Z"
QUALIFIERS = ("ForAllValues", "ForAnyValue")
IF_EXISTS = "IfExists"


def policy_problems(policy: Mapping[str, t.Any]) -> list[str]:
    """Why a document is not a valid policy for users, groups and roles, or is too long; empty if it is valid."""
    problems = [
        f"has {key}, which is not an element of a policy{_meant(key, _ELEMENTS)}"
        for key in policy
        if key not in _ELEMENTS
    ]
    problems += _version_problems(policy.get("Version"))
    if not isinstance(policy.get("Id", ""), str):
        problems.append("has an Id that is not a string")
    statements = policy.get("Statement")
    statements = [statements] if isinstance(statements, Mapping) else statements
    if not isinstance(statements, list) or not statements:
        return [*problems, "has no Statement"]
    for number, statement in enumerate(statements):
        problems += [f"Statement[{number}] {problem}" for problem in _statement_problems(statement)]
    problems += _repeated_sids(statements)
    too_long = None if problems else size_problem(policy)
    return [*problems, too_long] if too_long else problems


def _version_problems(version: t.Any) -> list[str]:
    if version == VERSION:
        return []
    if version == _OLD_VERSION:
        return [f"has the Version {_OLD_VERSION}, in which IAM knows no variables; write {VERSION}"]
    return [f"has no Version {VERSION}"]


def _statement_problems(statement: t.Any) -> Iterator[str]:
    if not isinstance(statement, Mapping):
        yield "is not a dictionary"
        return
    for key in statement:
        if key in _PRINCIPALS:
            yield f"has {key}, which a policy of users, groups and roles can't have: they are for whoever has them"
        elif key not in _STATEMENT:
            yield f"has {key}, which a policy of users, groups and roles can't have{_meant(key, _STATEMENT)}"
    sid = statement.get("Sid", "")
    if not isinstance(sid, str) or not _SID.fullmatch(sid):
        yield f"has the Sid {sid!r}; IAM takes letters and digits only, without spaces"
    if statement.get("Effect") not in ("Allow", "Deny"):
        yield "has no Effect Allow or Deny"
    yield from _choice_problems(statement, ("Action", "NotAction"), _action_problem)
    yield from _choice_problems(statement, ("Resource", "NotResource"), _resource_problem)
    if "Condition" in statement:
        yield from _condition_problems(statement["Condition"])


def _choice_problems(
    statement: Mapping[str, t.Any], names: tuple[str, str], check: t.Callable[[str], str | None]
) -> Iterator[str]:
    given = [name for name in names if name in statement]
    if len(given) != 1:
        yield f"needs one of {' and '.join(names)}"
        return
    values = as_list(statement[given[0]])
    if not values or not all(isinstance(one, str) and one for one in values):
        yield f"has an {' or '.join(names)} that is neither a string nor a list of strings"
        return
    for value in values:
        problem = check(value)
        if problem:
            yield f"has the {given[0]} {value[:140]!r}, {problem}"


def _action_problem(action: str) -> str | None:
    if _ACTION.fullmatch(action):
        return None
    return "which is not SERVICE:ACTION, such as cloudhsm:DescribeClusters"


def _resource_problem(resource: str) -> str | None:
    if resource == "*":
        return None
    # Only the ARN's form is checked; a policy variable can stand for anything.
    arn = _ARN.fullmatch(_VARIABLE.sub("x", resource))
    if not arn:
        return "which is neither * nor an ARN: arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE"
    if arn["service"] == "iam" and arn["region"]:
        return "but IAM is in no region: arn:aws:iam::ACCOUNT:RESOURCE"
    return None


def _condition_problems(condition: t.Any) -> Iterator[str]:
    if not isinstance(condition, Mapping):
        yield "has a Condition that is not a dictionary"
        return
    for operator, keys in condition.items():
        base, problem = _operator(operator)
        if problem:
            yield f"has the condition operator {operator!r}, {problem}"
        if not isinstance(keys, Mapping) or not keys:
            yield f"has the condition operator {operator!r} without a dictionary of keys and values"
            continue
        for key, value in keys.items():
            if not _KEY.fullmatch(key):
                yield f"has the condition key {key!r}, which is not SERVICE:KEY, such as aws:RequestedRegion"
            yield from (f"has {operator} {key} {text}" for text in _value_problems(base, value))
        yield from (f"has {operator} with {text}" for text in _alike(keys))


def _alike(keys: Iterable[str]) -> Iterator[str]:
    """Condition keys that differ only by case. IAM treats them as the same and may use either."""
    seen: dict[str, str] = {}
    for key in keys:
        first = seen.setdefault(key.lower(), key)
        if first != key:
            yield f"the keys {first!r} and {key!r}, which are the same to IAM"


def _operator(operator: str) -> tuple[str, str | None]:
    """The operator without qualifier and IfExists, and why IAM does not accept it."""
    qualifier, colon, rest = operator.rpartition(":")
    if colon and qualifier not in QUALIFIERS:
        return "", f"which has to begin with {' or '.join(f'{known}:' for known in QUALIFIERS)} if it has a colon"
    plain = rest.removesuffix(IF_EXISTS)
    if plain not in OPERATORS:
        return "", f"which IAM does not know{_meant(plain, OPERATORS)}"
    if plain == "Null" and plain != rest:
        return plain, f"but Null asks whether a key exists, and can't have {IF_EXISTS}"
    return plain, None


def _value_problems(operator: str, value: t.Any) -> Iterator[str]:
    values = as_list(value)
    if not values or not all(isinstance(one, str) for one in values):
        yield "with a value that is neither a string nor a list of strings"
        return
    kind = next((kind for kind in ("Numeric", "Date") if operator.startswith(kind)), operator.removeprefix("Not"))
    check = _CHECKS.get(kind)
    if check is None:
        return
    for one in values:
        problem = None if _VARIABLE.search(one) else check(one)
        if problem:
            yield f"with {one[:140]!r}, {problem}"


def _boolean_problem(value: str) -> str | None:
    return None if value.lower() in ("true", "false") else "which is neither true nor false"


def _number_problem(value: str) -> str | None:
    return None if _NUMBER.fullmatch(value) else "which is not a number"


def _date_problem(value: str) -> str | None:
    return None if _DATE.fullmatch(value) and _is_in_calendar(value) else f"which is no date, such as {_SAMPLE_DATES}"


def _is_in_calendar(value: str) -> bool:
    """Whether a date, or the given part of one, exists in the calendar. Seconds since 1970 always do."""
    day, _t, rest = value.partition("T")
    parts = [int(part) for part in day.split("-")]
    if len(parts) == 1:
        return True
    try:
        datetime.date(*(*parts, 1)[:3])
        datetime.time.fromisoformat(rest[:5] or "00:00")
    except ValueError:
        return False
    return True


def _address_problem(value: str) -> str | None:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        fine = False
    else:
        fine = bool(_ADDRESS.fullmatch(value))
    return None if fine else "which is no range of IP addresses, such as 203.0.113.0/24"


def _binary_problem(value: str) -> str | None:
    try:
        base64.b64decode(value, validate=True)
    except ValueError:
        return "which is not base64"
    return None


_CHECKS: dict[str, t.Callable[[str], str | None]] = {
    "Bool": _boolean_problem,
    "Null": _boolean_problem,
    "Numeric": _number_problem,
    "Date": _date_problem,
    "IpAddress": _address_problem,
    "BinaryEquals": _binary_problem,
}


def _repeated_sids(statements: Iterable[t.Any]) -> Iterator[str]:
    sids = [one.get("Sid") for one in statements if isinstance(one, Mapping)]
    for number, sid in enumerate(sids):
        if sid and isinstance(sid, str) and sid in sids[:number]:
            yield f"Statement[{number}] has the Sid {sid!r}, which another statement has"


def _meant(name: str, known: Iterable[str]) -> str:
    """A hint with the known name that was probably meant; empty if none is close."""
    close = nearest(name, known)
    return f" (did you mean {close[0]}?)" if close else ""

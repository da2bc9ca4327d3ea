# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decides as IAM does whether identity policies allow a request, by the IAM User Guide's "Policy evaluation logic".

What proves the policies, and the evaluator that ships with the access report, is compared with this: it decides one
request at a time, in the plainest way, and shares no code with either. moto can't do it: it takes every resource for *,
takes a condition that is not met for a denial, and knows few operators.
"""

from __future__ import annotations

import ipaddress
import re
import typing as t
from collections.abc import Callable, Iterable, Mapping

Values = list[str]
# By key, what AWS knows of a request. Keys that it does not know are left out.
Context = Mapping[str, str | Values]
Policy = Mapping[str, t.Any]

_VARIABLE = re.compile(r"\$\{(.*?)\}")
_OPERATOR = re.compile(r"(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?")


def allows(policies: Iterable[Policy], action: str, resource: str, context: Context) -> bool:
    """Whether these policies together allow the request. A Deny wins over any Allow."""
    known = {key.lower(): _values(value) for key, value in context.items()}
    effects = {
        statement["Effect"]
        for policy in policies
        for statement in _values(policy["Statement"])
        if _is_about(statement, action, resource, known) and _met(statement.get("Condition", {}), known)
    }
    return effects == {"Allow"}


def _is_about(statement: Policy, action: str, resource: str, known: Mapping[str, Values]) -> bool:
    return _named(statement, "Action", lambda pattern: _like(pattern, action, known, re.IGNORECASE)) and _named(
        statement, "Resource", lambda pattern: _is_for(pattern, resource, known)
    )


def _is_for(pattern: str, resource: str, known: Mapping[str, Values]) -> bool:
    """Whether the pattern of a resource is for this one. AWS completes an ARN that has fewer than six fields."""
    missing = ":*" * (5 - pattern.count(":")) if pattern.startswith("arn:") else ""
    return _like(pattern, resource, known) or _like(pattern + missing, resource, known)


def _named(statement: Policy, element: str, fits: Callable[[str], bool]) -> bool:
    """Whether the statement's element, or the one with Not before its name, is for what fits."""
    if element in statement:
        return any(map(fits, _values(statement[element])))
    return not any(map(fits, _values(statement[f"Not{element}"])))


def _like(pattern: str, text: str, known: Mapping[str, Values], flags: int = 0) -> bool:
    """Whether the text is like the pattern. What a variable stands for is taken literally; one unknown fits nothing."""
    expression = ""
    for part in re.split(r"(\$\{.*?\}|\*|\?)", pattern):
        variable = _VARIABLE.fullmatch(part)
        if variable and variable[1].lower() not in known:
            return False
        literal = known[variable[1].lower()][0] if variable else part
        expression += {"*": ".*", "?": "."}.get(part, re.escape(literal))
    return re.fullmatch(expression, text, flags | re.DOTALL) is not None


def _met(conditions: Mapping[str, Mapping[str, t.Any]], known: Mapping[str, Values]) -> bool:
    """All keys of all operators have to be met. Names of keys have no case."""
    return all(
        _holds(operator, _values(wanted), known.get(key.lower()))
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    )


def _holds(operator: str, wanted: Values, given: Values | None) -> bool:
    found = _OPERATOR.fullmatch(operator)
    if not found:
        raise ValueError(f"no operator: {operator}")
    over, name, if_exists = found.groups()
    if name == "Null":
        return str(given is None).lower() in [value.lower() for value in wanted]
    negated = "Not" in name
    if given is None:
        return bool(if_exists) or over == "ForAllValues" or (negated and over is None)
    same = _COMPARISONS[name.replace("Not", "")]
    results = [any(same(value, one) for value in wanted) != negated for one in given]
    return all(results) if over == "ForAllValues" or (negated and over is None) else any(results)


# By operator, without Not: whether a value of the policy fits one of the request.
_COMPARISONS: dict[str, Callable[[str, str], bool]] = {
    "Bool": lambda wanted, given: wanted.lower() == given.lower(),
    "StringEquals": lambda wanted, given: wanted == given,
    "StringEqualsIgnoreCase": lambda wanted, given: wanted.lower() == given.lower(),
    "StringLike": lambda wanted, given: _like(wanted, given, {}),
    "ArnEquals": lambda wanted, given: _like(wanted, given, {}),
    "ArnLike": lambda wanted, given: _like(wanted, given, {}),
    "IpAddress": lambda wanted, given: ipaddress.ip_address(given) in ipaddress.ip_network(wanted),
    # Dates as ISO 8601 has them, all of them in UTC and of one length, sort as texts.
    "DateGreaterThan": lambda wanted, given: given > wanted,
    "DateLessThan": lambda wanted, given: given < wanted,
    "NumericEquals": lambda wanted, given: float(given) == float(wanted),
    "NumericLessThan": lambda wanted, given: float(given) < float(wanted),
    "NumericLessThanEquals": lambda wanted, given: float(given) <= float(wanted),
    "NumericGreaterThan": lambda wanted, given: float(given) > float(wanted),
    "NumericGreaterThanEquals": lambda wanted, given: float(given) >= float(wanted),
}


def _values(value: t.Any) -> list[t.Any]:
    many = value if isinstance(value, (list, tuple)) else [value]
    return [str(one).lower() if isinstance(one, bool) else one for one in many]

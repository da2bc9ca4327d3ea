# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decides as IAM does whether one identity policy allows a request: the parts of the policy language used here."""

from __future__ import annotations

import re
import typing as t
from collections.abc import Mapping

Values = list[str]


def allows(policy: Mapping[str, t.Any], action: str, resource: str, context: Mapping[str, str | Values]) -> bool:
    """Whether the policy allows the request. A Deny wins over any Allow."""
    effects = {
        statement["Effect"]
        for statement in policy["Statement"]
        if _like_any(statement["Action"], action, ignore_case=True)
        and _like_any(statement["Resource"], resource)
        and _met(statement.get("Condition", {}), context)
    }
    return effects == {"Allow"}


def _met(conditions: Mapping[str, Mapping[str, t.Any]], context: Mapping[str, str | Values]) -> bool:
    """All keys of all operators have to be met. Names of keys have no case."""
    folded = {key.lower(): _values(value) for key, value in context.items()}
    return all(
        _OPERATORS[operator](_values(wanted), folded.get(key.lower(), []))
        for operator, keys in conditions.items()
        for key, wanted in keys.items()
    )


# By operator: whether these values of the request meet those of the policy. A key that is missing has none.
_OPERATORS: dict[str, t.Callable[[Values, Values], bool]] = {
    "StringEquals": lambda wanted, given: any(value in wanted for value in given),
    "StringNotEquals": lambda wanted, given: all(value not in wanted for value in given),
    "StringLike": lambda wanted, given: any(_like_any(wanted, value) for value in given),
    "ForAllValues:StringNotEqualsIgnoreCase": lambda wanted, given: all(
        value.lower() not in [one.lower() for one in wanted] for value in given
    ),
}


def _like_any(patterns: str | Values, value: str, ignore_case: bool = False) -> bool:
    flags = re.IGNORECASE if ignore_case else re.RegexFlag(0)
    return any(
        re.fullmatch(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), value, flags)
        for pattern in _values(patterns)
    )


def _values(value: str | Values) -> Values:
    return [value] if isinstance(value, str) else list(value)

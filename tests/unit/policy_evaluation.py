# Copyright (c) 2026, cloudhsm.iam contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a policy document says about one request, by the rules of the IAM User Guide's "Policy evaluation logic".

As much of them as our documents use. moto can't tell: it takes a condition that is not met for a denial, whatever the
statement's effect, and knows no BoolIfExists.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Mapping

Context = Mapping[str, str]


def is_allowed(documents: Iterable[Mapping[str, t.Any]], action: str, resource: str, context: Context) -> bool:
    """Whether a principal with these policies may do this, where no other policies are about."""
    statements = [s for document in documents for s in document["Statement"] if _applies(s, action, resource, context)]
    effects = {statement["Effect"] for statement in statements}
    return "Allow" in effects and "Deny" not in effects


def _applies(statement: Mapping[str, t.Any], action: str, resource: str, context: Context) -> bool:
    return (
        _fits(statement, "Action", action, context, re.IGNORECASE)
        and _fits(statement, "Resource", resource, context)
        and all(
            _holds(operator, context.get(key), value)
            for operator, keys in statement.get("Condition", {}).items()
            for key, value in keys.items()
        )
    )


def _fits(statement: Mapping[str, t.Any], element: str, value: str, context: Context, flags: int = 0) -> bool:
    if f"Not{element}" in statement:
        return not any(_like(pattern, value, context, flags) for pattern in _listed(statement[f"Not{element}"]))
    return any(_like(pattern, value, context, flags) for pattern in _listed(statement[element]))


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _like(pattern: str, value: str, context: Context, flags: int) -> bool:
    """Whether the value is like the pattern, with * for anything. What a variable stands for is taken literally."""
    for part in re.findall(r"\$\{(.*?)\}", pattern):
        if part not in context:
            return False
    expression = re.sub(
        r"\\\$\\\{(.*?)\\\}|\\\*",
        lambda found: re.escape(context[found[1]]) if found[1] else ".*",
        re.escape(pattern),
    )
    return re.fullmatch(expression, value, flags) is not None


def _holds(operator: str, actual: str | None, wanted: str) -> bool:
    if actual is None:
        return {"Bool": False, "BoolIfExists": True}[operator]
    return {"Bool": actual == wanted, "BoolIfExists": actual == wanted}[operator]
